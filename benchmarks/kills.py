"""Long jobs that are killed at random moments and started again: is anything lost or done twice?

    python benchmarks/kills.py [--kills 25] [--jobs extraction protocol sampling map]

Each job runs in a process of its own (a fork, so not on Windows), in an empty folder. It is killed
(SIGKILL) at a random moment and started again, until it was killed as often as asked; one that ends
before is started in a new folder. Then its result is compared with that of a run that nobody
killed. The table says how often each job was killed, how many results differ, how many units of
work that were already in a file were done again (lost), and how many that were not (repeated).
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import tempfile
import time
from pathlib import Path

import t2b_lib  # noqa: F401  for the forks
from t2b_lib import hub, representation  # noqa: F401

START = """
import time, warnings
import numpy as np, pandas as pd, torch
warnings.simplefilter("ignore")

def begin(unit):
    with open(folder / "begun", "a") as file:
        file.write(f"{unit}\\n")
    time.sleep(0.02)
"""
# What a job does; it prints each unit's name before it begins, and writes its result whole.
JOBS = {
    "extraction": """
from PIL import Image
from t2b_lib.representation import extract, extraction, image_folder
extraction.SHARD = 4
pictures = folder.parent / "pictures"
for i in range(48):
    path = pictures / f"class{i % 2}" / f"{i:03d}.png"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), (i * 5, 90, 200 - i)).save(path)

class Encoder:
    identity, name = {"encoder": "mean"}, "mean"
    device = torch.device("cpu")
    def spatial(self, image):
        return torch.from_numpy(np.array(image)).permute(2, 0, 1)
    def encode_images(self, pixels):
        begin(pixels.sum().item())
        return pixels.float().mean((2, 3))
    def encode_texts(self, texts):
        return torch.ones(len(texts), 2)

found = extract(image_folder(pictures), Encoder(), cache=folder / "kept", vectors=True,
                workers=1, batch_size=4, progress=False)
result = found.vectors.numpy().tobytes()
""",
    "protocol": """
import t2b_lib as t2b
relation = (torch.rand(30, 30, generator=torch.Generator().manual_seed(0)) < 0.3).float()
tasks = t2b.TaskCollection([f"d{i}" for i in range(30)], torch.eye(30), relation)

class Slow(t2b.RandomGuess):
    def fit(self, tasks, split):
        begin(self.seed)
        return self

path = folder / "results.csv"
rows = t2b.run_protocol(tasks, [("a", Slow())], cases=20, novel=5, together=1, path=path,
                        progress=False)
result = rows.drop(columns="seconds").to_csv().encode()
""",
    "sampling": """
from t2b_lib.hub import sample_hub

class Dataset:
    def __init__(self, name):
        self.name = name
    def sample(self, n, seed):
        begin(self.name)
        return [ord(letter) for letter in self.name]

found = sample_hub([f"a/{i:02d}" for i in range(20)], 4,
                   lambda sample: torch.tensor(sample)[:, None].float(),
                   cache=folder / "kept", load=Dataset, progress=False)
result = b"".join(v.numpy().tobytes() for v in found.vectors.values())
""",
    "map": """
import t2b_lib as t2b
from t2b_lib.hub import save_map
columns = {"samples": 5, "licence": "", "classes": [("a",)] * 400, "url": np.nan}
table = pd.DataFrame({"name": [f"d{i}" for i in range(400)], **columns})
lower = torch.rand(400, 2, generator=torch.Generator().manual_seed(0))
path = folder / "map.html"
before = path.read_bytes() if path.exists() else None
save_map(path, t2b.Boxes(lower, lower + 0.1), table)
result = path.read_bytes()
assert before in (None, result), "the killed run left half a page"
""",
}
END = """
(folder / "result").write_bytes(result)
"""


def start(job: str, folder: Path) -> multiprocessing.Process:
    """A fork of this process, which has imported all packages: most kills then hit the work."""
    folder.mkdir(exist_ok=True)
    process = multiprocessing.get_context("fork").Process(target=run, args=(job, folder))
    process.start()
    return process


def run(job: str, folder: Path) -> None:
    exec(START + JOBS[job] + END, {"folder": folder})


def begun(folder: Path) -> list[str]:
    path = folder / "begun"
    return path.read_text().split() if path.exists() else []


def killed(job: str, kills: int, scratch: Path, chance: random.Random) -> dict:
    """One row of the table."""
    whole = scratch / "whole"
    began = time.perf_counter()
    process = start(job, whole)
    process.join()
    assert process.exitcode == 0
    length = time.perf_counter() - began
    expected, units = (whole / "result").read_bytes(), len(set(begun(whole)))
    row = {"job": job, "kills": 0, "runs": 0, "different": 0, "lost": 0, "repeated": 0}
    while row["kills"] < kills:
        folder = scratch / f"run{row['runs']}"
        row["runs"] += 1
        while True:
            before = begun(folder)
            process = start(job, folder)
            process.join(chance.uniform(0.05, 1.0) * length)
            if not process.is_alive():
                assert process.exitcode == 0
                break
            process.kill()
            process.join()
            row["kills"] += 1
            # The unit that was being worked on when the process was killed may be begun again.
            row["lost"] += len(set(before[:-1]) & set(begun(folder)[len(before) :]))
        row["lost"] += len(set(before[:-1]) & set(begun(folder)[len(before) :]))
        row["repeated"] += len(begun(folder)) - units
        row["different"] += (folder / "result").read_bytes() != expected
    row["repeated"] -= row["lost"]
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--kills", type=int, default=25, help="of each job")
    parser.add_argument("--jobs", nargs="+", choices=JOBS, default=list(JOBS))
    arguments = parser.parse_args()
    chance = random.Random(0)
    print(f"{'job':12}{'kills':>8}{'runs':>8}{'different':>11}{'lost':>8}{'repeated':>10}")
    for job in arguments.jobs:
        with tempfile.TemporaryDirectory() as scratch:
            row = killed(job, arguments.kills, Path(scratch), chance)
        counts = f"{row['different']:11}{row['lost']:8}{row['repeated']:10}"
        print(f"{job:12}{row['kills']:8}{row['runs']:8}{counts}", flush=True)


if __name__ == "__main__":
    main()
