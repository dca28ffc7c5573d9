"""A form that places a reader's dataset on the map by the names of its classes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import ipywidgets
import torch

from t2b_lib.boxes import Boxes
from t2b_lib.hub.atlas import HubMap, Placement

_SIDE = 360


class PlaceForm(ipywidgets.HBox):
    """Class names to type, one a line; the dataset's box, and how it relates to those of the map.

    Nothing is trained again: the fitted network reads the new dataset as it reads any. The form
    answers where a kernel runs; in a page without one it shows what it started with.

    Parameters
    ----------
    hub_map : fitted HubMap of two-dimensional boxes
        Its `encode` takes a list of class names.
    classes : sequence of str
        What the form starts with.

    Attributes
    ----------
    placement : Placement or None
        The latest; None where no class is named.

    Raises
    ------
    ValueError
        If the map is not two-dimensional or has no `encode`.
    """

    def __init__(self, hub_map: HubMap, classes: Sequence[str] = ()):
        if hub_map.boxes_.dim != 2:
            raise ValueError(f"the form draws boxes in the plane, not in {hub_map.boxes_.dim}-d")
        if hub_map.encode is None:
            raise ValueError("the form needs a map with encode=, from class names to vectors")
        self.hub_map = hub_map
        self._text = ipywidgets.Textarea(
            "\n".join(classes),
            placeholder="class names, one a line",
            continuous_update=False,
            layout=ipywidgets.Layout(width="16em", height="22em"),
        )
        self._answer = ipywidgets.HTML(layout=ipywidgets.Layout(max_width="100%", flex="1 1 20em"))
        super().__init__(
            [
                ipywidgets.VBox(
                    [ipywidgets.Label("Your dataset's classes, one a line"), self._text]
                ),
                self._answer,
            ],
            layout=ipywidgets.Layout(flex_flow="row wrap", grid_gap="1em"),
        )
        self._text.observe(self._update, "value")
        self._update()

    def _update(self, _change=None) -> None:
        classes = [line.strip() for line in self._text.value.splitlines() if line.strip()]
        if not classes:
            self.placement = None
            self._answer.value = "Name at least one class."
            return
        self.placement = self.hub_map.place(classes)
        self._answer.value = _picture(self.hub_map.boxes_, self.placement) + _words(self.placement)


def _words(placement: Placement) -> str:
    lines = []
    for words, found, share in (
        ("Lies in", placement.contained_in, "of_new"),
        ("Contains", placement.contains, "of_other"),
    ):
        listed = ", ".join(
            f"{escape(name)} ({value:.2f})"
            for name, value in zip(found["name"], found[share], strict=True)
        )
        lines.append(f"<b>{words}</b>: {listed or 'none of the map'}.")
    lines.append(f"<b>Nearest</b>: {escape(', '.join(placement.nearest['name']))}.")
    return f"<div style='line-height: 1.5'>{'<br>'.join(lines)}</div>"


def _picture(boxes: Boxes, placement: Placement) -> str:
    """The map in grey with the new box on it, as SVG."""
    lower = torch.cat([boxes.lower, placement.box.lower])
    upper = torch.cat([boxes.upper, placement.box.upper])
    start, extent = lower.min(0).values, upper.max(0).values - lower.min(0).values
    lower, sides = _SIDE * (lower - start) / extent, _SIDE * (upper - lower) / extent
    rectangles = [
        f"<rect x='{x:.1f}' y='{_SIDE - y - h:.1f}' width='{w:.1f}' height='{h:.1f}' {style}/>"
        for (x, y), (w, h), style in zip(
            lower.tolist(),
            sides.tolist(),
            ["fill='#888' fill-opacity='.05' stroke='#888' stroke-opacity='.45'"] * len(boxes)
            + ["fill='#d1495b' fill-opacity='.25' stroke='#d1495b' stroke-width='3'"],
            strict=True,
        )
    ]
    return (
        f"<svg viewBox='-2 -2 {_SIDE + 4} {_SIDE + 4}' style='width: 100%; max-width: {_SIDE}px' "
        "role='img' aria-label='the map with the new dataset in red'>"
        f"{''.join(rectangles)}</svg>"
    )
