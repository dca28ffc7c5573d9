"""The map: boxes that follow the overlaps of datasets, and new datasets placed among them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from sklearn.base import BaseEstimator, clone
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from t2b_lib.boxes import Boxes, as_tensor, overlap
from t2b_lib.checks import checked
from t2b_lib.collection import TaskCollection, listing
from t2b_lib.hub.draw import CONTAINED, show_map
from t2b_lib.hub.overlap import (
    CountedSamples,
    beyond_chance,
    calibrated_reach,
    soft_overlap,
)
from t2b_lib.model import Task2Box
from t2b_lib.moments import Moments
from t2b_lib.store import write_whole


@checked
def target_volumes(sizes, smallest: float = 0.02, largest: float = 1.0) -> Tensor:
    """The volumes t_i of Eq. 13, (N,), linear in the logarithm of the sizes (N,) of N datasets.

    Sizes of public datasets, in samples, span five orders of magnitude. The smallest of `sizes`
    gets the volume `smallest` and the largest gets `largest`. Raises ValueError on a size that is
    not positive and finite, or volumes that are not in order.
    """
    sizes = as_tensor(sizes, torch.float64, "sizes").numpy()
    if not sizes.size or not (np.isfinite(sizes) & (sizes > 0)).all():
        raise ValueError("sizes must be positive numbers of samples: leave other datasets out")
    if not 0 < smallest < largest:
        raise ValueError(f"set 0 < smallest < largest, not smallest={smallest}, largest={largest}")
    logs = np.log(sizes)
    place = (logs - logs.min()) / max(np.ptp(logs), 1e-12)
    return torch.as_tensor(smallest + place * (largest - smallest), dtype=torch.float32)


@dataclass(frozen=True)
class Placement:
    """Where a new dataset lies on a map; its `box` has the batch shape (1,).

    `contained_in`, `contains` and `nearest` list datasets of the map, best first: `name`, `of_new`
    (share of the new dataset's samples that lie in the other), `of_other` (share of the other's
    samples that lie in the new dataset), and the same shares of their boxes as `drawn_of_new` and
    `drawn_of_other`. `contained_in` and `contains` list counted shares of at least a half.
    `nearest` is sorted by `of_new`^2 `of_other`: how much of the new dataset is there counts for
    more than how much else there is. Where nothing is counted, the soft overlaps of the boxes
    decide.
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

    `model` is an unfitted Task2Box, whose size_weight is the weight of Eq. 13, or a `LegibleBoxes`;
    left out, a Task2Box of two dimensions with the recipe "plain". `encode` is a function of what
    `place` is given (a collection of images, a list of class names) to the vectors of its samples,
    (n, D), from the encoder that the map was fitted with. `smallest` and `largest` are the volumes
    of the smallest and the largest dataset, as in `target_volumes`; left out, the area of a box
    says how much the dataset contains, and nothing of its size. `reach` is the distance within
    which a sample counts as inside; left out, it is calibrated.

    After `fit`: `table_`, the facts of each dataset as given; `tasks_`, the moments of the samples
    and the soft overlaps; `samples_`, a list of tensors; `reach_`; `typical_` (N,), what
    `beyond_chance` takes off for each target; `model_`, fitted; and `boxes_`, of batch shape (N,).
    """

    def __init__(
        self,
        model: BaseEstimator | None = None,
        *,
        encode: Callable[[object], Tensor] | None = None,
        smallest: float | None = None,
        largest: float | None = None,
        reach: float | None = None,
    ):
        self.model = model
        self.encode = encode
        self.smallest = smallest
        self.largest = largest
        self.reach = reach

    @checked
    def fit(
        self, table: pd.DataFrame, samples: Sequence[Tensor], relation: Tensor | None = None
    ) -> HubMap:
        """Train boxes for the N datasets of a table.

        The table has the columns `name` (unique), `samples` (the dataset's size, for Eq. 13), and
        whatever else the map should show. In its order, `samples` are the vectors of samples of
        each dataset, N tensors (n_i, D). The `relation` (N, N) says how much of each dataset lies
        in each other one; left out, it is their soft overlap beyond chance. Raises ValueError if
        table and samples differ in length, or are refused by `soft_overlap`, `target_volumes` or
        `TaskCollection`.
        """
        if len(table) != len(samples):
            raise ValueError(f"table has {len(table)} datasets, but samples has {len(samples)}")
        self.samples_ = [torch.as_tensor(vectors) for vectors in samples]
        self.reach_ = calibrated_reach(samples) if self.reach is None else self.reach
        counted, self.typical_ = beyond_chance(
            soft_overlap(samples, reach=self.reach_, progress=False)
        )
        parts = CountedSamples.of(self.samples_, self.reach_) if relation is None else None
        relation = counted if relation is None else relation
        self.table_ = table.reset_index(drop=True)
        features = Moments.of(samples).features()
        self.tasks_ = TaskCollection(table["name"], features, relation, parts)
        volumes = None
        if self.smallest is not None:
            volumes = target_volumes(table["samples"], self.smallest, self.largest)
        self.model_ = clone(Task2Box.from_recipe("plain") if self.model is None else self.model)
        self.model_.fit(self.tasks_, volumes=volumes)
        self.boxes_ = self.model_.embed(self.tasks_.features)
        return self

    @checked
    def place(self, dataset, name: str = "your dataset", most: int = 5) -> Placement:
        """Place a new dataset on the map by one pass through the network.

        The network is not trained again and no other box moves. The dataset is the vectors of its
        samples, a tensor (n, D), or what `encode` computes them from. Each of the answer's tables
        has at most `most` rows. Raises NotFittedError, or ValueError if the vectors have another
        number of features than those of the map, or there is no `encode` to compute them.
        """
        check_is_fitted(self, "model_")
        if not isinstance(dataset, Tensor):
            if self.encode is None:
                raise ValueError(
                    "dataset must be the vectors of its samples, a tensor (n, D): pass these, or "
                    "make the map with encode=, a function that computes them"
                )
            dataset = self.encode(dataset)
        size = self.tasks_.features.shape[1] // 2
        if dataset.dim() != 2 or not len(dataset) or dataset.shape[1] != size:
            raise ValueError(
                f"dataset must have shape (n, {size}) with n at least 1, as the map's vectors "
                f"have, not {tuple(dataset.shape)}"
            )
        box = self.model_.embed(Moments.of([dataset]).features())
        counting = {"reach": self.reach_, "progress": False}
        inside = soft_overlap([dataset], self.samples_, **counting)
        around = soft_overlap(self.samples_, [dataset], **counting)
        of_new, _ = beyond_chance(inside, self.typical_)
        of_other, _ = beyond_chance(around)
        counted = of_new[0], of_other[:, 0]
        return Placement(name, box, *related(box, self.boxes_, self.tasks_.names, most, counted))

    def save(self, folder: str | Path) -> Path:
        """Write the fitted map into a folder, so that others can place datasets on it.

        Three files: the network, the vectors of the samples (safetensors) and the table (JSON).
        `encode` is not kept. Returns the folder.
        """
        check_is_fitted(self, "model_")
        folder = Path(folder)
        getattr(self.model_, "model_", self.model_).save(folder / "model.safetensors")
        tensors = {"relation": self.tasks_.relation, "typical": self.typical_}
        tensors |= {"reach": torch.tensor(self.reach_, dtype=torch.float64)}
        tensors |= {f"samples {i}": vectors for i, vectors in enumerate(self.samples_)}
        tensors = {name: value.contiguous() for name, value in tensors.items()}
        write_whole(folder / "samples.safetensors", save(tensors))
        write_whole(folder / "table.json", self.table_.to_json(orient="records"))
        return folder

    @classmethod
    def load(
        cls, folder: str | Path, *, encode: Callable[[object], Tensor] | None = None
    ) -> HubMap:
        """A fitted map that `save` wrote; ValueError if a file is missing or damaged."""
        folder = Path(folder)
        found = cls(encode=encode)
        found.model_ = Task2Box.load(folder / "model.safetensors")
        try:
            table = pd.DataFrame(json.loads((folder / "table.json").read_text(encoding="utf-8")))
            tensors = load_file(folder / "samples.safetensors")
            found.samples_ = [tensors[f"samples {i}"] for i in range(len(table))]
            found.typical_, found.reach_ = tensors["typical"], tensors["reach"].item()
            features = Moments.of(found.samples_).features()
            found.tasks_ = TaskCollection(table["name"], features, tensors["relation"])
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"{folder} is damaged or holds no saved map; save it again ({error})"
            ) from error
        if "classes" in table:
            table["classes"] = table["classes"].map(tuple)
        found.table_ = table
        found.boxes_ = found.model_.embed(found.tasks_.features)
        return found

    def evidence(self, i: int, j: int, most: int = 6) -> list[tuple[str, str]]:
        """Classes of dataset i with the nearest class of j within reach, nearest first."""
        names = [self.table_["classes"].iloc[k] for k in (i, j)]
        if any(len(self.samples_[k]) != len(own) for k, own in zip((i, j), names, strict=True)):
            return []
        nearest = torch.cdist(self.samples_[i], self.samples_[j]).min(1)
        order = nearest.values.argsort(stable=True)[:most]
        found = order[nearest.values[order] < self.reach_].tolist()
        return [(names[0][k], names[1][nearest.indices[k]]) for k in found]

    def show(self, placement: Placement | None = None, **options):
        """The map as an IPython HTML, a placed dataset highlighted; `options` as in `map_page`."""
        boxes, table, relation = self.boxes_, self.table_, self.tasks_.relation
        if placement is None:
            return show_map(boxes, table, relation, evidence=self.evidence, **options)
        n, box = len(boxes), placement.box
        here = {"name": placement.name, "samples": None, "classes": ()}
        table = pd.concat([table, pd.DataFrame([here])], ignore_index=True)
        both = torch.eye(n + 1)
        both[:n, :n] = relation
        both[n, :n], both[:n, n] = overlap(box, boxes), overlap(boxes, box)
        boxes = Boxes(torch.cat([boxes.lower, box.lower]), torch.cat([boxes.upper, box.upper]))
        return show_map(boxes, table, both, placed=[n], **options)


def related(
    box: Boxes,
    boxes: Boxes,
    names: Sequence[str],
    most: int = 5,
    counted: tuple[Tensor, Tensor] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The datasets that contain a new one, those that it contains, and those nearest to it.

    From the new dataset's box, of batch shape (1,), and N boxes with their names to the three
    tables of a `Placement`, of `most` rows at most. `counted` are the shares (N,) of the new
    dataset in the others, and of the others in it; left out, those of their boxes count.
    """
    drawn = overlap(box, boxes), overlap(boxes, box)
    soft = overlap(box, boxes, soft=True) * overlap(boxes, box, soft=True)
    of_new, of_other = drawn if counted is None else counted
    table = pd.DataFrame(
        {
            "name": list(names),
            "of_new": of_new.numpy(),
            "of_other": of_other.numpy(),
            "drawn_of_new": drawn[0].numpy(),
            "drawn_of_other": drawn[1].numpy(),
            "both": (of_new.square() * of_other).numpy(),
            # Where neither is inside the other, soft overlaps still say which are near.
            "soft": soft.numpy(),
        }
    )

    def best(columns: list[str], least: float) -> pd.DataFrame:
        rows = table[table[columns[0]] >= least].nlargest(most, columns)
        return rows.drop(columns=["both", "soft"]).reset_index(drop=True)

    return (
        best(["of_new", "of_other"], CONTAINED),
        best(["of_other", "of_new"], CONTAINED),
        best(["both", "of_new", "of_other", "soft"], 0),
    )
