"""Heterogeneous vision tasks: their attributes, their transfer affinities, and transfer policies.

A task is described by fifteen yes/no attributes (`task_attributes`), related to others by measured
transfer affinities (`load_affinities`; `ahp` makes them from pairwise win rates), and
`transfer_policy` decides which tasks to label and which to solve by transfer.
"""

from t2b_lib.affinity.ahp import AHPResult, ahp
from t2b_lib.affinity.attributes import attribute_questions, task_attributes, task_descriptions
from t2b_lib.affinity.policy import TransferPolicy, policy_win_rates, transfer_policy
from t2b_lib.affinity.release import Affinities, load_affinities, load_win_rates

__all__ = [
    "AHPResult",
    "Affinities",
    "TransferPolicy",
    "ahp",
    "attribute_questions",
    "load_affinities",
    "load_win_rates",
    "policy_win_rates",
    "task_attributes",
    "task_descriptions",
    "transfer_policy",
]
