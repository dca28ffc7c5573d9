"""Datasets of the Hugging Face hub: which there are, and vectors of some of each one's samples."""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from itertools import islice
from math import inf
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple

import pandas as pd
from torch import Tensor
from tqdm import tqdm

from t2b_lib.store import digest, load_checked, save_checked

# The first six are as in the catalogue.
COLUMNS = ["name", "hub_id", "samples", "classes", "licence", "url"]
COLUMNS += ["size", "gated", "downloads", "likes"]
_MAGNITUDE = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}


def find_datasets(
    task: str = "image-classification",
    *,
    search: str | None = None,
    min_samples: int | None = None,
    max_samples: int | None = None,
    licences: Collection[str] | None = None,
    gated: bool | None = False,
    limit: int | None = 200,
    token: str | bool | None = None,
) -> pd.DataFrame:
    """Search the Hugging Face hub for datasets, those first that are downloaded most.

    Only what the hub lists of a dataset is looked at: its tags, and its card where it has one.
    Where the hub limits the rate of requests, huggingface_hub waits as it is told to.

    Parameters
    ----------
    task : str
        The task category, as the hub names it.
    search : str, optional
        Part of the dataset's name.
    min_samples, max_samples : int, optional
        Bounds on the number of samples, or where only a class of sizes is known ("10K<n<100K") on
        some of its numbers. Datasets of unknown size are left out if a bound is given.
    licences : collection of str, optional
        Only datasets of one of these licences, as the hub tags them ("mit", "cc-by-4.0").
    gated : bool, optional
        Whether one must have accepted its terms to read a dataset; None: no matter.
    limit : int, optional
        At most so many datasets.
    token : str or bool, optional
        As in `huggingface_hub.HfApi.list_datasets`.

    Returns
    -------
    pandas.DataFrame
        One row a dataset, the columns of `catalogue` first:

        - ``name``: what its card calls it, or its hub id where another has that name, too.
        - ``hub_id``: "owner/name".
        - ``samples``: over all splits and configurations, missing (NA) where unknown.
        - ``classes``: names of its classes, a tuple of str; empty where its card does not say.
        - ``licence``: as the hub tags it, "; " between several, "" where unknown.
        - ``url``: its page on the hub.
        - ``size``: its class of sizes ("10K<n<100K"), "" where unknown.
        - ``gated``: False, "auto" or "manual" (how one is let in).
        - ``downloads``, ``likes``: in the last 30 days, and ever.

    Raises
    ------
    ModuleNotFoundError
        The package huggingface_hub is not installed.
    ValueError
        Bounds that no number keeps, or a limit below 1.
    OSError
        The hub refused, did not answer, or is not to be asked (HF_HUB_OFFLINE is set); by
        huggingface_hub, or in its words.
    """
    low, high = min_samples or 0, inf if max_samples is None else max_samples
    if low > high:
        raise ValueError(f"no number of samples is at least {low} and at most {high}")
    if limit is not None and limit < 1:
        raise ValueError(f"the limit is one dataset at least, not {limit}")
    try:
        from huggingface_hub import HfApi
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            'the package huggingface_hub is missing: pip install "t2b_lib[hub]"',
            name="huggingface_hub",
        ) from error
    api = HfApi()
    listed = api.list_datasets(
        filter=f"task_categories:{task}",
        search=search,
        gated=gated,
        sort="downloads",
        expand=["cardData", "downloads", "gated", "likes", "tags"],
        token=token,
    )

    def wanted() -> Iterator[dict]:
        for info in listed:
            facts = _facts(info)
            if (
                ((low, high) == (0, inf) or _within(facts, low, high))
                and (licences is None or not set(facts["licence"].split("; ")).isdisjoint(licences))
                and (gated is None or bool(facts["gated"]) == gated)
            ):
                yield facts | {"url": f"{api.endpoint}/datasets/{info.id}"}

    found = pd.DataFrame(islice(wanted(), limit), columns=COLUMNS)
    found["samples"] = found["samples"].astype("Int64")
    found["name"] = found["name"].where(~found["name"].duplicated(keep=False), found["hub_id"])
    return found


def _facts(info) -> dict:
    """What the listing tells of a dataset. A card can hold anything at all: what is odd is left."""
    card, tags = info.card_data or {}, info.tags or []
    configs = card.get("dataset_info") or []
    configs = [
        c for c in ([configs] if isinstance(configs, dict) else configs) if isinstance(c, dict)
    ]
    counts = [
        split.get("num_examples") if isinstance(split, dict) else None
        for config in configs
        for split in config.get("splits") or []
    ]
    name = card.get("pretty_name")
    return {
        "name": name if isinstance(name, str) and name.strip() else info.id.rpartition("/")[2],
        "hub_id": info.id,
        "samples": sum(counts) if counts and all(isinstance(c, int) for c in counts) else None,
        "classes": next(filter(None, map(_class_names, configs)), ()),
        "licence": "; ".join(t.removeprefix("license:") for t in tags if t.startswith("license:")),
        "size": next((t.partition(":")[2] for t in tags if t.startswith("size_categories:")), ""),
        "gated": info.gated or False,
        "downloads": info.downloads,
        "likes": info.likes,
    }


def _class_names(config: dict) -> tuple[str, ...]:
    """The classes of a configuration with one column of classes."""
    named = [
        feature["dtype"]["class_label"]["names"]
        for feature in config.get("features") or []
        if isinstance(feature, dict)
        and isinstance(feature.get("dtype"), dict)
        and isinstance(feature["dtype"].get("class_label"), dict)
        and isinstance(feature["dtype"]["class_label"].get("names"), dict | list)
    ]
    if len(named) != 1:
        return ()
    names = named[0]
    if isinstance(names, dict):
        if not all(str(number).isdecimal() for number in names):
            return ()
        names = [names[number] for number in sorted(names, key=int)]
    return tuple(map(str, names))


def _within(facts: dict, low: float, high: float) -> bool:
    """Whether the number of samples is, or can be, in bounds; False where nothing is known."""
    if facts["samples"] is not None:
        return low <= facts["samples"] <= high
    ends = [int(n) * _MAGNITUDE[unit] for n, unit in re.findall(r"(\d+)([KMBT]?)", facts["size"])]
    if not ends:
        return False
    least = 0 if facts["size"].startswith("n<") else ends[0]
    most = inf if facts["size"].startswith("n>") else ends[-1]
    return least <= high and most >= low


class HubSamples(NamedTuple):
    """What `sample_hub` found.

    Attributes
    ----------
    vectors : dict of tensors (n_i, D) float32, by hub id
    skipped : pandas.DataFrame
        Columns ``hub_id`` and ``reason``.
    """

    vectors: dict[str, Tensor]
    skipped: pd.DataFrame


def sample_hub(
    hub_ids: Iterable[str],
    n: int,
    encode: Callable[[object], Tensor],
    *,
    load: Callable[[str], object],
    cache: str | Path,
    key: dict | None = None,
    seed: int = 0,
    timeout: float = 600,
    progress: bool = True,
) -> HubSamples:
    """Vectors of n samples of each of many datasets of the Hugging Face hub.

    What is done is kept, a file for each dataset: run it again, and it goes on with those that are
    missing, were skipped, or whose file is damaged. A dataset that fails is skipped and the reason
    kept; it does not end the work on the others. Where the hub limits the rate of requests, the
    work waits as long as the hub says, and tries again.

    Parameters
    ----------
    hub_ids : iterable of str
        "owner/name", as in `find_datasets`.
    n : int
        Samples of each dataset; all, where it has fewer.
    encode : callable
        Takes the sample, returns its vectors, a tensor (n, D).
    load : callable
        Takes a hub id, returns a collection that can be streamed, with a method
        ``sample(n, seed)``: `t2b_lib.representation.hub_images`, for one.
    cache : path
        The folder where what is done is kept.
    key : dict, optional
        What else the vectors depend on, such as the encoder's name; what was kept under another key
        is not used.
    seed : int
        Of the sample.
    timeout : float
        Seconds for one dataset, from its first request to its vectors, waiting included: a slow
        encoder needs more. A request that hangs when they are over is left to end by itself.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    HubSamples

    Raises
    ------
    ValueError
        An empty hub id, no samples asked for, or not one dataset that could be sampled.
    OSError
        `cache` cannot be written to.

    Warns
    -----
    UserWarning
        Says how many datasets were skipped, and why the first were.
    """
    hub_ids = list(dict.fromkeys(hub_ids))
    if empty := [i for i, hub_id in enumerate(hub_ids) if not (hub_id and isinstance(hub_id, str))]:
        raise ValueError(f"dataset number {empty[0]} has no hub id: leave it out")
    if n < 1:
        raise ValueError(f"a sample has one image at least, not {n}")
    cache = Path(cache)
    cache.mkdir(parents=True, exist_ok=True)
    vectors, skipped = {}, []
    with tqdm(hub_ids, desc="sampling", unit="dataset", disable=not progress) as bar:
        for hub_id in bar:
            bar.set_postfix_str(hub_id)
            about = {"hub_id": hub_id, "n": n, "seed": seed, "key": key or {}}
            path = _file(cache, about)
            kept = load_checked(path, about)
            found = kept[0].get("vectors") if kept else None
            if found is None:
                # Whatever is wrong with one dataset must not end the work on the others.
                try:
                    work = partial(_vectors, hub_id, n, encode, load, seed)
                    found = _patiently(work, timeout, bar)
                except Exception as error:
                    skipped.append((hub_id, _reason(error)))
                    continue
                save_checked(path, about, {"vectors": found}, {})
            vectors[hub_id] = found
    if skipped:
        first = "; ".join(f"{hub_id} ({reason})" for hub_id, reason in skipped[:3])
        more = "; …" if len(skipped) > 3 else ""
        said = f"{len(skipped)} of {len(hub_ids)} datasets were skipped: {first}{more}"
        if not vectors:
            raise ValueError(f"not one dataset could be sampled. {said}")
        warnings.warn(said, stacklevel=2)
    return HubSamples(vectors, pd.DataFrame(skipped, columns=["hub_id", "reason"]))


def _vectors(hub_id: str, n: int, encode: Callable, load: Callable, seed: int) -> Tensor:
    vectors = encode(load(hub_id).sample(n, seed))
    if not isinstance(vectors, Tensor) or vectors.dim() != 2:
        raise ValueError(f"encode must return a tensor (n, D), not {type(vectors).__name__}")
    if len(vectors) == 0:
        raise ValueError("it has no samples")
    if not vectors.isfinite().all():
        raise ValueError("a vector holds NaN or infinity")
    return vectors.detach().float().cpu().contiguous()


def _patiently(work: Callable[[], Tensor], timeout: float, bar: tqdm) -> Tensor:
    """Do the work in time, again after each rate limit has passed."""
    end = time.monotonic() + timeout
    while True:
        try:
            return _in_time(work, end - time.monotonic())
        except Exception as error:
            wait = next(filter(None, map(_seconds_to_wait, _chain(error))), None)
            if wait is None or time.monotonic() + wait >= end:
                raise
        bar.set_postfix_str(f"rate limit, waiting {wait:.0f} s")
        time.sleep(wait)


def _in_time(work: Callable[[], Tensor], seconds: float) -> Tensor:
    done: SimpleQueue = SimpleQueue()

    def run() -> None:
        try:
            done.put((work(), None))
        except BaseException as error:
            done.put((None, error))

    # The packages try again and again for half an hour, and a thread cannot be stopped: this one
    # does not keep the process from ending.
    Thread(target=run, daemon=True).start()
    try:
        found, error = done.get(timeout=max(0.0, seconds))
    except Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return found


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and those that it came of."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _seconds_to_wait(error: BaseException) -> float | None:
    """How long the hub asks to wait, where it answered that there were too many requests."""
    response = getattr(error, "response", None)
    if getattr(response, "status_code", None) != 429:
        return None
    # The hub's own header says `"api";r=0;t=55`: t seconds until requests are let through again.
    own = re.search(r"\bt=(\d+)", response.headers.get("ratelimit", ""))
    asked = own[1] if own else response.headers.get("retry-after", "")
    return max(1.0, float(asked)) if asked.isdecimal() else 60.0


def _reason(error: Exception) -> str:
    """Why a dataset is skipped, in a line."""
    # The packages' kinds of error have moved between their versions; their names have not.
    kinds = {kind.__name__ for e in _chain(error) for kind in type(e).__mro__}
    said = " ".join(str(error).split()) or type(error).__name__
    everything = " ".join(str(e) for e in _chain(error))
    if "OfflineModeIsEnabled" in kinds or "OfflineModeIsEnabled" in everything:
        return "not asked for: offline mode (HF_HUB_OFFLINE) is on"
    if any(_seconds_to_wait(e) for e in _chain(error)):
        return "the hub limits the rate of requests for too long"
    if "GatedRepoError" in kinds or "gated" in everything.lower():
        return "gated: accept its terms on its page, and log in by `hf auth login`"
    if "TimeoutError" in kinds or any("Timeout" in kind for kind in kinds):
        return "not done in time"
    if re.search(
        "dataset scripts? (is|are) no longer supported|trust_remote_code", everything, re.I
    ):
        return "it needs a script of its own, which is not run"
    if kinds & {"RepositoryNotFoundError", "DatasetNotFoundError"}:
        return "not on the hub, or private"
    return said if len(said) <= 200 else f"{said[:200]}…"


def _file(cache: Path, about: dict) -> Path:
    readable = re.sub(r"[^A-Za-z0-9.]+", "-", about["hub_id"])[:60]
    return cache / f"{readable}-{digest(about)}.safetensors"
