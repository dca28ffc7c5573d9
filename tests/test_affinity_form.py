"""The form of fifteen questions, and pictures that change in the browser."""

import io
import json
import re
import shutil

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import torch
from conftest import ROOT, write_small_book
from PIL import Image
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

import t2b_lib as t2b
from t2b_lib import __main__ as cli
from t2b_lib import affinity
from t2b_lib.affinity.figures import (
    draw_affinities,
    draw_distributions,
    draw_policy,
    draw_win_rates,
    picture,
)
from t2b_lib.widgets.attribute_form import AttributeForm
from t2b_lib.widgets.forward import export_network
from t2b_lib.widgets.picture_switch import PictureSwitch


@pytest.fixture(scope="module")
def tasks():
    attributes = affinity.task_attributes()
    relation = affinity.load_affinities("measured").relation
    return t2b.TaskCollection(attributes.index, attributes.to_numpy(copy=True), relation)


@pytest.fixture(scope="module")
def model(tasks):
    return affinity.AffinityBoxes(teachers=0, epochs=200, progress=False).fit(tasks)


@pytest.fixture
def form(model, tasks):
    return AttributeForm(model, tasks, {"generative": True})


FORWARD = """
import { effectsOf, relationsOf } from "./attribute_form.js";
import { createForward } from "./forward.js";
const { network, features, boxes } = given;
const forward = createForward(network);
answer(features.map((row) => {
  const box = forward(row);
  const { lower, upper } = box;
  const relations = relationsOf(box, boxes).map(({ from, to }) => [from, to]);
  return { corners: [lower, upper], relations, effects: effectsOf(row, forward) };
}));
"""


@pytest.mark.parametrize(
    "other",
    [
        None,
        t2b.Task2Box(5, hidden=(), epochs=50, progress=False),
        t2b.Task2Box.from_recipe("paper", epochs=50, progress=False),
        t2b.Task2Box(2, hidden=(16,), epochs=50, progress=False),
    ],
    ids=["form", "linear", "paper", "projected"],
)
def test_the_pages_network_is_embed(node, model, tasks, other):
    """Within 1e-3 of the largest coordinate, in half precision; seen and unseen features."""
    model = model if other is None else clone(other).fit(tasks)
    generator = torch.Generator().manual_seed(0)
    unseen = torch.randint(0, 2, (200, 15), generator=generator).float()
    features = torch.cat([tasks.features, unseen])
    boxes = model.embed(features)
    network = export_network(model)
    script = """import { createForward } from "./forward.js";
    const forward = createForward(given[0]);
    answer(given[1].map(forward).map(({ lower, upper }) => [lower, upper]));
    """
    seen = torch.tensor(node.answer(script, [network, features.tolist()]))
    expected = torch.stack([boxes.lower, boxes.upper], 1)
    assert (seen - expected).abs().max() < 1e-3 * expected.abs().max().clamp_min(1)


def test_the_forms_relations_are_predict(node, form, model, tasks):
    answers = torch.tensor([float(value) for value in form.answers.values()])
    assert answers.sum() == 1
    corners = form._tasks["lower"], form._tasks["upper"]
    given = {
        "network": form._network,
        "features": [answers.tolist()],
        "boxes": [{"lower": low, "upper": high} for low, high in zip(*corners, strict=True)],
    }
    (seen,) = node.answer(FORWARD, given)
    assert np.abs(np.array(seen["relations"]) - form.relations.to_numpy()).max() < 5e-3
    # An answer's effect is how far the edges move on average if it is the other.
    other = answers.clone()
    other[3] = 1 - other[3]
    before, after = (
        torch.cat([b.lower, b.upper], 1) for b in map(model.embed, (answers[None], other[None]))
    )
    assert seen["effects"][3] == pytest.approx((after - before).abs().mean().item(), abs=2e-3)


def test_texts_are_no_answers(form):
    with pytest.raises(
        ValueError, match=r"answers must be True or False, got \{'generative': 'no'\}"
    ):
        form.answers = {"generative": "no"}
    with pytest.raises(ValueError, match=r"no attribute 'generate'; there are: .*generative"):
        form.answers = {"generate": True}


def test_answers_can_be_assigned(form):
    before = form.relations
    form.answers = {"new content": True, "object knowledge": True}
    assert sum(form.answers.values()) == 2 and len(form.answers) == 15
    assert not form.relations.equals(before)


def test_the_form_refuses_unknown_attributes_and_other_features(model, tasks):
    with pytest.raises(ValueError, match="'colour blind'"):
        AttributeForm(model, tasks, {"colour blind": True})
    small = t2b.TaskCollection(tasks.names, tasks.features[:, :3], tasks.relation)
    with pytest.raises(ValueError, match="15 attributes"):
        AttributeForm(model, small)
    deep = affinity.AffinityBoxes(3, teachers=0, epochs=1, progress=False).fit(tasks)
    with pytest.raises(ValueError, match="not in 3-d"):
        AttributeForm(deep, tasks)
    with pytest.raises(NotFittedError):
        export_network(t2b.Task2Box())


def test_a_picture_is_a_png_of_few_colours():
    figure, ax = plt.subplots()
    ax.plot([1, 2])
    image = Image.open(io.BytesIO(picture(figure, colours=8)))
    assert image.format == "PNG" and len(image.getcolors()) <= 8
    assert not plt.fignum_exists(figure.number)


@pytest.mark.parametrize(
    ("pictures", "said"),
    [
        ({}, "a picture to show"),
        ({"a": {}}, "a picture to show"),
        ({"a": b"png"}, "one level a label"),
        ({"a": {"b": {"c": b"png"}}}, "one level a label"),
        ({"a": {"b": "png"}}, "one level a label"),
    ],
)
def test_a_switch_without_its_pictures(pictures, said):
    with pytest.raises(ValueError, match=said):
        PictureSwitch(pictures, "first", "second")


def test_figures_of_a_policy():
    rows = [(("a",), "a", 0.6), (("a",), "b", 0.4), (("b",), "b", 0.5), (("a", "b"), "c", 0.9)]
    transfers = pd.DataFrame(rows, columns=["sources", "target", "affinity"])
    policy = affinity.transfer_policy(transfers, 2)
    ax = draw_policy(policy, ["a", "b", "c"])
    # Full supervision of a and b are loops and not drawn; c has two sources.
    arrows = [text for text in ax.texts if getattr(text, "arrow_patch", None)]
    assert len(arrows) == 2
    rates = policy.transfers.assign(gain=0.8, quality=[0.5, 0.5, 0.3])
    figure = draw_win_rates({2: rates}, ["a", "b", "c"], "budget")
    shown = figure.axes[1].images[0].get_array()
    np.testing.assert_allclose(np.asarray(shown)[:, 0], [0.5, 0.5, 0.3])
    assert [text.get_text() for text in figure.axes[1].texts] == ["0.50", "0.50", "0.30"]
    assert figure.get_supxlabel() == "budget"
    plt.close("all")


def test_distributions_are_cumulative():
    scores = pd.DataFrame({"boxes": [0.1, 0.5, np.nan, 0.2], "guess": [0.0, -0.1, 0.1, 0.0]})
    figure = draw_distributions({"here": scores, "there": scores[["guess"]]}, "score")
    left, right = figure.axes
    boxes, guess = left.lines
    # A third of the cases at each score that is known, and none below the lowest.
    np.testing.assert_allclose(boxes.get_xdata()[1:], [0.1, 0.2, 0.5])
    np.testing.assert_allclose(boxes.get_ydata()[-1], 1)
    assert right.lines[0].get_color() == guess.get_color() != boxes.get_color()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["boxes", "guess"]
    plt.close("all")


def test_tables_of_affinities_side_by_side():
    relation = np.array([[0.1, np.nan], [0.4, np.nan]])
    figure = draw_affinities({"one": relation, "two": relation.T}, ["a", "b"])
    shown = [np.ma.filled(ax.images[0].get_array(), np.nan) for ax in figure.axes[:2]]
    np.testing.assert_array_equal(shown[0], relation)
    np.testing.assert_array_equal(shown[1], relation.T)
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == ["a", "b"]
    plt.close("all")


STATIC = """
import matplotlib.pyplot as plt
from t2b_lib.affinity.figures import picture
from t2b_lib.widgets.attribute_form import AttributeForm
from t2b_lib.widgets.picture_switch import PictureSwitch
import t2b_lib as t2b
from t2b_lib import affinity


def drawn(label):
    figure = plt.figure(figsize=(2, 1))
    figure.text(0.1, 0.4, label)
    return picture(figure)


attributes = affinity.task_attributes()
relation = affinity.load_affinities("measured").relation
tasks = t2b.TaskCollection(attributes.index, attributes.to_numpy(copy=True), relation)
model = affinity.AffinityBoxes(teachers=0, epochs=200, progress=False).fit(tasks)
budgets = {
    "first": {k: drawn(f"first {k}") for k in (10, 9, 2)},
    "second": {k: drawn(f"second {k}") for k in (10, 9)},
}
PictureSwitch(budgets, "order", "budget", slider=True)
"""
FORM = """
form = AttributeForm(model, tasks, {"light and colour": True})
form
"""
# What Python says once the first question is answered with yes.
ANSWER = """
form.answers = form.answers | {"different scenes": True}
print(form.relations["to_it"].to_json())
form.answers = {"light and colour": True}
"""


def test_switch_and_form_work_in_a_page_without_a_kernel(
    tmp_path, chromium, serve, console_errors, serious_violations
):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import Select, WebDriverWait

    book = write_small_book(tmp_path, one=[STATIC, FORM, ANSWER])
    shutil.copy(ROOT / "_config.yml", tmp_path)
    shutil.copytree(ROOT / "book" / "_static", book / "_static")
    shutil.copy(ROOT / "book" / "references.bib", book)
    (book / "intro.md").write_text("# A small book\n\n```{bibliography}\n:all:\n```\n")
    assert cli.main(["run", "--root", str(tmp_path), "--profile", "quick"]) == 0
    page = cli.build(book, tmp_path / "_config.yml").parent
    chromium.get(f"{serve(page)}/one.html")
    wait = WebDriverWait(chromium, 60)

    def shown():
        return chromium.find_element(By.CSS_SELECTOR, ".t2b-picture-switch img")

    def wide():
        return chromium.execute_script("return arguments[0].naturalWidth", shown())

    wait.until(lambda d: d.find_elements(By.CSS_SELECTOR, ".t2b-picture-switch img"))
    wait.until(lambda d: wide() > 0)
    assert shown().get_attribute("alt") == "first, 10"
    handle = chromium.find_element(By.CSS_SELECTOR, ".t2b-picture-switch input")
    for name in ("first, 9", "first, 2"):
        before = shown().get_attribute("src")
        handle.send_keys(Keys.ARROW_RIGHT)
        wait.until(lambda d, name=name: shown().get_attribute("alt") == name)
        assert shown().get_attribute("src") != before
    assert handle.get_attribute("aria-valuetext") == "2"
    order = Select(chromium.find_element(By.CSS_SELECTOR, ".t2b-picture-switch select"))
    assert [option.text for option in order.options] == ["first", "second"]
    order.select_by_index(1)
    wait.until(lambda d: shown().get_attribute("alt") == "second, 9")
    wait.until(lambda d: wide() > 0)

    executed = json.loads((tmp_path / "book" / "_build" / "notebooks" / "one.ipynb").read_text())
    by_python = json.loads("".join(executed["cells"][-1]["outputs"][0]["text"]))
    said = chromium.find_element(By.CSS_SELECTOR, ".t2b-form .t2b-said")
    edge = chromium.find_element(By.CSS_SELECTOR, ".t2b-form .t2b-selected rect")
    before = edge.rect
    chromium.find_element(By.CSS_SELECTOR, ".t2b-form input").send_keys(Keys.SPACE)
    wait.until(lambda d: edge.rect != before)
    helping = said.text.split("What would help it most (overlap): ")[1].splitlines()[0]
    in_page = {name: float(value) for name, value in re.findall(r"([\w-]+) \(([\d.]+)\)", helping)}
    assert in_page == pytest.approx({name: by_python[name] for name in in_page}, abs=0.011)
    assert min(in_page.values()) > sorted(by_python.values())[-5] - 0.011
    chromium.find_element(By.CSS_SELECTOR, ".t2b-form .t2b-toolbar button").click()
    bars = chromium.find_elements(By.CSS_SELECTOR, ".t2b-form .t2b-effect")
    assert len(bars) == 15 and max(bar.size["width"] for bar in bars) > 100
    assert console_errors(chromium) == []
    assert serious_violations(chromium) == []
