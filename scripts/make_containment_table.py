"""Make t2b_lib/data/dataset_containment.csv: which datasets of the catalogue contain which.

    python scripts/make_containment_table.py --wordnet /usr/share/wordnet   # Debian's wordnet-base
    python scripts/make_containment_table.py                                # NLTK's own corpus

No vector and no measure of likeness enters: the table is what such a measure is tested on. A class
is *found* in another dataset if that has a class

- of the same name, after case, punctuation, plural, spelling and a few filling words are removed;
- of the same meaning: the two share a WordNet 3.0 synset (ImageNet's classes have theirs, any other
  name stands for its first noun sense);
- of a wider meaning: one of the first's hypernyms, at most `HIGHEST` steps up (a name that WordNet
  lacks is the kind of thing that its last words name: a black-footed albatross is an albatross);
- of the same species, by the names that this library's table of iNaturalist and CUB joins.

What all classes of a dataset are, by its makers' page (`ALL_ARE`), they are here, too.

A dataset is contained if at least `CONTAINED` of its classes are found, or if its makers took it
from the other (`DERIVED`). A near miss is a pair of which at most `MISSED` are found *generously*:
any sense of the name counts then, in both directions, and so does any word that two names share.
The near misses are as many as the contained pairs. Each is the reverse of a contained pair, or has
classes in common, or is of one field; those with the largest generous share come first, at most
`EACH` for one dataset on either side, so that no single dataset decides the score.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from functools import cache
from pathlib import Path

from make_imagenet_table import open_wordnet
from tables import DATA, write_csv

from t2b_lib.data import read_table
from t2b_lib.hub import catalogue

CONTAINED, MISSED = 0.75, 1 / 3
HIGHEST = 6
EACH = 5
# Too wide to say what a picture shows.
TOO_WIDE = {
    "abstraction.n.06", "act.n.02", "animal.n.01", "artifact.n.01", "attribute.n.02",
    "causal_agent.n.01", "chordate.n.01", "condition.n.01", "container.n.01", "device.n.01",
    "entity.n.01", "equipment.n.01", "event.n.01", "group.n.01", "instrumentality.n.03",
    "living_thing.n.01", "location.n.01", "matter.n.03", "measure.n.02", "object.n.01",
    "organism.n.01", "part.n.01", "physical_entity.n.01", "plant.n.02", "property.n.02",
    "psychological_feature.n.01", "relation.n.01", "solid.n.01", "state.n.02", "structure.n.01",
    "substance.n.01", "tumor.n.01", "vehicle.n.01", "vertebrate.n.01", "whole.n.02",
}  # fmt: skip
# Words that say nothing, and spellings.
FILLING = {"a", "an", "and", "area", "class", "dataset", "from", "in", "of", "on", "the", "with"}
SPELT = {
    "aeroplane": "airplane", "automobile": "car", "colour": "color", "doughnut": "donut",
    "farm land": "farmland", "grass land": "grassland", "grey": "gray", "harbour": "harbor",
    "motorbike": "motorcycle", "plough": "plow", "tumour": "tumor", "tyre": "tire",
}  # fmt: skip
# Pages of the makers, who say that they took the first dataset's classes from the second's.
DERIVED = {
    ("CIFAR-10.1", "CIFAR-10"): "https://github.com/modestyachts/CIFAR-10.1",
    ("CINIC-10", "CIFAR-10"): "https://github.com/BayesWatch/cinic-10",
    ("ImageNet-A", "ImageNet-1k"): "https://github.com/hendrycks/natural-adv-examples",
    ("ImageNet-R", "ImageNet-1k"): "https://github.com/hendrycks/imagenet-r",
    ("ImageNet-Sketch", "ImageNet-1k"): "https://github.com/HaohanWang/ImageNet-Sketch",
    ("ImageNetV2", "ImageNet-1k"): "https://github.com/modestyachts/ImageNetV2",
    ("Imagenette", "ImageNet-1k"): "https://github.com/fastai/imagenette",
    ("Imagewang", "ImageNet-1k"): "https://github.com/fastai/imagenette",
    ("MNIST-M", "MNIST"): "https://arxiv.org/abs/1505.07818",
    ("Stanford Dogs", "ImageNet-1k"): "http://vision.stanford.edu/aditya86/ImageNetDogs/",
    ("STL-10", "ImageNet-1k"): "https://cs.stanford.edu/~acoates/stl10/",
    ("Tiny ImageNet", "ImageNet-1k"): "http://cs231n.stanford.edu/tiny-imagenet-200.zip",
}
# What each class of a dataset is, by its makers' page.
ALL_ARE = {
    "CUB-200-2011": (("bird.n.01",), "https://www.vision.caltech.edu/datasets/cub_200_2011/"),
    "FGVC-Aircraft": (
        ("airplane.n.01",),
        "https://www.robots.ox.ac.uk/~vgg/data/fgvc-aircraft/",
    ),
    "Oxford Flowers 102": (
        ("flower.n.01",),
        "https://www.robots.ox.ac.uk/~vgg/data/flowers/102/",
    ),
    "Oxford-IIIT Pet": (
        ("cat.n.01", "dog.n.01"),
        "https://www.robots.ox.ac.uk/~vgg/data/pets/",
    ),
    "Stanford Cars": (("car.n.01",), "https://ai.stanford.edu/~jkrause/cars/car_dataset.html"),
    "Stanford Dogs": (("dog.n.01",), "http://vision.stanford.edu/aditya86/ImageNetDogs/"),
}
KINDS = ("same name", "same species", "synonym", "wider class")


def singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if re.search("(s|x|z|ch|sh)es$", word):
        return word[:-2]
    return word[:-1] if len(word) > 3 and re.search("[^su]s$", word) else word


@cache
def words(name: str) -> tuple[str, ...]:
    """The words of a class name, in one spelling."""
    text = re.sub(r"[^a-z0-9]+", " ", re.sub(r"\(.*?\)", " ", name.lower())).strip()
    found = [singular(w) for w in text.split() if w not in FILLING] or text.split()
    text = " ".join(SPELT.get(w, w) for w in found)
    return tuple(SPELT.get(text, text).split())


class Meanings:
    """What WordNet says of the names of classes."""

    def __init__(self, wordnet):
        self.wordnet = wordnet
        table = read_table("imagenet_classes")
        self.of_imagenet = dict(zip(table["name"], table["synset"], strict=True))

    @cache  # noqa: B019  one object, as long as the script runs
    def senses(self, name: str, generously: bool = False) -> tuple:
        if name in self.of_imagenet and not generously:
            return (self.wordnet.synset(self.of_imagenet[name]),)
        found = self.wordnet.synsets("_".join(words(name)), "n")
        return tuple(found if generously else found[:1])

    @cache  # noqa: B019
    def kind(self, name: str, generously: bool) -> tuple:
        """Its senses, or those of its last words, without a year or a number at the end."""
        if found := self.senses(name, generously):
            return found
        parts = [w for w in words(name) if not w.isdigit()]
        ends = (" ".join(parts[start:]) for start in range(1, len(parts)))
        return next(filter(None, (self.senses(end, generously) for end in ends)), ())

    @cache  # noqa: B019
    def wider(self, name: str, generously: bool = False) -> frozenset:
        """Its synsets and their hypernyms, without those that are too wide."""
        found, front = set(), set(self.kind(name, generously))
        for _ in range(HIGHEST + 1):
            found |= front
            front = {up for one in front for up in one.hypernyms()}
        return frozenset(s for s in found if s.name() not in TOO_WIDE)


def species(cub: tuple[str, ...]) -> dict[str, str]:
    """The scientific name that a class of iNaturalist or CUB stands for."""
    rows = read_table("inat_cub_species", dtype=str).to_dict("records")
    names = {r["common_name"]: r["species"] for r in rows if r["common_name"]}
    names |= {cub[int(r["cub"])]: r["species"] for r in rows if r["cub"]}
    return names | {r["species"]: r["species"] for r in rows}


class Comparison:
    """How many classes of each dataset another one has."""

    def __init__(self, classes: dict[str, tuple[str, ...]], meanings: Meanings):
        self.classes, self.meanings, self.species = (
            classes,
            meanings,
            species(classes["CUB-200-2011"]),
        )
        of = self.species.get
        self.words = {n: {words(c) for c in cs} for n, cs in classes.items()}
        self.kinds = {n: {of(c) for c in cs} - {None} for n, cs in classes.items()}
        self.first = {n: {s for c in cs for s in meanings.senses(c)} for n, cs in classes.items()}
        self.tokens = {n: {w for c in cs for w in words(c)} for n, cs in classes.items()}
        self.all = {
            n: {s for c in cs for s in meanings.senses(c, True)} for n, cs in classes.items()
        }
        self.all_wider = {
            n: {s for c in cs for s in meanings.wider(c, True)} for n, cs in classes.items()
        }

    def found(self, i: str, j: str) -> Counter:
        """How many classes of i are found in j, by kind of finding."""
        if self.all_in(i, j):
            return Counter({"wider class": len(self.classes[i])})
        return Counter(filter(None, (self._how(c, j) for c in self.classes[i])))

    def all_in(self, i: str, j: str) -> bool:
        """Whether j has all that the classes of i are by their makers' page."""
        kinds, _ = ALL_ARE.get(i, ((), ""))
        return bool(kinds) and {s.name() for s in self.first[j]}.issuperset(kinds)

    def _how(self, name: str, j: str) -> str | None:
        if words(name) in self.words[j]:
            return "same name"
        if self.species.get(name) in self.kinds[j]:
            return "same species"
        if self.first[j].intersection(self.meanings.senses(name)):
            return "synonym"
        return "wider class" if self.first[j] & self.meanings.wider(name) else None

    def generous(self, i: str, j: str) -> float:
        def likely(name: str) -> bool:
            return (
                self._how(name, j) is not None
                or bool(self.tokens[j].intersection(words(name)))
                or bool(self.all[j] & self.meanings.wider(name, True))
                or bool(self.all_wider[j].intersection(self.meanings.senses(name, True)))
            )

        return sum(map(likely, self.classes[i])) / len(self.classes[i])


def make(table, meanings: Meanings) -> list[dict]:
    """The rows of the table: contained pairs first, then the near misses."""
    comparison = Comparison(dict(zip(table["name"], table["classes"], strict=True)), meanings)
    field = dict(zip(table["name"], table["field"], strict=True))
    contained, missed = [], []
    pairs = [(i, j) for i in table["name"] for j in table["name"] if i != j]
    for i, j in pairs:
        found, n = comparison.found(i, j), len(comparison.classes[i])
        share = sum(found.values()) / n
        page = DERIVED.get((i, j)) or (ALL_ARE[i][1] if comparison.all_in(i, j) else "")
        if share >= CONTAINED or (i, j) in DERIVED:
            contained.append(row(i, j, 1, found, n, page))
    reverse = {(r["of"], r["inside"]) for r in contained}
    inside = {(r["inside"], r["of"]) for r in contained}
    for i, j in pairs:
        found, n = comparison.found(i, j), len(comparison.classes[i])
        if (i, j) in inside or sum(found.values()) / n > MISSED:
            continue
        if not ((i, j) in reverse or found or field[i] == field[j]):
            continue
        share = comparison.generous(i, j)
        if share <= MISSED:
            missed.append((share, row(i, j, 0, found, n, "")))
    missed.sort(key=lambda one: (-one[0], one[1]["inside"], one[1]["of"]))
    chosen, times = [], Counter()
    for _, one in missed:
        sides = (("inside", one["inside"]), ("of", one["of"]))
        if max(times[side] for side in sides) < EACH and len(chosen) < len(contained):
            times.update(sides)
            chosen.append(one)
    return contained + chosen


def row(i: str, j: str, holds: int, found: Counter, n: int, page: str) -> dict:
    said = ", ".join(f"{found[kind]} {kind}" for kind in KINDS if found[kind])
    evidence = f"{sum(found.values())} of {n} classes found" + (f": {said}" if said else "")
    return {
        "inside": i,
        "of": j,
        "contained": holds,
        "found": sum(found.values()),
        "classes": n,
        "evidence": evidence + (f"; {page}" if page else ""),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wordnet", type=Path, help="a folder of WordNet 3.0's files")
    parser.add_argument("--out", type=Path, default=DATA)
    options = parser.parse_args()
    with open_wordnet(options.wordnet) as wordnet:
        rows = make(catalogue(), Meanings(wordnet))
    write_csv(options.out / "dataset_containment.csv", rows)


if __name__ == "__main__":
    main()
