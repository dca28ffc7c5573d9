"""From losses on test images to win rates, and from these to affinities.

The losses of different tasks have different units. So the sources of a target are compared in
pairs, image by image, and the Analytic Hierarchy Process turns the win rates into one affinity for
each source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch

from t2b_lib.boxes import as_tensor
from t2b_lib.checks import checked

# Besides transfers, two networks compete: the target's own, and one trained on little data.
SUPERVISED, SCRATCH = "full supervision", "from scratch"
DECIMALS = 4

# Saaty, The Analytic Hierarchy Process (1980): the mean consistency index of random reciprocal
# matrices of 1 to 15 rows with entries on the scale 1/9 .. 9.
_RANDOM_INDEX = (0, 0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)


class AHPResult(NamedTuple):
    """The result of `ahp`, for each of the leading dimensions (...) of its input.

    The `affinities` (..., S) are positive and sum to 1. The `consistency_index` (...) is
    (lambda - S) / (S - 1) with the principal eigenvalue lambda; it is 0 if and only if the ratios
    are consistent: w_ij w_jk = w_ik. The `consistency_ratio` (...) divides it by that of random
    matrices; it is 0 for S = 2, which is always consistent.
    """

    affinities: np.ndarray
    consistency_index: np.ndarray
    consistency_ratio: np.ndarray


@checked
def ahp(win_rates, clip: float = 0.001) -> AHPResult:
    """Affinities of the sources of a target, from their pairwise win rates.

    In `win_rates` (..., S, S), [..., i, j] is the share of the test images on which source i
    transfers better than source j. The diagonal is ignored. The win rates are clipped to [clip, 1 -
    clip], with `clip` in (0, 0.5). The ratio W'_ij = W_ij / W_ji says how many times better source
    i is than source j. The affinities are the principal eigenvector of W', scaled to sum 1
    (Taskonomy, section 3.3; Saaty 1987). Win rates W_ij = w_i / (w_i + w_j) give exactly w.

    The consistency ratio divides by Saaty's random index for up to 15 sources. For more sources it
    uses the principal eigenvalue of larger random matrices, 2.7699 S - 4.3513 (Alonso and Lamata
    2006). Both hold for ratios between 1/9 and 9. The ratios of win rates reach 999, so Saaty's
    rule of thumb, at most 0.1, is strict for them.

    Raises ValueError if there are fewer than two sources, the matrix is not square, a win rate is
    missing or outside [0, 1], or `clip` is out of range.
    """
    wins = as_tensor(win_rates, torch.float64, "win_rates").numpy().copy()
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

    if not np.allclose(wins + wins.swapaxes(-1, -2), 1, rtol=0, atol=0.01):
        raise ValueError("win rates of two sources against each other must add up to 1")

    wins = wins.clip(clip, 1 - clip)
    ratios = wins / wins.swapaxes(-1, -2)
    values, vectors = np.linalg.eig(ratios)
    # A positive matrix has one eigenvalue of largest modulus: real, with a positive eigenvector.
    principal = values.real.argmax(-1)[..., None]
    eigenvalue = np.take_along_axis(values, principal, -1)[..., 0].real
    vector = np.abs(np.take_along_axis(vectors, principal[..., None, :], -1)[..., 0])
    index = (eigenvalue - size) / (size - 1)
    known = size <= len(_RANDOM_INDEX)
    random_index = _RANDOM_INDEX[size - 1] if known else (1.7699 * size - 4.3513) / (size - 1)
    return AHPResult(
        affinities=vector / vector.sum(-1, keepdims=True),
        consistency_index=index,
        consistency_ratio=index / random_index if random_index else np.zeros_like(index),
    )


@dataclass(frozen=True)
class WinRates:
    """Who beats whom when all solve one target.

    The C `contenders` are the tasks in their order, each for the transfer from its frozen encoder;
    then `SUPERVISED`, the target's own network; `SCRATCH`, a network trained on the scenes of the
    transfers; and transfers from two tasks, "A + B". `rates` (C, C) has at [i, j] the share of the
    test images on which i has a lower loss than j. Ties count half; the diagonal is 0.5.
    """

    target: str
    contenders: tuple[str, ...]
    rates: np.ndarray

    def against(self, rival: str) -> np.ndarray:
        """Win rates of all contenders against one, shape (C,)."""
        return self.rates[:, self.contenders.index(rival)]

    def affinities(self, order: int) -> pd.Series:
        """Affinities of full supervision and of transfers from up to `order` tasks, by AHP."""
        kept = [c for c in self.contenders if c != SCRATCH and len(c.split(" + ")) <= order]
        at = [self.contenders.index(c) for c in kept]
        return pd.Series(ahp(self.rates[np.ix_(at, at)]).affinities, kept)


def win_rates(losses) -> np.ndarray:
    """Share of the images on which contender i has a lower loss than contender j, (C, C).

    The `losses` (C, N) are those of C contenders on N test images. Ties count half, so
    [i, j] + [j, i] = 1. Raises ValueError if the shape is another, or a loss is NaN.
    """
    losses = np.asarray(losses)
    if losses.ndim != 2 or not losses.size:
        raise ValueError(f"losses must have shape (contenders, images), got {losses.shape}")
    if np.isnan(losses).any():
        raise ValueError(f"the loss of contender {np.argwhere(np.isnan(losses))[0, 0]} is NaN")
    lower = np.stack([(row < losses).mean(1) for row in losses])
    return (1 + lower - lower.T) / 2


def pool(measured: Sequence[WinRates]) -> WinRates:
    """The mean over seeds that have the same contenders and equally many test images."""
    first = measured[0]
    if any(seed.contenders != first.contenders for seed in measured):
        raise ValueError(f"the seeds compared different transfers to {first.target}")
    # Affinities are computed from the rounded rates that ship. Rounding one side only keeps the
    # two sides' sum at 1.
    upper = np.triu(np.mean([seed.rates for seed in measured], 0).round(DECIMALS), 1)
    rates = upper + np.tril(1 - upper.T, -1) + np.eye(len(upper)) / 2
    return WinRates(first.target, first.contenders, rates)
