"""From a collection of labelled images to its representation: Eq. 1 and 2 of the paper."""

from __future__ import annotations

import os
import re
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain, groupby, islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from t2b_lib.representation.images import ImageCollection, IndexedImages, Item, read_image
from t2b_lib.representation.moments import Kind, Moments
from t2b_lib.store import cache_folder, digest, load_checked, save_checked

# Work is kept, and handed out to machines, in shards of this many images.
SHARD = 4096


class Skipped(NamedTuple):
    """An image that could not be used."""

    index: int
    name: str
    reason: str


@dataclass
class Extraction:
    """What was found of a collection's images: moments of each class, perhaps the vectors too.

    Attributes
    ----------
    classes : tuple of M str
    moments : Moments of M groups
        Of v = [f(x); g(prompt with y)] over the images x of each class y.
    skipped : list of Skipped
        In the order of the collection.
    vectors : tensor (n, D) float32, or None
        One row an image that could be read, in the order of the collection.
    targets : tensor (n,) int64, or None
        The class of each row.
    """

    classes: tuple[str, ...]
    moments: Moments
    skipped: list[Skipped] = field(default_factory=list)
    vectors: Tensor | None = None
    targets: Tensor | None = None

    def features(self, kind: Kind = "gaussian") -> Tensor:
        """The representation of the whole collection as one dataset, (D,) or (2 D,) float32."""
        everything = np.ones((1, len(self.classes)), dtype=bool)
        return self.moments.of_unions(everything).features(kind)[0]

    def features_of(self, taxonomy, kind: Kind = "gaussian") -> Tensor:
        """The representations of the datasets of a taxonomy over the collection's classes.

        They are merged from the moments of the classes; no image is looked at again.

        Parameters
        ----------
        taxonomy : Taxonomy
            Its `leaves` are names of classes.
        kind : "average" or "gaussian"

        Returns
        -------
        tensor (N, D) or (N, 2 D), float32

        Raises
        ------
        ValueError
            A leaf that is no class, or a dataset without a readable image.
        """
        union = self.moments.of_unions(members_of(taxonomy, self.classes))
        if (union.count == 0).any():
            empty = taxonomy.names[int((union.count == 0).nonzero()[0, 0])]
            raise ValueError(f"no image of dataset {empty!r} could be read. Leave it out.")
        return union.features(kind)


def members_of(taxonomy, classes: Sequence[str]) -> np.ndarray:
    """Which classes each dataset of a taxonomy holds, (N, M) of bool, by the classes' names."""
    column = {name: i for i, name in enumerate(classes)}
    if unknown := [leaf for leaf in taxonomy.leaves if leaf not in column]:
        raise ValueError(f"no class of the images is called {unknown[0]!r}.")
    members = np.zeros((len(taxonomy.names), len(classes)), dtype=bool)
    members[:, [column[leaf] for leaf in taxonomy.leaves]] = taxonomy.members
    return members


def extract(
    collection: ImageCollection,
    encoder,
    *,
    prompt: str = "A photo of {}",
    vectors: bool = False,
    cache: bool | str | Path = True,
    batch_size: int | None = None,
    workers: int | None = None,
    progress: bool = True,
) -> Extraction:
    """Embed the images of a collection and their labels, and sum up each class.

    The vector of an image x with label y is v = [f(x); g(prompt with y)], f(x) and g(.) each of
    length 1. Memory does not grow with the number of images, unless `vectors` are asked for.

    Every `SHARD` images what was found is written to the cache: a run that was killed goes on
    there. It is found again only for the same images, encoder, weights, precision, prompt and
    version of this library.

    Parameters
    ----------
    collection : ImageCollection
    encoder : OpenClipEncoder or EmbeddedEncoder
    prompt : str
        With {} in the place of the label.
    vectors : bool
        Keep the vector of every image, too.
    cache : bool or path
        Whether to keep what was found in the user's cache folder, or which other folder to use.
    batch_size : int, optional
        Images that go through the network together: 256 on a GPU, 32 on the CPU.
    workers : int, optional
        Threads that read and decode images: one for each core, 32 at most.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    Extraction

    Raises
    ------
    ValueError
        A prompt without {}, or not a single readable image.

    Warns
    -----
    UserWarning
        Says how many images could not be read, and names the first.
    """
    job = Job(collection, encoder.identity, prompt, vectors, cache)
    found = job.resume()
    with job.bar(found, progress) as bar:
        if not found.complete:
            job.keep(found)  # a folder that cannot be written to is found out now, not in an hour
            texts = encoder.encode_texts(job.prompts)
            items = _items(collection, found.shards)
            for part in embed(items, encoder, texts, vectors, batch_size, workers, bar.update):
                found.merge(part)
                job.keep(found)
            found.complete = True
            job.keep(found)
    return job.result(found)


@dataclass
class Part:
    """What was found in some shards of a collection."""

    shards: list[int] = field(default_factory=list)
    moments: Moments | None = None
    skipped: list[Skipped] = field(default_factory=list)
    # Where vectors are kept: numbers in the collection, classes and vectors of images.
    rows: list[tuple[Tensor, Tensor, Tensor]] = field(default_factory=list)
    seen: int = 0
    complete: bool = False

    def add(self, entries: Sequence[Decoded], images: Tensor, texts: Tensor, keep: bool) -> None:
        """Take in the embeddings (B, .) of images; their labels' are among `texts` (M, .)."""
        targets = torch.tensor([entry.target for entry in entries])
        vectors = torch.cat([images.cpu(), texts[targets]], dim=1)
        fine = vectors.isfinite().all(dim=1)
        for i in (~fine).nonzero()[:, 0].tolist():
            said = "its embedding is not finite"
            self.skipped.append(Skipped(entries[i].index, entries[i].name, said))
        vectors, targets = vectors[fine], targets[fine]
        if self.moments is None:
            self.moments = Moments.empty(len(texts), vectors.shape[1])
        self.moments.add(vectors, targets)
        if keep:
            index = torch.tensor([entry.index for entry in entries])[fine]
            self.rows.append((index, targets, vectors))

    def merge(self, other: Part) -> None:
        """Take in what was found in other shards."""
        if self.moments is None:
            self.moments = other.moments
        elif other.moments is not None:
            self.moments.merge(other.moments)
        self.shards = sorted({*self.shards, *other.shards})
        self.skipped = sorted([*self.skipped, *other.skipped])
        self.rows = _in_order([*self.rows, *other.rows])
        self.seen += other.seen


class Job:
    """One collection, one encoder, and the file where what is found is kept."""

    def __init__(self, collection, identity: dict, prompt: str, vectors: bool, cache):
        if "{}" not in prompt:
            raise ValueError(f"the prompt {prompt!r} has no {{}} for the label.")
        import t2b_lib

        self.collection, self.vectors = collection, vectors
        self.prompts = [prompt.replace("{}", label) for label in collection.labels]
        self.key = {
            "images": collection.fingerprint,
            "prompts": digest({"prompts": self.prompts}),
            "vectors": vectors,
            "shard": SHARD,
            "t2b_lib": t2b_lib.__version__,
            **identity,
        }
        self.path = kept_at(cache, "images", collection.name, self.key)

    def bar(self, found: Part, progress: bool) -> tqdm:
        """A progress bar over images, standing where the work goes on."""
        try:
            total = len(self.collection)
        except TypeError:  # a stream
            total = None
        name = self.collection.name
        return tqdm(total=total, initial=found.seen, desc=name, unit="img", disable=not progress)

    def resume(self) -> Part:
        """What is kept from before; nothing, where the file is damaged or not there."""
        kept = self.path and load_checked(self.path, self.key)
        if not kept:
            return Part()
        tensors, notes = kept
        notes["skipped"] = [Skipped(*entry) for entry in notes["skipped"]]
        part = Part(**notes)
        if "count" in tensors:
            part.moments = Moments(*(tensors[f] for f in ("count", "mean", "squares")))
        if "vectors" in tensors:
            part.rows = [(tensors["index"], tensors["targets"], tensors["vectors"])]
        return part

    def keep(self, part: Part) -> None:
        """Write what is known so far."""
        if self.path is None:
            return
        tensors = {} if part.moments is None else dict(vars(part.moments))
        for index, targets, vectors in part.rows:
            tensors |= {"index": index, "targets": targets, "vectors": vectors}
        names = ("shards", "skipped", "seen", "complete")
        save_checked(self.path, self.key, tensors, {name: getattr(part, name) for name in names})

    def result(self, part: Part) -> Extraction:
        """What the reader gets."""
        _tell(self.collection, part.skipped, part.seen)
        found = Extraction(self.collection.classes, part.moments, part.skipped)
        if self.vectors:
            ((_, found.targets, found.vectors),) = part.rows
        return found


def kept_at(cache: bool | str | Path, kind: str, name: str, key: dict) -> Path | None:
    """The file for a key: in the user's cache folder (True), nowhere (False) or in a folder."""
    if cache is False:
        return None
    folder = cache_folder() / kind if cache is True else Path(cache)
    return folder / f"{re.sub(r'[^A-Za-z0-9.]+', '-', name)[:60]}-{digest(key)}.safetensors"


class Decoded(NamedTuple):
    """An image ready for the encoder, or the reason why there is none."""

    index: int
    name: str
    target: int = -1
    pixels: Tensor | None = None
    reason: str = ""


def embed(
    items: Iterable[tuple[int, Item]],
    encoder,
    texts: Tensor,
    vectors: bool,
    batch_size: int | None,
    workers: int | None,
    tick: Callable[[int], object] = lambda n: None,
) -> Iterator[Part]:
    """Embed numbered images, a `Part` for each shard; threads decode while the network computes.

    A batch has images of one shard only, so that a shard's part does not depend on the others.
    """
    on_gpu = encoder.device.type == "cuda"
    batch_size = batch_size or (256 if on_gpu else 32)
    workers = workers or min(32, os.cpu_count() or 1)
    decoded = _decoded(items, encoder.spatial, workers, ahead=3 * batch_size)
    for shard, entries in groupby(decoded, lambda entry: entry.index // SHARD):
        part, computing = Part([shard]), None
        while batch := list(islice(entries, batch_size)):
            fine = [entry for entry in batch if entry.pixels is not None]
            part.skipped += [Skipped(e.index, e.name, e.reason) for e in batch if e.reason]
            launched = None
            if fine:
                pixels = torch.stack([entry.pixels for entry in fine])
                launched = fine, encoder.encode_images(pixels.pin_memory() if on_gpu else pixels)
            # A GPU works on this batch while the one before is taken in.
            if computing:
                part.add(*computing, texts, vectors)
            computing = launched
            part.seen += len(batch)
            tick(len(batch))
        if computing:
            part.add(*computing, texts, vectors)
        part.rows = _in_order(part.rows)
        yield part


def decode_all(collection: ImageCollection, spatial) -> tuple[Tensor, Tensor]:
    """All readable images (n, 3, s, s) uint8 and their classes (n,), in the order of `collection`.

    Raises
    ------
    ValueError
        Not a single readable image.

    Warns
    -----
    UserWarning
        As `extract`.
    """
    numbered = enumerate(collection.items())
    workers = min(32, os.cpu_count() or 1)
    entries = list(_decoded(numbered, spatial, workers, ahead=3 * workers))
    fine = [entry for entry in entries if entry.pixels is not None]
    skipped = [Skipped(e.index, e.name, e.reason) for e in entries if e.pixels is None]
    _tell(collection, skipped, len(entries))
    return torch.stack([e.pixels for e in fine]), torch.tensor([e.target for e in fine])


def _tell(collection: ImageCollection, skipped: list[Skipped], seen: int) -> None:
    """Say which images were skipped; if all were, that is an error."""
    what = f"{len(skipped)} of {seen} images of {collection.name!r}"
    first = ", ".join(f"{s.name} ({s.reason})" for s in skipped[:3])
    if len(skipped) == seen:
        raise ValueError(f"not one image can be used. Skipped were {what}: {first}")
    if skipped:
        more = " …" if len(skipped) > 3 else ""
        warnings.warn(f"{what} cannot be used and were skipped: {first}{more}", stacklevel=4)


def _items(collection: ImageCollection, done: Sequence[int]) -> Iterator[tuple[int, Item]]:
    """The images of the shards that are not done, with their numbers."""
    if not isinstance(collection, IndexedImages):
        # A stream is read in order, so the shards that are done are the first.
        start = len(done) * SHARD
        return enumerate(collection.items(start), start)
    missing = (shard for shard in shards_of(collection) if shard not in set(done))
    return chain.from_iterable(items_of(collection, shard) for shard in missing)


def items_of(collection: ImageCollection, shard: int) -> Iterator[tuple[int, Item]]:
    """The images of one shard, with their numbers."""
    start = shard * SHARD
    return enumerate(collection.items(start, start + SHARD), start)


def shards_of(collection: IndexedImages) -> range:
    """The numbers of a collection's shards."""
    return range(-(-len(collection) // SHARD))


def _decoded(items, spatial, workers: int, ahead: int) -> Iterator[Decoded]:
    """The images in order, decoded by threads, never more than `ahead` of them waiting."""

    def decode(index: int, item: Item) -> Decoded:
        # Whatever is wrong with one image must not end the work on a million others.
        try:
            source, target = item.load()
            return Decoded(index, item.name, target, spatial(read_image(source)))
        except Exception as error:
            return Decoded(index, item.name, reason=str(error) or type(error).__name__)

    pool = ThreadPoolExecutor(workers)
    try:
        waiting: deque = deque()
        for index, item in items:
            waiting.append(pool.submit(decode, index, item))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(rows: list[tuple[Tensor, Tensor, Tensor]]) -> list[tuple[Tensor, Tensor, Tensor]]:
    if not rows:
        return []
    index, targets, vectors = (torch.cat(column) for column in zip(*rows, strict=True))
    order = index.argsort()
    return [(index[order], targets[order], vectors[order])]
