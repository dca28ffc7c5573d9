"""Datasets of the Hugging Face hub: which there are, and vectors of some samples of each."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from math import inf
from operator import length_hint
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from torch import Tensor
from tqdm import tqdm

from t2b_lib.checks import checked
from t2b_lib.extras import import_extra
from t2b_lib.store import cache_file, load_checked, save_checked

# The first six are as in the catalogue.
COLUMNS = ["name", "hub_id", "samples", "classes", "licence", "url"]
COLUMNS += ["size", "gated", "downloads", "likes"]
_MAGNITUDE = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}


@checked
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
    """Search the Hugging Face hub for datasets, the most downloaded first.

    Only the hub's listing is read: a dataset's tags, and its card where it has one. `task` is the
    task category, as the hub names it, and `search` a part of the dataset's name. Of some datasets
    only a range of sizes is known ("10K<n<100K"); they are kept if a part of it lies within
    `min_samples` and `max_samples`. Given a bound, datasets of unknown size are left out. Only
    datasets with one of the `licences`, as the hub tags them ("mit", "cc-by-4.0"), are kept.
    Readers of a `gated` dataset must first accept its terms; None takes both kinds. There are
    `limit` datasets at most. `token` is as in `huggingface_hub.HfApi.list_datasets`.

    The table has one row for each dataset, the columns of `catalogue` first:

    - ``name``: its name on the card, or its hub id where several share that name.
    - ``hub_id``: "owner/name".
    - ``samples``: over all splits and configurations, missing (NA) where unknown.
    - ``classes``: names of its classes, a tuple of str; empty where its card does not say.
    - ``licence``: as the hub tags it, "; " between several, "" where unknown.
    - ``url``: its page on the hub.
    - ``size``: its range of sizes ("10K<n<100K"), "" where unknown.
    - ``gated``: False, "auto" or "manual" (how access is granted).
    - ``downloads``, ``likes``: in the last 30 days, and in all.

    Raises ModuleNotFoundError if the package huggingface_hub is not installed; ValueError on bounds
    that no number satisfies, or a limit below 1; and OSError if the hub refused or did not answer
    after huggingface_hub's own retries, or HF_HUB_OFFLINE is set.
    """
    low, high = min_samples or 0, inf if max_samples is None else max_samples
    if low > high:
        raise ValueError(f"min_samples is {low}, but max_samples is only {high}: swap them")
    api = import_extra("huggingface_hub", "hub").HfApi()
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

    try:
        found = pd.DataFrame(islice(wanted(), limit), columns=COLUMNS)
    except OSError:
        raise
    # An answer that is no listing fails anywhere in huggingface_hub, with an error of any type.
    except Exception as error:
        raise OSError(
            f"{api.endpoint} did not answer with a list of datasets: try again later, or set "
            "HF_ENDPOINT to the address of the hub"
        ) from error
    found["samples"] = found["samples"].astype("Int64")
    found["name"] = found["name"].where(~found["name"].duplicated(keep=False), found["hub_id"])
    return found


def _facts(info) -> dict:
    """The facts in a dataset's listing. A card can hold anything: malformed parts are ignored."""
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
    """The classes of a configuration that has exactly one column of classes."""
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
    """Whether the number of samples is, or can be, in bounds; False where it is unknown."""
    if facts["samples"] is not None:
        return low <= facts["samples"] <= high
    ends = [int(n) * _MAGNITUDE[unit] for n, unit in re.findall(r"(\d+)([KMBT]?)", facts["size"])]
    if not ends:
        return False
    least = 0 if facts["size"].startswith("n<") else ends[0]
    most = inf if facts["size"].startswith("n>") else ends[-1]
    return least <= high and most >= low


class HubSamples(NamedTuple):
    """What `sample_hub` found: `vectors` (n_i, D) by hub id, and why others were `skipped`."""

    vectors: dict[str, Tensor]
    skipped: pd.DataFrame


@checked
def sample_hub(
    hub_ids: Iterable[str],
    n: int,
    encode: Callable[[object], Tensor],
    *,
    load: Callable[[str], object],
    cache: str | Path,
    key: dict | None = None,
    seed: int = 0,
    progress: bool = True,
) -> HubSamples:
    """Vectors of n samples of each of many datasets of the Hugging Face hub.

    A hub id is "owner/name", as in `find_datasets`. `load` takes one and returns a collection with
    a method ``sample(n, seed)``, such as `t2b_lib.representation.hub_images`. `encode` takes the
    sample and returns its vectors, a tensor (n, D). Datasets with fewer than n samples give all of
    them.

    Each dataset's vectors are kept in a file of the folder `cache`. A second run reads them, and
    works only on datasets that are missing, were skipped, or whose file is damaged. `key` says what
    else the vectors depend on, such as the encoder's name: files kept under another key are not
    used. A dataset that fails is skipped, with the error's message as the reason, and the others go
    on; a UserWarning says how many were skipped, and why the first three were. The packages
    huggingface_hub and datasets repeat requests that fail or that the hub limits; how long they
    wait is set by their own HF_HUB_DOWNLOAD_TIMEOUT and
    `datasets.config.STREAMING_READ_MAX_RETRIES`.

    Raises ValueError on an empty hub id, n below 1, or no dataset that could be sampled, and
    OSError if `cache` cannot be written to.
    """
    hub_ids = list(dict.fromkeys(hub_ids))
    if empty := [i for i, hub_id in enumerate(hub_ids) if not (hub_id and isinstance(hub_id, str))]:
        raise ValueError(f"dataset number {empty[0]} has no hub id: leave it out")
    cache = Path(cache)
    cache.mkdir(parents=True, exist_ok=True)
    vectors, skipped = {}, []
    with tqdm(hub_ids, desc="sampling", unit="dataset", disable=not progress) as bar:
        for hub_id in bar:
            bar.set_postfix_str(hub_id)
            about = {"hub_id": hub_id, "n": n, "seed": seed, "key": key or {}}
            path = cache_file(cache, "hub", hub_id, about)
            kept = load_checked(path, about)
            found = kept[0].get("vectors") if kept else None
            if found is None:
                # Whatever is wrong with one dataset must not end the work on the others.
                try:
                    found = _vectors(hub_id, n, encode, load, seed)
                except Exception as error:
                    said = " ".join(str(error).split())
                    skipped.append((hub_id, f"{type(error).__name__}: {said}"))
                    continue
                save_checked(path, about, {"vectors": found}, {})
            vectors[hub_id] = found
    if skipped:
        first = "; ".join(f"{hub_id} ({reason})" for hub_id, reason in skipped[:3])
        said = f"{len(skipped)} of {len(hub_ids)} datasets were skipped: {first}"
        if not vectors:
            raise ValueError(f"no dataset could be sampled: {said}")
        warnings.warn(said, stacklevel=2)
    return HubSamples(vectors, pd.DataFrame(skipped, columns=["hub_id", "reason"]))


def _vectors(hub_id: str, n: int, encode: Callable, load: Callable, seed: int) -> Tensor:
    sample = load(hub_id).sample(n, seed)
    vectors = encode(sample)
    if not isinstance(vectors, Tensor) or vectors.dim() != 2:
        raise ValueError(f"encode must return a tensor (n, D), not {type(vectors).__name__}")
    if len(vectors) == 0:
        raise ValueError("it has no samples")
    # A stream may have a length and yet not know it.
    if (expected := length_hint(sample, len(vectors))) != len(vectors):
        raise ValueError(f"encode returned {len(vectors)} vectors for {expected} samples")
    if not vectors.isfinite().all():
        raise ValueError("a vector holds NaN or infinity")
    return vectors.detach().float().cpu().contiguous()
