"""The map of datasets: an HTML page that needs neither a kernel nor a network.

``widgets/js/map.js`` draws the boxes and does all that the reader asks for.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from string import Template

import numpy as np
import pandas as pd
import torch
from pandas import DataFrame
from torch import Tensor

from t2b_lib.boxes import Boxes, as_tensor, pairwise_overlap, volume
from t2b_lib.checks import checked
from t2b_lib.collection import listing
from t2b_lib.store import write_whole

COLUMNS = ("name", "samples", "licence", "classes", "url")
CONTAINED = 0.5  # the paper's threshold of containment
STRONGEST = 8  # overlaps that a dataset's list shows in each direction
WORTH_LISTING = 0.05  # the smallest overlap in such a list
MOST_CONTAINERS = 64  # that the page has of a dataset
_ROWS_AT_ONCE = 256

Evidence = Callable[[int, int], Sequence[tuple[str, str]]]


@checked
def map_page(
    boxes: Boxes,
    table: DataFrame,
    overlap=None,
    *,
    evidence: Evidence | None = None,
    title: str = "A map of datasets",
    placed: Sequence[int] = (),
    height: int = 620,
) -> str:
    """A page that shows datasets as boxes, which readers can search, filter and follow.

    The page is HTML with all scripts and styles inside. There are N boxes, 2-d, and in their order
    N rows of the table. It has the columns ``name`` (distinct), ``samples`` (count or NaN),
    ``licence`` (str, or NaN or "" where unknown), ``classes`` (tuple of str), ``url`` (of the
    dataset's page, or NaN) and, optionally, ``field`` (a broad group such as plants, which sets the
    colour).

    In `overlap` (N, N), [i, j] is how much of i lies in j, NaN where not measured; left out, it is
    the overlap of the boxes. `evidence` is a function of (i, j) to pairs of a class of i and the
    class of j that it lies near, the nearest first: why i is said to lie in j. `placed` are boxes
    to highlight, such as the reader's own dataset. `height` is that of the drawing in CSS pixels;
    narrow screens show it smaller.

    Raises ValueError on boxes that are not 2-d, not finite, or have an upper corner below the lower
    one, and on a table or `overlap` that does not fit them.
    """
    boxes = _checked_boxes(boxes)
    table = _checked_table(table, len(boxes))
    placed = [int(i) for i in placed]
    if beyond := [str(i) for i in placed if not 0 <= i < len(boxes)]:
        raise ValueError(f"placed must be indices of {len(boxes)} boxes, got {listing(beyond)}")
    if overlap is not None:
        overlap = as_tensor(overlap, torch.float32, "overlap").cpu()
        if overlap.shape != (len(boxes), len(boxes)):
            raise ValueError(
                f"the overlap of {len(boxes)} boxes must be a {len(boxes)} x {len(boxes)} matrix, "
                f"got shape {tuple(overlap.shape)}"
            )
        if ((overlap < 0) | (overlap > 1)).any():
            raise ValueError("overlap must lie in [0, 1], or be NaN where not measured")

    # Large boxes are drawn first, below the others; the reader's own are drawn last.
    on_top = torch.zeros(len(boxes), dtype=torch.bool)
    on_top[placed] = True
    order = volume(boxes).argsort(descending=True, stable=True)
    order = torch.cat([order[~on_top[order]], order[on_top[order]]])
    boxes, table = boxes[order], table.iloc[order.tolist()]
    if overlap is not None:
        overlap = overlap[order][:, order]

    facts = _facts(boxes, table, overlap, on_top[order])
    if evidence is not None:
        _add_evidence(facts, lambda i, j: evidence(int(order[i]), int(order[j])))
    files = Path(__file__).parents[1] / "widgets"
    return Template((files / "map.html").read_text(encoding="utf-8")).substitute(
        title=html.escape(title),
        height=int(height),
        css=(files / "map.css").read_text(encoding="utf-8"),
        datasets=_json_in_html(facts),
        script=(files / "bundle" / "map.js").read_text(encoding="utf-8"),
    )


def save_map(path, boxes: Boxes, table: DataFrame, overlap=None, **options) -> Path:
    """Write `map_page` to a file, whole or not at all; returns its path."""
    path = Path(path)
    write_whole(path, map_page(boxes, table, overlap, **options))
    return path


def show_map(boxes: Boxes, table: DataFrame, overlap=None, **options):
    """`map_page` in a notebook, an IPython HTML as wide as the text and as high as the page."""
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
        "left": _short(boxes.lower[:, 0]),
        "right": _short(boxes.upper[:, 0]),
        "bottom": _short(boxes.lower[:, 1]),
        "top": _short(boxes.upper[:, 1]),
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


def _add_evidence(facts: dict, evidence: Evidence) -> None:
    """Append to each listed overlap (other, share) the classes that match, as pairs of numbers."""
    number = {name: k for k, name in enumerate(facts["classes"])}
    for i, dataset in enumerate(facts["datasets"]):
        for listed, inward in ((dataset["within"], True), (dataset["contents"], False)):
            for entry in listed:
                pair = (i, entry[0]) if inward else (entry[0], i)
                entry.append([[number[a], number[b]] for a, b in evidence(*pair)])


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


def _short(numbers: Tensor) -> list[float]:
    """Numbers with as many digits as a screen can show."""
    return [float(f"{number:.7g}") for number in numbers.tolist()]


def _json_in_html(value) -> str:
    """JSON in which no text can end the script element around it."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")
