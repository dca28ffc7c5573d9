"""Files that are written whole or not at all, by one process or several."""

import os
import threading
import time

import pytest
import torch

from t2b_lib.store import kept, write_whole


def test_text_and_bytes_are_written_as_they_stand(tmp_path):
    for content, expected in (("a\né", "a\né".encode()), (b"\r\n\0", b"\r\n\0")):
        write_whole(tmp_path / "new" / "file", content)
        assert (tmp_path / "new" / "file").read_bytes() == expected


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    write_whole(tmp_path / "file", "old")

    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="no space left"):
        write_whole(tmp_path / "file", "new")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_two_threads_write_the_same_file_at_once(tmp_path, monkeypatch):
    replace = os.replace

    def interrupted(*paths):
        monkeypatch.setattr(os, "replace", replace)
        other = threading.Thread(target=write_whole, args=(tmp_path / "file", "other"))
        other.start()
        other.join()
        replace(*paths)

    monkeypatch.setattr(os, "replace", interrupted)
    write_whole(tmp_path / "file", "this")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["this"]


@pytest.mark.filterwarnings("ignore:another process works on")
def test_tensors_that_two_need_at_once_are_made_once(tmp_path):
    made, found = [], []

    def make():
        made.append(1)
        time.sleep(0.3)
        return {"x": torch.arange(3)}

    def ask():
        found.append(kept(tmp_path / "x.safetensors", {"n": 3}, make)["x"].tolist())

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1] and found == [[0, 1, 2]] * 2
    assert kept(None, {}, make)["x"].tolist() == [0, 1, 2] and len(made) == 2
