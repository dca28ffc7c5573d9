"""Do two measurements of affinities agree? By ranks within targets, and by trees of tasks."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import cophenet, fcluster, linkage
from scipy.stats import rankdata, spearmanr
from sklearn.metrics import adjusted_rand_score


def rank_agreement(names, relation, other) -> pd.DataFrame:
    """Do two measurements rank the sources of a target alike?

    Affinities (N, N) of row for column, as in `Affinities.relation`, are comparable within a
    target, so each target is compared separately. A task's transfer to itself, which is nearly
    always the best, is left out, as is what is not measured (NaN).

    For each target that both have: `spearman` over the shared sources, the `best` source of each
    (`best`, `best_other`), and the `rank` here of the other's best source (1 is best).
    """
    relation, other = _shared(relation, other)
    rows = []
    for j, target in enumerate(names):
        kept = ~np.isnan(relation[:, j]) & (np.arange(len(names)) != j)
        if kept.sum() >= 3:
            ours, theirs = relation[kept, j], other[kept, j]
            best = [np.array(list(names))[kept][some.argmax()] for some in (ours, theirs)]
            rank = int(rankdata(-ours)[theirs.argmax()])
            rows.append((target, spearmanr(ours, theirs).statistic, *best, rank))
    return pd.DataFrame(rows, columns=["target", "spearman", "best", "best_other", "rank"])


def similarity_tree(relation) -> np.ndarray:
    """Ward's clustering of tasks that help the same targets (Taskonomy, Fig. 13).

    The pattern of a task is how well it transfers to every target: logarithms of affinities,
    standardised for each target, so that all targets count equally. Targets with NaN are left out
    of the `relation` (N, N), whose rows are sources. Returns a linkage (N - 1, 4) for
    `scipy.cluster.hierarchy`. Raises ValueError if no target is left.
    """
    relation = np.asarray(relation, float)
    complete = relation[:, ~np.isnan(relation).any(0)]
    if not complete.size:
        raise ValueError("no target has an affinity from every task")
    logs = np.log(complete)
    return linkage((logs - logs.mean(0)) / logs.std(0).clip(1e-12), method="ward")


def tree_agreement(names, relation, other, clusters: int = 4) -> tuple[pd.DataFrame, dict]:
    """Do the similarity trees of two measurements group the tasks alike?

    Takes the arguments of `rank_agreement`. Returns a DataFrame, the cluster of each task when both
    trees are cut into this many clusters (`cluster` and `cluster_other`, numbered from the first
    task on), and the scores: "adjusted_rand" of the clusters (0 for chance, 1 for equal) and
    "cophenetic", Spearman's correlation between the heights at which two tasks meet in the trees.
    """
    trees = [similarity_tree(cells) for cells in _shared(relation, other)]
    labels = [pd.factorize(fcluster(tree, clusters, "maxclust"))[0] + 1 for tree in trees]
    table = pd.DataFrame({"task": list(names), "cluster": labels[0], "cluster_other": labels[1]})
    scores = {
        "adjusted_rand": adjusted_rand_score(*labels),
        "cophenetic": spearmanr(*(cophenet(tree) for tree in trees)).statistic,
    }
    return table, scores


def _shared(relation, other) -> tuple[np.ndarray, np.ndarray]:
    relation, other = np.asarray(relation, float), np.asarray(other, float)
    if relation.shape != other.shape:
        raise ValueError(f"relations of shapes {relation.shape} and {other.shape} do not match")
    missing = np.isnan(relation) | np.isnan(other)
    return np.where(missing, np.nan, relation), np.where(missing, np.nan, other)
