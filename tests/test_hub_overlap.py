"""Soft overlap: both relations against a plain computation, and properties of any datasets."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from t2b_lib.hub import CountedSamples, beyond_chance, calibrated_reach, soft_overlap


def distances(a, b):
    return torch.cdist(a.double(), b.double(), compute_mode="donot_use_mm_for_euclid_dist")


REACH = 0.4
WITHIN = ["reach", "target", "source"]


def plainly(samples, within="target"):
    """Eq. 9 to 12 one after the other, in float64; with a reach in the place of Eq. 12."""
    shares = torch.ones(len(samples), len(samples), dtype=torch.float64)
    for i, source in enumerate(samples):
        for j, target in enumerate(samples):
            within_one = target if within == "target" else source
            limit = REACH if within == "reach" else distances(within_one, within_one).mean()
            d_min = distances(source, target).min(1).values
            if i != j:
                shares[i, j] = ((d_min < limit) | (d_min == 0)).double().mean()
    return shares.float()


def overlaps(*samples, within="target", **options):
    if within == "reach":
        options = {"reach": REACH} | options
    return soft_overlap(*samples, within=within, progress=False, device="cpu", **options)


def random_datasets(seed, count=8, features=3, most=30):
    """Datasets of several sizes and spreads, in float64; some contain or copy others."""
    generator = torch.Generator().manual_seed(seed)
    sizes = torch.randint(1, most, (count,), generator=generator).tolist()
    samples = [
        (
            torch.randn(n, features, generator=generator) * torch.rand(1, generator=generator) * 2
            + torch.randn(features, generator=generator)
        ).double()
        for n in sizes
    ]
    return [*samples, samples[0].clone(), torch.cat(samples[:2]), samples[1][:1].repeat(3, 1)]


def test_by_hand():
    #  a:  0     2           mean over its four pairs: (0 + 2 + 2 + 0) / 4 = 1
    #  b:    1.5   3.25 4.5  mean over its nine pairs: 2 * (1.75 + 3 + 1.25) / 9 = 4 / 3
    a, b = torch.tensor([[0.0], [2.0]]), torch.tensor([[1.5], [3.25], [4.5]])
    # Of a, 2 is 0.5 away from b, and 0 is 1.5 away. Of b, 1.5 is 0.5 away from a, 3.25 is 1.25
    # away, 4.5 is 2.5 away.
    assert overlaps([a, b]).tolist() == [[1, 0.5], [pytest.approx(1 / 3), 1]]
    # Within b: 1.25 is less than 4 / 3.
    assert overlaps([a, b], within="source").tolist() == [[1, 0.5], [pytest.approx(2 / 3), 1]]


@pytest.mark.parametrize("within", WITHIN)
@pytest.mark.parametrize("features", [1, 5, 300])
@pytest.mark.parametrize("seed", range(3))
def test_equals_a_plain_computation(within, features, seed):
    samples = random_datasets(seed, features=features)
    expected = plainly(samples, within)
    assert 0.05 < expected.mean() < 0.95
    torch.testing.assert_close(overlaps(samples, within=within), expected, rtol=0, atol=0)


@pytest.mark.parametrize("tile", [1, 7, 40, 100_000])
def test_the_tile_size_changes_nothing(tile):
    samples = random_datasets(7, count=12)
    torch.testing.assert_close(overlaps(samples, tile=tile), plainly(samples), rtol=0, atol=0)


def test_samples_in_float64_are_compared_in_float64():
    """Small clusters far apart: float32 products about the mean would cancel."""
    generator = torch.Generator().manual_seed(0)
    far = 1000 * torch.randn(4, 5, generator=generator)
    samples = [
        far[i // 3] + 0.01 * (i % 3 + 1) * torch.randn(30, 5, generator=generator).double()
        for i in range(12)
    ]
    expected = plainly(samples)
    assert ((expected > 0) & (expected < 1)).sum() > 10
    assert not torch.equal(overlaps([s.float() for s in samples]), expected)
    torch.testing.assert_close(overlaps(samples), expected, rtol=0, atol=0)


@pytest.mark.parametrize("within", WITHIN)
@pytest.mark.parametrize("tile", [5, 100])
def test_only_the_overlaps_with_others(within, tile):
    samples = random_datasets(11)
    expected = plainly(samples, within)
    found = overlaps(samples[:3], samples[3:], within=within, tile=tile)
    torch.testing.assert_close(found, expected[:3, 3:], rtol=0, atol=0)
    by_name = {str(i): s for i, s in enumerate(samples[3:])}
    back = overlaps(by_name, samples[:3], within=within, tile=tile)
    torch.testing.assert_close(back, expected[3:, :3], rtol=0, atol=0)


def test_datasets_without_extent():
    one, again, other = torch.zeros(1, 2), torch.zeros(3, 2), torch.ones(1, 2)
    line = torch.tensor([[0.0, 0.0], [0.0, 1.0], [0.0, 2.0]])
    expected = [[1, 1, 0, 1], [1, 1, 0, 1], [0, 0, 1, 0], [1 / 3, 1 / 3, 0, 1]]
    found = overlaps([one, again, other, line])
    torch.testing.assert_close(found, torch.tensor(expected))
    assert overlaps([one]).tolist() == [[1]]


def test_the_reach_is_met_by_chance_as_often_as_stated():
    generator = torch.Generator().manual_seed(0)
    samples = [torch.randn(n, 4, generator=generator) for n in (5, 40, 300)]
    shared = [*samples, samples[0].clone()]  # identical samples do not count
    for chance in (0.01, 0.2):
        reach = calibrated_reach(shared, chance)
        pairs = ((0, 1), (0, 2), (1, 2), (1, 3), (2, 3))
        met = [(distances(shared[i], shared[j]) < reach).double().mean() for i, j in pairs]
        # The sixth pair, of the copies, is met off its diagonal alone.
        own = distances(shared[0], shared[3])
        met.append((own[own > 0] < reach).double().mean())
        weight = torch.tensor([1, 1, 1, 1, 1, 0.8])
        assert (torch.stack(met) * weight).sum() / weight.sum() == pytest.approx(chance, rel=0.1)
    left_out = soft_overlap(shared, device="cpu", progress=False)
    given = overlaps(shared, within="reach", reach=calibrated_reach(shared))
    torch.testing.assert_close(left_out, given, rtol=0, atol=0)
    with pytest.raises(ValueError, match="chance must be between 0 and 1, not 1"):
        calibrated_reach(samples, 1)
    with pytest.raises(ValueError, match="different samples of two datasets"):
        calibrated_reach(samples[:1])


def test_what_any_dataset_would_find_is_taken_off():
    shares = torch.tensor([[1, 0.2, 0.0], [0.6, 1, 0.0], [0.8, 0.2, 1], [0.6, 0.6, 0.5]])
    # Of the four, half have at least 0.6, 0.2 and 0.0 of their samples in the targets.
    left, typical = beyond_chance(shares)
    torch.testing.assert_close(typical, torch.tensor([0.6, 0.2, 0.0]))
    assert left[2].tolist() == pytest.approx([0.5, 0, 1])
    assert left[3].tolist() == pytest.approx([0, 0.5, 0.5])
    again, _ = beyond_chance(shares[3:], typical)
    torch.testing.assert_close(again, left[3:])
    # Among themselves, how much of a dataset lies in itself says nothing.
    _, typical = beyond_chance(shares[:3])
    torch.testing.assert_close(typical, torch.tensor([0.6, 0.2, 0.0]))


seeds = st.integers(0, 10**6)


@given(seeds, st.sampled_from(WITHIN))
@settings(max_examples=25, deadline=None)
def test_the_order_changes_nothing(seed, within):
    samples = random_datasets(seed)
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(samples), generator=generator)
    shuffled = [samples[i][torch.randperm(len(samples[i]), generator=generator)] for i in order]
    expected = overlaps(samples, within=within)[order][:, order]
    torch.testing.assert_close(overlaps(shuffled, within=within), expected, rtol=0, atol=0)


@given(seeds, st.integers(-60, 60))
@settings(max_examples=25, deadline=None)
def test_only_the_shape_matters(seed, exponent):
    """The overlaps stay the same when all samples are moved, turned and scaled."""
    samples = random_datasets(seed)
    generator = torch.Generator().manual_seed(seed)
    turn = torch.linalg.qr(torch.randn(3, 3, generator=generator, dtype=torch.float64)).Q
    move = 10 * torch.randn(3, generator=generator, dtype=torch.float64)
    expected = overlaps(samples)
    scaled = overlaps([s * 2.0**exponent for s in samples])
    torch.testing.assert_close(scaled, expected, rtol=0, atol=0)
    moved = overlaps([s @ turn + move for s in samples])
    torch.testing.assert_close(moved, expected, rtol=0, atol=0)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_subsets_and_copies_lie_inside(seed):
    samples = random_datasets(seed)
    found = overlaps(samples)
    assert ((found >= 0) & (found <= 1)).all() and (found.diagonal() == 1).all()
    copy, union = len(samples) - 3, len(samples) - 2
    assert found[0, copy] == found[copy, 0] == 1
    assert found[0, union] == found[1, union] == 1  # subsets lie in their union
    counts = found * torch.tensor([len(s) for s in samples]).unsqueeze(1)
    torch.testing.assert_close(counts, counts.round(), rtol=0, atol=1e-4)


def test_kinds_of_samples():
    samples = random_datasets(1)
    expected = overlaps(samples)
    by_name = {f"dataset {i}": s.numpy() for i, s in enumerate(samples)}
    assert torch.equal(overlaps(by_name), expected)
    halves = [s.half() for s in samples]
    torch.testing.assert_close(overlaps(halves), plainly(halves))
    torch.testing.assert_close(overlaps([s.float() for s in samples]), expected)
    integers = [torch.tensor([[0], [2]]), np.array([[1], [3], [4]])]
    assert overlaps(integers).dtype == torch.float32
    assert overlaps([s.requires_grad_() for s in samples]).requires_grad is False


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        ([], "no dataset"),
        ([torch.ones(2, 3), torch.ones(0, 3)], "number 1 has no samples"),
        ({"birds": torch.ones(2, 3), "cats": torch.ones(0, 3)}, "'cats' has no samples"),
        (
            [torch.ones(2, 3), torch.ones(2, 4)],
            "number 1 has 4 features, but .* 3",
        ),
        ({"birds": torch.tensor([[1.0, torch.nan]])}, "'birds' holds NaN, infinity"),
        ([torch.ones(2, 3), torch.full((1, 3), -torch.inf)], "number 1 holds NaN"),
        ([torch.ones(3)], r"number 0 must have shape \(samples, features\), not \(3,\)"),
        ([torch.ones(3, 0)], "must have shape"),
    ],
)
def test_bad_samples_are_named(samples, said):
    with pytest.raises(ValueError, match=said):
        overlaps(samples)


def test_bad_options():
    with pytest.raises(ValueError, match='"target" or "source", got'):
        overlaps([torch.ones(2, 2)], within="both")
    with pytest.raises(ValueError, match=r"reach is a distance .* not 1 for 'target'"):
        overlaps([torch.ones(2, 2)], within="target", reach=1)
    with pytest.raises(ValueError, match="reach must be a number or None from 0"):
        overlaps([torch.ones(2, 2)], within="reach", reach=-1)
    with pytest.raises(ValueError, match="number 0 has 3 features, but the first dataset has 2"):
        overlaps([torch.ones(2, 2)], [torch.ones(2, 3)])
    with pytest.raises(ValueError, match="tile must be a whole number or None from 1"):
        overlaps([torch.ones(2, 2)], tile=-1)


def test_memory_is_bounded():
    """Ten thousand samples: all their distances would be 400 MB, a tile of 512 is 1 MB."""
    code = """
import resource, torch
from t2b_lib.hub import CountedSamples, beyond_chance, calibrated_reach, soft_overlap
samples = list(torch.randn(10, 1000, 8))
soft_overlap(samples[:2], tile=512, progress=False)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
soft_overlap(samples, tile=512, progress=False)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    pytest.importorskip("resource")
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(run.stdout) < 100


def test_on_a_gpu():
    if not torch.cuda.is_available():
        pytest.skip("no GPU")
    samples = random_datasets(5, count=20, features=200, most=200)
    found = soft_overlap(samples, device="cuda", progress=False)
    torch.testing.assert_close(found, plainly(samples), rtol=0, atol=0)


def test_progress_is_shown_unless_it_is_switched_off(capsys):
    soft_overlap([torch.ones(2, 2)], reach=1, device="cpu")
    assert "soft overlap" in capsys.readouterr().err
    soft_overlap([torch.ones(2, 2)], reach=1, device="cpu", progress=False)
    assert capsys.readouterr() == ("", "")


def test_the_benchmark_runs():
    root = Path(__file__).parents[1]
    small = ["--datasets=6", "--samples=20", "--features=16", "--device=cpu"]
    run = subprocess.run(
        [sys.executable, root / "benchmarks" / "overlap.py", *small],
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert "overlap / bare products" in run.stdout and "peak memory" in run.stdout


def test_parts_of_datasets_are_counted_as_datasets_are():
    samples = [s.float() for s in random_datasets(3, count=12)]
    together = CountedSamples.of(samples, REACH)
    expected, typical = beyond_chance(overlaps(samples, within="reach"))
    datasets = torch.arange(len(samples))
    inside, around = together.relate_parts(together.members, datasets)
    others = ~torch.eye(len(samples), dtype=torch.bool)
    torch.testing.assert_close(inside[others], expected[others])

    members, _ = together.draw_parts(datasets, 20, torch.Generator().manual_seed(0))
    inside, around = together.relate_parts(members, datasets)
    parts = [together.vectors[one] for one in members]
    counted = overlaps(parts, [together.vectors[one] for one in together.members], within="reach")
    torch.testing.assert_close(inside, beyond_chance(counted, typical)[0])
    back = overlaps([together.vectors[one] for one in together.members], parts, within="reach")
    torch.testing.assert_close(around.T, beyond_chance(back)[0])
