"""The authors' case files: what they hold, and what a hostile or damaged one gives."""

import os
import pickle
import struct

import numpy as np
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
        ({"mask": "none"}, "no case file"),
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
