"""Scores and thresholds against cases worked by hand."""

import numpy as np
import pytest
import torch
from small_cases import random_relation, tasks_with

import t2b_lib as t2b
from t2b_lib.evaluation import THRESHOLDS, best_threshold, f1


class Oracle:
    """Predicts a given matrix."""

    def __init__(self, matrix):
        self.matrix = matrix

    def predict(self, features, pairs):
        return self.matrix[pairs[:, 0], pairs[:, 1]]

    containment_score = predict


def test_f1_by_hand():
    truth = np.array([1, 1, 1, 0, 0, 0])
    predicted = np.array([1, 1, 0, 1, 0, 0])  # precision 2/3, recall 2/3
    assert f1(truth, predicted) == pytest.approx(2 / 3)
    assert f1(truth, np.zeros(6)) == 0
    assert np.isnan(f1(np.zeros(3), np.zeros(3)))


def test_threshold_is_the_lowest_of_the_best():
    truth = np.array([1, 1, 0, 0])
    assert best_threshold(truth, np.array([0.9, 0.75, 0.55, 0.1])) == 0.6
    assert best_threshold(truth, np.array([0.9, 0.5, 0.45, 0.1])) == 0.1  # 0.8 at 0.1 to 0.4
    assert best_threshold(truth, np.array([0.9, 0.9, 0.0, 0.0])) == 0.1


def test_a_perfect_and_a_noisy_prediction_of_containment():
    relation = random_relation()
    tasks = tasks_with(relation)
    split = t2b.split(tasks, novel=5, seed=1)
    row = t2b.evaluate(Oracle(relation * 0.8), tasks, split).iloc[0]
    assert row["existing"] == row["novel"] == 1 and row["metric"] == "F1"
    assert (row["existing_pairs"], row["novel_pairs"]) == (60, 250)

    # Half of the true novel pairs missed: precision 1, recall 1/2.
    noisy = relation.clone()
    i, j = split.novel_pairs.T
    true = relation[i, j].nonzero().flatten()
    noisy[i[true[::2]], j[true[::2]]] = 0
    kept = len(true) - len(true[::2])
    row = t2b.evaluate(Oracle(noisy), tasks, split).iloc[0]
    assert row["existing"] == 1 and row["novel"] == pytest.approx(2 * kept / (kept + len(true)))


def test_a_graded_relation_is_scored_by_rank():
    relation = torch.rand(20, 20, generator=torch.Generator().manual_seed(3))
    tasks = tasks_with(relation)
    split = t2b.split(tasks, novel=4)
    row = t2b.evaluate(Oracle(relation**3), tasks, split).iloc[0]
    assert row["metric"] == "Spearman"
    assert row["existing"] == pytest.approx(1) and row["novel"] == pytest.approx(1)
    assert t2b.evaluate(Oracle(-relation), tasks, split).iloc[0]["novel"] == pytest.approx(-1)


def test_without_novel_datasets_that_column_is_empty():
    tasks = tasks_with(random_relation())
    row = t2b.evaluate(t2b.RandomGuess(), tasks, t2b.split(tasks)).iloc[0]
    assert np.isnan(row["novel"]) and row["novel_pairs"] == 0


def test_random_guessing_scores_what_chance_gives():
    """With a share p of true pairs, saying yes to a share q scores 2pq / (p + q) in the mean."""
    tasks = tasks_with(random_relation(60, share=0.1))
    split = t2b.split(tasks, novel=20)
    rows = [t2b.evaluate(t2b.RandomGuess(seed), tasks, split).iloc[0] for seed in range(40)]
    p = tasks.relation[split.novel_pairs[:, 0], split.novel_pairs[:, 1]].mean().item()
    expected = np.mean([2 * p * (1 - r["threshold"]) / (p + 1 - r["threshold"]) for r in rows])
    assert np.mean([r["novel"] for r in rows]) == pytest.approx(expected, abs=0.01)


def test_the_threshold_is_the_best_of_all():
    random = np.random.default_rng(0)
    for _ in range(20):
        truth = random.random(60) < 0.2
        scores = np.round(random.normal(size=60) + truth, 1)  # with ties
        found = best_threshold(truth, scores, None)
        every = [*np.unique(scores), scores.min() - 1]
        best = max(f1(truth, scores > threshold) for threshold in every)
        assert f1(truth, scores > found) == pytest.approx(best)
        assert found not in scores
    assert best_threshold(np.array([0, 1, 0, 1]), np.array([0.0, 5, 1, 3]), None) == 2
    assert best_threshold(np.array([1, 1]), np.array([2.0, 3.0]), None) == 1


@pytest.mark.parametrize("candidates", [THRESHOLDS, None])
def test_one_rule_for_ties_and_for_nothing_true(candidates):
    truth, scores = np.array([1, 1, 0, 0]), np.array([0.9, 0.5, 0.45, 0.1])
    assert best_threshold(truth, scores, candidates) == pytest.approx(0.1 if candidates else 0.475)
    # 0 and 1 of two true pairs found, or 2 of them with two false: 2/3 at two thresholds.
    tied = best_threshold(np.array([1, 0, 0, 1]), np.array([0.9, 0.7, 0.5, 0.3]), candidates)
    assert tied == pytest.approx(0.1 if candidates else -0.7)
    nothing = best_threshold(np.zeros(4), scores, candidates)
    assert not (scores > nothing).any()


def test_a_part_without_true_pairs_has_no_f1():
    """Nor with false alarms, for which scikit-learn gives 0."""
    assert np.isnan(f1(np.zeros(3), np.zeros(3))) and np.isnan(f1(np.zeros(3), np.ones(3)))
    assert f1(np.array([1, 0]), np.array([0, 1])) == 0
