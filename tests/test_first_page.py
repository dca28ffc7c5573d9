"""The first page in Chromium: two boxes to drag, where its links lead, how much it loads."""

import re
import shutil
from urllib.parse import urlparse

import nbformat
import pytest
from conftest import ROOT
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from t2b_lib import __main__ as cli
from t2b_lib._published import colab_button

FORK = "https://github.com/someone/a-fork"


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """The book with chapters that are their headings alone."""
    folder = tmp_path_factory.mktemp("first")
    book = folder / "book"
    shutil.copytree(ROOT / "book", book, ignore=shutil.ignore_patterns("_build"))
    (book / "_build" / "notebooks").mkdir(parents=True)
    for path in book.glob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
        lines = "\n".join(texts).splitlines()
        headings = "\n\n".join(line for line in lines if re.match("#+ ", line))
        notebook.cells = [nbformat.v4.new_markdown_cell(headings)]
        nbformat.write(notebook, book / "_build" / "notebooks" / path.name)
    config = (ROOT / "_config.yml").read_text(encoding="utf-8")
    (folder / "_config.yml").write_text(config.replace('url: ""', f"url: {FORK}"), encoding="utf-8")
    return cli.build(book, folder / "_config.yml").parent


@pytest.fixture
def page(rendered, serve, chromium):
    chromium.get(f"{serve(rendered)}/intro.html")
    wait = WebDriverWait(chromium, 30)
    wait.until(lambda d: d.find_elements(By.CSS_SELECTOR, "#first-boxes rect[width]"))
    return chromium


def shown(page):
    return {
        row.find_element(By.CSS_SELECTOR, ".t2b-pair").text: float(
            row.find_element(By.CSS_SELECTOR, ".t2b-value").text
        )
        for row in page.find_elements(By.CSS_SELECTOR, "#first-boxes .t2b-score")
    }


def test_two_boxes_to_drag_with_large_numbers(page, console_errors):
    assert shown(page) == {"guitars in instruments": 0.333, "instruments in guitars": 0.056}
    box = page.find_element(By.CSS_SELECTOR, "#first-boxes [data-box='0'] rect")
    ActionChains(page, duration=50).move_to_element_with_offset(
        box, -30, 0
    ).click_and_hold().move_by_offset(box.rect["width"] // 2, 0).move_by_offset(
        box.rect["width"] // 2, 0
    ).release().perform()
    WebDriverWait(page, 10).until(lambda d: shown(d)["guitars in instruments"] == 1)
    assert shown(page)["instruments in guitars"] == pytest.approx(0.167, abs=0.001)
    value = page.find_element(By.CSS_SELECTOR, "#first-boxes .t2b-value")
    assert float(value.value_of_css_property("font-size").removesuffix("px")) > 40
    drawing = page.find_element(By.CSS_SELECTOR, "#first-boxes .t2b-stage").rect
    assert drawing["y"] + drawing["height"] < 800  # above the fold
    assert console_errors(page) == []


def test_every_link_within_the_book_leads_somewhere(page, rendered):
    links = page.find_elements(By.CSS_SELECTOR, "main a[href]")
    own = [urlparse(a.get_attribute("href")) for a in links]
    own = [link for link in own if link.hostname == "127.0.0.1"]
    pages = {link.path for link in own}
    assert {f"/{name}.html" for name in [*cli.chapters(ROOT / "book"), "teaching"]} <= pages
    for link in own:
        text = (rendered / link.path.lstrip("/")).read_text(encoding="utf-8")
        assert not link.fragment or f'id="{link.fragment}"' in text, link


def test_the_button_for_colab_opens_the_first_chapter_of_the_fork(page):
    [button] = page.find_elements(By.CSS_SELECTOR, ".first-buttons a[href*=colab]")
    start = "https://colab.research.google.com/github/someone/a-fork/blob/"
    address = button.get_attribute("href")
    assert address.startswith(start) and address.endswith("/book/boxes.ipynb")
    assert colab_button("book", "", "", "boxes") == ""


def test_it_loads_from_its_own_host_and_less_than_4_mb(page, requested_urls):
    asked = requested_urls(page)
    assert {urlparse(url).hostname for url in asked} == {"127.0.0.1"}
    sizes = page.execute_script(
        "return performance.getEntriesByType('resource').map((entry) => entry.encodedBodySize)"
    )
    assert 100e3 < sum(sizes) < 4e6


@pytest.mark.parametrize("name", ["intro", "teaching", "faq"])
def test_axe_finds_no_serious_violation(page, serious_violations, name):
    page.get(page.current_url.replace("intro", name))
    assert serious_violations(page) == []
