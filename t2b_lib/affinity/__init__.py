"""Vision tasks: their attributes, their transfer affinities, transfer policies and boxes.

Fifteen yes/no attributes describe a task (`task_attributes`). Measured transfer affinities relate
it to the others (`load_affinities`); `ahp` computes them from win rates. `transfer_policy` decides
which tasks to label and which to solve by transfer. `AffinityBoxes` learns boxes of tasks from
affinities. The chapter's figures are in `figures`.
"""

from t2b_lib.affinity.attributes import attribute_questions, task_attributes, task_descriptions
from t2b_lib.affinity.duels import ahp
from t2b_lib.affinity.measurements import (
    load_affinities,
    load_win_rates,
    read_about,
    read_measured,
    read_win_rates,
)
from t2b_lib.affinity.policy import best_transfers, policy_win_rates, transfer_policy
from t2b_lib.affinity.predict import PAPER_RECIPE, Additive, AffinityBoxes, rescale, restore
from t2b_lib.collection import leave_out
from t2b_lib.evaluation import misaligned_spearman, score_affinities
from t2b_lib.protocol import all_triples
from t2b_lib.tables import paper_spearman, shipped_cases, shipped_triples

__all__ = [
    "PAPER_RECIPE",
    "Additive",
    "AffinityBoxes",
    "ahp",
    "all_triples",
    "attribute_questions",
    "best_transfers",
    "leave_out",
    "load_affinities",
    "load_win_rates",
    "misaligned_spearman",
    "paper_spearman",
    "policy_win_rates",
    "read_about",
    "read_measured",
    "read_win_rates",
    "rescale",
    "restore",
    "score_affinities",
    "shipped_cases",
    "shipped_triples",
    "task_attributes",
    "task_descriptions",
    "transfer_policy",
]
