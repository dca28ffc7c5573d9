"""The map of datasets as a page of its own and in a frame: real Chromium, no other host."""

import base64
import csv
import io
import json
import os
import statistics
import time
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
import torch
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

import t2b_lib as t2b
from t2b_lib import _page_scripts
from t2b_lib.hub import draw

HOSTILE = "</script><script>window.broken = true</script><b>bold</b>"

# Boxes whose relations are known: (name, x0, y0, x1, y1, samples, licence, classes, field)
KNOWN = [
    ("Animals", 0, 0, 10, 10, 1_281_167, "MIT", ("cat", "dog", "Überläufer", "zebra"), "animals"),
    ("Dogs", 1, 1, 5, 5, 60_000, "CC BY 4.0", ("dog", "poodle"), "animals"),
    ("Poodles", 2, 2, 3, 3, 900, np.nan, ("poodle",), "animals"),
    ("Half out", 4, 8.5, 6, 11.5, 50_000, "MIT", tuple(f"kind {k}" for k in range(40)), "food"),
    (HOSTILE, 8, 12, 10, 14, np.nan, np.nan, ("<i>class</i>",), np.nan),
    ("Alone", 0, 13, 2, 15, 12, "", (), "food"),
]


def datasets(n):
    """The known boxes, and random ones to their right that make n of them."""
    random = np.random.default_rng(0)
    rest = n - len(KNOWN)
    lower = np.column_stack([random.uniform(12, 24, rest), random.uniform(0, 14, rest)])
    upper = lower + 10 ** random.uniform(-1.7, 0.4, (rest, 2))
    known = np.array([row[1:5] for row in KNOWN], dtype=float)
    table = pd.DataFrame(
        [(name, *facts) for name, _, _, _, _, *facts in KNOWN]
        + [
            (
                f"set {i}",
                int(10 ** random.uniform(2, 6)),
                "MIT",
                tuple(f"thing {k}" for k in random.integers(0, 500, 10)),
                f"group {i % 12}",
            )
            for i in range(rest)
        ],
        columns=["name", "samples", "licence", "classes", "field"],
    )
    table["url"] = [f"https://datasets.test/{i}" for i in range(n)]
    table.loc[table["name"] == "Poodles", "url"] = np.nan
    lower, upper = np.concatenate([known[:, :2], lower]), np.concatenate([known[:, 2:], upper])
    return t2b.Boxes(lower, upper), table


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("maps")
    for n in (len(KNOWN), 131, 5000):
        draw.save_map(folder / f"{n}.html", *datasets(n), placed=[1] if n == 131 else ())
    return folder


class Map:
    """What a reader sees of the map, and does to it."""

    def __init__(self, driver, address=None):
        self.driver = driver
        self.wait = WebDriverWait(driver, 30)
        if address:
            driver.get(address)
        self.wait.until(lambda _: self.js("return document.documentElement.dataset.ready"))
        self.datasets = self.js(
            "return JSON.parse(document.getElementById('datasets-json').textContent).datasets"
        )
        self.number = {dataset["name"]: i for i, dataset in enumerate(self.datasets)}

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def looks(self, *names):
        """(fill, line, width) of each: opacities, and the width of the line."""
        drawn = self.js("return stage.map.boxes.drawn")
        return [
            tuple(drawn[self.number[name]][part] for part in ("fill", "line", "width"))
            for name in names
        ]

    def hues(self):
        return self.js("return stage.map.state.everyone.map(stage.map.scheme.hue)")

    def label_texts(self):
        return self.js("return stage.map.labels.written.map((label) => label.text)")

    def label_colours(self):
        return self.js("return stage.map.labels.written.map(stage.map.labels.colour)")

    def view(self):
        """x0, x1, y0, y1 of what is seen."""
        return self.js(
            """const { view } = stage.map;
            const [w, h] = view.size;
            return [view.fromAcross(0), view.fromAcross(w), view.fromDown(h), view.fromDown(0)];"""
        )

    def settle(self):
        """Wait until a flight of the view has ended."""
        seen = []

        def still(_):
            seen.append(self.view())
            return len(seen) > 3 and seen[-1] == seen[-4]

        WebDriverWait(self.driver, 30, poll_frequency=0.06).until(still)

    def point(self, x, y):
        """Move the pointer to a place given in units of the boxes; its pixels in the window."""
        x0, x1, y0, y1 = self.view()
        stage = self.find("#plot")
        width, height = self.js(
            "return [arguments[0].clientWidth, arguments[0].clientHeight]", stage
        )
        across = ((x - x0) / (x1 - x0) - 0.5) * width
        down = ((y1 - y) / (y1 - y0) - 0.5) * height
        ActionChains(self.driver, duration=20).move_to_element_with_offset(
            stage, round(across), round(down)
        ).perform()
        left, top = self.js(
            "const { left, top } = plot.getBoundingClientRect(); return [left, top]"
        )
        return {"x": left + width / 2 + round(across), "y": top + height / 2 + round(down)}

    def click(self, x, y):
        self.point(x, y)
        ActionChains(self.driver).click().perform()

    def press(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def tooltip(self):
        tooltip = self.find(".tooltip")
        return tooltip.text if tooltip.is_displayed() else None

    def search(self, text):
        field = self.find("#search")
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(text or Keys.DELETE)

    def labels(self):
        """Left, top, right, bottom in pixels of each label, measured apart from the page's code."""
        return self.js(
            """const context = document.createElement("canvas").getContext("2d");
            return stage.map.labels.written.map(({ x, y, text, style, pixels }) => {
              const font = getComputedStyle(document.body).fontFamily;
              context.font = `${style} ${pixels}px ${font}`;
              const { width, fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } =
                context.measureText(text);
              return [x, y, x + width, y + up + down];
            });"""
        )


@pytest.fixture
def open_map(folder, serve, chromium):
    return lambda n=6: Map(chromium, f"{serve(folder)}/{n}.html")


def assert_apart(labels, width, height):
    boxes = np.array(labels)
    assert (boxes[:, :2] >= 0).all()
    assert (boxes[:, 2] <= width).all() and (boxes[:, 3] <= height).all()
    a, b = boxes[:, None], boxes[None]
    shared = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    overlapping = (shared > 0).all(-1)
    np.fill_diagonal(overlapping, False)
    assert not overlapping.any()


def test_the_page_stands_alone_and_names_are_text(
    folder, serve, chromium, console_errors, requested_urls
):
    address = serve(folder)
    page = Map(chromium, f"{address}/{len(KNOWN)}.html")
    page.search("bold")
    page.wait.until(lambda _: page.find("#details h2").text.startswith(HOSTILE))
    page.settle()
    assert page.js("return window.broken") is None
    assert page.all("main b") == [] and page.all("main i") == []
    assert "<i>class</i>" in page.find("#details").text
    assert "Licence unknown" in page.find("#details").text

    assert console_errors(chromium) == []
    assert set(requested_urls(chromium)) == {f"{address}/6.html"}


def test_hover_shows_the_smallest_dataset_and_its_overlaps(open_map):
    page = open_map()
    page.point(2.5, 2.5)
    assert page.tooltip().splitlines() == [
        "Poodles",
        "900 samples · 1 class · licence unknown",
        "poodle",
        "Dogs",
        "1.00",
        "Animals",
        "1.00",
        "Dogs",
        "0.06",
    ]
    lists = [e.get_attribute("aria-label") for e in page.all(".tooltip .overlaps")]
    assert lists == ["contained in", "contains"]

    page.point(3.5, 4)
    assert "Dogs\n60K samples · 2 classes · CC BY 4.0\ndog, poodle" in page.tooltip()
    assert page.tooltip().endswith("Animals\n1.00\nPoodles\n0.06\nPoodles\n1.00\nAnimals\n0.16")
    page.point(5, 10.5)
    share = t2b.overlap(t2b.Boxes([4, 8.5], [6, 11.5]), t2b.Boxes([0, 0], [10, 10])).item()
    assert page.tooltip().endswith(f"kind 4 and 35 more\nAnimals\n{share:.2f}")
    page.point(9, 6)
    assert page.tooltip().startswith("Animals\n1.28M samples · 4 classes · MIT")
    page.point(1, 13.2)
    assert page.tooltip() == "Alone\n12 samples · licence unknown"
    page.point(5, 14)
    assert page.tooltip() is None


def test_hover_agrees_with_the_library_where_many_boxes_lie_on_each_other(open_map):
    page = open_map(131)
    boxes, table = datasets(131)
    shares = t2b.pairwise_overlap(boxes)
    places = boxes.centres[len(KNOWN) :][::9]
    for x, y in places.tolist():
        page.point(x, y)
        said = page.tooltip()
        i = table["name"].tolist().index(said.split("\n")[0])
        for row in page.all(".tooltip [aria-label='contained in'] li"):
            name, share = row.text.split("\n")
            j = table["name"].tolist().index(name)
            assert float(share) == pytest.approx(shares[i, j].item(), abs=0.0051)
        ranked = shares[i].clone()
        ranked[i] = -1
        if (best := ranked.max().item()) >= draw.WORTH_LISTING:
            first = page.find(".tooltip [aria-label='contained in'] li span").text
            assert float(first) == pytest.approx(best, abs=0.0061)


def test_a_click_brings_out_what_contains_and_what_is_contained(open_map):
    page = open_map()
    others = ("Half out", HOSTILE, "Alone")
    before = page.looks("Animals", "Dogs", "Poodles", *others)

    def dogs_brought_out():
        animals, dogs, poodles, *rest = page.looks("Animals", "Dogs", "Poodles", *others)
        assert animals[1] == 1 and animals[2] > before[0][2]  # the container: a bold outline
        assert poodles[0] > 2 * before[2][0] and poodles[1] == 1  # the contained: filled
        assert dogs[2] > animals[2]
        assert all(fill < 0.05 and line < 0.3 for fill, line, _ in rest)

    for x, y in ((3.5, 4), (5, 14)):
        page.click(3.5, 4)
        dogs_brought_out()
        assert page.find("#details h2").text.startswith("Dogs")
        page.click(x, y)  # the same box again, then empty space
        assert page.looks("Animals", "Dogs", "Poodles", *others) == before
    page.click(3.5, 4)
    page.press(Keys.ESCAPE)
    assert page.looks("Animals", "Dogs", "Poodles", *others) == before

    # The details have the link, and their lists lead on to other datasets.
    page.click(2.5, 2.5)
    assert page.find("#details h2").text.startswith("Poodles")
    assert page.all("#details a") == []
    page.click(3.5, 4)
    link = page.find("#details a")
    assert link.get_attribute("href") == "https://datasets.test/1"
    assert link.get_attribute("target") == "_blank" and "noopener" in link.get_attribute("rel")
    next(button for button in page.all("#details .opener") if button.text == "Animals").click()
    assert page.find("#details h2").text.startswith("Animals")
    _, half = page.looks("Dogs", "Half out")
    assert half[0] > 0.2  # exactly half of it lies inside: contained
    page.find("#details h2 button").click()
    assert page.looks("Animals", "Dogs", "Poodles", *others) == before


def test_one_finger_selects_and_scrolls_the_page_and_two_move_the_map(open_map, chromium):
    chromium.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    page = open_map()
    at = page.point(3.5, 4)
    page.js("document.body.style.minHeight = '3000px'")

    def touch(kind, *points):
        chromium.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", at)
    touch("touchEnd")
    page.wait.until(lambda _: page.all("#details h2"))
    assert page.find("#details h2").text.startswith("Dogs")
    before = page.view()
    touch("touchStart", at)
    for k in range(1, 8):
        touch("touchMove", {"x": at["x"], "y": at["y"] - 20 * k})
    touch("touchEnd")
    page.wait.until(lambda _: page.js("return scrollY") > 50)
    assert page.view() == before
    moving = None
    while moving != (moving := page.js("return scrollY")):
        time.sleep(0.3)  # a page that was pushed goes on for a while
    page.js("scrollTo({top: 0, behavior: 'instant'})")
    page.wait.until(lambda _: page.js("return scrollY") == 0)

    def fingers(across, apart):
        ends = (-1, 1)
        return [{"x": at["x"] + across + e * apart, "y": at["y"], "id": e + 1} for e in ends]

    touch("touchStart", *fingers(0, 40))
    for k in range(1, 7):
        touch("touchMove", *fingers(10 * k, 40))
    page.wait.until(lambda _: page.view()[0] < before[0] - 0.5)
    assert page.view()[2:] == pytest.approx(before[2:], abs=0.05)
    for k in range(1, 7):
        touch("touchMove", *fingers(60, 40 + 10 * k))
    touch("touchEnd")
    size = before[3] - before[2]
    page.wait.until(lambda _: page.view()[3] - page.view()[2] < 0.6 * size)
    assert page.find("#details h2").text.startswith("Dogs")


def test_search_by_name_and_by_class(open_map):
    page = open_map()
    before = page.looks("Animals", "Dogs", "Poodles", "Alone")
    count = page.find("#count")
    page.search("dog")
    assert count.text == "2 datasets found: 1 by name, 1 by class"
    animals, dogs, poodles, alone = page.looks("Animals", "Dogs", "Poodles", "Alone")
    assert animals[0] > before[0][0] and dogs[0] > before[1][0]
    assert poodles[1] < 0.3 and alone[1] < 0.3
    assert set(page.label_texts()) == {"Animals", "Dogs"}
    options = [option.text.split("\n") for option in page.all("#suggestions li")]
    assert options == [["Dogs", "dataset"], ["dog", "class of 2 datasets"]]

    # A single match is selected, and the view goes there; accents and case do not matter.
    whole = page.view()
    page.search("UBERLAUF")
    page.wait.until(lambda _: page.find("#details h2").text.startswith("Animals"))
    page.search("alon")
    page.settle()
    x0, x1, y0, y1 = page.view()
    assert x0 < 0 and x1 > 2 and y0 < 13 and y1 > 15
    assert y1 - y0 < 0.6 * (whole[3] - whole[2])

    # What begins a word comes before what is within one; signs are only signs.
    page.search("kind 1")
    assert page.find("#suggestions li").text == "kind 1\nclass of 1 dataset"
    page.search("oodl")
    assert count.text == "1 dataset found: 1 by name, 0 by class"
    page.search("ebra")
    assert count.text == "1 dataset found: 0 by name, 1 by class"
    for sign in ("(", "[a-", "\\", "</b>", "*"):
        page.search(sign)
    page.search("nothing of the kind")
    assert count.text == "No dataset and no class is called “nothing of the kind”"
    page.search("")
    assert page.looks("Animals", "Dogs", "Poodles", "Alone") == before
    assert count.text == "6 datasets"


def test_the_keyboard_alone_searches_and_moves(open_map):
    page = open_map()
    page.find("h1").click()
    page.press(Keys.TAB)
    assert page.driver.switch_to.active_element.get_attribute("id") == "search"
    page.press("poodle", Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    active = page.find("#search").get_attribute("aria-activedescendant")
    assert page.find(f"#{active}").text.startswith("poodle\nclass of 2")
    page.press(Keys.ENTER)
    page.settle()
    assert page.find("#count").text == "2 datasets with the class “poodle”"
    assert page.find("#search").get_attribute("aria-expanded") == "false"
    page.press(Keys.ESCAPE)
    assert page.find("#search").get_attribute("value") == ""

    for _ in range(4):  # two sliders, and the choice of filters
        page.press(Keys.TAB)
    assert page.driver.switch_to.active_element.get_attribute("id") == "stage"
    page.press("0")
    page.settle()
    home = page.view()
    page.press(Keys.ARROW_RIGHT)
    page.settle()
    assert page.view()[0] > home[0] and page.view()[2:] == pytest.approx(home[2:])
    page.press("+")
    page.settle()
    assert page.view()[3] - page.view()[2] == pytest.approx((home[3] - home[2]) / 1.6)
    page.press("0")
    page.settle()
    assert page.view() == pytest.approx(home)
    page.press("-", "-", "-", "-", "-")
    page.settle()
    x0, x1, *_ = page.view()
    assert (x1 - x0) <= 1.51 * (home[1] - home[0])  # one cannot lose the map


def test_the_filter_hides_datasets_by_their_size(open_map):
    page = open_map()
    before = page.looks("Animals", "Dogs", "Poodles", "Half out", HOSTILE, "Alone")
    least, most = page.find("#least"), page.find("#most")
    page.driver.execute_script("arguments[0].focus()", least)
    page.press(*[Keys.ARROW_RIGHT] * 60)  # from 10 to 10 to the 4
    assert page.find("#sizes").text == "10K to 10M"
    assert least.get_attribute("aria-valuetext") == "10K samples"
    animals, dogs, poodles, half, unknown, alone = page.looks(*[row[0] for row in KNOWN])
    assert [animals, dogs, half] == [before[0], before[1], before[3]]
    assert all(look[:2] == (0, 0) for look in (poodles, unknown, alone))
    assert page.find("#count").text == "3 of 6 datasets (1 dataset of unknown size hidden)"
    assert not {"Poodles", "Alone"} & set(page.label_texts())
    page.point(2.5, 2.5)
    assert page.tooltip().startswith("Dogs")  # what is hidden cannot be pointed at

    page.search("poodle")
    assert page.find("#count").text == "1 dataset found: 0 by name, 1 by class"
    page.search("")

    page.driver.execute_script("arguments[0].focus()", most)
    page.press(*[Keys.ARROW_LEFT] * 200)
    assert float(most.get_attribute("value")) == float(least.get_attribute("value"))
    page.press(Keys.END)
    page.driver.execute_script("arguments[0].focus()", least)
    page.press(Keys.HOME)
    assert page.looks(*[row[0] for row in KNOWN]) == before


def test_the_legend_brings_out_a_field(open_map):
    page = open_map()
    entries = [entry.text.split("\n") for entry in page.all("#legend button")]
    assert entries == [["animals", "3"], ["food", "2"]]
    before = page.looks("Dogs", "Alone", HOSTILE)
    page.find("#legend button:not([data-field='0'])").click()
    dogs, alone, unknown = page.looks("Dogs", "Alone", HOSTILE)
    assert dogs[1] < 0.3 and unknown[1] < 0.3 and alone[0] > before[1][0]
    fills = page.hues()
    assert fills[page.number["Alone"]] == fills[page.number["Half out"]]
    assert len({fills[page.number[name]] for name in ("Alone", "Dogs", HOSTILE)}) == 3
    page.find("#legend [aria-pressed='true']").click()
    assert page.looks("Dogs", "Alone", HOSTILE) == before


def test_a_placed_dataset_stands_out(open_map):
    page = open_map(131)
    (placed, other) = page.looks("Dogs", "Animals")
    assert placed[2] > 2 * other[2]
    assert page.number["Dogs"] == 130  # drawn last, on top
    assert page.label_texts()[0] == "Dogs"
    assert page.find("#legend li:last-child").text == "placed on the map"


@pytest.mark.parametrize("n", [131, 5000])
def test_labels_keep_apart_and_more_appear_on_zooming_in(open_map, chromium, n):
    boxes, table = datasets(n)
    page = open_map(n)
    for width in (390, 1200):
        chromium.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
        )
        page.find("#home").click()
        page.settle()
        size = page.js("const { clientWidth: w, clientHeight: h } = plot; return [w, h]")
        seen = set(page.label_texts())
        assert_apart(page.labels(), *size)

        at = page.point(18, 7)
        for _ in range(3):
            wheel = {"type": "mouseWheel", "deltaX": 0, "deltaY": -200}
            chromium.execute_cdp_cmd("Input.dispatchMouseEvent", {**wheel, **at})
        page.settle()
        x0, x1, y0, y1 = page.view()
        assert x0 < 18 < x1 and y0 < 7 < y1 and x1 - x0 < 18
        assert_apart(page.labels(), *size)
        below, above = boxes.lower < torch.tensor([x1, y1]), boxes.upper > torch.tensor([x0, y0])
        in_view = set(table["name"][(below & above).all(1).numpy()])
        names = set(page.label_texts())
        assert names <= in_view
        # Of the datasets that are now in view, more have a label than had one before.
        assert len(names) > len(seen & in_view)


def test_axe_finds_no_serious_violation(open_map, chromium, serious_violations):
    open_map(131)
    assert serious_violations(chromium) == []


def test_light_dark_and_narrow_are_legible_and_controls_named(open_map, chromium):
    page = open_map(131)
    for control in page.all("input, button, [tabindex], a"):
        assert control.accessible_name.strip()
    for width in (390, 1200):
        chromium.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
        )
        for scheme in ("light", "dark"):
            chromium.execute_cdp_cmd(
                "Emulation.setEmulatedMedia",
                {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
            )
            page.wait.until(
                lambda _, s=scheme: page.js("return document.documentElement.dataset.scheme") == s
            )
            page.search("dogs")
            page.settle()
            wider, smallest, contrast = page.js(READABILITY)
            assert wider == []
            assert smallest >= 13
            assert contrast >= 4.5
            if scheme == "light":
                light = page.hues(), page.label_colours()
        dark = page.hues(), page.label_colours()
        assert not set(light[0]) & set(dark[0])
        assert not set(light[1]) & set(dark[1])


# What sticks out of the page, the smallest font, the lowest contrast (WCAG 2.2) of texts in HTML
# and of labels with what is behind all boxes.
READABILITY = """
const rgb = (text) => text[0] === "#"
  ? [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16))
  : text.match(/[\\d.]+/g).map(Number);
const linear = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
const ratio = (a, b) => {
  const [low, high] = [luminance(a), luminance(b)].sort((p, q) => p - q);
  return (high + 0.05) / (low + 0.05);
};
const behind = (node) => {
  for (; node; node = node.parentElement) {
    const [r, g, b, alpha = 1] = rgb(getComputedStyle(node).backgroundColor);
    if (alpha > 0) return [r, g, b];
  }
};
const wider = [];
let [smallest, contrast] = [Infinity, Infinity];
const texts = "h1, h2, h3, p, li, label, legend, output, button, a, small";
for (const node of document.querySelectorAll(texts)) {
  const rect = node.getBoundingClientRect();
  if (!node.textContent.trim() || !rect.width) continue;
  if (rect.right > innerWidth + 1 || rect.left < -1) wider.push(node.outerHTML);
  const style = getComputedStyle(node);
  smallest = Math.min(smallest, parseFloat(style.fontSize));
  contrast = Math.min(contrast, ratio(rgb(style.color), behind(node)));
}
for (const label of stage.map.labels.written) {
  const colour = stage.map.labels.colour(label);
  contrast = Math.min(contrast, ratio(rgb(colour), behind(document.getElementById("stage"))));
}
return [wider, smallest, contrast];
"""


@pytest.fixture
def framed(tmp_path, serve, chromium):
    """The map in a page with a theme of its own, as in the book."""
    boxes, table = datasets(131)
    shown = draw.show_map(boxes, table)._repr_html_()
    page = (
        '<!DOCTYPE html><html data-theme="dark"><head><link rel="icon" href="data:,"></head>'
        f'<body><div style="width: 760px">{shown}</div><p style="height: 2000px"></p></body></html>'
    )
    (tmp_path / "framed").mkdir()
    (tmp_path / "framed" / "page.html").write_text(page, encoding="utf-8")
    assert _page_scripts.remote_resources(tmp_path / "framed") == []
    address = serve(tmp_path / "framed")
    chromium.get(f"{address}/page.html")
    chromium.switch_to.frame(chromium.find_element(By.TAG_NAME, "iframe"))
    return Map(chromium), address


def test_in_a_frame_the_map_follows_the_theme_and_has_no_scroll_bars(
    framed, chromium, console_errors, requested_urls
):
    page, address = framed

    def scheme():
        return page.js("return document.documentElement.dataset.scheme")

    assert scheme() == "dark"
    page.js("parent.document.documentElement.dataset.theme = 'light'")
    page.wait.until(lambda _: scheme() == "light")

    def fits(_):
        return page.js(
            """const { scrollHeight, scrollWidth } = document.documentElement;
            const { offsetHeight, offsetWidth } = frameElement;
            return scrollHeight <= offsetHeight && offsetHeight < scrollHeight + 4
              && scrollWidth <= offsetWidth && offsetWidth === 760;"""
        )

    page.wait.until(fits)
    page.search("Dogs")
    page.wait.until(fits)
    assert console_errors(chromium) == []
    assert set(requested_urls(chromium)) == {f"{address}/page.html"}


def test_in_a_frame_the_wheel_scrolls_the_page_until_the_map_is_clicked(framed, chromium):
    page, _ = framed
    wheel = {"type": "mouseWheel", "x": 200, "y": 400, "deltaX": 0, "deltaY": -120}
    home = page.view()

    chromium.execute_cdp_cmd("Input.dispatchMouseEvent", {**wheel, "deltaY": 40})
    page.wait.until(lambda _: page.js("return parent.scrollY") > 0)
    assert page.find(".hint").is_displayed()
    assert page.view() == home
    page.click(11, 14.5)
    chromium.execute_cdp_cmd("Input.dispatchMouseEvent", wheel)
    page.wait.until(lambda _: page.view() != home)


# Notes the milliseconds of script of each frame with those of the events that led to it.
STOPWATCH = """
window.frames_ms = [];
window.events_ms = [];
const timed = (call, note) => function (...values) {
  const start = performance.now();
  const result = call.apply(this, values);
  note(performance.now() - start);
  return result;
};
let at = null;
const frame = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (callback) => frame((time) => {
  timed(callback, (spent) => {
    if (time !== at) frames_ms.push(0);
    at = time;
    frames_ms[frames_ms.length - 1] += spent;
  })(time);
});
const listen = EventTarget.prototype.addEventListener;
EventTarget.prototype.addEventListener = function (type, handler, options) {
  const wanted = type === "pointermove" && typeof handler === "function";
  const wrapped = wanted ? timed(handler, (spent) => events_ms.push(spent)) : handler;
  return listen.call(this, type, wrapped, options);
};
"""


@pytest.mark.parametrize("n", [131, 5000])
def test_hovering_and_zooming_print_their_time(folder, serve, chromium, console_errors, capsys, n):
    chromium.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": STOPWATCH})
    page = Map(chromium, f"{serve(folder)}/{n}.html")
    page.js("events_ms.length = 0")
    for k in range(20):
        page.point(13 + 0.5 * k, 3 + 0.4 * k)
    hover = page.js("return events_ms")
    page.js("frames_ms.length = 0")
    before = page.view()
    page.find("#in").click()
    page.settle()
    page.find("#home").click()
    page.settle()
    assert page.view() == pytest.approx(before)
    zoom = page.js("return frames_ms")
    assert hover and zoom
    with capsys.disabled():
        print(
            f"\n{n} boxes: {statistics.median(hover):.1f} ms of script a hover, "
            f"{statistics.median(zoom):.1f} ms a frame while zooming (medians)"
        )
    assert console_errors(chromium) == []


def test_the_matrix_is_not_in_the_page(folder):
    """Else it would take 25 million numbers."""
    text = (folder / "5000.html").read_text(encoding="utf-8")
    assert len(text) < 8e6
    facts = json.loads(
        text.split('id="datasets-json">')[1].split("</script>")[0].replace("\\u003c", "<")
    )["datasets"]
    assert len(facts) == 5000
    assert max(len(d["within"]) for d in facts) == draw.STRONGEST
    assert max(len(d["containers"]) for d in facts) <= draw.MOST_CONTAINERS


@pytest.mark.parametrize("given", [False, True])
def test_strongest_overlaps_against_sorting(given):
    generator = torch.Generator().manual_seed(0)
    lower = torch.rand(300, 2, generator=generator, dtype=torch.float64)
    boxes = t2b.Boxes(lower, lower + 0.3 * torch.rand(300, 2, generator=generator) ** 2)
    relation = t2b.pairwise_overlap(boxes)
    if given:
        relation[torch.rand(300, 300, generator=generator) < 0.3] = torch.nan
    within, contents, containers = draw._strongest_overlaps(boxes, relation if given else None)
    for i in range(300):
        for found, shares, most, least in (
            (within[i], relation[i], draw.STRONGEST, draw.WORTH_LISTING),
            (contents[i], relation[:, i], draw.STRONGEST, draw.WORTH_LISTING),
            (containers[i], relation[i], draw.MOST_CONTAINERS, draw.CONTAINED),
        ):
            expected = shares.clone()
            expected[i] = torch.nan
            expected = expected[expected >= least].sort(descending=True).values[:most]
            assert len(found) == len(expected) and i not in [j for j, _ in found]
            assert [v for _, v in found] == [round(shares[j].item(), 3) for j, _ in found]
            # Shares that are equal to three decimals may change places.
            assert [v for _, v in found] == pytest.approx(expected.tolist(), abs=0.0016)


def test_the_tightest_of_equal_containers_comes_first():
    boxes = t2b.Boxes([[0, 0], [0, 0], [0, 0], [0, 0]], [[9, 9], [1, 1], [3, 3], [6, 6]])
    within, contents, _ = draw._strongest_overlaps(boxes, None)
    assert [j for j, _ in within[1]] == [2, 3, 0]
    assert [j for j, _ in contents[0]] == [3, 2, 1]


def test_a_relation_takes_the_place_of_the_boxes_overlaps(tmp_path):
    boxes, table = datasets(len(KNOWN))
    relation = torch.full((len(KNOWN), len(KNOWN)), torch.nan)
    relation[5, 0] = 0.75
    page = draw.map_page(boxes, table, relation)
    text = page.split('id="datasets-json">')[1].split("</script>")[0]
    facts = {d["name"]: d for d in json.loads(text)["datasets"]}
    numbers = list(facts)
    assert facts["Alone"]["within"] == [[numbers.index("Animals"), 0.75]]
    assert facts["Dogs"]["within"] == []
    assert facts["Animals"]["contents"] == [[numbers.index("Alone"), 0.75]]


def test_a_map_without_fields_sizes_and_area(tmp_path, serve, chromium, console_errors):
    """The least that a table may say, and boxes that all are one point."""
    table = pd.DataFrame({"name": ["a", "b"], "classes": [(), ()]})
    table[["samples", "licence", "url"]] = np.nan
    points = t2b.Boxes(torch.ones(2, 2), torch.ones(2, 2))
    draw.save_map(tmp_path / "maps" / "map.html", points, table, title="<b>Least</b>")
    page = Map(chromium, f"{serve(tmp_path / 'maps')}/map.html")
    assert page.find("h1").text == "<b>Least</b>"
    assert page.all("#legend li") == []
    assert not page.find("#least").is_enabled()
    page.search("b")
    page.wait.until(lambda _: page.find("#details h2").text.startswith("b"))
    page.settle()
    assert console_errors(chromium) == []


def test_a_page_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "map.html"
    boxes, table = datasets(len(KNOWN))
    assert draw.save_map(path, boxes, table) == path
    before = path.read_text(encoding="utf-8")
    with pytest.raises(ValueError):
        draw.save_map(path, boxes, table[:2])

    def fail(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError):
        draw.save_map(path, boxes, table, title="new")
    assert path.read_text(encoding="utf-8") == before


def changed(column, value, row=0):
    def change(table):
        values = table[column].tolist()
        values[row] = value
        return table.assign(**{column: pd.Series(values, dtype=object)})

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t[:3], "6 boxes, but 3 rows"),
        (lambda t: t.drop(columns=["licence", "url"]), "lacks the columns licence, url"),
        (changed("name", "Dogs"), "occur twice: 'Dogs'"),
        (changed("name", " "), "needs a name"),
        (changed("samples", "many"), "count, or NaN where unknown; look at 'Animals'"),
        (changed("samples", -1), "look at 'Animals'"),
        (changed("classes", "cat"), "tuple of str; look at 'Animals'"),
        (changed("url", "javascript:alert(1)"), "start with https.*'Animals'"),
    ],
)
def test_a_bad_table_is_one_clear_error(change, said):
    boxes, table = datasets(len(KNOWN))
    with pytest.raises(ValueError, match=said):
        draw.map_page(boxes, change(table))


def test_bad_boxes_are_one_clear_error():
    boxes, table = datasets(len(KNOWN))
    with pytest.raises(ValueError, match="got 3-d boxes"):
        draw.map_page(t2b.Boxes(torch.zeros(6, 3), torch.ones(6, 3)), table)
    with pytest.raises(ValueError, match="boxes is empty"):
        draw.map_page(boxes[:0], table[:0])
    with pytest.raises(ValueError, match="number '0', '1'"):
        draw.map_page(t2b.Boxes(boxes.upper, boxes.lower), table)
    with pytest.raises(ValueError, match="6 x 6 matrix, got shape \\(6, 5\\)"):
        draw.map_page(boxes, table, torch.zeros(6, 5))
    with pytest.raises(ValueError, match="indices of 6 boxes, got '6'"):
        draw.map_page(boxes, table, placed=[6])


@pytest.fixture
def related_map(tmp_path, serve, chromium):
    """Where what is counted is not what is drawn, with evidence."""
    boxes, table = datasets(len(KNOWN))
    table["licence"] = ["mit", "cc-by-nc-4.0", "", "cc0-1.0", "", "mit"]
    counted = torch.eye(6)
    counted[1, 0], counted[2, 1], counted[3, 0] = 0.9, 1, 0.3
    found = {(1, 0): [("dog", "dog")], (2, 1): [("poodle", "dog")]}
    draw.save_map(
        tmp_path / "maps" / "map.html",
        boxes,
        table,
        counted,
        evidence=lambda i, j: found.get((i, j), []),
        title="Six sets",
    )
    address = f"{serve(tmp_path / 'maps')}/map.html"
    return Map(chromium, address), address


def test_a_click_shows_both_numbers_and_which_classes_match(related_map):
    page, _ = related_map
    page.click(3.5, 4)
    lists = {e.get_attribute("aria-label").split(":")[0]: e for e in page.all("#details ul")}
    assert lists["Contained in"].text.split("\n") == ["Animals⇄", "0.90 · 1.00", "dog"]
    inside = lists["Contains"].text.split("\n")
    assert inside == ["Poodles⇄", "1.00 · 1.00", "poodle → dog"]
    # The ego view: what contains it, what it contains, and all else faint.
    animals, poodles, alone = page.looks("Animals", "Poodles", "Alone")
    assert animals[2] > 2 and poodles[0] > 0.3 and alone[1] < 0.3


def test_two_datasets_side_by_side(related_map):
    page, _ = related_map
    page.click(3.5, 4)
    page.find("[aria-label='Compare with Animals']").click()
    rows = [
        [c.text for c in row.find_elements(By.CSS_SELECTOR, "th, td")] for row in page.all("tr")
    ]
    assert rows[0] == ["", "Dogs", "Animals"]
    assert ["samples", "60K", "1.28M"] in rows
    assert ["in the other, counted", "0.90", "below the list"] in rows
    assert ["in the other, drawn", "1.00", "0.16"] in rows
    assert "1 class in common" in page.find("#details").text
    page.find("[aria-label='Close the comparison']").click()
    assert page.find("#details h2").text.startswith("Dogs")


def test_facets_filter_and_colour(related_map):
    page, _ = related_map
    page.find(".facets summary").click()
    before = page.hues()

    def choose(name, text):
        options = page.all(f"#{name} option")
        next(option for option in options if option.text == text).click()

    choose("by-licence", "open")
    assert page.find("#count").text == "3 of 6 datasets"
    choose("by-classes", "10 to 49 classes")
    assert page.find("#count").text == "1 of 6 datasets"
    assert page.label_texts() == ["Half out"]
    choose("by-licence", "any")
    choose("by-classes", "any number")
    choose("colour", "licence")
    entries = [entry.text.split("\n") for entry in page.all("#legend button")]
    assert entries == [["open", "3"], ["not for commercial use", "1"], ["unknown", "2"]]
    assert page.hues() != before and len(set(page.hues())) == 3
    page.find("#legend button").click()
    animals, dogs = page.looks("Animals", "Dogs")
    assert animals[0] > 0.3 and dogs[1] < 0.3


def test_a_view_can_be_sent(related_map, chromium):
    page, address = related_map
    page.js("document.querySelector('.facets').open = true")
    page.find("#colour option[value='licence']").click()
    page.click(3.5, 4)
    page.find("#in").click()
    page.settle()
    current = "return Object.values(stage.map.view.current())"
    seen = page.js(current)
    unit = page.js("return String(Number(stage.map.view.current().unit.toPrecision(5)))")
    page.wait.until(lambda _: page.js("return location.hash").endswith(f"+{unit}"))
    sent = page.js("return location.href")
    chromium.get("about:blank")
    again = Map(chromium, sent)
    assert again.find("#details h2").text.startswith("Dogs")
    assert again.find("#colour").get_attribute("value") == "licence"
    again.settle()
    assert again.js(current) == pytest.approx(seen, rel=1e-3)
    # The address of another map is left alone.
    chromium.get("about:blank")
    other = Map(chromium, f"{address}#another-map?dataset=Dogs")
    assert other.all("#details h2") == []


def test_search_knows_fields_plurals_and_synonyms(related_map):
    page, _ = related_map
    count = page.find("#count")
    page.search("animals")
    assert count.text == "3 datasets found: 1 by name, 2 by field, 0 by class"
    assert ["animals", "field"] in [o.text.split("\n") for o in page.all("#suggestions li")]
    page.search("zebras")
    assert count.text == "1 dataset found: 0 by name, 1 by class"


def test_the_selection_and_the_picture_can_be_kept(related_map):
    page, _ = related_map
    page.js(
        "window.kept = []; const make = URL.createObjectURL;"
        "URL.createObjectURL = (blob) => (kept.push(blob), make(blob));"
    )
    page.click(3.5, 4)
    page.find("#csv").click()
    page.find("#svg").click()
    table, picture = page.driver.execute_async_script(
        "const done = arguments[0]; Promise.all(kept.map((blob) => blob.text())).then(done);"
    )
    rows = list(csv.DictReader(io.StringIO(table)))
    assert {row["name"] for row in rows} == {"Dogs", "Animals", "Poodles"}
    dogs = next(row for row in rows if row["name"] == "Dogs")
    assert dogs["classes"] == "dog|poodle" and dogs["licence"] == "cc-by-nc-4.0"
    drawn = ElementTree.fromstring(picture)
    assert len(drawn.findall("{*}rect")) == 1 + len(KNOWN)
    assert "Dogs" in [text.text for text in drawn.findall("{*}text")]


def test_the_map_prints(related_map, chromium):
    _, _ = related_map
    paper = chromium.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
    assert base64.b64decode(paper["data"]).startswith(b"%PDF")
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    shown = chromium.execute_script(
        "return [...document.querySelectorAll('.search, .exports, .buttons')]"
        ".map((node) => getComputedStyle(node).display)"
    )
    assert set(shown) == {"none"}
