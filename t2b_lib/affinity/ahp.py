"""The Analytic Hierarchy Process: from who beats whom to one score each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

# Saaty, The Analytic Hierarchy Process (1980): the mean consistency index of random reciprocal
# matrices of 1 to 15 rows with entries on the scale 1/9 .. 9.
_RANDOM_INDEX = (0, 0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)


class AHPResult(NamedTuple):
    """What `ahp` returns, for each of the leading dimensions (...) of its input.

    Attributes
    ----------
    affinities : array, shape (..., S)
        Positive, summing to 1.
    consistency_index : array, shape (...)
        (lambda - S) / (S - 1) with the principal eigenvalue lambda; 0 if and only if the ratios
        are consistent: w_ij w_jk = w_ik.
    consistency_ratio : array, shape (...)
        The consistency index over that of random matrices; 0 for S = 2, which is always
        consistent.
    """

    affinities: np.ndarray
    consistency_index: np.ndarray
    consistency_ratio: np.ndarray


def ahp(win_rates, clip: float = 0.001) -> AHPResult:
    """Affinities of the sources of a target, from their pairwise win rates.

    The win rates are clipped to [clip, 1 - clip]; W'_ij = W_ij / W_ji says how many times better
    source i is than j; the affinities are the principal eigenvector of W', scaled to sum 1
    (Taskonomy, section 3.3; Saaty 1987). Win rates W_ij = w_i / (w_i + w_j) give back w exactly.

    The consistency ratio divides by Saaty's random index up to 15 sources, and above by the one
    that follows from the principal eigenvalue of larger random matrices, 2.7699 S - 4.3513 (Alonso
    and Lamata 2006). Both hold for ratios between 1/9 and 9, so Saaty's rule of thumb, at most
    0.1, is strict for win rates, whose ratios reach 999.

    Parameters
    ----------
    win_rates : array, shape (..., S, S)
        [..., i, j]: share of the test images on which source i transfers better than source j.
        The diagonal is ignored.
    clip : float
        In (0, 0.5).

    Raises
    ------
    ValueError
        On fewer than two sources, a matrix that is not square, win rates outside [0, 1] or not
        measured, or a `clip` out of range.
    """
    wins = np.array(win_rates, dtype=float)
    if wins.ndim < 2 or wins.shape[-1] != wins.shape[-2] or wins.shape[-1] < 2:
        raise ValueError(
            f"win_rates must have shape (..., S, S) with S >= 2 sources, got {wins.shape}"
        )
    if not 0 < clip < 0.5:
        raise ValueError(f"clip must lie between 0 and 0.5, got {clip}")
    size = wins.shape[-1]
    wins[..., np.arange(size), np.arange(size)] = 0.5
    bad = np.argwhere(~((wins >= 0) & (wins <= 1)))
    if len(bad):
        index = tuple(bad[0].tolist())
        raise ValueError(
            f"win rates are shares in [0, 1], but win_rates{list(index)} is {wins[index]:g}; leave "
            "out sources that were not compared with all others"
        )

    wins = wins.clip(clip, 1 - clip)
    ratios = wins / wins.swapaxes(-1, -2)
    values, vectors = np.linalg.eig(ratios)
    # A positive matrix has one eigenvalue of largest modulus: real, with a positive eigenvector.
    principal = values.real.argmax(-1)[..., None]
    eigenvalue = np.take_along_axis(values, principal, -1)[..., 0].real
    vector = np.abs(np.take_along_axis(vectors, principal[..., None, :], -1)[..., 0])
    index = (eigenvalue - size) / (size - 1)
    random_index = _random_index(size)
    return AHPResult(
        affinities=vector / vector.sum(-1, keepdims=True),
        consistency_index=index,
        consistency_ratio=index / random_index if random_index else np.zeros_like(index),
    )


def _random_index(size: int) -> float:
    if size <= len(_RANDOM_INDEX):
        return _RANDOM_INDEX[size - 1]
    return (2.7699 * size - 4.3513 - size) / (size - 1)
