"""Collections and splits: what they check, and that no pair is in two parts."""

import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import t2b_lib as t2b


def collection(n=12, seed=0):
    random = torch.Generator().manual_seed(seed)
    return t2b.TaskCollection(
        [f"d{i}" for i in range(n)],
        torch.randn(n, 3, generator=random),
        (torch.rand(n, n, generator=random) < 0.5).float(),
    )


def test_nested_lists_become_tensors():
    tasks = t2b.TaskCollection(["a", "b"], [[1, 2], [3, 4]], [[1, 0.5], [float("nan"), 1]])
    assert tasks.features.dtype == torch.float32 and len(tasks) == 2
    assert tasks.measured_pairs().tolist() == [[0, 1]]
    assert not tasks.is_binary and "1 measured pair" in repr(tasks)


def test_frames_and_read_only_arrays_become_tensors():
    features = pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], index=["a", "b"])
    relation = np.eye(2)
    relation.flags.writeable = False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tasks = t2b.TaskCollection(features.index, features, relation)
        turned = t2b.TaskCollection(["b", "a"], features.to_numpy()[::-1], relation)
    assert tasks.features.tolist() == [[1, 2], [3, 4]]
    assert turned.features.tolist() == [[3, 4], [1, 2]]


def test_collections_and_splits_compare_by_value():
    tasks = collection()
    assert tasks == collection() and tasks != collection(seed=1) and tasks != "tasks"
    relation = tasks.relation.clone()
    relation[0, 1] = float("nan")
    gap, again = (t2b.TaskCollection(tasks.names, tasks.features, relation) for _ in range(2))
    assert gap == again != tasks
    assert t2b.split(tasks, 2) == t2b.split(tasks, 2) != t2b.split(tasks, 2, seed=1)


def test_tensors_move_to_the_cpu():
    moved = []

    class Elsewhere(torch.Tensor):
        def cpu(self):
            moved.append(self.dtype)
            return torch.zeros(self.shape, dtype=self.dtype)

    there = torch.ones(2, 2).as_subclass(Elsewhere)
    t2b.TaskCollection(["a", "b"], there, there)
    rows, pairs = torch.ones(2, dtype=torch.long), torch.ones(2, 2, dtype=torch.long)
    t2b.Split(*(part.as_subclass(Elsewhere) for part in (rows, rows, *[pairs] * 4)))
    assert moved == [torch.float32] * 2 + [torch.long] * 6


@pytest.mark.parametrize(
    ("names", "features", "relation", "message"),
    [
        (["a"], [[1.0]], [[1.0]], "at least two datasets"),
        (["a", "a"], [[1.0], [2.0]], [[1.0, 0.0], [0.0, 1.0]], "unique; repeated: 'a'"),
        (["a", "b"], [[1.0], [float("nan")]], [[1.0, 0.0], [0.0, 1.0]], "rows of 'b'"),
        (["a", "b"], [[1.0], [float("inf")]], [[1.0, 0.0], [0.0, 1.0]], "rows of 'b'"),
        (["a", "b"], [[1.0]], [[1.0, 0.0], [0.0, 1.0]], r"features must have shape \(2, D\)"),
        (["a", "b"], [1.0, 2.0], [[1.0, 0.0], [0.0, 1.0]], r"features must have shape \(2, D\)"),
        (["a", "b"], [[1.0], [2.0]], [[1.0, 0.0]], r"relation must have shape \(2, 2\)"),
        (["a", "b"], [[1.0], [2.0]], [[1.0, 1.5], [0.0, 1.0]], "'a' -> 'b' is 1.5"),
        (["a", "b"], [[1.0], [2.0]], [[1.0, 0.0], [-0.1, 1.0]], "'b' -> 'a' is -0.1"),
    ],
)
def test_bad_collections_are_refused(names, features, relation, message):
    with pytest.raises(ValueError, match=message):
        t2b.TaskCollection(names, features, relation)


def as_set(pairs):
    return {tuple(pair) for pair in pairs.tolist()}


@given(st.integers(12, 25), st.integers(0, 4), st.integers(0, 99))
def test_parts_are_disjoint_and_novel_datasets_unseen(n, novel, seed):
    tasks = collection(n)
    split = t2b.split(tasks, novel=novel, seed=seed)
    train, validation, test = map(as_set, (split.train, split.validation, split.test))
    assert not (train & validation or train & test or validation & test)

    existing, unseen = set(split.existing.tolist()), set(split.novel.tolist())
    assert existing | unseen == set(range(n)) and not existing & unseen and len(unseen) == novel
    m = n - novel
    assert train | validation | test == {(i, j) for i in existing for j in existing if i != j}
    assert len(train) == round(0.8 * m * (m - 1))
    # Every pair with one novel end, in both directions.
    assert as_set(split.novel_pairs) == {
        pair for i in unseen for j in existing for pair in ((i, j), (j, i))
    }


def test_the_seed_decides():
    tasks = collection()
    assert torch.equal(t2b.split(tasks, 2, seed=3).train, t2b.split(tasks, 2, seed=3).train)
    assert not torch.equal(t2b.split(tasks, 2, seed=3).train, t2b.split(tasks, 2, seed=4).train)


def test_unmeasured_pairs_are_in_no_part():
    tasks = collection()
    relation = tasks.relation.clone()
    relation[:, 0] = float("nan")
    tasks = t2b.TaskCollection(tasks.names, tasks.features, relation)
    split = t2b.split(tasks, novel=3)
    for pairs in (split.train, split.validation, split.test, split.novel_pairs):
        assert len(pairs) and (pairs[:, 1] != 0).all()


def test_half_of_the_pairs_can_train():
    split = t2b.split(collection(20), fractions=(0.5, 0.1, 0.1))
    assert [len(p) for p in (split.train, split.validation, split.test)] == [190, 38, 38]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"novel": 11}, "0 to 10, got 11"),
        ({"novel": -1}, "novel must be a whole number from 0, got -1"),
        ({"fractions": (0.9, 0.1, 0.1)}, "add up to at most 1"),
        ({"fractions": (1.1, -0.1, 0.0)}, "add up to at most 1"),
        ({"fractions": (0.9, 0.1, 0.0)}, "no test pairs"),
        ({"novel": 10}, "no validation pairs"),
    ],
)
def test_bad_splits_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        t2b.split(collection(), **arguments)


def test_a_split_without_novel_pairs_is_refused():
    tasks = collection()
    relation = torch.full((12, 12), float("nan"))
    relation[:6, :6] = 1.0
    tasks = t2b.TaskCollection(tasks.names, tasks.features, relation)
    messages = []
    for seed in range(30):
        try:
            t2b.split(tasks, novel=1, seed=seed)
        except ValueError as error:
            messages.append(str(error))
    assert any("no novel pairs" in message for message in messages)
