"""Task2Box: its loss against sums written out by hand, what it learns, what it refuses."""

import math
from dataclasses import replace

import pytest
import torch
from conftest import fake_tensors
from scipy.stats import spearmanr
from sklearn.base import BaseEstimator, clone

import t2b_lib as t2b
from t2b_lib import checks
from t2b_lib.boxes import EULER_GAMMA, Boxes
from t2b_lib.model import SAVED, _lessons
from t2b_lib.network import BoxNetwork, pick_device
from t2b_lib.store import load_checked, save_checked


def nested_tasks():
    """Twelve datasets: 0 contains 1 to 5, 6 contains 7 to 11."""
    relation = torch.eye(12)
    relation[1:6, 0] = 1
    relation[7:12, 6] = 1
    features = torch.randn(12, 8, generator=torch.Generator().manual_seed(0))
    return t2b.TaskCollection([f"d{i}" for i in range(12)], features, relation)


def small(**changes):
    settings = {"hidden": (32, 16), "epochs": 300, "learning_rate": 5e-3, "progress": False}
    return t2b.Task2Box.from_recipe("plain", **(settings | changes))


def test_loss_terms_are_those_of_equations_4_and_6():
    """Each term by loops over pairs and boxes, from the formulas alone."""
    lower = torch.tensor([[0.0, 0.0, 0.0], [0.2, -0.1, 0.3], [2.0, 2.0, 2.0]])
    sides = torch.tensor([[0.9, 0.5, 0.7], [0.3, 0.3, 0.3], [0.1, 0.8, 0.2]])
    relation = torch.tensor([[1.0, 0.0, 0.4], [1.0, 1.0, 0.0], [0.3, 0.0, 1.0]])
    weight = torch.tensor([[0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    model = t2b.Task2Box.from_recipe("paper", box_dim=3)
    terms = model.loss_terms(Boxes(lower, lower + sides), relation, weight)

    def soft_side(x):  # softplus at temperature 0.1, the expected gap of two Gumbels taken off
        return 0.1 * math.log1p(math.exp((x - 2 * EULER_GAMMA * 1e-4) / 0.1)) + 1e-13

    def soft_overlap(i, j):
        ratio = 1.0
        for k in range(3):
            low = max(lower[i, k].item(), lower[j, k].item())
            high = min((lower + sides)[i, k].item(), (lower + sides)[j, k].item())
            ratio *= soft_side(high - low) / soft_side(sides[i, k].item())
        return ratio

    centres = lower + sides / 2
    overlap_term = distance = 0.0
    for i in range(3):
        for j in range(3):
            if weight[i, j]:
                overlap_term += (relation[i, j].item() - soft_overlap(i, j)) ** 2
                if relation[i, j] > 0:
                    distance += ((centres[i] - centres[j]) ** 2).sum().item()
    uneven = inverse = 0.0
    for i in range(3):
        a, b, c = sides[i].tolist()
        uneven += abs(a - b) + abs(a - c) + abs(b - c)
        inverse += (1 / (soft_side(a) * soft_side(b) * soft_side(c))) ** (1 / 3)

    assert terms["overlap"].item() == pytest.approx(100 * overlap_term, rel=1e-4)
    assert terms["distance"].item() == pytest.approx(0.01 * distance, rel=1e-4)
    assert terms["regularity"].item() == pytest.approx(uneven / 9, rel=1e-4)
    assert terms["volume"].item() == pytest.approx(0.7 * inverse, rel=1e-4)

    with_sizes = model.set_params(size_weight=3.0).loss_terms(
        Boxes(lower, lower + sides), relation, weight, volumes=torch.tensor([0.5, 0.1, 0.2])
    )
    missed = 0.0
    for i, volume in enumerate((0.5, 0.1, 0.2)):
        a, b, c = sides[i].tolist()
        missed += (soft_side(a) * soft_side(b) * soft_side(c) - volume) ** 2
    assert with_sizes.pop("size").item() == pytest.approx(3 * missed, rel=1e-4)
    assert with_sizes == terms


def test_boxes_take_the_volumes_asked_for():
    """Eq. 13: with sizes, volumes follow them; without, they do not."""
    tasks = nested_tasks()
    volumes = torch.logspace(-2, 0, len(tasks))[
        torch.randperm(len(tasks), generator=torch.Generator().manual_seed(0))
    ]

    def agreement(volumes_seen, seed):
        model = small(epochs=600, size_weight=1e4, seed=seed).fit(tasks, volumes=volumes_seen)
        return spearmanr(t2b.volume(model.embed(tasks.features)), volumes).statistic

    # Six seeds gave 0.90 to 0.92 with sizes and -0.11 to 0.32 without.
    assert min(agreement(volumes, seed) for seed in range(2)) > 0.75
    assert max(agreement(None, seed) for seed in range(2)) < 0.6


def test_wrong_volumes_are_refused():
    tasks = nested_tasks()
    for volumes in (torch.ones(3), torch.zeros(len(tasks)), [float("nan")] * len(tasks)):
        with pytest.raises(ValueError, match="volumes must be 12 positive numbers"):
            small().fit(tasks, volumes=volumes)


def test_untrained_pairs_do_not_matter():
    tasks = nested_tasks()
    split = t2b.split(tasks, novel=2, seed=0)
    relation = tasks.relation.clone()
    for pairs in (split.validation, split.test, split.novel_pairs):
        relation[pairs[:, 0], pairs[:, 1]] = 1 - relation[pairs[:, 0], pairs[:, 1]]
    relation.fill_diagonal_(0.5)
    features = tasks.features.clone()
    features[split.novel] += 100
    other = t2b.TaskCollection(tasks.names, features, relation)
    first, second = (small(epochs=20).fit(t, split).embed(tasks.features) for t in (tasks, other))
    assert torch.equal(first.lower, second.lower) and torch.equal(first.upper, second.upper)


def test_task2box_learns_a_small_hierarchy():
    tasks = nested_tasks()
    model = small(box_dim=5).fit(tasks)
    pairs = tasks.measured_pairs()
    truth = tasks.relation[pairs[:, 0], pairs[:, 1]] == 1
    assert torch.equal(model.containment_score(tasks.features, pairs) > 0.5, truth)
    assert model.history_["overlap"][-1] < 0.2 * model.history_["overlap"][0]


def test_the_seed_decides_and_the_generators_are_left_alone(monkeypatch):
    tasks = nested_tasks()
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_rng_state", lambda device: pytest.fail("a GPU is used"))
    first, again, other = (
        small(epochs=5, seed=seed, device="cpu").fit(tasks).embed(tasks.features).lower
        for seed in (1, 1, 2)
    )
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert torch.equal(torch.rand(1), expected)


class Told(BaseEstimator):
    """A teacher that predicts one number and keeps what it was given."""

    def __init__(self, answer=0.5, seed=0):
        self.answer = answer
        self.seed = seed

    def fit(self, tasks, split):
        self.given_ = tasks, split
        return self

    def predict(self, features, pairs):
        return torch.full((len(pairs),), self.answer)


@pytest.mark.parametrize("relabel", [False, True])
def test_a_teacher_labels_the_other_pairs_of_existing_datasets(relabel):
    tasks = nested_tasks()
    split = t2b.split(tasks, novel=3, seed=1)
    model = small(epochs=1, seed=7, teacher=Told(0.25), relabel=relabel)
    _, (relation,), (weight,) = _lessons([model], [tasks], [split])
    existing = split.existing
    train = torch.zeros(12, 12, dtype=torch.bool)
    train[split.train[:, 0], split.train[:, 1]] = True
    train = train[existing][:, existing]
    assert torch.equal(weight, 1 - torch.eye(len(existing)))
    told = weight.bool() if relabel else weight.bool() & ~train
    assert (relation[told] == 0.25).all()
    assert torch.equal(relation[~told], tasks.relation[existing][:, existing][~told])
    assert model.teacher_.given_ == (tasks, split) and model.teacher_.seed == 7
    assert not hasattr(model.teacher, "given_")  # the teacher given stays as it was


def test_pairs_with_an_unknown_target_are_not_taught():
    """Nothing says how strong the relation to a target is that no training pair has."""
    tasks = nested_tasks()
    split = t2b.split(tasks, seed=1)
    split = replace(split, train=split.train[split.train[:, 1] != 4])
    _, _, (weight,) = _lessons([small(teacher=Told())], [tasks], [split])
    assert weight[:, 4].sum() == 0 and weight.sum() == 11 * 11


def test_an_ensemble_is_the_mean_of_models_of_other_seeds():
    tasks = nested_tasks()
    ensemble = t2b.Ensemble(small(epochs=5), size=3, seed=2).fit(tasks)
    pairs = tasks.measured_pairs()
    alone = [small(epochs=5, seed=2 + 10_000 * k).fit(tasks) for k in (1, 2, 3)]
    for method in ("predict", "containment_score"):
        each = [getattr(model, method)(tasks.features, pairs) for model in alone]
        found = getattr(ensemble, method)(tasks.features, pairs)
        torch.testing.assert_close(found, torch.stack(each).mean(0), rtol=0, atol=1e-4)


def test_ranks_are_those_of_the_training_pairs():
    """Any growing function of the relation gives the same boxes, and the way back differs."""
    random = torch.Generator().manual_seed(0)
    tasks = nested_tasks()
    graded = t2b.TaskCollection(tasks.names, tasks.features, torch.rand(12, 12, generator=random))
    cubed = t2b.TaskCollection(tasks.names, tasks.features, graded.relation**3)
    split = t2b.split(graded, novel=2)
    first, second = (small(epochs=5, ranks=True).fit(t, split) for t in (graded, cubed))
    boxes = [model.embed(tasks.features) for model in (first, second)]
    assert torch.allclose(boxes[0].lower, boxes[1].lower, atol=1e-4)
    known = graded.relation[split.train[:, 0], split.train[:, 1]]
    assert first.affinity(0.5) == pytest.approx(float(known.median()), abs=0.02)
    assert second.affinity(0.5) == pytest.approx(first.affinity(0.5) ** 3, abs=0.02)
    assert small(epochs=1).fit(tasks).affinity(0.3) == 0.3


def test_containment_needs_the_larger_direction():
    tasks = nested_tasks()
    model = small(epochs=50).fit(tasks)
    pairs = tasks.measured_pairs()
    forward, backward = (model.predict(tasks.features, p) for p in (pairs, pairs.flip(1)))
    scores = model.containment_score(tasks.features, pairs)
    assert ((scores > 0) == (forward > backward)).all()
    assert (scores[scores > 0] == forward[scores > 0]).all()


def test_the_network_is_the_papers():
    network = BoxNetwork(2048, 2, t2b.RECIPES["paper"]["hidden"])
    weights = [tuple(p.shape[1:]) for name, p in network.named_parameters() if "weight" in name]
    layers = [shape for shape in weights if len(shape) == 2]
    assert layers == [(1024, 2048), (256, 1024), (128, 256), (2, 128), (2, 128)]
    boxes = network(torch.randn(7, 2048))
    assert ((boxes.sides > 0) & (boxes.sides < 1)).all()


def test_save_and_load_give_the_same_boxes(tmp_path):
    tasks = nested_tasks()
    model = small(epochs=10, box_dim=3).fit(tasks)
    model.save(tmp_path / "model.safetensors")
    loaded = t2b.Task2Box.load(tmp_path / "model.safetensors")
    assert torch.equal(loaded.embed(tasks.features).upper, model.embed(tasks.features).upper)
    assert loaded.get_params() == model.get_params()
    ranked = small(epochs=2, ranks=True, teacher=Told()).fit(tasks)
    ranked.save(tmp_path / "model.safetensors")
    loaded = t2b.Task2Box.load(tmp_path / "model.safetensors")
    assert loaded.affinity([0.1, 0.9]).tolist() == ranked.affinity([0.1, 0.9]).tolist()
    assert loaded.get_params() == ranked.set_params(teacher=None).get_params()
    assert [p.name for p in tmp_path.iterdir()] == ["model.safetensors"]


def test_a_damaged_or_foreign_file_is_refused(tmp_path):
    from safetensors.torch import save_file

    path = tmp_path / "model.safetensors"
    small(epochs=2).fit(nested_tasks()).save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"model\.safetensors is damaged"):
        t2b.Task2Box.load(path)
    save_file({"w": torch.zeros(2)}, path)
    with pytest.raises(ValueError, match="no saved Task2Box model"):
        t2b.Task2Box.load(path)
    with pytest.raises(FileNotFoundError):
        t2b.Task2Box.load(tmp_path / "absent.safetensors")
    for place in range(60, len(whole), len(whole) // 40):
        changed = bytearray(whole)
        changed[place] ^= 4
        path.write_bytes(changed)
        with pytest.raises(ValueError, match=r"model\.safetensors is damaged"):
            t2b.Task2Box.load(path)


@pytest.mark.parametrize(
    "settings", [{"hidden": [10**9]}, {"in_features": 10**9}, {"box_dim": 10**12}, {"epochs": -1}]
)
def test_shapes_are_compared_before_memory_is_taken(tmp_path, settings, monkeypatch):
    path = tmp_path / "model.safetensors"
    small(epochs=2).fit(nested_tasks()).save(path)
    weights, known = load_checked(path, SAVED)
    save_checked(path, SAVED, weights, known | settings)  # with a checksum that is right
    with pytest.raises(ValueError, match=r"model\.safetensors is damaged or is no saved"):
        t2b.Task2Box.load(path)


def test_weights_that_are_not_finite_are_refused(tmp_path):
    path = tmp_path / "model.safetensors"
    small(epochs=2).fit(nested_tasks()).save(path)
    weights, known = load_checked(path, SAVED)
    weights["lower.bias"].fill_(float("nan"))
    save_checked(path, SAVED, weights, known)
    with pytest.raises(ValueError, match="a weight is not finite"):
        t2b.Task2Box.load(path)
    with pytest.raises(ValueError, match="not finite; learning_rate="):
        small(epochs=30, learning_rate=1e10).fit(nested_tasks())


def test_a_fit_beyond_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr(checks, "memory", lambda: 20_000)
    with pytest.raises(MemoryError, match=r"on 12 datasets would take .* GiB.* as novel"):
        small(epochs=2).fit(nested_tasks())


def test_task2box_is_a_scikit_learn_estimator():
    model = t2b.Task2Box.from_recipe("paper", box_dim=5, seed=3)
    assert clone(model).get_params() == model.get_params()
    assert model.get_params()["hidden"] == (1024, 256, 128) and model.box_dim == 5


def test_bad_input_is_refused():
    tasks = nested_tasks()
    with pytest.raises(ValueError, match="unknown recipe 'papre'; there are: default, plain, "):
        t2b.Task2Box.from_recipe("papre")
    with pytest.raises(ValueError, match="not fitted"):
        small().embed(tasks.features)
    model = small(epochs=1).fit(tasks)
    with pytest.raises(ValueError, match=r"shape \(N, 8\), as in training, got \(12, 7\)"):
        model.embed(tasks.features[:, :7])
    with pytest.raises(ValueError, match="finite"):
        model.embed(torch.full((1, 8), torch.nan))
    unmeasured = t2b.TaskCollection(tasks.names, tasks.features, torch.full((12, 12), torch.nan))
    with pytest.raises(ValueError, match="no measured relation"):
        small().fit(unmeasured)


def test_a_missing_gpu_raises_a_clear_error(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match="sees no GPU"):
        pick_device("cuda")
    assert pick_device("auto") == torch.device("cpu")


@pytest.mark.parametrize(("datasets", "expected"), [(12, 1), (90, 2)])
def test_small_fits_use_one_thread_and_give_the_others_back(datasets, expected, monkeypatch):
    random = torch.Generator().manual_seed(0)
    features, relation = (torch.rand(datasets, datasets, generator=random) for _ in range(2))
    tasks = t2b.TaskCollection([f"d{i}" for i in range(datasets)], features, relation.round())
    seen = []
    terms = t2b.Task2Box.loss_terms
    monkeypatch.setattr(
        t2b.Task2Box,
        "loss_terms",
        lambda *arguments: seen.append(torch.get_num_threads()) or terms(*arguments),
    )
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        small(epochs=1, hidden=(8,)).fit(tasks)
        assert seen == [expected] and torch.get_num_threads() == 2
        monkeypatch.setattr(t2b.Task2Box, "loss_terms", None)
        with pytest.raises(TypeError):
            small(epochs=1, hidden=(8,)).fit(tasks)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_the_network_keeps_its_tensors_on_one_device():
    """Shapes and devices alone, by torch's fake tensors: a mismatch of devices raises."""
    with fake_tensors(), torch.device("cuda:0"):
        network = BoxNetwork(6, 3, (8,), directions=4, models=2)
        boxes = network(torch.empty(2, 5, 6))
        assert boxes.lower.device == torch.device("cuda:0") and boxes.shape == (2, 5)
        terms = t2b.Task2Box(3).loss_terms(
            boxes,
            *torch.empty(2, 2, 5, 5),
            volumes=torch.empty(2, 5),
        )
        assert {term.device.type for term in terms.values()} == {"cuda"}


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU in this machine")
def test_a_gpu_learns_the_same():
    tasks = nested_tasks()
    pairs = tasks.measured_pairs()
    truth = tasks.relation[pairs[:, 0], pairs[:, 1]] == 1
    model = small(box_dim=5, device="cuda").fit(tasks)
    assert torch.equal(model.containment_score(tasks.features, pairs) > 0.5, truth)
