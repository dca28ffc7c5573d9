"""Task2Box on transfer affinities: rescaling, two recipes, the additive baseline, and scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
import torch
from scipy.stats import spearmanr
from sklearn.base import BaseEstimator
from sklearn.linear_model import Ridge
from torch import Tensor

from t2b_lib.collection import Split, TaskCollection, leave_out
from t2b_lib.data import read_table
from t2b_lib.evaluation import mean_and_spread
from t2b_lib.model import Ensemble, Task2Box

# How the paper's recipe differs for Taskonomy, from the authors' released settings. They have two
# more variants of the network: hidden=(16,) and hidden=().
PAPER_RECIPE = {"epochs": 3000, "inverse_volume_weight": 0.01}

# Chosen on the validation pairs of cases 1000 to 1059, of which none is reported.
_RECIPE = {
    "hidden": (64, 64),
    "loss": "squared error",
    "learning_rate": 5e-3,
    "project": True,
    "noise": 0.2,
    "side": "sigmoid",
    "distance_weight": 1.0,
    "regularity_weight": 0.1,
    "inverse_volume_weight": 0.01,
}
# Boxes of fewer dimensions learn less from the affinities, but enough from a teacher.
_TEACHER_DIM = 5


def rescale(affinity, k: float = 50.0) -> np.ndarray:
    """Spread affinities over [0, 1]: a' = tanh(k a), Eq. 8 of the Task2Box paper.

    Parameters
    ----------
    affinity : array of numbers >= 0, any shape
        NaN, not measured, stays NaN.
    k : float
        50 in the paper.

    Raises
    ------
    ValueError
        If k is not positive or an affinity is negative.
    """
    affinity = np.asarray(affinity, dtype=float)
    if not k > 0:
        raise ValueError(f"k must be positive, got {k}")
    if (affinity < 0).any():
        raise ValueError(f"affinities are not negative, but there is {np.nanmin(affinity):g}")
    return np.tanh(k * affinity)


def restore(rescaled, k: float = 50.0) -> np.ndarray:
    """Back from `rescale` to affinities: a = atanh(a') / k, the inverse of Eq. 8.

    An overlap of 1, which a box inside another has, would be an infinite affinity. It and what
    rounding puts above stand for the largest number below 1, an affinity of 0.374 with k = 50.

    Parameters
    ----------
    rescaled : array of numbers >= 0, any shape
        Such as predicted overlaps. NaN stays NaN.
    k : float
    """
    if not k > 0:
        raise ValueError(f"k must be positive, got {k}")
    return np.arctanh(np.clip(np.asarray(rescaled, dtype=float), 0, np.nextafter(1, 0))) / k


class AffinityBoxes(Task2Box):
    """Boxes of tasks from graded relations of any scale: the default recipe for affinities.

    It differs from the paper's in three ways. The boxes learn ranks. The network is small, with
    noise on its inputs. And an `Ensemble` of networks with boxes of five dimensions (or more, if
    more are asked for) teaches the final network, also on the training pairs: one box for each
    task, less dependent on a single start.

    Parameters
    ----------
    teachers : int
        Networks in the ensemble; 0 trains on the ranks directly.
    epochs : int
        Of the final network; a teacher has half of them.
    box_dim, seed, device, progress
        As in `Task2Box`.
    """

    def __init__(
        self,
        box_dim: int = 2,
        *,
        teachers: int = 16,
        epochs: int = 3000,
        seed: int = 0,
        device: str = "auto",
        progress: bool = True,
    ):
        self.teachers = teachers
        own = {"epochs": epochs, "seed": seed, "device": device, "progress": progress}
        super().__init__(box_dim, ranks=True, relabel=True, **own, **_RECIPE)

    def _make_teacher(self) -> Ensemble | None:
        if not self.teachers:
            return None
        own = {"epochs": max(1, self.epochs // 2), "device": self.device, "progress": self.progress}
        member = Task2Box(max(_TEACHER_DIM, self.box_dim), **own, **_RECIPE)
        return Ensemble(member, self.teachers, seed=self.seed)


class Additive(BaseEstimator):
    """A source is good for all targets or for none: mean of the source plus mean of the target.

    The baseline that knows no pairs: E_ij = m + r_i + c_j, with m the mean of the training pairs,
    r_i and c_j what the pairs of source i and of target j have above it in the mean.

    Parameters
    ----------
    ridge : float, optional
        How r and c of a task without training pairs are guessed: by ridge regression on the
        features with this penalty. Left out, they are taken as average, that is as 0.
    """

    def __init__(self, ridge: float | None = None):
        self.ridge = ridge

    def fit(self, tasks: TaskCollection, split: Split) -> Additive:
        """Learn the means of the training pairs of `split`."""
        value = tasks.relation[split.train[:, 0], split.train[:, 1]].double().numpy()
        self.mean_ = value.mean()
        n = len(tasks)
        self.effects_ = np.zeros((2, n))
        for effects, task in zip(self.effects_, split.train.T.numpy(), strict=True):
            times = np.bincount(task, minlength=n)
            known = times > 0
            totals = np.bincount(task, weights=value - self.mean_, minlength=n)
            effects[known] = totals[known] / times[known]
            if self.ridge is not None:
                features = tasks.features.numpy()
                guess = Ridge(alpha=self.ridge).fit(features[known], effects[known])
                effects[~known] = guess.predict(features[~known]) if (~known).any() else 0
        return self

    def predict(self, features: Tensor, pairs: Tensor) -> Tensor:
        """Predicted relation of pairs (P, 2) of the tasks that it was fitted on, shape (P,)."""
        of_source, of_target = self.effects_
        source, target = pairs.T.numpy()
        return torch.as_tensor(self.mean_ + of_source[source] + of_target[target])


def score_affinities(model, tasks: TaskCollection, split: Split) -> dict[str, float]:
    """Spearman's rank correlation of a fitted model's predictions with the measured affinities.

    Every prediction is compared with the affinity of its own pair.

    Returns
    -------
    dict
        existing: over the test pairs. novel: over all pairs of a novel and an existing task, and
        of these novel_source: from a novel to an existing task; novel_target: from an existing to
        a novel task, which asks for the *level* of a target that was never measured;
        within_target: over the sources of one novel target, its level not asked for, averaged over
        the novel targets. NaN where there are fewer than three pairs.
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


def misaligned_spearman(model, tasks: TaskCollection, split: Split, seed: int = 0) -> float:
    """What the authors' evaluation on novel tasks computes, reproduced on purpose: do not use it.

    The existing tasks' boxes are shuffled and then compared with affinities in the order before
    the shuffling; and the affinity of the p-th novel and the q-th existing task is read from row p
    and column q of the whole table, whichever tasks those are.
    """
    random = torch.Generator().manual_seed(seed)
    shuffled = split.existing[torch.randperm(len(split.existing), generator=random)]
    place = {int(task): k for part in (split.novel, split.existing) for k, task in enumerate(part)}
    truths, pairs = [], []
    for i, j in split.novel_pairs.tolist():
        truths.append(float(tasks.relation[place[i], place[j]]))
        pairs.append([t if t in split.novel else int(shuffled[place[t]]) for t in (i, j)])
    predicted = model.predict(tasks.features, torch.tensor(pairs)).numpy()
    measured = ~np.isnan(truths)
    return float(spearmanr(np.array(truths)[measured], predicted[measured]).statistic)


def all_triples(tasks: TaskCollection) -> list[Split]:
    """`leave_out` for every choice of three novel tasks: 2,300 of 25, in lexicographic order."""
    return [leave_out(tasks, triple) for triple in combinations(range(len(tasks)), 3)]


def paper_spearman() -> pd.DataFrame:
    """Table 3 of the paper: Spearman's correlation on Taskonomy, mean and spread.

    Returns
    -------
    DataFrame indexed by method ("Task2Box 2-d", "MLP")
        Columns existing, existing_std, novel, novel_std. The novel columns suffer from what
        `misaligned_spearman` shows.
    """
    rows = {
        "Task2Box 2-d": (0.85, 0.06, 0.12, 0.21),
        "Task2Box 3-d": (0.93, 0.02, 0.48, 0.24),
        "Task2Box 5-d": (0.94, 0.03, 0.39, 0.22),
        "MLP": (0.88, 0.06, 0.31, 0.18),
        "Linear": (0.75, 0.11, 0.40, 0.24),
        "Random": (0.05, 0.14, 0.15, 0.07),
    }
    columns = ["existing", "existing_std", "novel", "novel_std"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("method")


def shipped_cases(variant: str = "measured") -> dict[str, pd.DataFrame]:
    """The scores of every method on random cases that ship with the library.

    Parameters
    ----------
    variant : {"measured", "main", "1k", "16k"}
        Whose affinities: measured by this library, or a variant of the Taskonomy release.

    Returns
    -------
    dict of method to DataFrame
        A row for each case with the columns of `score_affinities` and "misaligned", made by
        `benchmarks/taskonomy.py`; empty where nothing of the variant ships.
    """
    table = read_table("taskonomy_cases")
    table = table[table["variant"] == variant].drop(columns="variant")
    return {name: rows.set_index("case") for name, rows in table.groupby("method", sort=False)}


def shipped_triples(variant: str = "measured") -> pd.DataFrame:
    """Spearman's correlation on novel pairs for every choice of three novel tasks.

    Parameters
    ----------
    variant : {"measured", "main", "1k", "16k"}
        As in `shipped_cases`.

    Returns
    -------
    DataFrame, shape (2300, number of methods)
        A row for each choice in the order of `all_triples`, a column for each method; made by
        `benchmarks/taskonomy.py --triples`.
    """
    table = read_table("taskonomy_triples")
    own = table.filter(regex=f"^{variant}: ").dropna(axis="columns")
    return own.rename(columns=lambda name: name.partition(": ")[2])


def shipped_agreement() -> pd.DataFrame:
    """How alike the measured affinities and the release's rank the sources of each target.

    Returns
    -------
    DataFrame
        As `compare.rank_agreement` gives it, for each `variant` of the release; made by
        `benchmarks/taskonomy.py --agreement`.
    """
    return read_table("taskonomy_agreement")


def beside_paper(
    scores: Mapping[str, pd.DataFrame], parts: Sequence[str] = ("existing", "novel")
) -> pd.DataFrame:
    """Scores of several methods, "mean ± standard deviation", beside the paper's Table 3.

    Parameters
    ----------
    scores : mapping of method to DataFrame
        A row for each case, with the columns `parts`, as `score_affinities` gives them. A method
        is found in the paper by its name up to the first comma; one that is not gets a dash.
    parts : sequence of str

    Returns
    -------
    DataFrame indexed by method
        For each part "here" and, where the paper has it, "paper"; and the number of cases here.
    """
    names = [name.split(",")[0] for name in scores]
    paper = paper_spearman().reindex(names)
    columns = {}
    for part in parts:
        means = [of_cases[part].mean() for of_cases in scores.values()]
        spreads = [of_cases[part].std() for of_cases in scores.values()]
        columns[part, "here"] = mean_and_spread(means, spreads, digits=2)
        if part in paper:
            columns[part, "paper"] = mean_and_spread(paper[part], paper[f"{part}_std"], digits=2)
    columns["cases", ""] = [len(of_cases) for of_cases in scores.values()]
    return pd.DataFrame(columns, index=list(scores))


def _spearman(model, tasks: TaskCollection, pairs: Tensor) -> float:
    if len(pairs) < 3:
        return np.nan
    truth = tasks.relation[pairs[:, 0], pairs[:, 1]].numpy()
    return float(spearmanr(truth, model.predict(tasks.features, pairs).numpy()).statistic)
