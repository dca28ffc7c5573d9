"""The widgets' JavaScript under Node: unit tests, agreement with the library, fresh bundles."""

import sys
from pathlib import Path

import pytest
import torch
from conftest import ROOT

import t2b_lib as t2b

sys.path.insert(0, str(ROOT / "scripts"))
import bundle_scripts


def test_the_modules_pass_their_unit_tests(node):
    done = node(["--test", *map(str, sorted((ROOT / "tests" / "js").glob("*.test.mjs")))])
    assert done.returncode == 0, done.stdout


def test_every_bundle_names_the_modules_of_today():
    folder = bundle_scripts.WIDGETS / "bundle"
    entries = {Path(entry).name: entry for entry in bundle_scripts.ENTRIES}
    assert {path.name for path in folder.iterdir()} == set(entries)
    for path in folder.iterdir():
        line = bundle_scripts.first_line(entries[path.name])
        stale = f"{path.name} is stale: run `make bundle`"
        assert path.read_text(encoding="utf-8").startswith(line), stale


def test_bundles_are_what_esbuild_makes(tmp_path):
    try:
        bundle_scripts.build(tmp_path)
    except ConnectionError as problem:
        pytest.skip(str(problem))
    for path in (bundle_scripts.WIDGETS / "bundle").iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_a_change_of_a_module_makes_its_bundles_stale(tmp_path, monkeypatch):
    (tmp_path / "js" / "parts").mkdir(parents=True)
    (tmp_path / "js" / "a.js").write_text('import { b } from "./parts/b.js";\nexport default b;')
    (tmp_path / "js" / "c.js").write_text("export default 1;")
    monkeypatch.setattr(bundle_scripts, "WIDGETS", tmp_path)
    seen = []
    for value in (1, 2):
        (tmp_path / "js" / "parts" / "b.js").write_text(f"export const b = {value};")
        seen.append([bundle_scripts.first_line(f"js/{name}.js") for name in "ac"])
    assert seen[0][0] != seen[1][0]
    assert seen[0][1] == seen[1][1]


@pytest.mark.parametrize("temperature", [0, 0.01, 0.1, 1])
def test_the_playgrounds_arithmetic_is_the_librarys(node, temperature):
    """Against `t2b.pairwise_overlap`: random, nested, disjoint, touching and flat boxes."""
    generator = torch.Generator().manual_seed(1)
    lower = torch.rand(40, 2, generator=generator, dtype=torch.float64) * 2 - 1
    sides = torch.rand(40, 2, generator=generator, dtype=torch.float64) ** 3
    lower[0], sides[0] = torch.tensor([-5.0, -5.0]), torch.tensor([10.0, 10.0])
    sides[1, 0] = sides[2, 1] = 0
    sides[3] = 0
    lower[4] = lower[5] + torch.tensor([0.0, 1.0]) * sides[5]
    boxes = t2b.Boxes(lower, lower + sides)
    seen = node.answer(
        """import { updateOverlaps } from "./overlap.js";
        const matrix = new Float64Array(given.lower.length ** 2);
        updateOverlaps(matrix, given, [...given.lower.keys()]);
        answer([...matrix]);""",
        {
            "lower": boxes.lower.tolist(),
            "upper": boxes.upper.tolist(),
            "temperature": temperature,
        },
    )
    soft = {"soft": True, "volume_temperature": temperature} if temperature else {}
    expected = t2b.pairwise_overlap(boxes, **soft).flatten()
    assert (torch.tensor(seen, dtype=torch.float64) - expected).abs().max() < 1e-6


def test_the_explorers_share_and_gradient_are_the_librarys(node):
    shift = torch.linspace(-2.5, 2.5, 501, dtype=torch.float64)
    shift = (shift + 1e-3).requires_grad_()  # beside the kinks
    fixed = t2b.Boxes(torch.zeros(1, 1).double(), torch.ones(1, 1).double())
    sliding = t2b.Boxes(shift[:, None], shift[:, None] + 1)
    for temperature in (0, 0.02, 0.1, 1):
        soft = {"soft": True, "volume_temperature": temperature} if temperature else {}
        share = t2b.overlap(fixed, sliding, **soft)
        (gradient,) = torch.autograd.grad(share.sum(), shift)
        seen = node.answer(
            """import { shareAt } from "./explorer.js";
            answer(given[0].map((at) => shareAt(at, given[1])));""",
            [shift.tolist(), temperature],
        )
        expected = torch.stack([share.detach(), gradient], dim=1)
        assert (torch.tensor(seen, dtype=torch.float64) - expected).abs().max() < 1e-6
