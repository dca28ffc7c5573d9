"""What came out of `make colab`: chapters run with Colab's Python and packages."""

import json
import tarfile

import nbformat
import pytest
from conftest import ROOT
from test_install_cell import CHAPTERS
from test_requirements import ADDED

from t2b_lib import _page_scripts

FOLDER = ROOT / ".colab" / "chapters"
VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
# What draws the widgets of ipywidgets 7 in a page, as Colab's front end does.
MANAGER = (
    "@jupyter-widgets/html-manager@0.20.9",
    "GzwmQB5VFGPu+QsJJxYyLOvHdAtnXrOHG0zfFzSD32wu0ZYBG72p2EERP3av9EqE6NlSe570muudhKwHtsJH9w==",
)

pytestmark = pytest.mark.skipif(
    not (FOLDER / "report.json").is_file(), reason="no replica of Colab: `make colab` builds it"
)


@pytest.fixture(params=[chapter.stem for chapter in CHAPTERS])
def name(request):
    return request.param


@pytest.fixture
def notebook(name):
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


@pytest.fixture
def displayed(notebook):
    """The widgets that a reader sees: model id and the metadata beside it."""
    outputs = [o for c in notebook.cells for o in c.get("outputs", ())]
    return [
        (output.data[VIEW]["model_id"], output.metadata.get(VIEW, {}))
        for output in outputs
        if VIEW in output.get("data", {})
    ]


@pytest.fixture
def models(notebook):
    return notebook.metadata.get("widgets", {}).get(STATE, {"state": {}})["state"]


def test_the_install_cell_adds_what_is_missing_and_changes_nothing():
    report = json.loads((FOLDER / "report.json").read_text())
    assert report["python"].startswith("3.13.")
    assert {name.replace("_", "-") for name in report["added"]} == ADDED | {"t2b-lib"}
    assert report["changed"] == {}


def test_it_prints_one_line_where_the_library_is_missing_and_none_where_it_is_not():
    lines = []
    for chapter in CHAPTERS:
        cells = nbformat.read(FOLDER / chapter.name, as_version=4).cells
        [cell] = [c for c in cells if "install" in c.metadata.get("tags", ())]
        lines += [output.text for output in cell.outputs]
    [line] = lines
    assert line.startswith("Installed t2b_lib from https://github.com/replica/task2box, ")
    assert line.count("\n") == 1


def test_colab_has_what_the_widgets_are_made_of(models):
    """Colab's own manager cannot draw an accordion or tabs (colabtools #3571); 7.7 has no stack."""
    made_of = {model["model_name"] for model in models.values()}
    assert not {"AccordionModel", "TabModel", "StackModel"} & made_of
    versions = {
        model["model_module_version"]
        for model in models.values()
        if model["model_module"] == "@jupyter-widgets/controls"
    }
    assert versions <= {"1.5.0"}


def test_the_custom_widget_manager_is_asked_for_once(name, models, displayed):
    own = any(model["model_module"] == "anywidget" for model in models.values())
    calls = FOLDER / f"{name}.calls.txt"
    assert calls.is_file() == own
    if own:
        assert calls.read_text().count("enable_custom_widget_manager") == 1
        managers = [metadata.get("colab", {}) for _, metadata in displayed]
        assert all("custom_widget_manager" in manager for manager in managers)


def test_version_7_of_the_manager_draws_the_widgets(
    name, notebook, displayed, tmp_path, chromium, serve, console_errors
):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    if not displayed:
        pytest.skip("a chapter without widgets")
    _page_scripts.copy(tmp_path)
    with tarfile.open(_page_scripts.fetch(*MANAGER)) as archive:
        script = archive.extractfile("package/dist/embed-amd.js").read()
    (tmp_path / "embed-amd.js").write_bytes(script)
    (tmp_path / "anywidget.js").write_bytes((FOLDER / "anywidget.js").read_bytes())
    state = json.dumps(notebook.metadata.widgets[STATE]).replace("<", "\\u003c")
    views = [
        f'<div><script type="{VIEW}">'
        f'{{"version_major": 2, "version_minor": 0, "model_id": "{model}"}}</script></div>'
        for model, _ in displayed
    ]
    scripts = ['<script src="require.js"></script><script src="settings.js"></script>']
    scripts += ['<script src="embed-amd.js" data-jupyter-widgets-cdn="./"></script>']
    page = ["<!doctype html><meta charset='utf-8'><link rel='icon' href='data:,'>", *scripts]
    page += [f'<script type="{STATE}">{state}</script>', *views]
    (tmp_path / "index.html").write_text("\n".join(page), encoding="utf-8")

    chromium.get(f"{serve(tmp_path)}/index.html")
    wait = WebDriverWait(chromium, 60)
    wait.until(lambda d: len(d.find_elements(By.CSS_SELECTOR, ".widget-subarea")) == len(displayed))
    for area in chromium.find_elements(By.CSS_SELECTOR, ".widget-subarea"):
        wait.until(lambda _, area=area: area.size["height"] > 40 and area.size["width"] > 100)
        drawn = area.find_elements(By.CSS_SELECTOR, "svg, img, canvas, input, select, textarea")
        assert drawn
    chromium.save_screenshot(str(FOLDER / f"{name}.png"))
    assert console_errors(chromium) == []
