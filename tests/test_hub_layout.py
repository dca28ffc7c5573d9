"""Legible maps: their measures, the last step of training, and what readers' own lists are near."""

import pytest
import torch
from sklearn.exceptions import NotFittedError

import t2b_lib as t2b
from t2b_lib import hub
from t2b_lib.data import read_table


def small(**changes):
    settings = {"hidden": (32,), "epochs": 200, "learning_rate": 5e-3, "progress": False}
    return t2b.Task2Box.from_recipe("plain", **settings | {"device": "cpu"} | changes)


def nested():
    """Two families: in each a wide dataset, two that it contains, and nothing across."""
    relation = torch.eye(6)
    for wide in (0, 3):
        relation[wide + 1, wide] = relation[wide + 2, wide] = 1
        relation[wide, wide + 1] = relation[wide, wide + 2] = 0.3
    features = torch.randn(6, 8, generator=torch.Generator().manual_seed(0))
    return t2b.TaskCollection(list("abcdef"), features, relation)


def test_measures_by_hand():
    #  a covers b and its centre; c covers a corner of a; d lies apart
    boxes = t2b.Boxes([[0, 0], [1, 1], [3, 3], [9, 9]], [[4, 4], [3, 3], [5, 5], [10, 10]])
    relation = torch.tensor(
        [[1, 0.2, 0, 0], [0.95, 1, 0, 0], [0, 0, 1, 0.9], [0, 0, 0, 1]], dtype=torch.float32
    )
    found = hub.legibility(boxes, relation)
    # Of a and b the centres lie in each other, those of c and d in no other box.
    assert found["boxes over a centre, mean"] == 0.5
    assert found["boxes over a centre, median"] == 0.5
    assert found["containments"] == 2
    assert found["containments drawn"] == 0.5  # b in a is drawn, c in d is not
    # a and c share 1 of areas 16 + 4 + 4 + 1.
    assert found["unrelated area"] == pytest.approx(1 / 25)


def test_the_last_step_draws_what_is_contained_and_keeps_the_rest_apart():
    tasks = nested()
    model = hub.LegibleBoxes(small(), epochs=300).fit(tasks)
    found = hub.legibility(model.embed(tasks.features), tasks.relation)
    assert found["containments drawn"] == 1
    assert found["unrelated area"] < 0.05
    sides = model.embed(tasks.features).sides
    assert (sides.max(1).values / sides.min(1).values).median() < 1.3
    with pytest.raises(NotFittedError):
        hub.LegibleBoxes().embed(tasks.features)


def test_pairs_outside_the_training_do_not_count():
    random = torch.Generator().manual_seed(1)
    relation = torch.rand(12, 12, generator=random)
    features = torch.randn(12, 8, generator=random)
    split = t2b.split(t2b.TaskCollection(range(12), features, relation), novel=3)
    hidden = relation.clone()
    for pairs in (split.validation, split.test, split.novel_pairs):
        hidden[pairs[:, 0], pairs[:, 1]] = 1 - hidden[pairs[:, 0], pairs[:, 1]]
    first, second = (
        hub.LegibleBoxes(small(epochs=20), epochs=20).fit(
            t2b.TaskCollection(range(12), features, known), split
        )
        for known in (relation, hidden)
    )
    assert first.embed(features) == second.embed(features)


@pytest.fixture(scope="module")
def by_labels():
    """The catalogue's map; what is counted does not depend on how long its boxes were trained."""
    table = hub.catalogue()
    samples = [hub.embed_classes(classes) for classes in table["classes"]]
    return hub.HubMap(small(epochs=1), encode=hub.embed_classes).fit(table, samples)


def test_lists_of_readers_are_near_what_was_judged_right(by_labels):
    """Judged before any was placed. Of coins the catalogue has nothing but one currency note."""
    hits = {}
    for _, (name, classes, right) in read_table("reader_lists").iterrows():
        near = list(by_labels.place(classes.split("|"), name).nearest["name"][:3])
        hits[name] = [one in right.split("|") for one in near]
    assert len(hits) == 10
    assert all(found[0] for found in hits.values())
    assert all(sum(found) >= 2 for name, found in hits.items() if name != "coins")
    assert sum(map(sum, hits.values())) >= 26


def test_a_placement_counts_and_draws(by_labels):
    found = by_labels.place(["digit 0", "digit 1", "digit 2"], "three digits")
    assert {"MNIST", "SVHN", "USPS"} <= set(by_labels.place(["digit 0"], most=9).contained_in.name)
    assert (found.contained_in["of_new"] == 1).all()
    columns = ["name", "of_new", "of_other", "drawn_of_new", "drawn_of_other"]
    assert list(found.nearest.columns) == columns
    assert found.nearest["of_new"].is_monotonic_decreasing


def test_evidence_names_the_classes_that_match(by_labels):
    number = {name: i for i, name in enumerate(by_labels.table_["name"])}
    pairs = by_labels.evidence(number["TrashNet"], number["Garbage Classification"])
    assert ("glass", "Glass") in pairs or ("glass", "glass") in pairs
    assert by_labels.evidence(number["MNIST"], number["Stanford Dogs"]) == []
    assert len(by_labels.evidence(number["Imagenette"], number["ImageNet-1k"], most=4)) == 4
