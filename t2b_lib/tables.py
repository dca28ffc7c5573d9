"""Tables of results: means over cases, the paper's numbers beside them, and what ships."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from t2b_lib.checks import checked
from t2b_lib.data import read_table


@checked
def summary(results: pd.DataFrame, parts: Sequence[str] = ("existing", "novel")) -> pd.DataFrame:
    """Mean and standard deviation over the cases, a row for each method.

    `results` are those of `run_protocol` or `shipped_cases`, and `parts` their columns with scores.
    Indexed by method ("Task2Box 2-d", "MLP"), in the order of `results`, there are for each part
    its mean and, as existing_std, its standard deviation (divided by the number of cases less one:
    NaN for one case); and the number of cases.
    """
    groups = results.groupby(labels(results), sort=False)
    columns = {}
    for part in parts:
        columns |= {part: groups[part].mean(), f"{part}_std": groups[part].std()}
    return pd.DataFrame(columns | {"cases": groups.size()})


@checked
def by_dimension(results: pd.DataFrame) -> pd.DataFrame:
    """Scores by method and dimension (paper, Figure 6), with the columns of `summary`."""
    boxes = results[results["box_dim"].notna()]
    table = summary(boxes)
    first = boxes.groupby(labels(boxes), sort=False)[["method", "box_dim"]].first()
    index = pd.MultiIndex.from_frame(first.astype({"box_dim": int}).loc[table.index])
    return table.set_axis(index).sort_index()


@checked
def paper_f1(collection: str, representation: str, training_share: float = 0.8) -> pd.DataFrame:
    """F1 from Table 1, 2 or 5 of the paper, to stand beside our own.

    The `collection` is "ImageNet" or "iNaturalist + CUB", the `representation` "average",
    "gaussian" or "fim". The `training_share` of the existing pairs is 0.8 (Tables 1 and 2) or 0.5
    (Table 5, which has no novel datasets). The DataFrame is indexed by method ("Task2Box 2-d",
    "MLP") and has the columns existing and novel, in [0, 1]. Raises ValueError for another choice.
    """
    table = read_table("paper_f1")
    asked = {"collection": collection, "representation": representation}
    for column, value in (asked | {"training_share": training_share}).items():
        known = [value for value in table[column].unique() if value != ""]
        if value not in known:
            only = ", ".join(map(str, known))
            raise ValueError(f"the paper has no {column} {value!r}, only: {only}")
        # Guessing needs no representation: that cell is empty.
        table = table[table[column].isin([value, ""])]
    return table.set_index(labels(table))[["existing", "novel"]] / 100


def paper_spearman() -> pd.DataFrame:
    """Table 3 of the paper: Spearman's correlation on Taskonomy, mean and spread.

    A DataFrame indexed by method ("Task2Box 2-d", "MLP") with columns existing, existing_std, novel
    and novel_std. The novel columns suffer from what `misaligned_spearman` shows.
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


@checked
def beside_paper(
    results: pd.DataFrame,
    paper: pd.DataFrame,
    parts: Sequence[str] = ("existing", "novel"),
    *,
    percent: bool = True,
) -> pd.DataFrame:
    """Our scores, "mean ± standard deviation", beside the paper's: a table to read.

    `results` and `parts` are as in `summary`, and `paper` is from `paper_f1` or `paper_spearman`. A
    method is found there by its name up to the first comma; one that the paper does not have gets a
    dash. Scores are in `percent` with one decimal, as F1 in the paper, otherwise in [0, 1] with two
    decimals. Indexed by method, there are for each part "here" and, where the paper has it,
    "paper"; and the number of cases here.
    """
    ours = summary(results, parts)
    theirs = paper.reindex([name.split(",")[0] for name in ours.index])
    factor, digits = (100, 1) if percent else (1, 2)
    columns = {}
    for part in parts:
        for column, table in {"here": ours, "paper": theirs}.items():
            if part in table:
                spread = table.get(f"{part}_std", pd.Series(np.nan, table.index))
                pairs = zip(factor * table[part], factor * spread, strict=True)
                columns[part, column] = [_mean_and_spread(*pair, digits) for pair in pairs]
    return pd.DataFrame(columns | {("cases", ""): ours["cases"].array}, index=ours.index)


def leaders(results: pd.DataFrame, most: int = 3) -> str:
    """A sentence that says which methods score best, `most` of them, for the text below a table."""
    means = summary(results)
    sentences = []
    for part, pairs in {"existing": "unseen pairs", "novel": "novel datasets"}.items():
        best = (100 * means[part]).dropna().nlargest(most)
        named = ", ".join(f"{name} ({score:.1f})" for name, score in best.items())
        sentences += [f"Best on {pairs}: {named}."] if len(best) else []
    return " ".join(sentences)


def shipped_results(name: str) -> pd.DataFrame:
    """A table of results that ships with the library, by name.

    "imagenet" and "inat_cub" are as `run_protocol` gives them, made by `benchmarks/hierarchies.py`.
    "ablation" says what each part of the default recipe brings, made by `benchmarks/ablation.py`.
    "agreement" says how alike the affinities measured here and those of each `variant` of the
    Taskonomy release rank the sources of each target, as `affinity.compare.rank_agreement` gives
    it, made by `benchmarks/taskonomy.py --agreement`. Raises ValueError if there is no such table.
    """
    shipped = {"imagenet": "f1_imagenet", "inat_cub": "f1_inat_cub"}
    shipped |= {"ablation": "ablation", "agreement": "taskonomy_agreement"}
    if name not in shipped:
        raise ValueError(f"no results called {name!r} ship; there are: {', '.join(shipped)}")
    return read_table(shipped[name])


def shipped_cases(variant: str = "measured") -> pd.DataFrame:
    """The shipped scores of every method on random cases of transfer affinities.

    Whose affinities is said by `variant`: "measured" by this library, or "main", "1k" or "16k" of
    the Taskonomy release. The DataFrame has a row for each method and case: method, case, the
    columns of `score_affinities` and "misaligned". Made by `benchmarks/taskonomy.py`; empty if
    nothing of the variant ships.
    """
    table = read_table("taskonomy_cases")
    return table[table["variant"] == variant].drop(columns="variant").reset_index(drop=True)


def shipped_triples(variant: str = "measured") -> pd.DataFrame:
    """The shipped Spearman's correlation on novel pairs for every choice of three novel tasks.

    A DataFrame (2300, number of methods) for a `variant` as in `shipped_cases`: a row for each
    choice in the order of `all_triples`, a column for each method. Made by
    `benchmarks/taskonomy.py --triples`.
    """
    table = read_table("taskonomy_triples")
    own = table.filter(regex=f"^{variant}: ").dropna(axis="columns")
    return own.rename(columns=lambda name: name.partition(": ")[2])


def labels(results: pd.DataFrame) -> pd.Series:
    """The name of the method of each row in tables and figures: "Task2Box 2-d", "MLP"."""
    dims = results.get("box_dim", pd.Series(np.nan, results.index))
    names = [label(*pair) for pair in zip(results["method"], dims, strict=True)]
    return pd.Series(names, index=results.index, name="method")


def label(method: str, box_dim: float) -> str:
    """The name of a method with the dimension of its boxes; NaN for a method without boxes."""
    return method if np.isnan(box_dim) else f"{method} {box_dim:.0f}-d"


def _mean_and_spread(mean: float, spread: float, digits: int) -> str:
    """ "60.0 ± 14.1": a dash where there is no mean, and no ± without a spread."""
    if np.isnan(mean):
        return "–"
    # No-break spaces keep the two together in a narrow column.
    beside = "" if np.isnan(spread) else f"\u00a0±\u00a0{spread:.{digits}f}"
    return f"{mean:.{digits}f}{beside}"
