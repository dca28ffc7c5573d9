"""The network of Task2Box, from representations to boxes; several networks can be stacked."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import batch_norm, softplus

from t2b_lib.boxes import Boxes

# 22 tasks with 15 attributes are 330 inputs: 0.6 s a fit on one thread and 2.6 s on two. 101
# datasets in as many directions are 10,201: 4.0 and 3.0 ms an epoch.
FEW_INPUTS = 5_000
SIDES = {"sigmoid": torch.sigmoid, "softplus": softplus}


class BoxNetwork(nn.Module):
    """The network of the paper's section 9.2: features (N, D) to Boxes of batch shape (N,).

    K networks of one shape can be stacked into one, from (K, N, D) to (K, N).

    `in_features` is D, `box_dim` d, `models` K. The fully connected layers have the widths
    `hidden`; `side` is as in `Task2Box`. With `directions`, a `Projection` before the first layer
    keeps as many; `blocks` are the projection's.
    """

    def __init__(
        self,
        in_features: int,
        box_dim: int,
        hidden: tuple[int, ...],
        *,
        side: str = "sigmoid",
        directions: int | None = None,
        blocks: Sequence[int] = (),
        models: int = 1,
    ):
        super().__init__()
        self.settings = {
            "in_features": in_features,
            "box_dim": box_dim,
            "hidden": hidden,
            "side": side,
            "directions": directions,
            "blocks": blocks,
        }
        self.in_features = in_features
        self.models = models
        self.squash = SIDES[side]
        width = in_features
        self.inputs = nn.Identity()
        if directions is not None:
            self.inputs = Projection(models, in_features, directions, blocks)
            width = directions + 2 * len(blocks)
        layers = []
        for size in hidden:
            layers += [Linear(models, width, size), nn.ReLU(), BatchNorm(models, size)]
            width = size
        self.backbone = nn.Sequential(*layers)
        self.lower = Linear(models, width, box_dim)
        self.sides = Linear(models, width, box_dim)

    def forward(self, features: Tensor) -> Boxes:
        if features.dim() == 2:
            return self(features.unsqueeze(0))[0]
        return self.boxes(self.inputs(features).mT)

    def boxes(self, inputs: Tensor) -> Boxes:
        """Boxes (K, N) from inputs (K, directions, N), where each unit's values are contiguous."""
        hidden = self.backbone(inputs)
        lower = self.lower(hidden).mT
        return Boxes(lower, lower + self.squash(self.sides(hidden).mT))

    @classmethod
    def stack(cls, networks: Sequence[BoxNetwork]) -> BoxNetwork:
        """Networks of one shape, stacked into one."""
        states = [network.state_dict() for network in networks]
        together = {name: torch.cat([state[name] for state in states]) for name in states[0]}
        return cls._of(networks[0].settings, together, len(networks))

    def unstack(self) -> list[BoxNetwork]:
        """The networks one by one."""
        state = self.state_dict()
        return [
            self._of(self.settings, {n: v[k : k + 1].clone() for n, v in state.items()}, 1).train(
                self.training
            )
            for k in range(self.models)
        ]

    @classmethod
    def _of(cls, settings: dict, state: dict[str, Tensor], models: int) -> BoxNetwork:
        with torch.device("meta"):
            network = cls(**settings, models=models)
        network.load_state_dict(state, assign=True)
        return network


class Linear(nn.Module):
    """K stacked linear layers, (K, in, N) to (K, out, N), initialised as torch's own."""

    def __init__(self, models: int, in_features: int, out_features: int):
        super().__init__()
        bound = in_features**-0.5
        weight = torch.empty(models, out_features, in_features).uniform_(-bound, bound)
        bias = torch.empty(models, out_features, 1).uniform_(-bound, bound)
        self.weight, self.bias = nn.Parameter(weight), nn.Parameter(bias)

    def forward(self, x: Tensor) -> Tensor:
        return torch.baddbmm(self.bias, self.weight, x)


class BatchNorm(nn.Module):
    """Batch norm of K stacked layers, (K, width, N)."""

    def __init__(self, models: int, width: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(models, width))
        self.bias = nn.Parameter(torch.zeros(models, width))
        self.register_buffer("mean", torch.zeros(models, width))
        self.register_buffer("variance", torch.ones(models, width))

    def forward(self, x: Tensor) -> Tensor:
        state = (t.view(-1) for t in (self.mean, self.variance, self.weight, self.bias))
        return batch_norm(x.reshape(1, -1, x.shape[-1]), *state, self.training).view(x.shape)


class Projection(nn.Module):
    """Features (K, N, D) to their coordinates (K, N, R) along the directions of the training data.

    Each feature is standardised over the training datasets. The directions are the principal axes
    of the result, scaled by one factor so that the mean variance of the coordinates is 1. R is the
    smaller of D and the number of training datasets. With many, only the most important ones are
    kept.

    With `blocks`, the sizes of pieces of the features, each piece's length and its distance from
    the mean come on top, standardised: the mean of few or of similar samples is longer than that of
    many different ones, so these tell how broad a dataset is.
    """

    def __init__(self, models: int, in_features: int, directions: int, blocks: Sequence[int] = ()):
        super().__init__()
        self.blocks = tuple(blocks)
        self.register_buffer("centre", torch.zeros(models, 1, in_features))
        self.register_buffer("directions", torch.zeros(models, in_features, directions))
        if self.blocks:
            self.register_buffer("norm_centre", torch.zeros(models, 1, 2 * len(self.blocks)))
            self.register_buffer("norm_scale", torch.ones(models, 1, 2 * len(self.blocks)))

    def forward(self, features: Tensor) -> Tensor:
        coordinates = (features - self.centre) @ self.directions
        if not self.blocks:
            return coordinates
        norms = (self._norms(features, self.centre) - self.norm_centre) / self.norm_scale
        return torch.cat([coordinates, norms], -1)

    def _norms(self, features: Tensor, centre: Tensor) -> Tensor:
        pieces = (*features.split(self.blocks, -1), *(features - centre).split(self.blocks, -1))
        return torch.stack([piece.norm(dim=-1) for piece in pieces], -1)

    def fit(self, features: Tensor) -> Projection:
        """Learn the directions of training datasets (N, D)."""
        features = features.double()
        centre = features.mean(0)
        # A constant feature does not tell the training datasets apart.
        spread = features.std(0, correction=0)
        constant = spread <= 1e-6 * spread.max()
        scale = torch.where(constant, 0.0, 1 / spread.masked_fill(constant, 1.0))
        _, lengths, axes = torch.linalg.svd((features - centre) * scale, full_matrices=False)
        most = self.directions.shape[-1]
        lengths, axes = lengths[:most], axes[:most]
        axes = axes * (lengths > 1e-5 * lengths[0])[:, None]
        unit = (lengths.square().mean() / len(features)).sqrt().clamp_min(1e-12)
        self.centre.copy_(centre)
        self.directions.copy_((axes * scale / unit).T)
        if self.blocks:
            norms = self._norms(features, centre)
            self.norm_centre.copy_(norms.mean(0))
            self.norm_scale.copy_(norms.std(0, correction=0).clamp_min(1e-6))
        return self


def pick_device(device: str) -> torch.device:
    """The torch device that a setting names; "auto" is a GPU if there is one, or the CPU."""
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        found = torch.device(device)
    except RuntimeError:
        raise ValueError(f"device must be 'auto', 'cpu', 'cuda' ..., not {device!r}") from None
    if found.type == "cuda" and not torch.cuda.is_available():
        raise ValueError(f"device {device!r} was asked for, but torch sees no GPU; use 'auto'")
    return found


@contextlib.contextmanager
def fork_seed(seed: int) -> Iterator[None]:
    """Random numbers of the CPU from this seed, then as before; `fork_rng` would touch all GPUs."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield


@contextlib.contextmanager
def few_threads(inputs: int) -> Iterator[None]:
    """One thread for a network of few inputs, where threads would mostly wait; then as before."""
    before = torch.get_num_threads()
    if inputs < FEW_INPUTS:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
