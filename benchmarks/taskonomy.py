"""Spearman's correlation on Taskonomy's affinities, beside Table 3 of the Task2Box paper.

    python benchmarks/taskonomy.py [--variant measured] [--cases 30] [--only NAME] [--triples]

Writes `t2b_lib/data/taskonomy_cases.csv`, the scores of every method on random cases with three
novel tasks each, and prints means and spreads. With `--triples` it writes `taskonomy_triples.csv`,
the score on novel tasks for every choice of three, trained on all pairs of the other 22. Both files
are kept up to date as it goes; what is in them is not computed again, and `--fresh` drops the
variant's rows of the methods named first.

With `--agreement` it writes `taskonomy_agreement.csv`, which compares the affinities measured by
this library with the release's, target by target.

"measured" are the affinities of the rendered rooms; "main", "1k" and "16k" those of the
Taskonomy release.
"""

from __future__ import annotations

import argparse
import re
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import clone

import t2b_lib as t2b
from t2b_lib.affinity import predict
from t2b_lib.affinity.compare import rank_agreement, tree_agreement
from t2b_lib.baselines import AsymmetricCosine, AsymmetricEuclidean
from t2b_lib.evaluation import misaligned_spearman, score_affinities
from t2b_lib.model import Task2Box, fit_many
from t2b_lib.protocol import all_triples
from t2b_lib.store import write_whole
from t2b_lib.tables import beside_paper, paper_spearman, shipped_cases

DATA = Path(t2b.__file__).parent / "data"
VARIANTS = ("measured", "main", "1k", "16k")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--variant", default="measured", choices=VARIANTS)
    parser.add_argument("--cases", type=int, default=30)
    parser.add_argument("--triples", action="store_true", help="every choice of three novel tasks")
    parser.add_argument("--only", default="", help="methods whose name matches this pattern")
    parser.add_argument("--fresh", action="store_true", help="compute again what is in the file")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--agreement", action="store_true", help="of measured and released")
    options = parser.parse_args()
    if options.agreement:
        return agreement()
    raw, rescaled = collections(options.variant)
    chosen = methods_for_triples if options.triples else methods
    for name, method, takes_raw in chosen({"device": options.device, "progress": False}):
        if re.search(options.only, name):
            (triples if options.triples else cases)(
                name, method, raw if takes_raw else rescaled, options
            )
    if not options.triples:
        shown = shipped_cases(options.variant)
        print(beside_paper(shown, paper_spearman(), percent=False).to_string())


def collections(variant):
    """The 25 tasks with affinities as they are, and rescaled by Eq. 8."""
    source = {"source": "measured"} if variant == "measured" else {"variant": variant}
    affinities = t2b.affinity.load_affinities(**source)
    features = t2b.affinity.task_attributes().to_numpy(copy=True)
    return tuple(
        t2b.TaskCollection(affinities.names, features, relation)
        for relation in (affinities.relation, predict.rescale(affinities.relation))
    )


def methods(own):
    """(name, unfitted model, whether it takes affinities as they are)."""
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
            name = f"Task2Box {d}-d, paper{variant}"
            yield name, paper(d, hidden, own), False


def methods_for_triples(own):
    yield "Additive", predict.Additive(), False
    yield "Additive, attributes", predict.Additive(ridge=5.0), False
    one = predict.AffinityBoxes(3, teachers=0, epochs=1500, **own)
    yield "Task2Box 3-d, default, one network", one, True
    yield "Task2Box 3-d, paper, small", paper(3, (16,), own), False


def paper(box_dim, hidden, own):
    settings = {"box_dim": box_dim, "hidden": hidden, **predict.PAPER_RECIPE, **own}
    return Task2Box.from_recipe("paper", **settings)


def fit(method, tasks, splits, seeds):
    models = [clone(method) for _ in splits]
    for model, seed in zip(models, seeds, strict=True):
        if "seed" in model.get_params():
            model.set_params(seed=seed)
    # Each has its teachers beside it: more at once are not faster.
    size = 10 if isinstance(method, predict.AffinityBoxes) else len(models)
    for start in range(0, len(models), size):
        some = slice(start, start + size)
        fit_many(models[some], tasks, splits[some])
    return models


def cases(name, method, tasks, options):
    path = DATA / "taskonomy_cases.csv"
    table = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=["variant", "method"])
    own = (table["variant"] == options.variant) & (table["method"] == name)
    if options.fresh:
        table, own = table[~own], own[~own]
    missing = sorted(set(range(options.cases)) - set(table[own].get("case", ())))
    if not missing:
        return
    splits = [t2b.split(tasks, novel=3, seed=case) for case in missing]
    start = time.perf_counter()
    models = fit(method, tasks, splits, missing)
    seconds = (time.perf_counter() - start) / len(splits)
    rows = pd.DataFrame(
        score_affinities(model, tasks, split)
        | {"misaligned": misaligned_spearman(model, tasks, split, seed=case)}
        for case, model, split in zip(missing, models, splits, strict=True)
    ).round(4)
    rows.insert(0, "case", missing)
    rows.insert(0, "method", name)
    rows.insert(0, "variant", options.variant)
    table = pd.concat([table, rows]) if len(table) else rows
    order = [name for name, _, _ in methods({})]
    rank = {"variant": VARIANTS.index, "method": order.index}
    columns = ["variant", "method", "case"]
    table = table.sort_values(columns, key=lambda c: c.map(rank[c.name]) if c.name in rank else c)
    write_whole(path, table.to_csv(index=False))
    found = rows[["existing", "novel"]].mean().round(3).to_dict()
    print(f"{name:30} {found}  {seconds:.2f} s a case", flush=True)


def triples(name, method, tasks, options, together=100):
    path = DATA / "taskonomy_triples.csv"
    splits = all_triples(tasks)
    novel = pd.DataFrame([split.novel.tolist() for split in splits], columns=["a", "b", "c"])
    table = pd.read_csv(path) if path.exists() else novel
    column = f"{options.variant}: {name}"
    if column not in table or options.fresh:
        table[column] = np.nan
    start = time.perf_counter()
    missing = np.flatnonzero(table[column].isna())
    for batch in np.array_split(missing, -(-len(missing) // together)) if len(missing) else ():
        some = [splits[k] for k in batch]
        models = fit(method, tasks, some, batch.tolist())
        table.loc[batch, column] = [
            round(score_affinities(model, tasks, split)["novel"], 3)
            for model, split in zip(models, some, strict=True)
        ]
        write_whole(path, table.to_csv(index=False))
    score, seconds = table[column].mean(), time.perf_counter() - start
    print(f"{name:36} {score:.3f}  {seconds:.0f} s", flush=True)


def agreement():
    measured = t2b.affinity.load_affinities("measured")
    tables = []
    for variant in ("main", "1k", "16k"):
        released = t2b.affinity.load_affinities(variant=variant)
        table = rank_agreement(measured.names, measured.relation, released.relation)
        table.insert(0, "variant", variant)
        tables.append(table)
        _, scores = tree_agreement(measured.names, measured.relation, released.relation)
        print(variant, table["spearman"].describe().round(3).to_dict(), scores)
    table = pd.concat(tables).round(3)
    write_whole(DATA / "taskonomy_agreement.csv", table.to_csv(index=False))


if __name__ == "__main__":
    main()
