"""From the losses of a measurement to win rates, affinities, gain and quality; the shipped tables.

The tables are three: the win rates, from which the affinities follow; the affinities with gain,
quality and their spread over the seeds; and how good the task networks are. `measured.json` tells
how they were made.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd

from t2b_lib.affinity.ahp import ahp
from t2b_lib.store import load_checked, write_whole

# Two rivals that are no transfers from a frozen encoder stand among a target's sources.
SUPERVISED, SCRATCH = "full supervision", "from scratch"
_CONSTANT = "best constant"
_CONTROLS = (SUPERVISED, SCRATCH, _CONSTANT)
_DECIMALS = 4


@dataclass(frozen=True)
class WinRates:
    """Who wins against whom when all are to solve one target.

    Parameters
    ----------
    target : str
    contenders : tuple of str, length C
        The tasks in their order, each standing for the transfer from its frozen encoder; then
        `SUPERVISED`, the target's own network; `SCRATCH`, a network trained on the scenes of the
        transfers; and transfers from two tasks, "A + B".
    rates : array, shape (C, C)
        [i, j]: share of the test images on which i has a lower loss than j, ties counting half;
        0.5 on the diagonal.
    """

    target: str
    contenders: tuple[str, ...]
    rates: np.ndarray

    def against(self, rival: str) -> np.ndarray:
        """Win rates of all contenders against one, shape (C,)."""
        return self.rates[:, self.contenders.index(rival)]

    def affinities(self, order: int) -> pd.Series:
        """Affinities of the transfers from up to `order` tasks, and of full supervision, by AHP.

        They add up to 1. A network from scratch is no transfer, and not among them.
        """
        kept = [c for c in self.contenders if c != SCRATCH and len(_sources(c)) <= order]
        at = [self.contenders.index(c) for c in kept]
        return pd.Series(ahp(self.rates[np.ix_(at, at)]).affinities, kept)


def win_rates(losses) -> np.ndarray:
    """Share of the images on which one has a lower loss than another, ties counting half.

    Parameters
    ----------
    losses : array, shape (C, N)
        Of C contenders on N test images.

    Returns
    -------
    array, shape (C, C)
        [i, j] of i against j; [i, j] + [j, i] = 1.

    Raises
    ------
    ValueError
        If the shape is another, or a loss is not a number.
    """
    losses = np.asarray(losses)
    if losses.ndim != 2 or not losses.size:
        raise ValueError(f"losses must have shape (contenders, images), got {losses.shape}")
    if np.isnan(losses).any():
        raise ValueError(f"the loss of contender {np.argwhere(np.isnan(losses))[0, 0]} is NaN")
    lower = np.stack([(row < losses).mean(1) for row in losses])
    return (1 + lower - lower.T) / 2


def pool(measured: Sequence[WinRates]) -> WinRates:
    """The mean over seeds, which have the same contenders and as many test images each."""
    first = measured[0]
    if any(seed.contenders != first.contenders for seed in measured):
        raise ValueError(f"the seeds compared different transfers to {first.target}")
    # What is shipped is what the affinities are computed from; rounded, the two sides add up to 1.
    upper = np.triu(np.mean([seed.rates for seed in measured], 0).round(_DECIMALS), 1)
    size = len(upper)
    rates = upper + np.tril(1 - upper.T, -1) + np.eye(size) / 2
    return WinRates(first.target, first.contenders, rates)


# The tables ---------------------------------------------------------------------------------


def make_tables(folder: str | os.PathLike) -> dict[str, pd.DataFrame | dict]:
    """The tables of a measurement from all its finished seeds.

    Returns
    -------
    dict
        "win_rates": one row a contender of each target, the columns "1", "2" ... being its win
        rates against the first, second ... contender of that target.
        "affinities": one row a transfer: `target`, `sources` ("A + B" are two), `order`; `loss`,
        the mean over all test images; `affinity` among the transfers of first order,
        `affinity_2` among those of both orders; `gain` and `quality`; the spread of the two
        affinities over the seeds as standard deviation, `sd` and `sd_2`; and the first-order
        affinity of each seed. Full supervision is the row of the target itself with order 0.
        "tasks": mean test loss of each task's network (and its standard deviation over the
        seeds), of the best constant prediction, of the network from scratch, of the readout of
        the task's own frozen code and of the best transfer from another task; `beats_constant`
        and `beats_scratch` are win rates of the task's network.
        "about": a dict with what made them.

    Raises
    ------
    ValueError
        If the folder holds no measurement, or no seed is finished.
    """
    # Training is not imported to read tables.
    from t2b_rooms.measure import read_settings

    folder = Path(folder)
    settings = read_settings(folder)
    found = {
        seed: _losses(folder, settings, seed)
        for seed in sorted(int(path.name.removeprefix("seed")) for path in folder.glob("seed*"))
    }
    finished = {seed: results for seed, results in found.items() if results is not None}
    if not finished:
        raise ValueError(f"no seed of {folder} is finished: run it to the end")
    seeds = list(finished)
    notes = [note for _, of_seed in finished.values() for note in of_seed]

    rates, affinities, tasks = [], [], []
    for target in settings["tasks"]:
        of_seeds = [losses[target] for losses, _ in finished.values()]
        by_seed = [_compare(target, losses) for losses in of_seeds]
        together = pool(by_seed)
        rates.append(_rates_table(together))
        loss = {c: float(np.mean([losses[c] for losses in of_seeds])) for c in of_seeds[0]}
        affinities.append(_affinities_table(together, by_seed, loss, seeds))
        tasks.append(_task_row(target, loss, of_seeds))
    about = {
        "command": _command(settings, seeds),
        "seeds": seeds,
        "settings": settings,
        "machine": sorted({note["machine"] for note in notes}),
        "torch": sorted({note["torch"] for note in notes}),
        "minutes": {
            kind: round(sum(n["seconds"] for n in notes if n["kind"] == kind) / 60, 1)
            for kind in ("constant", "network", "transfers", "pairs")
        },
    }
    about["minutes"]["all"] = round(sum(about["minutes"].values()), 1)
    return {
        "win_rates": pd.concat(rates, ignore_index=True),
        "affinities": pd.concat(affinities, ignore_index=True),
        "tasks": pd.DataFrame(tasks),
        "about": about,
    }


def write_tables(tables: dict, folder: str | os.PathLike) -> list[Path]:
    """Write what `make_tables` made as ``measured_*.csv`` and ``measured.json``."""
    folder = Path(folder)
    texts = {
        f"measured_{name}.csv": table.to_csv(index=False, float_format="%.6g", lineterminator="\n")
        for name, table in tables.items()
        if isinstance(table, pd.DataFrame)
    }
    texts["measured.json"] = json.dumps(tables["about"], indent=2) + "\n"
    for name, text in texts.items():
        write_whole(folder / name, text)
    return [folder / name for name in texts]


def read_table(name: str, folder: str | os.PathLike | None = None) -> pd.DataFrame:
    """A table as `write_tables` wrote it: "win_rates", "affinities" or "tasks"."""
    return pd.read_csv(io.StringIO(_text(f"measured_{name}.csv", folder)))


def read_about(folder: str | os.PathLike | None = None) -> dict:
    """What made the tables: command, seeds, settings, versions, machine and minutes."""
    return json.loads(_text("measured.json", folder))


def read_win_rates(folder: str | os.PathLike | None = None) -> dict[str, WinRates]:
    """The win rates of every target, mean over the seeds."""
    found = {}
    for target, rows in read_table("win_rates", folder).groupby("target", sort=False):
        rates = rows.iloc[:, 2 : 2 + len(rows)].to_numpy(float)
        found[target] = WinRates(target, tuple(rows["contender"]), rates)
    return found


def read_relation(folder: str | os.PathLike | None = None) -> tuple[tuple[str, ...], np.ndarray]:
    """The tasks' names and their first-order affinities (N, N), row to column."""
    table = read_table("affinities", folder).query("order == 1")
    names = tuple(table["target"].drop_duplicates())
    cells = table.pivot(index="sources", columns="target", values="affinity")
    return names, cells.loc[list(names), list(names)].to_numpy(float)


def read_transfers(max_order: int, folder: str | os.PathLike | None = None) -> pd.DataFrame:
    """One row a transfer, as in `Affinities.transfers`, with `gain` and `quality`.

    As in the release, a row from (t,) to t is full supervision of t; the readout of a task's own
    frozen encoder is left to the diagonal of the relation.
    """
    table = read_table("affinities", folder)
    column = "affinity" if max_order == 1 else "affinity_2"
    own = (table["sources"] == table["target"]) & (table["order"] == 1)
    table = table[~own & (table["order"] <= max_order)]
    supervised = table["order"] == 0
    return pd.DataFrame(
        {
            "sources": table["sources"].map(_sources),
            "target": table["target"],
            "affinity": table[column],
            "order": table["order"].mask(supervised, 1),
            "gain": table["gain"],
            "quality": table["quality"],
        }
    ).reset_index(drop=True)


def _text(name: str, folder: str | os.PathLike | None) -> str:
    path = Path(folder, name) if folder is not None else files("t2b_lib") / "data" / name
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise FileNotFoundError(
            f"{name} is not there; `python -m t2b_rooms run`, then `table`, makes it"
        ) from None


def _sources(contender: str) -> tuple[str, ...]:
    return tuple(contender.split(" + "))


def _losses(folder: Path, settings: dict, seed: int):
    """The losses of a seed, target -> contender -> (n_test,), and notes; None if unfinished."""
    from t2b_rooms.measure import best_pairs, result_file, result_key

    notes = []

    def kept(kind: str, name: str, pairs=None) -> dict | None:
        found = load_checked(
            result_file(folder, seed, kind, name), result_key(settings, seed, kind, name, pairs)
        )
        if found is None:
            return None
        notes.append(found[1] | {"kind": kind})
        return {key: tensor.numpy() for key, tensor in found[0].items()}

    constant, losses = kept("constant", "all"), {}
    for target in settings["tasks"]:
        network, transfers = kept("network", target), kept("transfers", target)
        if constant is None or network is None or transfers is None:
            return None
        pairs = best_pairs(folder, settings, target)
        from_two = kept("pairs", target, pairs)
        if from_two is None:
            return None
        losses[target] = {
            **dict(zip(settings["tasks"], transfers["losses"], strict=True)),
            SUPERVISED: network["losses"],
            SCRATCH: transfers["scratch"],
            **dict(zip([" + ".join(p) for p in pairs], from_two["losses"], strict=True)),
            _CONSTANT: constant[target],
        }
    return losses, notes


def _compare(target: str, losses: dict[str, np.ndarray]) -> WinRates:
    contenders = tuple(name for name in losses if name != _CONSTANT)
    return WinRates(target, contenders, win_rates(np.stack([losses[c] for c in contenders])))


def _rates_table(measured: WinRates) -> pd.DataFrame:
    rates = pd.DataFrame(measured.rates.round(_DECIMALS))
    rates.columns = [str(i + 1) for i in rates]
    rates.insert(0, "target", measured.target)
    rates.insert(1, "contender", measured.contenders)
    return rates


def _affinities_table(
    together: WinRates, by_seed: list[WinRates], loss: dict[str, float], seeds: list[int]
) -> pd.DataFrame:
    orders = {"": 1, "_2": 2}
    pooled = {suffix: together.affinities(order) for suffix, order in orders.items()}
    single = {
        suffix: pd.DataFrame(
            {seed: m.affinities(order) for seed, m in zip(seeds, by_seed, strict=True)}
        )
        for suffix, order in orders.items()
    }
    table = pd.DataFrame(
        {"target": together.target, "sources": together.contenders}, index=together.contenders
    ).drop(SCRATCH)
    table["order"] = [len(_sources(c)) for c in table.index]
    table.loc[SUPERVISED, ["sources", "order"]] = together.target, 0
    table["loss"] = pd.Series(loss)
    for suffix in orders:
        table[f"affinity{suffix}"] = pooled[suffix]
    for name, rival in {"gain": SCRATCH, "quality": SUPERVISED}.items():
        table[name] = pd.Series(together.against(rival), together.contenders)
    for suffix in orders:
        table[f"sd{suffix}"] = single[suffix].std(axis=1, ddof=1)
    for seed in seeds:
        table[f"seed_{seed}"] = single[""][seed]
    return table.reset_index(drop=True)


def _task_row(target: str, loss: dict[str, float], of_seeds: list[dict[str, np.ndarray]]) -> dict:
    def beats(rival: str) -> float:
        return float(np.mean([win_rates([s[SUPERVISED], s[rival]])[0, 1] for s in of_seeds]))

    others = [c for c in loss if len(_sources(c)) == 1 and c not in (target, *_CONTROLS)]
    best = min(others, key=loss.get)
    return {
        "task": target,
        "network": loss[SUPERVISED],
        "network_sd": pd.Series([s[SUPERVISED].mean() for s in of_seeds]).std(),
        "constant": loss[_CONSTANT],
        "scratch": loss[SCRATCH],
        "own_code": loss[target],
        "best_transfer": loss[best],
        "best_source": best,
        "beats_constant": beats(_CONSTANT),
        "beats_scratch": beats(SCRATCH),
    }


def _command(settings: dict, seeds: list[int]) -> str:
    from t2b_rooms.measure import default_tasks

    command = f"python -m t2b_rooms run --out FOLDER --size {settings['size']}"
    command += f" --seeds {' '.join(map(str, seeds))}"
    if settings["tasks"] != list(default_tasks(settings["size"])):
        command += f" --tasks {' '.join(settings['tasks'])}"
    return command
