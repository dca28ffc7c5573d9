"""Random cases, and the runner of methods over cases: what it keeps and what it computes again."""

import warnings

import pandas as pd
import pytest
import torch
from sklearn.base import clone
from small_cases import protocol, random_relation, small_methods, tasks_with

import t2b_lib as t2b
from t2b_lib.protocol import random_case, read_results


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


def test_results_of_other_settings_are_computed_again(tmp_path, counted):
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
    with pytest.raises(ValueError, match=r"to 30 \(all\), got 31"):
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


def test_the_progress_bar_of_many_epochs_warns_of_nothing(capfd):
    tasks = tasks_with(random_relation())
    methods = [("Task2Box", t2b.Task2Box(hidden=(4,), epochs=13))]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        t2b.run_protocol(tasks, methods, cases=3)
    assert "100%" in capfd.readouterr().err


def test_the_number_of_cases_that_train_together_is_in_the_key(tmp_path):
    """It decides the rounding of boxes, but not of a baseline."""
    tasks, path = tasks_with(random_relation()), tmp_path / "results.csv"
    for together in (1, 2, 2):
        t2b.run_protocol(
            tasks, small_methods()[1:], cases=2, path=path, together=together, progress=False
        )
    assert read_results(path).groupby("method").size().to_dict() == {"Task2Box": 4, "Random": 2}


def test_a_run_that_goes_on_trains_the_same_cases_together(tmp_path, monkeypatch):
    tasks, path = tasks_with(random_relation()), tmp_path / "results.csv"
    groups = []
    monkeypatch.setattr(
        "t2b_lib.protocol.fit_many",
        lambda models, tasks, splits, bar: groups.append([model.seed for model in models]),
    )
    monkeypatch.setattr(
        "t2b_lib.protocol.evaluate",
        lambda *_: pd.DataFrame([{"box_dim": 2, "existing": 0.5, "novel": 0.5}]),
    )
    for cases in (4, 7):
        t2b.run_protocol(
            tasks, small_methods()[:1], cases=cases, path=path, together=2, progress=False
        )
    assert groups == [[0, 1], [2, 3], [4, 5], [6]]
