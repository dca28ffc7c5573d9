"""The version of the library; a package's `__init__` would be too late for modules inside it."""

__version__ = "0.1.0"
