"""A reader's own images, from wherever they are."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import zipfile
from pathlib import Path

from t2b_lib.representation.sources import ImageCollection, hub_images, image_folder


def own_images(source: str | os.PathLike) -> ImageCollection:
    """The images of a zip file, of a folder, or of a dataset on the Hugging Face hub.

    `source` is a zip file or a folder with a folder for each class (`image_folder`), or the hub's
    id of a dataset, such as "ethz/food101" (`hub_images`). A zip file is unpacked beside itself,
    once.

    Raises FileNotFoundError if there is no such file or folder, and it is no id either; ValueError
    if it is no readable zip file, or no class folder holds an image; OSError if the disk has no
    room for what the zip file holds.
    """
    path = Path(source).expanduser()
    if path.is_file():
        return image_folder(_unpacked(path))
    if path.is_dir():
        return image_folder(path)
    if re.fullmatch(r"[\w.-]+/[\w.-]+", os.fspath(source)) and path.suffix != ".zip":
        return hub_images(os.fspath(source))
    raise FileNotFoundError(
        f"{source}: no such zip file or folder, and no id of the hub, such as 'ethz/food101'. In "
        "Colab, the panel of files at the left shows where yours are."
    )


def _unpacked(path: Path) -> Path:
    """The folder beside a zip file that holds its content: all of it, or it is not there."""
    folder = path.with_name(f"{path.stem}.unpacked")
    if folder.is_dir() and folder.stat().st_mtime >= path.stat().st_mtime:
        return folder
    with tempfile.TemporaryDirectory(dir=path.parent) as stage:
        try:
            with zipfile.ZipFile(path) as archive:
                needed = sum(member.file_size for member in archive.infolist())
                if needed > (room := shutil.disk_usage(stage).free):
                    raise OSError(
                        f"{path} holds {needed / 1e9:.1f} GB, and the disk has {room / 1e9:.1f} GB"
                    )
                archive.extractall(stage)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            raise ValueError(f"{path} cannot be unpacked as a zip file: {error}") from None
        shutil.rmtree(folder, ignore_errors=True)
        Path(stage).rename(folder)
        Path(stage).mkdir()  # for the context to remove
    return folder
