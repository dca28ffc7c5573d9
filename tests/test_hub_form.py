"""The form that places a dataset by its classes' names."""

import copy

import pandas as pd
import pytest
import torch

import t2b_lib as t2b
from t2b_lib.hub.atlas import HubMap
from t2b_lib.widgets.place_form import PlaceForm

WORDS = {"cat": 0.1, "dog": 0.3, "car": 2.0, "bus": 2.2, "tree": 4.0}


def encode(classes):
    return torch.tensor([[WORDS[name], 1.0] for name in classes])


@pytest.fixture(scope="module")
def hub_map():
    sets = {"pets": ["cat", "dog"], "traffic": ["car", "bus"], "<b>all</b>": list(WORDS)}
    table = pd.DataFrame({"name": list(sets), "samples": [10, 20, 300]})
    model = t2b.Task2Box(hidden=(16,), epochs=200, learning_rate=5e-3, progress=False)
    return HubMap(model, encode=encode).fit(table, [encode(c) for c in sets.values()])


def test_it_answers_what_is_typed(hub_map):
    form = PlaceForm(hub_map, ["cat", "dog"])
    assert "pets" in set(form.placement.nearest.name)
    assert "&lt;b&gt;all&lt;/b&gt;" in form._answer.value and "<b>all</b>" not in form._answer.value
    assert form._answer.value.count("<rect") == 4
    form._text.value = " car \n\nbus\n"
    assert form.placement.nearest.name.iloc[0] == "traffic"
    form._text.value = " \n"
    assert form.placement is None and "at least one class" in form._answer.value


def test_a_map_that_cannot_be_drawn_or_asked_is_a_clear_error(hub_map):
    other = HubMap(t2b.Task2Box(box_dim=3, hidden=(8,), epochs=2, progress=False), encode=encode)
    other.fit(hub_map.table_, [encode(["cat", "dog"]), encode(["car", "bus"]), encode(list(WORDS))])
    with pytest.raises(ValueError, match="not in 3-d"):
        PlaceForm(other)
    bare = copy.copy(hub_map)
    bare.encode = None
    with pytest.raises(ValueError, match="encode="):
        PlaceForm(bare)
