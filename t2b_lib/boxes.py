"""Axis-aligned boxes: intersection, volume and the asymmetric overlap ``|A n B| / |A|``.

Drawings show the exact operations. Networks learn from the soft ones: the Gumbel intersection and
the Bessel-approximated volume of the box-embeddings library (Dasgupta et al. 2020; Chheda et al.
2021), with the temperatures of the Task2Box paper (section 9.2). Here they are plain tensor
operations that broadcast.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import softplus

from t2b_lib.checks import check_memory, checked

if TYPE_CHECKING:
    from box_embeddings.parameterizations import BoxTensor

INTERSECTION_TEMPERATURE = 1e-4
VOLUME_TEMPERATURE = 0.1

EULER_GAMMA = 0.57721566490153286
# The library adds this inside its logarithm, so that a vanishing soft side keeps a finite gradient.
_SOFT_SIDE_FLOOR = 1e-13
# Below this a side counts as zero: 1 / side stays finite in float32, and so do products of a few.
_ZERO_SIDE = 1e-19


def as_tensor(values, dtype: torch.dtype | None = None, name: str = "the array") -> Tensor:
    """A tensor of nested lists, an array, a DataFrame or a tensor.

    Arrays and DataFrames are copied, so that read-only ones do too. A ValueError with the name says
    if they are no numbers.
    """
    try:
        if hasattr(values, "__array__") and not isinstance(values, Tensor):
            values = np.array(values)
        return torch.as_tensor(values, dtype=dtype)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"{name} must be numbers in rows of equal length") from error


class TensorRecord:
    """Base of the frozen dataclasses that hold tensors: == compares values, NaN equals NaN."""

    def __eq__(self, other) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(map(_same, vars(self).values(), vars(other).values()))

    __hash__ = None


def _same(a, b) -> bool:
    if not isinstance(a, Tensor):
        return a == b
    a, b = (tensor.detach().cpu().double() for tensor in (a, b))
    return a.shape == b.shape and torch.allclose(a, b, rtol=0, atol=0, equal_nan=True)


@dataclass(frozen=True, eq=False)
class Boxes(TensorRecord):
    """A batch of axis-aligned boxes in d dimensions.

    A box whose upper corner lies below its lower corner in any dimension is empty, with volume
    zero. The intersection of two disjoint boxes is such a box.

    The corners `lower` and `upper` (..., d) are floating point, of the same shape and dtype. Nested
    lists, arrays and DataFrames become tensors. Tensors stay on their device. Raises ValueError if
    the corners disagree in shape, or have no dimension.
    """

    lower: Tensor
    upper: Tensor

    def __post_init__(self):
        for corner in ("lower", "upper"):
            value = as_tensor(getattr(self, corner), name=corner)
            if not value.is_floating_point():
                value = value.to(torch.get_default_dtype())
            object.__setattr__(self, corner, value)
        if self.lower.shape != self.upper.shape:
            raise ValueError(
                "lower and upper corners must have the same shape, got "
                f"{tuple(self.lower.shape)} and {tuple(self.upper.shape)}"
            )
        if self.lower.dim() == 0 or self.lower.shape[-1] == 0:
            raise ValueError("boxes need at least one dimension: pass corners of shape (..., d)")

    @property
    def sides(self) -> Tensor:
        """Side lengths, shape (..., d); negative where the box is empty."""
        return self.upper - self.lower

    @property
    def centres(self) -> Tensor:
        """Centres, shape (..., d)."""
        return (self.lower + self.upper) / 2

    @property
    def dim(self) -> int:
        """Number of dimensions d."""
        return self.lower.shape[-1]

    @property
    def shape(self) -> torch.Size:
        """Shape of the batch, without the dimension of the space."""
        return self.lower.shape[:-1]

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("a single box has no length")
        return self.shape[0]

    def __getitem__(self, index) -> Boxes:
        if not self.shape:
            raise IndexError("a single box cannot be indexed")
        index = index if isinstance(index, tuple) else (index,)
        if not any(part is Ellipsis for part in index):
            index = (*index, Ellipsis)
        # The index is for the batch only: all dimensions of the space are kept.
        index = (*index, slice(None))
        return Boxes(self.lower[index], self.upper[index])

    def detach(self) -> Boxes:
        """The same boxes without their computation graph."""
        return Boxes(self.lower.detach(), self.upper.detach())

    def to(self, *args, **kwargs) -> Boxes:
        """The same boxes on another device or in another dtype, as `torch.Tensor.to`."""
        return Boxes(self.lower.to(*args, **kwargs), self.upper.to(*args, **kwargs))

    def to_box_tensor(self) -> BoxTensor:
        """As the `BoxTensor` of the box-embeddings library (gradients flow through)."""
        # The library warns at import that AllenNLP, which is not needed here, is missing.
        logging.getLogger("box_embeddings").setLevel(logging.ERROR)
        from box_embeddings.parameterizations import BoxTensor

        return BoxTensor((self.lower, self.upper))


@checked
def intersection(a: Boxes, b: Boxes, temperature: float = 0.0) -> Boxes:
    """Intersection of boxes, broadcasting over the batch.

    The result is empty where `a` and `b` do not meet. It is exact at `temperature` 0. Above 0 it is
    the Gumbel intersection, whose corners are smooth maxima and minima and lie slightly inside the
    exact ones; as the temperature falls they approach them (Dasgupta et al. 2020, used in the
    paper's Eq. 5 with 1e-4).
    """
    if temperature == 0:
        return Boxes(torch.maximum(a.lower, b.lower), torch.minimum(a.upper, b.upper))
    lower = torch.logaddexp(a.lower / temperature, b.lower / temperature) * temperature
    upper = torch.logaddexp(-a.upper / temperature, -b.upper / temperature) * -temperature
    return Boxes(lower, upper)


@checked
def volume(boxes: Boxes) -> Tensor:
    """Exact volume, shape (...): the product of the sides, 0 for an empty box."""
    return boxes.sides.clamp_min(0).prod(-1)


@checked
def log_volume(boxes: Boxes) -> Tensor:
    """Logarithm of the exact volume, shape (...): -inf and gradient 0 if empty or flat."""
    sides = boxes.sides
    flat = sides <= _ZERO_SIDE
    # Two `where`s: with one, the infinite derivative of log at 0 would still reach the gradient.
    return torch.where(flat, -torch.inf, torch.where(flat, 1.0, sides).log()).sum(-1)


def soft_log_volume(
    boxes: Boxes,
    *,
    intersection_temperature: float = INTERSECTION_TEMPERATURE,
    volume_temperature: float = VOLUME_TEMPERATURE,
) -> Tensor:
    """Logarithm of the Bessel-approximated volume, shape (...).

    The expected volume of a box whose corners are Gumbel variables, approximated by a softplus
    (Dasgupta et al. 2020, Eq. 13; `bessel_volume_approx` of the box-embeddings library). Never
    -inf: disjoint boxes keep a small soft volume, and so a gradient.
    """
    sides = boxes.sides - 2 * EULER_GAMMA * intersection_temperature
    return (softplus(sides, beta=1 / volume_temperature) + _SOFT_SIDE_FLOOR).log().sum(-1)


@checked
def overlap(
    a: Boxes,
    b: Boxes,
    soft: bool = False,
    *,
    intersection_temperature: float = INTERSECTION_TEMPERATURE,
    volume_temperature: float = VOLUME_TEMPERATURE,
) -> Tensor:
    """How much of `a` lies in `b`: ``d_box = |A n B| / |A|``, Eq. 5 of the Task2Box paper.

    The batch shapes of `a` and `b` broadcast. The overlap is in [0, 1] (soft: up to rounding); 1
    means that `a` lies inside `b`. Without `soft` it is exact, as in pictures: a side of zero
    length counts as inside if `b` covers it and as outside if not, so that the overlap of a flat
    box is defined. With `soft` it is that of the Gumbel intersection and the Bessel volume at the
    given temperatures, as in the paper's training. The gradient is finite in both cases.
    """
    if soft:
        both = intersection(a, b, intersection_temperature)
        temperatures = {
            "intersection_temperature": intersection_temperature,
            "volume_temperature": volume_temperature,
        }
        return (soft_log_volume(both, **temperatures) - soft_log_volume(a, **temperatures)).exp()

    # A ratio per dimension, not a ratio of volumes: small sides in many dimensions would underflow.
    shared = intersection(a, b).sides
    sides = a.sides
    flat = sides <= _ZERO_SIDE
    share = shared.clamp_min(0) / torch.where(flat, 1.0, sides)
    inside = ((shared >= 0) & (sides >= 0)).to(share.dtype)
    return torch.where(flat, inside, share).prod(-1)


@checked
def pairwise_overlap(
    boxes: Boxes,
    others: Boxes | None = None,
    soft: bool = False,
    *,
    intersection_temperature: float = INTERSECTION_TEMPERATURE,
    volume_temperature: float = VOLUME_TEMPERATURE,
) -> Tensor:
    """Overlap of every box with every other: [i, j] is how much of box i lies in box j (Eq. 5).

    From `boxes` of batch shape (..., N) and `others` (..., M), or `boxes` itself where left out, to
    (..., N, M). The rest is as in `overlap`.
    """
    pairs = boxes.lower.numel() * (boxes if others is None else others).shape[-1]
    most = (20 if soft else 12) * pairs
    check_memory("all pairs of so many boxes", most, "take some rows of boxes at a time")
    if soft and others is None:
        return _SoftPairwiseOverlap.apply(
            boxes.lower, boxes.upper, intersection_temperature, volume_temperature
        )
    others = boxes if others is None else others
    rows = Boxes(boxes.lower.unsqueeze(-2), boxes.upper.unsqueeze(-2))
    columns = Boxes(others.lower.unsqueeze(-3), others.upper.unsqueeze(-3))
    return overlap(
        rows,
        columns,
        soft,
        intersection_temperature=intersection_temperature,
        volume_temperature=volume_temperature,
    )


class _SoftPairwiseOverlap(torch.autograd.Function):
    """Soft overlap of all pairs of N boxes with its gradient in one piece.

    Equal to `overlap(..., soft=True)` but several times faster, because training spends most of
    its time here and in matrix products. Dimensions come first, (d, ..., N, N), so that every pass
    runs over contiguous memory.
    """

    @staticmethod
    def forward(ctx, lower, upper, intersection_temperature, volume_temperature):
        low, low_weight = _gumbel_maximum(lower.movedim(-1, 0), intersection_temperature)
        high, high_weight = _gumbel_maximum(-upper.movedim(-1, 0), intersection_temperature)
        shift = 2 * EULER_GAMMA * intersection_temperature
        sides, slope = _log_softplus(-(high + low) - shift, volume_temperature)
        own_sides, own_slope = _log_softplus(
            (upper - lower).movedim(-1, 0) - shift, volume_temperature
        )
        overlaps = (sides.sum(0) - own_sides.sum(0).unsqueeze(-1)).exp_()
        ctx.save_for_backward(overlaps, slope, own_slope, low_weight, high_weight)
        return overlaps

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, gradient):
        overlaps, slope, own_slope, low_weight, high_weight = ctx.saved_tensors
        of_log = gradient * overlaps
        of_own_side = -own_slope * of_log.sum(-1)
        of_side = slope * of_log
        # Box i bounds pair (i, j) by its weight, box j by the rest: as a row and as a column.
        of_both = of_side.sum(-2)
        low, high = of_side * low_weight, of_side * high_weight
        of_lower = -(low.sum(-1) + of_both - low.sum(-2)) - of_own_side
        of_upper = high.sum(-1) + of_both - high.sum(-2) + of_own_side
        return of_lower.movedim(0, -1), of_upper.movedim(0, -1), None, None


def _gumbel_maximum(corner: Tensor, temperature: float) -> tuple[Tensor, Tensor]:
    """Smooth maximum of all pairs of (..., N), and its derivative by the first of the pair."""
    gap = corner.unsqueeze(-1) - corner.unsqueeze(-2)
    # log(1 + exp(-|gap|)) is -log(sigmoid(|gap|)), and torch's sigmoid and log are vectorised on
    # a CPU where its logaddexp, softplus and where are several times slower.
    excess = (gap.abs() / temperature).sigmoid_().log_()
    maximum = torch.maximum(corner.unsqueeze(-1), corner.unsqueeze(-2))
    maximum.sub_(excess, alpha=temperature)
    return maximum, gap.div_(temperature).sigmoid_()


def _log_softplus(sides: Tensor, temperature: float) -> tuple[Tensor, Tensor]:
    """Logarithm of the soft side, and its derivative."""
    # Clamped before exp, which is slow where its result is not a normal number.
    decay = (sides.abs() / -temperature).clamp_min_(-80).exp_()
    # log(1 + x) = 2 atanh(x / (2 + x)), accurate for small x as log1p is (see above).
    excess = decay.div_(decay + 2).atanh_()
    soft = sides.clamp_min(0).add_(excess, alpha=2 * temperature).add_(_SOFT_SIDE_FLOOR)
    slope = (sides / temperature).sigmoid_().div_(soft)
    return soft.log_(), slope
