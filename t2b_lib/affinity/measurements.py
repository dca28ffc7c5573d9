"""Transfer affinities and win rates: those of the Taskonomy release, and our own measurement.

Both ship as tables of one form: a row for each transfer, with `target`, `sources` ("A + B"),
`order` (the number of sources; 0 is full supervision), `affinity`, `gain` and `quality`.
"""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd

from t2b_lib.affinity.duels import WinRates
from t2b_lib.checks import checked
from t2b_lib.data import read_table


@dataclass(frozen=True)
class Affinities:
    """How well N tasks transfer to one another, and from which `source` the numbers come.

    In `relation` (N, N), [i, j] is the affinity of source i for target j, first order; NaN: not
    measured. The diagonal is the transfer from a task's own frozen encoder. `transfers` has one row
    for each transfer: `sources` (tuple of str), `target`, `affinity`, `order` (the number of
    sources). The row from (t,) to t is full supervision of t, not a transfer.
    """

    names: tuple[str, ...]
    relation: np.ndarray
    transfers: pd.DataFrame
    source: str

    def __repr__(self) -> str:
        measured = np.count_nonzero(~np.isnan(self.relation))
        counts = f"{measured} measured cells, {len(self.transfers)} transfers"
        return f"Affinities({len(self.names)} tasks, {counts}, from {self.source})"


@checked
def load_affinities(
    source: str = "release",
    variant: str = "main",
    order: int | None = 1,
    data_dir: str | os.PathLike | None = None,
) -> Affinities:
    """Transfer affinities between the paper's 25 tasks.

    The `source` is "release", Taskonomy's (Zamir et al., CVPR 2018), or "measured", on rendered
    rooms (`t2b_rooms`). The `variant` is a table of the release: "main", "1k" or "16k"; "main"
    alone for "measured". Scenes are classified by the release's `class_selected` in "main", by its
    `class_places` in the others. Transfers from at most `order` sources at once are kept; None
    keeps all ("main" has up to 2, "1k" 4, "16k" 24, "measured" 2). For "measured", `data_dir` is a
    folder with the tables of your own measurement.

    The affinities of the release come from one Analytic Hierarchy Process (see `ahp`) for each
    target, over transfers of every order and controls; together they add up to 1. So they compare
    the sources of one target, and much less one target with another. In "main", a few second-order
    transfers hold more than 98% of the sum of three targets (Scene-Classification and two of the
    camera-pose tasks), which leaves tiny first-order affinities. Colorization, Inpainting and
    Jigsaw-Puzzle are sources only: their 75 cells of the relation are NaN. Controls, such as a
    random network, are left out.

    No measured affinity is NaN. The relation and the transfers of order 1 use the win rates of
    first order alone; with order=2, all transfers to a target go through one process.

    Raises FileNotFoundError if `data_dir` holds no measured tables, and ValueError if an argument
    is unknown or does not fit the others.
    """
    table = _read(source, variant, order, data_dir)
    first = table[table["order"] == 1]
    names = tuple(first["sources"].drop_duplicates())
    relation = first.pivot(index="sources", columns="target", values="affinity")
    transfers = _transfers(table, order)
    if source == "measured" and order != 1:
        transfers["affinity"] = transfers["affinity_2"]
    transfers = transfers[["sources", "target", "affinity", "order"]]
    return Affinities(
        names,
        relation.reindex(index=names, columns=names).to_numpy(copy=True),
        transfers.dropna(subset="affinity", ignore_index=True),
        "rendered rooms" if source == "measured" else f"the Taskonomy release ({variant})",
    )


@checked
def load_win_rates(
    source: str = "release",
    variant: str = "main",
    order: int | None = 1,
    data_dir: str | os.PathLike | None = None,
) -> pd.DataFrame:
    """How often each transfer beats training from scratch, and full supervision.

    Parameters and errors are those of `load_affinities`; the release has the variants "main" and
    "16k". Returns a DataFrame with one row for each transfer: `sources` (tuple of str), `target`,
    `order`, and two shares of the test images (Taskonomy, section 5). `gain`: the transfer beats a
    network trained from scratch on as little data. `quality`: it beats the fully supervised
    network. Full supervision, the row from (t,) to t, has quality 0.5 by definition. NaN: not
    measured.
    """
    if source == "release":
        _check_choice("variant of the release's win rates", variant, ("main", "16k"))
    table = _read(source, variant, order, data_dir).dropna(subset=["gain", "quality"], how="all")
    return _transfers(table, order)[["sources", "target", "order", "gain", "quality"]]


def read_measured(name: str, data_dir: str | os.PathLike | None = None) -> pd.DataFrame:
    """A table that ``python -m t2b_rooms table`` made: "win_rates", "affinities" or "tasks"."""
    if data_dir is None:
        return read_table(f"measured_{name}")
    path = _measured_file(data_dir, f"measured_{name}.csv")
    table, whole = pd.read_csv(path), True
    if name == "affinities" and (whole := set(table) >= {"target", "sources", "order", "affinity"}):
        first = table[table["order"] == 1]
        size = first["target"].nunique() * first["sources"].nunique()
        affinity = table["affinity"].dropna()
        shares = pd.api.types.is_numeric_dtype(affinity) and affinity.between(0, 1).all()
        whole = shares and len(first) == size == len(first.drop_duplicates(["target", "sources"]))
    elif name == "win_rates" and (whole := {"target", "contender"} <= set(table)):
        whole = not table.empty and all(
            rates.shape == (len(rates),) * 2
            and np.allclose(rates + rates.T, 1, rtol=0, atol=1e-3)
            and rates.min() >= 0
            for rates in map(_rates, (rows for _, rows in table.groupby("target")))
        )
    if not whole:
        raise ValueError(
            f"{path} is damaged: rows are missing, or numbers are no shares in [0, 1]; make it "
            "again with `python -m t2b_rooms table`"
        )
    return table


def read_about(data_dir: str | os.PathLike | None = None) -> dict:
    """How the tables were measured: command, seeds, settings, versions, machine and minutes."""
    folder = files("t2b_lib") / "data" if data_dir is None else data_dir
    return json.loads(_measured_file(folder, "measured.json").read_text(encoding="utf-8"))


def read_win_rates(data_dir: str | os.PathLike | None = None) -> dict[str, WinRates]:
    """The measured win rates of every target, mean over the seeds."""
    found = {}
    for target, rows in read_measured("win_rates", data_dir).groupby("target", sort=False):
        found[target] = WinRates(target, tuple(rows["contender"]), _rates(rows))
    return found


def _rates(rows: pd.DataFrame) -> np.ndarray:
    """The win rates among the contenders of one target; NaN where a cell is no number."""
    cells = rows.iloc[:, 2:].apply(pd.to_numeric, errors="coerce")
    return cells.dropna(axis="columns", how="all").to_numpy(float)


def _read(
    source: str, variant: str, order: int | None, data_dir: str | os.PathLike | None
) -> pd.DataFrame:
    _check_choice("source", source, ("release", "measured"))
    if source == "measured":
        _check_choice("variant of the measured transfers", variant, ("main",))
        return read_measured("affinities", data_dir)
    if data_dir is not None:
        raise ValueError('data_dir is for source="measured"; the release ships with the library')
    _check_choice("variant", variant, ("main", "1k", "16k"))
    table = read_table("taskonomy_release")
    return table[table["variant"] == variant]


def _transfers(table: pd.DataFrame, order: int | None) -> pd.DataFrame:
    """The rows up to an order: full supervision becomes order 1, in place of a task's own code."""
    own_code = (table["sources"] == table["target"]) & (table["order"] == 1)
    kept = table[~own_code & (table["order"] <= (order or math.inf))].reset_index(drop=True)
    return kept.assign(
        sources=kept["sources"].map(lambda names: tuple(names.split(" + "))),
        order=kept["order"].clip(lower=1),
    )


def _measured_file(folder: str | os.PathLike, name: str) -> Path:
    path = Path(folder) / name
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} does not exist; `python -m t2b_rooms run`, then `table`, makes it"
        )
    return path


def _check_choice(argument: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(
            f"{argument} must be one of {', '.join(map(repr, choices))}, not {value!r}"
        )
