"""Run the book's chapters and render the book: ``python -m t2b_lib run`` and ``build``.

``run`` executes each chapter with papermill into ``book/_build/notebooks`` and skips chapters that
have not changed since their last run. ``build`` renders those notebooks and the book's other pages
with Jupyter Book into ``book/_build/html``; the pages load nothing from another host.
"""

import argparse
import hashlib
import importlib
import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from t2b_lib import _page_scripts
from t2b_lib._published import colab_button, launch_buttons, published_source

LIBRARY = Path(__file__).parent
PARAMETERS = ("profile", "device", "seed")


class BookError(Exception):
    """An error that ends a run or a build; its message is printed without a traceback."""


def chapters(book: Path) -> list[str]:
    """The notebooks in a book's table of contents, in its order, without ``.ipynb``.

    `book` is the folder of the sources. Raises BookError if it has no readable ``_toc.yml``.
    """
    import yaml
    from sphinx_external_toc.parsing import MalformedError, parse_toc_yaml

    toc = book / "_toc.yml"
    if not toc.is_file():
        raise BookError(f"no book here: {toc} is missing. Run this in the repository's root.")
    try:
        pages = list(parse_toc_yaml(toc))
    except (MalformedError, ValueError, yaml.YAMLError) as error:
        raise BookError(f"{toc} cannot be read: {' '.join(str(error).split())}") from None
    notebooks = [page for page in pages if (book / f"{page}.ipynb").is_file()]
    if not notebooks:
        raise BookError(f"{toc} names no chapter that is a notebook beside it.")
    return notebooks


def fingerprint(source: Path, parameters: dict, library: Path = LIBRARY) -> str:
    """One hash of all that a chapter's outputs depend on: notebook, library, parameters."""
    return hashlib.sha256(
        json.dumps([parameters, _tree_digest(source, library)], sort_keys=True).encode()
    ).hexdigest()


def _tree_digest(*roots: Path) -> str:
    digest = hashlib.sha256()
    for root in roots:
        for path in sorted(p for p in [root, *root.rglob("*")] if p.is_file()):
            if "__pycache__" not in path.parts:
                digest.update(f"\0{path.relative_to(root).as_posix()}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _record(executed: Path) -> dict:
    """What the last run wrote into a notebook's metadata; {} if it is missing or damaged."""
    try:
        return json.loads(executed.read_text(encoding="utf-8"))["metadata"]["t2b_lib"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _check_source(source: Path) -> None:
    """Check that a chapter takes the parameters."""
    import nbformat
    from papermill.translators import PythonTranslator

    try:
        notebook = nbformat.read(source, as_version=4)
    except (AttributeError, TypeError, ValueError, nbformat.ValidationError):
        raise BookError(f"{source} is not a notebook: Jupyter could not open it either.") from None
    tagged = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", ())]
    if len(tagged) != 1:
        raise BookError(
            f"{source} has {len(tagged)} cells tagged 'parameters': give it exactly one, "
            f"which sets {', '.join(PARAMETERS)}."
        )
    found = {parameter.name for parameter in PythonTranslator.inspect(tagged[0])}
    if found != set(PARAMETERS):
        raise BookError(
            f"the cell tagged 'parameters' of {source} sets {sorted(found)}: "
            f"it must set {', '.join(PARAMETERS)} and nothing else."
        )


def run_chapter(source: Path, executed: Path, parameters: dict, label: str = "") -> None:
    """Execute one chapter in this interpreter, with values for the cell tagged ``parameters``.

    The notebook `source` is only read; it runs in its own folder, as in Jupyter. The notebook with
    its outputs, `executed`, appears only when the last cell has run. `label` is the text before the
    progress bar. Raises BookError if the notebook takes no parameters or a cell fails. The message
    names the cell and the error; the outputs so far are kept in ``<chapter>.failed.ipynb`` beside
    `executed`.
    """
    import nbformat
    import papermill
    from jupyter_client import AsyncKernelManager
    from jupyter_client.kernelspec import KernelSpecManager
    from nbclient.exceptions import DeadKernelError

    _check_source(source)
    record = {**parameters, "fingerprint": fingerprint(source, parameters)}
    executed.parent.mkdir(parents=True, exist_ok=True)
    unfinished = executed.with_name(f".{executed.stem}.unfinished.ipynb")
    failed = executed.with_name(f"{executed.stem}.failed.ipynb")
    try:
        done = papermill.execute_notebook(
            source,
            unfinished,
            parameters,
            kernel_name="python3",
            language="python",
            cwd=source.parent,
            progress_bar={"desc": label or source.stem},
            # A user's own kernel "python3", perhaps another interpreter, would come first.
            km=AsyncKernelManager(kernel_spec_manager=KernelSpecManager(kernel_dirs=[])),
            # Warnings, such as that TCP is not encrypted, would break the progress bar.
            extra_arguments=["--log-level=ERROR"],
        )
    except (papermill.PapermillExecutionError, DeadKernelError) as error:
        unfinished.replace(failed)
        raise BookError(_failure(error, failed)) from error
    else:
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        done.metadata.setdefault("kernelspec", kernel)
        done.metadata["t2b_lib"] = record
        nbformat.write(done, unfinished)
        unfinished.replace(executed)
    finally:  # of a full disk, or of Ctrl-C
        unfinished.unlink(missing_ok=True)
    failed.unlink(missing_ok=True)


def _failure(error, failed: Path) -> str:
    """Which cell failed, counted as in the source notebook, and with which error."""
    from nbclient.exceptions import DeadKernelError

    added = {"injected-parameters", "papermill-error-cell-tag"}
    cells = [
        cell
        for cell in json.loads(failed.read_text(encoding="utf-8"))["cells"]
        if not added.intersection(cell["metadata"].get("tags", ()))
    ]
    # A run stops at the cell that fails, so this is the last one that has a start time.
    begun = [n for n, c in enumerate(cells) if c["metadata"].get("papermill", {}).get("start_time")]
    lines = "".join(cells[begun[-1]]["source"]).splitlines() if begun else []
    if isinstance(error, DeadKernelError):
        what = "the kernel died (out of memory?)"
    else:
        what = f"{error.ename}: {error.evalue}".splitlines()[0]
    return (
        f"cell {begun[-1] + 1 if begun else 1} of {len(cells)} failed: "
        f"{next(filter(str.strip, lines), '')}\n    {what}\n  The outputs so far are in {failed}."
    )


def run(
    book: Path,
    names: list[str] | None = None,
    *,
    profile: str = "demo",
    device: str = "auto",
    seed: int = 0,
    force: bool = False,
) -> None:
    """Execute the chapters `names`, or all, of the sources `book` into ``_build/notebooks`` there.

    They run in the order of the table of contents; `profile`, `device` and `seed` are values for
    their ``parameters`` cells. Chapters that have not changed are skipped unless `force` is set.
    Raises BookError if a chapter is unknown or fails.
    """
    known = chapters(book)
    wanted = names or known
    if unknown := [name for name in wanted if name not in known]:
        raise BookError(
            f"no chapter {', '.join(map(repr, unknown))}: "
            f"the chapters of {book} are {', '.join(known) or 'none'}."
        )
    parameters = {"profile": profile, "device": device, "seed": seed}
    todo = [name for name in known if name in wanted]
    for number, name in enumerate(todo, start=1):
        source, executed = book / f"{name}.ipynb", book / "_build" / "notebooks" / f"{name}.ipynb"
        label = f"{name} ({number} of {len(todo)})"
        now = fingerprint(source, parameters)
        if not force and _record(executed).get("fingerprint") == now:
            print(f"{label}: unchanged", flush=True)
            continue
        start = time.perf_counter()
        try:
            run_chapter(source, executed, parameters, label)
        except BookError as error:
            raise BookError(f"chapter {name}: {error}") from error
        print(f"{label}: {time.perf_counter() - start:.0f} s, {profile} profile", flush=True)


def _stage(book: Path, stage: Path, address: str, commit: str) -> None:
    """Collect what Jupyter Book renders: the sources, with the executed notebooks.

    A notebook that a reader downloads installs the library from `address` at `commit`.
    """
    import nbformat

    executed = {name: book / "_build" / "notebooks" / f"{name}.ipynb" for name in chapters(book)}
    if missing := [name for name, path in executed.items() if not path.is_file()]:
        raise BookError(
            f"not executed yet: {', '.join(missing)}. "
            f"First run: python -m t2b_lib run {' '.join(missing)}"
        )
    shutil.rmtree(stage, ignore_errors=True)
    shutil.copytree(book, stage, ignore=shutil.ignore_patterns("_build", ".*"))
    for name, path in executed.items():
        notebook = nbformat.read(path, as_version=4)
        record = _record(path)
        parameters = {key: record.get(key) for key in PARAMETERS}
        if record.get("fingerprint") != fingerprint(book / f"{name}.ipynb", parameters):
            print(f"note: {name} or the library changed since the chapter ran", file=sys.stderr)
        _check_widgets(name, notebook)
        for cell in notebook.cells:
            for output in cell.get("outputs", ()):
                data = output.get("data", {})
                if "text/html" in data:
                    data["text/html"] = _with_scopes(data["text/html"])
            tags = cell.metadata.get("tags", [])
            if "parameters" in tags or "injected-parameters" in tags:
                cell.metadata.tags = [*tags, "remove-cell"]
            if "install" in tags:
                known = f"address, commit = {json.dumps(address)}, {json.dumps(commit)}"
                cell.source = cell.source.replace('address, commit = "", ""', known)
        nbformat.write(notebook, stage / f"{name}.ipynb")


def _with_scopes(html: str) -> str:
    """Tables of pandas, whose heads say of which column or row they are."""
    head, end, body = html.rpartition("</thead>")
    head = re.sub(r"<th(?=[ >])", '<th scope="col"', head)
    return head + end + re.sub(r"<th(?=[ >])", '<th scope="row"', body) if end else html


def _check_widgets(name: str, notebook) -> None:
    state = notebook.metadata.get("widgets", {}).get(
        "application/vnd.jupyter.widget-state+json", {}
    )
    modules = {model["model_module"] for model in state.get("state", {}).values()}
    foreign = modules - _page_scripts.WIDGET_MODULES
    if foreign:
        raise BookError(
            f"{name} has widgets from {', '.join(sorted(foreign))}, which the book does not serve: "
            "write them with anywidget or ipywidgets' own controls."
        )


def _read_settings(config: Path) -> dict:
    import yaml

    try:
        settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise BookError(f"{config} cannot be read: {' '.join(str(error).split())}") from None
    if not isinstance(settings, dict):
        raise BookError(f"{config} has no settings: see jupyterbook.org/customize/config.html")
    return settings


def build(book: Path, config: Path) -> Path:
    """Render the sources `book`, whose chapters have been executed, with a ``_config.yml``.

    Returns the first page, ``book/_build/html/index.html``; this folder is replaced only if there
    was no error. Raises BookError if a chapter has not been executed, the pages' scripts cannot be
    downloaded, Jupyter Book fails or warns, or a page would load something from another host.
    """
    work = book / "_build"
    stage, site, html = work / "src", work / "site", work / "html"
    settings = _read_settings(config)
    address, commit = published_source(settings, config.parent)
    _stage(book, stage, address, commit)
    theme = settings.setdefault("sphinx", {}).setdefault("config", {})
    theme.setdefault("html_theme_options", {}).update(launch_buttons(book.name, address, commit))
    first = chapters(book)[0]
    theme["myst_substitutions"] = {"colab": colab_button(book.name, address, commit, first)}
    config = stage / "_config.yml"
    config.write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML
    state = _tree_digest(stage, Path(_page_scripts.__file__), Path(__file__))
    done = html / ".built-from"
    if done.is_file() and done.read_text() == state:
        print("the pages are up to date", flush=True)
        return html / "index.html"

    importlib.import_module("jupyter_book")  # needed below: not after a download in vain
    try:
        _page_scripts.copy(stage / "_page_scripts" / "_static" / "offline")
    except (ConnectionError, ValueError) as error:
        raise BookError(str(error)) from error
    shutil.rmtree(site, ignore_errors=True)
    command = [
        *(sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build"),
        *(stage, "--path-output", site, "--config", config, "--toc", stage / "_toc.yml"),
        *("--warningiserror", "--keep-going", "--quiet"),
    ]
    # Its standard output names a folder that is renamed below.
    if subprocess.run(command, stdout=subprocess.DEVNULL).returncode:
        raise BookError("Jupyter Book failed or warned: see its messages above.")
    rendered = site / "_build" / "html"
    if remote := _page_scripts.remote_resources(rendered):
        raise BookError("these pages would load from another host:\n  " + "\n  ".join(remote[:20]))
    (rendered / ".built-from").write_text(state)
    shutil.rmtree(html, ignore_errors=True)
    rendered.replace(html)
    return html / "index.html"


def _check_name(book: Path) -> None:
    try:
        str(book).encode("utf-8")
    except UnicodeEncodeError:
        raise BookError(f"the locale cannot name {str(book)!a}: set LC_ALL=C.UTF-8") from None


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m t2b_lib", description="Run the book's chapters and render the book."
    )
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument(
        "--root",
        type=Path,
        default=Path(),
        help="the folder with _config.yml and book/ (default: here)",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    runner = commands.add_parser(
        "run",
        parents=[where],
        help="execute chapters into book/_build/notebooks",
        description="Execute chapters into book/_build/notebooks. A chapter is skipped if its "
        "notebook, the library and the options below are as in its last run.",
    )
    runner.add_argument("chapter", nargs="*", help="such as boxes (default: all of them)")
    runner.add_argument(
        "--profile",
        choices=("quick", "demo", "full"),
        default="demo",
        help="quick: for tests; demo: what the book shows (default); full: the paper's scale, "
        "with downloads, on a GPU",
    )
    runner.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    runner.add_argument("--seed", type=int, default=0)
    runner.add_argument("--force", action="store_true", help="also run unchanged chapters")
    commands.add_parser(
        "build",
        parents=[where],
        help="render the executed chapters as web pages",
        description="Render the book's pages and executed chapters into book/_build/html.",
    )
    options = parser.parse_args(arguments)

    book = options.root.resolve() / "book"
    try:
        _check_name(book)
        if options.command == "run":
            given = {name: getattr(options, name) for name in (*PARAMETERS, "force")}
            run(book, options.chapter, **given)
        else:
            print(build(book, options.root.resolve() / "_config.yml"))
        return 0
    except BookError as error:
        said = error
    except OSError as error:
        said = f"{error.filename or book}: {error.strerror or error}"
    except ModuleNotFoundError as error:
        said = f"{error.name} is not installed: the book needs pip install -e '.[book]'"
    print(f"error: {said}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
