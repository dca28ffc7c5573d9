"""A form of fifteen questions that puts a reader's own task among the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

import ipywidgets
import pandas as pd
import torch
from matplotlib.figure import Figure

from t2b_lib.affinity.attributes import attribute_questions
from t2b_lib.affinity.figures import picture
from t2b_lib.boxes import Boxes
from t2b_lib.collection import TaskCollection


class AttributeForm(ipywidgets.HBox):
    """Fifteen check boxes; the task that they describe, its box and its predicted relations.

    Nothing is trained again: the fitted model reads the answers as it reads any task. Without a
    kernel, a page shows the result of the first answers.

    Parameters
    ----------
    model : fitted model with `embed` and `predict`
        With 2-d boxes and the fifteen attributes as features, ordered as `attribute_questions`.
    tasks : TaskCollection
        The tasks that the new one is related to.
    draw : callable
        From Boxes (N + 1, 2), the new task last, to the Figure shown.
    answers : mapping of attribute to bool, optional
        The form's first answers; "no" for attributes that are not named.

    Attributes
    ----------
    answers : Series of bool by attribute
    relations : DataFrame
        For every task, `from_it` (from the new task to it) and `to_it`, as overlaps.

    Raises
    ------
    ValueError
        If an attribute is unknown or the model reads other features.
    """

    def __init__(
        self,
        model,
        tasks: TaskCollection,
        draw: Callable[[Boxes], Figure],
        answers: Mapping[str, bool] | None = None,
    ):
        questions = attribute_questions()
        answers = dict(answers or {})
        unknown = [name for name in answers if name not in questions.index]
        if unknown:
            raise ValueError(
                f"no attribute {', '.join(map(repr, unknown))}; there are: {', '.join(questions)}"
            )
        if tasks.features.shape[1] != len(questions):
            raise ValueError(
                f"the tasks must have the {len(questions)} attributes as features, got "
                f"{tasks.features.shape[1]}"
            )
        self.model, self.tasks, self.draw = model, tasks, draw
        style = {"indent": False, "layout": ipywidgets.Layout(width="40em")}
        self._boxes = {
            name: ipywidgets.Checkbox(bool(answers.get(name)), description=question, **style)
            for name, question in questions.items()
        }
        self._picture = ipywidgets.Image(format="png", layout=ipywidgets.Layout(max_width="100%"))
        self._said = ipywidgets.HTML()
        columns = [[*self._boxes.values()], [self._picture, self._said]]
        wrapped = ipywidgets.Layout(flex_flow="row wrap")
        super().__init__([ipywidgets.VBox(column) for column in columns], layout=wrapped)
        for box in self._boxes.values():
            box.observe(self._update, "value")
        self._update()

    @property
    def answers(self) -> pd.Series:
        return pd.Series({name: box.value for name, box in self._boxes.items()})

    def _update(self, _change=None) -> None:
        answers = torch.tensor(self.answers.to_numpy(float), dtype=torch.float32)
        features = torch.vstack([self.tasks.features, answers])
        others = torch.arange(len(self.tasks))
        new = torch.full_like(others, len(others))
        columns = {"from_it": (new, others), "to_it": (others, new)}
        self.relations = pd.DataFrame(
            {
                name: self.model.predict(features, torch.stack(ends, dim=1)).numpy()
                for name, ends in columns.items()
            },
            index=list(self.tasks.names),
        )
        self._picture.value = picture(self.draw(self.model.embed(features)))
        self._said.value = self._words(answers)

    def _words(self, answers: torch.Tensor) -> str:
        same = (self.tasks.features == answers).all(1)
        whose = [escape(self.tasks.names[i]) for i in same.nonzero().flatten()]
        lines = [f"These are the answers of <b>{name}</b>." for name in whose]
        words_of = {"to_it": "What would help it most", "from_it": "What it would help most"}
        for column, words in words_of.items():
            best = self.relations[column].nlargest(5)
            listed = ", ".join(f"{escape(name)} ({value:.2f})" for name, value in best.items())
            lines.append(f"<b>{words}</b> (overlap): {listed}.")
        return "<br>".join(lines)
