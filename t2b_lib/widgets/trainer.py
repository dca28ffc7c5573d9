"""The box trainer: boxes that learn a relation by gradient descent, in the page.

The drawing, the loss and its gradient are JavaScript (``js/trainer.js``): boxes learn in a page
without a kernel as they do in a notebook. `Task2Box.loss_terms` is the same loss in PyTorch.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path

import torch
import traitlets
from pandas import DataFrame
from torch import Tensor

from t2b_lib.boxes import Boxes
from t2b_lib.widgets.figure import InteractiveFigure
from t2b_lib.widgets.playground import checked_names, checked_relation, rows_of, tensor_of

_FILES = Path(__file__).parent


@cache
def _exercises() -> dict:
    """``{"defaults": settings, "presets": [...]}``, which the page reads as well."""
    return json.loads((_FILES / "js" / "trainer" / "presets.json").read_text(encoding="utf-8"))


class BoxTrainer(InteractiveFigure):
    """Boxes whose corners learn by gradient descent on the loss of Task2Box (paper, Eq. 4 to 6).

    The reader plays, pauses, steps, drags boxes while they learn, and changes the relation and
    every setting of the loss. `preset` is one of ten exercises (see `presets`), each with a goal
    that the page checks. It is shown first where no relation is given. With `menu` the reader can
    choose among all exercises. `key` distinguishes the trainers of a page in its address, which
    holds the state of one.

    In `relation` (N, N), [i, j] in [0, 1] is how much of i should lie in j; NaN where not known.
    The diagonal is ignored. The names are N distinct texts; A, B, C, … where left out. `boxes`, of
    shape (N, 1) or (N, 2), start at random where left out. The settings are ``soft``,
    ``volume_temperature``, ``intersection_temperature``, ``loss``, ``distance_weight``,
    ``regularity_weight``, ``inverse_volume_weight``, ``learning_rate`` (as in `Task2Box` and
    `overlap`), ``optimiser`` ("Adam" or "gradient descent"), ``box_dim`` (1 or 2) and ``seed``.

    `boxes` and `relation`, in float64, are None until a page shows a preset. They and `settings`
    (only what changes is needed) can be assigned and observed. `history` is a DataFrame with a row
    for each step: the weighted terms of the loss, and F1. Of a long run it has every second,
    fourth, … step. It can be observed. Raises ValueError if a name, number, shape, setting or
    preset is not as said here.
    """

    _esm = _FILES / "bundle" / "trainer.js"
    _css = _FILES / "bundle" / "trainer.css"

    boxes = traitlets.Instance(Boxes, allow_none=True)
    relation = traitlets.Instance(Tensor, allow_none=True)
    settings = traitlets.Dict()
    history = traitlets.Instance(DataFrame, args=(), read_only=True)

    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    steps = traitlets.Int(0).tag(sync=True)
    preset = traitlets.Unicode(read_only=True).tag(sync=True)
    key = traitlets.Unicode(read_only=True).tag(sync=True)
    _menu = traitlets.Bool(True).tag(sync=True)

    # What the page reports of the attributes above. Where Python assigns one of them, these change
    # with it, and `_assigned` tells the page to take them.
    _lower = traitlets.List().tag(sync=True)
    _upper = traitlets.List().tag(sync=True)
    _relation = traitlets.List().tag(sync=True)
    _settings = traitlets.Dict().tag(sync=True)
    _history = traitlets.Dict().tag(sync=True)
    _assigned = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        relation=None,
        names=None,
        boxes: Boxes | None = None,
        *,
        preset: str = "apart-exact",
        menu: bool = True,
        key: str = "trainer",
        **settings,
    ):
        if preset not in self.presets():
            raise ValueError(f"no preset {preset!r}; there are: {', '.join(self.presets())}")
        if relation is None and (names is not None or boxes is not None or settings):
            raise ValueError("names, boxes and settings belong to a relation: pass one as well")
        self.set_trait("preset", preset)
        self.set_trait("key", key)
        super().__init__(_menu=menu)
        if relation is not None:
            self.names = checked_names(names, len(relation))
            self.relation = torch.as_tensor(relation, dtype=torch.float64)
            self.settings = settings
            self.boxes = boxes

    @staticmethod
    def presets() -> list[str]:
        """The names of the exercises."""
        return [preset["id"] for preset in _exercises()["presets"]]

    @traitlets.validate("settings")
    def _check_settings(self, proposal) -> dict:
        defaults = _exercises()["defaults"]
        for name, value in proposal.value.items():
            if name not in defaults:
                raise ValueError(f"no setting {name!r}; there are: {', '.join(defaults)}")
            kind, least = type(defaults[name]), 1e-6 if "temperature" in name else 0
            if name in _CHOICES:
                if value not in _CHOICES[name]:
                    raise ValueError(f"{name} must be one of {_CHOICES[name]}, got {value!r}")
            elif not isinstance(value, (int, kind)) or not least <= value < math.inf:
                raise ValueError(f"{name} must be a finite number from {least} on, got {value!r}")
        return self._settings | proposal.value

    @traitlets.validate("relation")
    def _check_relation(self, proposal) -> Tensor:
        return tensor_of(checked_relation("relation", proposal.value, self.names))

    @traitlets.validate("boxes")
    def _check_boxes(self, proposal) -> Boxes | None:
        if proposal.value is None:
            return None
        boxes = proposal.value.detach().to("cpu", torch.float64)
        n = len(self.names)
        if tuple(boxes.lower.shape) not in ((n, 1), (n, 2)):
            raise ValueError(
                f"boxes must have corners of shape ({n}, 1) or ({n}, 2), a row for each name, got "
                f"{tuple(boxes.lower.shape)}"
            )
        if not boxes.lower.isfinite().all() or not (boxes.sides >= 0).all():
            raise ValueError("boxes must be finite, with no upper corner below the lower one")
        return boxes

    @traitlets.observe("boxes", "relation", "settings")
    def _tell_page(self, change) -> None:
        if change.new is None:
            return
        if change.name == "boxes":
            wire = {"_lower": change.new.lower.tolist(), "_upper": change.new.upper.tolist()}
        elif change.name == "relation":
            wire = {"_relation": rows_of(change.new)}
        else:
            wire = {"_settings": change.new}
        if any(getattr(self, name) != value for name, value in wire.items()):
            with self.hold_sync(), self.hold_trait_notifications():
                for name, value in wire.items():
                    setattr(self, name, value)
                self._assigned += 1

    @traitlets.observe("_lower", "_upper", "_relation", "_settings", "_history")
    def _follow_page(self, change) -> None:
        if change.name == "_history":
            self.set_trait("history", DataFrame(change.new))
        elif change.name == "_settings":
            self.settings = change.new
        elif change.name == "_relation":
            self.relation = tensor_of(change.new)
        else:
            corners = [torch.tensor(c, dtype=torch.float64) for c in (self._lower, self._upper)]
            self.boxes = Boxes(*corners)


_CHOICES = {
    "soft": (True, False),
    "loss": ("squared error", "cross-entropy"),
    "optimiser": ("Adam", "gradient descent"),
    "box_dim": (1, 2),
}
