"""What a reader moves: the playground of boxes and the forms of two chapters."""

from t2b_lib.widgets.playground import BoxPlayground

__all__ = ["BoxPlayground"]
