"""Pictures to choose from, one at a time, in a notebook as in a page without a kernel."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import traitlets

from t2b_lib.widgets.figure import InteractiveFigure


class PictureSwitch(InteractiveFigure):
    """A picture, and above it a control for each level of the choice.

    `pictures` maps what stands in the control to PNG bytes or, with several levels, to a mapping
    for the next level. The choice in a level stays where it is, as far as possible, when a level
    above it changes. `labels` say what is chosen, from the first level to the last, which can be a
    slider in place of a drop-down list. Raises ValueError if there is no picture, or the mappings
    are not as deep as there are labels.
    """

    _esm = Path(__file__).parent / "js" / "picture_switch.js"
    _css = """
    .t2b-picture-switch label { display: flex; align-items: center; gap: 0.6em; margin: 0.3em 0; }
    .t2b-picture-switch input { width: 18em; }
    .t2b-picture-switch img { max-width: 100%; }
    """

    options = traitlets.List(read_only=True).tag(sync=True)
    labels = traitlets.List(traitlets.Unicode(), read_only=True).tag(sync=True)
    slider = traitlets.Bool(read_only=True).tag(sync=True)

    def __init__(self, pictures: Mapping, *labels: str, slider: bool = False):
        self.set_trait("options", _levels(pictures, len(labels)))
        self.set_trait("labels", list(labels))
        self.set_trait("slider", slider)
        super().__init__()


def _levels(pictures, depth: int) -> list | bytes:
    """Nested lists of [name, picture or list]: an object would change the order of numbers."""
    if depth == 0 and isinstance(pictures, bytes):
        return pictures
    if depth == 0 or not isinstance(pictures, Mapping):
        raise ValueError("pictures must be nested mappings, one level a label, of PNG bytes")
    if not pictures:
        raise ValueError("there must be a picture to show")
    return [[str(name), _levels(below, depth - 1)] for name, below in pictures.items()]
