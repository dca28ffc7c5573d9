"""Scores against hand-worked cases, and the baselines against what they claim to compute."""

import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

import t2b_lib as t2b
from t2b_lib import evaluation
from t2b_lib.baselines import PairNetwork
from t2b_lib.evaluation import (
    beside_paper,
    best_threshold,
    by_dimension,
    f1,
    paper_f1,
    random_case,
    read_results,
    summary,
    with_paper,
)


def tasks_with(relation, features=None):
    n = len(relation)
    features = torch.eye(n) if features is None else features
    return t2b.TaskCollection([f"d{i}" for i in range(n)], features, relation)


class Oracle:
    """Predicts a given matrix."""

    def __init__(self, matrix):
        self.matrix = matrix

    def predict(self, features, pairs):
        return self.matrix[pairs[:, 0], pairs[:, 1]]

    containment_score = predict


def random_relation(n=30, share=0.3, seed=0):
    return (torch.rand(n, n, generator=torch.Generator().manual_seed(seed)) < share).float()


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
    tasks = tasks_with((score > 1).float(), features)
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
    tasks = tasks_with((features * features.T > 0).float(), features)
    split = t2b.split(tasks, novel=5)
    mlp = t2b.PairwiseMLP((32, 32), batch_size=64, progress=False).fit(tasks, split)
    linear = t2b.PairwiseLinear(progress=False).fit(tasks, split)
    assert t2b.evaluate(mlp, tasks, split).iloc[0]["existing"] > 0.9
    assert t2b.evaluate(linear, tasks, split).iloc[0]["existing"] < 0.75


@pytest.mark.parametrize("model", [t2b.PairwiseMLP((8,)), t2b.PairwiseLinear(), t2b.RandomGuess(2)])
def test_baselines_are_estimators_and_reproducible(model):
    tasks = tasks_with(random_relation())
    split = t2b.split(tasks)
    settings = {"epochs": 2, "progress": False} if "epochs" in model.get_params() else {}
    first, again = (clone(model).set_params(**settings).fit(tasks, split) for _ in range(2))
    pairs = split.test
    assert torch.equal(first.predict(tasks.features, pairs), again.predict(tasks.features, pairs))
    assert clone(first).get_params() == first.get_params()


def small_methods():
    settings = {"hidden": (8,), "epochs": 3, "progress": False}
    methods = [("Task2Box", t2b.Task2Box(box_dim=d, **settings)) for d in (2, 3)]
    return [*methods, ("Random", t2b.RandomGuess())]


def protocol(cases=3):
    tasks, methods = tasks_with(random_relation()), small_methods()
    return tasks, methods, t2b.run_protocol(tasks, methods, cases=cases, novel=5, progress=False)


class Counted(t2b.RandomGuess):
    """Counts its fits, and fails at one of them."""

    fits = 0
    fails_at = None

    def fit(self, tasks, split):
        type(self).fits += 1
        if self.fits == self.fails_at:
            raise KeyboardInterrupt
        return self


@pytest.fixture
def counted():
    Counted.fits, Counted.fails_at = 0, None
    return Counted


def test_a_killed_run_loses_no_finished_case(tmp_path, counted):
    tasks, path = tasks_with(random_relation()), tmp_path / "results.csv"
    settings = {"cases": 5, "novel": 5, "progress": False}
    expected = t2b.run_protocol(tasks, [("Random", t2b.RandomGuess())], **settings)

    counted.fails_at = 5
    methods = [("Random", counted())]
    with pytest.raises(KeyboardInterrupt):
        t2b.run_protocol(tasks, methods, path=path, together=2, **settings)
    assert list(read_results(path)["case"]) == [0, 1, 2, 3]
    assert [p.name for p in tmp_path.iterdir()] == ["results.csv"]

    counted.fails_at = None
    results = t2b.run_protocol(tasks, methods, path=path, together=2, **settings)
    assert counted.fits == 6  # of the fit that failed, once more
    columns = ["method", "case", "existing", "novel", "threshold", "existing_pairs"]
    pd.testing.assert_frame_equal(results[columns], expected[columns], check_dtype=False)
    again = t2b.run_protocol(tasks, methods, path=path, **settings)
    assert counted.fits == 6
    pd.testing.assert_frame_equal(again, results, check_dtype=False)
    # Fewer cases are among those; more are added to them.
    assert len(t2b.run_protocol(tasks, methods, path=path, **settings | {"cases": 2})) == 2
    assert len(t2b.run_protocol(tasks, methods, path=path, **settings | {"cases": 6})) == 6
    assert counted.fits == 7


def test_what_was_computed_otherwise_is_computed_again(tmp_path, counted):
    tasks, path = tasks_with(random_relation()), tmp_path / "results.csv"

    def run(tasks=tasks, method=None, **changes):
        settings = {"cases": 1, "novel": 5, "progress": False, "path": path}
        about = {"collection": "small", "representation": "one-hot"}
        methods = [("Random", counted() if method is None else method)]
        return t2b.run_protocol(tasks, methods, **settings | {"about": about} | changes)

    first = run()
    assert list(first.columns[:2]) == ["collection", "representation"]
    run()
    assert counted.fits == 1
    run(novel=6)
    run(fractions=(0.5, 0.1, 0.1))
    run(datasets=20)
    run(tasks=tasks_with(random_relation(seed=1)))
    run(tasks=tasks_with(random_relation(), torch.eye(30) * 2))
    run(about={"collection": "small", "representation": "other"})
    assert counted.fits == 7
    assert len(read_results(path)) == 7
    run(method=counted(seed=4))  # the case decides the seed
    assert counted.fits == 7


def test_task2box_resumes_too(tmp_path):
    tasks, path = tasks_with(random_relation()), tmp_path / "results.csv"
    settings = {"novel": 5, "progress": False, "path": path}
    t2b.run_protocol(tasks, small_methods(), cases=2, **settings)
    results = t2b.run_protocol(tasks, small_methods(), cases=3, **settings)
    whole = t2b.run_protocol(tasks, small_methods(), cases=3, novel=5, progress=False)
    columns = ["method", "box_dim", "case", "existing", "novel"]
    pd.testing.assert_frame_equal(results[columns], whole[columns], check_dtype=False)


def test_a_file_that_is_no_table_of_results_is_refused(tmp_path):
    path = tmp_path / "results.csv"
    path.write_text("a,b\n1,2\n")
    methods = [("Random", t2b.RandomGuess())]
    with pytest.raises(ValueError, match=r"results\.csv is no table of results, it lacks box_dim"):
        t2b.run_protocol(tasks_with(random_relation()), methods, path=path, progress=False)
    path.write_bytes(b"")
    with pytest.raises(ValueError, match="is no table of results"):
        read_results(path)
    assert path.read_bytes() == b""
    with pytest.raises(FileNotFoundError):
        read_results(tmp_path / "absent.csv")


def test_a_case_of_some_of_the_datasets():
    tasks = tasks_with(random_relation())
    case = random_case(tasks, novel=4, seed=3, datasets=12)
    used = torch.cat((case.existing, case.novel))
    assert len(case.existing) == 8 and len(case.novel) == 4 and len(used.unique()) == 12
    assert used.max() > 12  # from the whole collection
    assert torch.isin(case.train, case.existing).all()
    assert (torch.isin(case.novel_pairs, case.novel).sum(1) == 1).all()
    assert len(case.novel_pairs) == 2 * 8 * 4
    again, other = (random_case(tasks, novel=4, seed=seed, datasets=12) for seed in (3, 4))
    assert torch.equal(case.train, again.train) and not torch.equal(case.existing, other.existing)
    assert len(case.train) + len(case.validation) + len(case.test) == 8 * 7
    everything = random_case(tasks, novel=4, seed=3)
    assert torch.equal(everything.train, t2b.split(tasks, novel=4, seed=3).train)
    with pytest.raises(ValueError, match="to 30, all there are, got 31"):
        random_case(tasks, datasets=31)


def test_the_datasets_of_a_case_come_with_those_around_them():
    """Chains of three: where the smallest is drawn, the other two are."""
    relation = torch.eye(60)
    for k in range(0, 60, 3):
        relation[k, k + 1] = relation[k, k + 2] = relation[k + 1, k + 2] = 1
    tasks = tasks_with(relation)
    for seed in range(5):
        case = random_case(tasks, novel=10, seed=seed, datasets=31)
        existing = set(case.existing.tolist())
        assert len(existing) == 21
        for i in existing:
            assert {j for j in range(60) if relation[i, j]} <= existing


def test_scores_against_the_dimension():
    _, _, results = protocol()
    table = by_dimension(results)
    assert list(table.index) == [("Task2Box", 2), ("Task2Box", 3)]
    of_three = results[results["box_dim"] == 3]
    assert table.loc[("Task2Box", 3), "novel"] == pytest.approx(of_three["novel"].mean())
    assert table.loc[("Task2Box", 3), "novel_std"] == pytest.approx(of_three["novel"].std())


def test_the_papers_numbers_join_the_rows():
    tasks = tasks_with(random_relation())
    about = {"collection": "ImageNet", "representation": "average"}
    settings = {"cases": 2, "novel": 5, "progress": False, "about": about}
    results = with_paper(t2b.run_protocol(tasks, small_methods(), **settings))
    assert len(results) == 6
    by_label = results.groupby(["method", results["box_dim"].fillna(0)])
    assert by_label["paper_existing"].first().tolist() == pytest.approx([0.0364, 0.6272, 0.8312])
    assert by_label["paper_novel"].first().tolist() == pytest.approx([0.0502, 0.4776, 0.7306])
    half = t2b.run_protocol(tasks, small_methods(), **settings, fractions=(0.5, 0.1, 0.1))
    shown = with_paper(half)["paper_existing"].dropna().unique().tolist()
    assert shown == pytest.approx([0.5194, 0.6726])
    with pytest.raises(ValueError, match="no column collection, representation"):
        with_paper(protocol()[2])


def test_protocol_fits_every_method_on_the_same_cases():
    tasks, methods, results = protocol()
    assert len(results) == 9 and results.groupby("case").size().eq(3).all()
    # Case 2, by hand.
    split = t2b.split(tasks, novel=5, seed=2)
    model = clone(methods[0][1]).set_params(seed=2).fit(tasks, split)
    expected = t2b.evaluate(model, tasks, split).iloc[0]
    row = results[(results["case"] == 2) & (results["box_dim"] == 2)].iloc[0]
    assert (row["existing"], row["novel"]) == (expected["existing"], expected["novel"])
    assert not hasattr(methods[0][1], "network_")  # the models given are left as they were


def test_summary_is_the_mean_and_spread_of_the_cases():
    _, _, results = protocol()
    table = summary(results)
    assert list(table["cases"]) == [3, 3, 3]
    novel = results[results["method"] == "Random"]["novel"]
    row = table.iloc[2]
    assert row["novel"] == pytest.approx(novel.mean())
    assert row["novel_std"] == pytest.approx(novel.std(ddof=1))
    assert np.isnan(summary(protocol(cases=1)[2])["novel_std"]).all()


def test_the_papers_numbers_stand_beside_ours():
    results = pd.DataFrame(
        {
            "method": ["Task2Box", "Task2Box", "MLP", "Ours"],
            "box_dim": [5, 5, np.nan, np.nan],
            "existing": [0.5, 0.7, 0.3, 0.1],
            "novel": [0.2, 0.4, 0.3, 0.1],
        }
    )
    table = beside_paper(results, "ImageNet", "average")
    assert list(table.index) == ["Task2Box 5-d", "MLP", "Ours"]
    first, second = table.iloc[0], table.iloc[2]
    assert table.iloc[1]["existing", "paper"] == "54.2"
    assert (
        first["existing", "here"] == "60.0\u00a0±\u00a014.1"
        and first["existing", "paper"] == "90.6"
    )
    assert first["novel", "here"] == "30.0\u00a0±\u00a014.1" and first["novel", "paper"] == "77.0"
    assert second["existing", "here"] == "10.0" and second["existing", "paper"] == "–"


def test_the_papers_tables_are_whole():
    for collection in ("ImageNet", "iNaturalist + CUB"):
        sizes = {r: len(paper_f1(collection, r)) for r in ("average", "gaussian", "fim")}
        assert sizes == {"average": 8, "gaussian": 9, "fim": 9}  # no KL divergence of averages
    assert paper_f1("iNaturalist + CUB", "fim").loc["Task2Box 5-d", "novel"] == 0.3488
    half = paper_f1("ImageNet", "gaussian", training_share=0.5)
    assert half.loc["MLP", "existing"] == 0.5224 and half["novel"].isna().all() and len(half) == 5
    with pytest.raises(ValueError, match="no collection 'CIFAR'"):
        paper_f1("CIFAR", "fim")


def test_shipped_results_are_whole():
    for name, collection in (("imagenet", "ImageNet"), ("inat_cub", "iNaturalist + CUB")):
        results = evaluation.shipped_results(name)
        assert set(results["collection"]) == {collection}
        assert results[["existing", "novel"]].stack().between(0, 1).all()
        keys = ["representation", "method", "box_dim", "case", "training_share"]
        assert not results.duplicated(keys).any()
    assert {"variant", "test", "novel"} <= set(evaluation.shipped_results("ablation"))
    with pytest.raises(ValueError, match="no results called 'mnist' ship"):
        evaluation.shipped_results("mnist")


def test_the_progress_bar_of_many_epochs_warns_of_nothing(capfd):
    tasks = tasks_with(random_relation())
    methods = [("Task2Box", t2b.Task2Box(hidden=(4,), epochs=13))]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        t2b.run_protocol(tasks, methods, cases=3)
    assert "100%" in capfd.readouterr().err
