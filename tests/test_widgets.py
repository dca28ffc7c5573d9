"""The box playground's Python side. What the browser does: test_playground_static and _live."""

import math
import sys
import types

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import t2b_lib as t2b
from t2b_lib.widgets import BoxPlayground

NAN = math.nan


def boxes(n=3):
    generator = torch.Generator().manual_seed(n)
    lower = torch.rand(n, 2, generator=generator, dtype=torch.float64)
    return t2b.Boxes(lower, lower + torch.rand(n, 2, generator=generator, dtype=torch.float64))


def follow(playground):
    """The names of the traits that a reader of `boxes` and `overlaps` is told about."""
    seen = []
    playground.observe(lambda change: seen.append(change.name), ["boxes", "overlaps"])
    return seen


def assert_in_step(playground):
    """Every trait says the same about the boxes."""
    lower, upper = playground.boxes.lower.tolist(), playground.boxes.upper.tolist()
    assert (playground.lower, playground.upper) == (lower, upper)
    soft = {"soft": True, "volume_temperature": playground.temperature}
    shares = t2b.pairwise_overlap(playground.boxes, **(soft if playground.temperature else {}))
    assert torch.equal(playground.overlaps, shares)


def test_it_starts_with_the_boxes_in_double_precision():
    given_boxes = boxes(4).to(torch.float32)
    playground = BoxPlayground(given_boxes, ["a", "b", "c", "d"])
    assert playground.boxes.lower.dtype == torch.float64
    assert torch.equal(playground.boxes.upper, given_boxes.upper.double())
    assert playground.overlaps.shape == (4, 4)
    assert_in_step(playground)
    assert BoxPlayground(boxes(3)).names == ["A", "B", "C"]
    assert len(set(BoxPlayground(boxes(40)).names)) == 40


def test_boxes_of_a_model_carry_no_graph_into_the_page():
    lower = torch.zeros(2, 2, requires_grad=True)
    playground = BoxPlayground(t2b.Boxes(lower, lower + torch.ones(2, 2)))
    assert not playground.overlaps.requires_grad


def test_assigning_boxes_moves_everything_at_once():
    playground = BoxPlayground(boxes())
    seen = follow(playground)
    playground.boxes = t2b.Boxes(boxes().lower + 10, boxes().upper + 10)
    assert sorted(seen) == ["boxes", "overlaps"]
    assert_in_step(playground)


def test_what_the_browser_sends_arrives_at_once():
    """A message as a drag makes it: both corners."""
    playground = BoxPlayground(boxes())
    seen = follow(playground)
    lower, upper = boxes().lower + 0.25, boxes().upper + 0.25
    playground.set_state(
        {
            "lower": lower.tolist(),
            "upper": upper.tolist(),
        }
    )
    assert sorted(seen) == ["boxes", "overlaps"]
    assert torch.equal(playground.boxes.lower, lower)
    assert_in_step(playground)


def test_a_box_is_never_compared_with_itself():
    playground = BoxPlayground(boxes())
    assert (playground.first, playground.second) == (0, 1)
    playground.first = 1
    assert (playground.first, playground.second) == (1, 0)
    playground.second = 1
    assert (playground.first, playground.second) == (0, 1)
    playground.second = 2
    assert (playground.first, playground.second) == (0, 2)
    with pytest.raises(ValueError, match="first must be 0 to 2, got 3"):
        playground.first = 3
    assert_in_step(playground)
    alone = BoxPlayground(boxes(1))
    assert (alone.first, alone.second) == (0, 0)


def test_the_temperature_makes_the_overlaps_soft():
    playground = BoxPlayground(boxes(), temperature=0.1)
    assert torch.equal(playground.overlaps, t2b.pairwise_overlap(boxes(), soft=True))
    seen = follow(playground)
    playground.temperature = 0
    assert seen == ["overlaps"]
    assert torch.equal(playground.overlaps, t2b.pairwise_overlap(boxes()))
    with pytest.raises(ValueError, match="temperature must be a finite number of at least 0"):
        playground.temperature = -1


corners = st.lists(
    st.tuples(*[st.floats(-100, 100, allow_nan=False)] * 4), min_size=1, max_size=6
).map(
    lambda rows: t2b.Boxes(
        torch.tensor([[min(a, b), min(c, d)] for a, b, c, d in rows], dtype=torch.float64),
        torch.tensor([[max(a, b), max(c, d)] for a, b, c, d in rows], dtype=torch.float64),
    )
)


@settings(max_examples=40, deadline=None)
@given(corners, st.data())
def test_any_boxes_stay_in_step_whatever_is_set(start, data):
    playground = BoxPlayground(start)
    n = len(start)
    index = data.draw(st.integers(0, n - 1))
    low, high = sorted(data.draw(st.tuples(st.floats(-200, 200), st.floats(-200, 200))))
    playground.second = data.draw(st.integers(0, n - 1))
    playground.first = index
    lower, upper = playground.boxes.lower.clone(), playground.boxes.upper.clone()
    lower[index, 1], upper[index, 1] = low, high
    playground.boxes = t2b.Boxes(lower, upper)
    assert playground.lower[index][1] == low
    assert_in_step(playground)


def test_a_target_is_solved_within_its_tolerance():
    apart = t2b.Boxes([[0.0, 0.0], [2.0, 0.0]], [[1.0, 1.0], [4.0, 1.0]])
    playground = BoxPlayground(apart, mode="target", targets=[[NAN, 0.5], [0.25, 0.3]])
    assert playground.error == 0.5
    assert playground.solved is False
    playground.boxes = t2b.Boxes([[0.0, 0.0], [0.52, 0.0]], [[1.0, 1.0], [2.52, 1.0]])
    assert playground.error == pytest.approx(0.02)
    assert playground.solved is True  # exactly on the tolerance
    playground.boxes = t2b.Boxes([[0.0, 0.0], [0.53, 0.0]], [[1.0, 1.0], [2.53, 1.0]])
    assert playground.solved is False
    free = BoxPlayground(apart)
    assert free.error is None and free.solved is None and free.wrong is None


def test_wrong_relations_by_the_rule_of_the_paper():
    """0 lies in 1 and in its equal 2; 1 and 2 are equal, so neither lies in the other."""
    nested = t2b.Boxes([[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]], [[2.0, 2.0], [4.0, 4.0], [4.0, 4.0]])
    truth = [[NAN, 1, NAN], [0, NAN, 1], [1, 0, NAN]]
    playground = BoxPlayground(nested, mode="learned", truth=truth)
    wrong = torch.zeros(3, 3, dtype=torch.bool)
    wrong[1, 2] = wrong[2, 0] = True
    assert torch.equal(playground.wrong, wrong)
    away = torch.tensor([[9.0], [0.0], [0.0]])
    playground.boxes = t2b.Boxes(nested.lower + away, nested.upper + away)
    wrong[0, 1] = True
    assert torch.equal(playground.wrong, wrong)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"boxes": t2b.Boxes([[0.0, 1.0]], [[1.0, 0.5]])}, r"box 0 is inside out.*\[0.0, 1.0\]"),
        ({"boxes": t2b.Boxes([[0.0, NAN]], [[1.0, 1.0]])}, "box 0 .* not a finite number"),
        ({"boxes": t2b.Boxes([[0.0, 0.0]], [[1.0, math.inf]])}, "box 0 .* not a finite number"),
        ({"boxes": t2b.Boxes(torch.zeros(2, 3), torch.ones(2, 3))}, r"shape \(N, 2\).*\(2, 3\)"),
        ({"boxes": t2b.Boxes(torch.zeros(2), torch.ones(2))}, r"shape \(N, 2\).*\(2,\)"),
        ({"boxes": t2b.Boxes(torch.zeros(0, 2), torch.ones(0, 2))}, "no box to draw"),
        ({"boxes": [[0, 0], [1, 1]]}, r"boxes must be Boxes\(lower, upper\), got list"),
        ({"names": ["a", "b"]}, "3 boxes and 2 names"),
        ({"names": ["a", "b", "a"]}, "distinct.*: a"),
        ({"names": "abc"}, "one a box, got a single text"),
        ({"names": ["a", "b", " "]}, "not empty, got ' '"),
        ({"names": ["a", "b", 3]}, "must be a text that is not empty, got 3"),
        ({"mode": "play"}, "mode must be one of free, target, learned, got 'play'"),
        ({"mode": "target"}, "mode='target' and targets=… belong together"),
        ({"mode": "learned"}, "mode='learned' and truth=… belong together"),
        ({"targets": torch.zeros(3, 3)}, "mode='target' and targets=… belong together"),
        ({"truth": torch.zeros(3, 3)}, "mode='learned' and truth=… belong together"),
        ({"mode": "target", "targets": torch.zeros(2, 2)}, r"targets must have shape \(3, 3\)"),
        ({"mode": "target", "targets": torch.full((3, 3), NAN)}, "targets says nothing"),
        (
            {"mode": "target", "targets": [[NAN, 2, 0], [0, NAN, 0], [0, 0, NAN]]},
            r"targets must be in \[0, 1\] or NaN, got 2.0 for A in B",
        ),
        (
            {"mode": "learned", "truth": [[1, 0, 0], [0, 1, -1], [0, 0, 1]]},
            "truth must be 0, 1 or NaN, got -1.0 for B in C",
        ),
        (
            {"mode": "learned", "truth": [[1, 0.5, 0], [0, 1, 0], [0, 0, 1]]},
            "truth must be 0, 1 or NaN, got 0.5 for A in B",
        ),
        ({"mode": "learned", "truth": torch.zeros(3)}, r"truth must have shape \(3, 3\)"),
        ({"temperature": -0.1}, "temperature must be a finite number of at least 0"),
        ({"temperature": NAN}, "temperature must be a finite number of at least 0"),
        ({"tolerance": 2}, r"tolerance must be in \[0, 1\], got 2"),
        ({"threshold": -1}, r"threshold must be in \[0, 1\], got -1"),
    ],
)
def test_bad_input_is_one_clear_error(change, said):
    arguments = {"boxes": boxes(), **change}
    with pytest.raises(ValueError, match=said):
        BoxPlayground(arguments.pop("boxes"), **arguments)


def test_bad_boxes_are_refused_later_too():
    playground = BoxPlayground(boxes())
    before = playground.boxes
    with pytest.raises(ValueError, match="the playground has 3 boxes, got 2"):
        playground.boxes = boxes(2)
    with pytest.raises(ValueError, match="inside out"):
        playground.boxes = t2b.Boxes(boxes().upper, boxes().lower)
    assert playground.boxes is before


@pytest.fixture
def colab(monkeypatch):
    """Stand-ins for the modules by which Colab is known, and whether they were asked."""
    output = types.ModuleType("google.colab.output")
    output.asked = 0
    output._widgets = types.SimpleNamespace(_installed_url=None)

    def enable_custom_widget_manager():
        output.asked += 1
        output._widgets._installed_url = "https://manager.test/manager.js"

    output.enable_custom_widget_manager = enable_custom_widget_manager
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    monkeypatch.setitem(sys.modules, "google.colab.output", output)
    from anywidget._util import enable_custom_widget_manager_once

    enable_custom_widget_manager_once.cache_clear()
    yield output
    enable_custom_widget_manager_once.cache_clear()


def test_colab_is_asked_once_for_its_custom_widget_manager(colab, capsys):
    """`make colab` shows that what is displayed, the sliders included, then names it."""
    BoxPlayground(boxes()).with_sliders()
    BoxPlayground(boxes())
    assert colab.asked == 1
    assert capsys.readouterr() == ("", "")


def test_a_figure_that_cannot_be_drawn_says_where_it_can():
    said = repr(BoxPlayground(boxes()))
    assert said.startswith("BoxPlayground: to see and move it, open ")
    assert len(said) <= 110  # ipywidgets 7 shows no more
