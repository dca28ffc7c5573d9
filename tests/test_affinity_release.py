import builtins
import hashlib
import http.server
import os
import pickle
import pickletools
import socket
import struct
import threading

import numpy as np
import pytest

from t2b_lib.affinity import load_affinities, load_win_rates, release, task_attributes
from t2b_lib.affinity.attributes import release_names

pytest.importorskip("pooch", reason="downloads need the extra 'hub'")

TASKS = list(release_names())
SOURCE_ONLY = {"colorization", "impainting_whole", "jigsaw"}
AFFINITIES = "affinities/all_affinities.pkl"


def as_released(table) -> bytes:
    """A pickle such as the release's: protocol 3, NumPy scalars under their names of old."""
    scalars = {key: np.float64(value) for key, value in table.items()}
    return pickle.dumps(scalars, protocol=3).replace(b"numpy._core.", b"numpy.core.")


def little_release() -> dict:
    """Every first-order transfer and two of second order, with controls, as in the release."""
    targets = [task for task in TASKS if task not in SOURCE_ONLY]
    keys = [f"{s}__{t}" for t in targets for s in [*TASKS, "self", "random"]]
    keys += ["edge2d__autoencoder__denoise", "random__edge2d__denoise"]
    return dict(zip(keys, np.linspace(0.001, 0.5, len(keys)), strict=True))


@pytest.fixture(autouse=True)
def nothing_from_outside(monkeypatch, tmp_path):
    monkeypatch.delenv("T2B_DATA_DIR", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(release, "_cache_dir", lambda: tmp_path / "cache")


def pretend_released(monkeypatch, content, name=AFFINITIES):
    digest = hashlib.sha256(content).hexdigest()
    monkeypatch.setattr(release, "_SHA256", {**release._SHA256, name: digest})


class Server:
    """Answers each request with the next of `bodies` (the last one again and again).

    Of a body whose turn is in `cut` it sends half, then cuts the connection.
    """

    def __init__(self, *bodies, cut=()):
        self.requests = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                turn = min(outer.requests, len(bodies) - 1)
                outer.requests += 1
                body = bodies[turn]
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if turn in cut:
                    self.wfile.write(body[: len(body) // 2])
                    self.wfile.flush()
                    self.connection.shutdown(socket.SHUT_RDWR)
                else:
                    self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_port}/results/"


@pytest.fixture
def start(monkeypatch):
    servers = []

    def start(*bodies, cut=()):
        server = Server(*bodies, cut=cut)
        servers.append(server.http)
        monkeypatch.setattr(release, "_BASE_URL", server.url)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


# The structure of the tables


def test_the_tables_of_a_little_release(monkeypatch, tmp_path):
    table = little_release()
    content = as_released(table)
    pretend_released(monkeypatch, content)
    (tmp_path / "taskonomy").mkdir()
    (tmp_path / "taskonomy" / "all_affinities.pkl").write_bytes(content)

    affinities = load_affinities(order=None, data_dir=tmp_path)
    paper = list(task_attributes().index)
    assert list(affinities.names) == paper
    assert affinities.relation.shape == (25, 25)
    assert np.isnan(affinities.relation).sum() == 75
    for i, source in enumerate(TASKS):
        for j, target in enumerate(TASKS):
            expected = table.get(f"{source}__{target}", np.nan)
            np.testing.assert_equal(affinities.relation[i, j], expected)

    transfers = affinities.transfers.set_index(["sources", "target"])["affinity"]
    assert len(transfers) == 22 * 25 + 1
    assert transfers[("Autoencoder", "Edge-2D"), "Denoising-Autoencoder"] == pytest.approx(
        table["edge2d__autoencoder__denoise"]
    )
    # Full supervision is the release's "self", not the transfer from a task's own encoder.
    assert transfers[("Depth",), "Depth"] == table["self__rgb2depth"]
    assert transfers[("Autoencoder",), "Depth"] == table["autoencoder__rgb2depth"]
    first_order = load_affinities(order=1, data_dir=tmp_path).transfers
    assert len(first_order) == 22 * 25 and set(first_order["order"]) == {1}
    assert "550 measured cells" in repr(affinities)


def test_win_rates_side_by_side(monkeypatch, tmp_path):
    (tmp_path / "taskonomy").mkdir()
    tables = {
        "winrates/wins_vs_pixels.pkl": {"edge2d__rgb2depth": 0.75, "pixels__rgb2depth": 0.5},
        "winrates/wins_vs_task.pkl": {"edge2d__rgb2depth": 0.25, "self__rgb2depth": 0.5},
    }
    for name, table in tables.items():
        content = as_released(table)
        pretend_released(monkeypatch, content, name)
        (tmp_path / "taskonomy" / os.path.basename(name)).write_bytes(content)
    rates = load_win_rates(data_dir=tmp_path).set_index(["sources", "target"])
    transfers = [(("Edge-2D",), "Depth"), (("Depth",), "Depth")]
    assert set(rates.index) == set(transfers)
    np.testing.assert_array_equal(rates["gain"].reindex(transfers), [0.75, np.nan])
    np.testing.assert_array_equal(rates["quality"].reindex(transfers), [0.25, 0.5])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"source": "elsewhere"}, "source must be one of 'release', 'measured', not 'elsewhere'"),
        ({"variant": "2k"}, "variant must be one of 'main', '1k', '16k', not '2k'"),
    ],
)
def test_unknown_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        load_affinities(**arguments)


def test_win_rates_of_the_1k_variant_are_not_offered():
    with pytest.raises(ValueError, match="'main', '16k', not '1k'"):
        load_win_rates("1k")


def test_measured_affinities_are_missing_in_so_many_words(tmp_path):
    for load in (load_affinities, load_win_rates):
        with pytest.raises(FileNotFoundError, match=r"measured_affinities\.csv is not there"):
            load(source="measured", data_dir=tmp_path)


# Where the files come from


def test_a_good_download_is_cached(monkeypatch, start):
    content = as_released(little_release())
    pretend_released(monkeypatch, content)
    server = start(content)
    first = load_affinities()
    np.testing.assert_array_equal(first.relation, load_affinities().relation)
    assert server.requests == 1


def test_a_damaged_cache_is_rebuilt(monkeypatch, start, tmp_path):
    content = as_released(little_release())
    pretend_released(monkeypatch, content)
    server = start(content)
    load_affinities()
    (cached,) = (tmp_path / "cache").rglob("*.pkl")
    cached.write_bytes(content[:100])
    load_affinities()
    assert server.requests == 2
    assert cached.read_bytes() == content


def test_a_wrong_hash_is_refused(monkeypatch, start, tmp_path):
    pretend_released(monkeypatch, as_released(little_release()))
    start(as_released({"edge2d__denoise": 1.0}))
    with pytest.raises(ValueError, match="is not the released file"):
        load_affinities()
    assert not list((tmp_path / "cache").rglob("*.pkl"))


def test_a_cut_connection_is_tried_again(monkeypatch, start):
    content = as_released(little_release())
    pretend_released(monkeypatch, content)
    server = start(content, content, cut={0})
    load_affinities()
    assert server.requests == 2


def test_a_connection_that_is_always_cut(monkeypatch, start, tmp_path):
    content = as_released(little_release())
    pretend_released(monkeypatch, content)
    start(content, cut={0})
    with pytest.raises(OSError, match=r"could not download .*T2B_DATA_DIR"):
        load_affinities()
    assert not list((tmp_path / "cache").rglob("*.pkl"))


def test_offline(monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    monkeypatch.setattr(release, "_BASE_URL", f"http://127.0.0.1:{port}/results/")
    with pytest.raises(OSError, match=r"could not download .*check the connection"):
        load_affinities()


def test_nothing_is_downloaded_that_is_not_asked_for(monkeypatch, start, capfd):
    content = as_released(little_release())
    pretend_released(monkeypatch, content)
    server = start(content)
    with pytest.raises(FileNotFoundError, match=r"not on this machine: .*T2B_DATA_DIR"):
        load_affinities(download=False)
    assert server.requests == 0
    downloaded = load_affinities()
    cached = load_affinities(download=False)
    np.testing.assert_array_equal(cached.relation, downloaded.relation)
    assert server.requests == 1
    assert capfd.readouterr() == ("", "")


def test_a_server_that_does_not_answer(monkeypatch):
    monkeypatch.setattr(release, "_SECONDS", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/results/"
        monkeypatch.setattr(release, "_BASE_URL", url)
        with pytest.raises(OSError, match=r"could not download .*timed out"):
            load_affinities()


def test_no_such_file_on_the_server(monkeypatch, serve, tmp_path):
    monkeypatch.setattr(release, "_BASE_URL", serve(tmp_path) + "/results/")
    with pytest.raises(OSError, match=r"could not download .*404"):
        load_affinities()


def test_without_pooch(monkeypatch):
    real_import = builtins.__import__

    def no_pooch(name, *args, **kwargs):
        if name == "pooch":
            raise ImportError(name)
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", no_pooch)
    with pytest.raises(ImportError, match="pip install 't2b_lib"):
        load_affinities()


def test_the_data_folder_comes_first(monkeypatch, start, tmp_path):
    content = as_released(little_release())
    pretend_released(monkeypatch, content)
    server = start(content)
    (tmp_path / "taskonomy").mkdir()
    monkeypatch.setenv("T2B_DATA_DIR", str(tmp_path))
    load_affinities()
    assert server.requests == 1  # the folder has no such file yet
    (tmp_path / "taskonomy" / "all_affinities.pkl").write_bytes(content)
    load_affinities()
    assert server.requests == 1


def test_a_named_folder_must_have_the_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="leave data_dir out"):
        load_affinities(data_dir=tmp_path)


def test_a_changed_file_in_the_data_folder(monkeypatch, tmp_path):
    content = as_released(little_release())
    (tmp_path / "taskonomy").mkdir()
    (tmp_path / "taskonomy" / "all_affinities.pkl").write_bytes(content)
    with pytest.raises(ValueError, match="is not the released file"):
        load_affinities(data_dir=tmp_path)


# What is never run


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
def test_a_pickle_cannot_run_a_command(tmp_path, trap, protocol, wrap):
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
            release._read(file)


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
def test_anything_but_a_table_is_refused(tmp_path, content):
    file = tmp_path / "table.pkl"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"table\.pkl is no table"):
        release._read(file)
    assert not hasattr(release._Scalar, "name") and not hasattr(release._Float64, "name")


@pytest.mark.parametrize(
    "content", [as_released({"edge2d__denoise": 0.125}), table_of(FLOAT64, EIGHTH)]
)
def test_a_sound_table_is_read(tmp_path, content):
    file = tmp_path / "table.pkl"
    file.write_bytes(content)
    table = release._read(file)
    assert table == {"edge2d__denoise": 0.125}
    assert type(table["edge2d__denoise"]) is float


def test_a_truncated_table_is_refused(tmp_path):
    content = as_released(dict(list(little_release().items())[:3]))
    file = tmp_path / "table.pkl"
    for end in range(len(content)):
        file.write_bytes(content[:end])
        with pytest.raises(ValueError, match="is no table"):
            release._read(file)
    file.write_bytes(content)
    assert len(release._read(file)) == 3


# The release itself


@pytest.fixture
def taskonomy_dir(shared_dir):
    if not (shared_dir / "taskonomy").is_dir():
        pytest.skip("no release of Taskonomy in the folder of materials")
    return shared_dir


def released(folder, name):
    """The release's table, from the pickle's instructions without running any of them."""
    instructions = list(pickletools.genops((folder / "taskonomy" / name).read_bytes()))
    keys = [x for op, x, _ in instructions if op.name == "BINUNICODE" and "__" in x]
    numbers = [x for op, x, _ in instructions if op.name == "SHORT_BINBYTES"]
    return dict(zip(keys, np.frombuffer(b"".join(numbers), "<f8").tolist(), strict=True))


@pytest.mark.parametrize("name", sorted(release._SHA256))
def test_the_restricted_reader_reads_the_same(taskonomy_dir, name):
    path = release._release_file(name, taskonomy_dir)
    assert release._read(path) == released(taskonomy_dir, path.name)


@pytest.mark.parametrize(
    ("variant", "scene", "highest"),
    [("main", "class_selected", 2), ("1k", "class_places", 4), ("16k", "class_places", 24)],
)
def test_the_release(taskonomy_dir, variant, scene, highest):
    affinities = load_affinities(variant=variant, order=None, data_dir=taskonomy_dir)
    suffix = "" if variant == "main" else f"_{variant}"
    raw = released(taskonomy_dir, f"all_affinities{suffix}.pkl")

    names = release_names()
    names = {**names, scene: names.pop("class_selected")}
    assert set(names.values()) == set(task_attributes().index)
    in_files = {task for key in raw for task in key.split("__")}
    assert in_files - set(names) <= {"self", "random", "class_selected"}
    targets = {key.split("__")[-1] for key in raw}
    assert {names[target] for target in targets} == {
        n for t, n in names.items() if t not in SOURCE_ONLY
    }

    paper_sources = np.isnan(affinities.relation).all(axis=0)
    assert np.isnan(affinities.relation).sum() == 75
    assert {affinities.names[i] for i in np.flatnonzero(paper_sources)} == {
        "Colorization",
        "Inpainting",
        "Jigsaw-Puzzle",
    }
    i, j = affinities.names.index("Edge-3D"), affinities.names.index("Scene-Classification")
    assert affinities.relation[i, j] == raw[f"edge3d__{scene}"]
    table = affinities.transfers
    assert table["order"].max() == highest
    assert (table["sources"].map(len) == table["order"]).all()
    assert not table.duplicated(["sources", "target"]).any()
    own = table[table["sources"].map(len).eq(1) & table["sources"].str[0].eq(table["target"])]
    assert len(own) == 22
    by_target = own.set_index("target")["affinity"]
    assert by_target["Surface-Normal"] == raw["self__rgb2sfnorm"]


@pytest.mark.parametrize("variant", ["main", "16k"])
def test_win_rates_of_the_release(taskonomy_dir, variant):
    rates = load_win_rates(variant, order=None, data_dir=taskonomy_dir)
    transfers = load_affinities(variant=variant, order=None, data_dir=taskonomy_dir).transfers
    both = transfers.merge(rates, on=["sources", "target"], how="left", validate="1:1")
    assert both[["gain", "quality"]].notna().all(axis=None)
    supervised = both["sources"].str[0].eq(both["target"]) & both["order_x"].eq(1)
    assert (both.loc[supervised, "quality"] == 0.5).all()
    # Affinities rank a target's transfers much as their gain over training from scratch does.
    by_target = both.groupby("target")[["affinity", "gain"]].corr("spearman").xs("gain", level=1)
    assert by_target["affinity"].median() > 0.8
