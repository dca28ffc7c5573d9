"""Packages that come with an extra of the library, such as `pip install "t2b_lib[cluster]"`."""

import importlib
from types import ModuleType


def import_extra(module: str, extra: str) -> ModuleType:
    """Import a module; if it is missing, the error names the extra that brings it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        said = f'{error.name} is missing: pip install "t2b_lib[{extra}]"'
        raise ModuleNotFoundError(said, name=error.name) from error
