"""The authors' case files: what they hold, and what a hostile or damaged one gives."""

import os
import pickle
import struct

import numpy as np
import pandas as pd
import pytest
import torch

import t2b_lib as t2b
from t2b_lib.taxonomy import load_case


def case_file(tmp_path, protocol=pickle.HIGHEST_PROTOCOL, **changes):
    """A made case of 12 datasets in the authors' format."""
    random = np.random.default_rng(0)
    overlap = np.triu(random.integers(0, 2, (12, 12)), 1).astype(np.float64)
    content = {
        "mask": np.arange(144).reshape(12, 12) % 3,
        "datasets": [f"order {k}" for k in range(12)],
        "overlap": overlap,
        "clip_ave_train_data": random.normal(size=(12, 6)).astype(np.float32),
        "clip_gauss_train_data": random.normal(size=(12, 12)),
        "fim_train_data": random.uniform(size=(12, 5)),
    } | changes
    content = {key: value for key, value in content.items() if value is not None}
    path = tmp_path / "case01.pickle"
    path.write_bytes(pickle.dumps(content, protocol))
    return path, content


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("features", ["clip_ave", "clip_gauss", "fim"])
def test_a_case_has_the_pairs_of_its_mask(tmp_path, protocol, features):
    path, content = case_file(tmp_path, protocol)
    tasks, split = load_case(path, features)
    assert tasks.names == tuple(content["datasets"])
    np.testing.assert_allclose(tasks.features, content[f"{features}_train_data"], rtol=1e-6)
    np.testing.assert_array_equal(tasks.relation, content["overlap"])
    for part, name in enumerate(("train", "validation", "test")):
        expected = {(i, j) for i, j in zip(*np.where(content["mask"] == part), strict=True)}
        expected -= {(i, i) for i in range(12)}
        assert {tuple(pair) for pair in getattr(split, name).tolist()} == expected


def test_a_model_trains_on_a_case(tmp_path):
    path, _ = case_file(tmp_path)
    tasks, split = load_case(path)
    model = t2b.Task2Box.from_recipe("paper", epochs=5, progress=False).fit(tasks, split)
    assert 0 <= t2b.evaluate(model, tasks, split)["existing"].item() <= 1


def test_imagenet_names_its_datasets_otherwise(tmp_path):
    names = [f"instrument {k}" for k in range(12)]
    path, _ = case_file(tmp_path, datasets=None, train_datasets=np.array(names))
    assert load_case(path)[0].names == tuple(names)


def hierarchy_files(tmp_path, pairs, named):
    """Moments for the named datasets, and the hierarchy of pairs (parent, child)."""
    random = np.random.default_rng(1)
    parts = {n: (random.normal(size=6), random.uniform(size=6), 9) for n in named}
    moments, hierarchy = tmp_path / "gauss.pickle", tmp_path / "hierarchy.csv"
    moments.write_bytes(pickle.dumps({"gauss_params": parts}))
    table = pd.DataFrame(pairs, columns=["parent", "child"]).assign(child_type="family")
    table.to_csv(hierarchy)
    return {"moments": moments, "hierarchy": hierarchy}, parts


def test_novel_datasets_are_drawn_below_the_existing_ones(tmp_path):
    pairs = [("order 1", "family a"), ("order 2", "family b"), ("elsewhere", "family c")]
    files, parts = hierarchy_files(tmp_path, pairs, ["family a", "family b", "family c"])
    tasks, split = load_case(case_file(tmp_path)[0], "clip_gauss", **files)
    assert set(tasks.names[12:]) == {"family a", "family b"}
    assert split.existing.tolist() == list(range(12))
    assert split.novel.tolist() == [12, 13]
    a = tasks.names.index("family a")
    assert tasks.relation[a, 1] == 1 and tasks.relation[1, a] == 0
    assert tasks.relation[a, :12].sum() == 1
    np.testing.assert_allclose(tasks.features[a], np.ravel(parts["family a"][:2]), rtol=1e-6)
    # As in the authors' code: from a novel dataset to an existing one only.
    assert {(i, j) for i, j in split.novel_pairs.tolist()} == {
        (i, j) for i in (12, 13) for j in range(12)
    }


def test_the_novel_datasets_that_a_case_names_are_taken(tmp_path):
    files, _ = hierarchy_files(tmp_path, [("order 1", "b")], ["a", "b", "c"])
    path, _ = case_file(tmp_path, test_datasets=["b", "not there", "a"])
    assert load_case(path, **files)[0].names[12:] == ("b", "a")
    assert load_case(path, **files, novel=1)[0].names[12:] == ("b",)


@pytest.mark.parametrize(
    ("features", "left_out", "message"),
    [
        ("clip_ave", "moments", "need both moments and hierarchy"),
        ("clip_ave", "hierarchy", "need both moments and hierarchy"),
        ("fim", None, "no Fisher information"),
    ],
)
def test_half_of_what_novel_datasets_need_is_refused(tmp_path, features, left_out, message):
    files, _ = hierarchy_files(tmp_path, [("order 1", "a")], ["a"])
    files.pop(left_out, None)
    with pytest.raises(ValueError, match=message):
        load_case(case_file(tmp_path)[0], features, **files)


class Hostile:
    def __reduce__(self):
        return os.mkdir, ("hacked",)


@pytest.mark.parametrize(
    "payload",
    [
        Hostile(),
        {"mask": Hostile()},
        {"mask": np.array([Hostile()], dtype=object)},
        {"mask": torch.zeros(2)},
        {"mask": struct.Struct("i").size.__class__},
    ],
)
def test_nothing_but_arrays_and_plain_types_is_unpickled(tmp_path, monkeypatch, payload):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "case.pickle"
    path.write_bytes(pickle.dumps(payload))
    with pytest.raises(ValueError, match="cannot be read as a case file"):
        load_case(path)
    assert not (tmp_path / "hacked").exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"overlap": None}, "lacks overlap"),
        ({"clip_ave_train_data": None}, "lacks clip_ave_train_data"),
        ({"mask": np.zeros((3, 3))}, "mask in .* must have shape"),
        ({"mask": np.zeros((12, 12))}, "no validation pairs"),
        ({"mask": "none"}, "mask in .* must have shape"),
        ({"overlap": np.full((12, 12), 2.0)}, "relation must lie in"),
        ({"datasets": ["twice"] * 12}, "must be unique"),
    ],
)
def test_a_file_that_is_no_case_is_refused(tmp_path, changes, message):
    path, _ = case_file(tmp_path, **changes)
    with pytest.raises(ValueError, match=message):
        load_case(path)


def test_every_cut_of_a_file_is_refused(tmp_path):
    path, _ = case_file(tmp_path)
    whole = path.read_bytes()
    for length in range(0, len(whole) - 1, 97):
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match="cannot be read as a case file"):
            load_case(path)


def test_unknown_features_are_named(tmp_path):
    with pytest.raises(ValueError, match="features must be one of clip_ave"):
        load_case(case_file(tmp_path)[0], "clip")
