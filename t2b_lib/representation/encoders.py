"""Encoders of images and of their labels' texts: CLIP by open_clip, or networks that pip brings."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from t2b_lib.extras import import_extra
from t2b_lib.network import pick_device
from t2b_lib.representation.bundled import bundled_file
from t2b_lib.representation.prototypes import EFFICIENTNET_LITE0
from t2b_lib.representation.text import MINILM, embed_texts
from t2b_lib.store import hash_weights

# What loading a file of weights raises, by open_clip or timm.
LOADING_ERRORS = (RuntimeError, KeyError, OSError, pickle.UnpicklingError)


class OpenClipEncoder:
    """A CLIP model of open_clip; the paper's by default.

    `model` is its name in open_clip, such as "ViT-H-14" or "ViT-B-32". `pretrained` are the
    weights: a tag ("laion2b_s32b_b79k"; downloaded on first use) or a checkpoint file. `device` is
    as in `Task2Box`. The network computes in bfloat16 on a GPU that has it, in float16 on an older
    GPU, and in float32 on the CPU.

    Raises ModuleNotFoundError if open_clip is not installed, and ValueError for an unknown model or
    tag, or a checkpoint of another model.
    """

    def __init__(
        self,
        model: str = "ViT-H-14",
        pretrained: str | Path = "laion2b_s32b_b79k",
        *,
        device: str = "auto",
    ):
        open_clip = import_extra("open_clip", "extraction")
        self.device = pick_device(device)
        if model not in open_clip.list_models():
            raise ValueError(f"open_clip has no model {model!r}; see open_clip.list_models()")
        tags = open_clip.list_pretrained_tags_by_model(model)
        if str(pretrained) not in tags and not Path(pretrained).is_file():
            known = ", ".join(tags) or "none"
            raise ValueError(f"{pretrained} is no file and no weights of {model}; known: {known}")
        try:
            network, preprocess = open_clip.create_model_from_pretrained(model, str(pretrained))
        except LOADING_ERRORS as error:
            said = why_not_loaded(error)
            raise ValueError(f"{pretrained} cannot be loaded as {model}: {said}") from error
        self.name = f"open_clip {model}"
        self.tokenize = open_clip.get_tokenizer(model)
        self.spatial, self._mean, self._std = split(preprocess, self.device)
        self.precision = fastest_precision(self.device)
        self._weights = hash_weights(network.state_dict())
        self.network = network.eval().requires_grad_(False).to(self.device, self.precision)

    @property
    def identity(self) -> dict:
        """All that the vectors depend on."""
        about = {"encoder": self.name, "weights": self._weights}
        return about | arithmetic(self.device, self.precision)

    @torch.inference_mode()
    def encode_images(self, pixels: Tensor) -> Tensor:
        """Embeddings (B, D), float32 of length 1 each, of `pixels` (B, 3, s, s) uint8."""
        pixels = scaled(pixels.to(self.device, non_blocking=True), self._mean, self._std)
        return normalize(self.network.encode_image(pixels.to(self.precision)).float(), dim=1)

    @torch.inference_mode()
    def encode_texts(self, texts: Sequence[str]) -> Tensor:
        """Embeddings (B, D), float32 of length 1 each, on the CPU."""
        parts = [self.tokenize(list(texts[i : i + 256])) for i in range(0, len(texts), 256)]
        codes = [self.network.encode_text(part.to(self.device)).float().cpu() for part in parts]
        return normalize(torch.cat(codes), dim=1)


class EmbeddedEncoder:
    """EfficientNet-Lite0 for images, MiniLM for texts: trained networks from pip packages.

    An image gives the 1280 features before the classifier, a text the 384 of `embed_texts`. All
    are computed in float32. `device` is as in `Task2Box`.
    """

    def __init__(self, *, device: str = "auto"):
        self.device = pick_device(device)
        self.name = "EfficientNet-Lite0 and MiniLM"
        network = efficientnet_lite0()
        self.spatial, self._mean, self._std = split(transform_of(network), self.device)
        network.reset_classifier(0)
        # This order makes convolutions faster on a CPU, and no slower on a GPU.
        self.network = network.to(self.device, memory_format=torch.channels_last)

    @property
    def identity(self) -> dict:
        """All that the vectors depend on."""
        about = {"encoder": self.name, "weights": [EFFICIENTNET_LITE0[2], MINILM[2]]}
        return about | arithmetic(self.device, torch.float32)

    @torch.inference_mode()
    def encode_images(self, pixels: Tensor) -> Tensor:
        """Embeddings (B, 1280), float32 of length 1 each, of `pixels` (B, 3, s, s) uint8."""
        pixels = scaled(pixels.to(self.device, non_blocking=True), self._mean, self._std)
        return normalize(self.network(pixels.contiguous(memory_format=torch.channels_last)), dim=1)

    def encode_texts(self, texts: Sequence[str]) -> Tensor:
        """Embeddings (B, 384), float32 of length 1 each, on the CPU."""
        return embed_texts(texts)


def fastest_precision(device: torch.device) -> torch.dtype:
    """The number format in which CLIP is fast and precise enough on a device."""
    if device.type != "cuda":
        return torch.float32
    # GPUs before compute capability 8.0, such as the T4, only emulate bfloat16.
    has_bfloat16 = torch.cuda.get_device_capability(device) >= (8, 0)
    return torch.bfloat16 if has_bfloat16 else torch.float16


def arithmetic(device: torch.device, precision: torch.dtype) -> dict:
    """The part of an identity that says how a device computes: its type, precision and TF32."""
    cuda, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    tf32 = None
    if device.type == "cuda":
        try:
            tf32 = [cuda.allow_tf32, cudnn.allow_tf32]
        except RuntimeError:  # chosen by the settings that torch 2.9 introduced
            tf32 = [cuda.fp32_precision, cudnn.conv.fp32_precision]
    return {"device": device.type, "precision": str(precision), "tf32": tf32}


def efficientnet_lite0() -> nn.Module:
    """EfficientNet-Lite0 trained on ImageNet-1k (Tan and Le, 2019), with its classifier.

    Returns timm's network, in evaluation mode, on the CPU; (B, 3, 224, 224) to logits (B, 1000).
    Raises ModuleNotFoundError if timm or the weights are not installed, ValueError if they are
    damaged.
    """
    timm = import_extra("timm", "extraction")
    # The weights were trained with TensorFlow, which pads convolutions unevenly. timm's plain
    # efficientnet_lite0 does not, and would give other logits.
    network = timm.create_model("tf_efficientnet_lite0")
    weights = torch.load(bundled_file(*EFFICIENTNET_LITE0), map_location="cpu", weights_only=True)
    # Both list the same layers in the same order, under other names.
    names = network.state_dict()
    network.load_state_dict(dict(zip(names, weights.values(), strict=True)))
    return network.eval().requires_grad_(False)


def why_not_loaded(error: Exception) -> str:
    """The reason why a file of weights was refused, in one line."""
    if isinstance(error, pickle.UnpicklingError) or "weights_only" in str(error):
        # torch's own message explains how to load the file regardless, which would run its code.
        return "the file holds more than tensors, and loading the rest could run code"
    return str(error).partition("\n")[0]


def transform_of(network: nn.Module, side: int | None = None):
    """The preprocessing that a network of timm was trained with, optionally at another size."""
    timm = import_extra("timm", "extraction")
    own = timm.data.resolve_data_config(model=network)
    if side is not None:
        own["input_size"] = (3, side, side)
    return timm.data.create_transform(**own)


def split(preprocess, device) -> tuple:
    """Preprocessing in two steps: one image to bytes on the CPU, and scaling a batch on the device.

    Bytes take a quarter of the memory that floats take on their way to the device.
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
    """The second step of `split`."""
    return pixels.float().div_(255).sub_(mean).div_(std)
