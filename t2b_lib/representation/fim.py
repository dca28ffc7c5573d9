"""Task2Vec (Achille et al., ICCV 2019): a dataset as Fisher information of a probe's filters."""

from __future__ import annotations

import copy
import functools
import warnings
from collections.abc import Callable, Sequence
from operator import length_hint
from pathlib import Path
from typing import Literal

import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap
from torch.nn.functional import cross_entropy
from tqdm import tqdm

from t2b_lib.__about__ import __version__
from t2b_lib.extras import import_extra
from t2b_lib.network import pick_device
from t2b_lib.representation.encoders import (
    LOADING_ERRORS,
    arithmetic,
    efficientnet_lite0,
    scaled,
    split,
    transform_of,
    why_not_loaded,
)
from t2b_lib.representation.extraction import decode_all, members_of
from t2b_lib.representation.sources import ImageCollection
from t2b_lib.store import cache_file, hash_weights, kept

Method = Literal["monte_carlo", "batch", "variational"]

SETTINGS: dict[str, dict] = {
    "monte_carlo": {"draws": 1},
    "batch": {"draws": 1, "batch": 64},
    "variational": {
        "steps": 500,
        "batch": 16,
        "beta": 1e-6,
        "prior_variance": 1e-3,
        "learning_rate": 0.1,
    },
}
# Weight decay of the head, for features of length 1. Without it the head of a few images would be
# certain of every label, and the Fisher information would vanish.
HEAD_DECAY = 1e-2


class Probe:
    """A trained network; the Fisher information of its filters describes datasets.

    The network "efficientnet_lite0" comes from a pip package. Any other name is a model of timm
    with its own weights, which are downloaded on first use, or with those of the file `checkpoint`:
    "resnet34" is the one of Task2Vec. A module needs timm's methods `forward_features`,
    `forward_head` and `get_classifier`; it is copied. `side` is the width and height of the images;
    those that the network was trained with, if left out. `device` is as in `Task2Box`.

    Its `filters` are the names of the weight tensors that the vector describes: all but those of
    the classifier. Its `size` is the length of the vector, one number for each output filter:
    17,024 for ResNet-34. Raises ModuleNotFoundError if timm or the weights are not installed, and
    ValueError for an unknown model, a file with other weights, or a module without these methods.
    """

    def __init__(
        self,
        network: str | nn.Module = "efficientnet_lite0",
        *,
        checkpoint: str | Path | None = None,
        side: int | None = None,
        device: str = "auto",
    ):
        self.name = network if isinstance(network, str) else type(network).__name__
        self.device = pick_device(device)
        if isinstance(network, str):
            network = _load(network, checkpoint)
        if not hasattr(network, "get_classifier"):
            raise ValueError(f"{self.name} lacks get_classifier(), which timm's models have")
        classifier = {id(p) for p in network.get_classifier().parameters()}
        # Biases are left out; the weights of normalisation layers count, as in Task2Vec's code.
        self.filters = [
            name
            for name, parameter in network.named_parameters()
            if name.endswith("weight") and id(parameter) not in classifier
        ]
        if not self.filters:
            raise ValueError(f"{self.name} has no weights besides its classifier's: no filters.")
        self.size = sum(len(network.get_parameter(name)) for name in self.filters)
        transform = transform_of(network, side)
        self._about = {
            "probe": self.name,
            "weights": hash_weights(network.state_dict()),
            "transform": str(transform),
        }
        self.spatial, self._mean, self._std = split(transform, self.device)
        self.network = copy.deepcopy(network).eval().requires_grad_(False).to(self.device)

    @property
    def identity(self) -> dict:
        """All of the probe that a vector depends on."""
        return self._about | arithmetic(self.device, torch.float32)

    def features(self, pixels: Tensor) -> Tensor:
        """The inputs of the classifier, (B, D) float32, for images (B, 3, s, s) uint8."""
        pixels = scaled(pixels, self._mean, self._std)
        return self.network.forward_head(self.network.forward_features(pixels), pre_logits=True)


def task2vec(
    collection: ImageCollection,
    probe: Probe,
    *,
    method: Method = "monte_carlo",
    seed: int = 0,
    cache: bool | str | Path = True,
    progress: bool = True,
    **settings,
) -> Tensor:
    """The Task2Vec embedding of a labelled dataset, a float32 tensor (probe.size,).

    First a linear classifier of the dataset is fitted on the probe's features. Then the Fisher
    information of each weight before the classifier is estimated by one of three methods, and
    averaged over each filter. Each has its own settings, with these defaults:

    - "monte_carlo": the mean over images x, and labels y drawn from the network's own p(y|x), of
      the squared gradient of log p(y|x), one image at a time. Unbiased. `draws`: labels for each
      image (1).
    - "batch": the way of the authors' released code, the squared gradient of the *mean* over
      `batch` images (64, as in that code). Differences between images cancel in the mean, so the
      estimate is too small by about the factor `batch`. Published vectors are of this kind.
    - "variational": Eq. 3, minimised over Lambda, with one variance V for the weights of each
      filter. At the minimum the precision is 1 / V = F / beta + 1 / prior_variance. It uses the
      dataset's own labels. Settings: `steps` (500) of `batch` (16) images with `learning_rate`
      (0.1), `beta` (1e-6) and `prior_variance` (1e-3), which is lambda^2.

    The collection has two classes at least. Its images are held in memory: take a sample of a large
    collection. `seed` draws the labels and the noise; `cache` and `progress` are as in `extract`.
    The more the filters matter for the dataset, the larger the vector's norm. Only the variational
    estimate can have negative numbers, which are noise. Raises ValueError on images of one class
    only, an unknown method or setting, or no readable image.
    """
    everything = {collection.name: torch.ones(len(collection.classes), dtype=torch.bool)}
    return _task2vec(collection, everything, probe, None, method, seed, cache, progress, settings)[
        0
    ]


def task2vec_of(
    collection: ImageCollection,
    taxonomy,
    probe: Probe,
    *,
    most: int = 100,
    method: Method = "monte_carlo",
    seed: int = 0,
    cache: bool | str | Path = True,
    progress: bool = True,
    **settings,
) -> Tensor:
    """The Task2Vec embeddings of the datasets of a taxonomy over a collection's classes.

    Unlike moments, they do not follow from those of the parts: each dataset has its own classifier.
    Finished ones are saved, so that a run that was killed continues at the next one.

    The `leaves` of the taxonomy's N datasets are names of classes. Each dataset has at most `most`
    images, drawn at random with the seed; all else is as in `task2vec`. Returns (N, probe.size)
    float32. Raises ValueError as `task2vec`, and for a leaf that is no class of the images.
    """
    members = torch.from_numpy(members_of(taxonomy, collection.classes))
    datasets = dict(zip(taxonomy.names, members, strict=True))
    return _task2vec(collection, datasets, probe, most, method, seed, cache, progress, settings)


def _task2vec(collection, datasets, probe, most, method, seed, cache, progress, settings) -> Tensor:
    """The embeddings of `datasets`, {name: which classes (M,)}, from `most` images each."""
    known = SETTINGS.get(method)
    if known is None:
        raise ValueError(f"no method {method!r}, only: {', '.join(SETTINGS)}.")
    if unknown := set(settings) - set(known):
        raise ValueError(f"{method!r} has no setting {min(unknown)!r}, only {', '.join(known)}")
    key = {
        "images": collection.fingerprint,
        "method": method,
        "settings": known | settings,
        "seed": seed,
        "most": most,
        "t2b_lib": __version__,
        **probe.identity,
    }
    decoded = functools.cache(lambda: decode_all(collection, probe.spatial))

    def estimate(name: str, members: Tensor) -> dict[str, Tensor]:
        pixels, targets = decoded()
        inside = members[targets].nonzero()[:, 0]
        drawn = inside[torch.randperm(len(inside), generator=_random(seed))[:most].sort().values]
        classes, targets = targets[drawn].unique(return_inverse=True)
        if len(classes) < 2:
            raise ValueError(
                f"{name!r} has readable images of {len(classes)} class only: there is nothing to "
                "classify, and so no Task2Vec embedding. Leave it out."
            )
        model = Classifier(probe, pixels[drawn], targets)
        filters = [f"probe.{name}" for name in probe.filters]
        images, targets = pixels[drawn].to(probe.device), targets.to(probe.device)
        ask = {"method": method, "seed": seed, **settings}
        fim = fisher_information(model, filters, images, targets, tick=bar.update, **ask)
        return {"fim": fim.cpu()}

    vectors = []
    total = length_hint(collection) if most is None else None
    with tqdm(total=total or None, desc="Task2Vec", unit="img", disable=not progress) as bar:
        for number, (name, members) in enumerate(datasets.items(), 1):
            bar.set_description(f"Task2Vec {number}/{len(datasets)}", refresh=False)
            about = key | {"classes": members.nonzero()[:, 0].tolist()}
            path = cache_file(cache, "task2vec", name, about)
            vectors.append(kept(path, about, functools.partial(estimate, name, members))["fim"])
    return torch.stack(vectors)


class Classifier(nn.Module):
    """A probe with a head that is fitted on its features of some images; (B, ...) to (B, C)."""

    def __init__(self, probe: Probe, pixels: Tensor, targets: Tensor):
        super().__init__()
        self.probe, self._features = probe.network, probe.features
        with torch.inference_mode():
            parts = [probe.features(part.to(probe.device)) for part in pixels.split(32)]
        self.head = fit_head(torch.cat(parts).clone(), targets.to(probe.device))

    def forward(self, pixels: Tensor) -> Tensor:
        return self.head(self._features(pixels))


def fit_head(features: Tensor, targets: Tensor) -> nn.Linear:
    """The linear classifier of features (n, D) with the least cross-entropy and weight decay."""
    decay = HEAD_DECAY * features.square().sum(dim=1).mean().clamp_min(1e-12)
    classes = int(targets.max()) + 1
    # For two classes scikit-learn fits one row of weights, the difference of our two.
    strength = (2 if classes == 2 else 1) / (len(features) * decay)
    best = LogisticRegression(C=float(strength), tol=1e-6, max_iter=1000)
    with warnings.catch_warnings():
        # A dataset may have few images of many classes; scikit-learn takes that for a regression.
        warnings.filterwarnings("ignore", "The number of unique classes is greater")
        best.fit(features.double().cpu().numpy(), targets.cpu().numpy())
    weight, bias = torch.from_numpy(best.coef_), torch.from_numpy(best.intercept_)
    if classes == 2:
        weight, bias = torch.cat([-weight, weight]) / 2, torch.cat([-bias, bias]) / 2
    head = nn.Linear(features.shape[1], classes)
    head.load_state_dict({"weight": weight, "bias": bias})
    return head.requires_grad_(False).to(features.device)


def fisher_information(
    model: nn.Module,
    filters: Sequence[str],
    images: Tensor,
    targets: Tensor,
    *,
    method: Method = "monte_carlo",
    seed: int = 0,
    tick: Callable[[int], object] = lambda n: None,
    **settings,
) -> Tensor:
    """The diagonal of a classifier's Fisher information, averaged over each filter.

    The model maps images (B, ...) to logits (B, C); the images of a batch do not affect each other.
    `filters` are names of weight tensors, whose first dimension counts their filters. The result,
    float32, has one number for each filter. There are n images (n, ...) and targets (n,), which
    only "variational" uses. `tick` is called with the number of images that were done.
    """
    settings = SETTINGS[method] | settings
    weights = {name: model.get_parameter(name).detach() for name in filters}
    estimate = {"monte_carlo": _monte_carlo, "batch": _batch_mean, "variational": _variational}
    found = estimate[method](model, weights, images, targets, _random(seed), tick, **settings)
    return torch.cat([found[name] for name in filters])


def _monte_carlo(model, weights, images, targets, random, tick, draws):
    def log_likelihood(weights, image, label):
        return -cross_entropy(functional_call(model, weights, (image[None],)), label[None])

    squares = {name: torch.zeros(len(w), device=w.device) for name, w in weights.items()}
    gradients = vmap(grad(log_likelihood), in_dims=(None, 0, 0))
    for part in images.split(_at_once(images)):
        labels = _drawn_labels(model, part, draws, random)
        for drawn in labels:
            for name, gradient in gradients(weights, part, drawn).items():
                each = gradient.square().reshape(len(part), len(squares[name]), -1)
                squares[name] += each.mean(dim=2).sum(dim=0)
        tick(len(part))
    return {name: total / (len(images) * draws) for name, total in squares.items()}


def _batch_mean(model, weights, images, targets, random, tick, draws, batch):
    def log_likelihood(weights, images, labels):
        logits = functional_call(model, weights, (images,))
        return -cross_entropy(logits, labels, reduction="sum")

    squares = {name: torch.zeros(len(w), device=w.device) for name, w in weights.items()}
    batches = images.split(batch)
    chunk = _at_once(images)
    for part in batches:
        for drawn in _drawn_labels(model, part, draws, random):
            total = {name: torch.zeros_like(w) for name, w in weights.items()}
            for few, of_few in zip(part.split(chunk), drawn.split(chunk), strict=True):
                for name, gradient in grad(log_likelihood)(weights, few, of_few).items():
                    total[name] += gradient
            for name, gradient in total.items():
                mean = gradient / len(part)
                squares[name] += mean.square().reshape(len(mean), -1).mean(dim=1)
        tick(len(part))
    return {name: total / (len(batches) * draws) for name, total in squares.items()}


def _at_once(images: Tensor) -> int:
    """Images whose gradients are computed together; on a CPU more would not fit its caches."""
    return 32 if images.is_cuda else 4


def _drawn_labels(model, images, draws, random) -> Tensor:
    """Labels (draws, B) from the model's own output distribution."""
    with torch.no_grad():
        logits = torch.cat([model(few) for few in images.split(_at_once(images))])
    chances = logits.softmax(dim=1).cpu()
    drawn = torch.multinomial(chances, draws, replacement=True, generator=random)
    return drawn.T.to(images.device)


def _variational(
    model, weights, images, targets, random, tick, steps, batch, beta, prior_variance, learning_rate
):
    """Eq. 3 with one variance for each filter, the mean of the Gaussian held at the weights."""
    log_variance = {
        name: torch.full((len(w),), prior_variance, device=w.device).log().requires_grad_()
        for name, w in weights.items()
    }
    average = {name: torch.zeros_like(v, requires_grad=False) for name, v in log_variance.items()}
    optimizer = torch.optim.Adam(log_variance.values(), lr=learning_rate)
    settled = steps // 2
    for step in range(steps):
        chosen = torch.randint(len(images), (min(batch, len(images)),), generator=random)
        chosen = chosen.to(images.device)
        loss = images.new_zeros((), dtype=torch.float32)
        noise = {
            name: torch.randn(w.shape, generator=random).to(w.device)
            * (log_variance[name] / 2).exp().view(-1, *[1] * (w.dim() - 1))
            for name, w in weights.items()
        }
        # The same noise with both signs: the slope at the weights themselves cancels, which says
        # nothing about their Fisher information.
        for sign in (1, -1):
            moved = {name: w + sign * noise[name] for name, w in weights.items()}
            logits = functional_call(model, moved, (images[chosen],))
            loss = loss + cross_entropy(logits, targets[chosen]) / 2
        for name, w in weights.items():
            divergence = log_variance[name].exp() / prior_variance - log_variance[name]
            loss = loss + beta / 2 * (w[0].numel() * divergence).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step >= settled:
            for name, v in log_variance.items():
                average[name] += v.detach() / (steps - settled)
        tick(len(images) / steps)
    return {name: beta * ((-v).exp() - 1 / prior_variance) for name, v in average.items()}


def _load(name: str, checkpoint) -> nn.Module:
    if name == "efficientnet_lite0" and checkpoint is None:
        return efficientnet_lite0()
    timm = import_extra("timm", "extraction")
    if not timm.is_model(name):
        raise ValueError(f"timm has no model {name!r}; see timm.list_models(pretrained=True)")
    try:
        network = timm.create_model(name, pretrained=checkpoint is None)
        if checkpoint is not None:
            timm.models.load_checkpoint(network, str(checkpoint), weights_only=True)
    except LOADING_ERRORS as error:
        said = why_not_loaded(error)
        raise ValueError(f"the weights of {name} cannot be loaded: {said}") from error
    return network


def _random(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
