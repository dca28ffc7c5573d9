"""The case files that the authors of Task2Box published: their CLIP and FIM features, their splits.

With these files Tables 1 and 2 of the paper run on the authors' own features. They are linked from
the README of github.com/cvl-umass/task2box:

- a case is a pickle of one dictionary: `mask` (N, N), 0 for training, 1 for validation and 2 for
  test pairs; `overlap` (N, N), E_ij; `datasets` (in ImageNet's files `train_datasets`), N names;
  and `clip_ave_train_data`, `clip_gauss_train_data` and `fim_train_data`, each (N, D). ImageNet's
  name their novel datasets too: `test_datasets`.
- the moments of all datasets are a pickle: `gauss_params` has for each name the mean (Eq. 1), the
  variance (Eq. 2) and the number of samples.
- the hierarchy is a CSV file with the columns parent and child.
"""

from __future__ import annotations

import os
import pickle
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from t2b_lib.collection import Split, TaskCollection

FEATURES = ("clip_ave", "clip_gauss", "fim")
# NumPy renamed its core between versions 1 and 2; a pickle names the one that wrote it.
_ARRAY_PARTS = {
    (module, name)
    for core in ("numpy.core", "numpy._core")
    for module, name in (
        (f"{core}.multiarray", "_reconstruct"),
        (f"{core}.multiarray", "scalar"),
        (f"{core}.numeric", "_frombuffer"),
    )
} | {("numpy", "ndarray"), ("numpy", "dtype"), ("_codecs", "encode")}


def load_case(
    path: str | os.PathLike,
    features: str = "clip_ave",
    *,
    moments: str | os.PathLike | None = None,
    hierarchy: str | os.PathLike | None = None,
    novel: int = 100,
    seed: int = 0,
) -> tuple[TaskCollection, Split]:
    """One of the authors' ten random cases, ready for `Task2Box.fit` and `evaluate`.

    The file is such as ``embeddings/link_pred_new80/case01.pickle`` (iNaturalist + CUB) or
    ``imagenet_case01.pickle``. It is read by an unpickler that admits arrays and plain types and
    nothing else. `features` are "clip_ave" (Eq. 1), "clip_gauss" (Eq. 1 and 2) or "fim" (Eq. 3).
    `moments` and `hierarchy` are files such as ``embeddings/imagenet_clip_gauss.pickle`` and
    ``data/hierarchy_imagenet.csv``. With both, the case has novel datasets, `novel` at most: those
    that the case names, or else datasets drawn at random (`seed`) that lie in an existing one, as
    the authors' code draws them.

    The collection has the existing datasets in the order of the file, then the novel ones. The
    split has the authors' training, validation and test pairs. As in their code, the novel pairs
    ask whether a novel dataset lies in an existing one, and not the reverse; the paper's section
    4.1 speaks of both directions.

    Raises FileNotFoundError, and ValueError on unknown `features` or a file that is not what it
    should be, is damaged or would run code.
    """
    if features not in FEATURES:
        raise ValueError(f"features must be one of {', '.join(FEATURES)}, got {features!r}")
    if (moments is None) != (hierarchy is None):
        raise ValueError("novel datasets need both moments and hierarchy: pass the two, or neither")
    case = _read_arrays(Path(path))
    named = "datasets" if "datasets" in case else "train_datasets"
    wanted = ("mask", "overlap", named, f"{features}_train_data")
    if lacking := [key for key in wanted if key not in case]:
        raise ValueError(f"{path} is no case file: it lacks {', '.join(lacking)}")
    mask, overlap, names, vectors = (np.asarray(case[key]) for key in wanted)
    n, added = len(names), []
    if moments is not None:
        parts = _read_arrays(Path(moments)).get("gauss_params", {})
        inside = _pairs(hierarchy)
        added = _novel(case, set(names), inside, parts, novel, seed)
        vectors = np.concatenate([vectors, [_vector(parts[name], features) for name in added]])
        within = [[(i, j) in inside for j in names] for i in added]
        around = [[(i, j) in inside for j in added] for i in names]
        unknown = np.full((len(added), len(added)), np.nan)
        overlap = np.block([[overlap, np.array(around)], [np.array(within), unknown]])
    try:
        tasks = TaskCollection([*names, *added], vectors, overlap)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path} is no case file: {error}") from error
    if mask.shape != (n, n):
        raise ValueError(f"mask in {path} must have shape ({n}, {n}), got {mask.shape}")
    mask = torch.as_tensor(mask.astype(np.int64)).fill_diagonal_(-1)  # a dataset with itself
    train, validation, test = ((mask == part).nonzero() for part in range(3))
    for part, pairs in {"training": train, "validation": validation, "test": test}.items():
        if not len(pairs):
            raise ValueError(f"mask in {path} has no {part} pairs")
    existing, others = torch.arange(len(tasks)).tensor_split([n])
    crossing = torch.cartesian_prod(others, existing)
    return tasks, Split(existing, others, train, validation, test, crossing)


def _pairs(hierarchy: str | os.PathLike) -> set[tuple[str, str]]:
    """(child, parent) of each row of a hierarchy."""
    table = pd.read_csv(hierarchy)
    if lacking := {"parent", "child"} - set(table):
        raise ValueError(f"{hierarchy} is no hierarchy: it lacks {', '.join(sorted(lacking))}")
    return set(zip(table["child"], table["parent"], strict=True))


def _novel(case, existing, inside, parts, most: int, seed: int) -> list[str]:
    asked = case.get("test_datasets")
    if asked is None:
        below = {child for child, parent in inside if parent in existing} - existing
        below = sorted(below & set(parts))
        asked = np.random.default_rng(seed).permutation(below)
    known = [str(name) for name in asked if name in parts]
    if not known:
        raise ValueError("no novel dataset of this case is among the moments: other files?")
    return known[:most]


def _vector(moments, features: str) -> np.ndarray:
    if features == "fim":
        raise ValueError('the moments of novel datasets have no Fisher information: not "fim"')
    mean, variance, _ = moments
    return np.ravel(mean if features == "clip_ave" else [mean, variance])


class _ArrayUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str):
        if (module, name) not in _ARRAY_PARTS:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which is no array")
        if module.startswith(("numpy.core", "numpy._core")):
            module = module.replace("numpy.core", "numpy._core")
            if not hasattr(np, "_core"):
                module = module.replace("numpy._core", "numpy.core")
        return getattr(import_module(module), name)


def _read_arrays(path: Path) -> dict:
    with path.open("rb") as file:
        try:
            content = _ArrayUnpickler(file).load()
        # A damaged pickle can raise nearly anything.
        except Exception as error:
            raise ValueError(f"{path} cannot be read as a case file: {error}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path} is no case file: it holds a {type(content).__name__}")
    return content
