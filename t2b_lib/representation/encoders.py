"""Encoders of images and of their labels' texts: CLIP by open_clip, or what pip itself brings."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from t2b_lib.model import pick_device
from t2b_lib.representation.bundled import bundled_file
from t2b_lib.representation.prototypes import EFFICIENTNET_LITE0
from t2b_lib.representation.text import MINILM, embed_texts
from t2b_lib.store import hash_weights

NEEDED = 'pip install "t2b_lib[extraction]"'


class OpenClipEncoder:
    """A CLIP model of open_clip; the paper's by default.

    Parameters
    ----------
    model : str
        As open_clip names it, "ViT-H-14" or "ViT-B-32" for instance.
    pretrained : str or path
        Which weights: a tag ("laion2b_s32b_b79k"; downloaded on first use) or a checkpoint file.
    device : str
        As in `Task2Box`. On a GPU the network computes in bfloat16, otherwise in float32.

    Attributes
    ----------
    identity : dict
        What the vectors depend on: the model, its weights' hash, and its precision.

    Raises
    ------
    ModuleNotFoundError
        open_clip is not installed.
    ValueError
        An unknown model or tag, or a checkpoint of another model.
    """

    def __init__(
        self,
        model: str = "ViT-H-14",
        pretrained: str | Path = "laion2b_s32b_b79k",
        *,
        device: str = "auto",
    ):
        try:
            import open_clip
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(f"{error.name} is missing: {NEEDED}") from error
        self.device = pick_device(device)
        if model not in open_clip.list_models():
            raise ValueError(f"open_clip has no model {model!r}; see open_clip.list_models()")
        tags = open_clip.list_pretrained_tags_by_model(model)
        if str(pretrained) not in tags and not Path(pretrained).is_file():
            raise ValueError(
                f"{pretrained} is neither a file nor weights of {model}; there are: "
                f"{', '.join(tags) or 'none'}"
            )
        try:
            network, preprocess = open_clip.create_model_from_pretrained(model, str(pretrained))
        except (RuntimeError, KeyError, pickle.UnpicklingError) as error:
            # open_clip says the same whether a file is of another model or a download failed.
            said = str(error).partition("\n")[0]
            raise ValueError(f"{pretrained} cannot be loaded as {model}: {said}") from error
        self.name = f"open_clip {model}"
        self.tokenize = open_clip.get_tokenizer(model)
        self.spatial, self._mean, self._std = split(preprocess, self.device)
        precision = torch.bfloat16 if self.device.type == "cuda" else torch.float32
        self.identity = {
            "encoder": self.name,
            "weights": hash_weights(network.state_dict()),
            "precision": str(precision),
        }
        self.network = network.eval().requires_grad_(False).to(self.device, precision)

    @torch.inference_mode()
    def encode_images(self, pixels: Tensor) -> Tensor:
        """Embeddings (B, D), float32 of length 1 each, of `pixels` (B, 3, s, s) uint8."""
        pixels = scaled(pixels.to(self.device, non_blocking=True), self._mean, self._std)
        first = next(self.network.parameters())
        return normalize(self.network.encode_image(pixels.to(first.dtype)).float(), dim=1)

    @torch.inference_mode()
    def encode_texts(self, texts: Sequence[str]) -> Tensor:
        """Embeddings (B, D), float32 of length 1 each, on the CPU."""
        parts = [self.tokenize(list(texts[i : i + 256])) for i in range(0, len(texts), 256)]
        codes = [self.network.encode_text(part.to(self.device)).float().cpu() for part in parts]
        return normalize(torch.cat(codes), dim=1)


class EmbeddedEncoder:
    """EfficientNet-Lite0 for images, MiniLM for texts: trained networks from pip packages.

    Of an image the 1280 features before the classifier are taken, of a text the 384 of
    `embed_texts`.

    Parameters
    ----------
    device : str
        As in `Task2Box`.
    """

    def __init__(self, *, device: str = "auto"):
        self.device = pick_device(device)
        self.name = "EfficientNet-Lite0 and MiniLM"
        network = efficientnet_lite0()
        self.spatial, self._mean, self._std = split(transform_of(network), self.device)
        self.identity = {
            "encoder": self.name,
            "weights": [EFFICIENTNET_LITE0[2], MINILM[2]],
            "precision": "torch.float32",
        }
        network.reset_classifier(0)
        # Convolutions are faster so on a CPU, and no slower on a GPU.
        self.network = network.to(self.device, memory_format=torch.channels_last)

    @torch.inference_mode()
    def encode_images(self, pixels: Tensor) -> Tensor:
        """Embeddings (B, 1280), float32 of length 1 each, of `pixels` (B, 3, s, s) uint8."""
        pixels = scaled(pixels.to(self.device, non_blocking=True), self._mean, self._std)
        return normalize(self.network(pixels.contiguous(memory_format=torch.channels_last)), dim=1)

    def encode_texts(self, texts: Sequence[str]) -> Tensor:
        """Embeddings (B, 384), float32 of length 1 each, on the CPU."""
        return embed_texts(texts)


def efficientnet_lite0() -> nn.Module:
    """EfficientNet-Lite0 trained on ImageNet-1k (Tan and Le, 2019), classifier and all.

    Returns
    -------
    timm's network, in evaluation mode, on the CPU; (B, 3, 224, 224) to logits (B, 1000)

    Raises
    ------
    ModuleNotFoundError
        timm or the weights are not installed.
    ValueError
        The weights are damaged.
    """
    timm = import_timm()
    # The weights were trained with TensorFlow, which pads its convolutions unevenly; timm's plain
    # efficientnet_lite0 does not, and other logits come out.
    network = timm.create_model("tf_efficientnet_lite0")
    weights = torch.load(bundled_file(*EFFICIENTNET_LITE0), map_location="cpu", weights_only=True)
    # Both list the same layers in the same order, under other names.
    names = network.state_dict()
    network.load_state_dict(dict(zip(names, weights.values(), strict=True)))
    return network.eval().requires_grad_(False)


def import_timm():
    try:
        import timm
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(f"{error.name} is missing: {NEEDED}", name=error.name) from error
    return timm


def transform_of(network: nn.Module, side: int | None = None):
    """The preprocessing that a network of timm was trained for, optionally at another size."""
    import timm.data

    own = timm.data.resolve_data_config(model=network)
    if side is not None:
        own["input_size"] = (3, side, side)
    return timm.data.create_transform(**own)


def split(preprocess, device) -> tuple:
    """What is done to one image, up to bytes, and the scaling that a batch gets on the device.

    Bytes are a quarter of floats to pass on, and a batch is scaled in no time.
    """
    from torchvision.transforms import Compose, Normalize, PILToTensor

    *spatial, _, scaling = preprocess.transforms
    assert isinstance(scaling, Normalize)
    mean, std = (
        torch.as_tensor(x, dtype=torch.float32, device=device).view(-1, 1, 1)
        for x in (scaling.mean, scaling.std)
    )
    return Compose([*spatial, PILToTensor()]), mean, std


def scaled(pixels: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    return pixels.float().div_(255).sub_(mean).div_(std)
