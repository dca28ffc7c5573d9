"""Task2Box: box embeddings of tasks and datasets."""

from t2b_lib import affinity, hub, representation, taxonomy
from t2b_lib.__about__ import __version__ as __version__
from t2b_lib.baselines import (
    AsymmetricCosine,
    AsymmetricEuclidean,
    KLDivergence,
    PairModel,
    PairwiseLinear,
    PairwiseMLP,
    RandomGuess,
)
from t2b_lib.boxes import Boxes, intersection, log_volume, overlap, pairwise_overlap, volume
from t2b_lib.cluster import Cluster
from t2b_lib.collection import Samples, Split, TaskCollection, split
from t2b_lib.evaluation import evaluate
from t2b_lib.model import RECIPES, Ensemble, Task2Box, fit_many
from t2b_lib.protocol import run_protocol

__all__ = [
    "RECIPES",
    "AsymmetricCosine",
    "AsymmetricEuclidean",
    "BoxPlayground",
    "BoxTrainer",
    "Boxes",
    "Cluster",
    "Ensemble",
    "KLDivergence",
    "PairModel",
    "PairwiseLinear",
    "PairwiseMLP",
    "RandomGuess",
    "Samples",
    "Split",
    "Task2Box",
    "TaskCollection",
    "affinity",
    "evaluate",
    "fit_many",
    "hub",
    "intersection",
    "log_volume",
    "overlap",
    "pairwise_overlap",
    "representation",
    "run_protocol",
    "split",
    "taxonomy",
    "volume",
]


def __getattr__(name: str):
    # The widgets need a notebook's packages; nothing else does.
    if name in ("BoxPlayground", "BoxTrainer"):
        from t2b_lib import widgets

        return getattr(widgets, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
