"""The map of datasets: volumes that follow sizes, and new datasets placed without training."""

import copy

import pandas as pd
import pytest
import torch
from scipy.stats import spearmanr
from sklearn.exceptions import NotFittedError

import t2b_lib as t2b
from t2b_lib.boxes import Boxes
from t2b_lib.hub.atlas import HubMap, related, target_volumes

NAMES = ["everything", "left", "right", "far left"]


def clouds(seed=0):
    """Samples near a line: one dataset spans all of it, the others lie in parts of it."""
    random = torch.Generator().manual_seed(seed)
    ends = [(-1.0, 1.0), (-1.0, 0.0), (0.0, 1.0), (-1.0, -0.5)]
    return [
        torch.cat(
            [
                a + (b - a) * torch.rand(80, 1, generator=random),
                0.05 * torch.randn(80, 3, generator=random),
            ],
            dim=1,
        )
        for a, b in ends
    ]


def table():
    return pd.DataFrame({"name": NAMES, "samples": [10_000, 500, 400, 20]})


@pytest.fixture(scope="module")
def fitted():
    model = t2b.Task2Box(hidden=(32, 16), epochs=400, learning_rate=5e-3, progress=False)
    # A reach cannot be calibrated where all datasets are related, so it is given.
    relation = t2b.hub.soft_overlap(clouds(), reach=0.2, progress=False)
    return HubMap(model, encode=torch.tensor).fit(table(), clouds(), relation)


def test_volumes_are_even_in_the_logarithm():
    volumes = target_volumes([10, 100, 1000, 10_000], smallest=0.1, largest=1.0)
    assert volumes.tolist() == pytest.approx([0.1, 0.4, 0.7, 1.0])
    assert target_volumes([7, 7]).tolist() == pytest.approx([0.02, 0.02])


@pytest.mark.parametrize("sizes", [[1, 0], [1, float("nan")], [5, -1]])
def test_bad_sizes_are_refused(sizes):
    with pytest.raises(ValueError, match="positive numbers of samples"):
        target_volumes(sizes)
    with pytest.raises(ValueError, match="0 < smallest < largest"):
        target_volumes([1, 2], smallest=1.0, largest=0.5)


def test_boxes_follow_overlaps_and_sizes(fitted):
    pairs = fitted.tasks_.measured_pairs()
    predicted = fitted.model_.predict(fitted.tasks_.features, pairs)
    truth = fitted.tasks_.relation[pairs[:, 0], pairs[:, 1]]
    assert spearmanr(truth, predicted).statistic > 0.7
    assert t2b.volume(fitted.boxes_).argmax() == 0


def test_placing_finds_the_container_and_moves_no_box(fitted):
    before = fitted.boxes_.lower.clone()
    found = fitted.place(clouds(seed=1)[3], "new far left")
    assert torch.equal(fitted.boxes_.lower, before)
    # How much of the new box lies in each: of every training run, only the order is sure.
    everything, _, right, _ = (t2b.overlap(found.box, box) for box in fitted.boxes_)
    assert everything > right
    assert set(found.nearest.name) <= set(NAMES) and len(found.nearest) > 0
    assert "new far left" in repr(found)


def test_place_encodes_what_is_not_a_tensor(fitted):
    vectors = clouds(seed=1)[2]
    assert torch.equal(fitted.place(vectors.tolist()).box.lower, fitted.place(vectors).box.lower)


def test_a_map_that_cannot_place_says_why(fitted):
    with pytest.raises(NotFittedError):
        HubMap().place(clouds()[0])
    with pytest.raises(ValueError, match="encode="):
        copy.copy(fitted).set_params(encode=None).place("a folder")


def test_vectors_of_another_shape_are_refused(fitted):
    for wrong in (torch.zeros(3, 9), torch.zeros(0, 4), torch.zeros(4)):
        with pytest.raises(ValueError, match=r"shape \(n, 4\)"):
            fitted.place(wrong)
    with pytest.raises(ValueError, match="table has 4 datasets, but samples has 3"):
        HubMap().fit(table(), clouds()[:3])


def test_related_by_hand():
    boxes = Boxes(
        torch.tensor([[0.0, 0.0], [0.0, 0.0], [5.0, 5.0]]),
        torch.tensor([[4.0, 4.0], [1.0, 1.0], [6.0, 6.0]]),
    )
    new = Boxes(torch.tensor([[0.0, 0.0]]), torch.tensor([[2.0, 2.0]]))
    inside, contains, nearest = related(new, boxes, ["big", "small", "apart"], most=2)
    assert inside.name.tolist() == ["big"]
    assert contains.name.tolist() == ["small"]
    # sqrt(1 * 4/16) = sqrt(1/4 * 1): both directions count alike.
    assert set(nearest.name) == {"big", "small"}
    assert nearest.of_new.tolist() == pytest.approx([1.0, 0.25], rel=1e-6) or (
        nearest.of_new.tolist() == pytest.approx([0.25, 1.0], rel=1e-6)
    )


def test_a_box_apart_from_all_others_still_has_a_nearest():
    boxes = Boxes(torch.tensor([[0.0, 0.0], [3.0, 0.0]]), torch.tensor([[1.0, 1.0], [4.0, 1.0]]))
    new = Boxes(torch.tensor([[4.2, 0.0]]), torch.tensor([[5.2, 1.0]]))
    inside, contains, nearest = related(new, boxes, ["left", "right"])
    assert not len(inside) and not len(contains)
    assert nearest.name.tolist() == ["right", "left"]


def test_a_saved_map_places_and_shows_as_before(fitted, tmp_path):
    folder = fitted.save(tmp_path / "map")
    again = HubMap.load(folder, encode=torch.tensor)
    assert again.boxes_ == fitted.boxes_ and again.reach_ == fitted.reach_
    assert torch.equal(again.tasks_.relation, fitted.tasks_.relation)
    new = clouds(seed=1)[3]
    pd.testing.assert_frame_equal(again.place(new).nearest, fitted.place(new).nearest)
    pd.testing.assert_frame_equal(again.table_, fitted.table_)
    (folder / "table.json").write_text("[{}]")
    with pytest.raises(ValueError, match="damaged or holds no saved map"):
        HubMap.load(folder)
    with pytest.raises(NotFittedError):
        HubMap().save(tmp_path / "none")
