"""The same extraction over a cluster, by Ray: actors hold the model and take shards in turn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from torch import Tensor

from t2b_lib.representation.extraction import (
    Extraction,
    Job,
    Part,
    embed,
    items_of,
    shards_of,
)
from t2b_lib.representation.images import ImageCollection, IndexedImages


def extract_on_cluster(
    collection: ImageCollection,
    make_encoder: Callable,
    *,
    actors: int = 2,
    gpus: float | None = None,
    prompt: str = "A photo of {}",
    vectors: bool = False,
    cache: bool | str | Path = True,
    batch_size: int | None = None,
    workers: int | None = None,
    progress: bool = True,
) -> Extraction:
    """What `extract` does, by several processes on one machine or many.

    Each of the actors makes the encoder once and then takes one shard of `SHARD` images after
    another; what it finds is merged here as it comes, and kept in the cache. A worker that dies is
    started again and its shard is done again, so that nothing is lost; nor is it if this process
    is killed, which goes on where it stopped.

    Connects to the cluster that `ray.init` or the environment names, or starts one here.

    Parameters
    ----------
    collection : ImageCollection
        Readable by index. Every machine has to reach the images under the same paths.
    make_encoder : callable
        Makes the encoder in each worker: `EmbeddedEncoder`, or a `functools.partial` of
        `OpenClipEncoder`.
    actors : int
        How many processes.
    gpus : float, optional
        GPUs of each: 1 where the cluster has a GPU, else 0.
    prompt, vectors, cache, batch_size, workers, progress
        As in `extract`. The cache is that of this process's machine.

    Returns
    -------
    Extraction

    Raises
    ------
    ModuleNotFoundError
        Ray is not installed.
    ValueError
        As `extract`; and for a stream, which only one process can read.
    """
    try:
        import ray
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            'ray is missing: pip install "t2b_lib[cluster]"', name="ray"
        ) from error
    if not isinstance(collection, IndexedImages):
        raise ValueError(
            f"{collection.name!r} is a stream, which is read by one process: load it with "
            "streaming=False."
        )
    if not ray.is_initialized():
        ray.init(log_to_driver=False)
    if gpus is None:
        gpus = 1 if ray.cluster_resources().get("GPU") else 0
    # An actor that died is made anew, as often as it takes, and what it was doing is done again.
    remote = ray.remote(num_gpus=gpus, max_restarts=-1, max_task_retries=-1)(Worker)
    settings = (ray.put(collection), make_encoder, vectors, batch_size, workers)
    team = [remote.remote(*settings) for _ in range(actors)]
    try:
        identity = ray.get(team[0].identity.remote())
        job = Job(collection, identity, prompt, vectors, cache)
        found = job.resume()
        missing = [s for s in shards_of(collection) if s not in found.shards]
        if missing:
            job.keep(found)  # a folder that cannot be written to is found out now, not in an hour
            texts = ray.put(ray.get(team[0].texts.remote(job.prompts)))
        idle, doing = list(team), {}
        with job.bar(found, progress) as bar:
            while missing or doing:
                while missing and idle:
                    worker = idle.pop()
                    doing[worker.shard.remote(missing.pop(0), texts)] = worker
                (done, *_), _ = ray.wait(list(doing))
                idle.append(doing.pop(done))
                part = ray.get(done)
                found.merge(part)
                job.keep(found)
                bar.update(part.seen)
        if not found.complete:
            found.complete = True
            job.keep(found)
    finally:
        for worker in team:
            ray.kill(worker)
    return job.result(found)


class Worker:
    """Holds an encoder, and embeds shards of a collection with it."""

    def __init__(self, collection: IndexedImages, make_encoder, vectors, batch_size, workers):
        self.collection, self.encoder, self.vectors = collection, make_encoder(), vectors
        self.sizes = batch_size, workers

    def identity(self) -> dict:
        """What the encoder's vectors depend on."""
        return self.encoder.identity

    def texts(self, prompts: list[str]) -> Tensor:
        """Embeddings of the labels' prompts."""
        return self.encoder.encode_texts(prompts)

    def shard(self, shard: int, texts: Tensor) -> Part:
        """What is found in one shard."""
        items = items_of(self.collection, shard)
        (part,) = embed(items, self.encoder, texts, self.vectors, *self.sizes)
        return part
