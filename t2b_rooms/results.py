"""From the losses of a measurement to the tables that `t2b_lib.affinity` reads.

There are three tables: the win rates; the affinities that follow from them, with gain, quality and
their spread over the seeds; and how good the task networks are. `measured.json` says how they were
made.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd

from t2b_lib.affinity.duels import DECIMALS, SCRATCH, SUPERVISED, WinRates, pool, win_rates
from t2b_lib.store import load_checked, write_whole
from t2b_rooms.measure import best_pairs, default_tasks, read_settings, result_file, result_key

_CONSTANT = "best constant"
_CONTROLS = (SUPERVISED, SCRATCH, _CONSTANT)


def make_tables(folder: str | os.PathLike) -> dict[str, pd.DataFrame | dict]:
    """The tables of a measurement from all its finished seeds.

    Returns
    -------
    dict
        "win_rates": one row for each contender of each target; the columns "1", "2" ... are its
        win rates against the first, second ... contender of that target.
        "affinities": one row for each transfer: `target`, `sources` ("A + B" for two), `order`;
        `loss`, the mean over all test images; `affinity` among the transfers of first order,
        `affinity_2` among those of both orders; `gain` and `quality`; `sd` and `sd_2`, the standard
        deviations of the two affinities over the seeds; and the first-order affinity of each seed.
        Full supervision is the row of the target itself with order 0.
        "tasks": mean test loss of each task's network (and its standard deviation over the
        seeds), of the best constant prediction, of the network from scratch, of the readout of
        the task's own frozen code and of the best transfer from another task; `beats_constant`
        and `beats_scratch` are win rates of the task's network.
        "about": a dict that says how the tables were made.

    Raises
    ------
    ValueError
        If the folder holds no measurement, or no seed is finished.
    """
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
    """Write the tables of `make_tables` as ``measured_*.csv`` and ``measured.json``."""
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


def _losses(folder: Path, settings: dict, seed: int):
    """The losses of a seed, target -> contender -> (n_test,), and notes; None if unfinished."""
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
    rates = pd.DataFrame(measured.rates.round(DECIMALS))
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
    table["order"] = [len(c.split(" + ")) for c in table.index]
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

    others = [c for c in loss if len(c.split(" + ")) == 1 and c not in (target, *_CONTROLS)]
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
    command = f"python -m t2b_rooms run --out FOLDER --size {settings['size']}"
    command += f" --seeds {' '.join(map(str, seeds))}"
    if settings["tasks"] != list(default_tasks(settings["size"])):
        command += f" --tasks {' '.join(settings['tasks'])}"
    return command
