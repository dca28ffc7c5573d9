"""The figures of the book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from itertools import cycle, islice

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from pandas import DataFrame

from t2b_lib.boxes import Boxes, volume
from t2b_lib.checks import checked
from t2b_lib.tables import labels

# Okabe and Ito's palette, for any kind of colour vision. Black is kept for text.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#F0E442", "#666666")


def show_bokeh(figure, title: str, height: int = 400):
    """An IPython HTML of a Bokeh figure with its script; `title` says what it shows."""
    from bokeh.embed import file_html
    from bokeh.resources import INLINE
    from IPython.display import HTML

    # Grey is legible on a light and on a dark page.
    figure.update(background_fill_alpha=0, border_fill_alpha=0)
    figure.axis.major_label_text_color = "gray"
    figure.grid.grid_line_alpha = 0.2
    figure.legend.background_fill_alpha = figure.legend.border_line_alpha = 0
    figure.legend.label_text_color = "gray"
    page = file_html(figure, INLINE, title)
    frame = f'title="{escape(title)}" srcdoc="{escape(page)}"'
    style = f"width:100%;height:{height}px;border:0"
    return HTML(f'<div><iframe {frame} style="{style}"></iframe></div>')


@checked
def draw_boxes(
    boxes: Boxes,
    names: Sequence[str] | None = None,
    *,
    colours: Sequence[str] | None = None,
    legend: Mapping[str, str] | None = None,
    dashed: Sequence[bool] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw 2-d boxes, large ones behind small ones, with names where there is room.

    There are N boxes, N names, N colours (`COLOURS` in turn if left out) and N flags `dashed`, for
    boxes with a dashed outline, such as those of novel datasets. A name is written in a corner or
    in the middle, the largest box's first; one without a place where it covers no other is left
    out. `legend` has a colour for each label. `ax` is a new square figure if left out. Raises
    ValueError if the boxes are not 2-d, or a sequence does not have N entries.
    """
    boxes = boxes.detach().to("cpu")
    if boxes.dim != 2 or len(boxes.shape) != 1:
        raise ValueError(
            f"only a list of 2-d boxes can be drawn, got {boxes.dim}-d boxes of batch shape "
            f"{tuple(boxes.shape)}; train with box_dim=2"
        )
    n = len(boxes)
    if colours is None:
        colours = list(islice(cycle(COLOURS), n))
    for what, given in {"names": names, "colours": colours, "dashed": dashed}.items():
        if given is not None and len(given) != n:
            raise ValueError(f"{n} boxes, but {len(given)} {what}")
    ax = ax or new_axes(7, 7)

    order = volume(boxes).argsort(descending=True).tolist()
    corners, sides = boxes.lower.tolist(), boxes.sides.clamp_min(0).tolist()
    for depth, i in enumerate(order):
        outline = {
            "edgecolor": colours[i],
            "linestyle": (0, (4, 2)) if dashed is not None and dashed[i] else "-",
            "linewidth": 1.4,
        }
        ax.add_patch(Rectangle(corners[i], *sides[i], facecolor=colours[i], alpha=0.13))
        ax.add_patch(Rectangle(corners[i], *sides[i], fill=False, zorder=2 + depth / n, **outline))
    # Matplotlib does not adapt the limits to patches by itself.
    ax.autoscale_view()
    ax.set_aspect("equal")
    ax.set(xticks=[], yticks=[])
    for side in ax.spines.values():
        side.set_color("#bbbbbb")
    if names is not None:
        _label_where_there_is_room(ax, [(names[i], corners[i], sides[i]) for i in order])
    if legend:
        ax.legend(
            handles=[Patch(facecolor=c, label=label, alpha=0.6) for label, c in legend.items()],
            fontsize=8,
            frameon=False,
            loc="upper left",
            bbox_to_anchor=(1, 1),
        )
    return ax


def _label_where_there_is_room(ax: Axes, labels: Sequence[tuple]) -> None:
    """Write each (name, corner, sides) in a corner or the middle, unless it covers another."""
    places = [(0, 1), (0, 0), (1, 1), (1, 0), (0.5, 0.5)]
    taken = []
    for name, corner, sides in labels:
        for across, up in places:
            text = ax.annotate(
                name,
                (corner[0] + across * sides[0], corner[1] + up * sides[1]),
                xytext=(2 - 4 * across, 2 - 4 * up),
                textcoords="offset points",
                ha={0: "left", 0.5: "center", 1: "right"}[across],
                va={0: "bottom", 0.5: "center", 1: "top"}[up],
                fontsize=8,
                zorder=4,
                bbox={"facecolor": "white", "alpha": 0.65, "edgecolor": "none", "pad": 0.6},
            )
            extent = text.get_window_extent()
            if not any(extent.overlaps(other) for other in taken):
                taken.append(extent)
                break
            text.remove()


def draw_relation(relation, names: Sequence[str] | None = None, *, ax: Axes | None = None) -> Axes:
    """Heat map (N, N) of how much of i lies in j; names and numbers for up to 12 datasets."""
    relation = np.asarray(relation, dtype=float)
    n = len(relation)
    ax = ax or new_axes(min(7, 2.5 + 0.45 * n), min(7, 2 + 0.45 * n))
    image = heat_map(ax, relation, write=n <= 12)
    if n <= 12:
        names = [str(i) for i in range(n)] if names is None else names
        ax.set_xticks(range(n), names, rotation=45, ha="right", rotation_mode="anchor")
        ax.set_yticks(range(n), names)
    else:
        ax.set(xlabel="dataset j", ylabel="dataset i")
    ax.figure.colorbar(image, ax=ax, fraction=0.046, label="share of i inside j")
    return ax


def heat_map(ax: Axes, values, *, write: bool = False, cmap: str = "Blues", **options) -> AxesImage:
    """Numbers in [0, 1] as colours, written into the cells with `write`; NaN is hatched."""
    values = np.asarray(values, dtype=float)
    image = ax.imshow(values, vmin=0, vmax=1, cmap=cmap, interpolation="none", **options)
    if np.isnan(values).any():
        ax.patch.set(facecolor="#eeeeee", hatch="///", edgecolor="#bbbbbb")
    for (i, j), value in np.ndenumerate(values) if write else ():
        if not np.isnan(value):
            dark = np.dot(image.to_rgba(value)[:3], (0.299, 0.587, 0.114)) < 0.5
            shade = "white" if dark else "black"
            ax.text(j, i, f"{value:.2f}", ha="center", va="center", fontsize=8, color=shade)
    return image


def new_axes(width: float, height: float) -> Axes:
    """The axes of a new figure of this size in inches."""
    return plt.subplots(figsize=(width, height))[1]


def draw_taxonomy(taxonomy) -> Axes:
    """A `Taxonomy` as shelves: each dataset lies under the dataset that contains it.

    The width of a shelf is the number of classes. A dataset with several parents is drawn under the
    largest of them. A name is written where it fits.
    """
    sizes = taxonomy.members.sum(axis=1)
    children: dict[int | None, list[int]] = {}
    for i in np.argsort(-sizes, kind="stable"):
        parents = taxonomy.parents[i]
        above = max(parents, key=lambda p: sizes[p]) if parents else None
        children.setdefault(above, []).append(int(i))

    @cache
    def width(i):
        # Datasets can share classes, so children may need more room than their parent.
        return max(sizes[i], sum(width(c) for c in children.get(i, ())))

    def shelves(below, left, level, colours):
        style = {"alpha": max(0.25, 0.75 - 0.1 * level), "edgecolor": "white", "linewidth": 0.8}
        for i, colour in zip(children.get(below, ()), cycle(colours), strict=False):
            corner = left, -level - 1
            ax.add_patch(Rectangle(corner, width(i), 0.94, facecolor=colour, **style))
            _label_if_it_fits(ax, taxonomy.names[i], left, -level - 0.53, width(i))
            shelves(i, left, level + 1, [colour])
            left += width(i)

    depth = int(taxonomy.depth.max()) + 1
    ax = new_axes(11, depth)
    ax.set(xlim=(0, sum(map(width, children[None]))), ylim=(-depth, 0))
    ax.axis("off")
    shelves(None, 0, 0, COLOURS)
    return ax


def _label_if_it_fits(ax: Axes, name: str, left: float, y: float, width: float) -> None:
    """Write a name inside its shelf, upright if it is too long, or not at all."""
    start, end = ax.transData.transform([(left, y - 0.47), (left + width, y + 0.47)])
    room_across, room_up = end - start
    lines = name.replace(" ", "\n")
    styles = [(name, 0, 8), (lines, 0, 7), (name, 90, 7), (lines, 90, 6.5), (name, 90, 6)]
    centred = {"ha": "center", "va": "center", "linespacing": 0.95}
    for words, rotation, size in styles:
        text = ax.text(left + width / 2, y, words, fontsize=size, rotation=rotation, **centred)
        extent = text.get_window_extent()
        if extent.width <= room_across - 2 and extent.height <= room_up - 2:
            return
        text.remove()


def draw_branches(
    taxonomy, boxes: Boxes, branches: Sequence[str], *, novel: Sequence[int] = ()
) -> Axes:
    """The boxes of some branches of a taxonomy, one colour each, as in the paper's Fig. 3.

    The 2-d `boxes` (N,) are of all its datasets. `branches` are names of datasets to draw with all
    datasets inside them; a dataset inside two branches has the colour of the first. The datasets
    `novel`, by their index, have a dashed outline. Raises ValueError for an unknown branch.
    """
    colour_of: dict[int, str] = {}
    legend = {}
    for branch, colour in zip(branches, COLOURS, strict=False):
        if branch not in taxonomy.names:
            raise ValueError(f"branches names {branch!r}, which is no dataset of {taxonomy!r}")
        legend[branch] = colour
        inside = taxonomy.containment[:, taxonomy.names.index(branch)]
        for i in np.flatnonzero(inside):
            colour_of.setdefault(int(i), colour)
    shown = list(colour_of)
    return draw_boxes(
        boxes[shown],
        [taxonomy.names[i] for i in shown],
        colours=list(colour_of.values()),
        legend=legend,
        dashed=[i in set(novel) for i in shown],
    )


def draw_lesson(tasks, split, teacher, owner: str, others: Sequence[str], seed: int = 0) -> Figure:
    """A part of a dataset, and what the boxes are taught about it.

    Left, the samples by their two main directions: those of the existing dataset `owner`, those of
    the part among them, and the means that stand for both. Right, the answers of a teacher, fitted
    on the split, about the existing datasets in `others`, and what needs no teacher. The collection
    must know its samples.
    """
    samples, place = tasks.samples, {name: i for i, name in enumerate(tasks.names)}
    random = torch.Generator().manual_seed(seed)
    drawn, owners = samples.draw_parts(torch.tensor([place[owner]]), 50, random, coherent=1.0)
    size = drawn.sum(1)
    # A part of middle size of this dataset alone.
    k = (owners == 0).nonzero()[:, 0][(size[owners == 0] - 6).abs().argmin()]
    part, whole = drawn[k], samples.members[place[owner]]
    axes = torch.pca_lowrank(samples.vectors, q=2, niter=10)[2]
    points = (samples.vectors - samples.vectors.mean(0)) @ axes
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), width_ratios=[1.3, 1])
    groups = {"all samples": (~whole, "#cccccc"), owner: (whole & ~part, COLOURS[0])}
    groups["a part of it"] = (part, COLOURS[4])
    for label, (chosen, colour) in groups.items():
        left.scatter(*points[chosen].T, s=12, color=colour, label=label)
    for chosen, colour in ((whole, COLOURS[0]), (part, COLOURS[4])):
        left.scatter(*points[chosen].mean(0), marker="*", s=220, color=colour, edgecolor="black")
    left.legend(fontsize=8)
    left.set(xticks=[], yticks=[], title="stars: the means, which are the vectors")
    features = torch.cat([tasks.features, samples.features(part[None])])
    pairs = torch.tensor([[len(tasks), place[name]] for name in others])
    answers = teacher.predict(features, pairs)
    right.barh(
        [owner, *others], [1, *answers.tolist()], color=[COLOURS[0], *["#999999"] * len(others)]
    )
    right.invert_yaxis()
    right.set(xlim=(0, 1), title="does the part lie in it? (blue: known, grey: teacher)")
    figure.tight_layout()
    return figure


@checked
def draw_scores(results: DataFrame, paper: DataFrame) -> Figure:
    """F1 of each method on existing and on novel pairs: a dot for each case, a bar for the mean.

    `results` is from `run_protocol`; the scores of `paper`, from `tables.paper_f1`, are drawn as
    black diamonds.
    """
    groups = list(results.groupby(labels(results), sort=False))
    names = [name for name, _ in groups]
    size = (8.5, 1.4 + 0.28 * len(names))
    figure, axes = plt.subplots(1, 2, figsize=size, sharey=True, layout="constrained")
    for ax, part in zip(axes, ("existing", "novel"), strict=True):
        for y, (name, group) in enumerate(groups):
            scores = 100 * group[part]
            ax.barh(y, scores.mean(), color=COLOURS[0] if "Task2Box" in name else "#aaaaaa")
            ax.scatter(scores, [y] * len(scores), color="white", edgecolor="black", s=18, zorder=3)
        theirs = 100 * paper[part].reindex(names)
        ax.scatter(theirs, range(len(groups)), marker="D", color="black", s=28, zorder=4)
        ax.set(title=f"{part} datasets", xlabel="F1 (%)", xlim=(0, 100))
    axes[0].set_yticks(range(len(groups)), names)
    axes[0].invert_yaxis()
    figure.legend(
        handles=[
            Patch(facecolor=COLOURS[0], label="here, mean"),
            Line2D([], [], marker="o", ls="", mfc="white", mec="black", label="here, one case"),
            Line2D([], [], marker="D", ls="", color="black", label="the paper, CLIP features"),
        ],
        loc="outside lower center",
        ncols=3,
        frameon=False,
    )
    return figure


def draw_dimensions(table: DataFrame) -> Figure:
    """F1 by dimension, from `tables.by_dimension`: mean and standard deviation (paper, Fig. 6)."""
    figure, axes = plt.subplots(1, 2, figsize=(8.5, 3.4), sharey=True)
    for ax, part in zip(axes, ("existing", "novel"), strict=True):
        methods = table.groupby(level=0, sort=False)
        for colour, (method, rows) in zip(COLOURS, methods, strict=False):
            dimensions = rows.index.get_level_values(1)
            mean, std = 100 * rows[part], 100 * rows[f"{part}_std"].fillna(0)
            ax.plot(dimensions, mean, marker="o", color=colour, label=method)
            ax.fill_between(dimensions, mean - std, mean + std, color=colour, alpha=0.15, lw=0)
        ax.set(title=f"{part} datasets", xlabel="dimension of the boxes", xticks=sorted(dimensions))
    axes[0].set(ylabel="F1 (%)", ylim=(0, 100))
    axes[0].legend(frameon=False, fontsize=9)
    return figure


def draw_neighbourhoods(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Distances from `taxonomy.analysis.neighbourhood_distances`, as in the paper's Fig. 7."""
    ax = ax or new_axes(6, 3.2)
    for colour, (name, distances) in zip(COLOURS, table.items(), strict=False):
        ax.plot(table.index, distances / distances.iloc[-1], color=colour, label=name)
    ax.set(
        xlabel="number of nearest datasets",
        ylabel="mean distance\n(divided by that to all)",
        ylim=(0, None),
    )
    ax.legend(frameon=False)
    return ax


def draw_sizes(table: DataFrame, *, ax: Axes | None = None) -> Axes:
    """Sizes from `taxonomy.analysis.box_sizes` by depth: a dot for each dataset, a bar (median)."""
    ax = ax or new_axes(6, 3.2)
    groups = table.groupby("depth")
    spread = np.random.default_rng(0)
    for depth, rows in groups:
        across = depth + spread.uniform(-0.25, 0.25, len(rows))
        ax.scatter(across, rows["side"], s=14, color=COLOURS[0], alpha=0.5, lw=0)
        ax.plot([depth - 0.35, depth + 0.35], [rows["side"].median()] * 2, color=COLOURS[4], lw=2)
    if "level" in table:
        kinds = groups["level"].agg(lambda levels: levels.mode()[0])
        ax.set_xticks(kinds.index, [f"{depth}\n{kind}" for depth, kind in kinds.items()])
    else:
        ax.set_xticks(list(groups.groups))
    ax.set(xlabel="depth in the hierarchy", ylabel="side of the box\n(geometric mean)")
    ax.set_yscale("log")
    return ax


@checked
def draw_history(history: Mapping[str, Sequence[float]]) -> Axes:
    """The weighted terms of the loss over the epochs, from `Task2Box.history_`."""
    ax = DataFrame(history).plot(x="epoch", color=COLOURS, logy=True, figsize=(6, 3))
    ax.set(ylabel="term of the loss")
    ax.legend(frameon=False, fontsize=8)
    return ax
