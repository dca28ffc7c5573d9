"""A dataset's representation from the vectors of what it holds: Eq. 1 and 2 of the paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

Kind = Literal["average", "gaussian"]


@dataclass
class Moments:
    """Running count, mean and sum of squared deviations of the vectors of M groups.

    One pass, in float64, and mergeable: two halves of the data merged are the whole, and groups
    merged are their union (Chan, Golub and LeVeque, 1979). So the moments of a family come from
    those of its species, with no vector looked at again.

    Parameters
    ----------
    count : tensor (M,)
    mean : tensor (M, D)
    squares : tensor (M, D)
        Sum of the squared deviations from the mean.
    """

    count: Tensor
    mean: Tensor
    squares: Tensor

    @classmethod
    def empty(cls, groups: int, size: int) -> Moments:
        """Moments of nothing yet, for vectors of `size` numbers in `groups` groups."""
        double = {"dtype": torch.float64}
        zeros = torch.zeros(groups, size, **double)
        return cls(torch.zeros(groups, **double), zeros, zeros.clone())

    def add(self, vectors: Tensor, groups: Tensor) -> None:
        """Take in vectors (B, D), finite, of which row b belongs to group `groups[b]`."""
        touched, row = groups.unique(return_inverse=True)
        vectors = vectors.double()
        count = torch.bincount(row, minlength=len(touched)).double()
        total = vectors.new_zeros(len(touched), vectors.shape[1])
        mean = total.index_add(0, row, vectors) / count[:, None]
        squares = total.index_add(0, row, (vectors - mean[row]).square())
        self._merge(touched, count, mean, squares)

    def merge(self, other: Moments) -> None:
        """Take in what another has seen of the same groups."""
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
        """Moments of unions of groups, all at once by products of matrices.

        Parameters
        ----------
        members : bool array or tensor (N, M)
            Which groups each union is of.

        Returns
        -------
        Moments of N groups
        """
        weights = torch.as_tensor(members).bool().double()
        # Squares of differences to a common centre: those of the means themselves would lose the
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
        """Mean, and elementwise variance, of each group (Task2Box, Eq. 1 and 2).

        Parameters
        ----------
        kind : "average" or "gaussian"
            The mean alone, or the mean and the variance (divided by the count, as Eq. 2 has it).

        Returns
        -------
        tensor (M, D) for "average", (M, 2 D) for "gaussian" [mu; sigma^2], float32

        Raises
        ------
        ValueError
            A group with nothing in it, or an unknown kind.
        """
        if kind not in ("average", "gaussian"):
            raise ValueError(f'kind is "average" or "gaussian", not {kind!r}.')
        if (self.count == 0).any():
            empty = (self.count == 0).nonzero()[:, 0].tolist()
            raise ValueError(f"nothing was seen of groups {empty[:5]}. Leave them out.")
        if kind == "average":
            return self.mean.float()
        return torch.cat([self.mean, self.squares / self.count[:, None]], dim=1).float()


def moments(vectors: Tensor, members: np.ndarray | Tensor, kind: Kind = "gaussian") -> Tensor:
    """Mean, and elementwise variance, of each dataset's vectors (Task2Box, Eq. 1 and 2).

    All datasets at once, by products of matrices in float64.

    Parameters
    ----------
    vectors : tensor (M, D)
        One row per sample, or per class where classes stand for samples.
    members : bool array or tensor (N, M)
        Which rows belong to which dataset.
    kind : "average" or "gaussian"
        The mean alone, or the mean and the variance (divided by the count, as Eq. 2 has it).

    Returns
    -------
    tensor (N, D) for "average", (N, 2 D) for "gaussian" [mu; sigma^2], float32

    Raises
    ------
    ValueError
        A dataset without members, shapes that disagree, vectors that are not finite, or an
        unknown kind.
    """
    vectors = torch.as_tensor(vectors)
    members = torch.as_tensor(members, device=vectors.device).bool()
    if vectors.ndim != 2 or members.ndim != 2 or members.shape[1] != len(vectors):
        raise ValueError(
            f"vectors {tuple(vectors.shape)} and members {tuple(members.shape)} do not fit: "
            "(M, D) and (N, M) are wanted."
        )
    if not torch.isfinite(vectors).all():
        row = int((~torch.isfinite(vectors).all(dim=1)).nonzero()[0, 0])
        raise ValueError(f"vectors have to be finite; row {row} is not.")
    if not members.any(dim=1).all():
        empty = (~members.any(dim=1)).nonzero()[:, 0].tolist()
        raise ValueError(f"datasets without members: rows {empty[:5]} of members. Leave them out.")
    vectors = vectors.double()
    ones = vectors.new_ones(len(vectors))
    return Moments(ones, vectors, torch.zeros_like(vectors)).of_unions(members).features(kind)
