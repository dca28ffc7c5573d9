"""Task2Box on affinities: Eq. 8, the default recipe, the additive baseline, the scores."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.base import clone

import t2b_lib as t2b
from t2b_lib import affinity
from t2b_lib.collection import Split


@pytest.fixture(scope="module")
def tasks():
    """Twelve tasks with affinities that follow from their features; three are sources only."""
    random = torch.Generator().manual_seed(0)
    features = torch.rand(12, 4, generator=random)
    relation = 0.04 * (features @ features.T) * (0.2 + features[:, :1].T) / 4
    relation[:, 9:] = torch.nan
    return t2b.TaskCollection([f"task {i}" for i in range(12)], features, relation)


@dataclass
class Known:
    """A model that says what it is told."""

    answers: torch.Tensor

    def predict(self, features, pairs):
        return self.answers[pairs[:, 0], pairs[:, 1]]


@given(st.floats(0, 0.2))
def test_restore_undoes_rescale(a):
    rescaled = affinity.rescale(a)
    assert rescaled == pytest.approx((np.exp(100 * a) - 1) / (np.exp(100 * a) + 1), abs=1e-12)
    # One rounding of a' near 1 moves a by about 1e-16 / (50 (1 - a'^2)).
    assert affinity.restore(rescaled) == pytest.approx(a, abs=1e-16 / (1 - rescaled**2) + 1e-15)


@pytest.mark.parametrize("k", [16, 50])
def test_the_inverse_divides_outside_the_logarithm(k):
    assert affinity.restore(0.5, k=k) == pytest.approx(np.log(3) / 2 / k)


def test_an_overlap_of_one_is_a_finite_affinity():
    back = affinity.restore([1.0, 1.0 + 1e-7, np.nan, 0.0])
    assert back[0] == back[1] == pytest.approx(0.3747, abs=1e-3)
    assert np.isnan(back[2]) and back[3] == 0
    assert affinity.rescale(1.0) == 1


def test_rescale_refuses_negative_affinities():
    with pytest.raises(ValueError, match=r"-0\.1"):
        affinity.rescale([0.2, -0.1, np.nan])
    for function in (affinity.rescale, affinity.restore):
        with pytest.raises(ValueError, match="k must be a number above 0"):
            function(0.1, k=0)


def test_additive_is_mean_of_source_plus_mean_of_target(tasks):
    split = t2b.split(tasks, novel=2, seed=1)
    model = affinity.Additive().fit(tasks, split)
    i, j = split.test[0].tolist()
    value = {(a, b): float(tasks.relation[a, b]) for a, b in split.train.tolist()}
    mean = np.mean(list(value.values()))
    expected = (
        np.mean([v for (a, _), v in value.items() if a == i])
        + np.mean([v for (_, b), v in value.items() if b == j])
        - mean
    )
    assert float(model.predict(tasks.features, split.test[:1])) == pytest.approx(expected)
    both_new = torch.tensor([[split.novel[0], split.novel[1]]])
    assert float(model.predict(tasks.features, both_new)) == pytest.approx(mean)


def test_additive_guesses_new_effects_from_features(tasks):
    """Effects that are linear in the features are recovered for tasks without pairs."""
    effect = tasks.features @ torch.tensor([0.1, 0.2, 0.3, 0.1])
    linear = t2b.TaskCollection(tasks.names, tasks.features, (effect[:, None] + effect) / 2)
    split = affinity.leave_out(linear, [1, 5])
    model = affinity.Additive(ridge=1e-8).fit(linear, split)
    truth = linear.relation[split.novel_pairs[:, 0], split.novel_pairs[:, 1]]
    predicted = model.predict(linear.features, split.novel_pairs)
    assert spearmanr(truth, predicted).statistic > 0.98
    without = affinity.Additive().fit(linear, split).predict(linear.features, split.novel_pairs)
    assert (predicted - truth).abs().mean() < (without - truth).abs().mean()


def test_scores_compare_each_prediction_with_its_own_pair(tasks):
    split = t2b.split(tasks, novel=3, seed=2)
    scores = affinity.score_affinities(Known(tasks.relation), tasks, split)
    assert all(value == pytest.approx(1) for value in scores.values())
    scores = affinity.score_affinities(Known(-tasks.relation), tasks, split)
    assert all(value == pytest.approx(-1) for value in scores.values())


def test_scores_tell_new_sources_from_new_targets(tasks):
    split = t2b.split(tasks, novel=3, seed=2)
    answers = tasks.relation.clone()
    answers[split.novel] *= -1
    scores = affinity.score_affinities(Known(answers), tasks, split)
    assert scores["novel_source"] == pytest.approx(-1)
    assert scores["novel_target"] == pytest.approx(1)


def test_within_target_ignores_the_level(tasks):
    split = affinity.leave_out(tasks, [0, 1, 2])
    means = tasks.relation[:, :3].mean(0)
    # The novel targets' levels turned round: the lowest becomes the highest.
    level = torch.zeros(12)
    level[:3] = -10 * means
    scores = affinity.score_affinities(Known(tasks.relation + level), tasks, split)
    assert scores["within_target"] == pytest.approx(1)
    assert scores["novel_target"] < 0.9


def test_the_misaligned_score_is_low_even_for_the_truth():
    """On independent affinities the truth itself scores about nothing when misaligned."""
    random = torch.Generator().manual_seed(3)
    tasks = t2b.TaskCollection(
        [str(i) for i in range(25)], torch.eye(25), torch.rand(25, 25, generator=random)
    )
    split = t2b.split(tasks, novel=3, seed=0)
    found = [
        affinity.misaligned_spearman(Known(tasks.relation), tasks, split, seed=k) for k in range(20)
    ]
    assert abs(np.mean(found)) < 0.15
    assert affinity.score_affinities(Known(tasks.relation), tasks, split)["novel"] > 0.999


def test_every_triple_once():
    features = affinity.task_attributes().to_numpy(copy=True)
    relation = torch.rand(25, 25, generator=torch.Generator().manual_seed(0))
    relation[:, [1, 8, 9]] = torch.nan
    tasks = t2b.TaskCollection([str(i) for i in range(25)], features, relation)
    splits = affinity.all_triples(tasks)
    assert len(splits) == len({tuple(s.novel.tolist()) for s in splits}) == 2300
    one = affinity.leave_out(tasks, [24, 1, 3])
    assert one.novel.tolist() == [1, 3, 24] and len(one.existing) == 22
    assert not torch.isin(one.train, one.novel).any()
    assert (torch.isin(one.novel_pairs, one.novel).sum(1) == 1).all()
    # 20 existing targets and, of the novel ones, the two that were measured.
    assert len(one.train) == 20 * 21 and len(one.novel_pairs) == 3 * 20 + 2 * 22


@pytest.fixture(scope="module")
def fitted(tasks):
    splits = [t2b.split(tasks, novel=2, seed=k) for k in range(2)]
    models = [
        affinity.AffinityBoxes(2, teachers=2, epochs=400, seed=k, device="cpu", progress=False)
        for k in range(2)
    ]
    return t2b.fit_many(models, tasks, splits), splits


def test_affinity_boxes_learn_the_order(tasks, fitted):
    for model, split in zip(*fitted, strict=True):
        train = Split(**(vars(split) | {"test": split.train}))
        assert affinity.score_affinities(model, tasks, train)["existing"] > 0.85
        assert model.embed(tasks.features).lower.shape == (12, 2)


def test_fitting_together_is_fitting_alone(tasks, fitted):
    """For a few epochs: Adam lets the smallest rounding grow until the two part."""
    models, splits = ([clone(model).set_params(epochs=8) for model in fitted[0]], fitted[1])
    t2b.fit_many(models, tasks, splits)
    pairs = tasks.measured_pairs()
    for model, split in zip(models, splits, strict=True):
        alone = clone(model).fit(tasks, split).predict(tasks.features, pairs)
        together = model.predict(tasks.features, pairs)
        torch.testing.assert_close(alone, together, atol=0.02, rtol=0)
    first, second = (model.predict(tasks.features, pairs) for model in models)
    assert (first - second).abs().max() > 0.1


def test_only_training_pairs_are_seen(tasks, fitted):
    """Other relations everywhere else leave the model as it is."""
    model, split = clone(fitted[0][0]).set_params(epochs=8), fitted[1][0]
    seen = torch.zeros(12, 12, dtype=torch.bool)
    seen[split.train[:, 0], split.train[:, 1]] = True
    elsewhere = torch.where(seen, tasks.relation, 0.9)
    other = t2b.TaskCollection(tasks.names, tasks.features, elsewhere)
    pairs = tasks.measured_pairs()
    found = [
        clone(model).fit(collection, split).predict(tasks.features, pairs)
        for collection in (tasks, other)
    ]
    torch.testing.assert_close(*found, atol=1e-6, rtol=0)


def test_overlaps_become_affinities_again(tasks, fitted):
    model, split = fitted[0][0], fitted[1][0]
    known = tasks.relation[split.train[:, 0], split.train[:, 1]]
    back = model.affinity([0.0, 0.5, 1.0, 1.1])
    assert back[0] == pytest.approx(float(known.min()), rel=1e-5)
    assert back[1] == pytest.approx(float(np.median(known)), rel=1e-3)
    assert back[2] == back[3] == pytest.approx(float(known.max()), rel=1e-5)


def test_unfitted_affinity_boxes_raise(tasks):
    with pytest.raises(ValueError, match="not fitted"):
        affinity.AffinityBoxes().embed(tasks.features)


@pytest.mark.parametrize("variant", ["main", "16k"])
def test_shipped_scores_are_what_the_release_gives(variant):
    released = affinity.load_affinities(variant=variant)
    features = affinity.task_attributes().to_numpy(copy=True)
    relation = affinity.rescale(released.relation)
    tasks = t2b.TaskCollection(released.names, features, relation)
    shipped = affinity.shipped_cases(variant).set_index(["method", "case"]).loc["Additive"]
    for case in range(3):
        split = t2b.split(tasks, novel=3, seed=case)
        found = affinity.score_affinities(affinity.Additive().fit(tasks, split), tasks, split)
        for part, score in found.items():
            assert shipped.loc[case, part] == pytest.approx(score, abs=1e-3)
    every = affinity.all_triples(tasks)
    for k in (0, 1234, 2299):
        found = affinity.score_affinities(
            affinity.Additive().fit(tasks, every[k]), tasks, every[k]
        )["novel"]
        assert affinity.shipped_triples(variant).loc[k, "Additive"] == pytest.approx(
            found, abs=2e-3
        )


def test_the_default_recipe_on_the_release():
    """Better than the additive baseline on unseen pairs, with the release's affinities."""
    released = affinity.load_affinities()
    features = affinity.task_attributes().to_numpy(copy=True)
    tasks = t2b.TaskCollection(released.names, features, released.relation)
    splits = [t2b.split(tasks, novel=3, seed=k) for k in range(3)]
    models = [
        affinity.AffinityBoxes(3, teachers=1, epochs=1000, seed=k, device="cpu", progress=False)
        for k in range(3)
    ]
    t2b.fit_many(models, tasks, splits)
    found = [
        affinity.score_affinities(m, tasks, s)["existing"]
        for m, s in zip(models, splits, strict=True)
    ]
    plain = [
        affinity.score_affinities(affinity.Additive().fit(tasks, s), tasks, s)["existing"]
        for s in splits
    ]
    assert np.mean(found) > max(0.85, np.mean(plain))
