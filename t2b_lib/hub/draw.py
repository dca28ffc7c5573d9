"""The map of datasets: an HTML page that needs neither a kernel nor a network.

Bokeh draws the boxes; ``widgets/js/map.js`` writes the labels, searches and highlights.
"""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from string import Template

import numpy as np
import pandas as pd
import torch
from pandas import DataFrame
from torch import Tensor

from t2b_lib.boxes import Boxes, pairwise_overlap, volume
from t2b_lib.collection import listing
from t2b_lib.store import write_whole

COLUMNS = ("name", "samples", "licence", "classes", "url")
CONTAINED = 0.5  # the paper's threshold of containment
STRONGEST = 8  # overlaps that a dataset's list shows in each direction
WORTH_LISTING = 0.05  # the smallest overlap in such a list
MOST_CONTAINERS = 64  # that the page has of a dataset
FONT = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"  # as in map.css
_ROWS_AT_ONCE = 256


def map_page(
    boxes: Boxes,
    table: DataFrame,
    overlap=None,
    *,
    title: str = "A map of datasets",
    placed: Sequence[int] = (),
    height: int = 620,
) -> str:
    """A page that shows datasets as boxes, which readers can search, filter and follow.

    Parameters
    ----------
    boxes : Boxes, batch shape (N,), 2-d
    table : DataFrame, N rows in the order of the boxes
        Columns ``name`` (distinct), ``samples`` (count or NaN), ``licence`` (str, or NaN or ""
        where unknown), ``classes`` (tuple of str), ``url`` (of the dataset's page, or NaN) and,
        optionally, ``field`` (a broad group such as plants, which sets the colour).
    overlap : array-like (N, N), optional
        [i, j] is how much of i lies in j, NaN where not measured. Left out, the overlap of the
        boxes.
    title : str
    placed : sequence of int
        Boxes to highlight, such as the reader's own dataset.
    height : int
        Of the drawing in CSS pixels; narrow screens show it smaller.

    Returns
    -------
    str
        HTML with all scripts and styles inside.

    Raises
    ------
    ValueError
        Boxes that are not 2-d, not finite, or have an upper corner below the lower one; a table or
        `overlap` that does not fit them.
    """
    from bokeh.embed import json_item
    from bokeh.resources import Resources

    boxes = _checked_boxes(boxes)
    table = _checked_table(table, len(boxes))
    placed = _checked_placed(placed, len(boxes))
    if overlap is not None:
        overlap = torch.as_tensor(np.asarray(overlap, dtype=np.float32))
        if overlap.shape != (len(boxes), len(boxes)):
            raise ValueError(
                f"the overlap of {len(boxes)} boxes must be a {len(boxes)} x {len(boxes)} matrix, "
                f"got shape {tuple(overlap.shape)}"
            )

    # Large boxes are drawn first, below the others; the reader's own are drawn last.
    on_top = torch.zeros(len(boxes), dtype=torch.bool)
    on_top[placed] = True
    order = volume(boxes).argsort(descending=True, stable=True)
    order = torch.cat([order[~on_top[order]], order[on_top[order]]])
    boxes, table = boxes[order], table.iloc[order.tolist()]
    if overlap is not None:
        overlap = overlap[order][:, order]

    files = Path(__file__).parents[1] / "widgets"
    return Template((files / "map.html").read_text(encoding="utf-8")).substitute(
        title=html.escape(title),
        height=int(height),
        css=(files / "map.css").read_text(encoding="utf-8"),
        bokeh=Resources(mode="inline", components=["bokeh"], log_level="error").render_js(),
        plot=_json_in_html(json_item(_plot(boxes))),
        datasets=_json_in_html(_facts(boxes, table, overlap, on_top[order])),
        script=(files / "bundle" / "map.js").read_text(encoding="utf-8"),
    )


def save_map(path, boxes: Boxes, table: DataFrame, overlap=None, **options) -> Path:
    """Write `map_page` to a file, whole or not at all; returns its path."""
    path = Path(path)
    write_whole(path, map_page(boxes, table, overlap, **options))
    return path


def show_map(boxes: Boxes, table: DataFrame, overlap=None, **options):
    """`map_page` in a notebook, as wide as the text and as high as the page.

    Returns
    -------
    IPython.display.HTML
    """
    from IPython.display import HTML

    page = map_page(boxes, table, overlap, **options)
    # The page sets its own height. On dark pages the book's theme puts outputs on light grey, which
    # the map does not need.
    return HTML(
        '<style>html[data-theme="dark"] .bd-content div.cell_output .text_html:has(> div.t2b-map) '
        "{ padding: 0; background: none; }</style>"
        '<div class="t2b-map"><iframe title="A map of datasets" scrolling="no" '
        'style="display: block; width: 100%; height: 860px; border: 0" '
        f'srcdoc="{html.escape(page)}"></iframe></div>'
    )


def _checked_boxes(boxes: Boxes) -> Boxes:
    boxes = boxes.detach().to("cpu", torch.float64)
    if boxes.dim != 2 or len(boxes.shape) != 1:
        raise ValueError(
            f"only a list of 2-d boxes can be drawn, got {boxes.dim}-d boxes of batch shape "
            f"{tuple(boxes.shape)}; train with box_dim=2"
        )
    if len(boxes) == 0:
        raise ValueError("boxes is empty: there is nothing to draw")
    corners = torch.cat([boxes.lower, boxes.upper], 1)
    bad = ~corners.isfinite().all(1) | (boxes.sides < 0).any(1)
    if bad.any():
        raise ValueError(
            "boxes must be finite, with no upper corner below the lower one; look at number "
            + listing([str(i) for i in bad.nonzero().flatten().tolist()])
        )
    return boxes


def _checked_table(table: DataFrame, n: int) -> DataFrame:
    missing = [column for column in COLUMNS if column not in table]
    if missing:
        raise ValueError(f"the table lacks the columns {', '.join(missing)}")
    if len(table) != n:
        raise ValueError(f"{n} boxes, but {len(table)} rows in the table")
    if not all(isinstance(name, str) and name.strip() for name in table["name"]):
        raise ValueError("every dataset needs a name, a str that is not empty")
    twice = table["name"][table["name"].duplicated()].unique()
    if len(twice):
        raise ValueError(f"names must be distinct; these occur twice: {listing(twice)}")

    texts = [column for column in ("licence", "url", "field") if column in table]
    table = table.assign(**{column: table[column].replace("", np.nan) for column in texts})

    def complain(wrong, what):
        if any(wrong):
            names = [name for name, bad in zip(table["name"], wrong, strict=True) if bad]
            raise ValueError(f"{what}; look at {listing(names)}")

    samples = pd.to_numeric(table["samples"], errors="coerce")
    complain(
        (samples.isna() & table["samples"].notna()) | (samples < 0) | np.isinf(samples),
        "samples must be a count, or NaN where unknown",
    )
    complain(
        [
            not isinstance(classes, tuple | list) or not all(isinstance(c, str) for c in classes)
            for classes in table["classes"]
        ],
        "classes must be a tuple of str",
    )
    # An address such as javascript:... would run code in a shared page.
    complain(
        [
            pd.notna(url) and not str(url).startswith(("https://", "http://"))
            for url in table["url"]
        ],
        "an address must start with https:// or http://",
    )
    return table.assign(samples=samples)


def _checked_placed(placed: Sequence[int], n: int) -> list[int]:
    placed = [int(i) for i in placed]
    beyond = [str(i) for i in placed if not 0 <= i < n]
    if beyond:
        raise ValueError(f"placed must be indices of {n} boxes, got {listing(beyond)}")
    return placed


def _plot(boxes: Boxes):
    """The Bokeh figure: boxes and labels, whose columns `map.js` fills."""
    from bokeh.core.properties import value
    from bokeh.models import ColumnDataSource, Range1d
    from bokeh.plotting import figure

    lower, upper = boxes.lower.numpy(), boxes.upper.numpy()
    n = len(boxes)
    source = ColumnDataSource(
        {
            "left": lower[:, 0],
            "bottom": lower[:, 1],
            "right": upper[:, 0],
            "top": upper[:, 1],
            "fill": ["#888888"] * n,
            "line": ["#888888"] * n,
            "fill_alpha": np.zeros(n),
            "line_alpha": np.zeros(n),
            "line_width": np.ones(n),
        },
        name="boxes",
    )
    labels = ColumnDataSource(
        {"x": [], "y": [], "text": [], "colour": [], "size": [], "style": []}, name="labels"
    )
    plot = figure(
        name="map",
        tools="pan,wheel_zoom",
        active_scroll="wheel_zoom",
        toolbar_location=None,
        sizing_mode="stretch_both",
        x_range=Range1d(lower[:, 0].min(), upper[:, 0].max()),
        y_range=Range1d(lower[:, 1].min(), upper[:, 1].max()),
        x_axis_type=None,
        y_axis_type=None,
        min_border=0,
        outline_line_color=None,
        background_fill_color=None,
        border_fill_color=None,
        lod_threshold=None,  # else Bokeh hides most boxes of a large map while it moves
    )
    plot.grid.visible = False
    plot.quad(
        left="left",
        right="right",
        bottom="bottom",
        top="top",
        fill_color="fill",
        fill_alpha="fill_alpha",
        line_color="line",
        line_alpha="line_alpha",
        line_width="line_width",
        source=source,
    )
    plot.text(
        x="x",
        y="y",
        text="text",
        text_color="colour",
        text_font=value(FONT),
        text_font_size="size",
        text_font_style="style",
        text_baseline="top",
        background_fill_color="white",
        background_fill_alpha=0.72,
        padding=2,
        border_radius=3,
        name="names",
        source=labels,
    )
    return plot


def _facts(boxes: Boxes, table: DataFrame, overlap: Tensor | None, placed: Tensor) -> dict:
    """What the page says about each dataset, in the order in which the boxes are drawn."""
    fields = table["field"].value_counts() if "field" in table else {}
    field_of = {name: i for i, name in enumerate(fields.keys())}
    # Datasets share many class names, so the page has each name once.
    class_of = {
        name: i for i, name in enumerate(dict.fromkeys(chain.from_iterable(table["classes"])))
    }
    within, contents, containers = _strongest_overlaps(boxes, overlap)
    return {
        "fields": [str(name) for name in field_of],
        "classes": list(class_of),
        "datasets": [
            {
                "name": row["name"],
                "samples": None if pd.isna(row["samples"]) else int(row["samples"]),
                "licence": None if pd.isna(row["licence"]) else str(row["licence"]),
                "url": None if pd.isna(row["url"]) else str(row["url"]),
                "field": field_of.get(row.get("field")),
                "classes": [class_of[name] for name in row["classes"]],
                "placed": bool(placed[i]),
                "within": within[i],
                "contents": contents[i],
                "containers": [j for j, _ in containers[i]],
            }
            for i, row in enumerate(table.to_dict("records"))
        ],
    }


def _strongest_overlaps(boxes: Boxes, overlap: Tensor | None) -> tuple[list, list, list]:
    """Lists of [other box, share] for each box: its share in others, theirs in it, its containers.

    Rows are computed in blocks, so that the N x N matrix is never in memory unless it is given.
    """
    within, contents, containers = [], [], []
    for rows in torch.arange(len(boxes)).split(_ROWS_AT_ONCE):
        if overlap is None:
            inside = pairwise_overlap(boxes[rows], boxes)
            around = pairwise_overlap(boxes, boxes[rows]).T
        else:
            inside, around = overlap[rows], overlap[:, rows].T
        itself = torch.zeros_like(inside, dtype=torch.bool).scatter_(1, rows[:, None], True)
        inside, around = (
            inside.masked_fill(itself, torch.nan),
            around.masked_fill(itself, torch.nan),
        )
        within += _largest(inside, around, STRONGEST, WORTH_LISTING)
        contents += _largest(around, inside, STRONGEST, WORTH_LISTING)
        containers += _largest(inside, around, MOST_CONTAINERS, CONTAINED)
    return within, contents, containers


def _largest(shares: Tensor, back: Tensor, most: int, least: float) -> list[list]:
    """The largest shares of each row that reach `least`, as pairs (column, share)."""
    # Of several datasets that contain all of one, the smallest says most about it.
    key = shares.nan_to_num(-1) + 1e-3 * back.nan_to_num(0)
    columns = key.topk(min(most, key.shape[1])).indices
    ranked = zip(columns.tolist(), shares.gather(1, columns).tolist(), strict=True)
    return [
        [[j, round(share, 3)] for j, share in zip(*row, strict=True) if share >= least]
        for row in ranked
    ]


def _json_in_html(value) -> str:
    """JSON in which no text can end the script element around it."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")
