import re

import numpy as np
import pytest

from t2b_lib.affinity import attribute_questions, task_attributes, task_descriptions
from t2b_lib.data import read_table


def test_twenty_five_tasks_with_fifteen_answers_each():
    attributes = task_attributes()
    assert attributes.shape == (25, 15)
    assert attributes.isin([0.0, 1.0]).all(axis=None)
    assert attributes.to_numpy().dtype == np.float64
    assert not attributes.duplicated().any()
    assert attributes.index.is_unique and attributes.columns.is_unique


def test_the_tables_agree_on_names():
    attributes, questions, descriptions = (
        task_attributes(),
        attribute_questions(),
        task_descriptions(),
    )
    assert list(questions.index) == list(attributes.columns)
    assert list(descriptions.index) == list(attributes.index)
    tasks = read_table("taskonomy_tasks")
    assert list(tasks["name"]) == list(attributes.index)
    assert tasks["release"].is_unique
    assert all(question.endswith("?") for question in questions)
    assert all(text.endswith(".") for text in descriptions)


def test_answers_that_follow_from_the_question():
    yes = task_attributes().astype(bool)
    several_views = [
        name for name in yes.index if "Camera-Pose" in name or name == "Point-Matching"
    ]
    assert set(yes.index[yes["different scenes"]]) == set(several_views)
    assert (yes["two inputs"] | ~yes["three inputs"]).all()
    assert yes.loc["Triplet-Fixated-Camera-Pose", "three inputs"]
    assert yes.loc["Colorization", "light and colour"] and yes.loc["Colorization", "generative"]
    classify = {"Object-Classification", "Scene-Classification", "Segmentation-Semantic"}
    assert set(yes.index[yes["names objects"]]) == classify


def test_as_in_the_paper(shared_dir):
    paper = next(iter((shared_dir / "seeds").glob("000*.txt")), None)
    if paper is None:
        pytest.skip("no text of the paper in the folder of materials")
    table_7 = re.findall(r"^([\w-]+) \| ((?:[01] \| ?){15})$", paper.read_text(), re.MULTILINE)
    attributes = task_attributes()
    assert [name for name, _ in table_7] == list(attributes.index)
    answers = [[float(answer) for answer in re.findall("[01]", row)] for _, row in table_7]
    assert answers == attributes.to_numpy().tolist()
