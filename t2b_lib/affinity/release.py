"""Measured transfer affinities: the release of Taskonomy (Zamir et al., CVPR 2018).

The release's tables are pickles. They are fetched by checksum, and read by an unpickler that
knows nothing but strings, dictionaries and 64-bit floats.
"""

from __future__ import annotations

import math
import os
import pickle
import struct
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd

from t2b_lib.affinity.attributes import release_names
from t2b_rooms import results

_BASE_URL = (
    "https://raw.githubusercontent.com/StanfordVL/taskonomy/"
    "a2d9e9851db7a03f71e53c11157e3f9fc5bff126/results/"
)
_SHA256 = {
    "affinities/all_affinities.pkl": (
        "6b2d42a7281fe4eac2f5f32499f12c3da63292d4a5d8f04bf1b8b97d9687260c"
    ),
    "affinities/all_affinities_1k.pkl": (
        "e797c4715f2523cedaa02a801b2e8197ab1347cb5f490d98731ba719e1b6d575"
    ),
    "affinities/all_affinities_16k.pkl": (
        "33e57697e6f83c27a3a8cc4c80bdfa2f803ebd8d931710bdde52172ddf493f44"
    ),
    "winrates/wins_vs_pixels.pkl": (
        "2314c14af45777437412632c9c409c15131e152abd108caaec4b820b23ab9f03"
    ),
    "winrates/wins_vs_task.pkl": (
        "74123af8a3f228d5ab1a43f7d73b05e3adbc1e393ead8f3fe550e3bcffd0d016"
    ),
    "winrates/wins_vs_pixels_16k.pkl": (
        "34a3c471d8547ddd509cedb8d2d60f90e9b881c70f23cc91c4fc85e4e3852d75"
    ),
    "winrates/wins_vs_task_16k.pkl": (
        "8cacb05abbf70a365da22b9b069143d404fda19631eaab4d14ac3b0508b40ac3"
    ),
}
# A variant's suffix in the file names: how many images the transfer networks were trained on.
_AFFINITY_VARIANTS = {"main": "", "1k": "_1k", "16k": "_16k"}
# The release's win rates of the 1k variant are left out: no checksum of them is at hand.
_WIN_RATE_VARIANTS = {"main": "", "16k": "_16k"}

_SELF = "self"
# Without an answer for so long, a download fails.
_SECONDS = 10


@dataclass(frozen=True)
class Affinities:
    """How well tasks transfer to one another.

    Parameters
    ----------
    names : tuple of str, length N
    relation : array of float, shape (N, N)
        relation[i, j] is the affinity of source i for target j, first order; NaN: not measured.
        The diagonal is the transfer from a task's own frozen encoder.
    transfers : DataFrame
        One row a transfer: `sources` (tuple of str), `target`, `affinity`, `order` (the number of
        sources). The row from (t,) to t is full supervision of t, not a transfer.
    source : str
        Where the numbers come from.
    """

    names: tuple[str, ...]
    relation: np.ndarray
    transfers: pd.DataFrame
    source: str

    def __repr__(self) -> str:
        measured = int((~np.isnan(self.relation)).sum())
        return (
            f"Affinities({len(self.names)} tasks, {measured} measured cells, "
            f"{len(self.transfers)} transfers, from {self.source})"
        )


def load_affinities(
    source: str = "release",
    variant: str = "main",
    order: int | None = 1,
    data_dir: str | os.PathLike | None = None,
    download: bool = True,
) -> Affinities:
    """Transfer affinities between the paper's 25 tasks.

    The release holds affinities after the Analytic Hierarchy Process (see `ahp`): for one target,
    those of all its transfers of every order, controls included, add up to 1. So affinities are
    comparable within a target, much less between targets: in "main", a few second-order transfers
    hold more than 98% of the sum of three targets (Scene-Classification and two of the camera-pose
    tasks), which leaves their first-order affinities tiny. Colorization, Inpainting and
    Jigsaw-Puzzle are sources only: their 75 cells of the relation are NaN. Left out
    are the release's controls (a random network, say), the `class_selected` of variants that have
    both it and `class_places`, and the transfers that build on them.

    The measured affinities have no empty cell. Their relation is made from the win rates of the
    first order alone, whatever `order`, and so are the transfers of order 1; with higher orders
    asked for, the affinities of all of a target's transfers come from one process and add up to 1.

    Parameters
    ----------
    source : {"release", "measured"}
        "release" is Taskonomy's, "measured" what ``python -m t2b_rooms`` measured on
        rendered rooms; it ships with the library.
    variant : {"main", "1k", "16k"}
        Which of the release's tables; there is but one "main" of the measured. In "main" the
        scene classifier is `class_selected`, in the others `class_places`.
    order : int or None
        Keep transfers from at most so many sources at once; None keeps all ("main" goes up to 2,
        "1k" to 4, "16k" to 24; the measured to 2).
    data_dir : path, optional
        A folder with the release's files in its subfolder ``taskonomy``. Otherwise they are looked
        for in the folder that the environment variable T2B_DATA_DIR names, then in a cache.
        If measured: a folder with tables of a measurement of your own.
    download : bool
        Whether to download (50 to 190 kB) and cache a file that is in none of these places.

    Raises
    ------
    FileNotFoundError
        If `data_dir` lacks the file, it is nowhere and not to be downloaded, or there is no
        measured table.
    OSError
        If the download fails.
    ValueError
        If an argument is unknown, or a file is not the one that was released.
    """
    _check_choice("source", source, ("release", "measured"))
    suffix = _suffix(variant, _AFFINITY_VARIANTS)
    if source == "measured":
        tasks, relation = results.read_relation(data_dir)
        transfers = _measured(variant, order, data_dir)
        columns = ["sources", "target", "affinity", "order"]
        return Affinities(tasks, relation.copy(), transfers[columns], "rendered rooms")
    raw = _read(_release_file(f"affinities/all_affinities{suffix}.pkl", data_dir, download))

    names = _paper_names(variant)
    tasks = tuple(release_names().values())
    relation = np.full((len(tasks), len(tasks)), np.nan)
    for key, affinity in raw.items():
        *sources, target = key.split("__")
        if len(sources) == 1 and sources[0] in names:
            relation[tasks.index(names[sources[0]]), tasks.index(names[target])] = affinity
    transfers = _transfers(raw, "affinity", names, order)
    return Affinities(tasks, relation, transfers, f"the Taskonomy release ({variant})")


def load_win_rates(
    variant: str = "main",
    order: int | None = 1,
    data_dir: str | os.PathLike | None = None,
    download: bool = True,
    *,
    source: str = "release",
) -> pd.DataFrame:
    """How often each transfer beats training from scratch, and full supervision.

    Parameters
    ----------
    variant : {"main", "16k"}
    order, data_dir, download, source
        As in `load_affinities`.

    Returns
    -------
    DataFrame
        One row a transfer: `sources` (tuple of str), `target`, `order`, and two shares of the test
        images: `gain`, on which the transfer beats a network trained from scratch on as little
        data, and `quality`, on which it beats the fully supervised network (Taskonomy, section
        5). Full supervision, the row from (t,) to t, has quality 0.5 by definition. NaN: not
        measured.

    Raises
    ------
    FileNotFoundError, OSError, ValueError
        As `load_affinities`.
    """
    _check_choice("source", source, ("release", "measured"))
    suffix = _suffix(variant, _WIN_RATE_VARIANTS)
    if source == "measured":
        transfers = _measured(variant, order, data_dir)
        return transfers[["sources", "target", "order", "gain", "quality"]]
    columns = {"gain": "pixels", "quality": "task"}
    gain, quality = (
        _transfers(
            _read(_release_file(f"winrates/wins_vs_{rival}{suffix}.pkl", data_dir, download)),
            column,
            _paper_names(variant),
            order,
        )
        for column, rival in columns.items()
    )
    both = gain.merge(quality, how="outer", on=["sources", "target", "order"])
    return both[["sources", "target", "order", *columns]]


def _measured(variant: str, order: int | None, data_dir: str | os.PathLike | None) -> pd.DataFrame:
    _check_choice("variant of the measured transfers", variant, ("main",))
    return results.read_transfers(_order(order, highest=2), data_dir)


def _suffix(variant: str, variants: dict[str, str]) -> str:
    _check_choice("variant", variant, tuple(variants))
    return variants[variant]


def _check_choice(argument: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(
            f"{argument} must be one of {', '.join(map(repr, choices))}, not {value!r}"
        )


def _paper_names(variant: str) -> dict[str, str]:
    names = release_names()
    if variant != "main":
        names["class_places"] = names.pop("class_selected")
    return names


def _transfers(
    raw: dict[str, float], value: str, names: dict[str, str], order: int | None
) -> pd.DataFrame:
    """The release's table with the paper's names, sorted by target, order and sources."""
    order = _order(order)
    position = {name: i for i, name in enumerate(release_names().values())}
    rows = []
    for key, number in raw.items():
        *sources, target = key.split("__")
        if sources == [target]:
            continue
        if sources == [_SELF]:
            sources = [target]
        if set(sources) <= names.keys() and len(sources) <= order:
            in_order = sorted((names[s] for s in sources), key=position.get)
            rows.append((tuple(in_order), names[target], number, len(sources)))
    rows.sort(key=lambda row: (position[row[1]], row[3], [position[s] for s in row[0]]))
    return pd.DataFrame(rows, columns=["sources", "target", value, "order"])


def _order(order: int | None, highest: float = math.inf) -> float:
    if order is not None and order < 1:
        raise ValueError(f"order must be at least 1, or None for all orders, not {order}")
    return highest if order is None else min(order, highest)


def _release_file(
    name: str, data_dir: str | os.PathLike | None = None, download: bool = True
) -> Path:
    """Where the release's file lies, checked against its checksum; downloaded if need be."""
    base = Path(name).name
    folder = data_dir if data_dir is not None else os.environ.get("T2B_DATA_DIR")
    local = Path(folder, "taskonomy", base) if folder else None
    if local is None or (data_dir is None and not local.is_file()):
        return _fetch(name, download)
    if not local.is_file():
        raise FileNotFoundError(
            f"{local} does not exist; fetch it from {_BASE_URL}{name}, or leave data_dir out to "
            "have it downloaded"
        )
    found = sha256(local.read_bytes()).hexdigest()
    if found != _SHA256[name]:
        raise ValueError(
            f"{local} is not the released file (SHA-256 {found}, expected {_SHA256[name]}); "
            f"replace it with {_BASE_URL}{name}"
        )
    return local


def _cache_dir() -> Path:
    import pooch

    return Path(pooch.os_cache("t2b_lib"), "taskonomy")


def _fetch(name: str, download: bool) -> Path:
    """The release's file in the cache, downloaded if it is not there and that is allowed."""
    instead = (
        f"save {_BASE_URL}{name} as FOLDER/taskonomy/{Path(name).name} and set T2B_DATA_DIR to "
        "FOLDER"
    )
    try:
        import pooch
        import requests
    except ImportError as error:
        raise ImportError(
            f"the Taskonomy release's cache needs pooch: pip install 't2b_lib[hub]', or {instead}"
        ) from error

    files = pooch.create(path=_cache_dir(), base_url=_BASE_URL, registry=_SHA256, retry_if_failed=1)
    cached = _cache_dir() / name
    is_cached = cached.is_file() and sha256(cached.read_bytes()).hexdigest() == _SHA256[name]
    if not is_cached and not download:
        raise FileNotFoundError(
            f"{name} of the Taskonomy release is not on this machine: allow the download once "
            f"(download=True), or {instead}"
        )
    logger = pooch.get_logger()
    level = logger.level
    # It announces every download on standard error.
    logger.setLevel("ERROR")
    try:
        return Path(files.fetch(name, downloader=pooch.HTTPDownloader(timeout=_SECONDS)))
    except requests.RequestException as error:
        raise OSError(
            f"could not download {_BASE_URL}{name} ({error}); check the connection and try again, "
            f"or {instead}"
        ) from error
    except ValueError as error:
        raise ValueError(
            f"what came from {_BASE_URL}{name} is not the released file (its SHA-256 is not "
            f"{_SHA256[name]}); try again from another network, or {instead}"
        ) from error
    finally:
        logger.setLevel(level)


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

    # Otherwise the BUILD instruction could set attributes of this class.
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


def _read(path: Path) -> dict[str, float]:
    """A file of the release: transfer ("source__target") -> number in [0, 1]."""
    try:
        with path.open("rb") as file:
            table = _ReleaseUnpickler(file).load()
    # What a damaged or hostile pickle raises is any of a dozen types.
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
