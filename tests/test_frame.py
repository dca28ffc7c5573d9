"""The project's frame: two lists of requirements agree, and the lock covers them."""

import re
import subprocess
import sys
import zipfile
from itertools import chain

import pytest
import yaml
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# Software that has another name on conda-forge than on PyPI.
CONDA_NAMES = {"pytorch": "torch", "ray-default": "ray"}
PYTHONS = ("3.10", "3.11", "3.12", "3.13")


def requirements(python=None):
    """The requirements of the project and all its extras: {name: specifiers}."""
    lists = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    asked = [Requirement(text) for text in chain.from_iterable(lists)]
    wanted = {}
    for one in asked:
        if python is None or not one.marker or one.marker.evaluate({"python_version": python}):
            wanted.setdefault(canonicalize_name(one.name), set()).add(str(one.specifier))
    assert all(len(specifiers) == 1 for specifiers in wanted.values()), wanted
    return {name: specifiers.pop() for name, specifiers in wanted.items()}


def locked(python):
    """The versions that constraints.txt gives a Python on Linux: {name: version}."""
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "os_name": "posix",
    }
    versions = {}
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        one = Requirement(line)
        if one.marker and not one.marker.evaluate(environment):
            continue
        [specifier] = one.specifier
        assert specifier.operator == "==", line
        assert versions.setdefault(canonicalize_name(one.name), specifier.version) == (
            specifier.version
        ), f"two versions of {one.name} for Python {python}"
    return versions


def test_conda_users_get_the_same_requirements():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    entries = environment["dependencies"]
    [by_pip] = (entry["pip"] for entry in entries if isinstance(entry, dict))
    assert by_pip[-1] == "--editable ."
    asked = [Requirement(text) for text in entries if isinstance(text, str)]
    asked += [Requirement(text) for text in by_pip[:-1]]
    names = [canonicalize_name(CONDA_NAMES.get(one.name, one.name)) for one in asked]
    assert len(set(names)) == len(names)
    conda = {name: str(one.specifier) for name, one in zip(names, asked, strict=True)}
    assert conda.pop("python") == PROJECT["requires-python"]
    assert conda.pop("pip") == ""
    assert conda == requirements()


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_meets_every_requirement(python):
    versions = locked(python)
    for name, specifiers in requirements(python).items():
        assert name in versions, f"{name} is not in constraints.txt: make lock"
        wanted = Requirement(f"{name}{specifiers}")
        assert wanted.specifier.contains(Version(versions[name]), prereleases=True), name


def test_the_lock_names_no_host():
    text = (ROOT / "constraints.txt").read_text()
    assert not re.search(r"://|--(extra-)?index|--find-links|\bfile:", text)


def test_every_supported_python_is_named():
    named = {c.rpartition(" ")[2] for c in PROJECT["classifiers"] if "Python :: 3." in c}
    assert named == set(PYTHONS)


def test_the_wheel_contains_every_file_of_the_packages(tmp_path):
    """Built as pip builds it, without the network."""
    code = f"import hatchling.build as b; b.build_wheel({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    tracked = {
        path.relative_to(ROOT).as_posix()
        for package in ("t2b_lib", "t2b_rooms")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert tracked <= inside
    assert not {name for name in inside - tracked if not name.startswith("t2b_lib-")}


def make(*arguments):
    done = subprocess.run(
        ["make", "-C", str(ROOT), "--no-print-directory", *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_make_lists_its_targets():
    said = make("help")
    for target in ("book", "test", "lint", "lock", "lowest", "colab", "clean"):
        assert re.search(rf"^{target}:", said, re.MULTILINE)


def test_make_passes_profile_and_device_on():
    said = make("--dry-run", "book", "PROFILE=quick", "DEVICE=cpu")
    assert "-m t2b_lib run --profile quick --device cpu" in said
    assert said.index("t2b_lib run") < said.index("t2b_lib build")


def test_ci_uses_the_documented_commands():
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in lines if line.startswith("make")] == [
        "make lint",
        "make book PROFILE=quick",
        "make test",
    ]
    subprocess.run(["bash", "-n", ROOT / ".ci" / "run"], check=True)


def test_the_citation_names_the_paper():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    paper = citation["preferred-citation"]
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]
    assert paper["title"].startswith("Task2Box: Box Embeddings")
    assert [a["family-names"] for a in paper["authors"]] == ["Daroya", "Sun", "Maji"]


def test_cited_files_exist():
    folders = ("t2b_lib", "t2b_rooms", "scripts", "benchmarks", "book")
    cited = re.compile(
        rf"\b((?:{'|'.join(folders)})/[a-z0-9_./-]+\.(?:py|csv|md|json|js|ipynb|png))\b"
    )
    files = [ROOT / "README.md", *chain.from_iterable((ROOT / f).rglob("*") for f in folders)]
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in files
        if path.suffix in (".py", ".md", ".ipynb", ".js")
        and not {"_build", "bundle"}.intersection(path.parts)
        for name in cited.findall(path.read_text(encoding="utf-8"))
        if not (ROOT / name).exists()
    }
    assert missing == set()
