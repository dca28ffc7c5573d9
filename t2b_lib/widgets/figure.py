"""What the book's interactive figures have in common."""

import anywidget


class InteractiveFigure(anywidget.AnyWidget):
    """A widget that says in plain words what it is where it cannot be drawn.

    Such a place is a viewer of notebooks that shows texts and pictures only. Version 7 of
    ipywidgets shows the first 110 characters. In Colab, anywidget enables the custom widget
    manager once, when the first of them is made.
    """

    def __repr__(self) -> str:
        name = type(self).__name__
        return f"{name}: to see and move it, open the book's page, JupyterLab, Notebook 7 or Colab"
