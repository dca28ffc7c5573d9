"""The measurement of transfers: readouts trained together, and runs that stop and go on."""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
import torch
from conftest import ROOT
from torch._subclasses.fake_tensor import FakeTensorMode
from tqdm import tqdm

from t2b_lib.affinity import load_affinities, read_about, read_measured, read_win_rates
from t2b_lib.store import load_checked
from t2b_rooms import measure, results
from t2b_rooms.__main__ import SHIPPED, main
from t2b_rooms.networks import (
    CELLS,
    CHANNELS,
    SIDE,
    Readouts,
    encode,
    make_encoder,
    seed_of,
)

TASKS = ["Depth", "Edge-2D", "Point-Matching", "Scene-Classification"]


def files_of(folder) -> dict:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*.safetensors")}


# Networks


def test_code_of_several_views():
    encoder = make_encoder(0).eval()
    pictures = torch.randint(0, 256, (2, 5, 3, 64, 64), dtype=torch.uint8)
    code = encode(encoder, list(pictures))
    assert code.shape == (5, CELLS, 2 * CHANNELS)
    second = encoder(pictures[1].float() / 127.5 - 1)
    assert second.shape == (5, CHANNELS, SIDE, SIDE)
    torch.testing.assert_close(code[..., CHANNELS:], second.flatten(2).mT, rtol=1e-4, atol=1e-5)


def test_a_readout_of_maps_puts_each_patch_at_its_place():
    """Compared with the same computation by convolutions."""
    readout = Readouts(6, channels=3, dense=True, hidden=8, seeds=[1, 2])
    codes = torch.randn(2, 4, CELLS, 6)
    maps = readout(codes)
    assert maps.shape == (2, 4, 3, 32, 32)
    for k in range(2):
        image = codes[k].mT.reshape(4, 6, SIDE, SIDE)
        bias = readout.bias[k].T.reshape(1, 8, SIDE, SIDE)
        context = image.mean((2, 3)) @ readout.context[k]
        hidden = torch.nn.functional.conv2d(image, readout.first[k].T[..., None, None])
        hidden = (hidden + bias + context[..., None, None]).relu()
        last = torch.nn.functional.conv2d(hidden, readout.last[k].T[..., None, None])
        expected = torch.nn.functional.pixel_shuffle(last, 4)
        torch.testing.assert_close(maps[k], expected, rtol=1e-4, atol=1e-5)


def test_seeds_are_the_same_everywhere():
    assert seed_of(0, "readout", "Depth") == 1771452629
    assert seed_of(0, "a", "b") != seed_of(0, "ab")


def on_a_gpu(network):
    """The network with weights on cuda:0; a fake mode keeps shapes and devices only."""
    for module in network.modules():
        for tensors in (module._parameters, module._buffers):
            for name, value in tensors.items():
                if value is None:
                    continue
                tensors[name] = torch.empty(value.shape, dtype=value.dtype, device="cuda:0")
    return network


@pytest.mark.parametrize("name", measure.TASKS)
def test_networks_run_on_one_device(name):
    """Every task's forward pass and loss; a GPU is not needed to find a tensor on the CPU."""
    task = measure.TASKS[name]
    views = len(task.inputs)
    encoder = make_encoder(0)
    readouts = Readouts(views * CHANNELS, task.channels, task.dense, 8, [1, 2])
    values = () if task.kind == "classes" else (task.channels,)
    shape = (5, *values, *((32, 32) if task.dense else ()))
    with FakeTensorMode():
        picture = torch.empty(5, 3, 64, 64, dtype=torch.uint8, device="cuda:0")
        code = encode(on_a_gpu(encoder), [picture] * views)
        predicted = on_a_gpu(readouts)(torch.stack([code, code]))
        loss = task.loss(predicted, torch.empty(shape, device="cuda:0"))
        assert (loss.shape, loss.device.type) == ((2, 5), "cuda")
        with pytest.raises(RuntimeError, match="device"):
            readouts(torch.stack([code, code]).cpu())


# Readouts trained together


@pytest.fixture(scope="module")
def seed(tmp_path_factory):
    """A seed with encoders that are not trained, to save time."""
    folder = tmp_path_factory.mktemp("seed")
    settings = measure._settle(folder, "test", tuple(TASKS), [0])
    seed = measure._Seed(folder, settings, 0, torch.device("cpu"), tqdm(disable=True))
    seed._encoder = lambda name: make_encoder(seed_of(name)).eval()
    return seed


@pytest.mark.parametrize("target", TASKS)
@pytest.mark.parametrize("order", [1, 2])
def test_readouts_trained_together_are_those_trained_alone(seed, target, order):
    sources = [("Depth",), ("Edge-2D",), ("Point-Matching",)]
    if order == 2:
        sources = [("Depth", "Edge-2D"), ("Depth", "Point-Matching")]
    losses, validation = seed._train_readouts(target, sources)
    assert losses.shape == (len(sources), seed.size.test)
    for k, source in enumerate(sources):
        alone, its_validation = seed._train_readouts(target, [source])
        torch.testing.assert_close(losses[[k]], alone, rtol=1e-3, atol=1e-4)
        torch.testing.assert_close(validation[[k]], its_validation, rtol=1e-3, atol=1e-4)
    assert not torch.allclose(losses[0], losses[1], rtol=1e-3, atol=1e-4)


def test_the_epoch_with_the_lowest_validation_loss_is_kept(seed, monkeypatch):
    """Validated on the test images, the losses of the kept epoch are the lowest of all epochs."""
    seen, task, scenes = [], measure.TASKS["Scene-Classification"], seed.scenes

    def loss(prediction, target):
        found = task.loss(prediction, target)
        if len(target) == seed.size.test:
            seen.append(found.mean(-1))
        return found

    monkeypatch.setitem(measure.TASKS, "Scene-Classification", replace(task, loss=loss))
    monkeypatch.setattr(scenes, "validation", scenes.test)
    monkeypatch.setattr(seed, "size", replace(seed.size, transfer_epochs=12))
    monkeypatch.setitem(measure._TRAINING, "readout", (0.3, 32))
    losses, validation = seed._train_readouts(
        "Scene-Classification", [("Depth",), ("Edge-2D",), ("Point-Matching",)]
    )
    epochs = torch.stack(seen[:-1])
    assert len(epochs) == 12
    assert epochs.argmin(0).min() < 11, "the last epoch is the best of all: nothing is tested"
    torch.testing.assert_close(validation, epochs.min(0).values)
    torch.testing.assert_close(losses.mean(-1), validation)


# The command


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """The folder of a run through the command line that is killed and continued."""
    folder = tmp_path_factory.mktemp("run") / "rooms"
    command = ["run", "--out", str(folder), "--size", "test", "--seeds", "0", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "t2b_rooms", *command],
        stderr=subprocess.PIPE,
    )
    give_up = time.monotonic() + 120
    while len(files_of(folder)) < 6 and process.poll() is None and time.monotonic() < give_up:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    said = process.communicate()[1].decode()
    before = files_of(folder)
    assert len(before) >= 6, f"the run did not get far enough to be killed: {said}"
    assert main(command) == 0
    after = files_of(folder)
    assert len(after) == 2 * (1 + 3 * 4)
    assert all(after[path] == changed for path, changed in before.items())
    return folder


def test_a_finished_run_is_not_done_again(measured, monkeypatch):
    before = files_of(measured)
    monkeypatch.setattr(measure, "make_dataset", None)
    measure.run(measured, "test", [0, 1], progress=False)
    assert files_of(measured) == before


@pytest.mark.parametrize("damage", ["cut", "changed", "gone"])
def test_a_damaged_file_is_made_again_with_the_same_content(measured, damage, capsys):
    path = measure.result_file(measured, 1, "transfers", "Surface-Normal")
    key = measure.result_key(measure.read_settings(measured), 1, "transfers", "Surface-Normal")
    # What is loaded is mapped from the file that is damaged here.
    whole = {name: tensor.clone() for name, tensor in load_checked(path, key)[0].items()}
    before = files_of(measured)
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(content[:-40] if damage == "cut" else content[:-4] + b"\1\2\3\4")
    assert main(["run", "--out", str(measured), "--size", "test", "--seeds", "0", "1"]) == 0
    assert {p for p, changed in files_of(measured).items() if before[p] != changed} == {path}
    again = load_checked(path, key)[0]
    for name, tensor in whole.items():
        torch.testing.assert_close(again[name], tensor, rtol=1e-3, atol=1e-4)
    assert ("is made again" in capsys.readouterr().out) == (damage != "gone")


def test_tables_of_a_run(measured, tmp_path, capsys):
    assert main(["table", "--out", str(measured), "--to", str(tmp_path)]) == 0
    assert "Surface-Normal" in capsys.readouterr().out
    few = list(measure.FEW_TASKS)

    rates = read_win_rates(tmp_path)
    assert list(rates) == few
    table = read_measured("affinities", tmp_path)
    for target, of_target in rates.items():
        # Four tasks, two rivals, and the pair of the best two others.
        assert of_target.rates.shape == (7, 7)
        rows = table[table["target"] == target].set_index("sources")
        ours = rows[rows["order"] == 1]["affinity"]
        assert ours.to_numpy() == pytest.approx(of_target.affinities(1)[few].to_numpy(), rel=1e-5)

    affinities = load_affinities("measured", order=None, data_dir=tmp_path)
    assert affinities.names == tuple(few)
    assert affinities.relation.shape == (4, 4)
    # Three others, full supervision and one pair.
    assert len(affinities.transfers) == 4 * 5
    about = read_about(tmp_path)
    assert about["seeds"] == [0, 1]
    assert about["command"].endswith("--size test --seeds 0 1")


def test_the_win_rates_are_those_of_the_losses_kept(measured):
    """One cell, of two sources on the images of both seeds, computed again from the files."""
    settings = measure.read_settings(measured)
    wins = []
    for seed in (0, 1):
        path = measure.result_file(measured, seed, "transfers", "Depth")
        losses = load_checked(path, measure.result_key(settings, seed, "transfers", "Depth"))[0]
        first, last = losses["losses"][0], losses["losses"][3]
        wins.append((first < last).float().mean() + (first == last).float().mean() / 2)
    rates = results.make_tables(measured)["win_rates"]
    row = rates[(rates["target"] == "Depth") & (rates["contender"] == "Depth")]
    assert row["4"].item() == pytest.approx(torch.stack(wins).mean().item(), abs=6e-5)


def test_a_seed_added_later_combines_the_same_sources(measured, tmp_path):
    settings = measure.read_settings(measured)
    pairs = measure.best_pairs(measured, settings, "Depth")
    assert len(pairs) == 1
    assert "Depth" not in pairs[0]
    path = measure.result_file(measured, 1, "pairs", "Depth")
    assert load_checked(path, measure.result_key(settings, 1, "pairs", "Depth", pairs))
    with pytest.raises(ValueError, match="measure seed 7 first"):
        measure.best_pairs(measured, settings | {"pairs_of_seed": 7}, "Depth")


def test_other_settings_are_refused(measured, tmp_path, capsys):
    command = ["run", "--out", str(measured), "--seeds", "0"]
    assert main([*command, "--size", "test", "--tasks", "Depth", "Autoencoder"]) == 1
    assert "other settings ('tasks')" in capsys.readouterr().err
    assert main([*command, "--size", "small", "--tasks", *measure.FEW_TASKS]) == 1
    assert "other settings ('size'" in capsys.readouterr().err
    (tmp_path / "notes.txt").write_text("not a measurement")
    assert main(["run", "--out", str(tmp_path), "--size", "test"]) == 1
    assert "is not empty" in capsys.readouterr().err


def test_a_run_with_other_scenes_is_refused(measured, tmp_path, monkeypatch):
    import shutil

    folder = tmp_path / "copy"
    shutil.copytree(measured, folder)
    measure.result_file(folder, 0, "network", "Depth").unlink()
    other = measure.make_dataset
    monkeypatch.setattr(measure, "make_dataset", lambda n, seed, **more: other(n, seed + 1, **more))
    with pytest.raises(ValueError, match="was measured on other scenes"):
        measure.run(folder, "test", [0], progress=False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"tasks": ["Depth", "Cooking"]}, "no such task: 'Cooking'; there are 'Autoencoder'"),
        ({"tasks": ["Depth"]}, "at least two tasks, got 'Depth'"),
        ({"seeds": []}, "seeds must be whole numbers"),
        ({"seeds": [-1]}, "seeds must be whole numbers"),
        ({"size": "huge"}, "size must be one of 'test', 'small', 'full', not 'huge'"),
    ],
)
def test_bad_arguments(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        measure.run(tmp_path / "new", **arguments)
    assert not (tmp_path / "new").exists()


def test_the_tables_go_where_the_library_reads_them():
    assert (SHIPPED / "measured.json").is_file()


def test_the_library_does_not_import_the_rooms():
    for path in (ROOT / "t2b_lib").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(from|import) t2b_rooms", source, re.MULTILINE), path


def test_a_folder_without_a_finished_seed_makes_no_tables(tmp_path, capsys):
    assert main(["table", "--out", str(tmp_path)]) == 1
    assert "holds no measurement" in capsys.readouterr().err
    measure._settle(tmp_path / "new", "test", ("Depth", "Edge-2D"), [0])
    os.mkdir(tmp_path / "new" / "seed0")
    assert main(["table", "--out", str(tmp_path / "new")]) == 1
    assert "no seed" in capsys.readouterr().err
