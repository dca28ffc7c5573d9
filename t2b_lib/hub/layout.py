"""Boxes that are legible as a picture, and measures of how legible a map is."""

from __future__ import annotations

import pandas as pd
import torch
from sklearn.base import BaseEstimator, clone
from sklearn.utils.validation import check_is_fitted
from torch import Tensor
from torch.optim.lr_scheduler import CosineAnnealingLR

from t2b_lib.boxes import Boxes, intersection, pairwise_overlap, soft_log_volume, volume
from t2b_lib.collection import Split, TaskCollection
from t2b_lib.model import OVERLAP_WEIGHT, Task2Box

CONTAINED, DRAWN = 0.9, 0.5  # a containment: counted at least, and drawn at least
UNRELATED = 0.05  # at most, both ways together
# Of the last step: see `LegibleBoxes`.
SHARPEST, EMPHASIS, EVEN, ALIKE, APART = 4.0, 12.0, 300.0, 500.0, 300.0
PULL, GATHER, VOLUME = 0.05, 30.0, 0.7
VOLUME_TEMPERATURE = 0.05


class LegibleBoxes(BaseEstimator):
    """Boxes of a `Task2Box` that a last step of training makes legible.

    A picture has no room for every number. The step goes on with the fitted network and

    - raises the relation to a power that grows to `SHARPEST`: what lies in another dataset for the
      most part stays there, and smaller shares give way;
    - gives containments (from `CONTAINED`) `EMPHASIS` times more weight;
    - penalises the area that unrelated datasets share, uneven sides, boxes far larger or smaller
      than the typical one, and boxes far from the middle.

    `model` is not fitted; left out, it has two dimensions and the recipe "plain". `epochs` and
    `learning_rate`, which falls to 0 along a cosine, are of the last step. After `fit`, `model_` is
    fitted.
    """

    def __init__(
        self, model: Task2Box | None = None, *, epochs: int = 600, learning_rate: float = 2e-3
    ):
        self.model = model
        self.epochs = epochs
        self.learning_rate = learning_rate

    def fit(
        self, tasks: TaskCollection, split: Split | None = None, volumes: Tensor | None = None
    ) -> LegibleBoxes:
        """As `Task2Box.fit`, and the last step on the same pairs."""
        self.model_ = clone(Task2Box.from_recipe("plain") if self.model is None else self.model)
        self.model_.fit(tasks, split, volumes)
        existing = torch.arange(len(tasks)) if split is None else split.existing
        pairs = tasks.measured_pairs() if split is None else split.train
        weight = torch.zeros(len(tasks), len(tasks))
        weight[pairs[:, 0], pairs[:, 1]] = 1
        network = self.model_.network_
        device = next(network.parameters()).device
        relation = tasks.relation.nan_to_num()[existing][:, existing].to(device)
        weight = weight[existing][:, existing].to(device)
        inputs = network.inputs(tasks.features[existing].unsqueeze(0).to(device)).mT.detach()
        adam = torch.optim.Adam(network.parameters(), lr=self.learning_rate, fused=True)
        schedule = CosineAnnealingLR(adam, self.epochs)
        network.train()
        for epoch in range(self.epochs):
            adam.zero_grad()
            # The last third of the step is at full power.
            done = min(1.0, 1.5 * epoch / self.epochs)
            _loss(network.boxes(inputs)[0], relation, weight, done).backward()
            adam.step()
            schedule.step()
        network.eval()
        return self

    def embed(self, features: Tensor) -> Boxes:
        """As `Task2Box.embed`."""
        check_is_fitted(self, "model_")
        return self.model_.embed(features)

    def predict(self, features: Tensor, pairs: Tensor) -> Tensor:
        """As `Task2Box.predict`."""
        check_is_fitted(self, "model_")
        return self.model_.predict(features, pairs)


def _loss(boxes: Boxes, relation: Tensor, weight: Tensor, done: float) -> Tensor:
    """What the last step makes small, when a share `done` of its way is gone."""
    sharp = relation ** (1 + (SHARPEST - 1) * done)
    drawn = pairwise_overlap(boxes, soft=True, volume_temperature=VOLUME_TEMPERATURE)
    drawn = drawn.clamp(1e-30, 1 - 1e-6)
    errors = -(sharp * drawn.log() + (1 - sharp) * (1 - drawn).log())
    emphasis = 1 + EMPHASIS * (relation >= CONTAINED)
    squared = torch.cdist(boxes.centres, boxes.centres).square()
    sides = boxes.sides.log()
    unlike = (sides - sides.mean()).square().sum()
    far = (boxes.centres - boxes.centres.mean(0)).square().sum()
    n = len(boxes)
    rows = Boxes(boxes.lower[:, None], boxes.upper[:, None])
    shared = volume(intersection(rows, boxes)) * weight * (relation + relation.T <= UNRELATED)
    return (
        OVERLAP_WEIGHT * (weight * emphasis * errors).sum()
        + PULL * (weight * relation * squared).sum()
        + EVEN * sides.var(-1).sum()
        + ALIKE * unlike
        + GATHER * far
        + APART * done * shared.sum()
        + VOLUME * (-soft_log_volume(boxes) / boxes.dim).exp().sum()
    ) / n


def legibility(boxes: Boxes, relation: Tensor) -> pd.Series:
    """How well a map of boxes can be read, and how far it says what was counted.

    From boxes of batch shape (N,) and a relation (N, N): median and mean number of other boxes over
    a dataset's centre; the share of containments (relation from `CONTAINED`) that are drawn
    (overlap from `DRAWN`), and how many there are; the area that unrelated datasets share, in the
    area of all boxes.
    """
    boxes = boxes.to(torch.float64)
    others = ~torch.eye(len(boxes), dtype=torch.bool)
    centres = boxes.centres[:, None]
    over = ((centres > boxes.lower) & (centres < boxes.upper)).all(-1) & others
    over = over.sum(1).double()
    drawn = pairwise_overlap(boxes)
    contained = (relation >= CONTAINED) & others
    unrelated = (relation + relation.T <= UNRELATED) & others
    areas = volume(boxes)
    shared = (drawn * areas[:, None])[unrelated].sum() / 2
    return pd.Series(
        {
            "boxes over a centre, median": over.quantile(0.5).item(),
            "boxes over a centre, mean": over.mean().item(),
            "containments": int(contained.sum()),
            "containments drawn": (drawn[contained] >= DRAWN).double().mean().item(),
            "unrelated area": (shared / areas.sum()).item(),
        }
    )
