"""`python -m t2b_lib run`: chapters run into another folder, and failures name their cell."""

import json
import os
import subprocess
import sys

import pytest

from t2b_lib import __main__ as cli


def executed(book, name):
    return json.loads((book / "_build" / "notebooks" / f"{name}.ipynb").read_text())


def printed(notebook):
    outputs = [o for c in notebook["cells"] for o in c.get("outputs", ())]
    return "".join("".join(o.get("text", "")) for o in outputs)


def run(book, *arguments):
    return cli.main(["run", "--root", str(book.parent), *arguments])


def test_a_chapter_runs_with_its_parameters_and_its_source_is_unchanged(small_book):
    book = small_book(
        one=["print(profile, device, seed)", "import sys, os\nprint(sys.executable, os.getcwd())"]
    )
    before = (book / "one.ipynb").read_bytes()

    assert run(book, "--profile", "quick", "--device", "cpu", "--seed", "7") == 0

    text = printed(executed(book, "one"))
    assert "quick cpu 7" in text
    assert f"{sys.executable} {book}" in text
    assert (book / "one.ipynb").read_bytes() == before
    assert executed(book, "one")["metadata"]["kernelspec"]["name"] == "python3"
    assert sorted(p.name for p in book.iterdir()) == ["_build", "_toc.yml", "intro.md", "one.ipynb"]
    assert [p.name for p in (book / "_build" / "notebooks").iterdir()] == ["one.ipynb"]


def test_another_kernel_called_python3_is_not_used(small_book, tmp_path, monkeypatch):
    kernel = tmp_path / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(
        json.dumps({"argv": ["/bin/false"], "display_name": "broken", "language": "python"})
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    book = small_book(one=["print('ran')"])

    assert run(book) == 0
    assert "ran" in printed(executed(book, "one"))
    assert os.environ["JUPYTER_PATH"] == str(tmp_path / "jupyter")


def test_only_changed_chapters_run_again_in_the_books_order(small_book, capfd):
    book = small_book(two=["print('two')"], one=["print('one')"])
    assert run(book, "one", "two") == 0
    lines = capfd.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["two (1 of 2)", "one (2 of 2)"]

    assert run(book) == 0
    assert capfd.readouterr().out.splitlines() == [
        "two (1 of 2): unchanged",
        "one (2 of 2): unchanged",
    ]

    small_book(two=["print('two')"], one=["print('changed')"])
    assert run(book) == 0
    out = capfd.readouterr().out
    assert "two (1 of 2): unchanged" in out
    assert "one (2 of 2): unchanged" not in out
    assert "changed" in printed(executed(book, "one"))

    (book / "_build" / "notebooks" / "two.ipynb").write_text('{"cells": [')
    assert run(book, "two") == 0
    assert "unchanged" not in capfd.readouterr().out
    assert "two" in printed(executed(book, "two"))


def test_force_runs_unchanged_chapters(small_book, capfd):
    book = small_book(one=["import time\nprint(time.time_ns())"])
    assert run(book) == 0
    first = printed(executed(book, "one"))
    assert run(book, "--force") == 0
    assert printed(executed(book, "one")) != first


def test_outputs_depend_on_notebook_library_and_parameters(tmp_path):
    library = tmp_path / "library"
    library.mkdir()
    source, module = tmp_path / "a.ipynb", library / "module.py"
    source.write_text("1")
    module.write_text("1")
    parameters = {"profile": "quick", "device": "cpu", "seed": 0}

    first = cli.fingerprint(source, parameters, library)
    assert cli.fingerprint(source, dict(parameters), library) == first
    seen = {first}
    for key, value in [("profile", "demo"), ("device", "auto"), ("seed", 1)]:
        seen.add(cli.fingerprint(source, {**parameters, key: value}, library))
    module.write_text("2")
    seen.add(cli.fingerprint(source, parameters, library))
    source.write_text("2")
    seen.add(cli.fingerprint(source, parameters, library))
    (library / "new.js").write_text("")
    seen.add(cli.fingerprint(source, parameters, library))
    assert len(seen) == 7
    (library / "__pycache__").mkdir()
    (library / "__pycache__" / "module.pyc").write_text("x")
    assert cli.fingerprint(source, parameters, library) in seen


def test_a_failing_cell_is_named_and_earlier_outputs_are_kept(small_book, capfd):
    book = small_book(
        good=["print('fine')"],
        bad=["print('so far so good')", "\nnumbers = []\nnumbers[3]", "print('never')"],
        later=["print('later')"],
    )
    assert run(book) == 1

    message = capfd.readouterr().err.split("error: ")[-1]
    assert message.startswith("chapter bad: cell 4 of 5 failed: numbers = []")
    assert "IndexError: list index out of range" in message
    assert "bad.failed.ipynb" in message
    assert "Traceback" not in message
    folder = book / "_build" / "notebooks"
    assert sorted(p.name for p in folder.iterdir()) == ["bad.failed.ipynb", "good.ipynb"]
    kept = (folder / "bad.failed.ipynb").read_text()
    assert "so far so good" in kept and "IndexError" in kept

    small_book(good=["print('fine')"], bad=["print('mended')"], later=["print('later')"])
    assert run(book) == 0
    assert sorted(p.name for p in folder.iterdir()) == ["bad.ipynb", "good.ipynb", "later.ipynb"]


def test_a_failure_keeps_the_last_good_run(small_book):
    book = small_book(one=["print('good')"])
    assert run(book) == 0
    small_book(one=["print('good')", "1 / 0"])
    assert run(book) == 1
    assert "good" in printed(executed(book, "one"))


def test_a_kernel_that_dies_is_named(small_book, capfd):
    book = small_book(one=["import os, signal", "os.kill(os.getpid(), signal.SIGKILL)"])
    assert run(book) == 1
    message = capfd.readouterr().err.split("error: ")[-1]
    assert message.startswith("chapter one: cell 4 of 4 failed: os.kill")
    assert "the kernel died" in message


def test_unknown_chapter(small_book, capfd):
    book = small_book(one=["1"], two=["2"])
    assert run(book, "one", "three") == 1
    message = capfd.readouterr().err
    assert message.startswith("error: no chapter 'three'")
    assert "one, two" in message
    assert not (book / "_build").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda cell: cell["metadata"].clear(), "0 cells tagged 'parameters'"),
        (lambda cell: cell.update(source="profile = 'demo'\nseed = 0"), "['profile', 'seed']"),
        (lambda cell: cell.update(source=f"{cell['source']}\ndepth = 1"), "'depth'"),
        (lambda cell: cell.update(source="profile = ("), "'parameters'"),
    ],
)
def test_a_chapter_without_the_parameters(small_book, capfd, change, said):
    book = small_book(one=["print('never')"])
    notebook = json.loads((book / "one.ipynb").read_text())
    change(notebook["cells"][1])
    (book / "one.ipynb").write_text(json.dumps(notebook))
    assert run(book) == 1
    message = capfd.readouterr().err
    assert message.count("error: ") == 1
    assert said in message and "one.ipynb" in message
    assert not (book / "_build" / "notebooks" / "one.ipynb").exists()


def test_not_a_notebook(small_book, capfd):
    book = small_book(one=["1"])
    (book / "one.ipynb").write_text("{")
    assert run(book) == 1
    assert "one.ipynb is not a notebook" in capfd.readouterr().err


def test_no_book(tmp_path, capfd):
    assert cli.main(["run", "--root", str(tmp_path)]) == 1
    assert "no book here" in capfd.readouterr().err


def test_the_command_line(small_book, capsys):
    """The exit status and the progress bar of the program itself."""
    book = small_book(one=["1 / 0"])
    done = subprocess.run(
        [sys.executable, "-m", "t2b_lib", "run", "--root", book.parent],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "one (1 of 1)" in done.stderr
    assert "ZeroDivisionError: division by zero" in done.stderr
    with pytest.raises(SystemExit):
        cli.main(["run", "--help"])
    shown = capsys.readouterr().out
    for word in ("--profile", "--device", "--seed", "--force", "quick", "demo", "full"):
        assert word in shown
