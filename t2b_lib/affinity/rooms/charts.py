"""The measured transfers as figures: the matrix before and after AHP, and the tree of tasks."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from scipy.cluster.hierarchy import dendrogram

from t2b_lib.affinity.rooms.compare import similarity_tree


def draw_transfer_matrix(transfers: pd.DataFrame) -> Figure:
    """Every first-order transfer before and after AHP, as Taskonomy's Fig. 7.

    On the left the test losses, each target's in a unit of its own, so only the colours of a
    column can be compared, and the columns with large losses drown the others. On the right the
    affinities, which are on one scale for all targets.

    Parameters
    ----------
    transfers : DataFrame
        ``results.read_table("affinities")``.
    """
    first = transfers[transfers["order"] == 1]
    names = list(first["target"].drop_duplicates())
    figure, axes = plt.subplots(1, 2, figsize=(13.5, 6.6), sharey=True, layout="constrained")
    panels = {
        "loss": ("before: mean test loss", "viridis_r"),
        "affinity": ("after AHP: affinity", "viridis"),
    }
    for ax, (column, (title, colours)) in zip(axes, panels.items(), strict=True):
        cells = first.pivot(index="sources", columns="target", values=column).loc[names, names]
        image = ax.imshow(cells, cmap=colours, norm=LogNorm())
        ax.set_xticks(range(len(names)), names, rotation=90, fontsize=7)
        ax.set_yticks(range(len(names)), names, fontsize=7)
        ax.set(title=title, xlabel="target")
        figure.colorbar(image, ax=ax, shrink=0.75)
    axes[0].set_ylabel("source")
    return figure


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
