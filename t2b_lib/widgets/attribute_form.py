"""A form of fifteen questions that puts a reader's own task among the others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import torch
import traitlets

from t2b_lib.affinity.attributes import attribute_questions
from t2b_lib.collection import TaskCollection
from t2b_lib.model import Task2Box
from t2b_lib.widgets.figure import InteractiveFigure
from t2b_lib.widgets.forward import export_network


class AttributeForm(InteractiveFigure):
    """Fifteen check boxes; the task that they describe, its box and its predicted relations.

    Nothing is trained again: the fitted network reads the answers as it reads any task. The page
    evaluates it (`export_network`), so that the form works without a kernel.

    The fitted model has 2-d boxes and the fifteen attributes as features, ordered as
    `attribute_questions`. `tasks` are what the new task is related to. `answers`, attributes to
    bool, can be assigned and observed; "no" for attributes that are not named. Raises ValueError if
    an attribute is unknown, the model reads other features or its boxes are not 2-d.
    """

    _esm = Path(__file__).parent / "bundle" / "attribute_form.js"
    _css = Path(__file__).parent / "bundle" / "trainer.css"

    answers = traitlets.Dict().tag(sync=True)
    _questions = traitlets.List().tag(sync=True)  # [attribute, question] in the model's order
    _tasks = traitlets.Dict().tag(sync=True)
    _network = traitlets.Dict().tag(sync=True)

    def __init__(
        self, model: Task2Box, tasks: TaskCollection, answers: Mapping[str, bool] | None = None
    ):
        questions = attribute_questions()
        if tasks.features.shape[1] != len(questions):
            raise ValueError(
                f"the tasks must have the {len(questions)} attributes as features, got "
                f"{tasks.features.shape[1]}"
            )
        boxes = model.embed(tasks.features)
        if boxes.dim != 2:
            raise ValueError(f"the form draws boxes in the plane, not in {boxes.dim}-d")
        self.model, self.tasks = model, tasks
        super().__init__(
            _questions=[list(item) for item in questions.items()],
            _network=export_network(model),
            _tasks={
                "names": list(tasks.names),
                "features": tasks.features.tolist(),
                "lower": boxes.lower.tolist(),
                "upper": boxes.upper.tolist(),
            },
            answers=dict(answers or {}),
        )

    @traitlets.validate("answers")
    def _check_answers(self, proposal) -> dict:
        names = [name for name, _ in self._questions]
        unknown = [name for name in proposal.value if name not in names]
        if unknown:
            raise ValueError(
                f"no attribute {', '.join(map(repr, unknown))}; there are: {', '.join(names)}"
            )
        # A text such as "no" would count as true.
        if odd := {k: v for k, v in proposal.value.items() if v not in (True, False)}:
            raise ValueError(f"answers must be True or False, got {odd}")
        return {name: bool(proposal.value.get(name)) for name in names}

    @property
    def relations(self) -> pd.DataFrame:
        answers = torch.tensor([float(value) for value in self.answers.values()])
        features = torch.vstack([self.tasks.features, answers])
        others = torch.arange(len(self.tasks))
        new = torch.full_like(others, len(others))
        columns = {"from_it": (new, others), "to_it": (others, new)}
        return pd.DataFrame(
            {
                name: self.model.predict(features, torch.stack(ends, dim=1)).numpy()
                for name, ends in columns.items()
            },
            index=list(self.tasks.names),
        )
