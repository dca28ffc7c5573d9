"""The table of the Taskonomy release, and the script that makes it from the release's pickles."""

import importlib
import os
import pickle
import pickletools
import struct
import subprocess
import sys
from importlib.resources import files

import numpy as np
import pytest
from conftest import ROOT

from t2b_lib.affinity import load_affinities, load_win_rates, read_measured, task_attributes
from t2b_lib.data import read_table

TASKS = list(read_table("taskonomy_tasks")["release"])
SOURCE_ONLY = ["Colorization", "Inpainting", "Jigsaw-Puzzle"]


@pytest.fixture(scope="module")
def script():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "scripts")
        yield importlib.import_module("make_taskonomy_table")


def as_released(table) -> bytes:
    """A pickle like the release's: protocol 3, NumPy scalars under their old names."""
    scalars = {key: np.float64(value) for key, value in table.items()}
    return pickle.dumps(scalars, protocol=3).replace(b"numpy._core.", b"numpy.core.")


# The table that ships


@pytest.mark.parametrize(("variant", "highest"), [("main", 2), ("1k", 4), ("16k", 24)])
def test_affinities_of_the_release(variant, highest):
    affinities = load_affinities(variant=variant, order=None)
    assert list(affinities.names) == list(task_attributes().index)
    missing = np.isnan(affinities.relation)
    assert missing.sum() == 75
    assert [affinities.names[i] for i in np.flatnonzero(missing.all(axis=0))] == SOURCE_ONLY
    assert "550 measured cells" in repr(affinities)

    table = affinities.transfers
    assert table["order"].max() == highest
    assert (table["sources"].map(len) == table["order"]).all()
    assert not table.duplicated(["sources", "target"]).any()
    first = load_affinities(variant=variant).transfers
    assert len(first) == 22 * 25
    assert set(first["order"]) == {1}
    for row in first.sample(40, random_state=0).itertuples():
        i, j = (affinities.names.index(name) for name in (row.sources[0], row.target))
        # The row of the target itself is full supervision, the diagonal its own frozen network.
        assert (affinities.relation[i, j] == row.affinity) == (i != j)


@pytest.mark.parametrize("variant", ["main", "16k"])
def test_win_rates_of_the_release(variant):
    rates = load_win_rates(variant=variant, order=None)
    transfers = load_affinities(variant=variant, order=None).transfers
    both = transfers.merge(rates, on=["sources", "target"], how="left", validate="1:1")
    assert both[["gain", "quality"]].notna().all(axis=None)
    supervised = both["sources"].str[0].eq(both["target"]) & both["order_x"].eq(1)
    assert supervised.sum() == 22
    assert (both.loc[supervised, "quality"] == 0.5).all()
    # Affinities rank a target's transfers much as their gain over training from scratch does.
    by_target = both.groupby("target")[["affinity", "gain"]].corr("spearman").xs("gain", level=1)
    assert by_target["affinity"].median() > 0.8


def test_both_loaders_take_the_same_arguments():
    affinities, rates = (load("measured", "main", 2) for load in (load_affinities, load_win_rates))
    columns = ["sources", "target", "order"]
    assert affinities.transfers[columns].equals(rates[columns])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"source": "elsewhere"}, "source must be one of 'release', 'measured', not 'elsewhere'"),
        ({"variant": "2k"}, "variant must be one of 'main', '1k', '16k', not '2k'"),
        ({"source": "measured", "variant": "1k"}, "measured transfers must be one of 'main'"),
        ({"order": 0}, "order must be a whole number or None from 1"),
        ({"data_dir": "folder"}, 'data_dir is for source="measured"'),
    ],
)
def test_arguments_that_do_not_fit(arguments, message):
    with pytest.raises(ValueError, match=message):
        load_affinities(**arguments)


def test_win_rates_of_the_1k_variant_are_not_offered():
    with pytest.raises(ValueError, match="'main', '16k', not '1k'"):
        load_win_rates(variant="1k")


def test_a_folder_without_measured_tables(tmp_path):
    for load in (load_affinities, load_win_rates):
        with pytest.raises(FileNotFoundError, match=r"measured_affinities\.csv does not exist"):
            load("measured", data_dir=tmp_path)


def test_the_licence_ships_with_the_numbers():
    folder = files("t2b_lib.data")
    licence = (folder / "TASKONOMY_LICENCE.txt").read_text(encoding="utf-8")
    assert "MIT License" in licence
    assert "Permission is hereby granted" in licence
    assert "TASKONOMY_LICENCE.txt" in (folder / "README.md").read_text(encoding="utf-8")


# From the pickles to the table


def test_rows_of_a_little_release(script):
    table = {
        "edge2d__autoencoder__denoise": 0.1,
        "self__denoise": 0.2,
        "denoise__denoise": 0.3,
        "random__denoise": 0.4,
        "random__edge2d__denoise": 0.5,
        "pixels__denoise": 0.6,
    }
    names = script.task_names("main")
    assert list(names) == TASKS
    auto, edge, noise = (TASKS.index(name) for name in ("autoencoder", "edge2d", "denoise"))
    assert script.rows(table, names) == {
        (noise, 2, (auto, edge)): 0.1,
        (noise, 0, (noise,)): 0.2,
        (noise, 1, (noise,)): 0.3,
    }
    assert "class_places" in script.task_names("16k")


def test_only_the_released_files_are_read(script, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no all_affinities\.pkl"):
        script.find("all_affinities.pkl", tmp_path)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "all_affinities.pkl").write_bytes(as_released({"edge2d__denoise": 1.0}))
    with pytest.raises(ValueError, match="is not the released file"):
        script.find("all_affinities.pkl", tmp_path)


@pytest.fixture
def taskonomy_dir(shared_dir):
    if not (shared_dir / "taskonomy").is_dir():
        pytest.skip("no release of Taskonomy in the folder of materials")
    return shared_dir / "taskonomy"


def test_the_shipped_table_is_what_the_script_makes(taskonomy_dir, tmp_path):
    command = [ROOT / "scripts" / "make_taskonomy_table.py", taskonomy_dir, "--out", tmp_path]
    subprocess.run([sys.executable, *command], check=True)
    made = (tmp_path / "taskonomy_release.csv").read_bytes()
    assert made == (files("t2b_lib.data") / "taskonomy_release.csv").read_bytes()


def test_the_restricted_reader_reads_the_same(script, taskonomy_dir):
    """As the pickles' instructions say, none of which is run here."""
    for name in script.SHA256:
        path = script.find(name, taskonomy_dir)
        instructions = list(pickletools.genops(path.read_bytes()))
        keys = [x for op, x, _ in instructions if op.name == "BINUNICODE" and "__" in x]
        numbers = [x for op, x, _ in instructions if op.name == "SHORT_BINBYTES"]
        numbers = np.frombuffer(b"".join(numbers), "<f8").tolist()
        assert script.read_pickle(path) == dict(zip(keys, numbers, strict=True))


# Pickles that try to do more


class Call:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def table_of(dtype: bytes, data: bytes) -> bytes:
    """The instructions of a table of one number, as in the release."""
    key = b"X\x0f\x00\x00\x00edge2d__denoise"
    return b"\x80\x03}" + key + b"cnumpy.core.multiarray\nscalar\n" + dtype + data + b"\x86Rs."


FLOAT64 = (
    b"cnumpy\ndtype\nX\x02\x00\x00\x00f8K\x00K\x01\x87R"
    b"(K\x03X\x01\x00\x00\x00<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
)
EIGHTH = b"C\x08" + struct.pack("<d", 0.125)


@pytest.fixture
def trap(tmp_path):
    """A file that no pickle below may create, and the shell command that would."""
    path = tmp_path / "trap"
    yield path, f"touch {path}"
    assert not path.exists()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("wrap", ["bare", "value", "key", "nested", "scalar data"])
def test_a_pickle_cannot_run_a_command(script, tmp_path, trap, protocol, wrap):
    path, command = trap
    for call in (
        Call(os.system, command),
        Call(eval, f"__import__('os').system({command!r})"),
        Call(exec, f"open({str(path)!r}, 'w')"),
        Call(getattr, "text", "upper"),
        Call(__import__, "os"),
    ):
        body = {
            "bare": call,
            "value": {"edge2d__denoise": call},
            "key": {call: 0.5},
            "nested": {"edge2d__denoise": [0.5, ({"deep": call},)]},
            "scalar data": {"edge2d__denoise": Call(np.float64(0).__reduce__()[0], call, b"")},
        }[wrap]
        file = tmp_path / "table.pkl"
        # From protocol 4 on names carry their length, which the replacement would belie.
        content = pickle.dumps(
            body, protocol=min(protocol, 3) if wrap == "scalar data" else protocol
        )
        file.write_bytes(content.replace(b"numpy._core.", b"numpy.core."))
        with pytest.raises(ValueError, match="was not read: it asks for"):
            script.read_pickle(file)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"cnumpy.core.multiarray\n_reconstruct\n.", id="another function of numpy"),
        pytest.param(b"cnumpy\ndtype.__class__\n.", id="dotted name"),
        pytest.param(b"\x80\x04\x8c\x05numpy\x8c\x04load\x93.", id="stack global"),
        pytest.param(b"(S'touch trap'\nios\nsystem\n.", id="inst"),
        pytest.param(
            table_of(FLOAT64.replace(b"\x02\x00\x00\x00f8", b"\x01\x00\x00\x00O"), EIGHTH),
            id="objects",
        ),
        pytest.param(table_of(b"N", EIGHTH), id="number without a type"),
        pytest.param(table_of(FLOAT64, b"C\x04half"), id="half a number"),
        pytest.param(table_of(FLOAT64.replace(b"<", b">"), EIGHTH), id="byte order"),
        pytest.param(
            b"\x80\x03cnumpy.core.multiarray\nscalar\n(N}X\x04\x00\x00\x00nameNstb.",
            id="attributes of the number class",
        ),
        pytest.param(
            b"\x80\x03cnumpy\ndtype\n(N}X\x04\x00\x00\x00nameNstb.",
            id="attributes of the type class",
        ),
        pytest.param(b"\x80\x03Pout of band\n.", id="persistent id"),
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>404</html>", id="web page"),
        pytest.param(pickle.dumps([0.5]), id="no dictionary"),
        pytest.param(pickle.dumps({"edge2d": 0.5}), id="no transfer"),
        pytest.param(pickle.dumps({"edge2d__denoise": float("nan")}), id="not a number"),
        pytest.param(pickle.dumps({"edge2d__denoise": 1.5}), id="no share"),
        pytest.param(pickle.dumps({"edge2d__denoise": "0.5"}), id="text"),
    ],
)
def test_anything_but_a_table_is_refused(script, tmp_path, content):
    file = tmp_path / "table.pkl"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"table\.pkl is no table"):
        script.read_pickle(file)
    assert not hasattr(script._Scalar, "name") and not hasattr(script._Float64, "name")


@pytest.mark.parametrize(
    "content", [as_released({"edge2d__denoise": 0.125}), table_of(FLOAT64, EIGHTH)]
)
def test_a_sound_table_is_read(script, tmp_path, content):
    file = tmp_path / "table.pkl"
    file.write_bytes(content)
    table = script.read_pickle(file)
    assert table == {"edge2d__denoise": 0.125}
    assert type(table["edge2d__denoise"]) is float


def test_a_truncated_table_is_refused(script, tmp_path):
    content = as_released({f"{task}__denoise": 0.25 for task in TASKS[:3]})
    file = tmp_path / "table.pkl"
    for end in range(len(content)):
        file.write_bytes(content[:end])
        with pytest.raises(ValueError, match="is no table"):
            script.read_pickle(file)
    file.write_bytes(content)
    assert len(script.read_pickle(file)) == 3


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("affinities", lambda lines: lines[: len(lines) // 2]),
        ("affinities", lambda lines: lines[:5] + lines[6:]),
        ("affinities", lambda lines: [lines[0], lines[1].replace(",0.", ",900."), *lines[2:]]),
        ("affinities", lambda lines: [*lines, lines[1]]),
        ("affinities", lambda lines: ["a,b", "1,2"]),
        ("win_rates", lambda lines: lines[: len(lines) // 2]),
        ("win_rates", lambda lines: lines[:5] + lines[6:]),
        ("win_rates", lambda lines: [*lines[:3], lines[3].replace(",0.", ",900."), *lines[4:]]),
        ("win_rates", lambda lines: [*lines[:3], lines[3].replace(",0.", ",x."), *lines[4:]]),
        ("win_rates", lambda lines: lines[:1]),
    ],
)
def test_a_damaged_measured_table_is_refused(tmp_path, name, damage):
    source = ROOT / "t2b_lib" / "data" / f"measured_{name}.csv"
    path = tmp_path / source.name
    path.write_text("\n".join(damage(source.read_text().splitlines())) + "\n")
    with pytest.raises(ValueError, match=rf"measured_{name}\.csv is damaged"):
        read_measured(name, tmp_path)
