"""Work over several processes or machines, by Ray."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sklearn.utils import check_scalar

from t2b_lib.extras import import_extra


@dataclass(frozen=True)
class Cluster:
    """Where long work runs if not in this process: a number of worker processes of Ray.

    A worker that dies is started again and its task is done again.

    The cluster's `address` is as in `ray.init`. Left out, it is the cluster that this process is
    connected to or that the environment names, or a new one on this machine. `gpus` are those of
    each worker: 1 where the cluster has a GPU and 0 otherwise, if left out.

    Raises TypeError or ValueError if `workers` is no whole number of at least 1.
    """

    address: str | None = None
    workers: int = 2
    gpus: float | None = None

    def __post_init__(self):
        check_scalar(self.workers, "workers", int, min_val=1)

    @contextmanager
    def team(self, worker: type, *args) -> Iterator[Team]:
        """Workers that hold one object `worker(*args)` each; they end with the `with` block."""
        ray = import_extra("ray", "cluster")
        if not ray.is_initialized():
            ray.init(self.address, log_to_driver=False)
        gpus = self.gpus
        if gpus is None:
            gpus = 1 if ray.cluster_resources().get("GPU") else 0
        remote = ray.remote(num_gpus=gpus, max_restarts=-1, max_task_retries=-1)(worker)
        shared = [ray.put(argument) for argument in args]
        actors = [remote.remote(*shared) for _ in range(self.workers)]
        try:
            yield Team(actors)
        finally:
            for actor in actors:
                ray.kill(actor)


@dataclass(frozen=True)
class Team:
    """Handles of Ray actors of one class."""

    actors: list

    def ask(self, method: str, *args):
        """The result of a method of the first worker."""
        import ray

        return ray.get(getattr(self.actors[0], method).remote(*args))

    def each(self, method: str, tasks: Iterable) -> Iterator:
        """Results of a method for each task, in the order in which they are done."""
        from ray.util.actor_pool import ActorPool

        pool = ActorPool(self.actors)
        return pool.map_unordered(lambda actor, task: getattr(actor, method).remote(task), tasks)
