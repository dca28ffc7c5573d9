"""A reader's own images: a zip file, a folder, an id of the hub; and the chapters' last cells."""

import zipfile
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest
import torch
from conftest import ROOT
from PIL import Image

import t2b_lib as t2b
from t2b_lib import plots, representation
from t2b_lib.representation import own, own_images


@pytest.fixture
def folder(tmp_path):
    for name, colour in {"cats": "red", "dogs": "blue"}.items():
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(3):
            Image.new("RGB", (8, 8), colour).save(tmp_path / "photos" / name / f"{number}.png")
    return tmp_path / "photos"


@pytest.fixture
def archive(folder):
    path = folder.with_name("photos.zip")
    with zipfile.ZipFile(path, "w") as zipped:
        for file in folder.rglob("*.png"):
            zipped.write(file, f"top/{file.relative_to(folder)}")
    return path


def test_a_zip_file_gives_what_the_folder_gives(folder, archive):
    for images in (own_images(folder), own_images(str(archive))):
        assert images.classes == ("cats", "dogs") and len(images) == 6
    assert sorted(p.name for p in folder.parent.iterdir()) == [
        "photos",
        "photos.unpacked",
        "photos.zip",
    ]


def test_a_zip_file_is_unpacked_once_and_again_when_it_is_newer(archive):
    own_images(archive)
    unpacked = archive.with_name("photos.unpacked")
    (unpacked / "top" / "cats" / "0.png").unlink()
    assert len(own_images(archive)) == 5
    with zipfile.ZipFile(archive, "a") as zipped:
        zipped.writestr("top/new/mark.txt", "")
    archive.touch()
    assert len(own_images(archive)) == 6


def test_an_id_is_read_from_the_hub(monkeypatch):
    asked = []
    monkeypatch.setattr(own, "hub_images", asked.append)
    own_images("ethz/food101")
    assert asked == ["ethz/food101"]


@pytest.mark.parametrize("source", ["nowhere.zip", "some/where.zip", "a/b/c", "nowhere", ""])
def test_what_is_not_there(source, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if not source:
        source = "~/no such folder"
    with pytest.raises(FileNotFoundError, match="no such zip file or folder, and no id"):
        own_images(source)


def test_a_file_that_is_no_zip(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"no zip")
    with pytest.raises(ValueError, match=r"a\.zip cannot be unpacked as a zip file"):
        own_images(tmp_path / "a.zip")
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]


def test_a_member_cannot_leave_the_folder(archive, tmp_path):
    with zipfile.ZipFile(archive, "a") as zipped:
        zipped.writestr("../../outside.png", b"")
    own_images(archive)
    assert not list(tmp_path.glob("outside.png")) and not list(tmp_path.parent.glob("outside.png"))


def test_a_zip_file_larger_than_the_disk(archive, monkeypatch):
    class Full:
        free = 10

    monkeypatch.setattr(own.shutil, "disk_usage", lambda _: Full)
    with pytest.raises(OSError, match=r"the disk has 0\.0 GB"):
        own_images(archive)
    assert not archive.with_name("photos.unpacked").exists()


def test_it_is_part_of_the_library():
    assert representation.own_images is own_images


def last_cell(chapter, **given):
    """Run a chapter's last cell with a reader's data, among what the chapter has made before."""
    source = nbformat.read(ROOT / "book" / f"{chapter}.ipynb", as_version=4).cells[-1].source
    exec(compile(source, chapter, "exec"), names := dict(given))  # without data, it does nothing
    assert set(names) - set(given) <= {"yours", "kept", "__builtins__"}
    source = source.replace('yours = ""', f"yours = {given['yours']!r}")
    source = source.replace('yours, kept = "", True', f"yours, kept = {given['yours']!r}, kept")
    names = {"t2b": t2b, "pd": pd, "plots": plots, "torch": torch, "seed": 0, **given}
    names |= {"device": "cpu", "representation": representation, "epochs": 5, "profile": "quick"}
    exec(compile(source, chapter, "exec"), names)
    return names


def test_boxes_of_ones_own_classes(archive, tmp_path):
    seen = {}

    def learn(shares, start, steps):
        seen.update(shares=shares)
        return [t2b.Boxes(start, start + 1)]

    last_cell("boxes", yours=str(archive), kept=tmp_path / "kept", learn=learn)
    assert torch.equal(seen["shares"], torch.eye(2))  # no red image is most like a blue one
    assert list((tmp_path / "kept").iterdir())


def test_a_tree_of_ones_own_classes(archive, tmp_path):
    settings = {"epochs": 2, "progress": False}
    names = last_cell("taxonomy", yours=str(archive), kept=tmp_path / "kept", settings=settings)
    assert set(names["tree"].names) == {"photos.unpacked", "cats", "dogs"}


def test_what_ones_own_dataset_is_like(archive, tmp_path):
    shown = []
    names = last_cell(
        "extraction",
        yours=str(archive),
        kept=tmp_path / "kept",
        encoder=representation.EmbeddedEncoder(device="cpu"),
        datasets=SimpleNamespace(names=[f"d{i}" for i in range(7)]),
        average=torch.rand(7, 1664),
        display=shown.append,
    )
    assert len(shown[0]) == 5 and names["whole"].shape == (1664,)


def test_ones_own_classes_on_the_map(archive):
    asked = []
    hub_map = SimpleNamespace(
        place=lambda *about: asked.append(about) or SimpleNamespace(nearest=None)
    )
    last_cell("hub_map", yours=str(archive), hub_map=hub_map, display=lambda _: None)
    assert asked == [(["cats", "dogs"], "photos.unpacked")]


def test_ones_own_affinities(tmp_path):
    table = pd.DataFrame([[1, 0.3, None], [0.2, 1, 0.5], [0.1, 0.9, 1]], list("abc"), list("abc"))
    table.to_csv(tmp_path / "own.csv")
    own = {"device": "cpu", "progress": False}
    yours = str(tmp_path / "own.csv")
    names = last_cell("taskonomy", yours=yours, affinity=t2b.affinity, own=own)
    assert names["own_tasks"].names == ("a", "b", "c") and torch.isnan(names["relation"][0, 2])
