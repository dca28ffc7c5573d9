"""Files that are there whole or not at all."""

import os

import pytest

from t2b_lib.store import write_whole


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
