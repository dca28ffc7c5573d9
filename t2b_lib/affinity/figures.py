"""Figures of the Taskonomy chapter, and pictures that change without a kernel."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image
from scipy.cluster.hierarchy import dendrogram

from t2b_lib.affinity.compare import similarity_tree
from t2b_lib.affinity.policy import TransferPolicy
from t2b_lib.plots import COLOURS, heat_map

_BY_TRANSFER, _LABELLED = COLOURS[0], COLOURS[4]


def draw_affinities(panels: Mapping[str, np.ndarray], names: Sequence[str]) -> Figure:
    """Affinities (N, N) by title: a row is a source, a column a target; NaN is hatched."""
    size = (2 + 2.2 * len(panels), 4.2)
    figure, axes = plt.subplots(1, len(panels), figsize=size, sharey=True, layout="constrained")
    for ax, (title, relation) in zip(np.atleast_1d(axes), panels.items(), strict=True):
        image = heat_map(ax, relation, aspect="auto")
        ax.set_xticks([])
        ax.set_yticks(range(len(names)), names, fontsize=7)
        ax.set_title(title, fontsize=10)
    figure.supxlabel("target, in the same order", fontsize=9)
    figure.colorbar(image, ax=axes, shrink=0.7)
    return figure


def draw_policy(policy: TransferPolicy, names: Sequence[str]) -> Axes:
    """A transfer policy as a graph: tasks on a circle, an arrow from each source to its target.

    `names` are all tasks, in their order around the circle. A filled circle is a task with labels,
    an empty one a task solved by transfer. The fewer sources a target has, the darker its arrows.
    """
    _, ax = plt.subplots(figsize=(7.4, 6.2))
    angle = np.linspace(0, 2 * np.pi, len(names), endpoint=False)
    place = dict(zip(names, np.stack([np.cos(angle), np.sin(angle)], axis=1), strict=True))
    arrow = {"arrowstyle": "-|>", "connectionstyle": "arc3,rad=0.12", "shrinkA": 0, "shrinkB": 3}
    for edge in policy.edges.itertuples():
        if edge.source != edge.target:
            ends = 0.95 * place[edge.target], 0.95 * place[edge.source]
            depth = max(0.3, 0.9 - 0.2 * (edge.order - 1))
            ax.annotate("", *ends, arrowprops=arrow | {"color": _BY_TRANSFER, "alpha": depth})
    for name, turn in zip(names, np.degrees(angle), strict=True):
        labelled = name in policy.sources
        fill, edge, text = [_LABELLED] * 3 if labelled else ["white", "#888888", "black"]
        ax.plot(*place[name], "o", markersize=9, color=fill, markeredgecolor=edge, zorder=3)
        left = 90 < turn < 270
        ax.text(
            *(1.07 * place[name]),
            name,
            rotation=turn - 180 if left else turn,
            rotation_mode="anchor",
            ha="right" if left else "left",
            va="center",
            fontsize=8,
            color=text,
        )
    ax.set(xlim=(-1.85, 1.85), ylim=(-1.75, 1.75), aspect="equal")
    ax.axis("off")
    return ax


def draw_win_rates(rates: Mapping, names: Sequence[str], label: str) -> Figure:
    """Gain and quality of each target under several plans, as Taskonomy's Fig. 9 and 10.

    `rates` maps column labels, which mean `label`, to tables from `policy_win_rates` or
    `best_transfers`; up to eight columns show their numbers. `names` are the targets from the top.
    """
    figure, axes = plt.subplots(1, 2, figsize=(8.2, 5.8), sharey=True, layout="constrained")
    for ax, column in zip(axes, ("gain", "quality"), strict=True):
        table = pd.DataFrame({b: r.set_index("target")[column] for b, r in rates.items()})
        table = table.reindex(names)
        image = heat_map(ax, table, write=len(rates) <= 8, cmap="RdBu", aspect="auto")
        # More than a dozen labels would overlap.
        step = 1 + len(rates) // 13
        ax.set_xticks(range(0, len(rates), step), list(rates)[::step], fontsize=8)
        ax.set_yticks(range(len(names)), names, fontsize=8)
        ax.set_title(column)
    figure.supxlabel(label, fontsize=10)
    figure.colorbar(image, ax=axes, label="share of test images won")
    return figure


def draw_distributions(scores: Mapping[str, pd.DataFrame], label: str) -> Figure:
    """Cumulative distributions of the methods' scores, which measure `label`: a panel a table.

    `scores` maps titles to tables with a row for each case and a column for each method.
    """
    size = (1 + 2.4 * len(scores), 3.4)
    figure, axes = plt.subplots(1, len(scores), figsize=size, sharey=True, layout="constrained")
    methods = list(dict.fromkeys(name for table in scores.values() for name in table))
    lines = {}
    for ax, (title, table) in zip(np.atleast_1d(axes), scores.items(), strict=True):
        for name in table:
            colour = COLOURS[methods.index(name) % len(COLOURS)]
            lines[name] = ax.ecdf(table[name].dropna(), color=colour)
        ax.set(title=title, xlabel=label, ylim=(0, 1))
        ax.grid(color="#dddddd")
    np.atleast_1d(axes)[0].set_ylabel("share of the cases below")
    figure.legend(lines.values(), lines, loc="outside lower center", ncols=2, frameon=False)
    return figure


def picture(figure: Figure, colours: int = 96) -> bytes:
    """A figure as a small PNG of few colours, closed afterwards."""
    raw, small = io.BytesIO(), io.BytesIO()
    figure.savefig(raw, format="png", dpi=90, bbox_inches=None)
    plt.close(figure)
    # By coverage, so that a single thin line keeps its colour.
    image = Image.open(raw).convert("RGB").quantize(colours, Image.Quantize.MAXCOVERAGE)
    image.save(small, format="png", optimize=True)
    return small.getvalue()


def draw_similarity_tree(
    names: Sequence[str], relation: np.ndarray, ax: Axes, clusters: int = 4
) -> None:
    """Which tasks help the same targets, as a tree (Taskonomy, Fig. 13), from (N, N)."""
    tree = similarity_tree(relation)
    # Between the height at which the tree has this many branches and that with one fewer.
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
