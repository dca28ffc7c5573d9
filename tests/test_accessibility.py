"""axe-core on pages as readers get them: widgets, a table, a figure and formulas."""

import shutil

import pytest
from conftest import ROOT, write_small_book
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from t2b_lib import __main__ as cli

CHAPTER = [
    "# %% md\nInline $a_1$, and\n\n$$\na^2 + b^2 = c^2\n$$",
    """\
import math
import pandas as pd
import t2b_lib as t2b
boxes = t2b.Boxes([[0.1, 0.1], [0.3, 0.3], [0.6, 0.2]], [[0.6, 0.7], [0.9, 0.9], [0.8, 0.4]])
t2b.BoxPlayground(boxes).with_sliders()""",
    """\
half = [[math.nan, 0.5], [0.5, math.nan]]
t2b.BoxPlayground(boxes[:2], mode="target", targets=half)""",
    "t2b.BoxTrainer(preset='tree')",
    "from t2b_lib.widgets import GradientExplorer\nGradientExplorer()",
    "pd.DataFrame({'minutes': [1, 2], 'seconds': [3, 4]}, index=['first', 'second'])",
]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("accessible")
    book = write_small_book(folder, play=CHAPTER)
    shutil.copy(ROOT / "_config.yml", folder)
    shutil.copytree(ROOT / "book" / "_static", book / "_static")
    (book / "references.bib").touch()
    assert cli.main(["run", "--root", str(folder), "--profile", "quick"]) == 0
    return cli.build(book, folder / "_config.yml").parent


@pytest.fixture(params=["light", "dark"])
def page(rendered, serve, chromium, request):
    theme = {"name": "prefers-color-scheme", "value": request.param}
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [theme]})
    chromium.get(f"{serve(rendered)}/play.html")
    wait = WebDriverWait(chromium, 30)
    wait.until(lambda d: len(d.find_elements(By.CSS_SELECTOR, ".t2b-themed")) >= 4)
    wait.until(lambda d: len(d.find_elements(By.TAG_NAME, "mjx-container")) >= 2)
    return chromium


def test_axe_finds_no_serious_violation(page, serious_violations):
    assert serious_violations(page) == []


def test_axe_would_find_one(page, serious_violations):
    page.execute_script("document.querySelector('main').append(document.createElement('button'))")
    assert any(line.startswith("button-name") for line in serious_violations(page))


def test_formulas_are_no_tab_stops_and_heads_have_scopes(page):
    assert page.find_elements(By.CSS_SELECTOR, "mjx-container[tabindex='0']") == []
    heads = page.find_elements(By.CSS_SELECTOR, "table.dataframe th")
    scopes = [head.get_attribute("scope") for head in heads]
    assert scopes == ["col", "col", "col", "row", "row"]
