"""The baselines of the map, against computations by hand."""

import pytest
import torch

import t2b_lib as t2b
from t2b_lib.hub.rivals import NearestPairs, Nearness


@pytest.fixture
def tasks():
    random = torch.Generator().manual_seed(0)
    features = torch.randn(12, 6, generator=random)
    return t2b.TaskCollection(
        [f"d{i}" for i in range(12)], features, torch.rand(12, 12, generator=random)
    )


def test_one_neighbour_is_the_nearest_training_pair(tasks):
    split = t2b.split(tasks, novel=3, seed=0)
    model = NearestPairs(neighbours=1).fit(tasks, split)
    found = model.predict(tasks.features, split.novel_pairs)
    z = model.projection_(tasks.features.unsqueeze(0))[0]
    for (i, j), value in zip(split.novel_pairs.tolist(), found.tolist(), strict=True):
        apart = [(z[i] - z[a]).norm() ** 2 + (z[j] - z[b]).norm() ** 2 for a, b in split.train]
        a, b = split.train[int(torch.stack(apart).argmin())].tolist()
        assert value == pytest.approx(tasks.relation[a, b].item())


def test_training_pairs_are_predicted_exactly(tasks):
    split = t2b.split(tasks, novel=3, seed=0)
    found = NearestPairs().fit(tasks, split).predict(tasks.features, split.train)
    truth = tasks.relation[split.train[:, 0], split.train[:, 1]]
    torch.testing.assert_close(found, truth)


def test_nearness_is_the_distance_of_the_means(tasks):
    pairs = tasks.measured_pairs()
    found = Nearness().fit(tasks).predict(tasks.features, pairs)
    means = tasks.features[:, :3]
    expected = -torch.cdist(means, means)[pairs[:, 0], pairs[:, 1]]
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


def test_nearness_by_tsne_is_symmetric_and_seeded(tasks):
    pairs = tasks.measured_pairs()
    found = Nearness(tsne=True).predict(tasks.features, pairs)
    assert torch.equal(found, Nearness(tsne=True).predict(tasks.features, pairs.flip(1)))
    assert len(found.unique()) > 10


def test_both_work_in_the_protocol(tasks):
    methods = [("pairs", NearestPairs()), ("points", Nearness()), ("t-SNE", Nearness(tsne=True))]
    results = t2b.run_protocol(tasks, methods, cases=1, novel=3, progress=False)
    assert results["novel"].notna().all() and (results["metric"] == "Spearman").all()
