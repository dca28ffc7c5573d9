"""The tree of tasks, by which tasks help which."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from scipy.cluster.hierarchy import dendrogram

from t2b_lib.affinity.rooms.compare import similarity_tree


def draw_similarity_tree(
    names: Sequence[str], relation: np.ndarray, ax: Axes | None = None, clusters: int = 4
) -> Axes:
    """Which tasks help the same targets, as a tree (`similarity_tree`); Taskonomy's Fig. 13.

    Parameters
    ----------
    names : sequence of str, length N
    relation : array, shape (N, N)
        Affinities of row for column.
    ax : Axes, optional
    clusters : int
        Branches that get a colour of their own.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(5.4, 5.6), layout="constrained")
    tree = similarity_tree(relation)
    # Between the heights at which the tree has so many branches and one fewer.
    cut = tree[-clusters : len(tree) - clusters + 2, 2].mean()
    dendrogram(
        tree,
        labels=list(names),
        orientation="left",
        color_threshold=cut,
        above_threshold_color="#888888",
        leaf_font_size=8,
        ax=ax,
    )
    ax.set_xlabel("distance between the patterns of transferring out")
    ax.spines[["left", "top", "right"]].set_visible(False)
    return ax
