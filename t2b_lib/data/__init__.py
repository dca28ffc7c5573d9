"""The small tables that ship with the library; README.md beside them names their sources."""

import csv
from importlib.resources import files


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of one of the shipped tables, by file name."""
    with (files(__name__) / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
