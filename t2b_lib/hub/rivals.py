"""Baselines for the map: overlaps of similar pairs, and distances, which have no direction.

Both share the interface of `Task2Box`: `fit(tasks, split)` and `predict(features, pairs)`.
"""

from __future__ import annotations

import torch
from sklearn.base import BaseEstimator
from sklearn.manifold import TSNE
from sklearn.neighbors import KNeighborsRegressor
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from t2b_lib.checks import check_pairs, checked
from t2b_lib.collection import Split, TaskCollection
from t2b_lib.network import Projection


class NearestPairs(BaseEstimator):
    """Predicts the relation of a pair (i, j) from the training pairs that are most like it.

    A pair is its two feature vectors side by side, standardised over the existing datasets. As many
    training pairs as `neighbours` says are averaged; nearer ones count for more.
    """

    def __init__(self, neighbours: int = 5):
        self.neighbours = neighbours

    @checked
    def fit(self, tasks: TaskCollection, split: Split) -> NearestPairs:
        """Store the training pairs of `split`."""
        existing = tasks.features[split.existing]
        self.projection_ = Projection(1, existing.shape[1], min(existing.shape)).fit(existing)
        known = tasks.relation[split.train[:, 0], split.train[:, 1]]
        self.regressor_ = KNeighborsRegressor(self.neighbours, weights="distance")
        self.regressor_.fit(self._joined(tasks.features, split.train), known.numpy())
        return self

    @checked
    def predict(self, features: Tensor, pairs: Tensor) -> Tensor:
        """Predicted relation of pairs (P, 2) of rows of `features` (N, D): shape (P,)."""
        check_is_fitted(self)
        found = self.regressor_.predict(self._joined(features, pairs))
        return torch.from_numpy(found).float()

    def _joined(self, features: Tensor, pairs: Tensor):
        inputs = self.projection_(features.unsqueeze(0))[0]
        pairs = check_pairs(pairs, len(features))
        return inputs[pairs].flatten(1).numpy()


class Nearness(BaseEstimator):
    """Predicts a stronger relation where the means of two datasets are nearer, in no direction.

    It learns nothing from pairs, and its numbers serve rank correlations only. With `tsne`,
    distances are measured on a map of points: t-SNE (van der Maaten and Hinton, 2008) lays out the
    means of all datasets in the plane, from `seed`. It cannot place an unseen dataset later, so it
    lays out the novel datasets too, which no other method sees.
    """

    def __init__(self, tsne: bool = False, *, seed: int = 0):
        self.tsne = tsne
        self.seed = seed

    @checked
    def fit(self, tasks: TaskCollection, split: Split | None = None) -> Nearness:
        """Do nothing: there is nothing to learn."""
        return self

    @checked
    def predict(self, features: Tensor, pairs: Tensor) -> Tensor:
        """Minus the distance of pairs (P, 2) of rows of `features` (N, 2 D): shape (P,)."""
        points = features[:, : features.shape[1] // 2]
        if self.tsne:
            few = min(30, (len(points) - 1) / 3)
            layout = TSNE(perplexity=few, init="pca", random_state=self.seed)
            points = torch.from_numpy(layout.fit_transform(points.numpy()))
        pairs = check_pairs(pairs, len(points))
        return -(points[pairs[:, 0]] - points[pairs[:, 1]]).norm(dim=1)
