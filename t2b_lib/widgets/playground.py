"""The box playground: drag boxes and watch their overlaps.

The drawing is an anywidget, whose ``js/playground.js`` computes everything in the browser: it moves
in a page without a kernel as it does in JupyterLab, Notebook 7 and Colab. Where a kernel runs, the
boxes come back to Python as they are dragged. (In Colab, anywidget itself enables the custom
widget manager when the first playground is made.)
"""

from __future__ import annotations

import math
from pathlib import Path
from string import ascii_uppercase

import torch
import traitlets
from torch import Tensor

from t2b_lib.boxes import Boxes, pairwise_overlap
from t2b_lib.widgets.figure import InteractiveFigure

MODES = ("free", "target", "learned")


class BoxPlayground(InteractiveFigure):
    """Two-dimensional boxes to drag and resize, with the overlaps ``|A ∩ B| / |A|`` (paper, Eq. 5).

    A box is taken by its body, an edge or a corner with mouse, pen or finger, or moved by the arrow
    keys (with Shift: resized). The last two boxes taken are the pair whose overlaps are shown; a
    heat map shows all of them.

    `boxes`, of shape (N, 2), start where they are given. Their names are distinct; A, B, C, … where
    left out. The `mode` is one of:

    - "free": play.
    - "target": arrange the boxes so that their overlaps match `targets` (N, N), where [i, j] in
      [0, 1] is the overlap asked of i in j, and NaN leaves it free. It is solved when no overlap is
      further than `tolerance` from its target.
    - "learned": start from a trained model's boxes; relations that differ from `truth` (N, N) are
      marked, where [i, j] is 1 if i lies in j, else 0, and NaN where unknown. Box i is held to lie
      in box j where E_ij > `threshold`, in [0, 1), and E_ij > E_ji, the rule of the paper's
      containment task.

    Diagonals are ignored. At `temperature` 0 overlaps are exact. Above 0, they come from the Gumbel
    intersection and the Bessel volume at this volume temperature; 0.1 is the paper's, and what
    ``overlap(..., soft=True)`` computes.

    `boxes` (float64) can be assigned, which moves them; ``observe(handler, "boxes")`` follows the
    reader. `overlaps`, a float64 tensor (N, N), has at [i, j] how much of box i lies in box j; it
    can be observed, not assigned. `lower` and `upper` are the corners as the browser has them,
    lists of N [x, y]; assign `boxes` rather than one corner alone. `first` and `second` are the
    selected box and the one that it is compared with.

    Raises ValueError if there is no box, a box is not 2-d, not finite or inside out, names are not
    N distinct texts, or `targets`, `truth` or a number does not fit the mode, the shape or its
    range.
    """

    _esm = Path(__file__).parent / "bundle" / "playground.js"
    _css = Path(__file__).parent / "bundle" / "playground.css"

    boxes = traitlets.Instance(Boxes)
    overlaps = traitlets.Instance(Tensor, read_only=True)

    names = traitlets.List(traitlets.Unicode(), read_only=True).tag(sync=True)
    mode = traitlets.Enum(MODES, read_only=True).tag(sync=True)
    lower = traitlets.List().tag(sync=True)
    upper = traitlets.List().tag(sync=True)
    first = traitlets.Int(0).tag(sync=True)
    second = traitlets.Int(0).tag(sync=True)
    temperature = traitlets.Float(0.0).tag(sync=True)
    tolerance = traitlets.Float(0.02).tag(sync=True)
    threshold = traitlets.Float(0.5).tag(sync=True)

    _targets = traitlets.List(None, allow_none=True).tag(sync=True)
    _truth = traitlets.List(None, allow_none=True).tag(sync=True)
    _start = traitlets.Dict().tag(sync=True)
    _sliders = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        boxes: Boxes,
        names=None,
        *,
        mode: str = "free",
        targets=None,
        truth=None,
        tolerance: float = 0.02,
        threshold: float = 0.5,
        temperature: float = 0.0,
    ):
        boxes = _checked_boxes(boxes)
        names = checked_names(names, len(boxes))
        if mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}, got {mode!r}")
        for needed, argument, value in (
            ("target", "targets", targets),
            ("learned", "truth", truth),
        ):
            if (mode == needed) != (value is not None):
                raise ValueError(f"mode={needed!r} and {argument}=… belong together: pass both")
        corners = {"lower": boxes.lower.tolist(), "upper": boxes.upper.tolist()}
        self.set_trait("names", names)
        self.set_trait("mode", mode)
        super().__init__(
            **corners,
            boxes=boxes,
            second=min(1, len(names) - 1),
            temperature=temperature,
            tolerance=_checked_number("tolerance", tolerance, 1),
            threshold=_checked_number("threshold", threshold, 1),
            _targets=None if targets is None else checked_relation("targets", targets, names),
            _truth=None if truth is None else checked_relation("truth", truth, names),
            _start=corners,
        )

    @property
    def error(self) -> float | None:
        """Mode "target": the largest distance of an overlap from its target. Else None."""
        if self.mode != "target":
            return None
        return (self.overlaps - tensor_of(self._targets)).abs().nan_to_num(0).max().item()

    @property
    def solved(self) -> bool | None:
        """Mode "target": whether `error` is within `tolerance`. Else None."""
        return None if self.error is None else self.error <= self.tolerance + _ROUNDING

    @property
    def wrong(self) -> Tensor | None:
        """Mode "learned": bool (N, N), the relations that differ from the truth. Else None."""
        if self.mode != "learned":
            return None
        truth, shares = tensor_of(self._truth), self.overlaps
        holds = (shares > self.threshold) & (shares > shares.T)
        return (holds != (truth > 0)) & ~truth.isnan()

    def with_sliders(self) -> BoxPlayground:
        """The playground with drop-downs and sliders for the pair, its extents and temperature."""
        self._sliders = True
        return self

    # Either side writes only what differs, so that a change does not travel back and forth.

    @traitlets.validate("boxes")
    def _check_boxes(self, proposal) -> Boxes:
        boxes = _checked_boxes(proposal.value)
        if len(boxes) != len(self.lower):
            raise ValueError(f"the playground has {len(self.lower)} boxes, got {len(boxes)}")
        return boxes

    @traitlets.validate("first", "second")
    def _check_index(self, proposal) -> int:
        if not 0 <= proposal.value < len(self.lower):
            raise ValueError(
                f"{proposal.trait.name} must be 0 to {len(self.lower) - 1}, got {proposal.value}"
            )
        return proposal.value

    @traitlets.validate("temperature")
    def _check_temperature(self, proposal) -> float:
        return _checked_number("temperature", proposal.value, math.inf)

    @traitlets.observe("boxes")
    def _follow_boxes(self, _=None) -> None:
        boxes = self.boxes
        self._follow_overlaps()
        # No observer and no browser sees one corner without the other.
        with self.hold_sync(), self.hold_trait_notifications():
            self.lower = boxes.lower.tolist()
            self.upper = boxes.upper.tolist()

    @traitlets.observe("lower", "upper")
    def _follow_corners(self, _) -> None:
        boxes = Boxes(
            torch.tensor(self.lower, dtype=torch.float64),
            torch.tensor(self.upper, dtype=torch.float64),
        )
        if boxes != self.boxes:
            self.boxes = boxes

    @traitlets.observe("first", "second")
    def _follow_pair(self, change) -> None:
        if self.first == self.second and len(self.lower) > 1:
            setattr(self, "second" if change.name == "first" else "first", change.old)

    @traitlets.observe("temperature")
    def _follow_overlaps(self, _=None) -> None:
        soft = self.temperature > 0
        temperatures = {"volume_temperature": self.temperature} if soft else {}
        self.set_trait("overlaps", pairwise_overlap(self.boxes, soft=soft, **temperatures))


# A solution that lies exactly on the tolerance counts.
_ROUNDING = 1e-9


def rows_of(relation: Tensor) -> list[list[float | None]]:
    """Nested lists in which None stands for NaN, which JSON lacks."""
    return [[None if math.isnan(value) else value for value in row] for row in relation.tolist()]


def tensor_of(nested) -> Tensor:
    """Nested lists in which None stands for NaN, as float64."""
    rows = [[math.nan if value is None else value for value in row] for row in nested]
    return torch.tensor(rows, dtype=torch.float64)


def _checked_boxes(boxes) -> Boxes:
    if not isinstance(boxes, Boxes):
        raise ValueError(f"boxes must be Boxes(lower, upper), got {type(boxes).__name__}")
    boxes = boxes.detach().to("cpu", torch.float64)
    if boxes.lower.dim() != 2 or boxes.dim != 2:
        raise ValueError(
            "the playground draws boxes of shape (N, 2), N boxes in the plane, got corners of "
            f"shape {tuple(boxes.lower.shape)}"
        )
    if len(boxes) == 0:
        raise ValueError("there is no box to draw: pass at least one")
    for problem, where in (
        ("has a corner that is not a finite number", ~(boxes.lower + boxes.upper).isfinite()),
        ("is inside out: its upper corner lies below its lower one", boxes.sides < 0),
    ):
        if where.any():
            i = where.any(-1).nonzero()[0].item()
            corners = f"{boxes.lower[i].tolist()} to {boxes.upper[i].tolist()}"
            raise ValueError(f"box {i} {problem} ({corners})")
    return boxes


def checked_names(names, n: int) -> list[str]:
    """`n` distinct names; A, B, C, … where none are given."""
    if names is None:
        return list(ascii_uppercase[:n]) if n <= 26 else [f"box {i}" for i in range(n)]
    if isinstance(names, str):
        raise ValueError("names must be a sequence of texts, one a box, got a single text")
    names = list(names)
    if len(names) != n:
        raise ValueError(f"there are {n} boxes and {len(names)} names: pass one name a box")
    for name in names:
        if not isinstance(name, str) or not name.strip():
            raise ValueError(f"each name must be a text that is not empty, got {name!r}")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"names must be distinct, these occur twice: {', '.join(twice)}")
    return [str(name) for name in names]


def _checked_number(name: str, value, highest: float) -> float:
    if not 0 <= value <= highest or math.isinf(value):
        bound = "a finite number of at least 0" if math.isinf(highest) else f"in [0, {highest}]"
        raise ValueError(f"{name} must be {bound}, got {value}")
    return float(value)


def checked_relation(name: str, values, names: list[str]) -> list[list[float | None]]:
    """An (N, N) relation as nested lists, None where nothing is known."""
    n = len(names)
    relation = torch.as_tensor(values, dtype=torch.float64).clone()
    if relation.shape != (n, n):
        raise ValueError(f"{name} must have shape {(n, n)}, got {tuple(relation.shape)}")
    relation.fill_diagonal_(math.nan)  # how much of a box lies in itself is no question
    known = ~relation.isnan()
    allowed = (relation >= 0) & (relation <= 1)
    if name == "truth":
        allowed = (relation == 0) | (relation == 1)
    if (known & ~allowed).any():
        i, j = (known & ~allowed).nonzero()[0].tolist()
        range_ = "0, 1 or NaN" if name == "truth" else "in [0, 1] or NaN"
        value = relation[i, j].item()
        raise ValueError(f"{name} must be {range_}, got {value} for {names[i]} in {names[j]}")
    if not known.any():
        raise ValueError(f"{name} says nothing: every value off the diagonal is NaN")
    return rows_of(relation)
