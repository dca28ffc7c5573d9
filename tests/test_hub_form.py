"""The form that places a dataset by its classes' names."""

import copy
import json
import shutil

import pandas as pd
import pytest
import torch
from conftest import WIDGETS
from selenium.webdriver import Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

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
    assert "pets" in form._answer["nearest"] and form._answer["classes"] == ["cat", "dog"]
    assert form._answer["lower"] == form.placement.box.lower[0].tolist()
    form.set_state({"classes": ["car", "bus"]})  # as the page sends it
    assert form.placement.nearest.name.iloc[0] == form._answer["nearest"][0] == "traffic"
    form.classes = []
    assert form.placement is None and form._answer == {}


def test_an_answer_to_other_classes_is_not_shown(node):
    answer = {
        "classes": ["cat"],
        "within": [["pets", 0.987]],
        "contents": [],
        "nearest": ["pets", "<b>all</b>"],
    }
    script = """import { classesOf, sentences } from "./place_form.js";
    const said = [["cat"], ["dog"], []].map((classes) => sentences(classes, given));
    answer([classesOf(" car \\n\\nbus\\r\\n"), ...said]);"""
    read, right, stale, empty = node.answer(script, answer)
    assert read == ["car", "bus"]
    assert right == [
        ["Lies in: ", "pets (0.99)."],
        ["Contains: ", "none of the map."],
        ["Nearest: ", "pets, <b>all</b>."],
    ]
    assert stale == [["Being placed …", ""]]
    assert empty == [["Name at least one class.", ""]]


PAGE = """<!DOCTYPE html><html lang="en"><title>A form</title>
<link rel="icon" href="data:,"><div id="form"></div>
<script type="module">
const { default: widget } = await import("./place_form.js");
const traits = %s;
const listeners = {};
const model = {
  get: (name) => traits[name],
  set: (name, value) => (traits[name] = value),
  on: (event, listener) => (listeners[event] = listener),
  save_changes() {},
  send() {},
};
widget.render({ model, el: document.getElementById("form") });
window.answer = () => listeners["msg:custom"]("here");
</script></html>"""


def test_without_a_kernel_it_is_disabled_and_says_why(
    hub_map, tmp_path, serve, chromium, console_errors, serious_violations
):
    form = PlaceForm(hub_map, ["cat", "dog"])
    traits = {name: getattr(form, name) for name in ("classes", "_boxes", "_answer")}
    (tmp_path / "page.html").write_text(PAGE % json.dumps(traits), encoding="utf-8")
    shutil.copy(WIDGETS / "bundle" / "place_form.js", tmp_path)
    chromium.get(f"{serve(tmp_path)}/page.html")
    wait = WebDriverWait(chromium, 20)
    field = wait.until(lambda d: d.find_element(By.TAG_NAME, "textarea"))
    assert not field.is_enabled() and field.get_attribute("value") == "cat\ndog"
    assert "needs a kernel" in chromium.find_element(By.CSS_SELECTOR, ".t2b-help").text
    assert "Nearest: " in chromium.find_element(By.CSS_SELECTOR, ".t2b-said").text
    wait.until(lambda d: len(d.find_elements(By.CSS_SELECTOR, ".t2b-drawing rect")) == 4)
    chromium.execute_script("answer()")  # a kernel is there
    assert field.is_enabled()
    field.send_keys("\ncar", Keys.TAB)
    said = chromium.find_element(By.CSS_SELECTOR, ".t2b-said")
    wait.until(lambda _: said.text == "Being placed …")
    assert not chromium.find_element(By.CSS_SELECTOR, ".t2b-help").is_displayed()
    assert console_errors(chromium) == []
    assert serious_violations(chromium) == []


def test_a_map_that_cannot_be_drawn_or_asked_is_a_clear_error(hub_map):
    other = HubMap(t2b.Task2Box(box_dim=3, hidden=(8,), epochs=2, progress=False), encode=encode)
    other.fit(hub_map.table_, [encode(["cat", "dog"]), encode(["car", "bus"]), encode(list(WORDS))])
    with pytest.raises(ValueError, match="not in 3-d"):
        PlaceForm(other)
    bare = copy.copy(hub_map)
    bare.encode = None
    with pytest.raises(ValueError, match="encode="):
        PlaceForm(bare)
