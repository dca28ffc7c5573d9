"""Run the book's chapters as Google Colab would: ``make colab``.

Colab's Python (3.13, from Debian's release trixie in a folder of its own, which needs root and
debootstrap; where this Python is 3.13 a virtual environment does), Colab's versions of all that
the book uses (``tests/colab_versions.txt``), a stand-in for google.colab, and the notebooks as
they are in git. Each runs from its first cell, which finds out where it is from and installs the
library from there; this must change nothing that Colab has.

The executed notebooks, with ``report.json``, go to ``.colab/chapters``; tests/test_colab_replica.py
looks at them.
"""

import argparse
import contextlib
import hashlib
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import quote

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from t2b_lib.__main__ import chapters

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
VERSIONS = ROOT / "tests" / "colab_versions.txt"
# What runs a notebook; papermill is the one thing here that Colab does not have.
JUPYTER = ["ipykernel", "ipython", "ipywidgets", "nbclient", "nbformat", "papermill", "pip"]
# Where Colab is told that the notebooks are from; git takes them from this checkout.
ADDRESS = "https://github.com/replica/task2box"


class NotHere(Exception):
    """Why this machine cannot have a replica."""


def colab_versions() -> dict[str, str]:
    lines = [line for line in VERSIONS.read_text().splitlines() if not line.startswith("#")]
    return {canonicalize_name(line.partition("==")[0]): line for line in lines}


def packages() -> list[str]:
    """What the book asks for and Colab has, and what runs a notebook."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *extras["embedded"], *extras["hub"]]
    names = {canonicalize_name(Requirement(text).name) for text in asked}
    return sorted(names & set(colab_versions())) + JUPYTER


class Replica:
    """A folder in which commands find Colab's Python, at ``/`` or, without a new root, below it."""

    def __init__(self, folder: Path):
        self.root = folder / "root"
        self.changed_root = sys.version_info[:2] != (3, 13)

    def inside(self, path: str) -> str:
        return f"/{path}" if self.changed_root else str(self.root / path)

    def run(self, *command: str, **variables: str) -> str:
        """Run a command there, with a small environment; returns what it says."""
        home = self.root / "root"
        home.mkdir(parents=True, exist_ok=True)
        paths = [self.inside("opt/colab/bin"), "/usr/local/bin", "/usr/bin", "/bin"]
        environment = {
            "HOME": self.inside("root"),
            "LANG": "C.UTF-8",
            "PATH": os.pathsep.join(paths),
            "UV_CACHE_DIR": self.inside("var/cache/uv"),
            **{name: value for name, value in os.environ.items() if _concerns_network(name)},
            **variables,
        }
        enter = []
        if self.changed_root:
            # A mount that ends with the command, so that nothing is left mounted below the folder.
            enter = ["unshare", "--mount", "--pid", "--fork", f"--mount-proc={self.root}/proc"]
            enter += ["chroot", str(self.root)]
        done = subprocess.run(
            [*enter, "/usr/bin/env", "-i", *(f"{k}={v}" for k, v in environment.items()), *command],
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f"error: in the replica, {command[0]} ended with {done.returncode}")
        return done.stdout

    def build(self) -> None:
        """Install Python and Colab's packages, unless they are there."""
        wanted = "\n".join([VERSIONS.read_text(), *packages()])
        state, mark = hashlib.sha256(wanted.encode()).hexdigest(), self.root / "built-from"
        if mark.is_file() and mark.read_text() == state:
            self.empty()
            return
        if not (self.root / "usr/bin/python3").exists() and self.changed_root:
            self._debootstrap()
        uv = shutil.which("uv", path=Path(sys.executable).parent) or shutil.which("uv")
        if uv is None:
            raise NotHere("uv is not installed: pip install uv")
        for folder in ("usr/local/bin", "opt", "content"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        shutil.copy(uv, self.root / "usr/local/bin")
        # torch from the registry brings CUDA of another version than Colab's own build has.
        own = ("nvidia", "cuda", "triton")
        kept = [line for name, line in colab_versions().items() if not name.startswith(own)]
        (self.root / "opt/colab.txt").write_text("\n".join(kept))
        python, uv = self.inside("opt/colab/bin/python"), self.inside("usr/local/bin/uv")
        base = "/usr/bin/python3" if self.changed_root else sys.executable
        self.run(uv, "venv", "--quiet", "--clear", "--python", base, self.inside("opt/colab"))
        command = [uv, "pip", "install", "--quiet", "--python", python]
        self.run(*command, "--constraints", self.inside("opt/colab.txt"), *packages())
        (self.root / "has.json").write_text(json.dumps(self.versions()))
        mark.write_text(state)

    def empty(self) -> None:
        """Take away what the chapters of an earlier run have installed."""
        has = json.loads((self.root / "has.json").read_text())
        added = sorted(set(self.versions()) - set(has))
        if added:
            self.run("python", "-m", "pip", "uninstall", "--quiet", "--yes", *added)

    def _debootstrap(self) -> None:
        if not shutil.which("debootstrap") or os.geteuid() != 0:
            raise NotHere(
                "Colab's Python is 3.13 and this one is not; to bring it, Debian's debootstrap is "
                "needed, and root to run it"
            )
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir(parents=True)
        wanted = "python3,python3-venv,git,ca-certificates"
        command = ["debootstrap", "--variant=minbase", f"--include={wanted}", "trixie", self.root]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            raise NotHere(f"debootstrap ended with status {done.returncode}")
        for name in filter(_concerns_network, os.environ):
            certificates = Path(os.environ[name])
            if certificates.is_file():
                target = self.root / certificates.relative_to("/")
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(certificates, target)
        shutil.copy("/etc/resolv.conf", self.root / "etc")

    def put_book(self) -> str:
        """Lay the book's repository and Colab's stand-in there; returns the commit."""
        site = self.run("python", "-c", "import site; print(site.getsitepackages()[0])").strip()
        site = self.root / Path(site).relative_to(self.inside(""))
        shutil.copytree(ROOT / "scripts/colab_standin", site, dirs_exist_ok=True)
        startup = self.root / "root/.ipython/profile_default/startup/colab.py"
        startup.parent.mkdir(parents=True, exist_ok=True)
        startup.write_text("import google.colab.output\n")
        repository = self.root / "srv/book.git"
        shutil.rmtree(repository, ignore_errors=True)
        subprocess.run(["git", "clone", "--quiet", "--bare", ROOT, repository], check=True)
        settings = f'[url "file://{self.inside("srv/book.git")}"]\n\tinsteadOf = {ADDRESS}\n'
        settings += "[safe]\n\tdirectory = *\n"
        (self.root / "root/.gitconfig").write_text(settings)
        return _git("rev-parse", "HEAD").strip()

    def versions(self) -> dict[str, str]:
        """Every package there: {name: version}."""
        listed = json.loads(self.run("python", "-m", "pip", "list", "--format=json"))
        return {package["name"]: package["version"] for package in listed}


def _concerns_network(name: str) -> bool:
    return name.lower().endswith("_proxy") or name in (
        "SSL_CERT_FILE",
        "PIP_CERT",
        "GIT_SSL_CAINFO",
    )


def _git(*arguments: str) -> str:
    command = ["git", "-C", os.fspath(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@contextlib.contextmanager
def opened_from(path: str):
    """The variables by which a notebook in Colab asks where it was opened, while that is `path`."""

    class Sessions(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps([{"path": path}]).encode())

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sessions) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield {"COLAB_JUPYTER_IP": "127.0.0.1", "KMP_TARGET_PORT": str(server.server_port)}
        server.shutdown()


def run_chapter(replica: Replica, name: str, commit: str, done: Path) -> float:
    """Execute one chapter as it is in git, in Colab's folder; returns the seconds taken."""
    content = replica.root / "content"
    shutil.rmtree(content)
    content.mkdir()
    source = f"book/{name}.ipynb"
    (content / f"{name}.ipynb").write_text(_git("show", f"{commit}:{source}"), encoding="utf-8")
    start = time.perf_counter()
    with opened_from(f"fileId={quote(f'{ADDRESS}/blob/{commit}/{source}')}") as variables:
        if threads := os.environ.get("OMP_NUM_THREADS"):
            variables["OMP_NUM_THREADS"] = threads
        where = replica.inside("content")
        replica.run(
            *("papermill", f"{where}/{name}.ipynb", f"{where}/done.ipynb", "--cwd", where),
            *("--kernel", "python3", "--parameters", "profile", "quick"),
            **variables,
        )
    seconds = time.perf_counter() - start
    shutil.copy(content / "done.ipynb", done / f"{name}.ipynb")
    if (calls := content / "calls.txt").is_file():
        shutil.copy(calls, done / f"{name}.calls.txt")
    return seconds


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the chapters in a replica of Colab.")
    parser.add_argument("--folder", type=Path, default=ROOT / ".colab", help="default: .colab")
    parser.add_argument(
        "--if-possible",
        action="store_true",
        help="where no replica can be built, say so and end well",
    )
    options = parser.parse_args()
    replica, done = Replica(options.folder.resolve()), options.folder / "chapters"
    start = time.perf_counter()
    try:
        replica.build()
    except NotHere as reason:
        print(f"no replica of Colab: {reason}", file=sys.stderr)
        return 0 if options.if_possible else 1
    report = {"python": replica.run("python", "--version").split()[1]}
    report["built_s"] = round(time.perf_counter() - start)
    shutil.rmtree(done, ignore_errors=True)
    done.mkdir()
    commit = replica.put_book()
    before = replica.versions()
    report["chapters_s"] = {}
    for name in chapters(ROOT / "book"):
        seconds = run_chapter(replica, name, commit, done)
        report["chapters_s"][name] = round(seconds)
        print(f"{name}: {seconds:.0f} s", flush=True)
    after = replica.versions()
    report["added"] = {name: after[name] for name in sorted(set(after) - set(before))}
    report["changed"] = {n: [v, after.get(n)] for n, v in before.items() if after.get(n) != v}
    script = "import anywidget; print(anywidget.__path__[0] + '/nbextension/index.js')"
    path = Path(replica.run("python", "-c", script).strip())
    shutil.copy(replica.root / path.relative_to(replica.inside("")), done / "anywidget.js")
    (done / "report.json").write_text(json.dumps(report, indent=1))
    print(json.dumps(report, indent=1))
    if report["changed"]:
        print("error: the install cell changed what Colab has", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
