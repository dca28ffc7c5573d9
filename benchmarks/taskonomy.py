"""Spearman's correlation on Taskonomy's affinities, beside Table 3 of the Task2Box paper.

    python benchmarks/taskonomy.py [--cases 30] [--variant main] [--only NAME] [--triples all]

Needs the affinities of the Taskonomy release: in T2B_DATA_DIR, or downloaded. Writes
`results/taskonomy.csv` (means and spreads over the cases; three novel tasks each) and, with
`--triples`, `results/taskonomy_triples.csv` (the distribution over choices of three novel tasks,
trained on all pairs of the other 22). Rows of other variants in these files stay.
"""

from __future__ import annotations

import argparse
import os
import re
import time
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from sklearn.base import clone

import t2b_lib as t2b
from t2b_lib.affinity import predict
from t2b_lib.baselines import AsymmetricCosine, AsymmetricEuclidean
from t2b_lib.model import Task2Box, fit_many

RESULTS = Path(__file__).parent / "results"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--cases", type=int, default=30)
    parser.add_argument("--variant", default="main", choices=("main", "1k", "16k"))
    parser.add_argument("--triples", default="none", choices=("none", "sample", "all"))
    parser.add_argument("--only", default="", help="methods whose name matches this pattern")
    parser.add_argument("--device", default="auto")
    options = parser.parse_args()
    raw, rescaled = collections(options.variant)
    if options.triples == "none":
        table = cases(raw, rescaled, options)
        print(beside_paper(table).to_string())
    else:
        print(triples(raw, rescaled, options).to_string())


def collections(variant):
    """The 25 tasks with affinities as released, and rescaled by Eq. 8."""
    affinities = t2b.affinity.load_affinities(variant=variant)
    features = t2b.affinity.task_attributes().to_numpy(copy=True)
    return tuple(
        t2b.TaskCollection(affinities.names, features, relation)
        for relation in (affinities.relation, predict.rescale(affinities.relation))
    )


def methods(device):
    """(name, unfitted model, whether it takes affinities as released)."""
    own = {"device": device, "progress": False}
    for d in (2, 3, 5):
        yield f"Task2Box {d}-d, default", predict.AffinityBoxes(d, **own), True
    yield "MLP", t2b.PairwiseMLP(epochs=300, **own), False
    yield "Linear", t2b.PairwiseLinear(**own), False
    yield "Random", t2b.RandomGuess(), False
    yield "Additive", predict.Additive(), False
    yield "Additive, attributes", predict.Additive(ridge=5.0), False
    yield "Asymmetric cosine", AsymmetricCosine(), False
    yield "Asymmetric Euclidean", AsymmetricEuclidean(), False
    for variant, hidden in {", small": (16,), ", linear": (), "": (1024, 256, 128)}.items():
        for d in (2, 3, 5):
            model = Task2Box.from_recipe(
                "paper", box_dim=d, hidden=hidden, **predict.PAPER_RECIPE, **own
            )
            yield f"Task2Box {d}-d, paper{variant}", model, False


def fit(method, tasks, splits, together=10):
    models = [clone(method) for _ in splits]
    for case, model in enumerate(models):
        if "seed" in model.get_params():
            model.set_params(seed=case)
    if isinstance(method, predict.AffinityBoxes):
        return predict.fit_affinity_boxes(models, tasks, splits)
    if isinstance(method, Task2Box):
        for start in range(0, len(models), together):
            part = slice(start, start + together)
            fit_many(models[part], tasks, splits[part])
        return models
    return [model.fit(tasks, split) for model, split in zip(models, splits, strict=True)]


def cases(raw, rescaled, options):
    splits = [t2b.split(raw, novel=3, seed=case) for case in range(options.cases)]
    path = RESULTS / "taskonomy.csv"
    for name, method, takes_raw in methods(options.device):
        if not re.search(options.only, name):
            continue
        tasks = raw if takes_raw else rescaled
        start = time.perf_counter()
        models = fit(method, tasks, splits)
        seconds = (time.perf_counter() - start) / len(splits)
        rows = pd.DataFrame(
            predict.score_affinities(model, tasks, split)
            | {"misaligned": predict.misaligned_spearman(model, tasks, split, seed=case)}
            for case, (model, split) in enumerate(zip(models, splits, strict=True))
        )
        row = {"variant": options.variant, "method": name, "cases": len(splits)}
        for column in rows:
            row[column] = rows[column].mean().round(4)
            row[f"{column}_std"] = rows[column].std().round(4)
        table = add(path, row | {"seconds": round(seconds, 2)}, ["variant", "method"])
        print(f"{name:28} existing {row['existing']:.3f}  novel {row['novel']:.3f}", flush=True)
    return table[table["variant"] == options.variant]


def triples(raw, rescaled, options):
    splits = predict.all_triples(raw)
    if options.triples == "sample":
        drawn = torch.randperm(len(splits), generator=torch.Generator().manual_seed(0))[:100]
        splits = [splits[k] for k in drawn.sort().values]
    own = {"box_dim": 3, "progress": False, "device": options.device}
    paper = {**own, **predict.PAPER_RECIPE}
    tried = {
        "Additive": (predict.Additive(), rescaled),
        "Additive, attributes": (predict.Additive(ridge=5.0), rescaled),
        "Task2Box 3-d, default, one network": (predict.AffinityBoxes(teachers=0, **own), raw),
        "Task2Box 3-d, paper, small": (
            Task2Box.from_recipe("paper", hidden=(16,), **paper),
            rescaled,
        ),
    }
    if options.triples == "sample":
        tried["Task2Box 3-d, default"] = predict.AffinityBoxes(**own), raw
        tried["Task2Box 3-d, paper"] = Task2Box.from_recipe("paper", **paper), rescaled
    path = RESULTS / "taskonomy_triples.csv"
    for name, (method, tasks) in tried.items():
        start = time.perf_counter()
        models = fit(method, tasks, splits, together=100 if "small" in name else 10)
        seconds = time.perf_counter() - start
        scores = pd.DataFrame(
            predict.score_affinities(model, tasks, split)
            for model, split in zip(models, splits, strict=True)
        )
        row = {"variant": options.variant, "method": name, "triples": len(splits)}
        for part in ("novel", "novel_source", "novel_target", "within_target"):
            row[part] = scores[part].mean().round(4)
        row["novel_std"] = scores["novel"].std().round(4)
        for share in (5, 25, 50, 75, 95):
            row[f"novel_{share}%"] = np.nanpercentile(scores["novel"], share).round(4)
        row |= {"at_least_0.75": (scores["novel"] >= 0.75).mean().round(4)}
        table = add(path, row | {"seconds": round(seconds)}, ["variant", "method", "triples"])
        print(f"{name:40} {row['novel']:.3f}  {seconds:.0f} s", flush=True)
    return table[table["variant"] == options.variant]


def add(path, row, key):
    """Put a row into a table on disk in place of the one with the same key."""
    table = pd.read_csv(path) if path.exists() else pd.DataFrame()
    if len(table):
        same = np.logical_and.reduce([table[column] == row[column] for column in key])
        table = table[~same]
    table = pd.concat([table, pd.DataFrame([row])], ignore_index=True)
    path.parent.mkdir(exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    table.to_csv(partial, index=False)
    os.replace(partial, path)
    return table


def beside_paper(table):
    """ "mean ± spread", ours beside the paper's."""
    table = table.set_index("method")
    paper = predict.paper_spearman()
    theirs = paper.reindex(table.index.str.replace(", paper", ""))
    shown = {}
    for part in ("existing", "novel"):
        shown[f"{part}, here"] = pairs(table[part], table[f"{part}_std"])
        shown[f"{part}, paper"] = pairs(theirs[part], theirs[f"{part}_std"])
    for part in ("misaligned", "novel_source", "novel_target", "within_target"):
        shown[part.replace("_", " ")] = pairs(table[part], table[f"{part}_std"])
    return pd.DataFrame(shown, index=table.index)


def pairs(means, spreads):
    return [
        "–" if np.isnan(mean) else f"{mean:.2f} ± {spread:.2f}"
        for mean, spread in zip(means, spreads, strict=True)
    ]


if __name__ == "__main__":
    main()
