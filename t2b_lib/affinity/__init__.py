"""Vision tasks: their attributes, their transfer affinities, transfer policies and boxes.

Fifteen yes/no attributes describe a task (`task_attributes`). Measured transfer affinities relate
it to the others (`load_affinities`); `ahp` computes them from win rates. `transfer_policy` decides
which tasks to label and which to solve by transfer. `AffinityBoxes` learns boxes of tasks from
affinities. The chapter's figures are in `figures`.
"""

from t2b_lib.affinity.attributes import attribute_questions, task_attributes, task_descriptions
from t2b_lib.affinity.duels import AHPResult, ahp
from t2b_lib.affinity.policy import (
    TransferPolicy,
    best_transfers,
    policy_win_rates,
    transfer_policy,
)
from t2b_lib.affinity.predict import (
    PAPER_RECIPE,
    Additive,
    AffinityBoxes,
    all_triples,
    beside_paper,
    leave_out,
    misaligned_spearman,
    paper_spearman,
    rescale,
    restore,
    score_affinities,
    shipped_agreement,
    shipped_cases,
    shipped_triples,
)
from t2b_lib.affinity.tables import (
    Affinities,
    load_affinities,
    load_win_rates,
    read_about,
    read_measured,
    read_win_rates,
)

__all__ = [
    "PAPER_RECIPE",
    "AHPResult",
    "Additive",
    "Affinities",
    "AffinityBoxes",
    "TransferPolicy",
    "ahp",
    "all_triples",
    "attribute_questions",
    "beside_paper",
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
    "shipped_agreement",
    "shipped_cases",
    "shipped_triples",
    "task_attributes",
    "task_descriptions",
    "transfer_policy",
]
