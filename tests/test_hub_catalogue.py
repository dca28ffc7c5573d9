"""The shipped catalogue of public image classification datasets."""

import re
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from t2b_lib.data import read_table
from t2b_lib.hub.public_datasets import COLUMNS, catalogue

ROOT = Path(__file__).resolve().parents[1]
WHEELS = Path.home() / ".cache/t2b_lib/wheels"


@pytest.fixture(scope="module")
def table():
    return catalogue()


def test_at_least_131_datasets_have_two_classes(table):
    assert list(table.columns) == COLUMNS
    assert len(table) >= 131
    assert table["classes"].map(lambda names: isinstance(names, tuple) and len(names) >= 2).all()


def test_names_and_hub_ids_are_unique_and_in_order(table):
    assert not table["name"].str.lower().duplicated().any()
    assert list(table["name"]) == sorted(table["name"], key=str.lower)
    hub_ids = table["hub_id"][table["hub_id"] != ""]
    assert not hub_ids.str.lower().duplicated().any()
    assert hub_ids.map(lambda one: bool(re.fullmatch(r"[\w.-]+/[\w.-]+", one))).all()
    assert len(hub_ids) > len(table) / 3


def test_samples_are_whole_and_enough_for_the_classes(table):
    assert table["samples"].dtype.kind == "i"
    assert (table["samples"] >= table["classes"].map(len)).all()


def test_urls_licences_fields_and_sources_are_given(table):
    assert table["url"].map(lambda url: bool(re.fullmatch(r"https?://[^\s/]+/?\S*", url))).all()
    assert table["licence"].map(lambda name: len(name) < 40 and name == name.strip()).all()
    assert not table["licence"].str.lower().isin({"unknown", "other", "not-specified"}).any()
    assert (table["licence"] != "").sum() > 30
    assert table["field"].str.fullmatch(r"[a-z ]+").all()
    assert 10 <= table["field"].nunique() <= 20
    for _, row in table.iterrows():
        told = dict(part.split(": ", 1) for part in row["source"].split("; "))
        assert {"classes", "samples"} <= told.keys(), row["name"]
        assert ("licence" in told) == (row["licence"] != ""), row["name"]
        assert ("hub id" in told) == (row["hub_id"] != ""), row["name"]


def test_class_names_are_words(table):
    for name, classes in zip(table["name"], table["classes"], strict=True):
        assert len(set(classes)) == len(classes), name
        for one in classes:
            assert re.search(r"[A-Za-z]", one) and one == one.strip(), (name, one)
            assert not re.fullmatch(r"n\d{8}", one) and "_" not in one, (name, one)


def test_datasets_with_equal_classes_refer_to_each_other(table):
    said = {
        row["name"]: row["classes_of"] or row["name"]
        for row in read_table("image_datasets", dtype=str).to_dict("records")
    }
    by_classes = defaultdict(list)
    for name, classes in zip(table["name"], table["classes"], strict=True):
        by_classes[frozenset(one.lower() for one in classes)].append(name)
    for names in by_classes.values():
        assert len({said[name] for name in names}) == 1, names


@pytest.mark.parametrize(
    ("name", "samples", "classes"),
    [
        ("CIFAR-10", 60_000, 10),
        ("CIFAR-100", 60_000, 100),
        ("MNIST", 70_000, 10),
        ("Fashion-MNIST", 70_000, 10),
        ("Food-101", 101_000, 101),
        ("ImageNet-1k", 1_281_167 + 50_000, 1_000),
        ("Oxford Flowers 102", 8_189, 102),
        ("Oxford-IIIT Pet", 7_349, 37),
        ("Stanford Cars", 16_185, 196),
        ("FGVC-Aircraft", 10_000, 100),
        ("DTD", 5_640, 47),
        ("SUN397", 108_753, 397),
        ("EuroSAT", 27_000, 10),
        ("RESISC45", 31_500, 45),
        ("UC Merced Land Use", 2_100, 21),
        ("CUB-200-2011", 11_788, 200),
        ("Stanford Dogs", 20_580, 120),
        ("iNaturalist 2018", 461_939, 8_074),
    ],
)
def test_well_known_datasets_have_their_known_sizes(table, name, samples, classes):
    row = table.set_index("name").loc[name]
    assert (row["samples"], len(row["classes"])) == (samples, classes)


def test_tables_are_small():
    folder = ROOT / "t2b_lib" / "data"
    assert sum(path.stat().st_size for path in folder.glob("image_dataset*.csv")) < 600_000


def test_tables_are_what_the_script_makes(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(ROOT / "scripts"), *sys.path])
    script = pytest.importorskip("make_image_datasets_table")
    for package, version in script.PACKAGES.items():
        if not any(WHEELS.glob(f"{package.replace('-', '_')}-{version}-*.whl")):
            pytest.skip(f"The wheel of {package} {version} is not in {WHEELS}: run the script.")
    datasets, classes = script.make(WHEELS)
    assert datasets == read_table("image_datasets", dtype=str).to_dict("records")
    assert classes == read_table("image_dataset_classes", dtype=str).to_dict("records")
