"""The paper's evaluation on a hierarchy: every method on the same random cases, into one table.

    python benchmarks/hierarchies.py --collection imagenet --cases 10 --dims 2 3 5

Rows that the output file has already are not computed again, so that a run that was stopped goes
on where it was; --cases 20 adds ten cases to ten. With the paper's numbers beside it, the mean of
each method is printed at the end.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import pandas as pd
import torch

import t2b_lib as t2b
from t2b_lib.baselines import AsymmetricCosine, AsymmetricEuclidean, KLDivergence
from t2b_lib.protocol import run_protocol
from t2b_lib.rivals import ExteriorAngle, FittedCosine, GaussianBoxes, OrderEmbedding
from t2b_lib.tables import beside_paper, labels, paper_f1, summary

# Where the book reads the tables from.
DATA = Path(t2b.__file__).parent / "data"
# Name in the paper, taxonomy, samples without images, and how many datasets are drawn for a case
# (all if None) and novel among them.
COLLECTIONS = {
    "imagenet": (
        "ImageNet",
        t2b.taxonomy.imagenet_instruments,
        t2b.representation.prototype_samples,
        None,
        30,
    ),
    "inat_cub": (
        "iNaturalist + CUB",
        t2b.taxonomy.inaturalist_cub,
        t2b.representation.label_samples,
        250,
        100,
    ),
    "emoji": ("emoji", t2b.taxonomy.emoji, t2b.representation.label_samples, None, 20),
}
# The paper trains on 80 % of the pairs, and in Table 5 on half of them.
FRACTIONS = {0.8: (0.8, 0.1, 0.1), 0.5: (0.5, 0.1, 0.1)}


def main():
    options = arguments()
    if options.threads:
        torch.set_num_threads(options.threads)
    collection, taxonomy, samples, datasets, novel = COLLECTIONS[options.collection]
    taxonomy = taxonomy()
    datasets = datasets if options.datasets is None else options.datasets
    novel = novel if options.novel is None else options.novel
    path = options.out or DATA / f"f1_{options.collection}.csv"
    start = time.perf_counter()
    results = []
    for representation in options.representations:
        tasks = t2b.TaskCollection.from_samples(
            taxonomy.names, samples(taxonomy, representation), taxonomy.containment
        )
        results.append(
            run_protocol(
                tasks,
                methods(options, representation),
                cases=options.cases,
                novel=novel,
                datasets=datasets,
                fractions=FRACTIONS[options.training_share],
                about={"collection": collection, "representation": representation},
                path=path,
            )
        )
        print(f"\n{collection}, {representation}: {tasks}")
        print(table(results[-1], collection, representation, options.training_share))
    print(f"\nwritten to {path} in {(time.perf_counter() - start) / 60:.1f} minutes")
    print(difference(pd.concat(results)))


def methods(options, representation):
    chosen = []
    for recipe in options.recipes:
        # What stands beside the paper's Task2Box is the paper's recipe.
        name = "Task2Box" if recipe == "paper" else f"Task2Box, {recipe}"
        chosen += [
            (name, t2b.Task2Box.from_recipe(recipe, box_dim=d, device=options.device))
            for d in options.dims
        ]
    if options.baselines:
        chosen += [
            ("Pair model", t2b.PairModel()),
            ("MLP", t2b.PairwiseMLP(device=options.device)),
            ("Linear", t2b.PairwiseLinear(device=options.device)),
            *([("KL divergence", KLDivergence())] if representation == "gaussian" else []),
            ("Asymmetric cosine", AsymmetricCosine()),
            ("Cosine with fitted alpha", FittedCosine()),
            ("Exterior angle", ExteriorAngle()),
            ("Asymmetric Euclidean", AsymmetricEuclidean()),
            ("Random", t2b.RandomGuess()),
        ]
    if options.rivals:
        chosen += [
            (name, kind(d, device=options.device))
            for name, kind in {
                "Order embedding": OrderEmbedding,
                "Gaussians": GaussianBoxes,
            }.items()
            for d in options.dims
        ]
    return chosen


def table(results, collection, representation, training_share):
    if collection in ("ImageNet", "iNaturalist + CUB"):
        shown = beside_paper(results, paper_f1(collection, representation, training_share))
    else:
        shown = summary(results).drop(columns="cases").mul(100).round(1)
    seconds = results.groupby(labels(results), sort=False)["seconds"].mean().round(1)
    shown[("seconds", "") if shown.columns.nlevels > 1 else "seconds"] = seconds
    return shown.to_string()


def difference(results):
    """What the default recipe gains over the paper's, on the same cases."""
    boxes = results[results["box_dim"].notna()]
    keys = ["representation", "box_dim", "case"]
    ours, papers = (
        boxes[boxes["method"] == name].set_index(keys)[["existing", "novel"]]
        for name in ("Task2Box, default", "Task2Box")
    )
    gain = (ours - papers).dropna()
    if not len(gain):
        return ""
    by_representation = 100 * gain.groupby("representation").mean()
    return f"\ndefault recipe less the paper's, points of F1:\n{by_representation.round(1)}"


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--collection", choices=COLLECTIONS, default="imagenet")
    parser.add_argument("--cases", type=int, default=10)
    parser.add_argument("--dims", type=int, nargs="+", default=[2, 3, 5], help="of the boxes")
    parser.add_argument(
        "--representations",
        nargs="+",
        choices=("average", "gaussian"),
        default=["average", "gaussian"],
    )
    parser.add_argument(
        "--recipes", nargs="*", choices=sorted(t2b.RECIPES), default=["default", "plain", "paper"]
    )
    parser.add_argument("--no-baselines", dest="baselines", action="store_false")
    parser.add_argument("--rivals", action="store_true", help="order embeddings, Gaussians")
    parser.add_argument("--novel", type=int, help="novel datasets in a case")
    parser.add_argument("--datasets", type=int, help="datasets drawn for a case, novel ones too")
    parser.add_argument("--training-share", type=float, choices=FRACTIONS, default=0.8)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, help="of the CPU; as many as it has if left out")
    parser.add_argument("--out", type=Path, help="CSV file [t2b_lib/data/f1_COLLECTION.csv]")
    return parser.parse_args()


if __name__ == "__main__":
    main()
