"""The chapters as committed, and the outputs of their last run."""

import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / "book"
CHAPTERS = sorted(BOOK.glob("*.ipynb"))
EXECUTED = sorted((BOOK / "_build" / "notebooks").glob("[!.]*.ipynb"))
# A line of tqdm: a bar, or a count with the time taken.
PROGRESS = re.compile(r"\d+%\|.*\||\[\d+:\d\d[,<]")


def name(path):
    return path.stem


@pytest.mark.parametrize("chapter", CHAPTERS, ids=name)
def test_chapters_are_committed_without_outputs(chapter):
    notebook = nbformat.read(chapter, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert not cell.outputs and cell.execution_count is None


@pytest.mark.parametrize("chapter", CHAPTERS, ids=name)
def test_visible_cells_are_short(chapter):
    hidden = {"remove-cell", "hide-cell", "hide-input"}
    notebook = nbformat.read(chapter, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code" and not hidden.intersection(cell.metadata.get("tags", ())):
            lines = [line for line in cell.source.splitlines() if line.strip()]
            assert len(lines) <= 20, cell.source


@pytest.mark.parametrize("chapter", CHAPTERS, ids=name)
def test_a_numbered_equation_has_one_line(chapter):
    """Sphinx wraps equations of several lines in an environment where MathJax refuses a tag."""
    notebook = nbformat.read(chapter, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for equation in cell.source.split("$$")[1::2]:
                assert not ("\\\\" in equation and "\\tag" in equation), equation


@pytest.mark.parametrize("chapter", CHAPTERS, ids=name)
def test_chapters_are_in_the_table_of_contents(chapter):
    toc = (BOOK / "_toc.yml").read_text()
    assert re.search(rf"file: {chapter.stem}$", toc, re.MULTILINE)


@pytest.mark.parametrize("executed", EXECUTED, ids=[name(path) for path in EXECUTED])
def test_a_run_gives_no_warning(executed):
    """The book does not show standard error, which may hold progress bars only."""
    if executed.stem.endswith(".failed"):
        pytest.skip("a run that failed")
    notebook = nbformat.read(executed, as_version=4)
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            assert output.output_type != "error"
            if output.output_type == "stream" and output.name == "stderr":
                lines = filter(str.strip, re.split(r"[\r\n]", output.text))
                assert [line for line in lines if not PROGRESS.search(line)] == []
