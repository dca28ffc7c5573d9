"""Each extra brings what it promises: nothing else is needed to import and use it."""

import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROJECT = tomllib.loads(Path(__file__).parents[1].joinpath("pyproject.toml").read_text())["project"]

USES = {
    "embedded": "t2b.representation.extract(images(), t2b.representation.EmbeddedEncoder(), **ask)",
    "extraction": """
import open_clip
t2b.representation.Probe(__import__('timm').create_model('resnet18'))
t2b.representation.extract(images(), Plain(), **ask)
""",
    "cluster": "import ray; t2b.representation.extract(images(), Plain(), **ask)",
    "hub": "import datasets, pyarrow; t2b.hub",
}

SCRIPT = """
import sys
from importlib.machinery import PathFinder

class Brought:
    @staticmethod
    def find_spec(name, path=None, target=None):
        blocked = name.partition(".")[0] in {blocked}
        return None if blocked else PathFinder.find_spec(name, path, target)

    @staticmethod
    def find_distributions(*args):
        found = PathFinder.find_distributions(*args)
        return (d for d in found if d.name.lower().replace("_", "-") in {brought})

sys.meta_path[:] = [Brought if finder is PathFinder else finder for finder in sys.meta_path]

import numpy as np
import torch
from PIL import Image
import t2b_lib as t2b
from t2b_lib.representation.sources import IndexedImages, Item

class Plain:
    device = torch.device("cpu")
    identity = {{"encoder": "plain"}}
    def spatial(self, image):
        return torch.from_numpy(np.array(image)).permute(2, 0, 1)
    def encode_images(self, pixels):
        return pixels.float().mean(dim=(2, 3))
    def encode_texts(self, texts):
        return torch.ones(len(texts), 1)

def images():
    image = Image.new("RGB", (9, 9))
    return IndexedImages("one", ["a"], 1, lambda i: Item("0", lambda: (image, 0)))

t2b.store.cache_folder()
ask = {{"cache": {cache!r}, "progress": False}}
{use}
"""


def closure(extra: str) -> set[str]:
    """The distributions that pip would install with one extra."""
    asked = PROJECT["dependencies"] + PROJECT["optional-dependencies"].get(extra, [])
    waiting, found = [Requirement(text) for text in asked], set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras))
        if key in found:
            continue
        found.add(key)
        try:
            further = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        environments = [{"extra": e} for e in requirement.extras] or [{"extra": ""}]
        waiting += [
            r
            for r in map(Requirement, further)
            if not r.marker or any(r.marker.evaluate(e) for e in environments)
        ]
    return {name for name, _ in found}


@pytest.mark.parametrize("extra", USES)
def test_an_extra_needs_no_other(extra, tmp_path, monkeypatch):
    # Ray, once imported, shows the packages that it carries as if they were installed.
    own = [folder for folder in sys.path if "thirdparty_files" not in folder]
    monkeypatch.setattr(sys, "path", own)
    for requirement in PROJECT["optional-dependencies"].get(extra, []):
        name = Requirement(requirement).name
        try:
            distribution(name)
        except PackageNotFoundError:
            pytest.skip(f"{name} is not installed")
    brought = closure(extra) | {"t2b-lib"}
    blocked = {
        module
        for module, owners in packages_distributions().items()
        if not brought & {canonicalize_name(owner) for owner in owners}
        and re.fullmatch(r"[a-z]\w*", module)
    }
    names = {"blocked": blocked, "brought": brought, "cache": str(tmp_path)}
    script = SCRIPT.format(**names, use=USES[extra])
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
