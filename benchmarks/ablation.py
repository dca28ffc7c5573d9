"""The effect of each part of the default recipe, on hierarchies that the book does not report.

    python benchmarks/ablation.py

ImageNet's animals, by prototypes and by label texts: they share no class with the instruments, and
no dataset with iNaturalist + CUB. Each row changes one part of the default recipe, and the last row
is the paper's recipe. The recipe was chosen by such scores, on pairs that no model saw in training
and that are not reported elsewhere. "validation" are the pairs that choose the threshold. Rows
that are in the output file already are not computed again.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
from tqdm import tqdm

import t2b_lib as t2b
from t2b_lib.evaluation import best_threshold, f1
from t2b_lib.model import fit_many
from t2b_lib.store import write_whole

# What differs from the defaults.
VARIANTS = {
    "default recipe": {},
    "no parts": {"parts": 0},
    "no coherent parts": {"coherent": 0.0},
    "no teacher": {"teacher": None},
    "no lengths": {"norms": False},
    "no attraction at the start": {"attraction": 1.0},
    "constant learning rate": {"decay": False},
    "backbone 64": {"hidden": (64,), "learning_rate": 1e-2},
    "backbone 512-256-128": {"hidden": (512, 256, 128)},
    "500 epochs": {"epochs": 500},
    "squared error": {"loss": "squared error"},
    "sides below 1 (sigmoid)": {"side": "sigmoid"},
    "features not projected": {"project": False},
    "plain recipe": t2b.RECIPES["plain"],
    "paper's recipe": t2b.RECIPES["paper"],
}
NOVEL = 30
# Apart from those of the reported cases, in case a hierarchy were the same.
FIRST_SEED = 100


def main():
    options = arguments()
    animals = t2b.taxonomy.imagenet("animal")
    representations = {
        "prototypes": t2b.representation.prototype_samples,
        "label texts": t2b.representation.label_samples,
    }
    path = options.out
    rows = pd.read_csv(path) if path.exists() else pd.DataFrame()
    keys = ["variant", "features", "box_dim", "cases"]
    done = set(map(tuple, rows[keys].values)) if len(rows) else set()
    jobs = [(v, r, d) for r in representations for v in options.variants for d in options.dims]
    for variant, representation, box_dim in (bar := tqdm(jobs)):
        bar.set_description(f"{variant}, {representation}, {box_dim}-d")
        if (variant, representation, box_dim, options.cases) in done:
            continue
        samples = representations[representation](animals, "average")
        tasks = t2b.TaskCollection.from_samples(animals.names, samples, animals.containment)
        scores = run(tasks, box_dim, options.cases, **VARIANTS[variant])
        key = dict(zip(keys, (variant, representation, box_dim, options.cases), strict=True))
        rows = pd.concat([rows, pd.DataFrame([key | scores])], ignore_index=True)
        write_whole(path, rows.to_csv(index=False))
    print(table(rows[rows["cases"] == options.cases]).to_string())


def table(rows):
    """Means over dimensions, in percent, and how they differ from the default recipe's."""
    scores = rows.set_index(["features", "variant", "box_dim"])[["validation", "test", "novel"]]
    means = 100 * scores.groupby(["features", "variant"], sort=False).mean()
    default = means.xs("default recipe", level="variant")
    return means.join(means.sub(default, level="features").add_suffix(" less default")).round(1)


def run(tasks, box_dim, cases, **changes):
    """Mean F1 over the cases, all trained together."""
    splits = [t2b.split(tasks, novel=NOVEL, seed=FIRST_SEED + case) for case in range(cases)]
    models = [
        t2b.Task2Box(**{"box_dim": box_dim, "seed": case, "progress": False} | changes)
        for case in range(cases)
    ]
    fit_many(models, tasks, splits)
    scored = [score(*of_case) for of_case in zip(models, [tasks] * cases, splits, strict=True)]
    return pd.DataFrame(scored).mean().to_dict()


def score(model, tasks, split):
    parts = {"validation": split.validation, "test": split.test, "novel": split.novel_pairs}
    scores = {k: model.containment_score(tasks.features, p).numpy() for k, p in parts.items()}
    truth = {k: tasks.relation[p[:, 0], p[:, 1]].numpy() for k, p in parts.items()}
    threshold = best_threshold(truth["validation"], scores["validation"])
    return {part: f1(truth[part], scores[part] > threshold) for part in parts}


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--cases", type=int, default=6)
    parser.add_argument("--dims", type=int, nargs="+", default=[2, 5], help="of the boxes")
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument(
        "--out", type=Path, default=Path(t2b.__file__).parent / "data" / "ablation.csv"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
