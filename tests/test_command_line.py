"""What can go wrong around a command: one line says so, and nothing is left behind."""

import os
import subprocess
import sys

import pytest
from conftest import write_small_book

from t2b_lib import __main__ as cli
from t2b_rooms import __main__ as rooms

ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def said(capfd):
    """The one line of the error."""
    lines = capfd.readouterr().err.splitlines()
    [line] = [line for line in lines if line.startswith("error: ")]
    assert "Traceback" not in "\n".join(lines) and lines[-1] == line
    return line


def run(folder, *arguments):
    return cli.main(["run", "--root", str(folder), "--profile", "quick", *arguments])


def test_build_folder_that_is_a_file(small_book, capfd):
    book = small_book(one=["1"])
    (book / "_build").write_text("mine")
    assert run(book.parent) == 1
    assert "_build" in said(capfd) and (book / "_build").read_text() == "mine"
    assert cli.main(["build", "--root", str(book.parent)]) == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no disk that is full: not Linux")
def test_a_full_disk_leaves_nothing_behind(small_book, monkeypatch, capfd):
    import papermill

    book = small_book(one=["1"])

    def until_it_is_full(source, unfinished, *_, **__):
        unfinished.write_text("a part")
        with open("/dev/full", "w") as full:
            full.write("more")

    monkeypatch.setattr(papermill, "execute_notebook", until_it_is_full)
    assert run(book.parent) == 1
    assert "No space left on device" in said(capfd)
    assert list((book / "_build" / "notebooks").iterdir()) == []


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="Windows, and root, may write anywhere"
)
def test_a_folder_that_cannot_be_written_to(small_book, capfd):
    book = small_book(one=["1"])
    book.chmod(0o500)
    assert run(book.parent) == 1
    book.chmod(0o700)
    assert "Permission denied" in said(capfd)


@pytest.mark.parametrize("text", ["chapters: [", "- one", "", "root: intro\nchapters: 3", "\x00"])
def test_a_table_of_contents_that_cannot_be_read(small_book, capfd, text):
    book = small_book(one=["1"])
    (book / "_toc.yml").write_text(text)
    assert run(book.parent) == 1
    assert "_toc.yml" in said(capfd)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"cells": 3}', b'{"a": 1}', b"\xff\xfe\x00"])
def test_a_notebook_that_is_none(small_book, capfd, content):
    book = small_book(one=["1"])
    (book / "one.ipynb").write_bytes(content)
    assert run(book.parent) == 1
    assert "one.ipynb is not a notebook" in said(capfd)


def test_a_book_without_chapters(small_book, capfd):
    book = small_book(one=["1"])
    (book / "one.ipynb").unlink()
    (book / "_toc.yml").write_text("format: jb-book\nroot: intro\n")
    assert run(book.parent) == 1
    assert "names no chapter" in said(capfd)


def test_a_folder_with_accents_under_a_locale_without(tmp_path):
    folder = tmp_path / "café"
    folder.mkdir()
    write_small_book(folder, one=["1"])
    command = [sys.executable, "-m", "t2b_lib", "run", "--root", folder]
    done = subprocess.run(
        command, env=os.environ | ASCII, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
    assert "LC_ALL=C.UTF-8" in done.stderr


def test_building_asks_for_jupyter_book_before_it_downloads(small_book, monkeypatch, capfd):
    book = small_book(one=["1"])
    (book.parent / "_config.yml").write_text("title: t")
    assert run(book.parent) == 0
    capfd.readouterr()
    monkeypatch.setitem(sys.modules, "jupyter_book", None)
    monkeypatch.setattr(cli._page_scripts, "copy", lambda folder: pytest.fail("downloads first"))
    assert cli.main(["build", "--root", str(book.parent)]) == 1
    assert "jupyter_book is not installed" in said(capfd)


@pytest.mark.parametrize("device", ["nonsense", "cuda:x", ""])
def test_rooms_on_an_unknown_device(tmp_path, capfd, device):
    out = tmp_path / "rooms"
    assert rooms.main(["run", "--out", str(out), "--size", "test", "--device", device]) == 1
    assert repr(device) in said(capfd) and not out.exists()
