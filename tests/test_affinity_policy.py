from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from t2b_lib.affinity import (
    best_transfers,
    load_affinities,
    load_win_rates,
    policy_win_rates,
    transfer_policy,
)

TASKS = "abcde"


def table(*rows):
    return pd.DataFrame(rows, columns=["sources", "target", "affinity"])


SMALL = table(
    (("a",), "a", 0.9),
    (("b",), "b", 0.8),
    (("c",), "c", 0.7),
    (("a",), "b", 0.3),
    (("a",), "c", 0.4),
    (("b",), "a", 0.2),
    (("b",), "c", 0.1),
    (("c",), "a", 0.1),
    (("c",), "b", 0.1),
    (("a", "b"), "c", 0.75),
)


def brute_force(transfers, budget, targets, sources, costs, importance):
    """(best objective, None) or (None, cheapest feasible cost), by trying every set of sources."""
    best, cheapest = None, None
    for size in range(len(sources) + 1):
        for chosen in combinations(sorted(sources), size):
            cost = sum(costs.get(source, 1) for source in chosen)
            total = 0.0
            for target in targets:
                reach = [
                    affinity
                    for needs, to, affinity in transfers.itertuples(index=False)
                    if to == target and set(needs) <= set(chosen)
                ]
                if not reach:
                    break
                total += importance.get(target, 1) * max(reach)
            else:
                cheapest = cost if cheapest is None else min(cheapest, cost)
                if cost <= budget:
                    best = total if best is None else max(best, total)
    return best, cheapest


@st.composite
def problems(draw):
    tasks = TASKS[: draw(st.integers(2, 5))]
    transfer = st.tuples(
        st.sets(st.sampled_from(tasks), min_size=1, max_size=3).map(lambda s: tuple(sorted(s))),
        st.sampled_from(tasks),
        st.floats(0, 1, allow_subnormal=False),
    )
    transfers = table(*draw(st.lists(transfer, min_size=1, max_size=20)))
    targets = sorted(set(transfers["target"]))
    sources = sorted(set(transfers["sources"].explode()))
    some_targets = draw(st.lists(st.sampled_from(targets), min_size=1, unique=True))
    some_sources = draw(st.lists(st.sampled_from(sources), min_size=1, unique=True))
    costs = draw(st.dictionaries(st.sampled_from(sources), st.integers(0, 3)))
    importance = draw(st.dictionaries(st.sampled_from(targets), st.floats(0, 10)))
    return transfers, draw(st.integers(0, 6)), some_targets, some_sources, costs, importance


@settings(deadline=None, max_examples=150)
@given(problems())
def test_no_set_of_sources_does_better(problem):
    transfers, budget, targets, sources, costs, importance = problem
    best, cheapest = brute_force(*problem)
    options = {"targets": targets, "sources": sources, "costs": costs, "importance": importance}
    if best is None:
        message = f"cost {cheapest:g}" if cheapest is not None else "no transfer to"
        with pytest.raises(ValueError, match=message):
            transfer_policy(transfers, budget, **options)
        return

    policy = transfer_policy(transfers, budget, **options)
    assert policy.objective == pytest.approx(best, abs=1e-5)
    assert policy.gap <= 1e-5
    assert policy.bound >= best - 1e-5
    assert sorted(policy.transfers["target"]) == sorted(targets)
    assert set(policy.transfers["sources"].explode()) == set(policy.sources) <= set(sources)
    assert policy.cost == sum(costs.get(source, 1) for source in policy.sources) <= budget
    weights = policy.transfers["target"].map(lambda target: importance.get(target, 1))
    assert policy.objective == pytest.approx((weights * policy.transfers["affinity"]).sum())


def test_a_problem_that_takes_branching():
    """Random higher-order transfers, whose linear relaxation is far from an integer solution."""
    rng = np.random.default_rng(0)
    tasks, budget = np.arange(12), 6
    rows = [
        (tuple(rng.choice(tasks, rng.integers(2, 5), replace=False).tolist()), target, rng.random())
        for target in tasks.tolist()
        for _ in range(30)
    ]
    transfers = table(*rows, *(((task,), task, 0.01) for task in tasks.tolist()))

    needs = np.array([np.isin(tasks, needed) for needed in transfers["sources"]])
    chosen = np.array([np.isin(tasks, some) for some in combinations(tasks, budget)])
    possible = ~(needs & ~chosen[:, None]).any(-1)
    value = np.where(possible, transfers["affinity"], -np.inf)
    best = sum(value[:, transfers["target"] == task].max(1) for task in tasks).max()

    policy = transfer_policy(transfers, budget)
    assert policy.objective == pytest.approx(best, abs=1e-6)
    assert policy.gap < 1e-6


def test_the_budget_decides():
    assert transfer_policy(SMALL, 1).sources == ("a",)
    assert transfer_policy(SMALL, 1).objective == pytest.approx(0.9 + 0.3 + 0.4)
    two = transfer_policy(SMALL, 2)
    assert two.sources == ("a", "b")
    assert two.objective == pytest.approx(0.9 + 0.8 + 0.75)
    assert transfer_policy(SMALL, 3).sources == ("a", "b")
    assert transfer_policy(SMALL, 1.9).sources == ("a",)


def test_source_only_and_target_only_tasks():
    target_only_c = transfer_policy(SMALL, 3, sources=["a", "b"], importance={"c": 100})
    assert target_only_c.transfers.set_index("target").loc["c", "sources"] == ("a", "b")
    source_only_a = transfer_policy(SMALL, 1, targets=["b", "c"])
    assert source_only_a.sources == ("b",)
    assert list(source_only_a.transfers["target"]) == ["b", "c"]


def test_costs_and_importance():
    assert transfer_policy(SMALL, 1, costs={"a": 2}).sources == ("b",)
    free = transfer_policy(SMALL, 0, costs={"b": 0})
    assert free.sources == ("b",) and free.cost == 0
    assert transfer_policy(SMALL, 1, importance={"b": 10}).sources == ("b",)
    tiny = transfer_policy(SMALL, 2, importance=dict.fromkeys("abc", 1e-9))
    assert tiny.objective == pytest.approx((0.9 + 0.8 + 0.75) * 1e-9)
    millions = dict.fromkeys("abc", 1000000.0)
    assert transfer_policy(SMALL, 2e6, costs=millions).sources == ("a", "b")
    assert transfer_policy(SMALL, 2e-9, costs=dict.fromkeys("abc", 1e-9)).sources == ("a", "b")


def test_a_policy_is_a_graph():
    edges = transfer_policy(SMALL, 2).edges
    drawn = set(edges[["source", "target"]].itertuples(index=False, name=None))
    assert drawn == {("a", "a"), ("b", "b"), ("a", "c"), ("b", "c")}
    assert set(edges.loc[edges["target"] == "c", "order"]) == {2}


def test_the_table_is_left_alone():
    before = SMALL.copy()
    transfer_policy(SMALL, 2, targets=["b", "c"])
    pd.testing.assert_frame_equal(SMALL, before)


@pytest.mark.parametrize(
    ("budget", "options", "message"),
    [
        (0, {}, "budget of 0 is too small.* 3 targets cost 1"),
        (1, {"costs": {"a": 4, "b": 3, "c": 2}}, "cost 2"),
        (-1, {}, "budget must be a number from 0"),
        (np.nan, {}, "budget must be a number from 0"),
        (1, {"targets": ["a", "z"]}, "not a target of any transfer: 'z'"),
        (1, {"sources": ["z"]}, "not a source of any transfer: 'z'"),
        (1, {"targets": []}, "at least one target"),
        (1, {"sources": []}, "at least one source"),
        (1, {"costs": {"z": 1}}, "cost of unknown tasks: 'z'"),
        (1, {"costs": {"a": -1}}, "'a' has -1"),
        (1, {"importance": {"a": np.nan}}, "'a' has nan"),
    ],
)
def test_bad_arguments(budget, options, message):
    with pytest.raises(ValueError, match=message):
        transfer_policy(SMALL, budget, **options)


def test_a_target_out_of_reach():
    transfers = table((("a",), "a", 1.0), (("a", "b"), "c", 1.0))
    with pytest.raises(ValueError, match="no transfer to 'c' from the given sources"):
        transfer_policy(transfers, 2, sources=["a"])


@pytest.mark.parametrize(
    ("transfers", "message"),
    [
        (SMALL.drop(columns="affinity"), "lacks 'affinity'"),
        (SMALL.iloc[:0], "empty"),
        (table(("a", "b", 0.5)), "tuples"),
        (table(((), "b", 0.5)), "tuples"),
        (table((("a", "c"), "b", np.nan)), r"a \+ c -> b is nan"),
    ],
)
def test_bad_tables(transfers, message):
    with pytest.raises(ValueError, match=message):
        transfer_policy(transfers, 1)


def test_win_rates_of_a_policy():
    policy = transfer_policy(SMALL, 2)
    rates = SMALL.assign(gain=SMALL["affinity"] / 2, quality=SMALL["affinity"] / 3)
    joined = policy_win_rates(policy, rates.sample(frac=1, random_state=0))
    np.testing.assert_allclose(joined["gain"], joined["affinity"] / 2)
    np.testing.assert_allclose(joined["quality"], joined["affinity"] / 3)
    assert list(joined["target"]) == list(policy.transfers["target"])
    with pytest.raises(ValueError, match=r"no win rate for a \+ b -> c"):
        policy_win_rates(policy, rates.iloc[:-1])


@pytest.mark.parametrize("variant", ["main", "1k", "16k"])
def test_first_order_policies_of_the_release_by_brute_force(variant):
    transfers = load_affinities(variant=variant).transfers
    matrix = transfers.assign(source=transfers["sources"].str[0]).pivot(
        index="source", columns="target", values="affinity"
    )
    assert matrix.shape == (25, 22)
    for budget in (1, 2, 3):
        sets = np.array(list(combinations(range(25), budget)))
        best = np.nanmax(matrix.to_numpy()[sets], axis=1).sum(axis=1).max()
        policy = transfer_policy(transfers, budget)
        assert policy.objective == pytest.approx(best, abs=1e-6)
        assert policy.gap < 1e-6


def test_the_best_transfer_does_not_use_the_targets_labels():
    more = [(("a", "c"), "c", 0.99), (("b", "c"), "a", 0.5)]
    transfers = pd.concat([SMALL, table(*more)], ignore_index=True)
    rates = transfers[["sources", "target"]].assign(
        gain=np.arange(len(transfers)) / 100, quality=0.1
    )
    best = best_transfers(transfers, rates).set_index("target")
    assert best["sources"].to_dict() == {"a": ("b", "c"), "b": ("a",), "c": ("a", "b")}
    assert best["gain"].to_dict() == {"a": 0.11, "b": 0.03, "c": 0.09}


def test_best_transfers_of_the_release():
    """Three numbers of Taskonomy's Fig. 10: gain and quality of first order."""
    transfers = load_affinities(variant="16k").transfers
    rates = load_win_rates(variant="16k")
    best = best_transfers(transfers, rates).set_index("target")
    assert len(best) == 22 and (best["sources"].str[0] != best.index).all()
    assert best.loc["Point-Matching", ["gain", "quality"]].round(1).tolist() == [0.6, 0.2]


@pytest.mark.parametrize(("variant", "order"), [("main", 2), ("16k", 4), ("16k", None)])
def test_policies_of_the_release(variant, order):
    transfers = load_affinities(variant=variant, order=order).transfers
    win_rates = load_win_rates(variant=variant, order=order)
    policies = [transfer_policy(transfers, budget) for budget in (1, 2, 4, 8, 16, 25)]
    assert all(policy.gap < 1e-6 for policy in policies)
    assert all(len(policy.transfers) == 22 for policy in policies)
    objectives = [policy.objective for policy in policies]
    assert objectives == sorted(objectives)
    # With every label affordable each target takes the best of its transfers.
    assert objectives[-1] == pytest.approx(transfers.groupby("target")["affinity"].max().sum())
    rates = pd.concat(
        [policy_win_rates(p, win_rates)[["gain", "quality"]].mean() for p in policies]
    )
    assert rates["gain"].is_monotonic_increasing
    assert rates["quality"].is_monotonic_increasing
    assert ((rates > 0) & (rates < 1)).all()
