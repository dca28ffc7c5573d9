import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from t2b_lib.affinity import ahp


def win_rates_of(strengths):
    """Win rates of sources that beat each other in proportion to their strengths."""
    strengths = np.asarray(strengths, dtype=float)
    return strengths[:, None] / (strengths[:, None] + strengths)


def win_rates_with(ratios):
    ratios = np.asarray(ratios, dtype=float)
    return ratios / (1 + ratios)


def tournament(size, rng, batch=()):
    upper = np.triu(rng.uniform(size=(*batch, size, size)), 1)
    return upper + np.tril(1 - upper.swapaxes(-1, -2), -1) + np.eye(size) / 2


shares = st.floats(0.01, 0.99)


@settings(deadline=None)
@given(arrays(float, st.integers(2, 25), elements=st.floats(1, 500)))
def test_consistent_win_rates_give_back_the_strengths(strengths):
    result = ahp(win_rates_of(strengths))
    np.testing.assert_allclose(result.affinities, strengths / strengths.sum(), rtol=1e-9)
    assert abs(result.consistency_index) < 1e-9
    assert abs(result.consistency_ratio) < 1e-9


def test_a_worked_example():
    """The textbook matrix 1 3 5 / 1/3 1 3 / 1/5 1/3 1."""
    result = ahp(win_rates_with([[1, 3, 5], [1 / 3, 1, 3], [1 / 5, 1 / 3, 1]]))
    np.testing.assert_allclose(result.affinities, [0.6370, 0.2583, 0.1047], atol=1e-4)
    assert result.consistency_index == pytest.approx((3.0385 - 3) / 2, abs=1e-4)
    assert result.consistency_ratio == pytest.approx(0.0193 / 0.58, abs=1e-3)


@settings(deadline=None)
@given(shares, shares, shares)
def test_three_sources_have_a_closed_form(a, b, c):
    """Three by three: the eigenvector is the rows' geometric mean, lambda = 1 + q + 1 / q."""
    wins = np.array([[0.5, a, b], [1 - a, 0.5, c], [1 - b, 1 - c, 0.5]])
    ratios = wins / wins.T
    means = ratios.prod(1) ** (1 / 3)
    q = (ratios[0, 2] / (ratios[0, 1] * ratios[1, 2])) ** (1 / 3)
    result = ahp(wins)
    np.testing.assert_allclose(result.affinities, means / means.sum(), rtol=1e-9)
    np.testing.assert_allclose(result.consistency_index, (q + 1 / q - 2) / 2, rtol=1e-8, atol=1e-9)


@settings(deadline=None)
@given(shares)
def test_two_sources_share_by_their_win_rate(share):
    result = ahp([[0, share], [1 - share, 0]])
    np.testing.assert_allclose(result.affinities, [share, 1 - share], rtol=1e-12)
    assert result.consistency_ratio == 0


def test_the_principal_eigenvector_by_power_iteration():
    wins = tournament(25, np.random.default_rng(0), batch=(4,))
    result = ahp(wins)
    clipped = wins.clip(0.001, 0.999)
    ratios = clipped / clipped.swapaxes(-1, -2)
    vector = np.ones((4, 25, 1))
    for _ in range(500):
        vector = ratios @ vector
        size = vector.sum(1, keepdims=True)
        vector /= size
    np.testing.assert_allclose(result.affinities, vector[..., 0], rtol=1e-8)
    np.testing.assert_allclose(result.consistency_index, (size[:, 0, 0] - 25) / 24, rtol=1e-8)
    assert (result.affinities > 0).all()


def test_a_batch_equals_its_matrices_in_any_order():
    rng = np.random.default_rng(1)
    wins = tournament(7, rng, batch=(3, 2))
    batch = ahp(wins)
    assert batch.affinities.shape == (3, 2, 7)
    assert batch.consistency_ratio.shape == (3, 2)
    one = ahp(wins[2, 1])
    np.testing.assert_allclose(batch.affinities[2, 1], one.affinities, rtol=1e-10)
    np.testing.assert_allclose(batch.consistency_ratio[2, 1], one.consistency_ratio, rtol=1e-8)
    order = rng.permutation(7)
    shuffled = ahp(wins[2, 1][order][:, order])
    np.testing.assert_allclose(shuffled.affinities, one.affinities[order], rtol=1e-9)


def test_clipping_bounds_a_perfect_winner():
    wins = np.array([[0.5, 1, 1], [0, 0.5, 0.5], [0, 0.5, 0.5]])
    result = ahp(wins)
    np.testing.assert_allclose(result.affinities, np.array([999, 1, 1]) / 1001, rtol=1e-9)
    np.testing.assert_allclose(ahp(wins, clip=0.25).affinities, [0.6, 0.2, 0.2], rtol=1e-9)


def test_the_input_is_left_alone():
    wins = np.array([[np.nan, 0.25], [0.75, np.nan]])
    before = wins.copy()
    np.testing.assert_allclose(ahp(wins).affinities, [0.25, 0.75])
    np.testing.assert_array_equal(wins, before)


@pytest.mark.parametrize("size", [3, 6, 10, 15, 16, 25, 40])
def test_random_judgements_have_a_consistency_ratio_of_one(size):
    """The random index in a separate simulation: entries drawn from 1/9, 1/8 .. 1 .. 8, 9.

    For three rows Saaty's 0.58 is known to be too high: larger simulations agree on 0.525.
    """
    rng = np.random.default_rng(size)
    scale = np.concatenate([1 / np.arange(9, 1, -1), np.arange(1, 10)])
    upper = np.triu(rng.choice(scale, size=(4000 if size < 10 else 400, size, size)), 1)
    lower = np.divide(1, upper, out=np.zeros_like(upper), where=upper > 0).swapaxes(-1, -2)
    ratio = ahp(win_rates_with(upper + lower + np.eye(size))).consistency_ratio
    assert ratio.mean() == pytest.approx(0.525 / 0.58 if size == 3 else 1, abs=0.03)


@pytest.mark.parametrize(
    ("wins", "message"),
    [
        (np.zeros((3, 2)), "shape"),
        (np.zeros(4), "shape"),
        ([[0.5]], "S >= 2"),
        ([[0.5, np.nan], [0.5, 0.5]], r"win_rates\[0, 1\] is nan"),
        ([[0.5, 0.2], [1.5, 0.5]], r"win_rates\[1, 0\] is 1.5"),
    ],
)
def test_bad_input(wins, message):
    with pytest.raises(ValueError, match=message):
        ahp(wins)


@pytest.mark.parametrize("clip", [0, 0.5, -1, np.nan])
def test_bad_clip(clip):
    with pytest.raises(ValueError, match="clip"):
        ahp([[0.5, 0.2], [0.8, 0.5]], clip=clip)
