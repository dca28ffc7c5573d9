"""Stand-in for google.colab.output: what turns on widgets that Colab does not bring."""

from pathlib import Path
from types import SimpleNamespace

from IPython import get_ipython

_VIEW = "application/vnd.jupyter.widget-view+json"
_widgets = SimpleNamespace(_installed_url=None)


def enable_custom_widget_manager() -> None:
    """Mark what is displayed from now on for the custom widget manager.

    Each call is a line in ``calls.txt``: the book has to ask once.
    """
    _widgets._installed_url = "https://colab.example/manager.js"
    get_ipython().display_pub.register_hook(_name_the_manager)
    with Path("calls.txt").open("a") as calls:
        calls.write("enable_custom_widget_manager\n")


def _name_the_manager(message: dict) -> dict:
    content = message["content"]
    if _VIEW in content.get("data", ()):
        mine = content["metadata"].setdefault(_VIEW, {})
        mine["colab"] = {"custom_widget_manager": {"url": _widgets._installed_url}}
    return message
