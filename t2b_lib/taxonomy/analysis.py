"""What boxes say about a hierarchy beyond containment: distances and sizes.

Where a function takes boxes and a taxonomy, there must be one box for each dataset, in the
taxonomy's order; else it raises ValueError.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from itertools import compress

import numpy as np
import pandas as pd
import torch
from scipy.sparse import coo_array
from scipy.sparse.csgraph import shortest_path
from scipy.spatial.distance import cdist
from sklearn.base import BaseEstimator

from t2b_lib.boxes import Boxes, log_volume, overlap
from t2b_lib.checks import checked
from t2b_lib.collection import Split, TaskCollection
from t2b_lib.evaluation import evaluate
from t2b_lib.taxonomy.hierarchy import Taxonomy


def taxonomic_distances(taxonomy: Taxonomy) -> np.ndarray:
    """The length of the shortest path between two datasets in the hierarchy (paper, Sec. 7).

    One step leads from a dataset to one of the smallest datasets around it, or back. Datasets at
    the top lie one step below a common root. Whole numbers as float (N, N), symmetric, 0 on the
    diagonal.
    """
    root = len(taxonomy)
    steps = [(i, p) for i, above in enumerate(taxonomy.parents) for p in above or [root]]
    child, parent = np.array(steps, dtype=np.int32).T
    graph = coo_array((np.ones(len(steps)), (child, parent)), shape=(root + 1, root + 1))
    return shortest_path(graph.tocsr(), directed=False, unweighted=True)[:root, :root]


@checked
def neighbourhood_distances(boxes: Boxes, taxonomy: Taxonomy) -> pd.DataFrame:
    """Mean distance to the nearest datasets, among the boxes and in the hierarchy (Fig. 7).

    The nearest datasets are those with the nearest box centres. The DataFrame is indexed by the
    number of neighbours, from 1 to N - 1, and has the means over all datasets and so many
    neighbours: "embedding", the Euclidean distance of the centres; "taxonomic", the distance by
    `taxonomic_distances`.
    """
    _require_box_each(boxes, taxonomy)
    centres = boxes.centres.double().numpy()
    embedding = cdist(centres, centres)
    np.fill_diagonal(embedding, -1)  # a dataset sorts before others at the same centre
    nearest = embedding.argsort(axis=1, kind="stable")[:, 1:]
    neighbours = np.arange(1, len(taxonomy))
    both = {"embedding": embedding, "taxonomic": taxonomic_distances(taxonomy)}
    columns = {
        name: np.take_along_axis(distances, nearest, axis=1).mean(axis=0).cumsum() / neighbours
        for name, distances in both.items()
    }
    return pd.DataFrame(columns, index=pd.Index(neighbours, name="neighbours"))


@checked
def box_sizes(boxes: Boxes, taxonomy: Taxonomy) -> pd.DataFrame:
    """Each dataset's box beside its place in the hierarchy (Fig. 8).

    The DataFrame is indexed by dataset: depth (0 at the top), level (if the hierarchy has levels),
    classes (their number), log_volume, and side, the geometric mean of the box's sides.
    """
    _require_box_each(boxes, taxonomy)
    volumes = log_volume(boxes).double().numpy()
    levels = {} if taxonomy.levels is None else {"level": taxonomy.levels}
    sizes = {"classes": taxonomy.members.sum(axis=1), "log_volume": volumes}
    table = {"depth": taxonomy.depth} | levels | sizes | {"side": np.exp(volumes / boxes.dim)}
    return pd.DataFrame(table, index=pd.Index(taxonomy.names, name="dataset"))


@checked
def nested_boxes(boxes: Boxes, taxonomy: Taxonomy) -> pd.DataFrame:
    """How the boxes of each dataset and its parents lie, a row for each such pair (Fig. 8).

    The columns are subset and superset (names), depth (of the subset), overlap (the exact share of
    the subset's box in the superset's), and centre_outside: whether the centre of the superset's
    box lies outside the subset's box, as in the paper's figure.
    """
    _require_box_each(boxes, taxonomy)
    pairs = [(i, p) for i, above in enumerate(taxonomy.parents) for p in above]
    child, parent = np.array(pairs, dtype=int).reshape(-1, 2).T
    inner, outer = boxes[child], boxes[parent]
    inside = (inner.lower <= outer.centres) & (outer.centres <= inner.upper)
    names = np.asarray(taxonomy.names)
    return pd.DataFrame(
        {
            "subset": names[child],
            "superset": names[parent],
            "depth": taxonomy.depth[child],
            "overlap": overlap(inner, outer).numpy(),
            "centre_outside": ~inside.all(-1).numpy(),
        }
    )


def novel_supersets(model, tasks: TaskCollection, split: Split) -> pd.DataFrame:
    """The existing datasets in which a model, fitted on `split`, puts each novel dataset.

    The relation of `tasks` is containment. The DataFrame has a row for each novel dataset that lies
    in an existing one, and the columns right, wrong and missed: names of existing datasets,
    separated by commas.
    """
    threshold = evaluate(model, tasks, split).loc[0, "threshold"]
    pairs = torch.cartesian_prod(split.novel, split.existing)
    said = model.containment_score(tasks.features, pairs) > threshold
    true = tasks.relation[pairs[:, 0], pairs[:, 1]] == 1
    shape = len(split.novel), len(split.existing)
    marks = {"right": said & true, "wrong": said & ~true, "missed": ~said & true}
    existing = [tasks.names[i] for i in split.existing]
    columns = {
        column: [", ".join(compress(existing, row)) for row in marked.reshape(shape).tolist()]
        for column, marked in marks.items()
    }
    novel = pd.Index([tasks.names[i] for i in split.novel], name="novel dataset")
    return pd.DataFrame(columns, novel)[true.reshape(shape).any(dim=1).numpy()]


def _require_box_each(boxes: Boxes, taxonomy: Taxonomy) -> None:
    if tuple(boxes.shape) != (len(taxonomy),):
        raise ValueError(
            f"boxes must be one for each of the {len(taxonomy)} datasets, not of batch shape "
            f"{tuple(boxes.shape)}"
        )


def contradictions(contained) -> int:
    """How often, in bool (N, N), a lies in b and b in c, but a not in c; all different."""
    said = np.array(contained, dtype=np.float32)
    np.fill_diagonal(said, 0)
    denied = 1 - said
    np.fill_diagonal(denied, 0)
    return int(((said @ said) * denied).sum())


def compare_answers(
    models: Mapping[str, BaseEstimator], tasks: TaskCollection, split: Split, queries: int = 5
) -> pd.DataFrame:
    """What models say of all pairs: contradictions, and the time of one dataset's question.

    The validation pairs of the split choose the thresholds of the fitted models. The question is
    timed `queries` times; the shortest time counts. The table has a row for each model: "said"
    (pairs said to be related), "contradictions" and "milliseconds" of comparing one dataset with
    all of the collection. Boxes are embedded before, once.
    """
    every = torch.cartesian_prod(*[torch.arange(len(tasks))] * 2)
    rows = {}
    for name, model in models.items():
        threshold = evaluate(model, tasks, split)["threshold"][0]
        said = model.containment_score(tasks.features, every) > threshold
        said = said.reshape(len(tasks), len(tasks)).numpy() & ~np.eye(len(tasks), dtype=bool)
        boxes = model.embed(tasks.features) if hasattr(model, "embed") else None
        seconds = []
        for _ in range(queries):
            start = time.perf_counter()
            if boxes is None:
                model.predict(tasks.features, every[: len(tasks)])
            else:
                overlap(boxes[:1], boxes, soft=True)
            seconds.append(time.perf_counter() - start)
        rows[name] = said.sum(), contradictions(said), 1000 * min(seconds)
    columns = ["said", "contradictions", "milliseconds"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)
