"""Searching and sampling the Hugging Face hub, against a local server that answers like it."""

import http.server
import json
import logging
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import huggingface_hub
import pandas as pd
import pytest
import torch
from packaging.version import Version
from PIL import Image

from t2b_lib.hub import catalogue, find_datasets, sample_hub

pytest.importorskip("huggingface_hub")
COMMIT = "c" * 40
SHARD = "data/train-00000-of-00001.parquet"


class Server(http.server.ThreadingHTTPServer):
    """Lists and serves datasets as the hub does; each can have a fault."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked, self.listed, self.files = [], [], {}
        self.faults, self.limits = {}, {}
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_GET(self):
        url = urlsplit(self.path)
        self.server.asked.append((self.command, url.path, parse_qs(url.query)))
        if url.path == "/api/datasets":
            return self.listing(parse_qs(url.query))
        name = re.match(r"(?:/api)?/datasets/([^/]+/[^/]+)", url.path)
        return self.repository(name[1] if name else "", url.path)

    do_HEAD = do_GET

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def limited(self, what):
        if self.server.limits.get(what, 0) > 0:
            self.server.limits[what] -= 1
            self.answer(b"{}", 429, **{"Retry-After": "0" if what == "listing" else "1"})
            return True
        return False

    def listing(self, query):
        """Two datasets a page, of those that fit the filters; the next page is in the header."""
        if self.limited("listing"):
            return
        tags, gated = query.get("filter", []), query.get("gated", [None])[0]
        fits = [
            info
            for info in self.server.listed
            if set(tags) <= set(info["tags"])
            and gated in (None, str(bool(info["gated"])), str(bool(info["gated"])).lower())
            and query.get("search", [""])[0] in info["id"]
        ]
        start = int(query.get("cursor", ["0"])[0])
        headers = {}
        if start + 2 < len(fits):
            path = re.sub(r"&cursor=\d+", "", self.path)
            headers["Link"] = f'<{self.server.address}{path}&cursor={start + 2}>; rel="next"'
        self.answer(json.dumps(fits[start : start + 2]).encode(), **headers)

    def repository(self, name, path):
        fault = self.server.faults.get(name)
        if self.limited(name):
            return
        if fault == "gated" and not path.startswith("/api"):
            return self.answer(b"", 401, **{"X-Error-Code": "GatedRepo"})
        files = self.server.files.get(name)
        if files is None:
            return self.answer(b"", 404, **{"X-Error-Code": "RepoNotFound"})
        file = next((f for f in files if path.endswith("/" + f)), None)
        if file and not path.startswith("/api"):
            return self.answer(files[file], ETag='"e"', **{"X-Repo-Commit": COMMIT})
        if "/tree/" in path:
            inside = path.rpartition("/tree/")[2].partition("/")[2]
            return self.answer(json.dumps(list(entries(files, inside, self.path))).encode())
        if "/paths-info/" in path:
            return self.answer(b"[]")
        if path.startswith("/api"):
            about = {"id": name, "sha": COMMIT, "private": False, "downloads": 0, "likes": 0}
            about |= {"tags": [], "siblings": [{"rfilename": f} for f in files]}
            return self.answer(json.dumps(about).encode())
        self.answer(b"", 404, **{"X-Error-Code": "EntryNotFound"})

    def answer(self, body, status=200, **headers):
        part = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        total = len(body)
        if part and status == 200:
            first, last = int(part[1]), int(part[2] or total - 1)
            body, status = body[first : last + 1], 206
            headers["Content-Range"] = f"bytes {first}-{first + len(body) - 1}/{total}"
        self.send_response(status)
        for key, value in {
            "Content-Length": len(body),
            "Accept-Ranges": "bytes",
            **headers,
        }.items():
            self.send_header(key, str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def entries(files, inside, url):
    """What a listing of a repository's folder holds."""
    everything = "recursive=true" in url.lower()
    prefix = f"{inside}/" if inside else ""
    folders = set()
    for file, content in files.items():
        if file.startswith(prefix):
            folder = file[len(prefix) :].partition("/")[0]
            if everything or prefix + folder == file:
                yield {"type": "file", "path": file, "size": len(content), "oid": "e" * 40}
            elif folder not in folders:
                folders.add(folder)
                yield {"type": "directory", "path": prefix + folder, "size": 0, "oid": "d" * 40}


@pytest.fixture
def server():
    with Server() as server:
        yield server
        server.shutdown()


def listed(name, samples=None, size="", classes=None, licence="mit", gated=False, **card):
    """A dataset as the hub lists it."""
    config = {}
    if samples is not None:
        config["splits"] = [{"name": "train", "num_examples": samples}]
    if classes is not None:
        names = {str(i): c for i, c in enumerate(classes)}
        label = {"name": "label", "dtype": {"class_label": {"names": names}}}
        config["features"] = [{"name": "image", "dtype": "image"}, label]
    tags = ["task_categories:image-classification", f"license:{licence}"]
    tags += [f"size_categories:{size}"] * bool(size)
    about = {"id": name, "tags": tags, "gated": gated, "downloads": 5, "likes": 2, "private": False}
    return about | {"cardData": {"dataset_info": config, **card}}


@pytest.fixture
def hub(server, monkeypatch):
    """The server, which this process asks instead of the hub."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", server.address)
    server.listed = [
        listed("a/birds", 500, classes=["wren", "owl"], pretty_name="Birds"),
        listed("b/birds", 5000, licence="cc-by-4.0", pretty_name="Birds"),
        listed("c/cats", size="1K<n<10K", gated="auto"),
        listed("d/dogs", size="10K<n<100K", licence="cc-by-4.0"),
        listed("e/eels", size="n<1K"),
        listed("f/fish"),
        listed("g/everything", size="n>1T"),
        listed("h/text") | {"tags": ["task_categories:text-classification"]},
    ]
    return server


def test_the_real_hub_is_the_default():
    code = "import huggingface_hub; print(huggingface_hub.HfApi().endpoint)"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HF_")}
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
    assert said.stdout.decode().strip() == "https://huggingface.co"


def test_listing_page_by_page(hub):
    found = find_datasets()
    assert list(found.hub_id) == [
        "a/birds",
        "b/birds",
        "d/dogs",
        "e/eels",
        "f/fish",
        "g/everything",
    ]
    pages = [query for _, path, query in hub.asked if path == "/api/datasets"]
    assert len(pages) == 3
    query = pages[0]
    assert query["filter"] == ["task_categories:image-classification"]
    assert query["sort"] == ["downloads"]
    assert list(found.columns)[:6] == [c for c in catalogue().columns if c in list(found.columns)]
    first = found.iloc[0]
    assert (first["name"], first["samples"], first["classes"]) == ("a/birds", 500, ("wren", "owl"))
    assert (first.licence, first.gated, first.downloads, first.likes) == ("mit", False, 5, 2)
    assert first.url == f"{hub.address}/datasets/a/birds"
    assert list(found.name) == ["a/birds", "b/birds", "dogs", "eels", "fish", "everything"]
    assert found.samples.isna().tolist() == [False, False, True, True, True, True]
    assert found["size"].tolist() == ["", "", "10K<n<100K", "n<1K", "", "n>1T"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"limit": 2}, "ab"),
        ({"gated": None}, "abcdefg"),
        ({"gated": True}, "c"),
        ({"task": "text-classification"}, "h"),
        ({"search": "birds"}, "ab"),
        ({"licences": ["cc-by-4.0"]}, "bd"),
        ({"licences": {"mit", "cc-by-4.0"}}, "abdefg"),
        ({"min_samples": 1000}, "bdeg"),
        ({"min_samples": 1001}, "bdg"),
        ({"max_samples": 999}, "ae"),
        ({"min_samples": 500, "max_samples": 500}, "ae"),
        ({"min_samples": 10_000, "max_samples": 20_000}, "d"),
        ({"max_samples": 10}, "e"),
    ],
)
def test_filters(hub, filters, expected):
    assert "".join(hub_id[0] for hub_id in find_datasets(**filters).hub_id) == expected


def test_no_page_is_read_beyond_the_limit(hub):
    find_datasets(limit=2)
    assert len([path for _, path, _ in hub.asked if path == "/api/datasets"]) == 1


def test_nothing_found_is_an_empty_table(hub):
    found = find_datasets(task="no-such-task")
    assert len(found) == 0 and list(found.columns)[:2] == ["name", "hub_id"]


def test_malformed_cards_are_ignored(hub):
    label = {"name": "y", "dtype": {"class_label": {"names": {"0": "a", "10": "c", "9": "b"}}}}
    odd = [
        {"dataset_info": [{"config_name": "x"}, {"features": [label]}]},
        {"dataset_info": "see below"},
        {"dataset_info": {"splits": None, "features": None}},
        {"dataset_info": {"splits": [{"name": "train"}], "features": ["image", None]}},
        {"dataset_info": {"splits": ["train"], "features": [label, label]}},
        {"dataset_info": {"features": [{"name": "y", "dtype": {"class_label": None}}]}},
        {"dataset_info": {"features": [{"dtype": {"class_label": {"names": ["p", "q"]}}}]}},
        {"dataset_info": {"features": [{"dtype": {"class_label": {"names": {"a": "b"}}}}]}},
        {"pretty_name": 7},
        None,
    ]
    hub.listed = [listed(f"odd/{i}") | {"cardData": card} for i, card in enumerate(odd)]
    found = find_datasets()
    assert len(found) == len(odd) and found.samples.isna().all()
    assert found.classes[0] == ("a", "b", "c") and found.classes[6] == ("p", "q")
    assert not any(found.classes.drop([0, 6])) and found.name[8] == "8"


def test_a_rate_limit_that_lifts(hub, monkeypatch):
    if Version(huggingface_hub.__version__) < Version("2.2"):
        pytest.skip("this huggingface_hub does not wait before the first page")
    waits = []
    monkeypatch.setattr(time, "sleep", waits.append)
    hub.limits["listing"] = 2
    assert len(find_datasets()) == 6
    assert len(waits) == 2


@pytest.mark.parametrize(
    "body",
    [
        b"<html>busy</html>",
        b"",
        b'{"error": "busy"}',
        b'["a", "b"]',
        b'[{"tags": []}]',
        b'[{"id": "a',
        b"[null]",
        b"[[1]]",
        b"7",
    ],
)
def test_an_answer_that_is_no_listing(hub, monkeypatch, body):
    monkeypatch.setattr(Handler, "listing", lambda self, query: self.answer(body))
    with pytest.raises(OSError, match="did not answer with a list of datasets: try again later"):
        find_datasets()


def test_a_cut_connection_and_a_loop_of_redirects(hub, monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda seconds: None)

    def cut(self, query):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"[")
        self.close_connection = True

    def circle(self, query):
        self.answer(b"", 302, Location=self.path)

    for listing in (cut, circle):
        monkeypatch.setattr(Handler, "listing", listing)
        with pytest.raises(OSError):
            find_datasets()


def test_waiting_for_the_rate_limit_says_so(hub, monkeypatch):
    waits, said = [], []
    monkeypatch.setattr(time, "sleep", waits.append)
    logger = logging.getLogger("huggingface_hub")
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())
    logger.addHandler(handler)
    hub.limits["listing"] = 1
    find_datasets()
    logger.removeHandler(handler)
    assert len(waits) == 1 and any("etry" in text and "s" in text for text in said), said


def test_bad_searches():
    with pytest.raises(ValueError, match="min_samples is 10, but max_samples is only 5"):
        find_datasets(min_samples=10, max_samples=5)
    with pytest.raises(ValueError, match="limit must be a whole number or None from 1, got 0"):
        find_datasets(limit=0)


def shard(labelled=True, n=12) -> bytes:
    """A Parquet file as the hub keeps them: red squares and blue ones."""
    import io

    datasets = pytest.importorskip("datasets")
    squares = [Image.new("RGB", (8, 8), ((200, 30, 30), (30, 30, 200))[i % 2]) for i in range(n)]
    features = {"image": datasets.Image(), "colour": datasets.Value("string")}
    rows = {"image": squares, "colour": ["red" if i % 2 == 0 else "blue" for i in range(n)]}
    if labelled:
        features = {"image": datasets.Image(), "label": datasets.ClassLabel(names=["red", "blue"])}
        rows = {"image": squares, "label": [i % 2 for i in range(n)]}
    stream = io.BytesIO()
    datasets.Dataset.from_dict(rows, features=datasets.Features(features)).to_parquet(stream)
    return stream.getvalue()


SAMPLED = """
import json, sys, warnings
import datasets, numpy, torch
from t2b_lib.hub import sample_hub
from t2b_lib.representation import hub_images

def encode(images):
    pairs = [(numpy.asarray(image)[0, 0], label == "red") for image, label in images]
    return torch.tensor(numpy.array([[*pixel, red] for pixel, red in pairs]))

# The package sleeps for five seconds after each stream.
datasets.config.SLEEP_TIME_ON_THREADS_SHUTDOWN = 0
datasets.disable_progress_bars()
datasets.logging.set_verbosity_error()
warnings.simplefilter("ignore")
cache, *hub_ids = sys.argv[1:]
found = sample_hub(hub_ids, 5, encode, load=hub_images, cache=cache)
print(json.dumps({
    "vectors": {hub_id: v.tolist() for hub_id, v in found.vectors.items()},
    "skipped": dict(zip(found.skipped.hub_id, found.skipped.reason)),
}))
"""


def sampled(server, tmp_path, *hub_ids, **environment):
    """`sample_hub` in a new process, as the packages read the hub's address when imported."""
    environment = {
        **os.environ,
        "HF_ENDPOINT": server.address,
        "HF_HOME": str(tmp_path / "home"),
        "HF_HUB_DISABLE_XET": "1",
        "PYTHONPATH": str(Path(__file__).parents[1]),
        **environment,
    }
    run = subprocess.run(
        [sys.executable, "-c", SAMPLED, str(tmp_path / "cache"), *hub_ids],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return SimpleNamespace(**json.loads(run.stdout), stderr=run.stderr)


def test_sampling_goes_on_past_what_fails(server, tmp_path):
    labelled = shard()
    server.files = {
        "a/fine": {SHARD: labelled},
        "b/limited": {SHARD: labelled},
        "c/gated": {SHARD: labelled},
        "d/unlabelled": {SHARD: shard(labelled=False)},
        "e/script": {"script.py": b"print('never run')", "README.md": b""},
        "g/damaged": {SHARD: labelled[:-400]},
    }
    server.faults = {"c/gated": "gated"}
    server.limits = {"b/limited": 2}
    names = [*server.files, "f/missing"]
    found = sampled(server, tmp_path, *names)
    assert set(found.vectors) == {"a/fine", "b/limited"}
    for vectors in found.vectors.values():
        assert len(vectors) == 5
        assert {tuple(v) for v in vectors} <= {(200, 30, 30, 1), (30, 30, 200, 0)}
    assert server.limits["b/limited"] == 0
    assert list(found.skipped) == ["c/gated", "d/unlabelled", "e/script", "g/damaged", "f/missing"]
    assert "gated" in found.skipped["c/gated"]
    assert "columns of classes" in found.skipped["d/unlabelled"]
    assert "script" in found.skipped["e/script"]
    assert "doesn't exist on the Hub" in found.skipped["f/missing"]
    assert found.skipped["g/damaged"]
    assert not list((tmp_path / "home").rglob("*.parquet"))  # streamed, not downloaded

    # A second run asks for the damaged and the skipped datasets only.
    files = sorted((tmp_path / "cache").iterdir())
    assert [f.name.split("-")[0] for f in files] == ["a", "b"]
    content = bytearray(files[0].read_bytes())
    content[-1] ^= 1
    files[0].write_bytes(content)
    server.faults, server.asked = {}, []
    again = sampled(server, tmp_path, "a/fine", "b/limited", "c/gated")
    assert again.vectors["a/fine"] == found.vectors["a/fine"]
    assert set(again.vectors) == {"a/fine", "b/limited", "c/gated"} and not again.skipped
    asked = " ".join(path for _, path, _ in server.asked)
    assert "a/fine" in asked and "c/gated" in asked and "b/limited" not in asked

    # Offline, the kept vectors are there and the rest is skipped.
    server.asked = []
    offline = sampled(server, tmp_path, "a/fine", "h/new", HF_HUB_OFFLINE="1")
    assert list(offline.vectors) == ["a/fine"] and not server.asked
    assert "offline" in offline.skipped["h/new"].lower()


class StandIn:
    """The one method of a collection that sampling needs."""

    def __init__(self, hub_id):
        self.hub_id = hub_id

    def sample(self, n, seed):
        generator = torch.Generator().manual_seed(seed)
        return list(torch.randn(n, 3, generator=generator))


quiet = {"load": StandIn, "progress": False}


def test_other_n_seed_or_key_gives_other_files(tmp_path):
    calls = []

    def encode(images):
        calls.append(len(images))
        return torch.stack(images)

    def kept(**options):
        before = len(calls)
        n = options.pop("n", 4)
        found = sample_hub(["a/x", "a-x"], n, encode, cache=tmp_path, **quiet, **options)
        return found.vectors["a/x"], len(calls) - before

    first, new = kept()
    assert new == 2 and first.shape == (4, 3) and len(list(tmp_path.iterdir())) == 2
    again, new = kept()
    assert new == 0 and torch.equal(first, again)
    for options in ({"n": 5}, {"seed": 1}, {"key": {"encoder": "other"}}):
        other, new = kept(**options)
        assert new == 2
        assert torch.equal(other[:4], first) == (options != {"seed": 1})


def test_damaged_or_swapped_files_are_made_again(tmp_path):
    def run():
        return sample_hub(["a/x"], 3, torch.stack, cache=tmp_path, **quiet).vectors["a/x"]

    first = run()
    (file,) = tmp_path.iterdir()
    for content in (b"", b"no tensors", file.read_bytes()[:-5]):
        file.write_bytes(content)
        assert torch.equal(run(), first)
    (other,) = tmp_path.iterdir()
    sample_hub(["a/y"], 3, torch.stack, cache=tmp_path, seed=9, **quiet)
    (new,) = set(tmp_path.iterdir()) - {other}
    file.write_bytes(new.read_bytes())
    assert torch.equal(run(), first)


@pytest.mark.parametrize(
    ("encode", "reason"),
    [
        (lambda images: images, "must return a tensor"),
        (lambda images: torch.ones(3), "must return a tensor"),
        (lambda images: torch.ones(0, 3), "no samples"),
        (lambda images: torch.full((2, 3), torch.nan), "NaN"),
        (lambda images: 1 / 0, "division by zero"),
    ],
)
def test_encoders_that_fail(tmp_path, encode, reason):
    with pytest.raises(ValueError, match=rf"no dataset could be sampled: .* a/x \(.*{reason}"):
        sample_hub(["a/x"], 2, encode, cache=tmp_path, **quiet)
    assert not list(tmp_path.iterdir())

    def some(images):
        return encode(images) if images.name == "a/x" else torch.ones(2, 3)

    def load(hub_id):
        return SimpleNamespace(name=hub_id, sample=lambda n, seed: SimpleNamespace(name=hub_id))

    with pytest.warns(UserWarning, match=rf"1 of 2 datasets were skipped: a/x \(.*{reason}"):
        found = sample_hub(["a/x", "b/y"], 2, some, load=load, cache=tmp_path, progress=False)
    assert list(found.vectors) == ["b/y"]
    pd.testing.assert_index_equal(found.skipped.columns, pd.Index(["hub_id", "reason"]))
    assert reason in found.skipped.reason[0]


def test_bad_requests(tmp_path):
    with pytest.raises(ValueError, match="number 1 has no hub id"):
        sample_hub(["a/x", ""], 2, torch.stack, cache=tmp_path, **quiet)
    with pytest.raises(ValueError, match="n must be a whole number from 1"):
        sample_hub(["a/x"], 0, torch.stack, cache=tmp_path, **quiet)
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError):
        sample_hub(["a/x"], 2, torch.stack, cache=tmp_path / "file", **quiet)
