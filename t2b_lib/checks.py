"""What arguments may be: types from the annotations, ranges from one table of names."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache, wraps
from numbers import Integral, Real
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np
import torch
from sklearn.base import BaseEstimator
from torch import Tensor

# A parameter means the same in every function. A number must be at least so large, and smaller than
# infinity and than what torch takes as a seed.
LEAST = (
    dict.fromkeys(["box_dim", "hidden", "epochs", "batch_size", "cases", "together"], 1)
    | dict.fromkeys(["n", "tile", "neighbours", "clusters", "order", "limit", "height", "size"], 1)
    | dict.fromkeys(["novel", "seed", "parts", "teachers", "datasets", "most", "noise", "reach"], 0)
    | dict.fromkeys(["min_samples", "max_samples", "ridge", "temperature"], 0)
    | dict.fromkeys(["intersection_temperature", "distance_weight", "regularity_weight"], 0)
    | dict.fromkeys(["inverse_volume_weight", "size_weight", "budget", "floor"], 0)
)
ABOVE_ZERO = {
    "learning_rate",
    "strength",
    "attraction",
    "volume_temperature",
    "k",
    "smallest",
    "largest",
}
BEYOND = 2**63


def checked(function: Callable) -> Callable:
    """Refuse arguments that the annotations and the table above rule out, by name.

    For a method of an estimator, its hyper-parameters are checked as well. Arrays are left to the
    functions, which know their shapes.
    """
    signature = inspect.signature(function)

    @wraps(function)
    def with_checks(*args, **kwargs):
        if args and isinstance(args[0], BaseEstimator):
            check_settings(args[0])
        check(function, signature.bind(*args, **kwargs).arguments)
        return function(*args, **kwargs)

    return with_checks


def check_settings(model: BaseEstimator) -> None:
    """Refuse hyper-parameters as `checked` refuses arguments."""
    check(type(model).__init__, model.get_params(deep=False))


def check(source: Callable | type, values: Mapping[str, Any]) -> None:
    """Refuse values by the annotations of a function or dataclass: TypeError or ValueError."""
    hints = _hints(source)
    for name, value in values.items():
        if name not in hints:
            continue
        allowed = " or ".join(_in_words(hint) for hint in _kinds(hints[name]))
        kinds = [hint for hint in _kinds(hints[name]) if _is(value, hint)]
        if not kinds:
            choices = isinstance(value, str) and Literal in map(get_origin, _kinds(hints[name]))
            error = ValueError if choices else TypeError
            raise error(f"{name} must be {allowed}, got {_short(value)}")
        numbers = value if isinstance(value, tuple | list) and name in LEAST else [value]
        for number in numbers:
            if isinstance(number, Real) and not isinstance(number, bool | np.bool_):
                above, least = name in ABOVE_ZERO, LEAST.get(name, -np.inf)
                if not (number > 0 if above else least <= number) or not number < BEYOND:
                    wanted = "above 0" if above else f"from {least}"
                    wanted = "below 2**63" if number >= BEYOND else wanted
                    raise ValueError(f"{name} must be {allowed} {wanted}, got {_short(value)}")


def check_memory(
    what: str, bytes_needed: float, advice: str, device: torch.device | None = None
) -> None:
    """Raise MemoryError for work that needs more memory than this machine, or a GPU, has."""
    on_gpu = device is not None and device.type == "cuda"
    there = torch.cuda.mem_get_info(device)[0] if on_gpu else memory()
    if bytes_needed > there:
        raise MemoryError(
            f"{what} would take about {bytes_needed / 2**30:,.1f} GiB of memory, but there are "
            f"{there / 2**30:,.1f} GiB: {advice}"
        )


def memory() -> float:
    """Bytes of this machine's memory; infinite where the system does not say (Windows)."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError):
        return np.inf


def check_pairs(pairs: Tensor | Sequence, n: int = BEYOND, name: str = "pairs") -> Tensor:
    """Pairs (P, 2) of rows of n datasets, as a tensor of integers; ValueError for anything else."""
    try:
        found = pairs if isinstance(pairs, Tensor) else torch.as_tensor(np.array(pairs))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be whole numbers of shape (P, 2)") from error
    if found.numel() == 0:
        found = found.reshape(0, 2).long()
    if found.dim() != 2 or found.shape[1] != 2 or found.is_floating_point():
        raise ValueError(
            f"{name} must be whole numbers of shape (P, 2), the rows of two datasets each, got "
            f"shape {tuple(found.shape)} of {found.dtype}"
        )
    if len(found) and not 0 <= found.min().item() <= found.max().item() < n:
        raise ValueError(
            f"{name} must be rows of the {n} datasets, 0 to {n - 1}, got {found.min()} to "
            f"{found.max()}: are they of another collection?"
        )
    return found.long()


@cache
def _hints(source: Callable | type) -> dict[str, Any]:
    return {name: hint for name, hint in get_type_hints(source).items() if name != "return"}


def _kinds(hint) -> tuple:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def _is(value, hint) -> bool:
    origin, inner = get_origin(hint) or hint, get_args(hint)
    if origin is Literal:
        return isinstance(value, str) and value in inner
    if origin is bool:
        return isinstance(value, bool | np.bool_)
    if origin in (int, float):
        return isinstance(value, Integral if origin is int else Real) and not isinstance(
            value, bool | np.bool_
        )
    if origin is Tensor:
        return hasattr(value, "__array__") or isinstance(value, list | tuple)
    if origin is tuple:
        return isinstance(value, tuple | list) and all(_is(item, inner[0]) for item in value)
    if origin in (Sequence, Iterable, Collection):
        return isinstance(value, Iterable) and not isinstance(value, str | bytes)
    if origin is Mapping:
        return hasattr(value, "keys")
    if origin is Callable:
        return callable(value)
    return not isinstance(origin, type) or isinstance(value, origin)


def _in_words(hint) -> str:
    origin, inner = get_origin(hint) or hint, get_args(hint)
    if origin is Literal:
        *others, last = (f'"{choice}"' for choice in inner)
        return f"{', '.join(others)} or {last}" if others else last
    if origin is tuple and inner:
        return f"a tuple, each item {_in_words(inner[0])}"
    words = {
        NoneType: "None",
        bool: "True or False",
        int: "a whole number",
        float: "a number",
        Tensor: "an array",
        Callable: "a function",
        Mapping: "a mapping",
    }
    if origin in (Sequence, Iterable, Collection):
        return "a sequence"
    return words.get(origin) or f"a {getattr(origin, '__name__', origin)}"


def _short(value) -> str:
    if value is None or isinstance(value, str | int | float | tuple):
        text = repr(value)
        return text if len(text) < 80 else f"{text[:80]} ..."
    return f"a {type(value).__name__}"
