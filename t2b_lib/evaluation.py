"""How good predicted relations are: F1 for containment, Spearman's correlation for graded ones."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pandas as pd
from scipy.stats import spearmanr
from sklearn.base import clone
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
    row = {"method": type(model).__name__, "box_dim": getattr(model, "box_dim", None)}
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
    methods: dict,
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
    methods : dict of str to unfitted Task2Box or baseline
    cases : int
        Number of random cases.
    novel : int
        Number of novel datasets in each case.
    progress : bool
        Whether to show one progress bar over all fits.

    Returns
    -------
    DataFrame with one row for each method and case
        As `evaluate` gives it, with the columns method (the key of `methods`) and case.
    """
    rows = []
    with tqdm(total=cases * len(methods), unit="fit", disable=not progress) as bar:
        for case in range(cases):
            parts = split(tasks, novel=novel, seed=case)
            for name, method in methods.items():
                bar.set_description(f"case {case + 1}/{cases}, {name}")
                model = clone(method)
                known = model.get_params()
                model.set_params(**{k: v for k, v in _of_case(case).items() if k in known})
                row = evaluate(model.fit(tasks, parts), tasks, parts)
                rows.append(row.assign(method=name, case=case))
                bar.update()
    return pd.concat(rows, ignore_index=True)


def _of_case(case: int) -> dict:
    return {"seed": case, "progress": False}


def summary(results: pd.DataFrame) -> pd.DataFrame:
    """Mean, standard deviation and number of cases of each method's scores.

    Parameters
    ----------
    results : DataFrame of `run_protocol`

    Returns
    -------
    DataFrame indexed by method, in the order of `results`
        Columns (existing, mean), (existing, std), (novel, mean), (novel, std), (cases, "").
    """
    groups = results.groupby("method", sort=False)
    table = groups[["existing", "novel"]].agg(["mean", "std"])
    table[("cases", "")] = groups.size()
    return table


def paper_f1(collection: str) -> pd.DataFrame:
    """F1 in percent from Table 1 or 2 of the paper, to stand beside our own.

    Parameters
    ----------
    collection : "ImageNet" or "iNaturalist + CUB"

    Returns
    -------
    DataFrame with columns method, box_dim, representation, existing, novel
    """
    with (files("t2b_lib.data") / "paper_f1.csv").open() as file:
        table = pd.read_csv(file, comment="#")
    known = table["collection"].unique()
    if collection not in known:
        raise ValueError(f"the paper has no F1 of {collection!r}, only of: {', '.join(known)}")
    table = table[table["collection"] == collection].drop(columns="collection")
    return table.reset_index(drop=True)


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
