"""Which tasks to label and which to solve by transfer: Taskonomy's binary integer programme."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from t2b_lib.checks import checked
from t2b_lib.collection import listing


@dataclass(frozen=True)
class TransferPolicy:
    """The best way to solve all targets within a supervision budget.

    `sources` are the tasks to label, all of them in use. `transfers` has a row for each target,
    which says how it is solved: `sources` (tuple of str), `target`, `affinity`, `order`.
    """

    sources: tuple[str, ...]
    transfers: pd.DataFrame
    budget: float  #: what labels may cost
    cost: float  #: what they cost
    objective: float  #: sum over the targets of importance times affinity
    bound: float  #: no policy within the budget has a higher objective: the solver's proof

    @property
    def gap(self) -> float:
        """How far the objective may be from the optimum: zero up to the solver's tolerance."""
        return max(self.bound - self.objective, 0.0)

    @property
    def edges(self) -> pd.DataFrame:
        """The edges: `source`, `target`, `affinity`, `order`. Full supervision is a loop."""
        edges = self.transfers.explode("sources", ignore_index=True)
        return edges.rename(columns={"sources": "source"})


@checked
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

    Taskonomy's binary integer programme (section 3.4) chooses transfers and sources. It maximises
    the sum of importance times affinity of the chosen transfers. Each target has exactly one
    transfer, all sources of a chosen transfer are chosen, and the labels of the chosen sources cost
    at most the budget. A row from (t,) to t stands for full supervision of t. HiGHS proves its
    solution optimal, up to its tolerance (1e-6 of the largest coefficient).

    The columns of `transfers` are `sources` (tuple of str), `target` and `affinity`, as in
    ``load_affinities().transfers``. `targets` are the tasks to solve and `sources` those that may
    be labelled: all of the table if left out. Other targets must be solved by transfer, and other
    tasks may still be sources. `costs` has the cost of a source's labels, and `importance` the
    weight of a target, not negative; 1 for tasks that are not named. The budget is in the unit of
    the costs, so by default it is the number of tasks that may be labelled.

    Raises ValueError if a name is unknown, a number is not usable, a target cannot be reached from
    the sources, or the budget is too small to reach all targets (the message has the smallest that
    does).
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
    if unreached := [target for target in targets if target not in set(table["target"])]:
        raise ValueError(f"no transfer to {listing(unreached)} from the given sources")

    target_of = pd.Index(targets).get_indexer(table["target"])
    uses = np.array([[source in of for source in sources] for of in table["sources"]])
    performance = weight[target_of] * table["affinity"].to_numpy(float)
    # The solver's tolerances are absolute, so the numbers are brought to a size of about one.
    scale = np.abs(performance).max() or 1.0
    structure = _structure(uses, np.eye(len(targets), dtype=bool)[target_of])
    labels = np.concatenate([np.zeros(len(table)), cost])
    solution = _solve(
        -np.concatenate([performance / scale, np.zeros(len(sources))]),
        [*structure, LinearConstraint(labels / (cost.max() or 1), ub=budget / (cost.max() or 1))],
    )
    if solution is None:
        cheapest = _solve(labels, structure)
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


@checked
def policy_win_rates(policy: TransferPolicy, win_rates: pd.DataFrame) -> pd.DataFrame:
    """Gain and quality of each target under a policy (Taskonomy, Fig. 9).

    The `win_rates` are from `load_win_rates`, of the policy's variant and at least its order. They
    are added to the policy's transfers as the columns `gain` and `quality`. Raises ValueError if a
    transfer of the policy has no win rate.
    """
    rates = win_rates[["sources", "target", "gain", "quality"]]
    both = policy.transfers.merge(rates, how="left", on=["sources", "target"], validate="1:1")
    missing = both[both[["gain", "quality"]].isna().any(axis=1)]
    if len(missing):
        raise ValueError(
            f"no win rate for {_arrow(missing.iloc[0])}; load the win rates of the same variant "
            "and order as the affinities"
        )
    return both


@checked
def best_transfers(transfers: pd.DataFrame, win_rates: pd.DataFrame) -> pd.DataFrame:
    """The best transfer to each target that does not use the target's own labels.

    One target, labels for all other tasks (Taskonomy, Fig. 10). The tables are from
    `load_affinities` (its `transfers`) and `load_win_rates`, of one variant; the win rates of at
    least the same order. Returns a DataFrame with one row for each target: the transfer of the
    highest affinity, with `gain` and `quality`.
    """
    pairs = zip(transfers["sources"], transfers["target"], strict=True)
    others = transfers[[target not in sources for sources, target in pairs]]
    best = others.loc[others.groupby("target", sort=False)["affinity"].idxmax()]
    rates = win_rates[["sources", "target", "gain", "quality"]]
    return best.merge(rates, how="left", on=["sources", "target"], validate="1:1")


def _checked(transfers: pd.DataFrame) -> pd.DataFrame:
    if missing := {"sources", "target", "affinity"} - set(transfers.columns):
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
            f"the affinity of {_arrow(first)} is {first['affinity']}; leave out transfers that "
            "were not measured"
        )
    return table


def _arrow(transfer: pd.Series) -> str:
    return f"{' + '.join(transfer['sources'])} -> {transfer['target']}"


def _names(kind: str, asked: Iterable[str] | None, known: list[str]) -> list[str]:
    names = known if asked is None else list(dict.fromkeys(asked))
    if unknown := [name for name in names if name not in set(known)]:
        raise ValueError(f"not a {kind} of any transfer: {listing(unknown)}")
    if not names:
        raise ValueError(f"at least one {kind} is needed")
    return names


def _weights(
    kind: str, given: Mapping[str, float] | None, names: list[str], known: list[str]
) -> np.ndarray:
    given = dict(given or {})
    if unknown := [name for name in given if name not in set(known)]:
        raise ValueError(f"{kind} of unknown tasks: {listing(unknown)}")
    for name, value in given.items():
        if not 0 <= value < np.inf:
            raise ValueError(f"{kind} must be finite and not negative, but {name!r} has {value}")
    return np.array([given.get(name, 1.0) for name in names], dtype=float)


def _structure(uses: np.ndarray, solves: np.ndarray) -> list[LinearConstraint]:
    """One transfer for each target, and none without its sources.

    Since a target has one transfer, its transfers that need source s may be summed in one row,
    sum <= chosen(s): fewer rows and a tighter relaxation than with a row for each transfer.
    `uses` is of bool (transfers, sources), `solves` (transfers, targets).
    """
    sources, targets = uses.shape[1], solves.shape[1]
    one_each = np.hstack([solves.T, np.zeros((targets, sources))])
    using = (solves[:, :, None] & uses[:, None]).reshape(len(uses), -1).T
    needs = np.hstack([using, -np.tile(np.eye(sources), (targets, 1))])
    return [
        LinearConstraint(csr_array(one_each), 1, 1),
        LinearConstraint(csr_array(needs), -np.inf, 0),
    ]


def _solve(objective: np.ndarray, constraints: list[LinearConstraint]):
    """The binary programme's solution, None if there is none."""
    binary = {"integrality": np.ones(len(objective)), "bounds": Bounds(0, 1)}
    options = {"mip_rel_gap": 0}
    result = milp(objective, constraints=constraints, options=options, **binary)
    if result.status == 2:  # infeasible
        return None
    if not result.success:
        raise RuntimeError(f"the solver stopped without an optimum: {result.message}")
    return result
