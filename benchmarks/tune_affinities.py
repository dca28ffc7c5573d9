"""Choose the recipe for affinities on one source, and report it on another.

    python benchmarks/tune_affinities.py

The rooms' affinities and the Taskonomy release are measured on the same 25 tasks. So a recipe that
was chosen on validation pairs of one source has seen, in some case, nearly every cell of that
source. Here a recipe is chosen twice: on validation pairs of the rooms, and on those of the release
("main" and "16k"). Each choice is then scored on the test pairs and novel pairs of the other
source, beside the recipe that the library has.

The search changes one setting of the library's recipe at a time, then tries the best value of every
setting together. Models are 3-d and have no teachers, for speed. Scores that the output file has
already are not computed again. `results/tune_affinities.txt` has the output.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

import t2b_lib as t2b
from t2b_lib.affinity.predict import _RECIPE
from t2b_lib.collection import Split
from t2b_lib.evaluation import score_affinities
from t2b_lib.model import fit_many
from t2b_lib.store import write_whole

VALUES = {
    "hidden": [(32,), (128, 64)],
    "noise": [0.1, 0.4],
    "learning_rate": [2e-3, 1e-2],
    "distance_weight": [0.1, 3.0],
    "regularity_weight": [0.01, 1.0],
}
SOURCES = {"rooms": ["measured"], "release": ["main", "16k"]}
# Apart from the reported cases, which start at 0.
FIRST_SEED = 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--cases", type=int, default=30)
    parser.add_argument("--epochs", type=int, default=500)
    parser.add_argument("--out", type=Path, default=Path("tuning.csv"))
    options = parser.parse_args()
    scores = Scores(options)
    changes = [{}] + [{name: value} for name, values in VALUES.items() for value in values]

    chosen = {}
    for source, variants in SOURCES.items():
        cases = {label(change): scores.validation(variants, change) for change in changes}
        found = pd.DataFrame(cases).mean()
        together = {}
        for name, values in VALUES.items():
            best = max(values, key=lambda value, name=name: found[label({name: value})])
            if found[label({name: best})] > found[label({})]:
                together[name] = best
        cases[label(together)] = scores.validation(variants, together)
        table = pd.DataFrame(cases)
        found = table.mean()
        chosen[source] = max([*changes, together], key=lambda change: found[label(change)])
        gain = table.sub(table[label({})], axis=0)
        columns = {"score": found, "gain": gain.mean(), "its standard error": gain.sem()}
        print(f"\nvalidation pairs of the {source}, {options.cases} cases")
        print(pd.DataFrame(columns).sort_values("score", ascending=False).round(4).to_string())

    for source, other in (("rooms", "release"), ("release", "rooms")):
        rows = {
            "the library's recipe": scores.reported(SOURCES[other], {}),
            f"chosen on the {source}: {label(chosen[source])}": scores.reported(
                SOURCES[other], chosen[source]
            ),
        }
        print(f"\ntest pairs and novel pairs of the {other}, cases 0 to {options.cases - 1}")
        for name, table in rows.items():
            means = table.groupby("variant", sort=False)[["existing", "novel"]].mean().round(3)
            print(f"{name}\n{means.to_string()}")


def label(change: dict) -> str:
    return ", ".join(f"{name} {value}" for name, value in change.items()) or "the library's recipe"


class Scores:
    """Scores of changed recipes, kept in a file."""

    def __init__(self, options):
        self.options = options
        self.table = pd.read_csv(options.out) if options.out.exists() else pd.DataFrame()

    def validation(self, variants: list[str], change: dict) -> pd.Series:
        """Spearman's correlation on the validation pairs of every case and variant."""
        return self._of(variants, change, FIRST_SEED)["existing"].reset_index(drop=True)

    def reported(self, variants: list[str], change: dict) -> pd.DataFrame:
        """Scores on the test pairs and novel pairs of the reported cases."""
        return self._of(variants, change, 0)

    def _of(self, variants: list[str], change: dict, first: int) -> pd.DataFrame:
        return pd.concat([self._of_variant(variant, change, first) for variant in variants])

    def _of_variant(self, variant: str, change: dict, first: int) -> pd.DataFrame:
        cases, epochs = range(first, first + self.options.cases), self.options.epochs
        key = {"variant": variant, "change": label(change), "epochs": epochs}
        if len(self.table):
            same = (self.table[list(key)] == pd.Series(key)).all(axis=1)
            kept = self.table[same & self.table["case"].isin(cases)]
            if len(kept) == len(cases):
                return kept
        source = {"source": "measured"} if variant == "measured" else {"variant": variant}
        affinities = t2b.affinity.load_affinities(**source)
        features = t2b.affinity.task_attributes().to_numpy(copy=True)
        tasks = t2b.TaskCollection(affinities.names, features, affinities.relation)
        splits = [t2b.split(tasks, novel=3, seed=case) for case in cases]
        settings = _RECIPE | change
        models = [
            t2b.Task2Box(3, ranks=True, epochs=epochs, seed=case, progress=False, **settings)
            for case in cases
        ]
        fit_many(models, tasks, splits)
        if first == FIRST_SEED:
            splits = [Split(**(vars(split) | {"test": split.validation})) for split in splits]
        found = [score_affinities(m, tasks, s) for m, s in zip(models, splits, strict=True)]
        rows = pd.DataFrame(found)[["existing", "novel"]].round(4)
        rows = rows.assign(case=list(cases), **key)[[*key, "case", "existing", "novel"]]
        self.table = pd.concat([self.table, rows], ignore_index=True)
        write_whole(self.options.out, self.table.to_csv(index=False))
        return rows


if __name__ == "__main__":
    main()
