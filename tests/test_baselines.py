"""The measures that know no boxes against scipy, torch.distributions and cases worked by hand."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cosine, euclidean
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from torch.distributions import Independent, Normal, kl_divergence

import t2b_lib as t2b
from t2b_lib.baselines import (
    AsymmetricCosine,
    AsymmetricEuclidean,
    KLDivergence,
    PairNetwork,
)
from t2b_lib.evaluation import f1


def tasks_with(features, relation=None):
    n = len(features)
    if relation is None:
        relation = (torch.rand(n, n, generator=torch.Generator().manual_seed(1)) < 0.3).float()
    return t2b.TaskCollection([f"d{i}" for i in range(n)], features, relation)


def random_features(n=12, size=8, seed=0, positive=False):
    features = torch.randn(n, size, generator=torch.Generator().manual_seed(seed))
    return features.exp() if positive else features


def test_kl_divergence_is_that_of_torch_distributions():
    mean, variance = random_features(), random_features(seed=1, positive=True)
    tasks = tasks_with(torch.cat((mean, variance), dim=1))
    model = KLDivergence(floor=0).fit(tasks, t2b.split(tasks))
    pairs = tasks.measured_pairs()
    gaussians = [
        Independent(Normal(m, v.sqrt()), 1)
        for m, v in zip(mean.double(), variance.double(), strict=True)
    ]
    expected = torch.stack([-kl_divergence(gaussians[i], gaussians[j]) for i, j in pairs])
    torch.testing.assert_close(model.predict(tasks.features, pairs), expected)


def test_kl_divergence_of_fisher_information_by_torch_distributions():
    fisher = random_features(positive=True)
    tasks = tasks_with(fisher)
    model = KLDivergence("fim", floor=0).fit(tasks, t2b.split(tasks))
    pairs = tasks.measured_pairs()
    gaussians = [
        Independent(Normal(torch.zeros(8).double(), f.double() ** -0.5), 1) for f in fisher
    ]
    expected = torch.stack([-kl_divergence(gaussians[i], gaussians[j]) for i, j in pairs])
    torch.testing.assert_close(model.predict(tasks.features, pairs), expected)


def test_kl_divergence_says_containment_in_the_right_direction():
    """A narrow Gaussian inside a wide one: it lies in the wide, not the wide in it."""
    features = torch.tensor([[0.5, 0.1], [0.0, 4.0], [9.0, 0.1]])  # narrow, wide, elsewhere
    relation = torch.tensor([[1.0, 1, 0], [0, 1, 0], [0, 0, 1]])
    tasks = tasks_with(features, relation)
    split = t2b.split(tasks, fractions=(1 / 3, 1 / 3, 1 / 3))
    model = KLDivergence().fit(tasks, split)
    scores = model.predict(features, tasks.measured_pairs())
    assert tasks.measured_pairs()[scores.argmax()].tolist() == [0, 1]
    # By hand: KL(0 || 1) = (log 40 + (0.1 + 0.25) / 4 - 1) / 2.
    assert scores[0].item() == pytest.approx(-(np.log(40) + 0.35 / 4 - 1) / 2, rel=1e-6)


def test_a_variance_of_zero_is_floored():
    features = torch.cat((random_features(), random_features(seed=1, positive=True)), dim=1)
    features[3, 8:] = 0
    features[:, 9] = 0  # no dataset has any spread in this feature
    tasks = tasks_with(features)
    split = t2b.split(tasks, novel=2)
    model = KLDivergence().fit(tasks, split)
    assert model.predict(features, tasks.measured_pairs()).isfinite().all()
    existing = features[split.existing, 8:].double().mean(0)
    assert model.floor_[0].item() == pytest.approx(1e-3 * existing[0].item(), rel=1e-6)


@pytest.mark.parametrize(
    ("method", "similarity"),
    [
        (AsymmetricCosine, lambda a, b: 1 - cosine(a, b)),
        (AsymmetricEuclidean, lambda a, b: -euclidean(a, b)),
    ],
)
@pytest.mark.parametrize("trivial", ["mean", "given"])
def test_asymmetric_similarities_are_those_of_scipy(method, similarity, trivial):
    features = random_features()
    tasks = tasks_with(features)
    split = t2b.split(tasks, novel=3)
    given = torch.arange(8.0)
    expected_trivial = features[split.existing].mean(0) if trivial == "mean" else given
    model = method(0.3, trivial="mean" if trivial == "mean" else given).fit(tasks, split)
    pairs = tasks.measured_pairs()
    expected = [
        similarity(features[i], features[j]) - 0.3 * similarity(features[i], expected_trivial)
        for i, j in pairs
    ]
    found = model.predict(features, pairs).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_asymmetric_euclidean_by_hand():
    features = torch.tensor([[3.0, 4.0], [0.0, 4.0], [0.0, 0.5]])
    tasks = tasks_with(features)
    split = t2b.split(tasks, fractions=(0.5, 0.25, 0.25))
    model = AsymmetricEuclidean(trivial="zero").fit(tasks, split)
    scores = model.predict(features, torch.tensor([[0, 1], [1, 0]]))
    assert scores.tolist() == pytest.approx([-3 + 0.15 * 5, -3 + 0.15 * 4])
    cosines = AsymmetricCosine(trivial="zero").fit(tasks, split)
    both = cosines.predict(features, torch.tensor([[0, 1], [1, 0]]))
    assert both.tolist() == pytest.approx([0.8, 0.8])  # a cosine with zero counts as 0


def test_the_training_threshold_is_what_evaluate_uses():
    features = random_features(20)
    tasks = tasks_with(features)
    split = t2b.split(tasks, novel=4)
    model = AsymmetricCosine().fit(tasks, split)
    row = t2b.evaluate(model, tasks, split).iloc[0]
    assert row["threshold"] == model.threshold_
    truth = tasks.relation[split.test[:, 0], split.test[:, 1]].numpy()
    scores = model.containment_score(features, split.test).numpy()
    assert row["existing"] == f1(truth, scores > model.threshold_)


def test_a_graded_relation_needs_no_threshold():
    relation = torch.rand(12, 12, generator=torch.Generator().manual_seed(0))
    tasks = tasks_with(random_features(), relation)
    split = t2b.split(tasks, novel=2)
    model = AsymmetricCosine().fit(tasks, split)
    assert not hasattr(model, "threshold_")
    assert t2b.evaluate(model, tasks, split).iloc[0]["metric"] == "Spearman"


def test_novel_datasets_do_not_change_a_measure():
    tasks = tasks_with(torch.cat((random_features(), random_features(1 * 12, positive=True)), 1))
    split = t2b.split(tasks, novel=3)
    changed = tasks.features.clone()
    changed[split.novel] *= 7
    other = tasks_with(changed, tasks.relation)
    for method in (KLDivergence(), AsymmetricCosine(), AsymmetricEuclidean()):
        first, second = clone(method).fit(tasks, split), clone(method).fit(other, split)
        assert first.threshold_ == pytest.approx(second.threshold_, rel=1e-9)


def test_bad_input_is_refused():
    tasks = tasks_with(random_features(size=7))
    split = t2b.split(tasks)
    with pytest.raises(ValueError, match="an even number, got 7"):
        KLDivergence().fit(tasks, split)
    with pytest.raises(ValueError, match="variances must not be negative"):
        KLDivergence("fim").fit(tasks, split)
    with pytest.raises(ValueError, match="not 'clip'"):
        KLDivergence("clip").fit(tasks, split)
    with pytest.raises(ValueError, match='"mean", "zero" or a vector'):
        AsymmetricCosine(trivial="empty").fit(tasks, split)
    with pytest.raises(ValueError, match="vector of 7 features"):
        AsymmetricCosine(trivial=torch.zeros(3)).fit(tasks, split)


def test_pair_network_is_a_network_on_the_concatenation():
    network = PairNetwork(4, (8, 5)).eval()
    features = torch.randn(6, 4)
    pairs = torch.tensor([[0, 1], [5, 2], [3, 3]])
    concatenated = torch.cat((features[pairs[:, 0]], features[pairs[:, 1]]), dim=1)
    expected = network.rest(network.first(concatenated)).squeeze(-1)
    assert torch.allclose(network(features, pairs), expected, atol=1e-6)


def test_linear_baseline_comes_close_to_logistic_regression():
    random = torch.Generator().manual_seed(0)
    features = torch.randn(40, 5, generator=random)
    score = features[:, :1] - 2 * features[:, 1] + torch.randn(40, 40, generator=random)
    tasks = tasks_with(features, (score > 1).float())
    split = t2b.split(tasks)
    ours = t2b.PairwiseLinear(learning_rate=0.05, progress=False).fit(tasks, split)

    def design(pairs):
        scaled = (features - features.mean(0)) / features.std(0)
        return torch.cat((scaled[pairs[:, 0]], scaled[pairs[:, 1]]), dim=1).numpy()

    truth = tasks.relation[split.train[:, 0], split.train[:, 1]].numpy()
    theirs = LogisticRegression(C=np.inf).fit(design(split.train), truth)
    expected = theirs.predict_proba(design(split.test))[:, 1]
    assert np.abs(ours.predict(features, split.test).numpy() - expected).max() < 0.02


def test_mlp_learns_what_a_linear_model_cannot():
    """i is in j where their signs agree: an exclusive or."""
    features = torch.randn(40, 1, generator=torch.Generator().manual_seed(0))
    tasks = tasks_with(features, (features * features.T > 0).float())
    split = t2b.split(tasks, novel=5)
    mlp = t2b.PairwiseMLP((32, 32), batch_size=64, progress=False).fit(tasks, split)
    linear = t2b.PairwiseLinear(progress=False).fit(tasks, split)
    assert t2b.evaluate(mlp, tasks, split).iloc[0]["existing"] > 0.9
    assert t2b.evaluate(linear, tasks, split).iloc[0]["existing"] < 0.75


@pytest.mark.parametrize("model", [t2b.PairwiseMLP((8,)), t2b.PairwiseLinear(), t2b.RandomGuess(2)])
def test_baselines_are_estimators_and_reproducible(model):
    tasks = tasks_with(random_features())
    split = t2b.split(tasks)
    settings = {"epochs": 2, "progress": False} if "epochs" in model.get_params() else {}
    first, again = (clone(model).set_params(**settings).fit(tasks, split) for _ in range(2))
    pairs = split.test
    assert torch.equal(first.predict(tasks.features, pairs), again.predict(tasks.features, pairs))
    assert clone(first).get_params() == first.get_params()


def test_no_batch_has_a_single_pair(monkeypatch):
    """129 pairs in batches of at most 4: chunks of equal size would leave one pair."""
    tasks = tasks_with(random_features())
    split = t2b.split(tasks)
    split = replace(split, train=tasks.measured_pairs()[:129])
    sizes = []
    forward = PairNetwork.forward
    monkeypatch.setattr(
        PairNetwork,
        "forward",
        lambda self, features, pairs: sizes.append(len(pairs)) or forward(self, features, pairs),
    )
    t2b.PairwiseMLP((4,), epochs=1, batch_size=4, progress=False).fit(tasks, split)
    assert sum(sizes) == 129 and min(sizes) == 3 and max(sizes) == 4
