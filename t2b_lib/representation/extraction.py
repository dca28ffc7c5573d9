"""From a collection of labelled images to its representation: Eq. 1 and 2 of the paper."""

from __future__ import annotations

import os
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, compress, groupby, islice
from operator import length_hint
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from sklearn.utils import check_scalar
from torch import Tensor
from tqdm import tqdm

from t2b_lib.__about__ import __version__
from t2b_lib.cluster import Cluster
from t2b_lib.moments import Kind, Moments
from t2b_lib.representation.decoding import read_image
from t2b_lib.representation.sources import ImageCollection, IndexedImages, Item
from t2b_lib.store import cache_file, digest, load_checked, locked, save_checked

# Work is saved, and given to the processes of a cluster, in shards of this many images.
SHARD = 4096


class Skipped(NamedTuple):
    """An image that could not be used."""

    index: int
    name: str
    reason: str


@dataclass
class Extraction:
    """The moments of each class of a collection, and on request the vector of each image.

    The M groups of `moments` are of v = [f(x); g(prompt with y)] over the images x of each class y.
    `vectors` (n, D) float32 has a row for each image that could be read, in the order of the
    collection, and `targets` (n,) int64 the class of each row; None where not asked for.
    """

    classes: tuple[str, ...]
    moments: Moments
    skipped: list[Skipped] = field(default_factory=list)
    vectors: Tensor | None = None
    targets: Tensor | None = None

    def features(self, kind: Kind = "gaussian") -> Tensor:
        """The representation of the whole collection as one dataset, (D,) or (2 D,) float32."""
        return self.moments.of_unions(torch.ones(1, len(self.classes))).features(kind)[0]

    def features_of(self, taxonomy, kind: Kind = "gaussian") -> Tensor:
        """The representations of a taxonomy's N datasets, whose `leaves` are names of classes.

        They follow from the moments of the classes; no image is read again. Returns float32: (N, D)
        for "average", (N, 2 D) for "gaussian". Raises ValueError for a leaf that is no class, or a
        dataset without a readable image.
        """
        union = self.moments.of_unions(members_of(taxonomy, self.classes))
        if empty := list(compress(taxonomy.names, union.count == 0)):
            raise ValueError(f"no image of dataset {empty[0]!r} could be read. Leave it out.")
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
    cluster: Cluster | None = None,
    progress: bool = True,
) -> Extraction:
    """Embed the images of a collection and their labels, and compute the moments of each class.

    The vector of an image x with label y is v = [f(x); g(prompt with y)], where f(x) and g(.) have
    length 1. The prompt has {} where the label belongs. With `vectors` the vector of every image is
    kept, too; otherwise memory does not grow with the number of images.

    The encoder is an `OpenClipEncoder`, an `EmbeddedEncoder`, or a function that makes one. A
    cluster needs the function, so that each process loads the weights itself: `EmbeddedEncoder`, or
    `functools.partial(OpenClipEncoder, "ViT-B-32", ...)`. `batch_size` images go through the
    network together: 256 on a GPU and 32 on the CPU, if left out. As many threads as `workers` read
    and decode images: one for each core, but at most 32, if left out. With `cluster`, this runs in
    the processes of a Ray cluster instead of this one. All of its machines must reach the images
    under the same paths.

    The result is saved after every `SHARD` images, in the user's cache folder of this machine or in
    the folder `cache`, so that a run that was killed continues there. It is used again only for the
    same images, encoder, weights, precision, type of device, prompt and version of this library. A
    second process that asks the same waits for the result.

    Raises ModuleNotFoundError if Ray is needed and not installed, and ValueError on a prompt
    without {}, no readable image at all, an encoder that leaves out images, or a stream on a
    cluster. If only some images cannot be read, a UserWarning says how many, and names the first.
    """
    if "{}" not in prompt:
        raise ValueError(f"the prompt {prompt!r} has no {{}} for the label.")
    for name, value in {"batch_size": batch_size, "workers": workers}.items():
        if value is not None:
            check_scalar(value, name, int, min_val=1)
    if cluster and not isinstance(collection, IndexedImages):
        raise ValueError(
            f"{collection.name!r} is a stream, which only one process can read: load it with "
            "streaming=False, or leave out cluster."
        )
    ask = (collection, encoder, prompt, vectors, batch_size, workers)
    with ExitStack() as stack:
        if cluster is None:
            here = Embedder(*ask)
            identity, parts = here.identity(), here.parts
        else:
            team = stack.enter_context(cluster.team(Embedder, *ask))
            identity = team.ask("identity")

            def parts(done, tick):
                return team.each("part", [s for s in _shards_of(collection) if s not in done])

        job = Job(collection, identity, prompt, vectors, cache)
        found = job.resume()
        if not found.complete and job.path:
            stack.enter_context(locked(job.path))
            found = job.resume()  # another process may have worked on it
        if not found.complete:
            job.save(found)  # fails at once if the folder cannot be written to
            total = length_hint(collection) or None  # a stream may not know
            about = {"desc": collection.name, "unit": "img", "disable": not progress}
            with tqdm(total=total, initial=found.seen, **about) as bar:
                for part in parts(found.shards, bar.update):
                    found.merge(part)
                    job.save(found, part)
                    bar.update(found.seen - bar.n)
            found.complete = True
            job.save(found)
    _report(collection, found.skipped, found.seen)
    result = Extraction(collection.classes, found.moments, found.skipped)
    if vectors:
        rows = [found.rows[shard] for shard in sorted(found.rows)]
        result.targets, result.vectors = map(torch.cat, zip(*rows, strict=True))
    return result


@dataclass
class Part:
    """The results of some shards of a collection."""

    shards: list[int] = field(default_factory=list)
    moments: Moments | None = None
    skipped: list[Skipped] = field(default_factory=list)
    # Of each shard, if vectors are kept: classes and vectors of its images.
    rows: dict[int, tuple[Tensor, Tensor]] = field(default_factory=dict)
    seen: int = 0
    complete: bool = False

    def add(self, entries: Sequence[Decoded], images: Tensor, texts: Tensor) -> tuple:
        """Add embeddings (B, .) of images, given those of all labels; returns classes, vectors."""
        if len(images) != len(entries):
            said = f"the encoder gave {len(images)} embeddings of {len(entries)} images"
            raise ValueError(f"{said}: it must give one of each.")
        targets = torch.tensor([entry.target for entry in entries])
        vectors = torch.cat([images.cpu(), texts[targets]], dim=1)
        finite = vectors.isfinite().all(dim=1)
        for i in (~finite).nonzero()[:, 0].tolist():
            reason = "its embedding is not finite"
            self.skipped.append(Skipped(entries[i].index, entries[i].name, reason))
        vectors, targets = vectors[finite], targets[finite]
        if self.moments is None:
            self.moments = Moments.empty(len(texts), vectors.shape[1])
        self.moments.add(vectors, targets)
        return targets, vectors

    def merge(self, other: Part) -> None:
        """Add the results of other shards."""
        if self.moments is None:
            self.moments = other.moments
        elif other.moments is not None:
            self.moments.merge(other.moments)
        self.shards = sorted({*self.shards, *other.shards})
        self.skipped = sorted([*self.skipped, *other.skipped])
        self.rows |= other.rows
        self.seen += other.seen


class Job:
    """The saved results for one question: a file of moments, and one of vectors for each shard."""

    def __init__(self, collection, identity: dict, prompt: str, vectors: bool, cache):
        asked = {"vectors": vectors, "shard": SHARD, "t2b_lib": __version__}
        prompts = digest(_prompts(prompt, collection.labels))
        self.key = {"images": collection.fingerprint, "prompts": prompts} | asked | identity
        self.path = cache_file(cache, "images", collection.name, self.key)

    def resume(self) -> Part:
        """The results saved so far; none, if a file is damaged or missing."""
        saved = self.path and load_checked(self.path, self.key)
        if not saved:
            return Part()
        tensors, notes = saved
        with_vectors = notes.pop("rows")
        part = Part(**notes | {"skipped": [Skipped(*entry) for entry in notes["skipped"]]})
        if tensors:
            part.moments = Moments(**tensors)
        for shard in with_vectors:
            if (rows := load_checked(self._rows(shard), self.key)) is None:
                return Part()
            part.rows[shard] = rows[0]["targets"], rows[0]["vectors"]
        return part

    def save(self, found: Part, new: Part | None = None) -> None:
        """Write the results so far; the vectors of `new` shards go to files of their own."""
        if self.path is None:
            return
        for shard, (targets, vectors) in (new.rows if new else {}).items():
            tensors = {"targets": targets, "vectors": vectors}
            save_checked(self._rows(shard), self.key, tensors, {})
        tensors = {} if found.moments is None else dict(vars(found.moments))
        names = ("shards", "skipped", "seen", "complete")
        notes = {"rows": sorted(found.rows)} | {name: getattr(found, name) for name in names}
        save_checked(self.path, self.key, tensors, notes)

    def _rows(self, shard: int) -> Path:
        return self.path.with_suffix(f".{shard:06}.safetensors")


class Embedder:
    """Embeds shards of a collection with an encoder, in this process or as a worker of Ray's."""

    def __init__(self, collection, encoder, prompt, vectors, batch_size, workers):
        made = hasattr(encoder, "encode_images") and not isinstance(encoder, type)
        self.encoder = encoder if made else encoder()
        self.collection, self.prompt, self.vectors = collection, prompt, vectors
        self.on_gpu = self.encoder.device.type == "cuda"
        self.batch_size = batch_size or (256 if self.on_gpu else 32)
        self.workers = workers

    def identity(self) -> dict:
        """All that the encoder's vectors depend on."""
        return self.encoder.identity

    @cached_property
    def texts(self) -> Tensor:
        """The embeddings (M, .) of the prompt with each label."""
        return self.encoder.encode_texts(_prompts(self.prompt, self.collection.labels))

    def part(self, shard: int) -> Part:
        """The results of one shard."""
        (part,) = self.embed(_items_of(self.collection, shard))
        return part

    def parts(self, done: Sequence[int], tick: Callable[[int], object]) -> Iterator[Part]:
        """The results of each shard that is not done."""
        if isinstance(self.collection, IndexedImages):
            missing = (s for s in _shards_of(self.collection) if s not in done)
            items = chain.from_iterable(_items_of(self.collection, shard) for shard in missing)
        else:
            # A stream is read in order, so the shards that are done are the first.
            start = len(done) * SHARD
            items = enumerate(self.collection.items(start), start)
        return self.embed(items, tick)

    def embed(
        self, items: Iterable[tuple[int, Item]], tick: Callable[[int], object] = lambda n: None
    ) -> Iterator[Part]:
        """Embed numbered images, a `Part` for each shard; no batch has images of two shards."""
        texts = self.texts
        decoded = _decoded(items, self.encoder.spatial, self.workers, ahead=3 * self.batch_size)
        for shard, entries in groupby(decoded, lambda entry: entry.index // SHARD):
            part, rows, computing = Part([shard]), [], None
            while batch := list(islice(entries, self.batch_size)):
                fine = [entry for entry in batch if entry.pixels is not None]
                part.skipped += [Skipped(e.index, e.name, e.reason) for e in batch if e.reason]
                launched = None
                if fine:
                    pixels = torch.stack([entry.pixels for entry in fine])
                    pixels = pixels.pin_memory() if self.on_gpu else pixels
                    launched = fine, self.encoder.encode_images(pixels)
                # While a GPU works on this batch, the one before is added.
                if computing:
                    rows.append(part.add(*computing, texts))
                computing = launched
                part.seen += len(batch)
                tick(len(batch))
            if computing:
                rows.append(part.add(*computing, texts))
            if self.vectors and rows:
                part.rows[shard] = tuple(map(torch.cat, zip(*rows, strict=True)))
            yield part


class Decoded(NamedTuple):
    """An image ready for the encoder, or the reason why there is none."""

    index: int
    name: str
    target: int = -1
    pixels: Tensor | None = None
    reason: str = ""


def decode_all(collection: ImageCollection, spatial) -> tuple[Tensor, Tensor]:
    """All readable images (n, 3, s, s) uint8 and their classes (n,), in the collection's order."""
    entries = list(_decoded(enumerate(collection.items()), spatial, None, ahead=96))
    fine = [entry for entry in entries if entry.pixels is not None]
    skipped = [Skipped(e.index, e.name, e.reason) for e in entries if e.pixels is None]
    _report(collection, skipped, len(entries))
    return torch.stack([e.pixels for e in fine]), torch.tensor([e.target for e in fine])


def _report(collection: ImageCollection, skipped: list[Skipped], seen: int) -> None:
    """Warn about images that were skipped; if all were, that is an error."""
    what = f"{len(skipped)} of {seen} images of {collection.name!r}"
    first = ", ".join(f"{s.name} ({s.reason})" for s in skipped[:3]) + " …" * (len(skipped) > 3)
    if len(skipped) == seen:
        raise ValueError(f"not one image can be used. Skipped were {what}: {first}")
    if skipped:
        warnings.warn(f"{what} cannot be used and were skipped: {first}", stacklevel=3)


def _prompts(prompt: str, labels: Sequence[str]) -> list[str]:
    return [prompt.replace("{}", label) for label in labels]


def _items_of(collection: ImageCollection, shard: int) -> Iterator[tuple[int, Item]]:
    """The images of one shard, with their numbers."""
    start = shard * SHARD
    return enumerate(collection.items(start, start + SHARD), start)


def _shards_of(collection: IndexedImages) -> range:
    return range(-(-len(collection) // SHARD))


def _decoded(items, spatial, workers: int | None, ahead: int) -> Iterator[Decoded]:
    """The images in order, decoded by threads; at most `ahead` of them wait."""

    def decode(index: int, item: Item) -> Decoded:
        # A single bad image must not end the work on a million others.
        try:
            source, target = item.load()
            return Decoded(index, item.name, target, spatial(read_image(source)))
        except Exception as error:
            return Decoded(index, item.name, reason=str(error) or type(error).__name__)

    pool = ThreadPoolExecutor(workers or min(32, os.cpu_count() or 1))
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
