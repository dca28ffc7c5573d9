"""Parts of datasets: what is drawn, what is known of them, and that nothing unseen enters."""

from dataclasses import replace

import pytest
import torch

import t2b_lib as t2b
from t2b_lib.baselines import PairModel
from t2b_lib.evaluation import f1, truth_of
from t2b_lib.model import fit_many, with_parts


def nested(n=26, samples=40, seed=0):
    """Datasets that are intervals of samples on a line, with samples like their neighbours."""
    random = torch.Generator().manual_seed(seed)
    line = torch.linspace(0, 3, samples)[:, None]
    vectors = torch.cat([(line * k).sin() for k in range(1, 7)], 1)
    vectors = vectors + 0.1 * torch.randn(samples, 6, generator=random)
    start = torch.randint(samples - 8, (n,), generator=random)
    size = torch.randint(2, 9, (n,), generator=random) * torch.randint(1, 4, (n,), generator=random)
    place = torch.arange(samples)
    members = (place >= start[:, None]) & (place < (start + size)[:, None])
    return t2b.TaskCollection.from_samples(
        [f"d{i}" for i in range(n)], t2b.Samples(vectors, members), relation_of(members)
    )


def relation_of(members):
    """Strict containment of sets (N, S), and the diagonal."""
    counts = members.float()
    size = counts.sum(1)
    strict = (counts @ counts.T == size[:, None]) & (size[:, None] < size)
    return (strict | torch.eye(len(members), dtype=torch.bool)).float()


HIERARCHIES = {
    "ImageNet": t2b.taxonomy.imagenet_instruments,
    "animals": lambda: t2b.taxonomy.imagenet("animal"),
    "iNaturalist + CUB": t2b.taxonomy.inaturalist_cub,
    "emoji": t2b.taxonomy.emoji,
}


@pytest.mark.parametrize("name", HIERARCHIES)
def test_known_labels_of_parts_never_contradict_the_truth(name):
    taxonomy = HIERARCHIES[name]()
    members = torch.as_tensor(taxonomy.members)
    random = torch.Generator().manual_seed(0)
    samples = t2b.Samples(torch.randn(members.shape[1], 4, generator=random), members)
    tasks = t2b.TaskCollection.from_samples(taxonomy.names, samples, taxonomy.containment)
    split = t2b.split(tasks, novel=30, seed=1)
    known = torch.zeros_like(tasks.relation)
    known[split.train[:, 0], split.train[:, 1]] = 1.0
    inside = [m[split.existing][:, split.existing] for m in (tasks.relation, known)]
    parts, owners = samples.draw_parts(split.existing, 400, random)
    relation, weight = with_parts(*inside, owners)
    truth = relation_of(torch.cat([members[split.existing], parts]))
    counts = torch.cat([members[split.existing], parts]).float()
    lies_in = counts @ counts.T == counts.sum(1)[:, None]
    n = len(split.existing)
    told = weight[n:, :n] == 1
    # A part may be the same set as another dataset: it lies in it, though not strictly.
    assert (lies_in[n:, :n] >= relation[n:, :n].bool())[told].all()
    assert told.any() and (relation[n:, :n][told] == 1).all()
    told = weight[:n, n:] == 1
    assert (truth[:n, n:][told] == 0).all() and (relation[:n, n:] == 0).all()
    assert 0.3 < told[:, owners >= 0].float().mean() < 1
    assert (weight[n:, n:] == 0).all() and weight[:, n:][:, owners < 0].sum() == 0
    assert torch.equal(relation[:n, :n], inside[0]) and torch.equal(weight[:n, :n], inside[1])


def test_parts_are_proper_parts_of_their_datasets_and_coherent_ones_lie_close():
    tasks = nested()
    datasets = torch.arange(4, 20)
    random = torch.Generator().manual_seed(0)
    parts, owners = tasks.samples.draw_parts(datasets, 2000, random)
    owned = owners >= 0
    of_owner = tasks.samples.members[datasets][owners[owned]]
    assert (parts[owned] <= of_owner).all() and parts.any(1).all()
    assert (parts[owned].sum(1) < of_owner.sum(1)).all()
    assert not parts[:, ~tasks.samples.members[datasets].any(0)].any()
    assert 0.4 < owned.float().mean() < 0.6
    spread = []
    for coherent in (0.0, 1.0):
        parts, _ = tasks.samples.draw_parts(datasets, 2000, random, coherent)
        place = torch.arange(parts.shape[1]).expand_as(parts)
        width = place.masked_fill(~parts, 0).amax(1) - place.masked_fill(~parts, 99).amin(1)
        spread.append(width[parts.sum(1) == 3].float().mean())
    assert spread[1] < 0.7 * spread[0]


def test_features_of_samples_are_their_moments():
    tasks = nested()
    expected = torch.stack([tasks.samples.vectors[m].mean(0) for m in tasks.samples.members])
    torch.testing.assert_close(tasks.features, expected)
    both = replace(tasks.samples, kind="gaussian", blocks=(2, 4))
    variance = [tasks.samples.vectors[m].var(0, correction=0) for m in both.members]
    torch.testing.assert_close(both.features()[:, 6:], torch.stack(variance))
    assert both.feature_blocks == (2, 4, 2, 4)
    with pytest.raises(ValueError, match="add up"):
        t2b.Samples(both.vectors, both.members, blocks=(3, 4))
    with pytest.raises(ValueError, match="shape"):
        t2b.Samples(both.vectors, both.members.T)
    with pytest.raises(ValueError, match="samples must be of 2 datasets"):
        t2b.TaskCollection(["a", "b"], torch.eye(2), torch.eye(2), both)


@pytest.mark.parametrize("recipe", t2b.RECIPES)
def test_nothing_but_training_pairs_is_learned_from(recipe):
    """Other relations of all other pairs, novel ones too: the same network, bit for bit."""
    tasks = nested()
    split = t2b.split(tasks, novel=6, seed=0)
    train = torch.zeros_like(tasks.relation, dtype=torch.bool)
    train[split.train[:, 0], split.train[:, 1]] = True
    hidden = ~train
    hidden.fill_diagonal_(False)
    shuffled = tasks.relation.clone()
    values = shuffled[hidden]
    shuffled[hidden] = values[
        torch.randperm(len(values), generator=torch.Generator().manual_seed(1))
    ]
    assert not torch.equal(shuffled, tasks.relation)
    changed = tasks.samples.members.clone()
    changed[split.novel] = changed[split.novel].flip(1)
    others = [
        replace(tasks, relation=shuffled),
        replace(tasks, samples=replace(tasks.samples, members=changed)),
    ]
    model = t2b.Task2Box.from_recipe(recipe, epochs=6, hidden=(8,), progress=False)
    expected = fit_many([model], tasks, [split])[0].network_.state_dict()
    for other in others:
        again = t2b.Task2Box.from_recipe(recipe, epochs=6, hidden=(8,), progress=False)
        found = again.fit(other, split).network_.state_dict()
        assert all(torch.equal(found[name], value) for name, value in expected.items())


def test_boxes_learn_the_answers_of_their_teacher_on_parts():
    tasks = nested(n=60, samples=60)
    split = t2b.split(tasks, novel=15, seed=0, fractions=(0.2, 0.1, 0.1))
    teacher = PairModel().fit(tasks, split)
    random = torch.Generator().manual_seed(7)
    parts, _ = tasks.samples.draw_parts(split.existing, 60, random)
    features = torch.cat([tasks.samples.features(parts), tasks.features[split.existing]])
    pairs = torch.cartesian_prod(torch.arange(60), torch.arange(60, len(features)))
    expected = teacher.predict(features, pairs)
    errors = {}
    for name, changes in {"taught": {}, "alone": {"parts": 0, "teacher": None}}.items():
        model = t2b.Task2Box(epochs=200, progress=False, **changes).fit(tasks, split)
        errors[name] = (model.predict(features, pairs) - expected).square().mean()
    assert errors["taught"] < 0.7 * errors["alone"]


def test_a_model_with_parts_is_saved_and_loaded(tmp_path):
    tasks = nested()
    model = t2b.Task2Box(epochs=3, progress=False).fit(tasks)
    model.save(tmp_path / "m.safetensors")
    again = t2b.Task2Box.load(tmp_path / "m.safetensors")
    assert again.embed(tasks.features) == model.embed(tasks.features)


def test_pair_model_by_hand():
    """Its numbers, and the logistic function of their weighted sum."""
    features = torch.tensor([[3.0, 4.0], [0.0, 2.0], [1.0, 0.0], [2.0, 1.0]])
    relation = torch.tensor([[1, 1, 0, 0], [0, 1, 0, 1], [0, 1, 1, 0], [1, 0, 0, 1.0]])
    tasks = t2b.TaskCollection(list("abcd"), features, relation)
    pairs = tasks.measured_pairs()
    split = t2b.Split(torch.arange(4), pairs[:0, 0], pairs, pairs[:0], pairs[:0], pairs[:0])
    model = PairModel().fit(tasks, split)
    mean = torch.tensor([1.5, 1.75])
    a, b = features[0], features[1]
    numbers = [8 / 10, 5, 2, 8 / 4]
    x, y = a - mean, b - mean
    numbers += [float(x @ y / x.norm() / y.norm()), float(x.norm()), float(y.norm())]
    numbers += [float((a - b).norm())]
    total = model.intercept_ + sum(s * v for s, v in zip(model.slopes_, numbers, strict=True))
    found = model.predict(features, torch.tensor([[0, 1]]))
    assert float(found) == pytest.approx(1 / (1 + torch.tensor(-total).exp().item()), rel=1e-4)


def test_pair_model_learns_shares():
    tasks = nested()
    counts = tasks.samples.members.float()
    shares = counts @ counts.T / counts.sum(1)[:, None]
    graded = replace(tasks, relation=shares)
    split = t2b.split(graded, novel=6, seed=0)
    scores = t2b.evaluate(PairModel().fit(graded, split), graded, split)
    assert scores["existing"][0] > 0.8 and scores["novel"][0] > 0.7
    none = replace(tasks, relation=torch.zeros_like(shares))
    with pytest.raises(ValueError, match="all unrelated"):
        PairModel().fit(none, split)


def test_pair_model_finds_containment():
    tasks = nested(n=60, samples=60)
    split = t2b.split(tasks, novel=10, seed=0)
    model = PairModel().fit(tasks, split)
    said = model.predict(tasks.features, split.novel_pairs).numpy() > 0.5
    assert f1(truth_of(tasks, split.novel_pairs), said) > 0.6
