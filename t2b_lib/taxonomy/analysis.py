"""What boxes say of a hierarchy that they were not told: distances and sizes."""

from __future__ import annotations

from itertools import compress

import numpy as np
import pandas as pd
import torch
from scipy.sparse import coo_array
from scipy.sparse.csgraph import shortest_path
from scipy.spatial.distance import cdist

from t2b_lib.boxes import Boxes, log_volume, overlap
from t2b_lib.collection import Split, TaskCollection
from t2b_lib.evaluation import evaluate
from t2b_lib.taxonomy.hierarchy import Taxonomy


def taxonomic_distances(taxonomy: Taxonomy) -> np.ndarray:
    """The symmetric graph distance of datasets in the hierarchy (section 7 of the paper).

    The number of steps from a dataset to its smallest superset or its largest subsets, and so on,
    on the shortest way. Datasets at the top lie one step below a common root.

    Parameters
    ----------
    taxonomy : Taxonomy
        N datasets.

    Returns
    -------
    array (N, N) of float
        Whole numbers, symmetric, 0 on the diagonal.
    """
    root = len(taxonomy)
    steps = [(i, p) for i, above in enumerate(taxonomy.parents) for p in above or [root]]
    child, parent = np.array(steps).T
    graph = coo_array((np.ones(len(steps)), (child, parent)), shape=(root + 1, root + 1))
    return shortest_path(graph.tocsr(), directed=False, unweighted=True)[:root, :root]


def neighbourhood_distances(boxes: Boxes, taxonomy: Taxonomy) -> pd.DataFrame:
    """Mean distance to the nearest datasets, among the boxes and in the hierarchy (Fig. 7).

    Neighbours of a dataset are those whose boxes' centres are closest to its own.

    Parameters
    ----------
    boxes : Boxes, batch shape (N,)
        One for each dataset of `taxonomy`, in its order.
    taxonomy : Taxonomy

    Returns
    -------
    DataFrame of N - 1 rows indexed by neighbours, 1 to N - 1
        Means over the datasets and their so many nearest neighbours: "embedding", the Euclidean
        distance of the centres; "taxonomic", that of `taxonomic_distances`.

    Raises
    ------
    ValueError
        If there is not one box for each dataset.
    """
    _require_box_each(boxes, taxonomy)
    centres = boxes.centres.double().numpy()
    embedding = cdist(centres, centres)
    np.fill_diagonal(embedding, -1)  # itself comes first, whatever else lies in the same place
    nearest = embedding.argsort(axis=1, kind="stable")[:, 1:]
    neighbours = np.arange(1, len(taxonomy))
    columns = {
        name: np.take_along_axis(distances, nearest, axis=1).mean(axis=0).cumsum() / neighbours
        for name, distances in (
            ("embedding", embedding),
            ("taxonomic", taxonomic_distances(taxonomy)),
        )
    }
    return pd.DataFrame(columns, index=pd.Index(neighbours, name="neighbours"))


def box_sizes(boxes: Boxes, taxonomy: Taxonomy) -> pd.DataFrame:
    """Each dataset's box beside its place in the hierarchy (Fig. 8).

    Parameters
    ----------
    boxes : Boxes, batch shape (N,)
        One for each dataset of `taxonomy`, in its order.
    taxonomy : Taxonomy

    Returns
    -------
    DataFrame indexed by dataset
        depth (0 at the top), level (where the hierarchy names its levels), classes (how many),
        log_volume, and side, the geometric mean of the sides.

    Raises
    ------
    ValueError
        If there is not one box for each dataset.
    """
    _require_box_each(boxes, taxonomy)
    volumes = log_volume(boxes).double().numpy()
    table = {
        "depth": taxonomy.depth,
        "level": taxonomy.levels,
        "classes": taxonomy.members.sum(axis=1),
        "log_volume": volumes,
        "side": np.exp(volumes / boxes.dim),
    }
    if taxonomy.levels is None:
        del table["level"]
    return pd.DataFrame(table, index=pd.Index(taxonomy.names, name="dataset"))


def nested_boxes(boxes: Boxes, taxonomy: Taxonomy) -> pd.DataFrame:
    """How the boxes of each dataset and of the smallest ones around it lie (Fig. 8).

    Parameters
    ----------
    boxes : Boxes, batch shape (N,)
        One for each dataset of `taxonomy`, in its order.
    taxonomy : Taxonomy

    Returns
    -------
    DataFrame, a row for each dataset and parent
        subset and superset (names), depth (of the subset), overlap (how much of the subset's box
        lies in the superset's, exact), and centre_outside: whether the centre of the superset's
        box lies outside the subset's box, as the paper's Figure 8 has it.

    Raises
    ------
    ValueError
        If there is not one box for each dataset.
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
    """What a model says of each novel dataset: in which existing ones does it lie?

    Parameters
    ----------
    model : Task2Box or a baseline, fitted on `split`
    tasks : TaskCollection
        Its relation is containment.
    split : Split

    Returns
    -------
    DataFrame indexed by novel dataset, those that lie in an existing one
        right, wrong and missed: names of existing datasets, separated by commas.
    """
    threshold = evaluate(model, tasks, split).loc[0, "threshold"]
    pairs = torch.cartesian_prod(split.novel, split.existing)
    said = model.containment_score(tasks.features, pairs) > threshold
    true = tasks.relation[pairs[:, 0], pairs[:, 1]] == 1
    shape = len(split.novel), len(split.existing)
    columns = {"right": said & true, "wrong": said & ~true, "missed": ~said & true}
    existing = [tasks.names[i] for i in split.existing]
    table = pd.DataFrame(
        {
            column: [", ".join(compress(existing, row)) for row in marks.reshape(shape).tolist()]
            for column, marks in columns.items()
        },
        index=pd.Index([tasks.names[i] for i in split.novel], name="novel dataset"),
    )
    return table[true.reshape(shape).any(dim=1).numpy()]


def _require_box_each(boxes: Boxes, taxonomy: Taxonomy) -> None:
    if tuple(boxes.shape) != (len(taxonomy),):
        raise ValueError(
            f"one box for each of the {len(taxonomy)} datasets is wanted, got batch shape "
            f"{tuple(boxes.shape)}"
        )
