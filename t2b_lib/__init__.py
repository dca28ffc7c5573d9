"""Task2Box: box embeddings of tasks and datasets."""

from t2b_lib.baselines import PairwiseLinear, PairwiseMLP, RandomGuess
from t2b_lib.boxes import Boxes, intersection, log_volume, overlap, pairwise_overlap, volume
from t2b_lib.collection import Split, TaskCollection, split
from t2b_lib.evaluation import evaluate, run_protocol
from t2b_lib.model import RECIPES, Task2Box

__version__ = "0.1.0"

__all__ = [
    "RECIPES",
    "Boxes",
    "PairwiseLinear",
    "PairwiseMLP",
    "RandomGuess",
    "Split",
    "Task2Box",
    "TaskCollection",
    "evaluate",
    "intersection",
    "log_volume",
    "overlap",
    "pairwise_overlap",
    "run_protocol",
    "split",
    "volume",
]
