"""Make t2b_lib/data/taskonomy_release.csv: the affinities and win rates of the Taskonomy release.

    git clone https://github.com/StanfordVL/taskonomy && git -C taskonomy checkout 9f81486
    python scripts/make_taskonomy_table.py taskonomy/results

Reads the release's pickles (searched for in all subfolders) and checks them by SHA-256. Pickles
can run any code, so they are read by an unpickler that knows only strings, dictionaries and 64-bit
floats. The numbers are written with all their digits.

Left out are transfers that involve the release's controls ("pixels" and "random"), or the scene
classifier `class_selected` in the variants that have both it and `class_places`. The release's
control "self" is full supervision: here the task itself, with order 0.
"""

from __future__ import annotations

import argparse
import math
import pickle
import struct
from hashlib import sha256
from pathlib import Path

import pandas as pd
from tables import DATA

SHA256 = {
    "all_affinities.pkl": "6b2d42a7281fe4eac2f5f32499f12c3da63292d4a5d8f04bf1b8b97d9687260c",
    "all_affinities_1k.pkl": "e797c4715f2523cedaa02a801b2e8197ab1347cb5f490d98731ba719e1b6d575",
    "all_affinities_16k.pkl": "33e57697e6f83c27a3a8cc4c80bdfa2f803ebd8d931710bdde52172ddf493f44",
    "wins_vs_pixels.pkl": "2314c14af45777437412632c9c409c15131e152abd108caaec4b820b23ab9f03",
    "wins_vs_task.pkl": "74123af8a3f228d5ab1a43f7d73b05e3adbc1e393ead8f3fe550e3bcffd0d016",
    "wins_vs_pixels_16k.pkl": "34a3c471d8547ddd509cedb8d2d60f90e9b881c70f23cc91c4fc85e4e3852d75",
    "wins_vs_task_16k.pkl": "8cacb05abbf70a365da22b9b069143d404fda19631eaab4d14ac3b0508b40ac3",
}
# A variant's suffix in the file names. The checksums of the win rates of 1k are not known.
VARIANTS = {"main": "", "1k": "_1k", "16k": "_16k"}
COLUMNS = {"affinity": "all_affinities", "gain": "wins_vs_pixels", "quality": "wins_vs_task"}


class _Float64:
    """Stands in for numpy.dtype("<f8"), the only type of number in the release."""

    def __init__(self, code, align, copy):
        if code != "f8":
            raise pickle.UnpicklingError(f"a number of type {code!r}")

    def __setstate__(self, state):
        byte_order = state[1]
        if byte_order != "<":
            raise pickle.UnpicklingError(f"a number of byte order {byte_order!r}")


class _Scalar:
    """Stands in for NumPy's scalar constructor; makes a plain float."""

    # Without this the pickle's BUILD instruction could set attributes of this class.
    __setstate__ = None

    def __new__(cls, dtype, data):
        if not isinstance(dtype, _Float64):
            raise pickle.UnpicklingError("a number of unknown type")
        return struct.unpack("<d", data)[0]


_ADMITTED = {("numpy", "dtype"): _Float64, ("numpy.core.multiarray", "scalar"): _Scalar}


class _ReleaseUnpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) not in _ADMITTED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return _ADMITTED[module, name]


def read_pickle(path: Path) -> dict[str, float]:
    """A file of the release: transfer ("source__target") -> number in [0, 1].

    Raises
    ------
    ValueError
        If the file holds anything else. Nothing in it is run.
    """
    try:
        with path.open("rb") as file:
            table = _ReleaseUnpickler(file).load()
    # A damaged or hostile pickle raises any of a dozen types.
    except Exception as error:
        raise ValueError(
            f"{path} is no table of the Taskonomy release, and was not read: {error}"
        ) from error
    is_table = isinstance(table, dict) and all(
        isinstance(key, str)
        and key.count("__") >= 1
        and isinstance(number, float)
        and math.isfinite(number)
        and 0 <= number <= 1
        for key, number in table.items()
    )
    if not is_table:
        raise ValueError(f"{path} is no table of transfers and their affinities or win rates")
    return table


def find(name: str, folder: Path) -> Path:
    """The file of that name in a folder or its subfolders, if it is the released one."""
    found = next(iter(sorted(folder.rglob(name))), None)
    if found is None:
        raise FileNotFoundError(f"{folder} and its subfolders have no {name}; see --help")
    if sha256(found.read_bytes()).hexdigest() != SHA256[name]:
        raise ValueError(f"{found} is not the released file: its SHA-256 is another")
    return found


def task_names(variant: str) -> dict[str, str]:
    """The tasks' names in the release's files -> in the Task2Box paper, in the paper's order."""
    tasks = pd.read_csv(DATA / "taskonomy_tasks.csv", comment="#")
    scene = {} if variant == "main" else {"class_selected": "class_places"}
    return dict(zip(tasks["release"].replace(scene), tasks["name"], strict=True))


def rows(table: dict[str, float], names: dict[str, str]) -> dict[tuple, float]:
    """(target, order, sources in the paper's order) -> number; tasks by their place."""
    place = {name: k for k, name in enumerate(names)}
    found = {}
    for key, number in table.items():
        *sources, target = key.split("__")
        order = 0 if sources == ["self"] else len(sources)
        sources = sources if order else [target]
        if set(sources) <= names.keys():
            found[place[target], order, tuple(sorted(place[s] for s in sources))] = number
    return found


def release(folder: Path) -> pd.DataFrame:
    """All tables of the release as one."""
    tables = []
    for variant, suffix in VARIANTS.items():
        names = task_names(variant)
        paper = list(names.values())
        numbers = {
            column: pd.Series(rows(read_pickle(find(f"{base}{suffix}.pkl", folder)), names))
            for column, base in COLUMNS.items()
            if f"{base}{suffix}.pkl" in SHA256
        }
        table = pd.DataFrame(numbers, columns=list(COLUMNS))
        # Full supervision stands beside the transfer from the task's own frozen network.
        table = table.loc[
            sorted(table.index, key=lambda row: (row[0], max(row[1], 1), row[2], row[1]))
        ]
        for k, (target, order, sources) in enumerate(table.index):
            tables.append(
                {
                    "variant": variant,
                    "target": paper[target],
                    "sources": " + ".join(paper[s] for s in sources),
                    "order": order,
                    **table.iloc[k],
                }
            )
    return pd.DataFrame(tables)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "folder", type=Path, help="with the release's pickles, in subfolders or not"
    )
    parser.add_argument("--out", type=Path, default=DATA)
    asked = parser.parse_args()
    path = asked.out / "taskonomy_release.csv"
    table = release(asked.folder)
    table.to_csv(path, index=False, lineterminator="\n")
    print(f"{path.name}: {len(table)} rows, {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
