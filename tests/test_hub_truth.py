"""The relation by labels on the table of which datasets contain which, and the shipped vectors."""

import sys
from pathlib import Path

import pytest
import torch
from sklearn.metrics import average_precision_score

from t2b_lib import hub
from t2b_lib.data import read_table
from t2b_lib.representation import embed_texts

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def catalogue():
    return hub.catalogue()


@pytest.fixture(scope="module")
def truth():
    return read_table("dataset_containment")


@pytest.fixture(scope="module")
def samples(catalogue):
    return [hub.embed_classes(classes) for classes in catalogue["classes"]]


def precision(relation, catalogue, truth):
    number = {name: i for i, name in enumerate(catalogue["name"])}
    pairs = truth["inside"].map(number), truth["of"].map(number)
    return average_precision_score(truth["contained"], relation[pairs[0], pairs[1]])


def test_the_table_has_pairs_and_as_many_near_misses(catalogue, truth):
    assert truth["contained"].sum() >= 150
    assert (truth["contained"] == 0).sum() == truth["contained"].sum()
    names = set(catalogue["name"])
    assert names.issuperset(truth["inside"]) and names.issuperset(truth["of"])
    assert not truth.duplicated(["inside", "of"]).any()
    assert (truth["inside"] != truth["of"]).all()
    assert truth["evidence"].str.contains("classes found").all()
    sizes = dict(zip(catalogue["name"], catalogue["classes"].map(len), strict=True))
    assert (truth["inside"].map(sizes) == truth["classes"]).all()
    share = truth["found"] / truth["classes"]
    known = truth["evidence"].str.contains("https?://")
    assert (share[(truth["contained"] == 1) & ~known] >= 0.75).all()
    assert (share[truth["contained"] == 0] <= 1 / 3).all()


@pytest.mark.parametrize(
    ("inside", "of", "contained"),
    [
        ("MNIST-M", "MNIST", 1),
        ("Tiny ImageNet", "ImageNet-1k", 1),
        ("CUB-200-2011", "iNaturalist 2018", 1),
        ("Stanford Dogs", "CIFAR-10", 1),
        ("Food-101", "ImageNet-1k", 0),
    ],
)
def test_what_everybody_knows_is_in_it(truth, inside, of, contained):
    row = truth[(truth["inside"] == inside) & (truth["of"] == of)]
    assert row["contained"].tolist() == [contained]


def test_the_relation_knows_them_better_than_the_papers(catalogue, truth, samples):
    counted = hub.soft_overlap(samples, device="cpu", progress=False)
    relation, typical = hub.beyond_chance(counted)
    assert precision(relation, catalogue, truth) >= 0.85
    papers = hub.soft_overlap(samples, within="target", device="cpu", progress=False)
    assert precision(papers, catalogue, truth) < precision(relation, catalogue, truth) - 0.1
    assert typical.max() < 0.3
    pairs = ~torch.eye(len(relation), dtype=torch.bool)
    assert (relation[pairs] >= 0.5).float().mean() < 0.05


def test_shipped_vectors_are_those_of_the_network(catalogue):
    names = ["tench", "digit 0", "northern cardinal", "Annual Crop", "a name that nobody ships"]
    assert set(names[:-1]) <= {name for classes in catalogue["classes"] for name in classes}
    expected = embed_texts([f"A photo of {name}" for name in names])
    found = hub.embed_classes(names)
    assert (found * expected).sum(1).min() > 0.9999
    torch.testing.assert_close(found[-1], expected[-1])
    torch.testing.assert_close(found.norm(dim=1), torch.ones(5))
    torch.testing.assert_close(hub.embed_classes(names[::-1]), found.flip(0))


def test_words_are_compared_in_one_spelling():
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        from make_containment_table import words
    finally:
        sys.path.pop(0)
    pairs = [
        ("Aeroplanes", "airplane"),
        ("Farm Land", "farmland"),
        ("berries", "berry"),
        ("Bus", "buses"),
        ("storage-tanks (large)", "Storage Tank"),
    ]
    for one, other in pairs:
        assert words(one) == words(other)
    assert words("glass") != words("glas")
