"""A form that places a reader's dataset on the map by the names of its classes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import traitlets

from t2b_lib.hub.atlas import HubMap, Placement
from t2b_lib.widgets.figure import InteractiveFigure


class PlaceForm(InteractiveFigure):
    """Class names to type, one a line; the dataset's box, and how it relates to those of the map.

    Nothing is trained again: the fitted network reads the new dataset as it reads any. The names
    are read by the map's `encode`, which takes a list of class names, in Python, so the form needs
    a kernel. In a page without one, it is disabled, says why, and shows the answer to its first
    classes.

    The map has two-dimensional boxes. `classes`, which the form starts with, can be assigned and
    observed; the latest `placement`, None where no class is named, can be observed. Raises
    ValueError if the map is not two-dimensional or has no `encode`.
    """

    _esm = Path(__file__).parent / "bundle" / "place_form.js"
    _css = Path(__file__).parent / "bundle" / "trainer.css"

    classes = traitlets.List(traitlets.Unicode()).tag(sync=True)
    placement = traitlets.Instance(Placement, allow_none=True, read_only=True)
    _boxes = traitlets.Dict().tag(sync=True)
    _answer = traitlets.Dict().tag(sync=True)

    def __init__(self, hub_map: HubMap, classes: Sequence[str] = ()):
        boxes = hub_map.boxes_
        if boxes.dim != 2:
            raise ValueError(f"the form draws boxes in the plane, not in {boxes.dim}-d")
        if hub_map.encode is None:
            raise ValueError("the form needs a map with encode=, from class names to vectors")
        self.hub_map = hub_map
        super().__init__(
            classes=list(classes),
            _boxes={"lower": boxes.lower.tolist(), "upper": boxes.upper.tolist()},
        )
        # The page asks whether a kernel is there.
        self.on_msg(lambda *_: self.send("here"))

    @traitlets.observe("classes")
    def _place(self, _) -> None:
        if not self.classes:
            self.set_trait("placement", None)
            self._answer = {}
            return
        placement = self.hub_map.place(self.classes)
        self.set_trait("placement", placement)
        self._answer = {
            "classes": self.classes,
            "lower": placement.box.lower[0].tolist(),
            "upper": placement.box.upper[0].tolist(),
            "within": placement.contained_in[["name", "of_new"]].to_numpy().tolist(),
            "contents": placement.contains[["name", "of_other"]].to_numpy().tolist(),
            "nearest": placement.nearest["name"].tolist(),
        }
