"""The encoder, of which each task trains its own, and many readouts of its code at once."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence

import torch
from torch import Tensor, nn

# The code of a 64 x 64 picture: CHANNELS numbers for each of SIDE x SIDE cells.
SIDE, CHANNELS = 8, 32
CELLS = SIDE * SIDE
_MAP = 32
_PATCH = _MAP // SIDE


def make_encoder(seed: int) -> nn.Sequential:
    """A convolutional network from pictures (N, 3, 64, 64) to codes (N, CHANNELS, SIDE, SIDE).

    8.8 million multiplications a picture; a cell of the code sees most of the picture.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers = [
            *_convolution(3, 32, kernel=4, stride=4),
            *_convolution(32, 32),
            *_convolution(32, 64, stride=2),
            *_convolution(64, 64),
            *_convolution(64, 64),
            nn.Conv2d(64, CHANNELS, 1),
        ]
    return nn.Sequential(*layers).to(memory_format=torch.channels_last)


def _convolution(inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> list[nn.Module]:
    padding = 1 if kernel == 3 else 0
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
    return [convolution, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]


def encode(encoder: nn.Module, pictures: Sequence[Tensor]) -> Tensor:
    """Codes of the views of N scenes, concatenated along the channels.

    Parameters
    ----------
    pictures : sequence of V tensors, shape (N, 3, 64, 64), uint8

    Returns
    -------
    Tensor, shape (N, CELLS, V * CHANNELS)
    """
    together = torch.cat(list(pictures)).contiguous(memory_format=torch.channels_last)
    code = encoder(together.float() / 127.5 - 1)
    return torch.cat(code.flatten(2).mT.chunk(len(pictures)), dim=-1)


class Readouts(nn.Module):
    """K small networks at once, from codes to predictions: (K, B, CELLS, C) to (K, B, ...).

    Each has one hidden layer. For maps, a network predicts a patch of the map from each cell of
    the code, the mean of all cells and a bias for the cell's place. All patches together have shape
    (K, B, channels, 32, 32). For vectors it reads the whole code: (K, B, channels).

    Parameters
    ----------
    inputs : int
        C, the channels of the code.
    channels : int
        Of the prediction.
    dense : bool
        Maps; otherwise vectors.
    hidden : int
        Units of the hidden layer.
    seeds : sequence of K int
        Of the weights. A readout's first weights do not depend on the others.
    """

    def __init__(self, inputs: int, channels: int, dense: bool, hidden: int, seeds: Sequence[int]):
        super().__init__()
        self.dense, self.channels = dense, channels
        first = inputs if dense else inputs * CELLS
        outputs = channels * _PATCH**2 if dense else channels
        shapes = {
            "first": (first, hidden, math.sqrt(2 / first)),
            "bias": (CELLS if dense else 1, hidden, 0.1),
            # Small, so that the first predictions are near zero.
            "last": (hidden, outputs, 0.1 * math.sqrt(1 / hidden)),
            "offset": (1, outputs, 0.0),
        }
        if dense:
            shapes["context"] = (inputs, hidden, math.sqrt(1 / inputs))
        weights = {name: [] for name in shapes}
        for seed in seeds:
            random = torch.Generator().manual_seed(seed)
            for name, (rows, columns, scale) in shapes.items():
                weights[name].append(scale * torch.randn(rows, columns, generator=random))
        for name, of_each in weights.items():
            self.register_parameter(name, nn.Parameter(torch.stack(of_each)))

    def forward(self, codes: Tensor) -> Tensor:
        models, batch = codes.shape[:2]
        if not self.dense:
            hidden = torch.baddbmm(self.bias, codes.flatten(2), self.first).relu_()
            return torch.baddbmm(self.offset, hidden, self.last)
        hidden = torch.bmm(codes.flatten(1, 2), self.first).view(models, batch, CELLS, -1)
        context = torch.bmm(codes.mean(2), self.context)
        hidden = (hidden + context[:, :, None] + self.bias[:, None]).relu_()
        patches = torch.baddbmm(self.offset, hidden.flatten(1, 2), self.last)
        patches = patches.view(models * batch, SIDE, SIDE, self.channels, _PATCH, _PATCH)
        maps = patches.permute(0, 3, 1, 4, 2, 5)
        return maps.reshape(models, batch, self.channels, _MAP, _MAP)


def seed_of(*what) -> int:
    """A seed for each use of random numbers, the same on every machine."""
    return zlib.crc32(repr(what).encode())
