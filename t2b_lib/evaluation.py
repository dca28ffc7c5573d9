"""How good predicted relations are: F1 for containment, Spearman's correlation for graded ones."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

import numpy as np
import pandas as pd
from scipy.stats import spearmanr
from sklearn.base import BaseEstimator, clone
from sklearn.metrics import f1_score
from torch import Tensor
from tqdm import tqdm

from t2b_lib.collection import Split, TaskCollection, split

THRESHOLDS = tuple(round(0.1 * k, 1) for k in range(1, 10))


def evaluate(model, tasks: TaskCollection, split: Split) -> pd.DataFrame:
    """Scores of a fitted model on the unseen pairs of a split, as in the paper's Tables 1 to 3.

    A binary relation (containment) is scored by F1: pair (i, j) is predicted to be contained when
    `model.containment_score` exceeds a threshold, chosen on the validation pairs. A graded
    relation is scored by Spearman's rank correlation with `model.predict`.

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
        row["threshold"] = best_threshold(
            _truth(tasks, split.validation),
            model.containment_score(tasks.features, split.validation).numpy(),
        )
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
    progress: bool = True,
) -> pd.DataFrame:
    """Fit and score every method on the same random cases (section 9.2 of the paper).

    Case k is `split(tasks, novel, seed=k)`; a method with a seed gets k too.

    Parameters
    ----------
    tasks : TaskCollection
    methods : sequence of (str, unfitted Task2Box or baseline)
        The name is shown; models that differ only in box_dim share one.
    cases : int
        Number of random cases.
    novel : int
        Number of novel datasets in each case.
    progress : bool
        Whether to show one progress bar over all fits.

    Returns
    -------
    DataFrame with one row for each method and case
        As `evaluate` gives it, with the columns method (the name in `methods`) and case.
    """
    rows = []
    with tqdm(total=cases * len(methods), unit="fit", disable=not progress) as bar:
        for case in range(cases):
            parts = split(tasks, novel=novel, seed=case)
            for name, method in methods:
                bar.set_description(f"case {case + 1}/{cases}, {name}")
                model = clone(method)
                own = {"seed": case, "progress": False}
                model.set_params(**{k: v for k, v in own.items() if k in model.get_params()})
                row = evaluate(model.fit(tasks, parts), tasks, parts)
                rows.append(row.assign(method=name, case=case))
                bar.update()
    return pd.concat(rows, ignore_index=True)


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


def paper_f1(collection: str, representation: str) -> pd.DataFrame:
    """F1 from Table 1 or 2 of the paper, to stand beside our own.

    Parameters
    ----------
    collection : "ImageNet" or "iNaturalist + CUB"
    representation : "average", "gaussian" or "fim"

    Returns
    -------
    DataFrame indexed by method ("Task2Box 2-d", "MLP")
        Columns existing and novel, in [0, 1].
    """
    with (files("t2b_lib.data") / "paper_f1.csv").open() as file:
        table = pd.read_csv(file, comment="#")
    asked = {"collection": collection, "representation": representation}
    for column, value in asked.items():
        known = table[column].dropna().unique()
        if value not in known:
            raise ValueError(f"the paper has no {column} {value!r}, only: {', '.join(known)}")
        # Guessing needs no representation: it is in every column.
        table = table[(table[column] == value) | table[column].isna()]
    return table.set_index(labels(table))[["existing", "novel"]] / 100


def beside_paper(results: pd.DataFrame, collection: str, representation: str) -> pd.DataFrame:
    """Our scores, "mean ± standard deviation" in percent, beside the paper's: a table to read.

    Parameters
    ----------
    results : DataFrame of `run_protocol`
        Its methods are called as in `paper_f1`; one that the paper does not have gets a dash.
    collection, representation
        As in `paper_f1`.
    """
    ours, paper = summary(results), paper_f1(collection, representation)
    theirs = paper.reindex(ours.index)
    table = pd.DataFrame(
        {
            (part, column): text
            for part in ("existing", "novel")
            for column, text in {
                "here": _mean_and_spread(ours[part], ours[f"{part}_std"]),
                "paper": theirs[part].map(lambda x: "–" if np.isnan(x) else f"{100 * x:.1f}"),
            }.items()
        }
    )
    table["cases", ""] = ours["cases"]
    return table


def labels(results: pd.DataFrame) -> pd.Series:
    """What the method of each row is called in tables and figures: "Task2Box 2-d", "MLP"."""
    names = [
        method if np.isnan(box_dim) else f"{method} {box_dim:.0f}-d"
        for method, box_dim in zip(results["method"], results["box_dim"], strict=True)
    ]
    return pd.Series(names, index=results.index, name="method")


def _mean_and_spread(mean: pd.Series, std: pd.Series) -> list[str]:
    return [
        f"{100 * m:.1f}" + ("" if np.isnan(s) else f" ± {100 * s:.1f}")
        for m, s in zip(mean, std, strict=True)
    ]


def best_threshold(truth: np.ndarray, scores: np.ndarray) -> float:
    """The threshold among 0.1, 0.2 ... 0.9 with the best F1 of `scores > threshold`, shape (P,).

    The lowest of equally good ones, as the authors' code chooses.
    """
    return max(THRESHOLDS, key=lambda threshold: f1(truth, scores > threshold))


def f1(truth: np.ndarray, predicted: np.ndarray) -> float:
    """F1 of binary predictions (P,): 0 if nothing is right, NaN if there is nothing to find."""
    return f1_score(truth, predicted, zero_division=np.nan)


def _truth(tasks: TaskCollection, pairs: Tensor) -> np.ndarray:
    return tasks.relation[pairs[:, 0], pairs[:, 1]].numpy()
