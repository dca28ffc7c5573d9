"""What the map is compared with: neighbours' overlaps, and distances, which know no direction.

Both share the interface of `Task2Box`: `fit(tasks, split)` and `predict(features, pairs)`.
"""

from __future__ import annotations

import torch
from sklearn.base import BaseEstimator
from sklearn.manifold import TSNE
from sklearn.neighbors import KNeighborsRegressor
from torch import Tensor

from t2b_lib.collection import Split, TaskCollection
from t2b_lib.network import Projection


class NearestPairs(BaseEstimator):
    """The relation of a pair (i, j) is that of the known pairs most like it, source and target.

    Features are standardised over the existing datasets. The nearer of the known pairs count for
    more.

    Parameters
    ----------
    neighbours : int
        Pairs to average.
    """

    def __init__(self, neighbours: int = 5):
        self.neighbours = neighbours

    def fit(self, tasks: TaskCollection, split: Split) -> NearestPairs:
        """Remember the training pairs of `split`."""
        existing = tasks.features[split.existing]
        self.projection_ = Projection(1, existing.shape[1], min(existing.shape)).fit(existing)
        known = tasks.relation[split.train[:, 0], split.train[:, 1]]
        self.regressor_ = KNeighborsRegressor(self.neighbours, weights="distance")
        self.regressor_.fit(self._joined(tasks.features, split.train), known.numpy())
        return self

    def predict(self, features: Tensor, pairs: Tensor) -> Tensor:
        """Predicted relation of pairs (P, 2) of rows of `features` (N, D): shape (P,)."""
        found = self.regressor_.predict(self._joined(features, pairs))
        return torch.from_numpy(found).float()

    def _joined(self, features: Tensor, pairs: Tensor):
        inputs = self.projection_(features.unsqueeze(0))[0]
        return inputs[pairs].flatten(1).numpy()


class Nearness(BaseEstimator):
    """The nearer the means of two datasets, the stronger their relation, the same both ways.

    Learns nothing from pairs: good for rank correlations only.

    Parameters
    ----------
    tsne : bool
        Take distances between the points that t-SNE (van der Maaten and Hinton, 2008) gives all
        datasets in the plane, as on a map of points, rather than between their means. t-SNE has no
        place for a dataset that it has not seen: it lays out the unseen with the others, which
        every other method must do without.
    seed : int
        Of t-SNE.
    """

    def __init__(self, tsne: bool = False, *, seed: int = 0):
        self.tsne = tsne
        self.seed = seed

    def fit(self, tasks: TaskCollection, split: Split | None = None) -> Nearness:
        """Does nothing: there is nothing to learn."""
        return self

    def predict(self, features: Tensor, pairs: Tensor) -> Tensor:
        """Minus the distance of pairs (P, 2) of rows of `features` (N, 2 D): shape (P,)."""
        points = features[:, : features.shape[1] // 2]
        if self.tsne:
            few = min(30, (len(points) - 1) / 3)
            layout = TSNE(perplexity=few, init="pca", random_state=self.seed)
            points = torch.from_numpy(layout.fit_transform(points.numpy()))
        return -(points[pairs[:, 0]] - points[pairs[:, 1]]).norm(dim=1)
