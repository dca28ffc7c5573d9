"""Models trained together are those trained alone, and the network is the one of torch's layers."""

import pytest
import torch
from sklearn.base import clone
from torch import nn
from tqdm import tqdm

import t2b_lib as t2b
from t2b_lib.model import Ensemble, _group_size, fit_many
from t2b_lib.network import BoxNetwork, Projection


def tasks_of(n=24, features=10, seed=0):
    random = torch.Generator().manual_seed(seed)
    x = torch.randn(n, features, generator=random)
    relation = (x[:, None, :3] <= x[None, :, :3] + 0.3).all(-1).float()
    return t2b.TaskCollection([f"d{i}" for i in range(n)], x, relation)


RECIPES = {
    "paper": t2b.Task2Box.from_recipe("paper", hidden=(32, 16), epochs=50, progress=False),
    "default": t2b.Task2Box(hidden=(32, 16), epochs=8, learning_rate=1e-3, progress=False),
}


@pytest.fixture
def double():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def fitted(settings, tasks, cases=4):
    """(split, model trained with the others, model trained alone) of each case."""
    splits = [t2b.split(tasks, novel=6, seed=case) for case in range(cases)]
    models = [t2b.Task2Box(**settings | {"seed": case}) for case in range(cases)]
    together = fit_many(models, tasks, splits)
    assert all(a is b for a, b in zip(together, models, strict=True))
    alone = [clone(m).fit(tasks, split) for m, split in zip(models, splits, strict=True)]
    return list(zip(splits, together, alone, strict=True))


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("box_dim", [2, 5])
def test_models_trained_together_are_those_trained_alone(recipe, box_dim, double):
    """In double precision: rounding of single precision grows within tens of epochs (see below)."""
    tasks = tasks_of()
    object.__setattr__(tasks, "features", tasks.features.double())
    settings = RECIPES[recipe].get_params() | {"box_dim": box_dim}
    for _, ours, theirs in fitted(settings, tasks):
        boxes, expected = ours.network_(tasks.features), theirs.network_(tasks.features)
        torch.testing.assert_close(boxes.lower, expected.lower, rtol=0, atol=1e-5)
        torch.testing.assert_close(boxes.sides, expected.sides, rtol=0, atol=1e-5)
        assert ours.history_["epoch"] == theirs.history_["epoch"]
        assert ours.history_["overlap"] == pytest.approx(theirs.history_["overlap"], rel=1e-6)


@pytest.mark.parametrize("recipe", RECIPES)
def test_models_trained_together_agree_up_to_rounding_in_single_precision(recipe):
    """Where the boxes lie as a whole is free, and Adam makes a step of the rounding there."""
    tasks = tasks_of()
    for split, ours, theirs in fitted(RECIPES[recipe].get_params() | {"epochs": 10}, tasks):
        pairs = split.novel_pairs
        predicted = [m.predict(tasks.features, pairs) for m in (ours, theirs)]
        torch.testing.assert_close(*predicted, rtol=0, atol=1e-4)
        scores = [m.containment_score(tasks.features, pairs) for m in (ours, theirs)]
        assert torch.equal(scores[0] > 0.5, scores[1] > 0.5)


def test_a_model_trained_with_others_is_saved_and_loaded(tmp_path):
    tasks = tasks_of()
    splits = [t2b.split(tasks, novel=6, seed=case) for case in range(3)]
    models = [t2b.Task2Box(hidden=(8,), epochs=5, progress=False, seed=s) for s in range(3)]
    model = fit_many(models, tasks, splits)[1]
    model.save(tmp_path / "model.safetensors")
    loaded = t2b.Task2Box.load(tmp_path / "model.safetensors")
    assert torch.equal(loaded.embed(tasks.features).upper, model.embed(tasks.features).upper)
    # The file holds one model, not all that were trained with it.
    one = sum(value.numel() for value in model.network_.state_dict().values())
    assert (tmp_path / "model.safetensors").stat().st_size < 4 * one + 4000


def test_the_network_is_one_of_torchs_own_layers():
    """The same weights in nn.Linear and nn.BatchNorm1d, in training and in use."""
    ours = BoxNetwork(6, 3, (8, 5))
    theirs = nn.Sequential(
        *(nn.Linear(6, 8), nn.ReLU(), nn.BatchNorm1d(8)),
        *(nn.Linear(8, 5), nn.ReLU(), nn.BatchNorm1d(5)),
    )
    lower, sides = nn.Linear(5, 3), nn.Linear(5, 3)
    pairs = [*zip(ours.backbone, theirs, strict=True), (ours.lower, lower), (ours.sides, sides)]
    for mine, other in pairs:
        if not isinstance(other, nn.ReLU):
            other.weight.data.copy_(mine.weight[0])
            other.bias.data.copy_(mine.bias.flatten())
    for _ in range(3):
        x = torch.randn(20, 6)
        hidden, boxes = theirs(x), ours(x)
        torch.testing.assert_close(boxes.lower, lower(hidden))
        torch.testing.assert_close(boxes.sides, sides(hidden).sigmoid())
    ours.eval(), theirs.eval()
    x = torch.randn(1, 6)
    torch.testing.assert_close(ours(x).lower, lower(theirs(x)))


def test_initial_weights_are_drawn_as_torchs_own():
    torch.manual_seed(0)
    ours = BoxNetwork(300, 2, (400,)).backbone[0]
    theirs = nn.Linear(300, 400)
    for mine, other in ((ours.weight, theirs.weight), (ours.bias, theirs.bias)):
        assert mine.abs().max() <= other.abs().max() * 1.05
        assert mine.std().item() == pytest.approx(other.std().item(), rel=0.1)


def test_projection_keeps_the_differences_of_the_training_datasets():
    random = torch.Generator().manual_seed(0)
    features = torch.randn(7, 40, generator=random) * torch.rand(40, generator=random) + 3
    features[:, 5] = 2.5  # the same everywhere
    projection = Projection(1, 40, 7).fit(features)
    z = projection(features[None])[0]
    standardised = (features - features.mean(0)) / features.std(0, correction=0)
    standardised[:, 5] = 0
    gram = standardised @ standardised.T
    # Equal up to one factor: inner products are those of the standardised features.
    factor = (z @ z.T).trace() / gram.trace()
    torch.testing.assert_close(z @ z.T, gram * factor, rtol=1e-4, atol=1e-3)
    torch.testing.assert_close(z.var(0, correction=0).mean(), torch.tensor(1.0))
    # A direction that the training datasets do not have is not seen.
    stranger = features[:1].clone()
    stranger[0, 5] += 100
    torch.testing.assert_close(projection(stranger[None])[0], z[:1], rtol=1e-4, atol=1e-4)


def test_each_model_learns_its_own_collection(double):
    tasks = tasks_of()
    other = t2b.TaskCollection(tasks.names, tasks.features, 1 - tasks.relation)
    for own in (tasks, other):
        object.__setattr__(own, "features", own.features.double())
    splits = [t2b.split(tasks, novel=6, seed=case) for case in range(2)]
    settings = {"hidden": (16,), "epochs": 4, "learning_rate": 1e-3, "progress": False}
    models = [t2b.Task2Box(**settings, seed=k) for k in range(2)]
    together = fit_many(models, [tasks, other], splits)
    for model, own, split in zip(together, (tasks, other), splits, strict=True):
        alone = clone(model).fit(own, split)
        boxes, expected = model.network_(own.features), alone.network_(own.features)
        torch.testing.assert_close(boxes.lower, expected.lower, rtol=0, atol=1e-5)


def test_models_that_do_not_go_together_are_refused():
    tasks = tasks_of()
    splits = [t2b.split(tasks, novel=n, seed=0) for n in (5, 6)]
    make = lambda **changes: t2b.Task2Box(**{"epochs": 1, "progress": False} | changes)  # noqa: E731
    with pytest.raises(ValueError, match=r"equally many existing datasets, got 1[89] and 1[89]"):
        fit_many([make(), make()], tasks, splits)
    with pytest.raises(ValueError, match="box_dim is 2 and 3"):
        fit_many([make(), make(box_dim=3)], tasks, splits[:1] * 2)
    with pytest.raises(ValueError, match="2 models, 2 collections and 1 splits"):
        fit_many([make(), make()], tasks, splits[:1])
    boxes = [t2b.affinity.AffinityBoxes(teachers=k, epochs=1, progress=False) for k in (0, 1)]
    with pytest.raises(ValueError, match="teachers is 0 and 1"):
        fit_many(boxes, tasks, splits[:1] * 2)
    taught = [make(teacher=Ensemble(make(box_dim=d), 1)) for d in (2, 3)]
    with pytest.raises(ValueError, match="teacher__model__box_dim is 2 and 3"):
        fit_many(taught, tasks, splits[:1] * 2)
    with pytest.raises(ValueError, match="class is 'Task2Box' and 'AffinityBoxes'"):
        fit_many([make(), boxes[0]], tasks, splits[:1] * 2)
    narrow = t2b.TaskCollection(tasks.names, tasks.features[:, :3], tasks.relation)
    with pytest.raises(ValueError, match="equally many features"):
        fit_many([make(), make()], [tasks, narrow], splits[:1] * 2)
    with pytest.raises(ValueError, match=r"loss must be .*cross-entropy.*got 'mse'"):
        make(loss="mse").fit(tasks)
    with pytest.raises(ValueError, match=r"side must be .*softplus"):
        make(side="relu").fit(tasks)


def test_too_many_models_for_the_memory_train_in_groups(monkeypatch):
    tasks = tasks_of()
    settings = {"hidden": (8,), "epochs": 5, "progress": False}
    splits = [t2b.split(tasks, novel=6, seed=case) for case in range(5)]
    together, in_groups = ([t2b.Task2Box(**settings, seed=s) for s in range(5)] for _ in range(2))
    fit_many(together, tasks, splits)
    monkeypatch.setattr("t2b_lib.model._group_size", lambda model, tasks: 2)
    with tqdm(total=5, disable=True) as bar:
        moved = []
        monkeypatch.setattr(bar, "update", moved.append)
        assert fit_many(in_groups, tasks, splits, bar=bar) == in_groups
    assert sum(moved) == pytest.approx(5)
    pairs = tasks.measured_pairs()
    for a, b in zip(together, in_groups, strict=True):
        torch.testing.assert_close(
            a.predict(tasks.features, pairs), b.predict(tasks.features, pairs)
        )


def test_groups_are_smaller_if_layers_are_larger():
    features = torch.randn(101, 1664)
    tasks = t2b.TaskCollection([f"d{i}" for i in range(101)], features, torch.zeros(101, 101))
    assert _group_size(t2b.Task2Box.from_recipe("paper", device="cpu"), tasks) == 4
    assert _group_size(t2b.Task2Box(device="cpu"), tasks) > 10
    assert _group_size(t2b.Task2Box(hidden=(10**6,), device="cpu"), tasks) == 1
