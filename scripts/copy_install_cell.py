"""Copy the cell that installs the library in Colab from the first chapter into all the others.

The five must be the same (`tests/test_install_cell.py`): change the one in ``book/boxes.ipynb``,
then run ``python scripts/copy_install_cell.py``.
"""

from pathlib import Path

import nbformat

BOOK = Path(__file__).resolve().parents[1] / "book"


def is_install_cell(cell) -> bool:
    return "install" in cell.metadata.get("tags", ())


def main() -> None:
    first = nbformat.read(BOOK / "boxes.ipynb", as_version=4)
    [cell] = filter(is_install_cell, first.cells)
    for chapter in sorted(BOOK.glob("*.ipynb")):
        notebook = nbformat.read(chapter, as_version=4)
        others = [other for other in notebook.cells if not is_install_cell(other)]
        notebook.cells = [others[0], cell, *others[1:]]  # after the title
        nbformat.write(notebook, chapter)


if __name__ == "__main__":
    main()
