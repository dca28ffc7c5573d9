"""How good predicted relations are: F1 for containment, Spearman's correlation for graded ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from scipy.stats import spearmanr
from sklearn.metrics import f1_score
from torch import Tensor

from t2b_lib.checks import checked
from t2b_lib.collection import Split, TaskCollection

THRESHOLDS = tuple(round(0.1 * k, 1) for k in range(1, 10))


@checked
def evaluate(model, tasks: TaskCollection, split: Split) -> pd.DataFrame:
    """Scores of a fitted model on the unseen pairs of a split, as in the paper's Tables 1 to 3.

    A binary relation (containment) is scored by F1: i is predicted to be contained in j if
    `model.containment_score` exceeds a threshold. This is the model's own `threshold_`, if it has
    one from its training pairs, or chosen on the validation pairs. A graded relation is scored by
    Spearman's rank correlation with `model.predict`. The model is a `Task2Box` or a baseline that
    was fitted on `split`.

    The table has one row: method, box_dim (NaN without boxes), metric, threshold, existing (score
    on the test pairs), novel (score on the pairs with novel datasets, NaN if there are none), and
    the number of pairs of each score.
    """
    row = {"method": type(model).__name__, "box_dim": getattr(model, "box_dim", np.nan)}
    row["metric"] = "F1" if tasks.is_binary else "Spearman"
    if tasks.is_binary:
        row["threshold"] = _threshold(model, tasks, split)
    for part, pairs in {"existing": split.test, "novel": split.novel_pairs}.items():
        row[part] = np.nan
        row[f"{part}_pairs"] = len(pairs)
        if tasks.is_binary and len(pairs):
            scores = model.containment_score(tasks.features, pairs).numpy()
            row[part] = f1(truth_of(tasks, pairs), scores > row["threshold"])
        elif not tasks.is_binary:
            row[part] = _spearman(model, tasks, pairs)
    return pd.DataFrame([row])


def f1(truth: np.ndarray, predicted: np.ndarray) -> float:
    """F1 of binary predictions (P,): 0 if nothing is right, NaN if nothing is true."""
    return f1_score(truth, predicted) if np.any(truth) else np.nan


def best_threshold(
    truth: np.ndarray, scores: np.ndarray, candidates: Sequence[float] | None = THRESHOLDS
) -> float:
    """The threshold with the best F1 of `scores > threshold`.

    The lowest of equally good ones, as the authors' code chooses; the highest if nothing is true.
    `truth` and `scores` have shape (P,). The `candidates` are in ascending order; those of the
    authors' code if left out. None: all that make a difference, halfway between neighbouring
    scores.
    """
    truth, scores = np.asarray(truth, dtype=bool), np.asarray(scores, dtype=float)
    if candidates is None:
        found = np.unique(scores)
        candidates = [found[0] - 1, *(found[1:] + found[:-1]) / 2, found[-1]]
    if not truth.any():
        return float(candidates[-1])
    right, wrong = (
        len(some) - np.searchsorted(np.sort(some), candidates, side="right")
        for some in (scores[truth], scores[~truth])
    )
    return float(candidates[np.argmax(2 * right / (right + wrong + truth.sum()))])


@checked
def score_affinities(model, tasks: TaskCollection, split: Split) -> dict[str, float]:
    """Spearman's rank correlation of a fitted model's predictions with the measured affinities.

    Every prediction is compared with the affinity of its own pair. The dict has the scores
    existing: over the test pairs; novel: over all pairs of a novel and an existing task;
    novel_source: of these, from a novel to an existing task; novel_target: from an existing to
    a novel task, which needs the *level* of a target that was never measured; within_target:
    over the sources of one novel target, for which the level does not matter, averaged over
    the novel targets. A score of fewer than three pairs is NaN.
    """
    is_source = torch.isin(split.novel_pairs[:, 0], split.novel)
    parts = {
        "existing": split.test,
        "novel": split.novel_pairs,
        "novel_source": split.novel_pairs[is_source],
        "novel_target": split.novel_pairs[~is_source],
    }
    scores = {name: _spearman(model, tasks, pairs) for name, pairs in parts.items()}
    to_novel = parts["novel_target"]
    of_targets = [
        _spearman(model, tasks, to_novel[to_novel[:, 1] == target])
        for target in to_novel[:, 1].unique()
    ]
    return scores | {"within_target": np.mean(of_targets) if of_targets else np.nan}


@checked
def misaligned_spearman(model, tasks: TaskCollection, split: Split, seed: int = 0) -> float:
    """The faulty score of the authors' evaluation on novel tasks, to show what it gives.

    The boxes of the existing tasks are shuffled and then compared with affinities in the order
    before the shuffling. Also, the affinity of the p-th novel and the q-th existing task is read
    from row p and column q of the whole table, which belong to other tasks.
    """
    random = torch.Generator().manual_seed(seed)
    existing, novel = split.existing, split.novel
    shuffled, position = torch.arange(len(tasks)), torch.zeros(len(tasks), dtype=torch.long)
    shuffled[existing] = existing[torch.randperm(len(existing), generator=random)]
    position[existing], position[novel] = torch.arange(len(existing)), torch.arange(len(novel))
    truth = truth_of(tasks, position[split.novel_pairs])
    predicted = model.predict(tasks.features, shuffled[split.novel_pairs]).numpy()
    measured = ~np.isnan(truth)
    return float(spearmanr(truth[measured], predicted[measured]).statistic)


def _threshold(model, tasks: TaskCollection, split: Split) -> float:
    if hasattr(model, "threshold_"):
        return model.threshold_
    scores = model.containment_score(tasks.features, split.validation).numpy()
    return best_threshold(truth_of(tasks, split.validation), scores)


def _spearman(model, tasks: TaskCollection, pairs: Tensor) -> float:
    if len(pairs) < 3:
        return np.nan
    predicted = model.predict(tasks.features, pairs)
    return float(spearmanr(truth_of(tasks, pairs), predicted).statistic)


def truth_of(tasks: TaskCollection, pairs: Tensor) -> np.ndarray:
    """The measured relation of pairs (P, 2), shape (P,)."""
    return tasks.relation[pairs[:, 0], pairs[:, 1]].numpy()
