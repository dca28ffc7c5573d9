"""The map: datasets as boxes by the overlap of their samples, and others placed among them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from sklearn.base import BaseEstimator, clone
from torch import Tensor

from t2b_lib.boxes import Boxes, overlap
from t2b_lib.collection import TaskCollection, listing
from t2b_lib.hub.draw import CONTAINED, show_map
from t2b_lib.hub.overlap import soft_overlap
from t2b_lib.model import Task2Box


def sample_moments(samples: Sequence[Tensor]) -> Tensor:
    """The Gaussian representation of datasets from their samples, Eq. 1 and 2.

    Parameters
    ----------
    samples : sequence of N tensors, shapes (n_i, D)

    Returns
    -------
    Tensor, shape (N, 2 D)
        Mean and variance of each dataset's samples.
    """
    return torch.stack([torch.cat([v.mean(0), v.var(0, correction=0)]) for v in samples])


def target_volumes(sizes, smallest: float = 0.02, largest: float = 1.0) -> Tensor:
    """What the volumes of the boxes should be for Eq. 13: even in the logarithm of the sizes.

    Sizes of public datasets span five orders of magnitude; the smallest of `sizes` gets the volume
    `smallest`, the largest `largest`, and equal ratios of sizes equal differences of volume.

    Parameters
    ----------
    sizes : array of N positive numbers
        Samples in each dataset.
    smallest, largest : float
        Volumes, 0 < smallest < largest.

    Returns
    -------
    Tensor, shape (N,)

    Raises
    ------
    ValueError
        On a size that is not positive and finite, or volumes out of order.
    """
    sizes = np.asarray(sizes, dtype=float)
    if not (np.isfinite(sizes) & (sizes > 0)).all():
        raise ValueError("sizes must be positive numbers of samples; leave others out of the map")
    if not 0 < smallest < largest:
        raise ValueError(f"volumes must satisfy 0 < smallest < largest, got {smallest}, {largest}")
    logs = np.log(sizes)
    place = (logs - logs.min()) / max(np.ptp(logs), 1e-12)
    return torch.as_tensor(smallest + place * (largest - smallest), dtype=torch.float32)


@dataclass(frozen=True)
class Placement:
    """Where a dataset came to lie on a map.

    Parameters
    ----------
    name : str
    box : Boxes, batch shape (1,)
    contained_in, contains, nearest : DataFrame
        Datasets of the map, best first: `name`, `of_new` (share of the new box in the dataset's),
        `of_other` (share of the dataset's box in the new one). `contained_in` and `contains` ask
        for a share of at least a half, `nearest` orders by the geometric mean of both.
    """

    name: str
    box: Boxes
    contained_in: pd.DataFrame
    contains: pd.DataFrame
    nearest: pd.DataFrame

    def __repr__(self) -> str:
        return (
            f"Placement of {self.name!r}: in {listing(self.contained_in.name) or 'none'}; contains "
            f"{listing(self.contains.name) or 'none'}; nearest {listing(self.nearest.name)}"
        )


class HubMap(BaseEstimator):
    """Datasets as boxes whose overlaps follow the soft overlaps of their samples (Eq. 9 to 13).

    Parameters
    ----------
    model : Task2Box, optional
        Unfitted; its size_weight is the weight of Eq. 13. Two dimensions and the default recipe
        if left out.
    encode : callable, optional
        From what `place` is given (a collection of images, a list of class names) to the vectors
        of its samples, (n, D), as those that the map was fitted on.
    smallest, largest : float
        Volumes for the smallest and the largest dataset, as in `target_volumes`.

    Attributes
    ----------
    table_ : DataFrame
        What is known of each dataset.
    tasks_ : TaskCollection
        Moments of the samples, and the soft overlaps.
    model_ : Task2Box, fitted
    boxes_ : Boxes, batch shape (N,)
    """

    def __init__(
        self,
        model: Task2Box | None = None,
        *,
        encode: Callable[[object], Tensor] | None = None,
        smallest: float = 0.02,
        largest: float = 1.0,
    ):
        self.model = model
        self.encode = encode
        self.smallest = smallest
        self.largest = largest

    def fit(
        self, table: pd.DataFrame, samples: Sequence[Tensor], relation: Tensor | None = None
    ) -> HubMap:
        """Train boxes for the datasets of a table.

        Parameters
        ----------
        table : DataFrame, N rows
            With the columns `name` (unique) and `samples` (how many the dataset has; Eq. 13), and
            what else the map should show.
        samples : sequence of N tensors, shapes (n_i, D)
            Vectors of samples of each, in the table's order.
        relation : Tensor, shape (N, N), optional
            Their soft overlaps; computed if left out.

        Raises
        ------
        ValueError
            If table and samples differ in length, or as `soft_overlap`, `target_volumes` and
            `TaskCollection` do.
        """
        if len(table) != len(samples):
            raise ValueError(f"the table has {len(table)} datasets, but there are {len(samples)}")
        if relation is None:
            relation = soft_overlap(samples)
        self.table_ = table.reset_index(drop=True)
        self.tasks_ = TaskCollection(table["name"], sample_moments(samples), relation)
        volumes = target_volumes(table["samples"], self.smallest, self.largest)
        self.model_ = clone(Task2Box() if self.model is None else self.model)
        self.model_.fit(self.tasks_, volumes=volumes)
        self.boxes_ = self.model_.embed(self.tasks_.features)
        return self

    def place(self, dataset, name: str = "your dataset", most: int = 5) -> Placement:
        """Where a dataset that the map does not know belongs: one pass through the network.

        Nothing is trained again and no other box moves.

        Parameters
        ----------
        dataset : Tensor, shape (n, D), or what `encode` takes
            Vectors of samples, or what they are made of.
        name : str
        most : int
            Rows in each of the answer's tables.

        Raises
        ------
        ValueError
            If the vectors do not fit those of the map, or there is no `encode` to make them.
        """
        if not hasattr(self, "model_"):
            raise ValueError("this HubMap is not fitted yet: call fit(table, samples) first")
        if not isinstance(dataset, Tensor):
            if self.encode is None:
                raise ValueError(
                    "give the vectors of the dataset's samples, a tensor (n, D), or make the map "
                    "with encode=, a function from the dataset to them"
                )
            dataset = self.encode(dataset)
        size = self.tasks_.features.shape[1] // 2
        if dataset.dim() != 2 or not len(dataset) or dataset.shape[1] != size:
            raise ValueError(
                f"the samples must be vectors as those of the map, shape (n, {size}) with n at "
                f"least 1, got {tuple(dataset.shape)}"
            )
        box = self.model_.embed(sample_moments([dataset.float()]))
        return Placement(name, box, *related(box, self.boxes_, self.tasks_.names, most))

    def show(self, placement: Placement | None = None, **options):
        """The map to look at in a notebook, of the datasets' measured overlaps.

        Parameters
        ----------
        placement : Placement, optional
            A dataset to bring out on the map; its overlaps are those of its box.
        **options
            `title` and `height`, as `map_page` takes them.

        Returns
        -------
        IPython.display.HTML
        """
        boxes, table, relation = self.boxes_, self.table_, self.tasks_.relation
        if placement is None:
            return show_map(boxes, table, relation, **options)
        n, box = len(boxes), placement.box
        here = {"name": placement.name, "samples": None, "classes": ()}
        table = pd.concat([table, pd.DataFrame([here])], ignore_index=True)
        both = torch.eye(n + 1)
        both[:n, :n] = relation
        both[n, :n], both[:n, n] = overlap(box, boxes), overlap(boxes, box)
        boxes = Boxes(torch.cat([boxes.lower, box.lower]), torch.cat([boxes.upper, box.upper]))
        return show_map(boxes, table, both, placed=[n], **options)


def related(
    box: Boxes, boxes: Boxes, names: Sequence[str], most: int = 5
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The boxes that contain a box, those it contains and those nearest to it by overlap.

    Parameters
    ----------
    box : Boxes, batch shape (1,)
    boxes : Boxes, batch shape (N,)
    names : sequence of N str
    most : int
        Rows in each table.

    Returns
    -------
    contained_in, contains, nearest : DataFrame
        As in `Placement`.
    """
    of_new, of_other = overlap(box, boxes), overlap(boxes, box)
    if not of_new.any():
        # It lies beside all of them: soft overlaps still tell which are near.
        of_new, of_other = overlap(box, boxes, soft=True), overlap(boxes, box, soft=True)

    def table(score: Tensor, least: float) -> pd.DataFrame:
        best = score.topk(min(most, len(score)))
        rows = best.indices[best.values >= least]
        return pd.DataFrame(
            {
                "name": [names[i] for i in rows.tolist()],
                "of_new": of_new[rows],
                "of_other": of_other[rows],
            }
        )

    both = (of_new * of_other).sqrt()
    return table(of_new, CONTAINED), table(of_other, CONTAINED), table(both, 0)
