"""What a reader moves: the playground and the trainer of boxes, and the forms of two chapters."""

from t2b_lib.widgets.playground import BoxPlayground
from t2b_lib.widgets.trainer import BoxTrainer

__all__ = ["BoxPlayground", "BoxTrainer"]
