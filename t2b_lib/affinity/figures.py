"""Figures of the Taskonomy chapter, and pictures that change without a kernel."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from PIL import Image

from t2b_lib.affinity.policy import TransferPolicy

# From Okabe and Ito's palette, told apart with any kind of colour vision.
_LABELLED, _BY_TRANSFER = "#D55E00", "#0072B2"


def draw_policy(policy: TransferPolicy, names: Sequence[str], ax: Axes | None = None) -> Axes:
    """A transfer policy as a graph: tasks on a circle, an arrow from each source to its target.

    A filled circle is a task that is labelled, an empty one a task solved by transfer. The arrows
    of one target share a colour's depth: the fewer sources it has, the darker.

    Parameters
    ----------
    policy : TransferPolicy
    names : sequence of str
        All tasks, in their order around the circle.
    ax : Axes, optional
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(7.4, 6.2))
    angle = np.linspace(0, 2 * np.pi, len(names), endpoint=False)
    place = dict(zip(names, np.stack([np.cos(angle), np.sin(angle)], axis=1), strict=True))
    for edge in policy.edges.itertuples():
        if edge.source != edge.target:
            ax.annotate(
                "",
                0.95 * place[edge.target],
                0.95 * place[edge.source],
                arrowprops={
                    "arrowstyle": "-|>",
                    "connectionstyle": "arc3,rad=0.12",
                    "color": _BY_TRANSFER,
                    "alpha": max(0.3, 0.9 - 0.2 * (edge.order - 1)),
                    "shrinkA": 0,
                    "shrinkB": 3,
                },
            )
    for name, turn in zip(names, np.degrees(angle), strict=True):
        labelled = name in policy.sources
        ax.plot(
            *place[name],
            "o",
            markersize=9,
            color=_LABELLED if labelled else "white",
            markeredgecolor=_LABELLED if labelled else "#888888",
            zorder=3,
        )
        left = 90 < turn < 270
        ax.text(
            *(1.07 * place[name]),
            name,
            rotation=turn - 180 if left else turn,
            rotation_mode="anchor",
            ha="right" if left else "left",
            va="center",
            fontsize=8,
            color=_LABELLED if labelled else "black",
        )
    ax.set(xlim=(-1.85, 1.85), ylim=(-1.75, 1.75), aspect="equal")
    ax.axis("off")
    return ax


def draw_win_rates(rates: Mapping[int, pd.DataFrame], names: Sequence[str]) -> Figure:
    """Gain and quality of each target under policies of growing budget, as Taskonomy's Fig. 9.

    Parameters
    ----------
    rates : mapping of budget to DataFrame
        From `policy_win_rates`.
    names : sequence of str
        The targets, from top to bottom.
    """
    figure, axes = plt.subplots(1, 2, figsize=(11, 5.6), sharey=True, layout="constrained")
    for ax, column in zip(axes, ("gain", "quality"), strict=True):
        table = pd.DataFrame({b: r.set_index("target")[column] for b, r in rates.items()})
        image = ax.imshow(table.reindex(names), vmin=0, vmax=1, cmap="RdBu", aspect="auto")
        ax.set_xticks(range(len(rates)), rates, fontsize=8)
        ax.set_yticks(range(len(names)), names, fontsize=8)
        ax.set(title=column, xlabel="budget (tasks labelled at most)")
    figure.colorbar(image, ax=axes, label="share of test images won")
    return figure


def draw_spread(scores: Mapping[str, Sequence[float]], *, paper: float | None = None) -> Axes:
    """Distributions of Spearman's correlation as one row of ticks each, with mean and quartiles."""
    _, ax = plt.subplots(figsize=(8, 0.7 + 0.55 * len(scores)))
    for row, values in enumerate(scores.values()):
        values = np.asarray(values, dtype=float)
        low, high = np.nanpercentile(values, [25, 75])
        ax.plot(values, np.full(len(values), row), "|", color="#888888", markersize=14, alpha=0.4)
        ax.plot([low, high], [row, row], color=_BY_TRANSFER, linewidth=5, solid_capstyle="butt")
        ax.plot(np.nanmean(values), row, "o", color=_LABELLED, zorder=3)
    ax.set_yticks(range(len(scores)), scores)
    ax.invert_yaxis()
    ax.set(xlabel="Spearman's correlation", xlim=(min(-0.3, ax.get_xlim()[0]), 1))
    handles = [
        Line2D([], [], marker="|", ls="", color="#888888", label="one choice of tasks"),
        Line2D([], [], color=_BY_TRANSFER, linewidth=5, label="middle half"),
        Line2D([], [], marker="o", ls="", color=_LABELLED, label="mean"),
    ]
    if paper is not None:
        ax.axvline(paper, color="black", ls=":")
        handles.append(Line2D([], [], color="black", ls=":", label="the paper's mean"))
    ax.legend(handles=handles, frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
    return ax


def picture(figure: Figure, colours: int = 96) -> bytes:
    """A figure as a small PNG of few colours, closed afterwards."""
    raw, small = io.BytesIO(), io.BytesIO()
    figure.savefig(raw, format="png", dpi=90, bbox_inches=None)
    plt.close(figure)
    # By coverage: the colour of a single thin line is not merged with that of its surroundings.
    image = Image.open(raw).convert("RGB").quantize(colours, Image.Quantize.MAXCOVERAGE)
    image.save(small, format="png", optimize=True)
    return small.getvalue()


def switch(pictures: Mapping, label: str, *, slider: bool = False) -> ipywidgets.VBox:
    """Pictures to choose from, one at a time, in a notebook as in a page without a kernel.

    The control and the stack of pictures are linked in the browser.

    Parameters
    ----------
    pictures : mapping of what stands in the control to PNG bytes (or to a widget)
    label : str
        What is chosen.
    slider : bool
        A slider in place of a drop-down list.

    Raises
    ------
    ValueError
        If there is no picture.
    """
    if not pictures:
        raise ValueError("there must be a picture to show")
    own = {"description": label, "options": [str(k) for k in pictures]}
    style = {"description_width": "initial"}
    if slider:
        control = ipywidgets.SelectionSlider(
            **own, style=style, layout=ipywidgets.Layout(width="32em")
        )
    else:
        control = ipywidgets.Dropdown(**own, style=style)
    shown = [
        ipywidgets.Image(value=p, format="png", layout=ipywidgets.Layout(max_width="100%"))
        if isinstance(p, bytes)
        else p
        for p in pictures.values()
    ]
    stack = ipywidgets.Stack(shown, selected_index=0)
    ipywidgets.jslink((control, "index"), (stack, "selected_index"))
    return ipywidgets.VBox([control, stack])
