"""Make the page of the API: every public name, and which chapters use it.

    python scripts/make_api_page.py

book/api.md gets a section for each module, filled from the docstrings when the book is built, and a
table from the chapters to the names that they use and back.
"""

import ast
import importlib
import inspect
from pathlib import Path

import nbformat
from sphinx_external_toc.parsing import parse_toc_yaml

BOOK = Path(__file__).parents[1] / "book"
MODULES = {
    "t2b_lib": "Boxes, collections, models",
    "t2b_lib.taxonomy": "Taxonomies",
    "t2b_lib.representation": "Representations",
    "t2b_lib.affinity": "Affinities of tasks",
    "t2b_lib.hub": "The map of public datasets",
    "t2b_lib.evaluation": "Scores",
    "t2b_lib.protocol": "The protocol",
    "t2b_lib.tables": "Tables of results",
    "t2b_lib.plots": "Figures",
    "t2b_lib.widgets": "Widgets",
}


def main():
    (BOOK / "api.md").write_text(page(), encoding="utf-8")


def page() -> str:
    """The text of the page."""
    names, homes = public_names()
    used = {chapter: sorted(names_in(chapter, homes)) for chapter in chapters()}
    chapters_of = {}
    for chapter, those in used.items():
        for name in those:
            chapters_of.setdefault(name, []).append(chapter)
    lines = [
        "# The API",
        "",
        "<!-- Made by scripts/make_api_page.py. -->",
        "",
        "Everything public in `t2b_lib`, from its docstrings. `import t2b_lib as t2b` is how the",
        "chapters begin.",
        "",
        "## From the chapters to the functions",
        "",
        "| chapter | what it uses |",
        "|---|---|",
    ]
    for chapter, those in used.items():
        lines.append(f"| {{doc}}`{chapter}` | {', '.join(f'{{py:obj}}`~{n}`' for n in those)} |")
    for module, title in MODULES.items():
        lines += ["", f"## {title}", "", f"`{module}`", ""]
        for name in names[module]:
            full = f"{module}.{name}"
            what = getattr(importlib.import_module(module), name)
            kind = "class" if inspect.isclass(what) else "function"
            lines += ["```{eval-rst}", f".. auto{kind}:: {full}"]
            if kind == "class":
                # scikit-learn adds these to each estimator; their docstrings link to its own pages.
                added = [n for n in dir(what) if n.startswith("set_") and n.endswith("_request")]
                lines.append("   :members:")
                if added:
                    lines.append(f"   :exclude-members: {', '.join(added)}")
            lines += ["```", ""]
            if full in chapters_of:
                where = ", ".join(f"{{doc}}`{c}`" for c in chapters_of[full])
                lines += [f"Used in {where}.", ""]
    return "\n".join(lines).rstrip() + "\n"


def chapters() -> list[str]:
    """The notebooks of the book, in its order."""
    pages = parse_toc_yaml(BOOK / "_toc.yml")
    return [str(name) for name in pages if (BOOK / f"{name}.ipynb").exists()]


def public_names() -> tuple[dict[str, list[str]], dict[str, str]]:
    """The public names of each module, and the full name under which each object is listed."""
    names, homes = {}, {}
    for module in MODULES:
        loaded = importlib.import_module(module)
        own = getattr(loaded, "__all__", None) or [
            name
            for name, what in vars(loaded).items()
            if not name.startswith("_") and getattr(what, "__module__", None) == module
        ]
        names[module] = []
        for name in own:
            what = getattr(loaded, name)
            if callable(what) and id(what) not in homes:
                homes[id(what)] = f"{module}.{name}"
                names[module].append(name)
    return names, homes


def names_in(chapter: str, homes: dict[str, str]) -> set[str]:
    """The full names that the code of a chapter uses."""
    notebook = nbformat.read(BOOK / f"{chapter}.ipynb", as_version=4)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    source = "\n".join(line for cell in cells for line in cell.splitlines() if line[:1] not in "%!")
    tree = ast.parse(source)
    known, found = {}, set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "t2b_lib":
                    known[alias.asname or "t2b_lib"] = importlib.import_module(alias.name)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("t2b_lib"):
            for alias in node.names:
                known[alias.asname or alias.name] = attribute(node.module, alias.name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            what = resolve(node, known)
            if what is not None and id(what) in homes:
                found.add(homes[id(what)])
    return found


def attribute(module: str, name: str):
    """What ``from module import name`` gives."""
    try:
        return getattr(importlib.import_module(module), name)
    except AttributeError:
        return importlib.import_module(f"{module}.{name}")


def resolve(node: ast.AST, known: dict):
    """The object that a dotted name stands for, or None."""
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = resolve(node.value, known)
        return getattr(owner, node.attr, None) if owner is not None else None
    return None


if __name__ == "__main__":
    main()
