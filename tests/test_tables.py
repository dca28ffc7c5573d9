"""Means over cases, the paper's numbers beside them, and the results that ship."""

import numpy as np
import pandas as pd
import pytest
from small_cases import protocol

from t2b_lib import tables
from t2b_lib.tables import beside_paper, by_dimension, paper_f1, summary


def test_scores_against_the_dimension():
    _, _, results = protocol()
    table = by_dimension(results)
    assert list(table.index) == [("Task2Box", 2), ("Task2Box", 3)]
    of_three = results[results["box_dim"] == 3]
    assert table.loc[("Task2Box", 3), "novel"] == pytest.approx(of_three["novel"].mean())
    assert table.loc[("Task2Box", 3), "novel_std"] == pytest.approx(of_three["novel"].std())


def test_summary_is_the_mean_and_spread_of_the_cases():
    _, _, results = protocol()
    table = summary(results)
    assert list(table["cases"]) == [3, 3, 3]
    novel = results[results["method"] == "Random"]["novel"]
    row = table.iloc[2]
    assert row["novel"] == pytest.approx(novel.mean())
    assert row["novel_std"] == pytest.approx(novel.std(ddof=1))
    assert np.isnan(summary(protocol(cases=1)[2])["novel_std"]).all()


def test_the_papers_numbers_stand_beside_ours():
    results = pd.DataFrame(
        {
            "method": ["Task2Box", "Task2Box", "MLP", "Ours"],
            "box_dim": [5, 5, np.nan, np.nan],
            "existing": [0.5, 0.7, 0.3, 0.1],
            "novel": [0.2, 0.4, 0.3, 0.1],
        }
    )
    table = beside_paper(results, paper_f1("ImageNet", "average"))
    assert list(table.index) == ["Task2Box 5-d", "MLP", "Ours"]
    first, second = table.iloc[0], table.iloc[2]
    assert table.iloc[1]["existing", "paper"] == "54.2"
    assert (
        first["existing", "here"] == "60.0\u00a0±\u00a014.1"
        and first["existing", "paper"] == "90.6"
    )
    assert first["novel", "here"] == "30.0\u00a0±\u00a014.1" and first["novel", "paper"] == "77.0"
    assert second["existing", "here"] == "10.0" and second["existing", "paper"] == "–"


def test_the_papers_tables_are_whole():
    for collection in ("ImageNet", "iNaturalist + CUB"):
        sizes = {r: len(paper_f1(collection, r)) for r in ("average", "gaussian", "fim")}
        assert sizes == {"average": 8, "gaussian": 9, "fim": 9}  # no KL divergence of averages
    assert paper_f1("iNaturalist + CUB", "fim").loc["Task2Box 5-d", "novel"] == 0.3488
    half = paper_f1("ImageNet", "gaussian", training_share=0.5)
    assert half.loc["MLP", "existing"] == 0.5224 and half["novel"].isna().all() and len(half) == 5
    with pytest.raises(ValueError, match="no collection 'CIFAR'"):
        paper_f1("CIFAR", "fim")


def test_shipped_results_are_whole():
    for name, collection in (("imagenet", "ImageNet"), ("inat_cub", "iNaturalist + CUB")):
        results = tables.shipped_results(name)
        assert set(results["collection"]) == {collection}
        assert results[["existing", "novel"]].stack().between(0, 1).all()
        keys = ["representation", "method", "box_dim", "case", "training_share"]
        assert not results.duplicated(keys).any()
    assert {"variant", "test", "novel"} <= set(tables.shipped_results("ablation"))
    with pytest.raises(ValueError, match="no results called 'mnist' ship"):
        tables.shipped_results("mnist")


def test_the_papers_table_of_correlations():
    table = tables.paper_spearman()
    assert table.loc["Task2Box 3-d", ["existing", "novel"]].tolist() == [0.93, 0.48]
    assert len(table) == 6


def test_correlations_stand_beside_the_papers():
    results = pd.DataFrame(
        {
            "method": ["Task2Box 3-d, paper, small"] * 2 + ["Additive"] * 2,
            "existing": [0.8, 0.9, 0.8, 0.8],
            "novel": [0.5, 0.7, 0.6, 0.6],
        }
    )
    table = beside_paper(results, tables.paper_spearman(), percent=False)
    row = table.loc["Task2Box 3-d, paper, small"]
    shown = [text.replace("\u00a0", " ") for text in row.drop("cases", level=0)]
    assert shown == ["0.85 ± 0.07", "0.93 ± 0.02", "0.60 ± 0.14", "0.48 ± 0.24"]
    assert row["cases", ""] == 2
    assert table.loc["Additive", ("novel", "paper")] == "–"
    assert list(beside_paper(results, tables.paper_spearman(), ["novel"])) == [
        *(("novel", "here"), ("novel", "paper"), ("cases", ""))
    ]


@pytest.mark.parametrize("variant", ["main", "16k", "measured"])
def test_shipped_scores_are_whole(variant):
    results = tables.shipped_cases(variant)
    scores = dict(iter(results.groupby("method")))
    assert {"Task2Box 3-d, default", "Additive", "Linear"} <= set(scores)
    for of_cases in scores.values():
        assert of_cases["case"].tolist() == list(range(len(of_cases))) and len(of_cases) >= 10
        assert of_cases[["existing", "novel", "misaligned"]].stack().abs().le(1).all()
    triples = tables.shipped_triples(variant)
    assert triples.shape[0] == 2300 and "Additive" in triples
    assert triples.stack().abs().le(1).all()
    # Few cases and all choices are about the same thing.
    assert abs(triples["Additive"].mean() - scores["Additive"]["novel"].mean()) < 0.05
