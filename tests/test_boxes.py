"""Geometry against the box-embeddings library, hand-worked cases and random boxes."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
import torch
from conftest import fake_tensors
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import t2b_lib as t2b
from t2b_lib.boxes import (
    INTERSECTION_TEMPERATURE,
    VOLUME_TEMPERATURE,
    Boxes,
    intersection,
    log_volume,
    overlap,
    pairwise_overlap,
    soft_log_volume,
    volume,
)

COORDINATES = st.floats(-20, 20, width=32).map(float)
SIDES = st.one_of(st.just(0.0), st.floats(0, 20, width=32).map(float))


@st.composite
def box_batches(draw, count=4):
    """Boxes of 1 to 5 dimensions: some flat, some sharing faces with or nested in the first."""
    d = draw(st.integers(1, 5))
    lower = draw(arrays(np.float64, (count, d), elements=COORDINATES))
    sides = draw(arrays(np.float64, (count, d), elements=SIDES))
    if draw(st.booleans()):
        lower[1] = lower[0] + sides[0]  # touching
    if draw(st.booleans()):
        lower[2], sides[2] = lower[0] + sides[0] / 4, sides[0] / 2  # nested
    return Boxes(torch.from_numpy(lower), torch.from_numpy(lower + sides))


def test_two_squares_worked_by_hand():
    a = Boxes([0.0, 0.0], [2.0, 2.0])
    b = Boxes([1.0, 0.0], [4.0, 1.0])
    both = intersection(a, b)
    assert both.lower.tolist() == [1.0, 0.0] and both.upper.tolist() == [2.0, 1.0]
    assert volume(a) == 4 and volume(b) == 3 and volume(both) == 1
    assert overlap(a, b) == pytest.approx(1 / 4)
    assert overlap(b, a) == pytest.approx(1 / 3)


def test_disjoint_boxes_have_an_empty_intersection():
    a, b = Boxes([0.0, 0.0], [1.0, 1.0]), Boxes([2.0, 0.0], [3.0, 1.0])
    assert volume(intersection(a, b)) == 0
    assert overlap(a, b) == 0
    assert log_volume(intersection(a, b)) == -math.inf


def test_two_negative_sides_do_not_make_a_volume():
    a, b = Boxes([0.0, 0.0], [1.0, 1.0]), Boxes([2.0, 2.0], [3.0, 3.0])
    assert volume(intersection(a, b)) == 0
    assert overlap(a, b) == 0


def test_a_flat_box_lies_inside_a_box_that_covers_it():
    segment = Boxes([0.2, 0.5], [0.4, 0.5])
    covering, elsewhere = Boxes([0.0, 0.0], [0.3, 1.0]), Boxes([0.0, 0.6], [1.0, 1.0])
    assert overlap(segment, covering) == pytest.approx(0.5)
    assert overlap(segment, elsewhere) == 0
    assert overlap(segment, segment) == 1


def test_small_sides_in_many_dimensions_do_not_underflow():
    inner = Boxes(torch.zeros(20), torch.full((20,), 1e-3))
    outer = Boxes(torch.zeros(20), torch.full((20,), 2e-3))
    assert volume(inner) == 0  # 1e-60 in float32
    assert overlap(inner, outer) == 1
    assert overlap(outer, inner) == pytest.approx(2.0**-20, rel=1e-4)


@given(box_batches())
def test_exact_overlap_is_the_ratio_of_volumes(boxes):
    both = volume(intersection(boxes[:, None], boxes[None]))
    own = volume(boxes)[:, None].expand_as(both)
    solid = own > 1e-6
    expected = both[solid] / own[solid]
    assert torch.allclose(pairwise_overlap(boxes)[solid], expected, atol=1e-6)


@given(box_batches())
def test_exact_overlap_is_a_share_and_1_with_itself(boxes):
    overlaps = pairwise_overlap(boxes)
    assert ((overlaps >= 0) & (overlaps <= 1)).all()
    assert (overlaps.diagonal() == 1).all()


@given(box_batches())
def test_intersection_commutes_and_lies_inside_both(boxes):
    a, b = boxes[0], boxes[1]
    ab, ba = intersection(a, b), intersection(b, a)
    assert torch.equal(ab.lower, ba.lower) and torch.equal(ab.upper, ba.upper)
    assert (ab.lower >= a.lower).all() and (ab.upper <= b.upper).all()


@given(box_batches(count=3))
def test_containment_is_transitive(boxes):
    inner = intersection(intersection(boxes[0], boxes[1]), boxes[2])
    middle = intersection(boxes[0], boxes[1])
    if (inner.sides > 0).all():
        assert overlap(inner, middle) == 1 and overlap(middle, boxes[0]) == 1
        assert overlap(inner, boxes[0]) == 1


def library_overlap(boxes):
    """All pairs of N boxes by the operators of the box-embeddings library."""
    from box_embeddings.modules.intersection import Intersection
    from box_embeddings.modules.volume.volume import Volume

    meet = Intersection(INTERSECTION_TEMPERATURE)
    log_vol = Volume(True, VOLUME_TEMPERATURE, INTERSECTION_TEMPERATURE)
    n = len(boxes)
    first = boxes[torch.arange(n).repeat_interleave(n)].to_box_tensor()
    second = boxes[torch.arange(n).repeat(n)].to_box_tensor()
    return (log_vol(meet(first, second)) - log_vol(first)).exp().reshape(n, n)


@settings(deadline=None)
@given(box_batches())
def test_soft_overlap_equals_the_box_embeddings_library(boxes):
    expected = library_overlap(boxes)
    one_by_one = overlap(boxes[:, None], boxes[None], soft=True)
    assert torch.allclose(one_by_one, expected, atol=1e-6, rtol=1e-6)
    assert torch.allclose(pairwise_overlap(boxes, soft=True), expected, atol=1e-6, rtol=1e-6)


def test_soft_overlap_equals_the_library_in_float32():
    random = torch.Generator().manual_seed(0)
    lower = torch.rand(40, 3, generator=random)
    boxes = Boxes(lower, lower + torch.rand(40, 3, generator=random))
    assert torch.allclose(pairwise_overlap(boxes, soft=True), library_overlap(boxes), atol=1e-6)


@given(box_batches())
def test_soft_volume_and_intersection_equal_the_library(boxes):
    from box_embeddings.modules.intersection import gumbel_intersection
    from box_embeddings.modules.volume.bessel_volume import bessel_volume_approx

    a, b = boxes[0], boxes[1]
    for temperature in (1e-4, 0.5):
        theirs = gumbel_intersection(a.to_box_tensor(), b.to_box_tensor(), temperature)
        ours = intersection(a, b, temperature)
        assert torch.allclose(ours.lower, theirs.z, atol=1e-6)
        assert torch.allclose(ours.upper, theirs.Z, atol=1e-6)
        assert torch.allclose(
            soft_log_volume(a, intersection_temperature=temperature, volume_temperature=0.3),
            bessel_volume_approx(a.to_box_tensor(), 0.3, temperature),
            atol=1e-6,
        )


@given(box_batches(), st.booleans())
def test_gradients_are_finite_everywhere(boxes, soft):
    for dtype in (torch.float32, torch.float64):
        lower = boxes.lower.to(dtype).requires_grad_()
        upper = boxes.upper.to(dtype).requires_grad_()
        both = Boxes(lower, upper)
        total = pairwise_overlap(both, soft=soft).sum()
        total = total + overlap(both[0], both[1:], soft=soft).sum()
        # Disjoint by far, and flat.
        total = total + overlap(both[0], Boxes(upper[0] + 1e6, upper[0] + 2e6), soft=soft)
        total = total + overlap(Boxes(lower[0], lower[0]), both[1], soft=soft)
        total = total + log_volume(both).nan_to_num(neginf=0).sum() + soft_log_volume(both).sum()
        total.backward()
        assert lower.grad.isfinite().all() and upper.grad.isfinite().all()


def test_disjoint_boxes_keep_a_soft_gradient_that_pulls_them_together():
    lower = torch.tensor([[0.0], [1.5]], requires_grad=True)
    pairwise_overlap(Boxes(lower, lower + 1), soft=True)[0, 1].backward()
    assert lower.grad[0] > 0 > lower.grad[1]


@given(box_batches())
@settings(max_examples=30)
def test_fused_gradient_is_that_of_the_plain_formula(boxes):
    weights = torch.linspace(-1, 2, 16, dtype=torch.float64).reshape(4, 4)
    gradients = []
    for fused in (True, False):
        lower, upper = boxes.lower.clone().requires_grad_(), boxes.upper.clone().requires_grad_()
        both = Boxes(lower, upper)
        overlaps = (
            pairwise_overlap(both, soft=True)
            if fused
            else overlap(both[:, None], both[None], soft=True)
        )
        (weights * overlaps).sum().backward()
        gradients.append(torch.stack((lower.grad, upper.grad)))
    assert torch.allclose(*gradients, atol=1e-9, rtol=1e-7)


def test_fused_gradient_by_finite_differences():
    random = torch.Generator().manual_seed(1)
    lower = torch.rand(2, 5, 3, dtype=torch.float64, generator=random)
    upper = lower + 0.2 + torch.rand(2, 5, 3, dtype=torch.float64, generator=random)

    def function(lower, upper):
        return pairwise_overlap(Boxes(lower, upper), soft=True, intersection_temperature=0.1)

    assert torch.autograd.gradcheck(
        function, (lower.requires_grad_(), upper.requires_grad_()), atol=1e-6
    )


def test_soft_overlap_approaches_the_exact_one_as_temperatures_fall():
    random = torch.Generator().manual_seed(2)
    lower = torch.rand(30, 2, dtype=torch.float64, generator=random)
    boxes = Boxes(lower, lower + 0.1 + torch.rand(30, 2, dtype=torch.float64, generator=random))
    errors = [
        (
            pairwise_overlap(
                boxes, soft=True, intersection_temperature=t / 1000, volume_temperature=t
            )
            - pairwise_overlap(boxes)
        )
        .abs()
        .max()
        for t in (0.1, 0.01, 0.001)
    ]
    assert errors[0] > errors[1] > errors[2] and errors[2] < 0.02


def test_batches_broadcast():
    lower = torch.rand(3, 4, 2)
    boxes = Boxes(lower, lower + 1)
    assert boxes.shape == (3, 4) and boxes.dim == 2 and len(boxes) == 3
    assert boxes[0].shape == (4,) and boxes[:, 1].shape == (3,) and boxes[1, 2].shape == ()
    assert boxes[..., 0].lower.shape == (3, 2)
    with pytest.raises(IndexError):
        boxes[0, 0, 0]
    every = pairwise_overlap(boxes)
    assert every.shape == (3, 4, 4)
    for k, i, j in itertools.product(range(3), range(4), range(4)):
        assert every[k, i, j] == overlap(boxes[k, i], boxes[k, j])
    assert pairwise_overlap(boxes, boxes[:, :2], soft=True).shape == (3, 4, 2)


def test_a_box_tensor_keeps_gradients():
    lower = torch.zeros(2, 3, requires_grad=True)
    boxes = Boxes(lower, lower + 1).to_box_tensor()
    (boxes.Z - boxes.z).prod(-1).sum().backward()
    assert lower.grad is not None


@pytest.mark.parametrize(
    ("lower", "upper", "message"),
    [
        ([0.0, 0.0], [1.0], "same shape"),
        (0.0, 1.0, "at least one dimension"),
        ([], [], "at least one dimension"),
    ],
)
def test_bad_corners_are_refused(lower, upper, message):
    with pytest.raises(ValueError, match=message):
        Boxes(lower, upper)


def test_negative_temperature_is_refused():
    with pytest.raises(ValueError, match="temperature"):
        intersection(Boxes([0.0], [1.0]), Boxes([0.0], [1.0]), -1.0)


def test_a_single_box_has_no_length_and_no_items():
    box = Boxes([0.0], [1.0])
    with pytest.raises(TypeError):
        len(box)
    with pytest.raises(IndexError):
        box[0]
    assert t2b.Boxes is Boxes


@pytest.mark.parametrize("soft", [False, True])
def test_overlaps_keep_their_tensors_on_one_device(soft):
    """Devices alone, by torch's fake tensors: a mismatch raises."""
    with fake_tensors():
        boxes = Boxes(torch.empty(5, 2, device="cuda:0"), torch.empty(5, 2, device="cuda:0"))
        for found in (
            overlap(boxes[:2], boxes[2:4], soft),
            pairwise_overlap(boxes, soft=soft),
            pairwise_overlap(boxes[:2], boxes, soft),
            log_volume(boxes),
        ):
            assert found.device == torch.device("cuda:0")


def test_boxes_compare_by_value():
    corners = np.zeros((2, 3)), np.ones((2, 3))
    for corner in corners:
        corner.flags.writeable = False
    boxes = Boxes(*corners)
    assert boxes == Boxes(*map(torch.tensor, corners)) == Boxes(*map(pd.DataFrame, corners))
    assert boxes != Boxes(corners[0], 2 * corners[1]) and boxes != boxes[:1] and boxes != 3
    assert Boxes([math.nan], [1.0]) == Boxes([math.nan], [1.0])


def test_pairs_beyond_the_memory_are_refused(monkeypatch):
    boxes = t2b.Boxes(torch.zeros(30, 2), torch.ones(30, 2))
    monkeypatch.setattr("t2b_lib.checks.memory", lambda: 10_000)
    for soft in (False, True):
        with pytest.raises(MemoryError, match=r"all pairs .* GiB.* take some rows"):
            t2b.pairwise_overlap(boxes, soft=soft)
    with pytest.raises(MemoryError, match=r"overlaps of 3,000 samples .* take fewer samples"):
        t2b.hub.soft_overlap([torch.randn(1500, 8)] * 2)
    with pytest.raises(MemoryError, match=r"vectors of 100 texts .* embed some at a time"):
        t2b.representation.embed_texts(["a"] * 100)
