"""Other ways to say that one dataset lies in another, from papers beside the Task2Box paper.

Two are formulas that learn one number. Two are trained as Task2Box is, with the same network, parts
and teacher, and read its two outputs in another way than as a box.
"""

from __future__ import annotations

import numpy as np
from torch import Tensor

from t2b_lib.baselines import AsymmetricCosine, Measure
from t2b_lib.boxes import Boxes
from t2b_lib.collection import Split, TaskCollection
from t2b_lib.evaluation import best_threshold, f1, truth_of
from t2b_lib.model import Task2Box

ALPHAS = tuple(round(0.05 * k, 2) for k in range(-40, 41))


class FittedCosine(AsymmetricCosine):
    """Eq. 7 with the alpha from -2 to 2 that has the best F1 on the training pairs, `alpha_`."""

    def __init__(self):
        super().__init__()

    def fit(self, tasks: TaskCollection, split: Split) -> FittedCosine:
        """Find alpha and the threshold on the training pairs."""
        truth = truth_of(tasks, split.train)
        found = []
        for self.alpha in ALPHAS:
            super().fit(tasks, split)
            scores = self.predict(tasks.features, split.train).numpy()
            found.append(f1(truth, scores > best_threshold(truth, scores, None)))
        self.alpha_ = self.alpha = ALPHAS[int(np.nanargmax(found))]
        return super().fit(tasks, split)


class ExteriorAngle(Measure):
    """The negative angle at j between the way on from the root and the way to i.

    It is the exterior angle of entailment cones (Ganea et al., 2018) and of radial embeddings
    (arXiv 2407.08521): narrow datasets lie behind the broad ones that contain them. The root is the
    mean of the existing datasets.
    """

    def _look_at(self, existing: Tensor) -> None:
        self.root_ = existing.double().mean(0)

    def _scores(self, features: Tensor) -> Tensor:
        ways = features - self.root_
        lengths = ways.square().sum(1)
        inner = ways @ ways.T
        # (e_i - e_j) · (e_j - root), and the length of e_i - e_j.
        along = inner - lengths
        apart = (lengths[:, None] + lengths - 2 * inner).clamp_min(0).sqrt()
        cosine = along / (apart * lengths.sqrt()).clamp_min(1e-12)
        return -cosine.clamp(-1, 1).arccos()


class _Reading(Task2Box):
    """Task2Box whose network's boxes are read in another way."""

    def _pairwise(self, boxes: Boxes, **options) -> Tensor:
        rows = Boxes(boxes.lower.unsqueeze(-2), boxes.upper.unsqueeze(-2))
        columns = Boxes(boxes.lower.unsqueeze(-3), boxes.upper.unsqueeze(-3))
        return self._relation(rows, columns)


class OrderEmbedding(_Reading):
    """Points instead of boxes: i lies in j if j is at most i in every dimension.

    The relation is exp(-E) with the penalty E = |max(0, p_j - p_i)|^2 of order embeddings (Vendrov
    et al., 2016); p is what is the lower corner of a box elsewhere. Parameters as of `Task2Box`.
    """

    def _relation(self, rows: Boxes, columns: Boxes) -> Tensor:
        return (-(columns.lower - rows.lower).clamp_min(0).square().sum(-1)).exp()


class GaussianBoxes(_Reading):
    """Boxes as Gaussians: i lies in j if KL(i || j) is small.

    A box's centre is the mean, and half its side the standard deviation. The relation is
    exp(-KL(i || j)), the asymmetric one of the two energies of TaxoBell (arXiv 2601.09633); the
    likelihood of the relation stands for its margins. Parameters as of `Task2Box`.
    """

    def _relation(self, rows: Boxes, columns: Boxes) -> Tensor:
        ratio = (rows.sides / columns.sides.clamp_min(1e-6)).clamp_min(1e-6)
        shift = 2 * (rows.centres - columns.centres) / columns.sides.clamp_min(1e-6)
        divergence = (ratio.square() + shift.square() - 1) / 2 - ratio.log()
        return (-divergence.sum(-1)).exp()
