"""Which tasks to label and which to solve by transfer: Taskonomy's binary integer programme."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack

from t2b_lib.collection import listing


@dataclass(frozen=True)
class TransferPolicy:
    """The best way to solve all targets within a supervision budget.

    Parameters
    ----------
    sources : tuple of str
        The tasks to label, all of them in use.
    transfers : DataFrame
        How each target is solved: `sources` (tuple of str), `target`, `affinity`, `order`; one
        row a target.
    budget, cost : float
        What may be spent on labels, and what is.
    objective : float
        Sum over the targets of importance times affinity.
    bound : float
        No policy within the budget has a higher objective: the solver's proof.
    """

    sources: tuple[str, ...]
    transfers: pd.DataFrame
    budget: float
    cost: float
    objective: float
    bound: float

    @property
    def gap(self) -> float:
        """How far the objective may be from the optimum: zero, but for the solver's tolerance."""
        return max(self.bound - self.objective, 0.0)

    @property
    def edges(self) -> pd.DataFrame:
        """The policy as a graph: one row an edge, `source`, `target`, `affinity`, `order`.

        A transfer from several sources makes as many edges; full supervision is a loop.
        """
        edges = self.transfers.explode("sources", ignore_index=True)
        return edges.rename(columns={"sources": "source"})


def transfer_policy(
    transfers: pd.DataFrame,
    budget: float,
    *,
    targets: Iterable[str] | None = None,
    sources: Iterable[str] | None = None,
    costs: Mapping[str, float] | None = None,
    importance: Mapping[str, float] | None = None,
) -> TransferPolicy:
    """Solve every target by one transfer, as well as the supervision budget allows.

    Taskonomy's programme (section 3.4): over binary variables for the transfers and the sources,
    maximise the sum of importance times affinity of the chosen transfers, such that each target
    has exactly one transfer, a chosen transfer's sources are all chosen, and the chosen sources'
    labels cost at most the budget. A row from (t,) to t stands for full supervision of t. HiGHS
    solves it to proven optimality, up to its tolerance (1e-6 of the largest coefficient).

    Parameters
    ----------
    transfers : DataFrame
        Columns `sources` (tuple of str), `target` and `affinity`, such as
        ``load_affinities().transfers``.
    budget : float
        In the unit of `costs`; by default the number of tasks that may be labelled.
    targets : iterable of str, optional
        The tasks to solve; all targets of the table by default. A task that is not among them may
        still be a source ("source-only").
    sources : iterable of str, optional
        The tasks that may be labelled; all sources of the table by default. A target that is not
        among them must be solved by transfer ("target-only").
    costs : mapping, optional
        Source -> cost of its labels, not negative; 1 where it is not named.
    importance : mapping, optional
        Target -> weight, not negative; 1 where it is not named.

    Raises
    ------
    ValueError
        If a name is unknown, a number is not usable, a target cannot be reached from the sources,
        or the budget is too small to reach all targets; the last names the smallest that does.
    """
    table = _checked(transfers)
    budget = float(budget)
    if not budget >= 0:
        raise ValueError(f"the budget must be a number that is not negative, got {budget:g}")
    known_sources = list(dict.fromkeys(table["sources"].explode()))
    targets = _names("target", targets, list(dict.fromkeys(table["target"])))
    sources = _names("source", sources, known_sources)
    cost = _weights("cost", costs, sources, known_sources)
    weight = _weights("importance", importance, targets, list(dict.fromkeys(table["target"])))

    allowed = table["sources"].explode().isin(sources).groupby(level=0).all()
    table = table[allowed & table["target"].isin(targets)].reset_index(drop=True)
    unreached = [target for target in targets if target not in set(table["target"])]
    if unreached:
        raise ValueError(f"no transfer to {listing(unreached)} from the given sources")

    target_of = pd.Index(targets).get_indexer(table["target"])
    performance = weight[target_of] * table["affinity"].to_numpy(float)
    # The solver's tolerances are absolute.
    scale = np.abs(performance).max() or 1.0
    structure = _structure(table["sources"], target_of, sources, len(targets))
    solution = _solve(
        -np.concatenate([performance / scale, np.zeros(len(sources))]),
        [*structure, _within(budget, cost, len(table))],
    )
    if solution is None:
        cheapest = _solve(np.concatenate([np.zeros(len(table)), cost]), structure)
        raise ValueError(
            f"the budget of {budget:g} is too small: the cheapest sources that reach all "
            f"{len(targets)} targets cost {cheapest.fun:g}"
        )

    chosen = np.flatnonzero(solution.x[: len(table)] > 0.5)
    plan = table.iloc[chosen[target_of[chosen].argsort()]].reset_index(drop=True)
    labelled = set(plan["sources"].explode())
    return TransferPolicy(
        sources=tuple(source for source in sources if source in labelled),
        transfers=plan,
        budget=budget,
        cost=float(sum(c for source, c in zip(sources, cost, strict=True) if source in labelled)),
        objective=float(performance[chosen].sum()),
        bound=float(-solution.mip_dual_bound * scale),
    )


def policy_win_rates(policy: TransferPolicy, win_rates: pd.DataFrame) -> pd.DataFrame:
    """Gain and quality of each target under a policy (Taskonomy, Fig. 9).

    Parameters
    ----------
    win_rates : DataFrame
        From `load_win_rates`, of the policy's variant and at least its order.

    Returns
    -------
    DataFrame
        The policy's transfers with the columns `gain` and `quality`.

    Raises
    ------
    ValueError
        If a transfer of the policy has no win rate.
    """
    rates = win_rates[["sources", "target", "gain", "quality"]]
    both = policy.transfers.merge(rates, how="left", on=["sources", "target"], validate="1:1")
    missing = both[both[["gain", "quality"]].isna().any(axis=1)]
    if len(missing):
        first = missing.iloc[0]
        raise ValueError(
            f"no win rate for {' + '.join(first['sources'])} -> {first['target']}; load the win "
            "rates of the same variant and order as the affinities"
        )
    return both


def best_transfers(transfers: pd.DataFrame, win_rates: pd.DataFrame) -> pd.DataFrame:
    """The best transfer to each target that does not use the target's own labels.

    One target, labels for all other tasks: Taskonomy, Fig. 10.

    Parameters
    ----------
    transfers : DataFrame
        Columns `sources` (tuple of str), `target` and `affinity`.
    win_rates : DataFrame
        From `load_win_rates`, of the same variant and at least the same order.

    Returns
    -------
    DataFrame
        One row a target: the transfer of the highest affinity, with `gain` and `quality`.
    """
    foreign = [
        target not in sources
        for sources, target in zip(transfers["sources"], transfers["target"], strict=True)
    ]
    others = transfers[foreign]
    best = others.loc[others.groupby("target", sort=False)["affinity"].idxmax()]
    rates = win_rates[["sources", "target", "gain", "quality"]]
    return best.merge(rates, how="left", on=["sources", "target"], validate="1:1")


def _checked(transfers: pd.DataFrame) -> pd.DataFrame:
    missing = {"sources", "target", "affinity"} - set(transfers.columns)
    if missing:
        raise ValueError(f"the table of transfers lacks {listing(sorted(missing))}")
    if not len(transfers):
        raise ValueError("the table of transfers is empty")
    if not all(isinstance(sources, tuple) and sources for sources in transfers["sources"]):
        raise ValueError("the column 'sources' must hold tuples of at least one task")
    table = transfers[["sources", "target", "affinity"]].reset_index(drop=True)
    table["order"] = table["sources"].map(len)
    unusable = ~np.isfinite(table["affinity"].to_numpy(float))
    if unusable.any():
        first = table[unusable].iloc[0]
        raise ValueError(
            f"the affinity of {' + '.join(first['sources'])} -> {first['target']} is "
            f"{first['affinity']}; leave out transfers that were not measured"
        )
    return table


def _names(kind: str, asked: Iterable[str] | None, known: list[str]) -> list[str]:
    names = known if asked is None else list(dict.fromkeys(asked))
    unknown = [name for name in names if name not in set(known)]
    if unknown:
        raise ValueError(f"not a {kind} of any transfer: {listing(unknown)}")
    if not names:
        raise ValueError(f"at least one {kind} is needed")
    return names


def _weights(
    kind: str, given: Mapping[str, float] | None, names: list[str], known: list[str]
) -> np.ndarray:
    given = dict(given or {})
    unknown = [name for name in given if name not in set(known)]
    if unknown:
        raise ValueError(f"{kind} of unknown tasks: {listing(unknown)}")
    for name, value in given.items():
        if not 0 <= value < np.inf:
            raise ValueError(f"{kind} must be finite and not negative, but {name!r} has {value}")
    return np.array([given.get(name, 1.0) for name in names], dtype=float)


def _structure(
    transfer_sources: pd.Series, target_of: np.ndarray, sources: list[str], n_targets: int
) -> list[LinearConstraint]:
    """One transfer for each target, and none without its sources.

    Since a target has one transfer, its transfers that need source s may be summed in one row,
    sum <= chosen(s): fewer rows and a tighter relaxation than a row for each transfer.
    """
    n_transfers, n_sources = len(target_of), len(sources)
    one_each = csr_array(
        (np.ones(n_transfers), (target_of, np.arange(n_transfers))),
        shape=(n_targets, n_transfers + n_sources),
    )
    needs = transfer_sources.map(frozenset).explode()
    transfer = needs.index.to_numpy()
    source = pd.Index(sources).get_indexer(needs)
    pairs, row = np.unique(target_of[transfer] * n_sources + source, return_inverse=True)
    shape = (len(pairs), n_transfers)
    using = csr_array((np.ones(len(row)), (row, transfer)), shape=shape)
    having = csr_array(
        (-np.ones(len(pairs)), (np.arange(len(pairs)), pairs % n_sources)),
        shape=(len(pairs), n_sources),
    )
    return [
        LinearConstraint(one_each, 1, 1),
        LinearConstraint(hstack([using, having], format="csr"), -np.inf, 0),
    ]


def _within(budget: float, cost: np.ndarray, n_transfers: int) -> LinearConstraint:
    unit = cost.max() or 1.0
    return LinearConstraint(
        csr_array(np.concatenate([np.zeros(n_transfers), cost / unit])[None]),
        -np.inf,
        budget / unit,
    )


def _solve(objective: np.ndarray, constraints: list[LinearConstraint]):
    """The binary programme's solution, None if there is none."""
    infeasible = 2
    result = milp(
        objective,
        integrality=np.ones(len(objective)),
        bounds=Bounds(0, 1),
        constraints=constraints,
        options={"mip_rel_gap": 0},
    )
    if result.status == infeasible:
        return None
    if not result.success:
        raise RuntimeError(f"the solver stopped without an optimum: {result.message}")
    return result
