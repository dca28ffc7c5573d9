"""How legible the map of the catalogue is, and how right about datasets that it has not seen.

    python benchmarks/map.py [--cases 5] [--methods "boxes, 5-d" "pair model"]

Prints the measures of `t2b_lib.hub.legibility` for the map that the chapter shows, then for each
method mean and spread over the cases of two scores on novel pairs (a fifth of the datasets is kept
out of the training): Spearman's rank correlation with what is counted, and the average precision of
"at least half inside".
"""

from __future__ import annotations

import argparse

import numpy as np
from scipy.stats import spearmanr
from sklearn.base import clone
from sklearn.metrics import average_precision_score

import t2b_lib as t2b

QUIET = {"progress": False}


def methods() -> dict:
    """The map's own boxes, boxes that learn on parts, and rivals."""
    first = t2b.Task2Box.from_recipe(
        "plain", regularity_weight=3e3, distance_weight=0.05, epochs=600, **QUIET
    )
    return {
        "boxes of the map": t2b.hub.LegibleBoxes(first),
        "boxes, 2-d": t2b.Task2Box(2, **QUIET),
        "boxes, 5-d": t2b.Task2Box(5, **QUIET),
        "pair model": t2b.PairModel(),
        "MLP": t2b.PairwiseMLP(epochs=30, **QUIET),
        "nearest pairs": t2b.hub.NearestPairs(),
        "t-SNE": t2b.hub.Nearness(tsne=True),
        "asymmetric cosine": t2b.AsymmetricCosine(),
    }


def on_novel_pairs(method, tasks, split) -> tuple[float, float]:
    predicted = clone(method).fit(tasks, split).predict(tasks.features, split.novel_pairs)
    truth = tasks.relation[split.novel_pairs[:, 0], split.novel_pairs[:, 1]]
    precision = average_precision_score(truth >= 0.5, predicted)
    return spearmanr(predicted, truth).statistic, precision


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=5)
    parser.add_argument("--methods", nargs="+", choices=list(methods()), default=list(methods()))
    options = parser.parse_args()
    table = t2b.hub.catalogue()
    samples = [t2b.hub.embed_classes(classes) for classes in table["classes"]]
    shown = t2b.hub.HubMap(methods()["boxes of the map"]).fit(table, samples)
    tasks = shown.tasks_
    print(t2b.hub.legibility(shown.boxes_, tasks.relation).round(3).to_string())
    print(f"\n{options.cases} cases         rank correlation   average precision")
    for name in options.methods:
        splits = [t2b.split(tasks, len(table) // 5, seed) for seed in range(options.cases)]
        scores = np.array([on_novel_pairs(methods()[name], tasks, split) for split in splits])
        mean, spread = scores.mean(0), scores.std(0)
        cells = (f"{m:.3f} ± {s:.3f}" for m, s in zip(mean, spread, strict=True))
        print(f"{name:<18}" + "   ".join(f"{cell:>15}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
