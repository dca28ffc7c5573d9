"""Win rates, affinities and the shipped tables of the measured transfers."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from t2b_lib.affinity import (
    ahp,
    compare,
    load_affinities,
    load_win_rates,
    read_about,
    read_measured,
    read_win_rates,
    task_descriptions,
    transfer_policy,
)
from t2b_lib.affinity import figures as charts
from t2b_lib.affinity.duels import SCRATCH, SUPERVISED, WinRates, pool, win_rates


def test_win_rates_of_hand_worked_losses():
    losses = [[1, 2, 3, 4], [2, 2, 2, 2], [0, 0, 3, 9]]
    expected = [[0.5, (1 + 0.5) / 4, (0.5 + 1) / 4], [2.5 / 4, 0.5, 2 / 4], [2.5 / 4, 2 / 4, 0.5]]
    np.testing.assert_allclose(win_rates(losses), expected)


@given(arrays(float, array_shapes(min_dims=2, max_dims=2), elements=st.sampled_from([0, 1, 2.5])))
def test_of_two_contenders_one_wins_or_they_tie(losses):
    rates = win_rates(losses)
    np.testing.assert_allclose(rates + rates.T, 1)
    assert ((rates >= 0) & (rates <= 1)).all()
    pairwise = (losses[:, None] < losses[None]) + 0.5 * (losses[:, None] == losses[None])
    np.testing.assert_allclose(rates, pairwise.mean(-1))


def test_losses_that_cannot_be_compared():
    with pytest.raises(ValueError, match="contender 1 is NaN"):
        win_rates([[0.0, 1.0], [1.0, np.nan]])
    with pytest.raises(ValueError, match=r"shape \(contenders, images\), got \(3,\)"):
        win_rates([0.0, 1.0, 2.0])


CONTENDERS = ("A", "B", "C", SUPERVISED, SCRATCH, "A + B")


def some_rates(seed: int) -> WinRates:
    random = np.random.default_rng(seed)
    return WinRates("C", CONTENDERS, win_rates(random.random((6, 200)) + np.arange(6)[:, None] / 5))


def test_affinities_are_those_of_the_transfers_of_an_order():
    measured = some_rates(0)
    first, both = measured.affinities(1), measured.affinities(2)
    assert list(first.index) == ["A", "B", "C", SUPERVISED]
    assert list(both.index) == ["A", "B", "C", SUPERVISED, "A + B"]
    assert first.sum() == pytest.approx(1)
    assert both.sum() == pytest.approx(1)
    np.testing.assert_allclose(first, ahp(measured.rates[:4, :4]).affinities)
    assert first.is_monotonic_decreasing
    assert measured.against(SCRATCH)[0] == measured.rates[0, 4]


def test_seeds_are_pooled_into_rates_that_still_add_up():
    seeds = [some_rates(seed) for seed in range(3)]
    rates = pool(seeds).rates
    np.testing.assert_allclose(rates + rates.T, 1, atol=1e-12)
    np.testing.assert_allclose(rates, np.mean([s.rates for s in seeds], 0), atol=6e-5)
    with pytest.raises(ValueError, match="different transfers to C"):
        pool([seeds[0], WinRates("C", CONTENDERS[::-1], seeds[1].rates)])


def test_missing_tables_say_how_to_make_them(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"measured_affinities.csv does not exist; .* run`, then `table`"
    ):
        load_affinities("measured", data_dir=tmp_path)


# Comparison with another measurement


def test_agreement_of_rankings():
    random = np.random.default_rng(0)
    relation = random.random((6, 6))
    other = relation * random.random(6)
    other[:, 2] = 1 - relation[:, 2]
    other[:, 4] = np.nan
    table = compare.rank_agreement("abcdef", relation, other).set_index("target")
    assert list(table.index) == list("abcdef".replace("e", ""))
    assert table["spearman"].drop("c").to_numpy() == pytest.approx(1)
    assert table.loc["c", "spearman"] == pytest.approx(-1)
    assert (table["rank"].drop("c") == 1).all()
    assert table.loc["c", "rank"] == 5
    with pytest.raises(ValueError, match="do not match"):
        compare.rank_agreement("abcdef", relation, other[:5])


def test_the_tree_joins_tasks_that_help_the_same_targets():
    kind = np.array([0, 0, 1, 1, 2, 2])
    random = np.random.default_rng(0)
    relation = np.exp(3.0 * (kind[:, None] == kind) + 0.01 * random.random((6, 6)))
    scale = random.random(6) * 5
    table, scores = compare.tree_agreement("abcdef", relation, relation * scale, clusters=3)
    assert scores["adjusted_rand"] == pytest.approx(1)
    assert scores["cophenetic"] == pytest.approx(1)
    assert list(table["cluster"]) == [1, 1, 2, 2, 3, 3]
    gaps = np.where(np.arange(6) == 5, np.nan, relation)
    assert compare.similarity_tree(gaps).shape == (5, 4)
    with pytest.raises(ValueError, match="no target"):
        compare.similarity_tree(np.full((3, 3), np.nan))


def test_the_tree_shows_every_task():
    names = [f"task {i}" for i in range(6)]
    relation = np.random.default_rng(0).random((6, 6)) + 0.1
    _, ax = plt.subplots()
    charts.draw_similarity_tree(names, relation, ax, clusters=3)
    assert {label.get_text() for label in ax.get_yticklabels()} == set(names)
    colours = {tuple(line) for c in ax.collections for line in c.get_colors()}
    assert 2 <= len(colours) <= 4
    plt.close("all")


# The tables that ship


def test_shipped_win_rates_give_the_shipped_affinities_gain_and_quality():
    table = read_measured("affinities")
    measured = read_win_rates()
    assert list(measured) == list(task_descriptions().index)
    for target, rates in measured.items():
        assert rates.contenders[:27] == (*task_descriptions().index, SUPERVISED, SCRATCH)
        np.testing.assert_allclose(rates.rates + rates.rates.T, 1, atol=1e-9)
        rows = table[table["target"] == target]
        contenders = rows["sources"].where(rows["order"] > 0, SUPERVISED)
        for column, order in {"affinity": 1, "affinity_2": 2}.items():
            found = rates.affinities(order)
            np.testing.assert_allclose(
                found[contenders[rows[column].notna()]], rows[column].dropna(), rtol=1e-5
            )
            assert len(found) == rows[column].notna().sum()
        for column, rival in {"gain": SCRATCH, "quality": SUPERVISED}.items():
            expected = pd.Series(rates.against(rival), rates.contenders)[contenders]
            np.testing.assert_allclose(rows[column], expected, atol=1e-9)


def test_shipped_affinities_load_without_gaps():
    affinities = load_affinities("measured")
    assert affinities.names == tuple(task_descriptions().index)
    assert affinities.relation.shape == (25, 25)
    assert (affinities.relation > 0).all()
    first = affinities.transfers
    assert len(first) == 25 * 25
    assert first["order"].eq(1).all()
    for row in first[first["sources"].map(len) == 1].sample(40, random_state=0).itertuples():
        i, j = (affinities.names.index(name) for name in (row.sources[0], row.target))
        if i != j:
            assert affinities.relation[i, j] == row.affinity
    diagonal = np.diag(affinities.relation)
    assert affinities.relation.sum() + first["affinity"].sum() - (
        affinities.relation.sum() - diagonal.sum()
    ) == pytest.approx(25, rel=1e-4)

    both = load_affinities("measured", order=None)
    np.testing.assert_array_equal(both.relation, affinities.relation)
    assert set(both.transfers["order"]) == {1, 2}
    assert not both.transfers["affinity"].isna().any()


def test_shipped_transfers_make_a_policy():
    affinities = load_affinities("measured", order=2)
    policy = transfer_policy(affinities.transfers, budget=8)
    assert 1 <= len(policy.sources) <= 8
    rates = load_win_rates("measured", order=2)
    assert list(rates.columns) == ["sources", "target", "order", "gain", "quality"]
    supervised = rates[[s == (t,) for s, t in zip(rates["sources"], rates["target"], strict=True)]]
    assert len(supervised) == 25
    assert (supervised["quality"] == 0.5).all()


def test_shipped_task_networks_beat_the_constant_prediction():
    tasks = read_measured("tasks")
    assert list(tasks["task"]) == list(task_descriptions().index)
    assert (tasks["network"] < tasks["constant"]).all()
    about = read_about()
    assert about["seeds"]
    assert about["minutes"]["all"] > 0
    assert about["settings"]["tasks"] == list(tasks["task"])
