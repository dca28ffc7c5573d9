"""Distances and sizes in a small hierarchy, computed by hand."""

import numpy as np
import pytest
import torch

import t2b_lib as t2b
from t2b_lib.boxes import Boxes
from t2b_lib.taxonomy import Taxonomy
from t2b_lib.taxonomy.analysis import (
    box_sizes,
    neighbourhood_distances,
    nested_boxes,
    novel_supersets,
    taxonomic_distances,
)


@pytest.fixture
def animals():
    """animal > mammal > dog; animal > bird; tool apart."""
    child = ["dog", "mammal", "bird", "pug", "boxer", "cat", "owl", "wren", "saw", "axe"]
    parent = ["mammal", "animal", "animal", *["dog"] * 2, "mammal", *["bird"] * 2, *["tool"] * 2]
    taxonomy = Taxonomy.from_table(child, parent)
    assert list(taxonomy.names) == ["animal", "mammal", "dog", "bird", "tool"]
    return taxonomy


def boxes_around(*centres, side=1.0):
    centres = torch.tensor(centres, dtype=torch.float32)
    return Boxes(centres - side / 2, centres + side / 2)


def test_taxonomic_distances_by_hand(animals):
    expected = [  # animal, mammal, dog, bird, tool
        [0, 1, 2, 1, 2],
        [1, 0, 1, 2, 3],
        [2, 1, 0, 3, 4],
        [1, 2, 3, 0, 3],
        [2, 3, 4, 3, 0],
    ]
    assert taxonomic_distances(animals).tolist() == expected


def test_two_parents_give_two_paths():
    """The bottom lies in both halves, so from half to half it is two steps."""
    members = [[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 1, 1, 0, 0]]
    taxonomy = Taxonomy(["top", "left", "right", "bottom"], np.array(members), list("abcde"))
    expected = [[0, 1, 1, 2], [1, 0, 2, 1], [1, 2, 0, 1], [2, 1, 1, 0]]
    assert taxonomic_distances(taxonomy).tolist() == expected


def test_neighbourhoods_by_hand(animals):
    boxes = boxes_around([0.0, 0], [1.0, 0], [3.0, 0], [0.0, 6], [20.0, 0])
    table = neighbourhood_distances(boxes, animals)
    assert list(table.index) == [1, 2, 3, 4]
    # Nearest: animal-mammal 1, mammal-animal 1, dog-mammal 2, bird-animal 6, tool-dog 17.
    assert table.loc[1, "embedding"] == pytest.approx((1 + 1 + 2 + 6 + 17) / 5)
    assert table.loc[1, "taxonomic"] == pytest.approx((1 + 1 + 1 + 1 + 4) / 5)
    everyone = ~np.eye(5, dtype=bool)
    assert table.loc[4, "taxonomic"] == pytest.approx(taxonomic_distances(animals)[everyone].mean())
    assert table["embedding"].is_monotonic_increasing


def test_boxes_at_one_centre_are_neighbours_of_each_other(animals):
    table = neighbourhood_distances(boxes_around(*[[1.0, 2.0]] * 5), animals)
    assert (table["embedding"] == 0).all() and (table["taxonomic"] > 0).all()


def test_box_sizes(animals):
    lower = torch.zeros(5, 2)
    upper = torch.tensor([[4.0, 1.0], [2.0, 2.0], [1.0, 1.0], [1.0, 4.0], [9.0, 1.0]])
    table = box_sizes(Boxes(lower, upper), animals)
    assert list(table.index) == animals.names and "level" not in table
    assert table["depth"].tolist() == [0, 1, 2, 1, 0]
    assert table["classes"].tolist() == [5, 3, 2, 2, 2]
    assert table["side"].tolist() == pytest.approx([2, 2, 1, 2, 3])
    assert table["log_volume"].tolist() == pytest.approx(np.log([4, 4, 1, 4, 9]))
    assert "level" in box_sizes(_random_boxes(108), t2b.taxonomy.emoji())


def test_nested_boxes(animals):
    #                   animal      mammal       dog         bird        tool
    lower = torch.tensor([[0.0, 0.0], [1.0, 1.0], [3.0, 2.0], [3.0, 3.0], [9.0, 9.0]])
    upper = torch.tensor([[4.0, 4.0], [3.0, 3.0], [5.0, 3.0], [4.0, 4.0], [10.0, 10.0]])
    table = nested_boxes(Boxes(lower, upper), animals).set_index("subset")
    assert table["superset"].to_dict() == {"mammal": "animal", "dog": "mammal", "bird": "animal"}
    assert table["overlap"].to_dict() == {"mammal": 1, "dog": 0, "bird": 1}
    assert table["centre_outside"].to_dict() == {"mammal": False, "dog": True, "bird": True}
    assert table["depth"].to_dict() == {"mammal": 1, "dog": 2, "bird": 1}


def test_nothing_is_nested_in_a_flat_collection():
    taxonomy = Taxonomy(["a", "b"], np.eye(2), ["x", "y"])
    assert len(nested_boxes(_random_boxes(2), taxonomy)) == 0
    assert taxonomic_distances(taxonomy).tolist() == [[0, 2], [2, 0]]


def test_too_few_boxes_are_refused(animals):
    for function in (neighbourhood_distances, box_sizes, nested_boxes):
        with pytest.raises(ValueError, match="each of the 5 datasets, not of batch shape"):
            function(_random_boxes(4), animals)


def _random_boxes(n):
    lower = torch.rand(n, 2, generator=torch.Generator().manual_seed(0))
    return Boxes(lower, lower + 1)


def test_novel_supersets_by_hand():
    """Novel d3 lies in d0 and d1; the model says d0 and d2."""
    relation = torch.zeros(12, 12)
    relation[3, 0] = relation[3, 1] = 1
    relation[[4, 5, 6, 7, 8, 9], 0] = 1
    tasks = t2b.TaskCollection([f"d{i}" for i in range(12)], torch.eye(12), relation)
    case = t2b.split(tasks, novel=0, seed=0)
    is_novel = torch.tensor([i in (3, 10) for i in range(12)])
    novel, existing = is_novel.nonzero().flatten(), (~is_novel).nonzero().flatten()
    pairs = tasks.measured_pairs()
    case = t2b.Split(
        existing=existing,
        novel=novel,
        train=case.train,
        validation=case.validation,
        test=case.test,
        novel_pairs=pairs[is_novel[pairs].sum(1) == 1],
    )

    class Says:
        def containment_score(self, features, pairs):
            said = relation.clone()
            said[3, 1], said[3, 2] = 0, 0.95
            return said[pairs[:, 0], pairs[:, 1]]

    table = novel_supersets(Says(), tasks, case)
    assert table.index.tolist() == ["d3"]  # d10 lies in nothing
    assert table.loc["d3"].tolist() == ["d0", "d2", "d1"]
