"""The 25 vision tasks of the paper as fifteen yes/no attributes each."""

from __future__ import annotations

import pandas as pd

from t2b_lib.data import read_table


def task_attributes() -> pd.DataFrame:
    """The base representations of the 25 Taskonomy tasks (Task2Box, Table 7).

    A DataFrame of float (25, 15): 1 for yes, 0 for no. The index holds the tasks' names in the
    paper's order, the columns the short names of `attribute_questions`. No two rows are equal. The
    values are the paper's as printed, with its oddities: Curvatures and Segmentation-Semantic
    count as first-order operations, the edges do not.
    """
    return read_table("taskonomy_attributes").set_index("name").astype(float)


def attribute_questions() -> pd.Series:
    """What each attribute asks (Task2Box, Table 6): fifteen questions by the attribute's name."""
    return read_table("taskonomy_questions").set_index("attribute")["question"]


def task_descriptions() -> pd.Series:
    """What each of the 25 tasks is (Task2Box, section 10), by the task's name."""
    return read_table("taskonomy_tasks").set_index("name")["description"]
