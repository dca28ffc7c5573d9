"""Random cases, and the runner of methods over cases: what it keeps and what it computes again."""

import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

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
    visible = [p.name for p in tmp_path.iterdir() if not p.name.startswith(".")]
    assert visible == ["results.csv"]  # locks are hidden files

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


TWO_AT_ONCE = """
import sys, time, warnings
import torch, t2b_lib as t2b
warnings.simplefilter("ignore")

class Slow(t2b.RandomGuess):
    def fit(self, tasks, split):
        print("fit", flush=True)
        time.sleep(0.02)
        return self

relation = (torch.rand(30, 30, generator=torch.Generator().manual_seed(0)) < 0.3).float()
tasks = t2b.TaskCollection([f"d{i}" for i in range(30)], torch.eye(30), relation)
print("ready", flush=True)
sys.stdin.readline()
methods = [(name, Slow()) for name in sys.argv[2:]]
t2b.run_protocol(tasks, methods, path=sys.argv[1], cases=12, novel=5, together=1, progress=False)
"""


@pytest.mark.parametrize(("names", "fits"), [(["A", "B"], 24), (["A", "A"], 12)])
def test_two_processes_share_a_file_of_results(tmp_path, names, fits):
    path = tmp_path / "results.csv"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    runs = [
        subprocess.Popen([sys.executable, "-c", TWO_AT_ONCE, str(path), name], **pipes)
        for name in names
    ]
    assert [run.stdout.readline() for run in runs] == ["ready\n", "ready\n"]
    for run in runs:
        run.stdin.write("go\n")
        run.stdin.flush()
    said = "".join(run.communicate()[0] for run in runs)
    assert [run.returncode for run in runs] == [0, 0]
    results = read_results(path)
    expected = {name: list(range(12)) for name in names}
    assert results.groupby("method")["case"].agg(sorted).to_dict() == expected
    assert said.count("fit") == fits  # finished work of the other is used


def test_threads_share_a_file_of_results(tmp_path):
    tasks, path = tasks_with(random_relation()), tmp_path / "results.csv"

    def run(name):
        settings = {"cases": 8, "novel": 5, "together": 1, "path": path, "progress": False}
        return t2b.run_protocol(tasks, [(name, t2b.RandomGuess())], **settings)

    with ThreadPoolExecutor() as pool:
        assert [len(rows) for rows in pool.map(run, ["A", "B", "C"])] == [8, 8, 8]
    assert len(read_results(path)) == 24


@pytest.mark.parametrize(
    "text", ["1", "NA", "2024", "", "1.50", "nan", "True", "a,b", 'a\n"b"', " x"]
)
def test_keys_are_text(tmp_path, counted, text):
    tasks, path = tasks_with(random_relation()), tmp_path / "results.csv"
    settings = {"cases": 2, "novel": 5, "about": {"year": text}, "path": path, "progress": False}
    first = t2b.run_protocol(tasks, [(text or "m", counted())], **settings)
    again = t2b.run_protocol(tasks, [(text or "m", counted())], **settings)
    assert counted.fits == 2 and len(read_results(path)) == 2
    pd.testing.assert_frame_equal(again, first, check_dtype=False)
    assert list(again["year"]) == [text] * 2


def edited(column, value):
    def edit(rows):
        rows.loc[1, column] = value

    return edit


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (edited("existing", "7.5"), r"line 3: existing must be a score in \[-1, 1\]"),
        (edited("novel", "good"), "line 3: novel is no number"),
        (edited("case", ""), "line 3: case is no number"),
        (edited("case", "-1"), "line 3: case must be a whole number from 0"),
        (edited("case", "1.5"), "line 3: case must be a whole number from 0"),
        (edited("case", "0"), "line 3: the row occurs twice"),
        (edited("method", ""), "line 3: method is empty"),
        (edited("settings", ""), "line 3: settings is empty"),
        (edited("seconds", "soon"), "line 3: seconds is no number"),
    ],
)
def test_an_edited_table_is_refused_with_its_line(tmp_path, edit, said):
    tasks, path = tasks_with(random_relation()), tmp_path / "results.csv"
    methods = [("Random", t2b.RandomGuess())]
    settings = {"cases": 3, "novel": 5, "path": path, "progress": False}
    t2b.run_protocol(tasks, methods, **settings)
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    edit(rows)
    rows.to_csv(path, index=False)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=rf"results\.csv, {said}; put it right"):
        t2b.run_protocol(tasks, methods, **settings)
    assert path.read_bytes() == before


def test_own_columns_and_equal_methods_are_refused():
    tasks, guess = tasks_with(random_relation()), t2b.RandomGuess()
    with pytest.raises(
        ValueError, match="about must not name the table's own columns: case, method"
    ):
        t2b.run_protocol(tasks, [("a", guess)], about={"method": "b", "case": "1"})
    with pytest.raises(ValueError, match="different names, but 'a' occurs twice"):
        t2b.run_protocol(tasks, [("a", guess), ("a", t2b.RandomGuess())])
