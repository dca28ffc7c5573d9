"""Files written whole or not at all, and tensors kept in files that are checked when read."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor


def cache_folder() -> Path:
    """Where this user's caches are."""
    import pooch

    return Path(pooch.os_cache("t2b_lib"))


def write_whole(path: str | os.PathLike, content: str | bytes) -> None:
    """Write a file that appears under its name only when it is whole; folders are made.

    Parameters
    ----------
    path : path
    content : str or bytes
        A str is written in UTF-8 as it stands, whatever the system's line ends are.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        unfinished.write_bytes(content.encode() if isinstance(content, str) else content)
        os.replace(unfinished, path)
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)


def load_checked(path: Path, key: dict) -> tuple[dict[str, Tensor], dict] | None:
    """The tensors and notes of a file that is there, whole, and was kept under this key.

    Parameters
    ----------
    path : Path
    key : dict
        Everything that the tensors depend on, as JSON can hold it.

    Returns
    -------
    (tensors, notes), or None where the file is missing, damaged or of another key
    """
    try:
        with safe_open(path, framework="pt") as file:
            about = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if json.loads(about["key"]) != json.loads(json.dumps(key)):
            return None
        notes = json.loads(about["notes"])
    except (OSError, SafetensorError, KeyError, ValueError):
        return None
    return (tensors, notes) if about.get("sha256") == _checksum(tensors, about["notes"]) else None


def save_checked(path: Path, key: dict, tensors: dict[str, Tensor], notes: dict) -> None:
    """Write a file for `load_checked`, whole or not at all."""
    tensors = {name: tensor.contiguous() for name, tensor in tensors.items()}
    said = json.dumps(notes)
    about = {"key": json.dumps(key), "notes": said, "sha256": _checksum(tensors, said)}
    write_whole(path, save(tensors, about))


def digest(key: dict) -> str:
    """A short name for a key: equal keys have equal names."""
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:24]


def hash_weights(state: dict[str, Tensor]) -> str:
    """The sha256 of a network's state dict, whatever file it came from."""
    return _checksum(state, "")


def _checksum(tensors: dict[str, Tensor], notes: str) -> str:
    found = hashlib.sha256(notes.encode())
    for name, tensor in sorted(tensors.items()):
        found.update(f"\0{name} {tensor.dtype} {tuple(tensor.shape)}\0".encode())
        flat = tensor.detach().cpu().contiguous().flatten()
        found.update(flat.view(torch.uint8).numpy())
    return found.hexdigest()
