"""The gradient explorer: one interval slides across another."""

from pathlib import Path

import traitlets

from t2b_lib.widgets.figure import InteractiveFigure


class GradientExplorer(InteractiveFigure):
    """Slide B across A and see the share of A in B (paper, Eq. 5) and its gradient.

    Both are intervals of length 1. There is a curve for each volume temperature; 0 is the exact
    overlap. A slider changes the last temperature. The page computes everything.
    """

    _esm = Path(__file__).parent / "bundle" / "explorer.js"
    _css = Path(__file__).parent / "bundle" / "trainer.css"

    temperatures = traitlets.Tuple((0.0, 0.1, 0.4), read_only=True).tag(sync=True)
