"""The form of fifteen questions, and pictures that change in the browser."""

import io
import shutil

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import torch
from conftest import ROOT, write_small_book
from PIL import Image

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
from t2b_lib.widgets.picture_switch import PictureSwitch


class ByHand:
    """The box of a task is two units wide and starts at the number of its yes-answers."""

    def embed(self, features):
        lower = features.sum(1, keepdim=True).repeat(1, 2)
        return t2b.Boxes(lower, lower + 2)

    def predict(self, features, pairs):
        boxes = self.embed(features)
        return t2b.overlap(boxes[pairs[:, 0]], boxes[pairs[:, 1]])


@pytest.fixture
def tasks():
    attributes = affinity.task_attributes()
    return t2b.TaskCollection(attributes.index, attributes.to_numpy(copy=True), torch.zeros(25, 25))


@pytest.fixture
def drawn():
    return []


@pytest.fixture
def form(tasks, drawn):
    def draw(boxes):
        drawn.append(boxes)
        return plt.figure(figsize=(1, 1))

    return AttributeForm(ByHand(), tasks, draw, {"generative": True})


def test_an_answer_moves_the_box_and_the_relations(form, tasks, drawn):
    assert form.answers.sum() == 1 and form.answers["generative"]
    before = form.relations.copy()
    form._boxes["new content"].value = True
    form._boxes["object knowledge"].value = True
    assert len(drawn) == 3
    assert drawn[-1].lower[-1].tolist() == [3.0, 3.0] and len(drawn[-1]) == 26

    model, answers = ByHand(), torch.tensor(form.answers.to_numpy(float), dtype=torch.float32)
    features = torch.vstack([tasks.features, answers])
    depth = tasks.names.index("Depth")
    expected = model.predict(features, torch.tensor([[25, depth], [depth, 25]]))
    assert form.relations.loc["Depth"].tolist() == pytest.approx(expected.tolist())
    assert not form.relations.equals(before)


def test_the_form_names_the_task_with_the_same_answers(form):
    assert "answers of" not in form._said.value or "Autoencoder" not in form._said.value
    depth = affinity.task_attributes().loc["Depth"]
    for name, box in form._boxes.items():
        box.value = bool(depth[name])
    assert "<b>Depth</b>" in form._said.value
    assert "What would help it most" in form._said.value


def test_the_form_refuses_unknown_attributes_and_other_features(tasks):
    with pytest.raises(ValueError, match="'colour blind'"):
        AttributeForm(ByHand(), tasks, None, {"colour blind": True})
    small = t2b.TaskCollection(tasks.names, tasks.features[:, :3], tasks.relation)
    with pytest.raises(ValueError, match="15 attributes"):
        AttributeForm(ByHand(), small, None)


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
from t2b_lib.widgets.picture_switch import PictureSwitch


def drawn(label):
    figure = plt.figure(figsize=(2, 1))
    figure.text(0.1, 0.4, label)
    return picture(figure)


budgets = {
    "first": {k: drawn(f"first {k}") for k in (10, 9, 2)},
    "second": {k: drawn(f"second {k}") for k in (10, 9)},
}
PictureSwitch(budgets, "order", "budget", slider=True)
"""


def test_the_switch_moves_in_a_page_without_a_kernel(tmp_path, chromium, serve, console_errors):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import Select, WebDriverWait

    book = write_small_book(tmp_path, one=[STATIC])
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
    assert console_errors(chromium) == []
