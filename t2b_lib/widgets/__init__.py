"""What a reader moves: playground, trainer and explorer of boxes, and the forms of two chapters."""

from t2b_lib.widgets.explorer import GradientExplorer
from t2b_lib.widgets.playground import BoxPlayground
from t2b_lib.widgets.trainer import BoxTrainer

__all__ = ["BoxPlayground", "BoxTrainer", "GradientExplorer"]
