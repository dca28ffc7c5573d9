"""Image collections: folders, the hub, torchvision, emoji; and images that are hard to read."""

import http.server
import io
import json
import os
import re
import subprocess
import sys
import threading
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from t2b_lib.representation import emoji_images, hub_images, image_folder, torchvision_images
from t2b_lib.representation.decoding import UnreadableImage, read_image
from t2b_lib.taxonomy import Taxonomy, emoji

RED, BLUE = (200, 30, 30), (30, 30, 200)


def encoded(image, kind="PNG", **options) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


@pytest.fixture
def folder(tmp_path):
    """Three classes, one of them nested, nine images and things that are none."""
    for path, colour, n in (("cat", RED, 4), ("wild/big_dog", BLUE, 3), ("wild/fox", RED, 2)):
        (tmp_path / path).mkdir(parents=True)
        for i in range(n):
            Image.new("RGB", (20 + i, 30), colour).save(tmp_path / path / f"{i}.png")
    (tmp_path / "cat" / "notes.txt").write_text("no image")
    (tmp_path / "cat" / ".hidden.png").write_bytes(b"")
    (tmp_path / ".trash").mkdir()
    Image.new("RGB", (5, 5)).save(tmp_path / ".trash" / "0.png")
    return tmp_path


def test_a_folder_of_class_folders(folder):
    images = image_folder(folder, name="pets", licence="CC0")
    assert (len(images), images.name, images.licence) == (9, "pets", "CC0")
    assert images.classes == ("cat", "big_dog", "fox")
    assert images.labels == ("cat", "big dog", "fox")
    image, label = images[4]
    assert (image.mode, image.size, image.getpixel((0, 0)), label) == (
        "RGB",
        (20, 30),
        BLUE,
        "big dog",
    )
    assert [label for _, label in images] == ["cat"] * 4 + ["big dog"] * 3 + ["fox"] * 2
    assert "9 images, 3 classes" in repr(images)


def test_classes_are_the_leaves_of_the_folders_taxonomy(folder):
    (folder / "tame" / "fox").mkdir(parents=True)
    Image.new("RGB", (5, 5)).save(folder / "tame" / "fox" / "a.png")
    Image.new("RGB", (5, 5)).save(folder / "tame" / "fox" / "b.png")
    (folder / "tame" / "hen").mkdir()
    Image.new("RGB", (5, 5)).save(folder / "tame" / "hen" / "a.png")
    assert set(Taxonomy.from_folder(folder).leaves) <= set(image_folder(folder).classes)


def test_folders_that_are_no_collection(tmp_path):
    with pytest.raises(NotADirectoryError, match="nowhere"):
        image_folder(tmp_path / "nowhere")
    Image.new("RGB", (5, 5)).save(tmp_path / "loose.png")
    with pytest.raises(ValueError, match="folder of their own"):
        image_folder(tmp_path)


def test_files_that_cannot_be_read_are_skipped_and_counted(folder):
    cats = folder / "cat"
    os.mkfifo(cats / "pipe.png")
    (cats / "dead.png").symlink_to(folder / "nowhere.png")
    (cats / "self.png").symlink_to(cats / "self.png")
    name = os.fsencode(cats) + b"/caf\xe9.png"
    with open(name, "wb") as file:
        file.write((cats / "0.png").read_bytes())
    images = image_folder(folder)
    assert len(images) == 13
    unreadable = []
    for item in images.items():
        try:
            read_image(item.load()[0])
        except UnreadableImage as error:
            unreadable.append((item.name, str(error)))
    assert [name for name, _ in unreadable] == [
        "cat/dead.png",
        "cat/pipe.png",
        "cat/self.png",
    ]
    assert "no regular file" in unreadable[1][1]
    assert r"cat/caf\xe9.png" in [item.name for item in images.items()]
    assert image_folder(folder).fingerprint == images.fingerprint


def test_class_folders_may_be_links(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "owls"
    elsewhere.mkdir()
    Image.new("RGB", (5, 5), RED).save(elsewhere / "0.png")
    (folder / "wild" / "owl").symlink_to(elsewhere)
    (folder / "wild" / "back").symlink_to(folder)
    images = image_folder(folder)
    assert images.classes == ("cat", "big_dog", "fox", "owl") and len(images) == 10
    assert [label for _, label in images][-1] == "owl"


def test_images_beside_class_folders_are_named(folder):
    for i in range(4):
        Image.new("RGB", (5, 5)).save(folder / f"loose {i}.png")
    with pytest.warns(UserWarning, match=r"4 images beside .* left out: loose 0\.png, .*, …"):
        assert len(image_folder(folder)) == 9


def test_samples_are_seeded(folder):
    images = image_folder(folder)
    names = lambda c: [item.name for item in c.items()]  # noqa: E731
    first, again, other = images.sample(5, 3), images.sample(5, 3), images.sample(5, 4)
    assert len(first) == 5 and len(set(names(first))) == 5
    assert names(first) == names(again) != names(other)
    assert first.fingerprint == again.fingerprint
    assert len({images.fingerprint, first.fingerprint, other.fingerprint}) == 3
    assert set(names(images.sample(50))) == set(names(images))
    assert set(names(first.sample(2))) <= set(names(first))
    with pytest.raises(ValueError, match="n == 0"):
        images.sample(0)


def test_images_of_some_classes(folder):
    images = image_folder(folder)
    some = images.of_classes(["fox", "cat"])
    assert [label for _, label in some] == ["cat"] * 4 + ["fox"] * 2
    assert some.classes == images.classes and some.fingerprint != images.fingerprint
    assert {label for _, label in images.sample(9).of_classes(["fox"])} == {"fox"}
    with pytest.raises(ValueError, match="no class 'hen'"):
        images.of_classes(["hen"])
    torchvision = pytest.importorskip("torchvision")
    fake = torchvision.datasets.FakeData(3, num_classes=2)
    with pytest.raises(ValueError, match="not read"):
        torchvision_images(fake, classes=["a", "b"]).of_classes(["a"])


def test_the_fingerprint_sees_a_changed_file(folder):
    before = image_folder(folder).fingerprint
    assert image_folder(folder).fingerprint == before
    Image.new("RGB", (99, 99)).save(folder / "cat" / "0.png")
    assert image_folder(folder).fingerprint != before


def test_emoji_are_the_leaves_of_their_taxonomy():
    images = emoji_images(96)
    taxonomy = emoji()
    assert len(images) == 1903 and sorted(images.classes) == sorted(taxonomy.leaves)
    assert dict(zip(images.classes, images.labels, strict=True)) == dict(
        zip(taxonomy.leaves, taxonomy.labels, strict=True)
    )
    assert "OpenMoji" in repr(images) and "CC BY-SA 4.0" in repr(images)
    image, label = images[images.labels.index("red apple")]
    pixels = np.asarray(image).astype(int)
    assert pixels.shape == (96, 96, 3) and label == "red apple"
    assert (pixels[0, 0] == 255).all()  # on white
    middle = pixels[40:70, 30:66].reshape(-1, 3).mean(0)
    assert middle[0] > 150 > 100 > middle[2]  # an apple that is red


def test_torchvision_datasets(tmp_path, folder):
    from torchvision.datasets import FakeData, ImageFolder
    from torchvision.transforms import ToTensor

    (folder / "wild" / "a.png").unlink(missing_ok=True)
    images = torchvision_images(ImageFolder(str(folder / "wild")), name="wild")
    assert images.classes == ("big_dog", "fox") and images.labels == ("big dog", "fox")
    assert [label for _, label in images] == ["big dog"] * 3 + ["fox"] * 2
    with pytest.raises(ValueError, match="classes="):
        torchvision_images(FakeData(3))
    assert len(torchvision_images(FakeData(3, num_classes=2), classes=["a", "b"])) == 3
    with pytest.raises(ValueError, match="without transforms"):
        torchvision_images(ImageFolder(str(folder / "wild"), transform=ToTensor()))


@pytest.fixture
def parquet(tmp_path):
    datasets = pytest.importorskip("datasets")
    features = datasets.Features(
        {
            "img": datasets.Image(),
            "fine": datasets.ClassLabel(names=["red_one", "blue"]),
            "n": datasets.Value("int32"),
            "text": datasets.Value("string"),
        }
    )
    rows = {
        "img": [Image.new("RGB", (8, 8), (RED, BLUE)[i % 2]) for i in range(10)],
        "fine": [i % 2 for i in range(10)],
        "n": list(range(10)),
        "text": ["even" if i % 2 == 0 else "odd" for i in range(10)],
    }
    path = tmp_path / "data" / "rows.parquet"
    path.parent.mkdir()
    datasets.Dataset.from_dict(rows, features=features).to_parquet(path)
    return path


@pytest.fixture(autouse=True)
def no_datasets_cache(tmp_path, monkeypatch):
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "hf")
    datasets.disable_progress_bars()


@pytest.mark.parametrize("streaming", [False, True])
def test_a_local_copy_of_a_hub_dataset(parquet, streaming):
    images = hub_images(parquet, streaming=streaming)
    assert images.classes == ("red_one", "blue") and images.labels == ("red one", "blue")
    pairs = list(images)
    assert [label for _, label in pairs] == ["red one", "blue"] * 5
    assert [image.getpixel((3, 3)) for image, _ in pairs] == [RED, BLUE] * 5
    later = [item.load()[1] for item in images.items(3, 6)]
    assert later == [1, 0, 1]
    few = [item.load()[1] for item in images.sample(4, seed=1).items()]
    assert len(few) == 4
    assert few == [item.load()[1] for item in images.sample(4, seed=1).items()]
    assert hub_images(parquet.parent, streaming=streaming).classes == images.classes


def test_a_stream_knows_no_index(parquet):
    stream = hub_images(parquet, streaming=True)
    with pytest.raises(TypeError, match="stream"):
        stream[0]
    with pytest.raises(TypeError, match="does not say"):
        len(stream)
    assert "stream" in repr(stream)


def test_columns_are_named_where_they_cannot_be_told(parquet):
    with pytest.raises(ValueError, match="no column 'nothing'"):
        hub_images(parquet, streaming=False, label="nothing")
    by_text = hub_images(parquet, streaming=False, label="text")
    assert by_text.classes == ("even", "odd")
    with pytest.raises(ValueError, match="classes="):
        hub_images(parquet, streaming=True, label="text")
    stream = hub_images(parquet, streaming=True, label="text", classes=["odd", "even"])
    assert [label for _, label in stream] == ["even", "odd"] * 5


def test_an_image_folder_by_the_hubs_own_reader(folder):
    images = hub_images(folder / "wild", streaming=False)
    assert images.classes == ("big_dog", "fox") and len(images) == 5


def test_the_photo_datasets(shared_dir):
    if not (shared_dir / "photos").is_dir():
        pytest.skip("no photos among the materials")
    for name, n in (("cifar10", 500), ("clothing", 300), ("sign_digits", 400)):
        images = image_folder(shared_dir / "photos" / name)
        assert (len(images), len(images.classes)) == (n, 10)
        sizes = {image.mode for image, _ in images.sample(20)}
        assert sizes == {"RGB"}


def grey_16_bits():
    return Image.fromarray(np.array([[0, 257 * 128, 65535]], dtype=np.uint16))


def test_kinds_of_pixels():
    assert read_image(encoded(Image.new("CMYK", (4, 4)), "JPEG")).getpixel((0, 0)) > (250,) * 3
    assert read_image(encoded(Image.new("L", (4, 4), 7))).getpixel((0, 0)) == (7, 7, 7)
    assert read_image(encoded(Image.new("1", (4, 4), 1))).getpixel((0, 0)) == (255, 255, 255)
    for image in (
        grey_16_bits(),
        grey_16_bits().convert("I"),
        Image.open(io.BytesIO(encoded(grey_16_bits()))),
        Image.open(io.BytesIO(encoded(grey_16_bits(), "TIFF"))),
    ):
        read = read_image(image)
        assert [read.getpixel((x, 0))[1] for x in range(3)] == [0, 128, 255]
    floats = Image.fromarray(np.array([[-1.0, 0.0, 1.0]], dtype=np.float32))
    assert [read_image(floats).getpixel((x, 0))[0] for x in range(3)] == [0, 128, 255]
    deep = Image.fromarray(np.array([[0, 10**8]], dtype=np.int32))
    assert [read_image(deep).getpixel((x, 0))[0] for x in range(2)] == [0, 255]


def test_what_is_transparent_becomes_white():
    clear = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    assert read_image(encoded(clear)).getpixel((1, 1)) == (255, 255, 255)
    half = Image.new("RGBA", (4, 4), (0, 0, 0, 128))
    assert read_image(encoded(half)).getpixel((1, 1)) == (127, 127, 127)
    assert read_image(encoded(Image.new("LA", (4, 4), (0, 0)))).getpixel((1, 1)) == (255,) * 3
    palette = Image.new("RGB", (4, 4), RED).quantize(4)
    kept = read_image(encoded(palette)).getpixel((0, 0))
    assert np.abs(np.subtract(kept, RED)).max() < 8
    number = palette.getpixel((0, 0))
    assert read_image(encoded(palette, transparency=number)).getpixel((0, 0)) == (255,) * 3
    assert read_image(encoded(palette, "GIF", transparency=number)).getpixel((0, 0)) == (255,) * 3


def test_sizes_from_one_pixel_to_strips():
    assert read_image(encoded(Image.new("RGB", (1, 1), RED))).getpixel((0, 0)) == RED
    strip = Image.new("RGB", (9000, 2), BLUE)
    strip.paste(RED, (4400, 0, 4600, 2))
    cut = read_image(strip)
    assert cut.size == (16, 2) and cut.getpixel((8, 1)) == RED
    assert read_image(strip.transpose(Image.Transpose.TRANSPOSE)).size == (2, 16)


def test_a_large_photo_is_decoded_small():
    photo = encoded(Image.new("RGB", (9000, 6000), RED), "JPEG")
    small = read_image(photo)
    assert small.size == (2250, 1500)
    assert np.abs(np.subtract(small.getpixel((5, 5)), RED)).max() < 4


def test_photos_come_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    assert read_image(encoded(Image.new("RGB", (40, 20)), "JPEG", exif=exif)).size == (20, 40)


def png_that_claims(width, height):
    def chunk(kind, data):
        body = kind + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no known format"),
        (b"GIF89a, or so it says", "."),
        (b"not an image at all" * 20, "no known format"),
        (encoded(Image.effect_noise((90, 90), 50), "JPEG")[:2000], "truncated"),
        (encoded(Image.effect_noise((90, 90), 50))[:2000], "."),
        (png_that_claims(9000, 9000), "too large: 9000 x 9000"),
        (png_that_claims(60000, 60000), "exceeds limit"),
        (Image.fromarray(np.array([[np.nan]], dtype=np.float32)), "not finite"),
    ],
)
def test_what_cannot_be_read_says_why(data, reason):
    with pytest.raises(UnreadableImage, match=reason) as caught:
        read_image(data)
    assert str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UnreadableImage, match="No such file"):
        read_image(tmp_path / "gone.png")


class Hub(http.server.BaseHTTPRequestHandler):
    """As much of the Hugging Face hub's interface as reading one dataset takes."""

    file, asked = b"", []

    def log_message(self, *args):
        pass

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        path = self.path.partition("?")[0]
        Hub.asked.append(path)
        commit, name = "c" * 40, "data/train-00000-of-00001.parquet"
        about = {"id": "someone/tiny", "sha": commit, "private": False, "downloads": 0, "tags": []}
        about |= {"likes": 0, "siblings": [{"rfilename": name}]}
        entry = {"type": "file", "path": name, "size": len(self.file), "oid": "e" * 40}
        folder = {"type": "directory", "path": "data", "size": 0, "oid": "d" * 40}
        if path.endswith(name):
            return self.answer(self.file, ETag='"e"', **{"X-Repo-Commit": commit})
        if "/tree/" in path:
            inside = path.rstrip("/").endswith("/data") or "recursive=true" in self.path.lower()
            return self.answer(json.dumps([entry] if inside else [folder]).encode())
        if path.endswith("/paths-info/" + commit):
            return self.answer(json.dumps([]).encode())
        if path.startswith("/api/datasets/someone/tiny"):
            return self.answer(json.dumps(about).encode())
        self.send_response(404)
        self.send_header("X-Error-Code", "EntryNotFound")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def answer(self, body: bytes, **headers):
        part = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        total = len(body)
        if part:
            first, last = int(part[1]), int(part[2] or total - 1)
            body = body[first : last + 1]
            headers["Content-Range"] = f"bytes {first}-{first + len(body) - 1}/{total}"
        self.send_response(206 if part else 200)
        for name, value in {
            **headers,
            "Content-Length": len(body),
            "Accept-Ranges": "bytes",
        }.items():
            self.send_header(name, str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


STREAMED = """
from t2b_lib.representation import hub_images
stream = hub_images("someone/tiny", streaming=True)
print(stream.classes, [label for _, label in stream], stream.name)
print([label for _, label in stream.sample(3, seed=2)])
"""


def test_streaming_by_repository(parquet, tmp_path):
    """The hub's address is fixed when its package is imported, hence a process of its own."""
    Hub.file, Hub.asked = parquet.read_bytes(), []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = os.environ | {
        "HF_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
        "HF_HOME": str(tmp_path / "home"),
        "HF_HUB_DISABLE_XET": "1",
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    try:
        run = subprocess.run(
            [sys.executable, "-c", STREAMED], env=environment, capture_output=True, text=True
        )
    finally:
        server.shutdown()
    assert run.returncode == 0, run.stderr[-3000:] + "\n".join(Hub.asked)
    first, sample = run.stdout.strip().splitlines()
    expected = (("red_one", "blue"), ["red one", "blue"] * 5, "someone/tiny")
    assert first == " ".join(map(str, expected))
    assert sample.count("'") == 6
    assert not list((tmp_path / "home").rglob("*.parquet"))
