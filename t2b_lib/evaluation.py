"""How good predicted relations are: F1 for containment, Spearman's correlation for graded ones."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from scipy.stats import spearmanr
from sklearn.base import BaseEstimator, clone
from sklearn.metrics import f1_score
from torch import Tensor
from tqdm import tqdm

from t2b_lib.collection import Split, TaskCollection, split
from t2b_lib.model import Task2Box, fit_many
from t2b_lib.store import write_whole

THRESHOLDS = tuple(round(0.1 * k, 1) for k in range(1, 10))
# What the score of a fit does not depend on (the protocol gives no volumes), or the case decides.
_NO_SETTINGS = ("seed", "device", "progress", "size_weight")


def evaluate(model, tasks: TaskCollection, split: Split) -> pd.DataFrame:
    """Scores of a fitted model on the unseen pairs of a split, as in the paper's Tables 1 to 3.

    A binary relation (containment) is scored by F1: pair (i, j) is predicted to be contained when
    `model.containment_score` exceeds a threshold, chosen on the validation pairs. A graded
    relation is scored by Spearman's rank correlation with `model.predict`.

    A model that has a `threshold_` already, chosen on its training pairs, keeps that.

    Parameters
    ----------
    model : Task2Box or a baseline, fitted on `split`
    tasks : TaskCollection
    split : Split

    Returns
    -------
    DataFrame with one row
        method, box_dim (where it has one), metric, existing (score on the test pairs), novel
        (score on the pairs with novel datasets, NaN where there are none), threshold, and how many
        pairs each score is of.
    """
    row = {"method": type(model).__name__, "box_dim": getattr(model, "box_dim", np.nan)}
    parts = {"existing": split.test, "novel": split.novel_pairs}
    if tasks.is_binary:
        row["metric"] = "F1"
        row["threshold"] = _threshold(model, tasks, split)
    else:
        row["metric"] = "Spearman"
    for part, pairs in parts.items():
        row[part] = np.nan
        row[f"{part}_pairs"] = len(pairs)
        if not len(pairs):
            continue
        truth = _truth(tasks, pairs)
        if tasks.is_binary:
            scores = model.containment_score(tasks.features, pairs).numpy()
            row[part] = f1(truth, scores > row["threshold"])
        else:
            row[part] = spearmanr(truth, model.predict(tasks.features, pairs)).statistic
    return pd.DataFrame([row])


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

    Case k is `random_case(tasks, novel, seed=k, ...)`; a method with a seed gets k too. The cases
    of a Task2Box model train together (`fit_many`).

    Parameters
    ----------
    tasks : TaskCollection
    methods : sequence of (str, unfitted Task2Box or baseline)
        The name is shown; models that differ only in box_dim share one.
    cases : int
        Number of random cases.
    novel : int
        Number of novel datasets in each case.
    fractions : (float, float, float)
        Shares of the existing pairs for training, validation and test, as in `split`.
    datasets : int, optional
        Number of datasets drawn anew for each case, the novel ones among them; all if left out.
    about : mapping of str to str, optional
        Columns that say what was tested, such as collection="ImageNet", representation="average".
    path : path, optional
        A CSV file that keeps the rows, written after every batch of cases. Rows that it has
        already, of the same data and settings, are not computed again; others in it stay.
    together : int
        How many cases train together, and how many the file may lack of a run that is killed.
    progress : bool
        Whether to show one progress bar over all fits.

    Returns
    -------
    DataFrame with one row for each method and case
        As `evaluate` gives it, with the columns of `about`, method (the name in `methods`), case,
        datasets and novel_datasets (how many), training_share, seconds (of one fit) and settings
        (a digest of the data, the method's hyper-parameters and the kind of case).

    Raises
    ------
    ValueError
        If `path` is there but holds no such table.
    """
    about = dict(about or {})
    kind_of_case = {"novel": novel, "fractions": fractions, "datasets": datasets}
    splits = [random_case(tasks, seed=case, **kind_of_case) for case in range(cases)]
    data = _digest_of(tasks)
    kept = pd.DataFrame() if path is None else read_results(path, missing_ok=True)
    found = []
    form = "{l_bar}{bar}| {elapsed}<{remaining}"
    with tqdm(total=cases * len(methods), bar_format=form, disable=not progress) as bar:
        for name, method in methods:
            bar.set_description(_label(name, getattr(method, "box_dim", np.nan)))
            key = about | {"method": name, "settings": _settings(method, data, kind_of_case)}
            known = _rows_with(kept, key)
            known = known[known["case"] < cases] if len(known) else known
            found.append(known)
            bar.update(len(known))
            missing = sorted(set(range(cases)) - set(known.get("case", ())))
            for start in range(0, len(missing), together):
                batch = missing[start : start + together]
                rows = _fit_and_score(method, tasks, {k: splits[k] for k in batch}, bar)
                rows = rows.assign(**key, training_share=fractions[0])
                rows = rows[[*about, *(c for c in rows if c not in about)]]
                found.append(rows)
                if path is not None:
                    kept = pd.concat([kept, rows], ignore_index=True)
                    write_whole(path, kept.to_csv(index=False))
    found = [rows for rows in found if len(rows)]
    order = {name: k for k, name in enumerate(dict.fromkeys(name for name, _ in methods))}
    results = pd.concat(found, ignore_index=True)
    return results.sort_values(
        ["method", "box_dim", "case"], key=lambda c: c.map(order) if c.name == "method" else c
    ).reset_index(drop=True)


def random_case(
    tasks: TaskCollection,
    novel: int = 0,
    seed: int = 0,
    fractions: tuple[float, float, float] = (0.8, 0.1, 0.1),
    datasets: int | None = None,
) -> Split:
    """A random case of the protocol, of all datasets or of some drawn from a larger collection.

    The paper takes 150 existing and 100 novel datasets of iNaturalist + CUB at a time. Its score
    for guessing, about twice the share of true pairs, tells that 1 % of the existing pairs are
    true, where datasets drawn one by one would have 0.2 %. So each existing dataset drawn brings
    those that it lies in, until there are enough; the novel ones are drawn from the rest.

    Parameters
    ----------
    tasks, novel, seed, fractions
        As in `split`.
    datasets : int, optional
        Number of datasets drawn, the novel ones among them; all if left out.

    Returns
    -------
    Split
        Its indices refer to the whole of `tasks`.

    Raises
    ------
    ValueError
        As `split`, or if there are not so many datasets.
    """
    if datasets is None:
        return split(tasks, novel=novel, seed=seed, fractions=fractions)
    if not 2 + novel <= datasets <= len(tasks):
        raise ValueError(
            f"datasets must be {2 + novel} (two and the novel ones) to {len(tasks)}, all there "
            f"are, got {datasets}"
        )
    order = torch.randperm(len(tasks), generator=torch.Generator().manual_seed(seed))
    around = (tasks.relation == 1).fill_diagonal_(False)
    # The largest first and itself last, so that the end cuts off none that another one lies in.
    sizes = around.sum(1)
    drawn = dict.fromkeys(
        j
        for i in order.tolist()
        for j in [*sorted(around[i].nonzero().flatten().tolist(), key=lambda j: sizes[j]), i]
    )
    existing = torch.tensor(list(drawn)[: datasets - novel]).sort().values
    rest = order[~torch.isin(order, existing)]
    is_novel = torch.zeros(len(tasks), dtype=torch.bool)
    is_novel[rest[:novel]] = True
    is_existing = torch.zeros(len(tasks), dtype=torch.bool)
    is_existing[existing] = True

    part = TaskCollection(
        [tasks.names[i] for i in existing],
        tasks.features[existing],
        tasks.relation[existing][:, existing],
    )
    inside = split(part, seed=seed, fractions=fractions)
    pairs = tasks.measured_pairs()
    crossing = is_novel[pairs].any(1) & is_existing[pairs].any(1)
    return Split(
        existing=existing,
        novel=is_novel.nonzero().flatten(),
        train=existing[inside.train],
        validation=existing[inside.validation],
        test=existing[inside.test],
        novel_pairs=pairs[crossing],
    )


def read_results(path: str | os.PathLike, *, missing_ok: bool = False) -> pd.DataFrame:
    """The rows that `run_protocol` wrote to `path`.

    Raises
    ------
    FileNotFoundError
        There is no such file (and `missing_ok` is False: with it, there are no rows).
    ValueError
        The file holds no such table.
    """
    path = Path(path)
    if missing_ok and not path.exists():
        return pd.DataFrame()
    try:
        results = pd.read_csv(path, dtype={"settings": str})
    except (ValueError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is no table of results; move it away ({error})") from error
    wanted = {"method", "box_dim", "case", "settings", "existing", "novel"}
    if lacking := sorted(wanted - set(results)):
        raise ValueError(
            f"{path} is no table of results, it lacks {', '.join(lacking)}; move it away"
        )
    return results


def shipped_results(name: str) -> pd.DataFrame:
    """A table of results that ships with the library.

    Parameters
    ----------
    name : "imagenet" or "inat_cub"
        As `run_protocol` gives it, made by `benchmarks/hierarchies.py`.
        "ablation": what each part of the default recipe brings, made by `benchmarks/ablation.py`.

    Raises
    ------
    ValueError
        There is no such table.
    """
    shipped = {"imagenet": "f1_imagenet", "inat_cub": "f1_inat_cub", "ablation": "ablation"}
    if name not in shipped:
        raise ValueError(f"no results called {name!r} ship; there are: {', '.join(shipped)}")
    with (files("t2b_lib.data") / f"{shipped[name]}.csv").open() as file:
        return pd.read_csv(file, dtype={"settings": str})


def _fit_and_score(
    method: BaseEstimator, tasks: TaskCollection, cases: Mapping[int, Split], bar: tqdm
) -> pd.DataFrame:
    models = []
    for case in cases:
        own = {"seed": case, "progress": False}
        model = clone(method)
        models.append(model.set_params(**{k: v for k, v in own.items() if k in model.get_params()}))
    start = time.perf_counter()
    if isinstance(method, Task2Box):
        fit_many(models, tasks, list(cases.values()), bar=bar)
    else:
        for model, part in zip(models, cases.values(), strict=True):
            model.fit(tasks, part)
            bar.update()
    seconds = (time.perf_counter() - start) / len(cases)
    rows = [
        evaluate(model, tasks, part).assign(
            case=case, datasets=len(part.existing) + len(part.novel), novel_datasets=len(part.novel)
        )
        for model, (case, part) in zip(models, cases.items(), strict=True)
    ]
    return pd.concat(rows, ignore_index=True).assign(seconds=round(seconds, 2))


def _settings(method: BaseEstimator, data: str, kind_of_case: dict) -> str:
    own = {k: v for k, v in method.get_params().items() if k not in _NO_SETTINGS}
    everything = [type(method).__name__, own, kind_of_case, data]
    text = json.dumps(everything, sort_keys=True, default=lambda value: np.asarray(value).tolist())
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _digest_of(tasks: TaskCollection) -> str:
    digest = hashlib.sha256(json.dumps(tasks.names).encode())
    for values in (tasks.features, tasks.relation):
        digest.update(values.contiguous().numpy().tobytes())
    return digest.hexdigest()


def _rows_with(results: pd.DataFrame, values: Mapping[str, str]) -> pd.DataFrame:
    if not set(values) <= set(results):
        return results.iloc[:0]
    wanted = [results[column] == value for column, value in values.items()]
    return results[np.logical_and.reduce(wanted)]


def summary(results: pd.DataFrame) -> pd.DataFrame:
    """Mean and standard deviation over the cases, a row for each method.

    Parameters
    ----------
    results : DataFrame of `run_protocol`

    Returns
    -------
    DataFrame indexed by method ("Task2Box 2-d", "MLP"), in the order of `results`
        Columns existing, existing_std, novel, novel_std, cases. The standard deviation (divided by
        the number of cases less one) is NaN where there is one case.
    """
    groups = results.groupby(labels(results), sort=False)
    columns = {}
    for part in ("existing", "novel"):
        columns[part] = groups[part].mean()
        columns[f"{part}_std"] = groups[part].std()
    return pd.DataFrame(columns | {"cases": groups.size()})


def by_dimension(results: pd.DataFrame) -> pd.DataFrame:
    """Scores against the dimension of the boxes, as in Figure 6 of the paper.

    Parameters
    ----------
    results : DataFrame of `run_protocol`

    Returns
    -------
    DataFrame indexed by method and box_dim
        Mean and standard deviation over the cases, with the columns of `summary`; methods without
        boxes are left out.
    """
    boxes = results[results["box_dim"].notna()]
    table = summary(boxes)
    first = boxes.groupby(labels(boxes), sort=False)[["method", "box_dim"]].first()
    index = pd.MultiIndex.from_frame(first.astype({"box_dim": int}).loc[table.index])
    return table.set_axis(index).sort_index()


def paper_f1(collection: str, representation: str, training_share: float = 0.8) -> pd.DataFrame:
    """F1 from Table 1, 2 or 5 of the paper, to stand beside our own.

    Parameters
    ----------
    collection : "ImageNet" or "iNaturalist + CUB"
    representation : "average", "gaussian" or "fim"
    training_share : 0.8 or 0.5
        Share of the existing pairs that was trained on: Tables 1 and 2, or Table 5, which has no
        novel datasets.

    Returns
    -------
    DataFrame indexed by method ("Task2Box 2-d", "MLP")
        Columns existing and novel, in [0, 1].
    """
    table = _paper_table()
    asked = {
        "collection": collection,
        "representation": representation,
        "training_share": training_share,
    }
    for column, value in asked.items():
        known = table[column].dropna().unique()
        if value not in known:
            raise ValueError(
                f"the paper has no {column} {value!r}, only: {', '.join(map(str, known))}"
            )
        # Guessing needs no representation: it is in every column.
        table = table[(table[column] == value) | table[column].isna()]
    return table.set_index(labels(table))[["existing", "novel"]] / 100


def with_paper(results: pd.DataFrame) -> pd.DataFrame:
    """The rows with the paper's F1 in two more columns, paper_existing and paper_novel.

    Parameters
    ----------
    results : DataFrame of `run_protocol`
        With the columns collection and representation. Where the paper has no such number (it
        calls its own methods as `paper_f1` does), there is NaN.
    """
    on = ["collection", "representation", "training_share", "method", "box_dim"]
    if lacking := [column for column in on if column not in results]:
        raise ValueError(
            f"the results have no column {', '.join(lacking)}: pass run_protocol "
            'about={"collection": ..., "representation": ...}'
        )
    table = _paper_table()
    anywhere = table["representation"].isna()
    kinds = pd.DataFrame({"representation": table["representation"].dropna().unique()})
    everywhere = table[anywhere].drop(columns="representation").merge(kinds, how="cross")
    table = pd.concat([table[~anywhere], everywhere])
    table[["existing", "novel"]] /= 100
    return results.merge(
        table.rename(columns={"existing": "paper_existing", "novel": "paper_novel"}),
        on=on,
        how="left",
    )


def _paper_table() -> pd.DataFrame:
    with (files("t2b_lib.data") / "paper_f1.csv").open() as file:
        return pd.read_csv(file, comment="#")


def beside_paper(
    results: pd.DataFrame, collection: str, representation: str, training_share: float = 0.8
) -> pd.DataFrame:
    """Our scores, "mean ± standard deviation" in percent, beside the paper's: a table to read.

    Parameters
    ----------
    results : DataFrame of `run_protocol`
        Its methods are called as in `paper_f1`; one that the paper does not have gets a dash.
    collection, representation, training_share
        As in `paper_f1`.
    """
    ours = summary(results)
    paper = paper_f1(collection, representation, training_share)
    theirs = paper.reindex(ours.index)
    table = pd.DataFrame(
        {
            (part, column): text
            for part in ("existing", "novel")
            for column, text in {
                "here": mean_and_spread(100 * ours[part], 100 * ours[f"{part}_std"], digits=1),
                "paper": theirs[part].map(lambda x: "–" if np.isnan(x) else f"{100 * x:.1f}"),
            }.items()
        }
    )
    table["cases", ""] = ours["cases"]
    return table


def labels(results: pd.DataFrame) -> pd.Series:
    """What the method of each row is called in tables and figures: "Task2Box 2-d", "MLP"."""
    names = [
        _label(method, box_dim)
        for method, box_dim in zip(results["method"], results["box_dim"], strict=True)
    ]
    return pd.Series(names, index=results.index, name="method")


def _label(method: str, box_dim: float) -> str:
    return method if np.isnan(box_dim) else f"{method} {box_dim:.0f}-d"


def mean_and_spread(means: Iterable[float], spreads: Iterable[float], digits: int) -> list[str]:
    """Numbers to read, "60.0 ± 14.1": a dash where there is no mean, and no ± without a spread."""

    def text(mean: float, spread: float) -> str:
        if np.isnan(mean):
            return "–"
        # No-break spaces: a narrow column must not tear the two apart.
        beside = "" if np.isnan(spread) else f"\u00a0±\u00a0{spread:.{digits}f}"
        return f"{mean:.{digits}f}{beside}"

    return [text(*pair) for pair in zip(means, spreads, strict=True)]


def best_threshold(truth: np.ndarray, scores: np.ndarray) -> float:
    """The threshold among 0.1, 0.2 ... 0.9 with the best F1 of `scores > threshold`, shape (P,).

    The lowest of equally good ones, as the authors' code chooses.
    """
    return max(THRESHOLDS, key=lambda threshold: f1(truth, scores > threshold))


def _threshold(model, tasks: TaskCollection, split: Split) -> float:
    if hasattr(model, "threshold_"):
        return model.threshold_
    scores = model.containment_score(tasks.features, split.validation).numpy()
    return best_threshold(_truth(tasks, split.validation), scores)


def f1(truth: np.ndarray, predicted: np.ndarray) -> float:
    """F1 of binary predictions (P,): 0 if nothing is right, NaN if there is nothing to find."""
    return f1_score(truth, predicted, zero_division=np.nan)


def _truth(tasks: TaskCollection, pairs: Tensor) -> np.ndarray:
    return tasks.relation[pairs[:, 0], pairs[:, 1]].numpy()
