"""The case files that the authors of Task2Box published: their CLIP and FIM features, their splits.

With these files Tables 1 and 2 of the paper run on the authors' own features. Each file is a
pickle of one dictionary: `mask` (N, N), 0 for training, 1 for validation and 2 for test pairs;
`overlap` (N, N), E_ij; `datasets` (in ImageNet's files `train_datasets`), N names; and
`clip_ave_train_data`, `clip_gauss_train_data` and `fim_train_data`, each (N, D). The files are
linked from the README of github.com/cvl-umass/task2box.
"""

from __future__ import annotations

import os
import pickle
from importlib import import_module
from pathlib import Path

import numpy as np
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


def load_case(path: str | os.PathLike, features: str = "clip_ave") -> tuple[TaskCollection, Split]:
    """One of the authors' ten random cases of existing datasets, ready for `Task2Box.fit`.

    The file is read by an unpickler that admits arrays and plain types and nothing else.

    Parameters
    ----------
    path : path
        Such as ``embeddings/link_pred_new80/case01.pickle`` (iNaturalist + CUB) or
        ``imagenet_case01.pickle``.
    features : {"clip_ave", "clip_gauss", "fim"}
        Eq. 1; Eq. 1 and 2; Eq. 3.

    Returns
    -------
    tasks : TaskCollection of N datasets
    split : Split
        The authors' training, validation and test pairs. A case file names no novel datasets.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        On unknown `features`, or a file that is no case file, is damaged or would run code.
    """
    if features not in FEATURES:
        raise ValueError(f"features must be one of {', '.join(FEATURES)}, got {features!r}")
    case = _read_arrays(Path(path))
    named = "datasets" if "datasets" in case else "train_datasets"
    wanted = ("mask", "overlap", named, f"{features}_train_data")
    if lacking := [key for key in wanted if key not in case]:
        raise ValueError(f"{path} is no case file: it lacks {', '.join(lacking)}")
    mask, overlap, names, vectors = (case[key] for key in wanted)
    try:
        tasks = TaskCollection(list(names), np.asarray(vectors), np.asarray(overlap))
        mask = torch.as_tensor(np.asarray(mask, dtype=np.int64))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path} is no case file: {error}") from error
    n = len(tasks)
    if mask.shape != (n, n):
        raise ValueError(f"mask in {path} must have shape ({n}, {n}), got {tuple(mask.shape)}")
    mask = mask.fill_diagonal_(-1)  # a pair of a dataset with itself is never used
    train, validation, test = ((mask == part).nonzero() for part in range(3))
    for part, pairs in {"training": train, "validation": validation, "test": test}.items():
        if not len(pairs):
            raise ValueError(f"mask in {path} has no {part} pairs")
    none = torch.empty(0, dtype=torch.long)
    return tasks, Split(torch.arange(n), none, train, validation, test, train[:0])


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
