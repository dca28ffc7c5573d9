"""What training all cases at once gains over training one after the other.

    python benchmarks/batched.py [--device cuda] [--recipes paper default] [--cases 10]

For each recipe and dimension: milliseconds of an epoch of one model alone, of its share of an epoch
of all together, and the ratio (median over rounds in which the two are timed in turn), on the
instruments of ImageNet. It also says how far the overlaps differ after three epochs: by rounding,
which training multiplies from there on, as it does with any other order of the same sums.
"""

from __future__ import annotations

import argparse
import statistics

from sklearn.base import clone
from timing import machine, seconds

import t2b_lib as t2b
from t2b_lib.model import fit_many
from t2b_lib.network import pick_device


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--cases", type=int, default=10)
    parser.add_argument("--dims", type=int, nargs="+", default=[2, 5])
    parser.add_argument("--recipes", nargs="+", choices=t2b.RECIPES, default=list(t2b.RECIPES))
    parser.add_argument("--epochs", type=int, default=20, help="epochs in one timing")
    parser.add_argument("--rounds", type=int, default=5, help="timings; the median is printed")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    device = pick_device(options.device)

    taxonomy = t2b.taxonomy.imagenet_instruments()
    features = t2b.representation.prototype_features(taxonomy, "average")
    tasks = t2b.TaskCollection(taxonomy.names, features, taxonomy.containment)
    splits = [t2b.split(tasks, novel=30, seed=case) for case in range(options.cases)]
    print(f"{machine(device)}; {tasks}; {options.cases} cases")
    print("recipe   dim  alone ms  together ms  gain  largest difference of an overlap")
    for recipe in options.recipes:
        for dim in options.dims:
            models = [
                t2b.Task2Box.from_recipe(
                    recipe, box_dim=dim, seed=case, device=options.device, progress=False
                )
                for case in range(options.cases)
            ]
            alone, together = timings(models, tasks, splits, options, device)
            gain = statistics.median(a / t for a, t in zip(alone, together, strict=True))
            print(
                f"{recipe:8} {dim:3}  {statistics.median(alone) * 1e3:8.2f}  "
                f"{statistics.median(together) * 1e3:11.2f}  {gain:4.1f}  "
                f"{difference(models, tasks, splits):.1e}",
                flush=True,
            )


def timings(models, tasks, splits, options, device):
    """Seconds of an epoch of one model, alone and as a share of all, in each round."""

    def fit(together, epochs):
        fresh = [clone(model).set_params(epochs=epochs) for model in models]
        if together:
            return seconds(lambda: fit_many(fresh, tasks, splits), device)
        alone = zip(fresh, splits, strict=True)
        return seconds(lambda: [model.fit(tasks, split) for model, split in alone], device)

    def epoch(together):
        # The difference of two fits leaves out what a fit does once.
        return (fit(together, options.epochs + 1) - fit(together, 1)) / options.epochs / len(models)

    for together in (False, True):
        fit(together, 2)
    rounds = [(epoch(False), epoch(True)) for _ in range(options.rounds)]
    return zip(*rounds, strict=True)


def difference(models, tasks, splits, epochs=3):
    alone = [
        clone(m).set_params(epochs=epochs).fit(tasks, s)
        for m, s in zip(models, splits, strict=True)
    ]
    together = fit_many([clone(m).set_params(epochs=epochs) for m in models], tasks, splits)
    return max(
        (a.predict(tasks.features, s.novel_pairs) - b.predict(tasks.features, s.novel_pairs))
        .abs()
        .max()
        .item()
        for a, b, s in zip(alone, together, splits, strict=True)
    )


if __name__ == "__main__":
    main()
