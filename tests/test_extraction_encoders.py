"""Encoders of images and texts, and the way from a collection to its representation."""

import json
import signal
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
import pytest
import torch
from conftest import fake_tensors
from PIL import Image
from torch.nn.functional import normalize

from t2b_lib.data import read_table
from t2b_lib.representation import (
    EmbeddedEncoder,
    OpenClipEncoder,
    efficientnet_lite0,
    embed_texts,
    emoji_images,
    encoders,
    extract,
    extraction,
    fim,
    hub_images,
    image_folder,
)
from t2b_lib.representation.decoding import read_image
from t2b_lib.representation.encoders import fastest_precision, transform_of
from t2b_lib.taxonomy import Taxonomy

TINY = {
    "embed_dim": 24,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 64, "head_width": 32, "patch_size": 8},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 2},
}


class Plain:
    """An encoder whose vectors are easy to compute by hand: mean colours, and a text's length."""

    device = torch.device("cpu")

    def __init__(self):
        self.identity = {"encoder": "plain"}
        self.images = 0

    def spatial(self, image):
        return torch.from_numpy(np.array(image.resize((2, 2)))).permute(2, 0, 1)

    def encode_images(self, pixels):
        self.images += len(pixels)
        return pixels.float().mean(dim=(2, 3))

    def encode_texts(self, texts):
        return torch.tensor([[float(len(text))] for text in texts])


@pytest.fixture
def plain():
    return Plain()


@pytest.fixture
def folder(tmp_path):
    """24 images of noise in three classes; two more that are none."""
    random = np.random.default_rng(0)
    for path, n in (("a/cat", 10), ("a/dog", 8), ("b/house", 6)):
        (tmp_path / "images" / path).mkdir(parents=True)
        for i in range(n):
            pixels = random.integers(0, 255, (2, 2, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "images" / path / f"{i}.png")
    return tmp_path / "images"


@pytest.fixture(scope="module")
def embedded():
    return EmbeddedEncoder(device="cpu")


@pytest.fixture(scope="module")
def clip_checkpoint(tmp_path_factory):
    """A small CLIP with random weights, known to open_clip, saved as a checkpoint file."""
    open_clip = pytest.importorskip("open_clip")
    folder = tmp_path_factory.mktemp("clip")
    (folder / "tiny-test-clip.json").write_text(json.dumps(TINY))
    open_clip.add_model_config(folder / "tiny-test-clip.json")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = open_clip.create_model("tiny-test-clip")
    torch.save(network.state_dict(), folder / "tiny.pt")
    return folder / "tiny.pt", network.eval()


def by_hand(folder, prompt="A photo of {}"):
    """Vectors of all images under a folder of class folders, and the name of each one's class."""
    rows, classes = [], []
    for file in sorted(folder.rglob("*.png")):
        label = file.parent.name
        colour = np.asarray(Image.open(file)).reshape(-1, 3).mean(0)
        rows.append([*colour, len(prompt.format(label))])
        classes.append(label)
    return np.array(rows), np.array(classes)


def test_moments_of_a_collection_and_of_a_taxonomy(folder, plain):
    found = extract(image_folder(folder), plain, cache=False, progress=False, batch_size=7)
    rows, classes = by_hand(folder)
    np.testing.assert_allclose(found.features(), np.r_[rows.mean(0), rows.var(0)], rtol=1e-6)
    np.testing.assert_allclose(found.features("average"), rows.mean(0), rtol=1e-6)
    members = np.array([[1, 1, 0], [0, 0, 1]], dtype=bool)
    taxonomy = Taxonomy(["animals", "rest"], members, ["dog", "cat", "house"])
    expected = [rows[np.isin(classes, names)] for names in (["cat", "dog"], ["house"])]
    expected = np.stack([np.r_[v.mean(0), v.var(0)] for v in expected])
    np.testing.assert_allclose(found.features_of(taxonomy), expected, rtol=1e-6, atol=1e-9)
    unknown = Taxonomy(["animals"], np.ones((1, 1)), ["unicorn"])
    with pytest.raises(ValueError, match="'unicorn'"):
        found.features_of(unknown)


def test_vectors_of_every_image_in_order(folder, plain):
    images = image_folder(folder)
    found = extract(images, plain, cache=False, vectors=True, progress=False, workers=3)
    rows, classes = by_hand(folder)
    np.testing.assert_allclose(found.vectors, rows, rtol=1e-6)
    assert [images.classes[t] for t in found.targets] == list(classes)
    some = extract(images.sample(6, 1), plain, cache=False, vectors=True, progress=False)
    names = [item.name for item in images.items()]
    chosen = [names.index(item.name) for item in images.sample(6, 1).items()]
    np.testing.assert_allclose(some.vectors, rows[chosen], rtol=1e-6)


def test_a_stream_gives_the_same_as_the_whole(folder, plain, tmp_path, monkeypatch):
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "hf")
    monkeypatch.setattr(extraction, "SHARD", 5)
    datasets.disable_progress_bars()
    whole = extract(image_folder(folder / "a"), plain, cache=False, progress=False)
    stream = hub_images(folder / "a", streaming=True, classes=["cat", "dog"])
    found = extract(stream, plain, cache=tmp_path / "kept", progress=False)
    torch.testing.assert_close(found.features(), whole.features())
    assert plain.images == 36
    extract(stream, plain, cache=tmp_path / "kept", progress=False)
    assert plain.images == 36


def test_bad_images_are_skipped_and_named(folder, plain):
    (folder / "a" / "cat" / "00.png").write_bytes(b"no image")
    (folder / "b" / "house" / "00.jpg").write_bytes((folder / "b/house/0.png").read_bytes()[:40])
    with pytest.warns(UserWarning, match=r"2 of 26 images .* skipped: a/cat/00\.png \(of no known"):
        found = extract(image_folder(folder), plain, cache=False, progress=False)
    assert [(s.index, s.name) for s in found.skipped] == [
        (1, "a/cat/00.png"),
        (20, "b/house/00.jpg"),
    ]
    rows, _ = by_hand_of_the_good(folder)
    np.testing.assert_allclose(found.features(), np.r_[rows.mean(0), rows.var(0)], rtol=1e-6)
    empty = Taxonomy(["all"], np.ones((1, 1)), ["ghost"])
    (folder / "ghost").mkdir()
    (folder / "ghost" / "0.png").write_bytes(b"")
    with pytest.warns(UserWarning, match="1 of 25"):
        found = extract(image_folder(folder), plain, cache=False, progress=False)
    with pytest.raises(ValueError, match="no image of dataset 'all'"):
        found.features_of(empty)


def by_hand_of_the_good(folder):
    for bad in (*folder.rglob("00.*"),):
        bad.unlink()
    return by_hand(folder)


def test_embeddings_that_are_not_finite_are_skipped(folder, plain, monkeypatch):
    usual = plain.encode_images

    def sometimes(pixels):
        found = usual(pixels)
        found[0, 0] = float("nan")
        return found

    monkeypatch.setattr(plain, "encode_images", sometimes)
    with pytest.warns(UserWarning, match="not finite"):
        found = extract(image_folder(folder), plain, cache=False, progress=False, batch_size=12)
    assert [s.index for s in found.skipped] == [0, 12] and found.features().isfinite().all()


def test_an_encoder_that_leaves_out_images_is_refused(folder, plain, monkeypatch):
    usual = plain.encode_images
    monkeypatch.setattr(plain, "encode_images", lambda pixels: usual(pixels)[1:])
    with pytest.raises(ValueError, match="23 embeddings of 24 images"):
        extract(image_folder(folder), plain, cache=False, progress=False)


def test_an_encoder_may_be_given_by_what_makes_it(folder, plain):
    made = extract(image_folder(folder), Plain, cache=False, progress=False)
    found = extract(image_folder(folder), plain, cache=False, progress=False)
    assert torch.equal(made.features(), found.features())


def test_nothing_but_bad_images_is_an_error(tmp_path, plain):
    (tmp_path / "x" / "cat").mkdir(parents=True)
    (tmp_path / "x" / "cat" / "0.png").write_bytes(b"no image")
    with pytest.raises(ValueError, match=r"not one image can be used.*0\.png"):
        extract(image_folder(tmp_path / "x"), plain, cache=False, progress=False)


def test_a_prompt_needs_a_place_for_the_label(folder, plain):
    with pytest.raises(ValueError, match=r"has no \{\}"):
        extract(image_folder(folder), plain, prompt="A photo", cache=False)


def test_the_cache_is_used_for_the_same_question_only(folder, plain, tmp_path):
    ask = {"cache": tmp_path / "kept", "progress": False}
    images = image_folder(folder)
    first = extract(images, plain, **ask)
    assert plain.images == 24
    again = extract(images, plain, **ask)
    assert plain.images == 24 and torch.equal(again.features(), first.features())

    def computed_anew(images=images, encoder=plain, **changes):
        before = encoder.images
        extract(images, encoder, **(ask | changes))
        return encoder.images > before

    assert computed_anew(prompt="A drawing of {}")
    assert computed_anew(vectors=True)
    assert computed_anew(images.sample(24, seed=1)) and computed_anew(images.sample(24, seed=2))
    other = Plain()
    other.identity = {"encoder": "plain", "weights": "another hash"}
    assert computed_anew(encoder=other)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(extraction, "__version__", "99")
        assert computed_anew()
    Image.new("RGB", (7, 7)).save(folder / "a" / "cat" / "0.png")
    assert computed_anew(image_folder(folder))
    assert not computed_anew()
    assert not computed_anew(prompt="A drawing of {}")


@pytest.mark.parametrize("harm", ["flip", "cut", "empty", "nonsense"])
def test_a_damaged_file_is_found_out_and_made_anew(folder, plain, tmp_path, harm):
    ask = {"cache": tmp_path / "kept", "progress": False}
    first = extract(image_folder(folder), plain, **ask)
    (file,) = (tmp_path / "kept").glob("*.safetensors")
    good = file.read_bytes()
    flipped = bytearray(good)
    flipped[-20] ^= 1
    file.write_bytes(
        {"flip": bytes(flipped), "cut": good[:-9], "empty": b"", "nonsense": b"x" * 99}[harm]
    )
    again = extract(image_folder(folder), plain, **ask)
    assert plain.images == 48 and torch.equal(again.features(), first.features())
    extract(image_folder(folder), plain, **ask)
    assert plain.images == 48


@pytest.mark.parametrize("vectors", [False, True])
def test_a_run_that_stopped_goes_on_at_its_shard(folder, plain, tmp_path, monkeypatch, vectors):
    monkeypatch.setattr(extraction, "SHARD", 10)
    ask = {"cache": tmp_path / "kept", "progress": False, "vectors": vectors}
    expected = extract(image_folder(folder), Plain(), cache=False, progress=False, vectors=vectors)
    (folder / "a" / "cat" / "00.png").write_bytes(b"no image")
    usual = plain.encode_images

    def dies(pixels):
        if plain.images >= 19:
            raise KeyboardInterrupt
        return usual(pixels)

    monkeypatch.setattr(plain, "encode_images", dies)
    with pytest.raises(KeyboardInterrupt):
        extract(image_folder(folder), plain, **ask)
    monkeypatch.setattr(plain, "encode_images", usual)
    assert plain.images == 19  # two shards, one image of them bad
    with pytest.warns(UserWarning, match=r"1 of 25 .*00\.png"):
        found = extract(image_folder(folder), plain, **ask)
    assert plain.images == 24
    torch.testing.assert_close(found.features(), expected.features())
    if vectors:
        torch.testing.assert_close(found.vectors, expected.vectors)
        assert torch.equal(found.targets, expected.targets)


def test_vectors_of_each_shard_are_written_once(folder, plain, tmp_path, monkeypatch):
    monkeypatch.setattr(extraction, "SHARD", 4)
    usual, rows = extraction.save_checked, []

    def counted(path, key, tensors, notes):
        rows.append(len(tensors.get("vectors", [])))
        usual(path, key, tensors, notes)

    monkeypatch.setattr(extraction, "save_checked", counted)
    ask = {"cache": tmp_path / "kept", "progress": False, "vectors": True}
    found = extract(image_folder(folder), plain, **ask)
    assert sum(rows) == 24 and max(rows) == 4
    again = extract(image_folder(folder), plain, **ask)
    assert plain.images == 24 and torch.equal(again.vectors, found.vectors)
    # A damaged file of vectors is found out, too.
    files = sorted((tmp_path / "kept").glob("*.00000?.safetensors"))
    assert len(files) == 6
    files[2].write_bytes(files[3].read_bytes()[:-9])
    again = extract(image_folder(folder), plain, **ask)
    assert plain.images == 48 and torch.equal(again.vectors, found.vectors)


@pytest.mark.filterwarnings("ignore:another process works on")
def test_two_that_ask_the_same_at_once_do_the_work_once(folder, plain, tmp_path):
    usual, found = plain.encode_images, []

    def slow(pixels):
        time.sleep(0.1)
        return usual(pixels)

    plain.encode_images = slow
    ask = {"cache": tmp_path / "kept", "progress": False, "batch_size": 6}
    both = [
        threading.Thread(target=lambda: found.append(extract(image_folder(folder), plain, **ask)))
        for _ in range(2)
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert plain.images == 24
    assert torch.equal(found[0].features(), found[1].features())


KILLED = """
import sys, time
sys.path.insert(0, {tests!r})
from test_extraction_encoders import Plain
from t2b_lib.representation import extract, extraction, image_folder
extraction.SHARD = 6
class Slow(Plain):
    def encode_images(self, pixels):
        print("batch", flush=True)
        time.sleep(0.2)
        return super().encode_images(pixels)
extract(image_folder({images!r}), Slow(), cache={kept!r}, batch_size=2)
"""


def test_a_killed_process_loses_one_shard_at_most(folder, plain, tmp_path, monkeypatch):
    from pathlib import Path

    kept = tmp_path / "kept"
    paths = {"tests": str(Path(__file__).parent), "images": str(folder), "kept": str(kept)}
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED.format(**paths)], stdout=subprocess.PIPE, text=True
    )
    for _ in range(8):  # six images a shard, two a batch: the second shard is kept by then
        process.stdout.readline()
    assert list(kept.glob("*.safetensors"))
    monkeypatch.setattr(extraction, "SHARD", 6)
    # This process waits as long as the other one is at work.
    threading.Timer(0.5, process.send_signal, [signal.SIGKILL]).start()
    with pytest.warns(UserWarning, match="another process works on images-"):
        found = extract(image_folder(folder), plain, cache=kept, progress=False, batch_size=2)
    assert process.wait() == -signal.SIGKILL
    assert plain.images <= 12
    rows, _ = by_hand(folder)
    np.testing.assert_allclose(found.features(), np.r_[rows.mean(0), rows.var(0)], rtol=1e-6)


def test_decoding_runs_a_bounded_number_ahead(tmp_path, plain):
    """Memory is bounded: what waits for a slow network is three batches, not the collection."""
    (tmp_path / "x").mkdir()
    for i in range(60):
        Image.new("RGB", (2, 2)).save(tmp_path / "x" / f"{i:02}.png")
    images, read = image_folder(tmp_path), []
    items = ((i, item._replace(load=lambda i=i, item=item: read.append(i) or item.load()))
             for i, item in enumerate(images.items()))  # fmt: skip
    usual = plain.encode_images

    def slow(pixels):
        time.sleep(0.05)
        assert len(read) <= plain.images + 4 * len(pixels)
        return usual(pixels)

    plain.encode_images = slow
    embedder = extraction.Embedder(images, plain, "A photo of {}", False, 5, 2)
    (part,) = embedder.embed(items)
    assert part.seen == 60


def test_efficientnet_is_the_network_that_was_trained(shared_dir):
    """Photos are recognised, and the features give the logits: the weights are in their places."""
    photos = shared_dir / "photos" / "clothing"
    if not photos.is_dir():
        pytest.skip("no photos among the materials")
    names = [row["name"] for row in read_table("imagenet_classes", dtype=str).to_dict("records")]
    network = efficientnet_lite0()
    transform = transform_of(network)
    expected = {
        "shoes": {"cowboy boot", "slip-on shoe", "sneaker", "sandal", "clogs", "shoe store"},
        "pants": {"jeans", "sweatpants", "pajamas", "swim trunks / shorts"},
        "t-shirt": {"T-shirt", "sweatshirt", "pajamas"},
    }
    for folder, wanted in expected.items():
        files = sorted((photos / folder).iterdir())[:20]
        with torch.inference_mode():
            pixels = torch.stack([transform(read_image(file)) for file in files])
            features = network.forward_head(network.forward_features(pixels), pre_logits=True)
            logits = network(pixels)
        torch.testing.assert_close(network.classifier(features), logits)
        said = [names[i] for i in logits.argmax(1)]
        assert np.mean([name in wanted for name in said]) > 0.5, (folder, said)


def test_efficientnet_gives_the_logits_of_the_packages_own_code():
    reference = pytest.importorskip("efficientnet_lite_pytorch")
    from t2b_lib.representation.bundled import bundled_file
    from t2b_lib.representation.prototypes import EFFICIENTNET_LITE0

    network = reference.EfficientNet.from_name("efficientnet-lite0")
    network.load_state_dict(torch.load(bundled_file(*EFFICIENTNET_LITE0), weights_only=True))
    pixels = torch.randn(2, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        torch.testing.assert_close(efficientnet_lite0()(pixels), network.eval()(pixels))


def test_the_embedded_encoder(embedded):
    image, label = emoji_images(256)[100]
    pixels = embedded.spatial(image)
    assert pixels.shape == (3, 224, 224) and pixels.dtype == torch.uint8
    found = embedded.encode_images(torch.stack([pixels, pixels]))
    torch.testing.assert_close(found.norm(dim=1), torch.ones(2))
    network = efficientnet_lite0()
    with torch.inference_mode():
        plain = network.forward_features(transform_of(network)(image)[None])
        plain = normalize(network.forward_head(plain, pre_logits=True), dim=1)
    torch.testing.assert_close(found[:1], plain, atol=1e-4, rtol=1e-3)
    assert torch.equal(embedded.encode_texts([label]), embed_texts([label]))


def test_emoji_look_like_their_kind(embedded):
    images = emoji_images(256)
    asked = ["red apple", "green apple", "pear", "police car", "automobile", "oncoming bus"]
    pixels = torch.stack([embedded.spatial(images[images.labels.index(n)][0]) for n in asked])
    alike = (lambda v: v @ v.T)(embedded.encode_images(pixels)).fill_diagonal_(-1)
    assert [asked[i] in asked[:3] for i in alike.argmax(1)] == [True] * 3 + [False] * 3


def test_the_photo_datasets_end_to_end(shared_dir, embedded, tmp_path):
    if not (shared_dir / "photos").is_dir():
        pytest.skip("no photos among the materials")
    means = []
    for half in (0, 1):
        for name in ("cifar10", "clothing", "sign_digits"):
            images = image_folder(shared_dir / "photos" / name).sample(20, seed=half)
            found = extract(images, embedded, cache=tmp_path, progress=False)
            assert found.moments.count.sum() == 20 and not found.skipped
            assert found.features().shape == (2 * (1280 + 384),)
            means.append(found.features("average"))
    alike = torch.stack(means[:3]) @ torch.stack(means[3:]).T
    assert alike.argmax(1).tolist() == [0, 1, 2]  # another sample of a dataset is the nearest


def test_open_clip_from_a_local_checkpoint_end_to_end(clip_checkpoint, folder, tmp_path):
    import open_clip

    path, network = clip_checkpoint
    encoder = OpenClipEncoder("tiny-test-clip", path, device="cpu")
    images = image_folder(folder)
    found = extract(images, encoder, cache=tmp_path / "kept", vectors=True, progress=False)
    assert found.vectors.shape == (24, 48)
    preprocess = open_clip.image_transform(32, is_train=False)
    with torch.inference_mode():
        pixels = torch.stack([preprocess(image) for image, _ in images])
        seen = normalize(network.encode_image(pixels), dim=1)
        said = [f"A photo of {label}" for _, label in images]
        tokens = open_clip.get_tokenizer("tiny-test-clip")(said)
        expected = torch.cat([seen, normalize(network.encode_text(tokens), dim=1)], dim=1)
    torch.testing.assert_close(found.vectors, expected, atol=1e-5, rtol=1e-4)
    rows = expected.double()
    gaussian = torch.cat([rows.mean(0), rows.var(0, unbiased=False)]).float()
    torch.testing.assert_close(found.features(), gaussian, atol=1e-5, rtol=1e-4)


def test_other_weights_of_the_same_model_are_another_question(clip_checkpoint, tmp_path):
    path, network = clip_checkpoint
    first = OpenClipEncoder("tiny-test-clip", path, device="cpu").identity
    state = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    torch.save(state, tmp_path / "copy.pt")
    assert OpenClipEncoder("tiny-test-clip", tmp_path / "copy.pt", device="cpu").identity == first
    state["visual.proj"][0, 0] += 1e-6
    torch.save(state, tmp_path / "other.pt")
    assert OpenClipEncoder("tiny-test-clip", tmp_path / "other.pt", device="cpu").identity != first


def test_the_cache_key_names_the_device_and_its_arithmetic(embedded, monkeypatch):
    matmul = torch.backends.cuda.matmul
    on_cpu = embedded.identity
    monkeypatch.setattr(embedded, "device", torch.device("cuda"))
    plain = embedded.identity
    before = matmul.allow_tf32
    try:
        matmul.allow_tf32 = not before
        with_tf32 = embedded.identity
    finally:
        matmul.allow_tf32 = before
    assert on_cpu["device"] == "cpu" and plain["device"] == "cuda"
    assert on_cpu != plain != with_tf32
    monkeypatch.setattr(embedded, "device", torch.device("cpu"))
    assert embedded.identity == on_cpu  # TF32 does not matter here


@pytest.mark.parametrize(
    ("device", "capability", "precision"),
    [
        ("cuda", (7, 5), torch.float16),  # a T4, which only emulates bfloat16
        ("cuda", (8, 0), torch.bfloat16),
        ("cpu", None, torch.float32),
    ],
)
def test_the_precision_is_one_that_the_device_has(device, capability, precision, monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert fastest_precision(torch.device(device)) == precision


def test_everything_is_on_the_device_that_was_asked_for(clip_checkpoint, monkeypatch):
    """Shapes and devices alone, so this needs no GPU."""
    import open_clip

    gpu = torch.device("cuda:0")
    path, _ = clip_checkpoint

    def moved(self, *args, **kwargs):  # torch's own cannot move fake parameters in place
        device, dtype, *_ = torch._C._nn._parse_to(*args, **kwargs)
        for module in self.modules():
            for tensors, kind in (
                (module._parameters, torch.nn.Parameter),
                (module._buffers, None),
            ):
                for name, tensor in tensors.items():
                    if tensor is not None:
                        to = tensor.to(device, dtype if tensor.is_floating_point() else None)
                        tensors[name] = kind(to, requires_grad=False) if kind else to
        return self

    def model_and_preprocessing(name, _):
        return open_clip.create_model(name), open_clip.image_transform(32, is_train=False)

    monkeypatch.setattr(torch.nn.Module, "to", moved)
    monkeypatch.setattr(open_clip, "create_model_from_pretrained", model_and_preprocessing)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (8, 0))
    for module in (encoders, fim):
        monkeypatch.setattr(module, "pick_device", lambda device: gpu)
        monkeypatch.setattr(module, "hash_weights", lambda state: "")
    with fake_tensors(allow_non_fake_inputs=True):
        pixels = torch.zeros(2, 3, 224, 224, dtype=torch.uint8)
        assert EmbeddedEncoder().encode_images(pixels).device == gpu
        clip = OpenClipEncoder("tiny-test-clip", path)
        assert clip.encode_images(pixels[..., :32, :32]).device == gpu
        assert clip.encode_texts(["an owl", "a wren"]).device == torch.device("cpu")
        probe = fim.Probe(side=64)
        assert probe.features(pixels[..., :64, :64].to(gpu)).device == gpu


def test_what_open_clip_does_not_know(clip_checkpoint, tmp_path):
    path, _ = clip_checkpoint
    with pytest.raises(ValueError, match="no model 'ViT-Q'"):
        OpenClipEncoder("ViT-Q", path)
    with pytest.raises(ValueError, match=r"no_such_tag.*laion2b_s32b_b79k"):
        OpenClipEncoder("ViT-H-14", "no_such_tag")
    torch.save({"weight": torch.ones(2)}, tmp_path / "linear.pt")
    with pytest.raises(ValueError, match=r"linear\.pt cannot be loaded as tiny-test-clip"):
        OpenClipEncoder("tiny-test-clip", tmp_path / "linear.pt", device="cpu")
    torch.save({"code": warnings.warn}, tmp_path / "code.pt")
    with pytest.raises(ValueError, match=r"cannot be loaded.*could run code") as caught:
        OpenClipEncoder("tiny-test-clip", tmp_path / "code.pt", device="cpu")
    assert "weights_only" not in str(caught.value)


def test_a_cache_that_cannot_be_written_is_found_out_at_once(folder, plain, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="file"):
        extract(image_folder(folder), plain, cache=tmp_path / "file", progress=False)
    assert plain.images == 0
