"""ImageNet-1k's classes in WordNet 3.0's noun hierarchy."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pandas as pd

from t2b_lib.data import read_table
from t2b_lib.taxonomy.hierarchy import Taxonomy, near_matches


def imagenet_instruments() -> Taxonomy:
    """The paper's 131 datasets of ImageNet-1k's instruments.

    Every hypernym below *instrumentality* that contains at least two ImageNet classes (Sec. 4.1 of
    the Task2Box paper); `imagenet` has the exact rule. `containment` has 300 ones off its diagonal.
    """
    taxonomy = imagenet("instrumentality.n.03")
    nested = int(taxonomy.containment.sum()) - len(taxonomy)
    assert (len(taxonomy), nested) == (131, 300), f"the shipped table is damaged: {taxonomy}"
    return taxonomy


def imagenet(subtree: str) -> Taxonomy:
    """The datasets of ImageNet-1k below one of WordNet's nouns.

    A dataset is the set of ImageNet classes under a hypernym strictly below `subtree`, if there are
    at least two. Of hypernyms with the same set only the most specific is kept: the one with the
    longest way up to *entity*, or among several such the first in WordNet. A dataset has the name
    of its synset's first lemma; where two share it, the second lemma or else the synset is added.
    The `leaves` are ImageNet's class names, in label order.

    The `subtree` is a lemma ("animal", "vehicle"), a synset ("dog.n.01") or a synset's offset in
    WordNet 3.0 ("02084071"). Raises ValueError if it is unknown, means several synsets, or has no
    dataset below it.
    """
    synsets, child, parent = _wordnet()
    taxonomies, empty = [], None
    for synset in _meant_by(subtree, synsets):
        try:
            taxonomies.append(Taxonomy.from_table(child, parent, subtree=synset))
        except ValueError as error:
            empty = error
    if not taxonomies:
        raise ValueError(f"ImageNet-1k has no dataset below {subtree!r}.") from empty
    if len(taxonomies) > 1:
        meanings = ", ".join(taxonomy.title for taxonomy in taxonomies)
        raise ValueError(f"{subtree!r} has several meanings: {meanings}. Name one of these.")
    found = taxonomies[0]
    lemmas = {synset: synsets.at[synset, "lemmas"].split("|") for synset in found.names}
    count = Counter(first for first, *_ in lemmas.values())
    names = [
        first if count[first] == 1 else f"{first} ({others[0] if others else synset})"
        for synset, (first, *others) in lemmas.items()
    ]
    title = f"ImageNet: {synsets.at[found.title, 'lemmas'].split('|')[0]}"
    return Taxonomy(names, found.members, found.leaves, title)


@cache
def _wordnet() -> tuple[pd.DataFrame, list[str], list[str]]:
    """The synsets, and the edges from ImageNet's classes (by name, in label order) upwards."""
    synsets = read_table("wordnet_hypernyms", dtype=str).set_index("synset")
    classes = read_table("imagenet_classes", dtype=str).set_index("synset")["name"]
    edges = synsets.loc[[*classes.index, *synsets.index.difference(classes.index, sort=False)]]
    edges = edges["hypernyms"].str.split("|").explode()
    return synsets, [classes.get(synset, synset) for synset in edges.index], list(edges)


def _meant_by(subtree: str, synsets: pd.DataFrame) -> list[str]:
    """The synsets that a lemma, a synset's name or an offset stands for."""
    lemmas = synsets["lemmas"].str.lower().str.split("|").explode()
    named = lemmas.index[lemmas == subtree.strip().lower().replace("_", " ")]
    found = synsets.index.isin(named) | (synsets.index == subtree) | (synsets["offset"] == subtree)
    if not found.any():
        raise ValueError(
            f"{subtree!r} is neither a class of ImageNet-1k nor a hypernym of one in WordNet 3.0."
            + near_matches(subtree, [*lemmas.unique(), *synsets.index])
        )
    return list(synsets.index[found])
