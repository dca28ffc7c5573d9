"""The paper's protocol: random cases, and a runner of methods over cases that can be resumed."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from filelock import FileLock
from sklearn.base import BaseEstimator, clone
from tqdm import tqdm

from t2b_lib.checks import checked
from t2b_lib.collection import Split, TaskCollection, leave_out, listing, split
from t2b_lib.evaluation import evaluate
from t2b_lib.model import Ensemble, Task2Box, fit_many, settings_of
from t2b_lib.store import locked, write_whole
from t2b_lib.tables import label

# The columns of a table of results besides those that `about` adds.
SCORES = ("existing", "novel")
COUNTS = ("case", "datasets", "novel_datasets", "existing_pairs", "novel_pairs")
NUMBERS = {"box_dim", "threshold", "seconds", "training_share", *SCORES, *COUNTS}
OWN_COLUMNS = NUMBERS | {"method", "metric", "settings"}


@checked
def run_protocol(
    tasks: TaskCollection,
    methods: Sequence[tuple[str, BaseEstimator]],
    *,
    cases: int = 10,
    novel: int = 0,
    fractions: tuple[float, float, float] = (0.8, 0.1, 0.1),
    datasets: int | None = None,
    about: Mapping[str, str] | None = None,
    path: str | os.PathLike | None = None,
    together: int = 10,
    progress: bool = True,
) -> pd.DataFrame:
    """Fit and score every method on the same random cases (section 9.2 of the paper).

    Case k is `random_case(tasks, novel, seed=k, ...)`; a method with a seed gets k too. `cases` 0
    to `together` - 1 are fitted together (`fit_many`), then the next as many, and so on. A run that
    is killed loses as many at most. This decides the rounding of a Task2Box model, so its rows are
    of the same settings only if `together` is the same.

    `methods` are pairs of a name that is shown and an unfitted Task2Box or baseline; models that
    differ only in box_dim share a name. `about` adds columns that say what was tested, such as
    collection="ImageNet", representation="average". A CSV file at `path` keeps the rows, written
    after every batch of cases. Rows that it has already, of the same data and settings, are not
    computed again; others in it stay. Several processes can share the file: each uses the rows that
    another has finished.

    The table has one row for each method and case, as `evaluate` gives it, with the columns of
    `about`, method (the name in `methods`), case, datasets and novel_datasets (how many),
    training_share, seconds (of one fit) and settings (a digest of the data, the method's
    hyper-parameters and the kind of case). Raises ValueError if there is a file at `path` that is
    not such a table (with the line that is wrong), a method is given twice, or `about` names a
    column that the table has already.
    """
    if not methods or not all(isinstance(method, BaseEstimator) for _, method in methods):
        raise ValueError("methods must be pairs of a name and an estimator, at least one")
    about = {column: str(value) for column, value in (about or {}).items()}
    if taken := sorted(OWN_COLUMNS & set(about)):
        raise ValueError(f"about must not name the table's own columns: {', '.join(taken)}")
    shown = [label(name, getattr(method, "box_dim", np.nan)) for name, method in methods]
    if twice := sorted({name for name in shown if shown.count(name) > 1}):
        raise ValueError(f"methods must have different names, but {listing(twice)} occurs twice")
    kind_of_case = {"novel": novel, "fractions": fractions, "datasets": datasets}
    splits = [random_case(tasks, seed=case, **kind_of_case) for case in range(cases)]
    data = _hash_of(tasks)
    found = []
    form = "{l_bar}{bar}| {elapsed}<{remaining}"
    with tqdm(total=cases * len(methods), bar_format=form, disable=not progress) as bar:
        for (name, method), full_name in zip(methods, shown, strict=True):
            bar.set_description(full_name)
            own = {k: v for k, v in settings_of(method).items() if not k.endswith("device")}
            in_batches = together if isinstance(method, Task2Box | Ensemble) else None
            settings = _digest(own, kind_of_case, data, in_batches)
            key = about | {"method": name, "settings": settings}
            for start in range(0, cases, together):
                batch = range(start, min(start + together, cases))
                known = _finished(path, key, batch)
                if len(known) < len(batch):
                    with _only_here(path, _digest(key)):
                        # Another process may have finished some of them in the meantime.
                        known = _finished(path, key, batch)
                        missing = {k: splits[k] for k in batch if k not in set(known["case"])}
                        bar.update(len(batch) - len(missing))
                        if missing:
                            rows = _fit_and_score(method, tasks, missing, bar)
                            rows = rows.assign(**key, training_share=fractions[0])
                            rows = rows[[*about, *(c for c in rows if c not in about)]]
                            found.append(rows)
                            _add(path, rows)
                else:
                    bar.update(len(known))
                found.append(known)
    order = {name: k for k, name in enumerate(dict.fromkeys(name for name, _ in methods))}
    results = pd.concat([rows for rows in found if len(rows)], ignore_index=True)
    return results.sort_values(
        ["method", "box_dim", "case"], key=lambda c: c.map(order) if c.name == "method" else c
    ).reset_index(drop=True)


@checked
def random_case(
    tasks: TaskCollection,
    novel: int = 0,
    seed: int = 0,
    fractions: tuple[float, float, float] = (0.8, 0.1, 0.1),
    datasets: int | None = None,
) -> Split:
    """A random case of the protocol, of all datasets or of some drawn from a larger collection.

    The paper takes 150 existing and 100 novel datasets of iNaturalist + CUB at a time. Guessing
    scores about twice the share of true pairs, and by the paper's score for it 1 % of the existing
    pairs are true. Datasets drawn one by one would have 0.2 %. So each existing dataset that is
    drawn brings those that it lies in, until there are enough; the novel ones are drawn from the
    rest.

    `datasets` is the number of datasets drawn, the novel ones among them; all if left out. The rest
    is as in `split`, but the indices refer to the whole of `tasks`. Raises ValueError as `split`,
    or if `datasets` is too small or too large.
    """
    if datasets is None:
        return split(tasks, novel=novel, seed=seed, fractions=fractions)
    if not 2 + novel <= datasets <= len(tasks):
        raise ValueError(
            f"datasets must be {2 + novel} (two and the novel ones) to {len(tasks)} (all), got "
            f"{datasets}"
        )
    order = torch.randperm(len(tasks), generator=torch.Generator().manual_seed(seed))
    around = (tasks.relation == 1).fill_diagonal_(False)
    # The largest first and itself last: what the end cuts off contains no other one drawn.
    sizes = around.sum(1)
    drawn = dict.fromkeys(
        j
        for i in order.tolist()
        for j in [*sorted(around[i].nonzero().flatten().tolist(), key=lambda j: sizes[j]), i]
    )
    existing = torch.tensor(list(drawn)[: datasets - novel]).sort().values
    unseen = order[~torch.isin(order, existing)][:novel].sort().values
    part = TaskCollection(
        [tasks.names[i] for i in existing],
        tasks.features[existing],
        tasks.relation[existing][:, existing],
    )
    inside = split(part, seed=seed, fractions=fractions)
    pairs = tasks.measured_pairs()
    crossing = torch.isin(pairs, unseen).any(1) & torch.isin(pairs, existing).any(1)
    return Split(
        existing=existing,
        novel=unseen,
        train=existing[inside.train],
        validation=existing[inside.validation],
        test=existing[inside.test],
        novel_pairs=pairs[crossing],
    )


@checked
def all_triples(tasks: TaskCollection) -> list[Split]:
    """`leave_out` for every choice of three novel tasks: 2,300 of 25, in lexicographic order."""
    return [leave_out(tasks, triple) for triple in combinations(range(len(tasks)), 3)]


def read_results(path: str | os.PathLike, *, missing_ok: bool = False) -> pd.DataFrame:
    """The rows that `run_protocol` wrote to `path`; none if it is missing and `missing_ok`.

    Raises FileNotFoundError if it is missing otherwise, ValueError if it is no such table.
    """
    try:
        # All as text: "NA" or "2024" in a column of keys is not a number.
        results = pd.read_csv(path, dtype=str, keep_default_na=False)
    except FileNotFoundError:
        if missing_ok:
            return pd.DataFrame()
        raise
    except (ValueError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is no table of results; move it away ({error})") from error
    wanted = {"method", "box_dim", "case", "settings", "existing", "novel"}
    if lacking := ", ".join(sorted(wanted - set(results))):
        raise ValueError(f"{path} is no table of results, it lacks {lacking}; move it away")

    def refuse(wrong: pd.Series, what: str) -> None:
        if wrong.any():
            line = int(wrong.argmax()) + 2  # the first has the names of the columns
            raise ValueError(f"{path}, line {line}: {what}; put it right, or move the file away")

    texts = [column for column in results if column not in NUMBERS]
    for column in results.columns.intersection(NUMBERS):
        values = results[column].map(_number)
        needed = column not in ("box_dim", "threshold", *SCORES)
        refuse(values.isna() & (needed | (results[column] != "")), f"{column} is no number")
        if column in SCORES:
            refuse(values.abs() > 1, f"{column} must be a score in [-1, 1]")
        results[column] = values
    case = results["case"]
    refuse((case < 0) | (case % 1 != 0), "case must be a whole number from 0")
    for column in ("method", "settings"):
        refuse(results[column] == "", f"{column} is empty")
    refuse(results.duplicated([*texts, "case"]), "the row occurs twice")
    return results.astype(dict.fromkeys(results.columns.intersection(COUNTS), int))


def _fit_and_score(
    method: BaseEstimator, tasks: TaskCollection, cases: Mapping[int, Split], bar: tqdm
) -> pd.DataFrame:
    models = []
    for case in cases:
        own = {"seed": case, "progress": False}
        model = clone(method)
        models.append(model.set_params(**{k: v for k, v in own.items() if k in model.get_params()}))
    start = time.perf_counter()
    fit_many(models, tasks, list(cases.values()), bar=bar)
    seconds = (time.perf_counter() - start) / len(cases)
    rows = [
        evaluate(model, tasks, part).assign(
            case=case, datasets=len(part.existing) + len(part.novel), novel_datasets=len(part.novel)
        )
        for model, (case, part) in zip(models, cases.items(), strict=True)
    ]
    return pd.concat(rows, ignore_index=True).assign(seconds=round(seconds, 2))


def _digest(*everything) -> str:
    text = json.dumps(everything, sort_keys=True, default=lambda value: np.asarray(value).tolist())
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _hash_of(tasks: TaskCollection) -> str:
    digest = hashlib.sha256(json.dumps(tasks.names).encode())
    tensors = [tasks.features, tasks.relation]
    if tasks.samples is not None:
        tensors += [tasks.samples.vectors, tasks.samples.members]
    for values in tensors:
        digest.update(values.contiguous().numpy().tobytes())
    return digest.hexdigest()


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


def _finished(
    path: str | os.PathLike | None, key: Mapping[str, str], cases: Iterable[int]
) -> pd.DataFrame:
    """The rows of a file that have these keys and are of these cases."""
    results = pd.DataFrame() if path is None else read_results(path, missing_ok=True)
    if not {"case", *key} <= set(results):
        return pd.DataFrame({"case": []})
    wanted = [results[column] == value for column, value in key.items()]
    return results[np.logical_and.reduce([results["case"].isin(cases), *wanted])]


def _hidden(path: str | os.PathLike, ending: str) -> Path:
    return Path(path).with_name(f".{Path(path).name}.{ending}")


def _only_here(path: str | os.PathLike | None, name: str) -> AbstractContextManager:
    """One process at a time computes the cases of one method; others wait and use its rows."""
    return nullcontext() if path is None else locked(_hidden(path, name))


def _add(path: str | os.PathLike | None, rows: pd.DataFrame) -> None:
    """Add rows to those that the file has now, which may be another process's."""
    if path is not None:
        with FileLock(_hidden(path, "lock")):
            before = read_results(path, missing_ok=True)
            write_whole(path, pd.concat([before, rows], ignore_index=True).to_csv(index=False))
