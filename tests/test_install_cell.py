"""The chapters' cell that installs the library in Colab, in the situations that a reader is in."""

import functools
import http.server
import json
import subprocess
import sys
import threading
import types
from urllib.parse import quote

import nbformat
import pytest
from conftest import ROOT

CHAPTERS = sorted((ROOT / "book").glob("*.ipynb"))
COMMIT = "0123456789abcdef0123456789abcdef01234567"
OPENED = f"https://github.com/someone/a-fork/blob/{COMMIT}/book/boxes.ipynb"


def install_cell(chapter):
    cells = nbformat.read(chapter, as_version=4).cells
    code = next(cell for cell in cells if cell.cell_type == "code")
    assert {"install", "remove-cell"} <= set(code.metadata.tags)
    return code.source


def run_cell(source=None):
    exec(compile(source or install_cell(CHAPTERS[0]), "the install cell", "exec"), {})


def test_every_chapter_begins_with_the_same_cell():
    """`python scripts/copy_install_cell.py` makes them so."""
    assert len({install_cell(chapter) for chapter in CHAPTERS}) == 1


@pytest.fixture
def without_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "t2b_lib", None)


@pytest.fixture
def in_colab(monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))


class Sessions(http.server.BaseHTTPRequestHandler):
    """What Colab's own Jupyter server says of the notebook that it runs."""

    path_of_notebook = ""

    def do_GET(self):
        assert self.path == "/api/sessions"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps([{"path": self.path_of_notebook}]).encode())

    def log_message(self, *args):
        pass


@pytest.fixture
def opened_from(monkeypatch):
    """``opened_from(path)``: Colab opened the notebook there."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sessions)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("COLAB_JUPYTER_IP", "127.0.0.1")
    monkeypatch.setenv("KMP_TARGET_PORT", str(server.server_port))
    yield functools.partial(monkeypatch.setattr, Sessions, "path_of_notebook")
    server.shutdown()
    server.server_close()


@pytest.fixture
def installed(monkeypatch):
    """What pip was asked to install, in the order asked; nothing is installed."""
    asked = []

    def pip(command, **_):
        assert command[:5] == [sys.executable, "-m", "pip", "install", "--quiet"]
        asked.append(command[5])
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", pip)
    return asked


def test_colab_without_the_library(without_library, in_colab, opened_from, installed, capsys):
    """A fork's notebook installs the fork, at the commit of the page whose button was pressed."""
    opened_from(f"fileId={quote(OPENED)}")
    run_cell()
    address = "https://github.com/someone/a-fork"
    assert installed == [f"t2b_lib[embedded,hub] @ git+{address}@{COMMIT}"]
    assert capsys.readouterr().out == f"Installed t2b_lib from {address}, 0123456.\n"


def test_a_downloaded_notebook_knows_its_address(without_library, in_colab, installed, capsys):
    here = 'address, commit = "https://git.example/book", "abc1234"'
    run_cell(install_cell(CHAPTERS[0]).replace('address, commit = "", ""', here))
    assert installed == ["t2b_lib[embedded,hub] @ git+https://git.example/book@abc1234"]


def test_an_address_without_a_commit_gives_the_latest(without_library, in_colab, installed, capsys):
    here = 'address, commit = "https://git.example/book", ""'
    run_cell(install_cell(CHAPTERS[0]).replace('address, commit = "", ""', here))
    assert installed == ["t2b_lib[embedded,hub] @ git+https://git.example/book"]
    assert capsys.readouterr().out.endswith("book, its latest commit.\n")


@pytest.mark.parametrize("path", ["fileId=1aBcDriveHasNoAddress", ""])
def test_colab_does_not_know_the_address(without_library, in_colab, opened_from, installed, path):
    opened_from(path)
    with pytest.raises(ValueError, match="write the repository's https address"):
        run_cell()
    assert installed == []


def test_colab_does_not_answer(without_library, in_colab, installed, monkeypatch):
    monkeypatch.delenv("COLAB_JUPYTER_IP", raising=False)
    with pytest.raises(ValueError, match="write the repository's https address"):
        run_cell()


def test_pip_fails(without_library, in_colab, opened_from, monkeypatch):
    opened_from(f"fileId={quote(OPENED)}")
    failed = subprocess.CompletedProcess([], 1, stderr="ERROR: no such commit")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(RuntimeError, match=r"could not install .*a-fork.*\nERROR: no such commit"):
        run_cell()


@pytest.mark.parametrize("where", ["in_colab", "local"])
def test_nothing_happens_with_the_library(where, request, installed, capsys):
    if where == "in_colab":
        request.getfixturevalue("in_colab")
    run_cell()
    assert installed == [] and capsys.readouterr() == ("", "")


def test_a_local_jupyter_without_the_library(without_library, installed, monkeypatch):
    monkeypatch.delitem(sys.modules, "google.colab", raising=False)
    with pytest.raises(ModuleNotFoundError, match="Run `make install` in the repository's root"):
        run_cell()
    assert installed == []
