"""Task2Vec embeddings against closed forms, plain gradients, and what must not change."""

import warnings

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from t2b_lib.representation import (
    Probe,
    emoji_images,
    hub_images,
    image_folder,
    task2vec,
    task2vec_of,
)
from t2b_lib.representation import fim as fim_module
from t2b_lib.representation.fim import Classifier, fisher_information, fit_head
from t2b_lib.taxonomy import Taxonomy


def random(seed=0):
    return torch.Generator().manual_seed(seed)


class Small(nn.Module):
    """A small convolutional network with the interface of timm's models."""

    def __init__(self, classes=3, size=12):
        super().__init__()
        self.pretrained_cfg = {"input_size": (3, 16, 16), "crop_pct": 1.0}
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.depthwise = nn.Conv2d(8, 8, 3, stride=2, groups=8, bias=False)
        self.second = nn.Conv2d(8, size, 1)
        self.fc = nn.Linear(size, classes)

    def get_classifier(self):
        return self.fc

    def forward_features(self, x):
        x = self.norm(self.first(x)).relu()
        return self.second(self.depthwise(x)).relu()

    def forward_head(self, x, pre_logits=False):
        x = x.mean(dim=(2, 3))
        return x if pre_logits else self.fc(x)

    def forward(self, x):
        return self.forward_head(self.forward_features(x))


@pytest.fixture
def network():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = Small()
        network.norm.running_mean.normal_()
        network.norm.weight.data.uniform_(0.5, 2)
    return network


@pytest.fixture
def folder(tmp_path):
    noise = np.random.default_rng(0)
    for c, name in enumerate(("red", "green", "blue")):
        (tmp_path / "images" / name).mkdir(parents=True)
        for i in range(6):
            pixels = noise.integers(0, 120, (16, 16, 3), dtype=np.uint8)
            pixels[..., c] += 100
            Image.fromarray(pixels).save(tmp_path / "images" / name / f"{i}.png")
    return tmp_path / "images"


@pytest.fixture(scope="module")
def softmax_model():
    """A linear-softmax model on random vectors, and its Fisher information in closed form.

    log p(y|x) has the gradient (1[c = y] - p_c) x_d for weight (c, d), and the mean of its square
    over y ~ p is p_c (1 - p_c) x_d^2.
    """
    x = torch.randn(80, 5, generator=random())
    model = nn.Linear(5, 4)
    model.weight.data = torch.randn(4, 5, generator=random(1))
    model.bias.data = torch.tensor([0.5, 0.0, -0.5, -3.0])
    chances = model(x).softmax(1).detach()
    variance = chances * (1 - chances)
    exact = torch.einsum("nc,nd->cd", variance, x.square()) / len(x)
    return model.requires_grad_(False), x, exact.mean(dim=1)


def test_monte_carlo_is_the_closed_form_of_a_linear_softmax(softmax_model):
    model, x, exact = softmax_model
    y = torch.zeros(len(x), dtype=torch.long)
    found = fisher_information(model, ["weight"], x, y, draws=80)
    torch.testing.assert_close(found, exact, rtol=0.1, atol=0)
    few = torch.stack([fisher_information(model, ["weight"], x, y, seed=s) for s in range(20)])
    # Unbiased: the mean of cheap estimates is within their spread of the truth.
    assert ((few.mean(0) - exact).abs() < 4 * few.std(0) / 20**0.5).all()


def test_the_batch_form_is_smaller_by_the_size_of_the_batch(softmax_model):
    """Drawn labels make gradients of mean zero: a mean of b of them has 1/b of the variance."""
    model, x, exact = softmax_model
    y = torch.zeros(len(x), dtype=torch.long)
    ask = {"method": "batch", "draws": 80}
    for batch in (2, 10, 40):
        found = fisher_information(model, ["weight"], x, y, batch=batch, **ask)
        torch.testing.assert_close(found * batch, exact, rtol=0.25, atol=0)


def test_the_variational_estimate_is_the_closed_form(softmax_model):
    """With labels drawn from the model, Eq. 3's curvature is the Fisher information."""
    model, x, exact = softmax_model
    y = torch.multinomial(model(x).softmax(1), 1, generator=random(2))[:, 0]
    ask = {"method": "variational", "steps": 1500, "batch": 400, "learning_rate": 0.05}
    found = fisher_information(model, ["weight"], x, y, beta=1e-3, prior_variance=0.1, **ask)
    torch.testing.assert_close(found, exact, rtol=0.2, atol=0.004)
    assert torch.equal(found.argsort(), exact.argsort())


@pytest.mark.parametrize("method", ["monte_carlo", "batch"])
def test_gradients_of_a_network_are_those_of_a_loop(network, method):
    network.eval()
    x = torch.randn(7, 3, 16, 16, generator=random())
    y = torch.zeros(7, dtype=torch.long)
    names = ["first.weight", "norm.weight", "depthwise.weight", "second.weight"]
    found = fisher_information(network, names, x, y, method=method, seed=3)
    size = {"monte_carlo": 1, "batch": 7}[method]
    generator, expected = random(3), 0
    # Labels are drawn four images at a time where gradients are.
    parts = x.split(4) if size == 1 else [x]
    labels = torch.cat(
        [
            torch.multinomial(network(p).softmax(1), 1, True, generator=generator)[:, 0]
            for p in parts
        ]
    )
    for image, label in zip(x.split(size), labels.split(size), strict=True):
        network.zero_grad()
        nn.functional.cross_entropy(network(image), label).backward()
        squares = [network.get_parameter(n).grad.square() for n in names]
        rows = torch.cat([s.reshape(len(s), -1).mean(1) for s in squares])
        expected = expected + rows / (7 / size)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-10)
    assert found.shape == (8 + 8 + 8 + 12,)


@pytest.mark.parametrize("method", ["monte_carlo", "batch", "variational"])
def test_the_network_is_left_exactly_as_it_was(network, folder, method):
    network.train()
    network.norm.eval()
    network.second.weight.requires_grad_(False)
    state = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    modes = {name: module.training for name, module in network.named_modules()}
    wanted = {name: p.requires_grad for name, p in network.named_parameters()}
    settings = {"steps": 4} if method == "variational" else {}
    probe = Probe(network, device="cpu")
    vector = task2vec(
        image_folder(folder), probe, method=method, cache=False, progress=False, **settings
    )
    assert vector.shape == (probe.size,) == (36,) and vector.isfinite().all() and vector.any()
    assert {name: module.training for name, module in network.named_modules()} == modes
    assert {name: p.requires_grad for name, p in network.named_parameters()} == wanted
    assert all(p.grad is None for p in network.parameters())
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, state[name]), name
    for name, tensor in probe.network.state_dict().items():
        assert torch.equal(tensor, state[name]), name


def test_the_classifier_is_left_out_and_does_not_matter(network, folder):
    probe = Probe(network, device="cpu")
    assert probe.filters == ["first.weight", "norm.weight", "depthwise.weight", "second.weight"]
    images = image_folder(folder)
    first = task2vec(images, probe, cache=False, progress=False)
    network.fc = nn.Linear(12, 7)
    again = task2vec(images, Probe(network, device="cpu"), cache=False, progress=False)
    assert torch.equal(first, again)


def test_resnet34_has_the_papers_number_of_filters():
    timm = pytest.importorskip("timm")
    probe = Probe(timm.create_model("resnet34"), device="cpu")
    assert probe.size == 17_024
    assert not any(name.startswith("fc") for name in probe.filters)


def test_a_checkpoint_of_timms_model(tmp_path, monkeypatch):
    timm = pytest.importorskip("timm")
    network = timm.create_model("resnet18")
    torch.save(network.state_dict(), tmp_path / "resnet18.pt")
    probe = Probe("resnet18", checkpoint=tmp_path / "resnet18.pt", side=64, device="cpu")
    assert torch.equal(probe.network.conv1.weight, network.conv1.weight)
    image = probe.spatial(Image.new("RGB", (90, 80)))
    assert image.shape == (3, 64, 64)
    with pytest.raises(ValueError, match="cannot be loaded"):
        Probe("resnet34", checkpoint=tmp_path / "resnet18.pt")
    asked = []
    usual = torch.load
    with monkeypatch.context() as patch:
        patch.setattr(torch, "load", lambda *a, **k: asked.append(k) or usual(*a, **k))
        Probe("resnet18", checkpoint=tmp_path / "resnet18.pt", side=64, device="cpu")
    assert asked and all(options["weights_only"] is True for options in asked)
    torch.save({"code": warnings.warn}, tmp_path / "code.pt")
    with pytest.raises(ValueError, match="could run code") as caught:
        Probe("resnet18", checkpoint=tmp_path / "code.pt", device="cpu")
    assert "weights_only" not in str(caught.value)
    with pytest.raises(ValueError, match="no model 'resnet35'"):
        Probe("resnet35")
    with pytest.raises(ValueError, match="lacks get_classifier"):
        Probe(nn.Linear(2, 2))


@pytest.mark.parametrize("classes", [2, 4])
def test_the_head_is_the_best_one(classes):
    features = torch.rand(60, 9, generator=random())
    targets = torch.randint(0, classes, (60,), generator=random(1))
    head = fit_head(features, targets)
    weight = head.weight.clone().requires_grad_()
    bias = head.bias.clone().requires_grad_()
    decay = fim_module.HEAD_DECAY * features.square().sum(1).mean()
    loss = nn.functional.cross_entropy(features @ weight.T + bias, targets)
    (loss + decay / 2 * weight.square().sum()).backward()
    assert weight.grad.abs().max() < 1e-4 and bias.grad.abs().max() < 1e-4
    assert not head.weight.requires_grad


@pytest.mark.filterwarnings("error")
def test_a_class_for_each_image_is_no_cause_for_a_warning():
    head = fit_head(torch.eye(30), torch.arange(30))
    assert torch.equal(head(torch.eye(30)).argmax(1), torch.arange(30))


def test_the_head_learns_the_dataset(network, folder):
    probe = Probe(network, device="cpu")
    pixels, targets = fim_module.decode_all(image_folder(folder), probe.spatial)
    predicted = Classifier(probe, pixels, targets)(pixels).argmax(1)
    assert (predicted == targets).float().mean() > 0.9


def test_a_stream_of_unknown_length(network, folder, tmp_path, monkeypatch):
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "hf")
    classes = ["blue", "green", "red"]
    stream = hub_images(folder, streaming=True, classes=classes)
    probe = Probe(network, device="cpu")
    found = task2vec(stream, probe, cache=False, progress=False)
    whole = task2vec(image_folder(folder), probe, cache=False, progress=False)
    torch.testing.assert_close(found, whole)


def test_one_class_has_no_embedding(network, folder, tmp_path):
    (tmp_path / "one" / "red").mkdir(parents=True)
    (folder / "red" / "0.png").rename(tmp_path / "one" / "red" / "0.png")
    with pytest.raises(ValueError, match="'one' has readable images of 1 class"):
        task2vec(image_folder(tmp_path / "one"), Probe(network, device="cpu"), cache=False)


def test_unknown_methods_and_settings(network, folder):
    probe = Probe(network, device="cpu")
    with pytest.raises(ValueError, match="'exact'"):
        task2vec(image_folder(folder), probe, method="exact")
    with pytest.raises(ValueError, match="no setting 'steps', only draws"):
        task2vec(image_folder(folder), probe, steps=3)


def test_embeddings_of_a_taxonomy_are_kept_one_by_one(network, folder, tmp_path, monkeypatch):
    members = np.array([[1, 1, 1], [1, 1, 0]], dtype=bool)
    taxonomy = Taxonomy(["all", "warm"], members, ["red", "green", "blue"])
    probe = Probe(network, device="cpu")
    images = image_folder(folder)
    ask = {"cache": tmp_path / "kept", "progress": False, "most": 10}
    usual = fim_module.fisher_information
    calls = []

    def counted(*args, **kwargs):
        calls.append(len(args[2]))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return usual(*args, **kwargs)

    monkeypatch.setattr(fim_module, "fisher_information", counted)
    with pytest.raises(KeyboardInterrupt):
        task2vec_of(images, taxonomy, probe, **ask)
    vectors = task2vec_of(images, taxonomy, probe, **ask)
    assert vectors.shape == (2, 36) and calls == [10, 10, 10]
    assert torch.equal(task2vec_of(images, taxonomy, probe, **ask), vectors) and len(calls) == 3
    other = task2vec_of(images, taxonomy, probe, **(ask | {"seed": 1}))
    assert len(calls) == 5 and not torch.equal(other, vectors)
    whole = task2vec(images, probe, cache=False, progress=False)
    everything = task2vec_of(images, taxonomy, probe, **(ask | {"most": 99}))
    torch.testing.assert_close(everything[0], whole)


def test_the_embedded_probe_on_emoji():
    images = emoji_images(64)
    images = images.of_classes(c for c in images.classes if c[2:] in ("pear", "lemon", "banana"))
    assert len(images) == 3
    probe = Probe(side=64, device="cpu")
    vector = task2vec(images, probe, cache=False, progress=False)
    assert vector.shape == (probe.size,) and (vector >= 0).all() and vector.norm() > 0
