"""Every model keeps scikit-learn's conventions for parameters, clones and unfitted models."""

import pytest
import torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils import estimator_checks

import t2b_lib as t2b
from t2b_lib import baselines
from t2b_lib.affinity import Additive, AffinityBoxes
from t2b_lib.hub import HubMap
from t2b_lib.hub.rivals import NearestPairs, Nearness

LEARNING = [
    t2b.Task2Box(),
    t2b.Task2Box.from_recipe("paper", box_dim=5, teacher=t2b.Ensemble(size=2)),
    t2b.Ensemble(t2b.Task2Box(3), 4),
    AffinityBoxes(teachers=3),
    baselines.PairwiseMLP(),
    baselines.PairwiseLinear(),
    baselines.KLDivergence(),
    baselines.AsymmetricCosine(0.3),
    baselines.AsymmetricEuclidean(),
    Additive(ridge=2.0),
    NearestPairs(),
]
ALL = [*LEARNING, baselines.RandomGuess(), Nearness(), HubMap()]
CHECKS = [
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_get_params_invariance",
    "check_set_params",
    "check_estimator_cloneable",
    "check_estimator_repr",
]


def name_of(model):
    return type(model).__name__


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("model", ALL, ids=name_of)
def test_scikit_learns_checks_pass(model, check):
    getattr(estimator_checks, check)(name_of(model), model)


@pytest.mark.parametrize("model", LEARNING, ids=name_of)
@pytest.mark.parametrize("method", ["predict", "containment_score", "embed", "affinity", "save"])
def test_an_unfitted_model_says_so(model, method, tmp_path):
    if not hasattr(model, method):
        pytest.skip(f"{name_of(model)} has no {method}")
    features, pairs = torch.rand(4, 6), torch.tensor([[0, 1], [2, 3]])
    given = {"embed": [features], "affinity": [0.5], "save": [tmp_path / "model"]}
    with pytest.raises(NotFittedError, match=name_of(model)):
        getattr(clone(model), method)(*given.get(method, [features, pairs]))
