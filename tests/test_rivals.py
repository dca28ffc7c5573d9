"""Each rival against a case worked out by hand."""

import math

import pytest
import torch
from test_parts import nested
from torch.distributions import Independent, Normal, kl_divergence

import t2b_lib as t2b
from t2b_lib.baselines import AsymmetricCosine
from t2b_lib.boxes import Boxes
from t2b_lib.rivals import ExteriorAngle, FittedCosine, GaussianBoxes, OrderEmbedding


def test_exterior_angle_by_hand():
    """Root at the origin; from j = (1, 0) the way on is along x."""
    features = torch.tensor([[1.0, 0.0], [3.0, 0.0], [1.0, 2.0], [-5.0, -2.0]])
    tasks = t2b.TaskCollection(list("jabc"), features, torch.full((4, 4), 0.5))
    model = ExteriorAngle().fit(tasks, t2b.split(tasks, fractions=(0.8, 0.1, 0.1)))
    assert model.root_.tolist() == [0, 0]
    angles = model.predict(features, torch.tensor([[1, 0], [2, 0], [0, 1]]))
    assert angles.tolist() == pytest.approx([0, -math.pi / 2, -math.pi])


def test_the_fitted_alpha_is_the_best_on_training_pairs():
    tasks = nested(n=40)
    split = t2b.split(tasks, novel=8, seed=0)
    model = FittedCosine().fit(tasks, split)
    fixed = AsymmetricCosine(model.alpha_).fit(tasks, split)
    assert torch.equal(*(m.predict(tasks.features, split.test) for m in (model, fixed)))

    def training_f1(alpha):
        one = AsymmetricCosine(alpha).fit(tasks, split)
        said = one.predict(tasks.features, split.train) > one.threshold_
        true = tasks.relation[split.train[:, 0], split.train[:, 1]] == 1
        return 2 * (said & true).sum() / (said.sum() + true.sum())

    assert all(training_f1(model.alpha_) >= training_f1(a) for a in (-1.0, 0.0, 0.15, 0.5, 1.0))


def test_order_embedding_by_hand():
    points = torch.tensor([[2.0, 3.0], [1.0, 1.0], [3.0, 0.5]])
    relation = OrderEmbedding()._pairwise(Boxes(points, points + 1))
    assert relation[0, 1] == 1  # (1, 1) is below (2, 3) in both dimensions
    assert relation[1, 0] == pytest.approx(math.exp(-(1 + 4)))
    assert relation[0, 2] == pytest.approx(math.exp(-1))


def test_gaussian_boxes_by_torch_distributions():
    random = torch.Generator().manual_seed(0)
    lower, sides = torch.randn(4, 3, generator=random), 1 + torch.rand(4, 3, generator=random)
    boxes = Boxes(lower, lower + sides)
    relation = GaussianBoxes()._pairwise(boxes)
    each = [
        Independent(Normal(c, s / 2), 1) for c, s in zip(boxes.centres, boxes.sides, strict=True)
    ]
    expected = torch.stack([torch.stack([kl_divergence(a, b) for b in each]) for a in each])
    torch.testing.assert_close(relation, (-expected).exp())


@pytest.mark.parametrize("kind", [OrderEmbedding, GaussianBoxes])
def test_rivals_learn_what_lies_in_what(kind):
    tasks = nested(n=30)
    split = t2b.split(tasks, novel=6, seed=0)
    model = kind(3, epochs=150, progress=False).fit(tasks, split)
    pairs = split.train
    told = tasks.relation[pairs[:, 0], pairs[:, 1]] == 1
    relation = model.predict(tasks.features, pairs)
    assert relation[told].mean() > relation[~told].mean() + 0.3
