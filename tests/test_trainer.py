"""The box trainer's arithmetic, under Node, against PyTorch, and its Python side."""

import itertools
import math

import pytest
import torch

import t2b_lib as t2b
from t2b_lib import Boxes
from t2b_lib.widgets import BoxTrainer

SETTINGS = [
    {
        "soft": soft,
        "loss": loss,
        "optimiser": optimiser,
        "box_dim": box_dim,
        "volume_temperature": volume_temperature,
        "intersection_temperature": intersection_temperature,
        "distance_weight": distance_weight,
        "regularity_weight": regularity_weight,
        "inverse_volume_weight": inverse_volume_weight,
        "learning_rate": 0.01 if optimiser == "Adam" else 1e-5,
    }
    for soft, loss, optimiser, box_dim, (
        (volume_temperature, intersection_temperature),
        (distance_weight, regularity_weight, inverse_volume_weight),
    ) in itertools.product(
        [True, False],
        ["squared error", "cross-entropy"],
        ["Adam", "gradient descent"],
        [1, 2],
        [
            ((0.1, 1e-4), (0.01, 1.0, 0.7)),
            ((0.1, 1e-4), (0.0, 0.0, 0.0)),
            ((1.0, 0.1), (1.0, 0.1, 0.0)),
            ((0.01, 0.01), (0.0, 5.0, 2.0)),
        ],
    )
]


def example(n, d, seed=0):
    """Boxes apart, nested, overlapping and alike, and a relation with unknown pairs."""
    generator = torch.Generator().manual_seed(seed)
    lower = torch.rand(n, d, generator=generator, dtype=torch.float64)
    sides = 0.05 + torch.rand(n, d, generator=generator, dtype=torch.float64) ** 2
    lower[0], sides[0] = -0.5, 3.0 + torch.arange(d, dtype=torch.float64)
    lower[1] += 5.0
    relation = torch.rand(n, n, generator=generator, dtype=torch.float64).round(decimals=1)
    relation[torch.rand(n, n, generator=generator) < 0.5] = 0.0
    relation[torch.rand(n, n, generator=generator) < 0.3] = torch.nan
    relation.fill_diagonal_(torch.nan)
    return lower, lower + sides, relation


def listed(relation):
    return [None if math.isnan(value) else value for value in relation.flatten().tolist()]


def loss_terms(lower, upper, relation, settings):
    model = t2b.Task2Box(
        loss=settings["loss"],
        **{name: value for name, value in settings.items() if name.endswith("_weight")},
    )
    temperatures = {name: value for name, value in settings.items() if name.endswith("temperature")}
    return model.loss_terms(
        Boxes(lower, upper),
        relation.nan_to_num(),
        (~relation.isnan()).double(),
        soft=settings["soft"],
        **temperatures,
    )


def trained_by_torch(lower, upper, relation, settings, steps):
    """Corners after each of `steps`, by autograd and torch's optimisers."""
    lower, upper = lower.clone().requires_grad_(), upper.clone().requires_grad_()
    kind = {"Adam": torch.optim.Adam, "gradient descent": torch.optim.SGD}[settings["optimiser"]]
    optimiser = kind([lower, upper], lr=settings["learning_rate"])
    for _ in range(steps):
        optimiser.zero_grad()
        sum(loss_terms(lower, upper, relation, settings).values()).backward()
        optimiser.step()
        with torch.no_grad():  # ends that have crossed meet in the middle
            middle = (lower + upper) / 2
            lower.copy_(torch.minimum(lower, middle))
            upper.copy_(torch.maximum(upper, middle))
    return torch.cat([lower, upper]).detach()


GRADIENTS = """
import { lossAndGradient } from "./trainer/loss.js";
answer(given.map(({ n, d, lower, upper, relation, settings }) => {
  const boxes = { n, d, lower: Float64Array.from(lower), upper: Float64Array.from(upper) };
  const known = Float64Array.from(relation, (value) => value ?? NaN);
  const { terms, gradient, overlaps } = lossAndGradient(boxes, known, settings);
  return [terms, [...gradient.lower, ...gradient.upper], [...overlaps]];
}));
"""
STEPS = """
import { createDescent } from "./trainer/descent.js";
import { lossAndGradient } from "./trainer/loss.js";
answer(given.map(({ n, d, lower, upper, relation, settings, steps }) => {
  const boxes = { n, d, lower: Float64Array.from(lower), upper: Float64Array.from(upper) };
  const known = Float64Array.from(relation, (value) => value ?? NaN);
  const descent = createDescent(boxes, settings);
  for (let k = 0; k < steps; k++) {
    descent.step(boxes, lossAndGradient(boxes, known, settings).gradient, settings);
  }
  return [...boxes.lower, ...boxes.upper];
}));
"""


def case(lower, upper, relation, settings, **more):
    return {
        "n": len(lower),
        "d": lower.shape[1],
        "lower": lower.flatten().tolist(),
        "upper": upper.flatten().tolist(),
        "relation": listed(relation),
        "settings": settings,
        **more,
    }


def largest_difference(seen, expected):
    """Relative to the largest number, where that is above 1."""
    seen = torch.tensor(seen, dtype=torch.float64)
    return ((seen - expected).abs().max() / expected.abs().max().clamp_min(1)).item()


def test_terms_gradients_and_overlaps_are_pytorchs(node):
    examples = [(*example(8, s["box_dim"], seed), s) for s in SETTINGS for seed in (0, 1)]
    answers = node.answer(GRADIENTS, [case(*given) for given in examples])
    for (lower, upper, relation, settings), seen in zip(examples, answers, strict=True):
        terms, gradient, overlaps = seen
        lower, upper = lower.requires_grad_(), upper.requires_grad_()
        expected = loss_terms(lower, upper, relation, settings)
        for name, value in expected.items():
            assert largest_difference([terms[name]], value.detach()) < 1e-9, (name, settings)
        by_torch = torch.autograd.grad(sum(expected.values()), [lower, upper])
        assert largest_difference(gradient, torch.cat(by_torch).flatten()) < 1e-9, settings
        temperatures = {k: v for k, v in settings.items() if k.endswith("temperature")}
        shares = t2b.pairwise_overlap(
            Boxes(lower, upper).detach(), soft=settings["soft"], **temperatures
        )
        assert largest_difference(overlaps, shares.flatten()) < 1e-9, settings


def test_gradients_are_finite_differences(node):
    """Where the loss is smooth: random boxes, whose ends do not coincide."""
    examples, moved = [], []
    for settings in SETTINGS:
        lower, upper, relation = example(6, settings["box_dim"], seed=2)
        examples.append(case(lower, upper, relation, settings))
        for corner, k, sign in itertools.product((0, 1), range(lower.numel()), (1, -1)):
            corners = [lower.clone(), upper.clone()]
            corners[corner].view(-1)[k] += sign * 1e-6
            moved.append(case(*corners, relation, settings))
    gradients = [gradient for _, gradient, _ in node.answer(GRADIENTS, examples)]
    losses = iter([sum(terms.values()) for terms, _, _ in node.answer(GRADIENTS, moved)])
    for settings, gradient in zip(SETTINGS, gradients, strict=True):
        differences = [(next(losses) - next(losses)) / 2e-6 for _ in gradient]
        expected = torch.tensor(differences, dtype=torch.float64)
        assert largest_difference(gradient, expected) < 2e-4, settings


@pytest.mark.parametrize(("steps", "tolerance"), [(1, 1e-9), (100, 1e-6)])
def test_steps_are_pytorchs(node, steps, tolerance):
    examples = [(*example(7, s["box_dim"], seed=3), s) for s in SETTINGS]
    answers = node.answer(STEPS, [case(*given, steps=steps) for given in examples])
    for given, seen in zip(examples, answers, strict=True):
        expected = trained_by_torch(*given, steps).flatten()
        assert largest_difference(seen, expected) < tolerance, given[-1]


def test_a_box_never_turns_inside_out(node):
    """A learning rate that is far too large flattens boxes and does no worse."""
    lower, upper, relation = example(7, 2)
    wild = SETTINGS[0] | {"optimiser": "gradient descent", "learning_rate": 10.0}
    (seen,) = node.answer(STEPS, [case(lower, upper, relation, wild, steps=1)])
    corners = torch.tensor(seen).view(2, -1)
    assert (corners[0] <= corners[1]).all()
    assert (corners[0] == corners[1]).any()


# ---- the Python side


RELATION = [[math.nan, 1.0], [0.0, math.nan]]


def from_page(trainer, **changes):
    """A message as the page sends it."""
    trainer.set_state(changes)


def test_a_relation_goes_to_the_page_and_back():
    trainer = BoxTrainer(RELATION, ["dogs", "animals"], loss="cross-entropy", learning_rate=0.1)
    assert trainer._relation == [[None, 1.0], [0.0, None]]
    assert trainer._settings == {"loss": "cross-entropy", "learning_rate": 0.1}
    assert trainer.boxes is None and trainer.history.empty
    seen = []
    trainer.observe(lambda change: seen.append(change.name), ["boxes", "relation", "history"])
    assigned = trainer._assigned
    from_page(
        trainer,
        names=["a", "b", "c"],
        _relation=[[None, 1, 0], [0, None, 1], [None, 0, None]],
        _lower=[[0.0], [0.5], [1.0]],
        _upper=[[1.0], [1.5], [1.5]],
        _settings={**trainer.settings, "box_dim": 1},
        _history={"step": [0, 1], "overlap": [3.0, 2.5], "f1": [0.0, 1.0]},
        steps=1,
    )
    assert set(seen) == {"boxes", "relation", "history"}
    assert trainer._assigned == assigned  # the page need not take back what it sent
    assert trainer.boxes.upper.tolist() == [[1.0], [1.5], [1.5]]
    assert trainer.relation[0].nan_to_num(-1).tolist() == [-1, 1, 0]
    assert trainer.history["overlap"].tolist() == [3.0, 2.5]
    assert trainer.settings["box_dim"] == 1


def test_what_python_assigns_is_sent():
    start = Boxes(torch.zeros(2, 2), torch.ones(2, 2))
    trainer = BoxTrainer(RELATION, boxes=start)
    assert trainer.names == ["A", "B"] and trainer._upper == [[1.0, 1.0]] * 2
    before = trainer._assigned
    trainer.boxes = Boxes(torch.zeros(2, 2), 2 * torch.ones(2, 2))
    trainer.settings = {"soft": False}
    trainer.relation = torch.tensor([[math.nan, 0.5], [0.5, math.nan]])
    assert trainer._assigned == before + 3
    assert trainer._upper == [[2.0, 2.0]] * 2
    assert trainer._settings == {"soft": False}
    assert trainer._relation == [[None, 0.5], [0.5, None]]
    trainer.settings = {"seed": 3}
    assert trainer.settings == {"soft": False, "seed": 3}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"preset": "trees"}, "no preset 'trees'; there are: apart-exact, "),
        ({"names": ["a"]}, "belong to a relation"),
        ({"learning_rate": 1}, "belong to a relation"),
        ({"relation": RELATION, "names": ["a"]}, "2 boxes and 1 names"),
        ({"relation": RELATION, "temperature": 1}, "no setting 'temperature'; there are: soft"),
        ({"relation": RELATION, "loss": "hinge"}, "loss must be one of"),
        ({"relation": RELATION, "box_dim": 3}, "box_dim must be one of"),
        ({"relation": RELATION, "volume_temperature": 0}, "volume_temperature must be .* from"),
        ({"relation": RELATION, "distance_weight": math.nan}, "distance_weight must be"),
        ({"relation": RELATION, "learning_rate": "fast"}, "learning_rate must be"),
        ({"relation": [[0, 2], [0, 0]]}, r"relation must be in \[0, 1\]"),
        ({"relation": RELATION, "boxes": Boxes([[0.0, 0.0]], [[1.0, 1.0]])}, "a row for each name"),
        (
            {"relation": RELATION, "boxes": Boxes([[1.0], [1.0]], [[0.0], [2.0]])},
            "no upper corner below",
        ),
    ],
)
def test_bad_input_is_one_clear_error(arguments, said):
    with pytest.raises(ValueError, match=said):
        BoxTrainer(**arguments)


def test_every_exercise_can_be_shown_first():
    for name in BoxTrainer.presets():
        assert BoxTrainer(preset=name).preset == name
