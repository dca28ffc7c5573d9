"""A dataset's representation from the vectors of its samples: Eq. 1 and 2 of the paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from t2b_lib.checks import checked

Kind = Literal["average", "gaussian"]


@dataclass
class Moments:
    """Running count, mean and sum of squared deviations of the vectors of M groups.

    One pass over the vectors, in float64 on the CPU. Moments can be merged: the moments of two
    halves give those of the whole, and the moments of groups give those of their union (Chan, Golub
    and LeVeque, 1979). So the moments of a family follow from those of its species.
    """

    count: Tensor  #: (M,)
    mean: Tensor  #: (M, D)
    squares: Tensor  #: (M, D), sum of the squared deviations from the mean

    @classmethod
    def empty(cls, groups: int, size: int) -> Moments:
        """Moments of no vectors yet, for vectors of `size` numbers in `groups` groups."""
        mean, squares = torch.zeros(2, groups, size, dtype=torch.float64)
        return cls(torch.zeros(groups, dtype=torch.float64), mean, squares)

    @classmethod
    def of(cls, samples: Sequence[Tensor]) -> Moments:
        """Moments of N groups, each given by its vectors, a tensor (n_i, D)."""
        groups = torch.repeat_interleave(torch.tensor([len(vectors) for vectors in samples]))
        moments = cls.empty(len(samples), samples[0].shape[1])
        moments.add(torch.cat(list(samples)), groups)
        return moments

    def add(self, vectors: Tensor, groups: Tensor) -> None:
        """Add vectors (B, D), which must be finite; row b belongs to group `groups[b]`."""
        touched, row = groups.cpu().unique(return_inverse=True)
        vectors = vectors.cpu().double()
        count = torch.bincount(row, minlength=len(touched)).double()
        total = vectors.new_zeros(len(touched), vectors.shape[1])
        mean = total.index_add(0, row, vectors) / count[:, None]
        squares = total.index_add(0, row, (vectors - mean[row]).square())
        self._merge(touched, count, mean, squares)

    def merge(self, other: Moments) -> None:
        """Add the moments of other vectors of the same groups."""
        touched = other.count.nonzero()[:, 0]
        self._merge(touched, *(f[touched] for f in (other.count, other.mean, other.squares)))

    def _merge(self, touched: Tensor, count: Tensor, mean: Tensor, squares: Tensor) -> None:
        before = self.count[touched]
        together = before + count
        apart = mean - self.mean[touched]
        self.count[touched] = together
        self.mean[touched] += apart * (count / together)[:, None]
        self.squares[touched] += squares + apart.square() * (before * count / together)[:, None]

    def of_unions(self, members: np.ndarray | Tensor) -> Moments:
        """Moments of N unions of groups; `members` (N, M) says of which groups each consists."""
        weights = torch.as_tensor(members).cpu().bool().double()
        # Deviations from a common centre: the squares of the means themselves would lose the
        # variance to rounding where all vectors lie far from the origin.
        seen = self.count > 0
        centre = self.mean[seen].mean(dim=0) if seen.any() else self.mean.new_zeros(())
        shifted = (self.mean - centre) * seen[:, None]
        count = weights @ self.count
        mean = weights @ (self.count[:, None] * shifted) / count.clamp_min(1)[:, None]
        about_centre = weights @ (self.squares + self.count[:, None] * shifted.square())
        squares = (about_centre - count[:, None] * mean.square()).clamp_min(0)
        return Moments(count, (mean + centre) * (count > 0)[:, None], squares)

    def features(self, kind: Kind = "gaussian") -> Tensor:
        """Mean, and elementwise variance, of each group (Task2Box, Eq. 1 and 2), float32.

        The `kind` "average" gives the mean alone, (M, D); "gaussian" the mean and the variance
        (divided by the count, as in Eq. 2), (M, 2 D). Raises ValueError on another kind or an empty
        group.
        """
        if kind not in ("average", "gaussian"):
            raise ValueError(f'kind is "average" or "gaussian", not {kind!r}.')
        if empty := (self.count == 0).nonzero()[:, 0].tolist():
            raise ValueError(f"groups {empty[:5]} have no vectors. Leave them out.")
        if kind == "average":
            return self.mean.float()
        return torch.cat([self.mean, self.squares / self.count[:, None]], dim=1).float()


@checked
def moments(vectors: Tensor, members: np.ndarray | Tensor, kind: Kind = "gaussian") -> Tensor:
    """Mean, and elementwise variance, of each dataset's vectors (Task2Box, Eq. 1 and 2).

    `vectors` (M, D) has one row for each sample, or for each class where classes stand for samples,
    and `members` (N, M) says which rows belong to which dataset. `kind` is as in
    `Moments.features`, as is what is returned: (N, D) or (N, 2 D). Raises ValueError on a dataset
    without members, shapes that disagree, vectors that are not finite, or an unknown kind.
    """
    vectors, members = torch.as_tensor(vectors).cpu().double(), torch.as_tensor(members).bool()
    if vectors.ndim != 2 or members.ndim != 2 or members.shape[1] != len(vectors):
        raise ValueError(
            f"vectors {tuple(vectors.shape)} and members {tuple(members.shape)} do not fit: "
            "shapes (M, D) and (N, M) are needed."
        )
    if bad := (~vectors.isfinite().all(dim=1)).nonzero()[:, 0].tolist():
        raise ValueError(f"vectors must be finite; row {bad[0]} is not.")
    if empty := (~members.any(dim=1)).nonzero()[:, 0].tolist():
        raise ValueError(f"datasets without members: rows {empty[:5]} of members. Leave them out.")
    each = Moments(vectors.new_ones(len(vectors)), vectors, torch.zeros_like(vectors))
    return each.of_unions(members).features(kind)
