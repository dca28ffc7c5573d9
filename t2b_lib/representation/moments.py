"""A dataset's representation from the vectors of what it holds: Eq. 1 and 2 of the paper."""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from torch import Tensor

Kind = Literal["average", "gaussian"]


def moments(vectors: Tensor, members: np.ndarray | Tensor, kind: Kind = "gaussian") -> Tensor:
    """Mean, and elementwise variance, of each dataset's vectors (Task2Box, Eq. 1 and 2).

    All datasets at once, by one product of matrices in float64.

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
    if kind not in ("average", "gaussian"):
        raise ValueError(f'kind is "average" or "gaussian", not {kind!r}.')
    vectors = torch.as_tensor(vectors)
    weights = torch.as_tensor(members, device=vectors.device).bool().double()
    if vectors.ndim != 2 or weights.ndim != 2 or weights.shape[1] != len(vectors):
        raise ValueError(
            f"vectors {tuple(vectors.shape)} and members {tuple(weights.shape)} do not fit: "
            "(M, D) and (N, M) are wanted."
        )
    if not torch.isfinite(vectors).all():
        row = int((~torch.isfinite(vectors).all(dim=1)).nonzero()[0, 0])
        raise ValueError(f"vectors have to be finite; row {row} is not.")
    count = weights.sum(dim=1, keepdim=True)
    if (count == 0).any():
        empty = (count[:, 0] == 0).nonzero()[:, 0].tolist()
        raise ValueError(f"datasets without members: rows {empty[:5]} of members. Leave them out.")

    # Squares of differences to a common centre: those of the vectors themselves would lose the
    # variance to rounding where all vectors lie far from the origin.
    centre = vectors.double().mean(dim=0)
    shifted = vectors.double() - centre
    mean = weights @ shifted / count
    if kind == "average":
        return (mean + centre).float()
    variance = (weights @ shifted.square() / count - mean.square()).clamp_min(0)
    return torch.cat([mean + centre, variance], dim=1).float()
