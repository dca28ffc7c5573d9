"""The extraction over a cluster: a local one of two processes, one of which gets killed."""

import functools
import os
import signal
import threading
import time

import numpy as np
import pytest
import torch
from PIL import Image

from t2b_lib.cluster import Cluster
from t2b_lib.representation import extract, extraction, hub_images, image_folder

ray = pytest.importorskip("ray")


class SlowEncoder:
    """Mean colours and text lengths, slowly; notes each batch in a file named by the process."""

    device = torch.device("cpu")

    def __init__(self, notes, pause=0.0, shard=10):
        # The size of shards is a setting of the library's that tests make small.
        extraction.SHARD = shard
        self.notes, self.pause = notes, pause
        self.identity = {"encoder": "slow"}

    def spatial(self, image):
        return torch.from_numpy(np.array(image.resize((2, 2)))).permute(2, 0, 1)

    def encode_images(self, pixels):
        with open(os.path.join(self.notes, str(os.getpid())), "a") as file:
            file.write(f"{len(pixels)}\n")
        time.sleep(self.pause)
        return pixels.float().mean(dim=(2, 3))

    def encode_texts(self, texts):
        return torch.tensor([[float(len(text))] for text in texts])


@pytest.fixture(scope="module")
def cluster():
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        log_to_driver=False,
        # Workers have to find this file's encoder.
        runtime_env={"env_vars": {"PYTHONPATH": os.path.dirname(__file__)}},
    )
    yield
    ray.shutdown()


@pytest.fixture
def images(tmp_path, monkeypatch):
    """64 images of noise in four classes: seven shards of ten."""
    monkeypatch.setattr(extraction, "SHARD", 10)
    noise = np.random.default_rng(0)
    for name in "abcd":
        (tmp_path / "images" / name).mkdir(parents=True)
        for i in range(16):
            pixels = noise.integers(0, 255, (2, 2, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "images" / name / f"{i:02}.png")
    (tmp_path / "notes").mkdir()
    return image_folder(tmp_path / "images")


def images_done(folder) -> dict[int, int]:
    """How many images each process began."""
    return {
        int(file.name): sum(int(line) for line in file.read_text().split())
        for file in folder.iterdir()
    }


def test_two_processes_find_what_one_does_though_one_is_killed(cluster, images, tmp_path):
    notes = tmp_path / "notes"
    bad = next(images.items(33))
    (tmp_path / "images" / bad.name).write_bytes(b"no image")
    images = image_folder(tmp_path / "images")
    ask = {"vectors": True, "progress": False, "batch_size": 2}
    killed = []

    def kill_one():
        while not killed:
            time.sleep(0.02)
            busy = [pid for pid, done in images_done(notes).items() if done >= 14]
            if busy:  # in the middle of its second shard
                os.kill(busy[0], signal.SIGKILL)
                killed.append(busy[0])

    assassin = threading.Thread(target=kill_one, daemon=True)
    assassin.start()
    slow = functools.partial(SlowEncoder, str(notes), 0.2)
    with pytest.warns(UserWarning, match="1 of 64 images"):
        found = extract(images, slow, cluster=Cluster(workers=2), cache=tmp_path / "kept", **ask)
    assert killed
    done = images_done(notes)
    assert len(done) == 3  # another process took its place
    assert sum(done.values()) > 63  # and did its shard again
    assert [(s.index, s.name) for s in found.skipped] == [(33, bad.name)]

    quick = SlowEncoder(str(notes))
    with pytest.warns(UserWarning, match="1 of 64 images"):
        alone = extract(images, quick, cache=False, **ask)
    torch.testing.assert_close(found.features(), alone.features(), rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(found.vectors, alone.vectors, rtol=1e-5, atol=1e-5)
    assert torch.equal(found.targets, alone.targets)
    assert torch.equal(found.moments.count, alone.moments.count)

    # The cache is the same one: nothing is left to do.
    before = sum(images_done(notes).values())
    with pytest.warns(UserWarning, match="1 of 64 images"):
        extract(images, quick, cache=tmp_path / "kept", **ask)
    assert sum(images_done(notes).values()) == before


def test_a_stream_is_for_one_process(cluster, images, tmp_path, monkeypatch):
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "hf")
    stream = hub_images(tmp_path / "images", streaming=True, classes=list("abcd"))
    with pytest.raises(ValueError, match="streaming=False"):
        extract(stream, SlowEncoder, cluster=Cluster())
