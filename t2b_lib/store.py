"""Files that are written whole or not at all, and caches of tensors that are checked when read."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pooch
import torch
from filelock import FileLock, Timeout
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor


def cache_folder() -> Path:
    """The folder of this user's caches."""
    return Path(pooch.os_cache("t2b_lib"))


def cache_file(cache: bool | str | Path, kind: str, name: str, key: dict) -> Path | None:
    """The file for a key: in the user's cache folder (True), in another folder, or none (False)."""
    if cache is False:
        return None
    folder = cache_folder() / kind if cache is True else Path(cache)
    return folder / f"{re.sub(r'[^A-Za-z0-9.]+', '-', name)[:60]}-{digest(key)}.safetensors"


def write_whole(path: str | os.PathLike, content: str | bytes) -> None:
    """Write a file that appears only when it is complete, a str as UTF-8; folders are made."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        unfinished.write_bytes(content.encode() if isinstance(content, str) else content)
        os.replace(unfinished, path)
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time works on `path`, until it ends; a second one says so and waits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(f"{path}.lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        warnings.warn(f"another process works on {path.name}: waiting for it", stacklevel=3)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def kept(path: Path | None, key: dict, make: Callable[[], dict[str, Tensor]]) -> dict[str, Tensor]:
    """The tensors that a file keeps under a key, or those of `make`, made by one process."""
    if path is None:
        return make()
    if (found := load_checked(path, key)) is None:
        with locked(path):
            if (found := load_checked(path, key)) is None:
                found = make(), {}
                save_checked(path, key, *found)
    return found[0]


def load_checked(path: Path, key: dict) -> tuple[dict[str, Tensor], dict] | None:
    """The tensors and notes of a file; None if it is missing, damaged or of another key (JSON)."""
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


def digest(content: object) -> str:
    """A short name for anything that JSON can hold; equal contents have equal names."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:24]


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
