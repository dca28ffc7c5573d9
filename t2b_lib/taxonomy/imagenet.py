"""ImageNet-1k's classes in WordNet 3.0's noun hierarchy."""

from __future__ import annotations

from collections import Counter
from functools import cache

from t2b_lib.data import read_table
from t2b_lib.taxonomy.hierarchy import Taxonomy, near_matches

INSTRUMENTALITY = "instrumentality.n.03"


def imagenet_instruments() -> Taxonomy:
    """The paper's 131 datasets of ImageNet-1k's instruments, 300 of their pairs nested.

    Every hypernym below *instrumentality* that holds two ImageNet classes or more (Sec. 4.1 of the
    Task2Box paper); see `imagenet` for the rule.

    Returns
    -------
    Taxonomy
        131 datasets; `containment` has 300 ones off its diagonal.
    """
    taxonomy = imagenet(INSTRUMENTALITY)
    nested = int(taxonomy.containment.sum()) - len(taxonomy)
    assert (len(taxonomy), nested) == (131, 300), f"the shipped table is damaged: {taxonomy}"
    return taxonomy


def imagenet(subtree: str) -> Taxonomy:
    """The datasets of ImageNet-1k below one of WordNet's nouns.

    A dataset is the set of ImageNet classes under a hypernym strictly below `subtree`, if there are
    two at least. Hypernyms with the same set count once, by the name of the most specific: the one
    with the longest way up to *entity*, of several the first in WordNet. A dataset is called by its
    synset's first lemma; where two share it, the second lemma or else the synset is added.

    Parameters
    ----------
    subtree : str
        A lemma ("animal", "vehicle"), a synset ("dog.n.01") or a synset's offset in WordNet 3.0
        ("02084071").

    Returns
    -------
    Taxonomy
        `leaves` are ImageNet's class names, in label order.

    Raises
    ------
    ValueError
        The name is unknown, means several synsets, or has no dataset below it.
    """
    synsets, child, parent = _wordnet()
    found = _meant_by(subtree, synsets)
    taxonomies, empty = [], None
    for synset in found:
        try:
            taxonomies.append(Taxonomy.from_table(child, parent, subtree=synset))
        except ValueError as error:
            empty = error
    if not taxonomies:
        raise ValueError(f"ImageNet-1k has no dataset below {subtree!r}.") from empty
    if len(taxonomies) > 1:
        meanings = ", ".join(taxonomy.title for taxonomy in taxonomies)
        raise ValueError(f"{subtree!r} has several meanings: {meanings}. Name one of these.")
    return _with_lemmas(taxonomies[0], synsets)


@cache
def _wordnet() -> tuple[dict[str, dict], list[str], list[str]]:
    """Synset to its row; and the edges, from ImageNet's classes (by name, in label order) up."""
    synsets = {
        row["synset"]: row for row in read_table("wordnet_hypernyms", dtype=str).to_dict("records")
    }
    classes = {
        row["synset"]: row["name"]
        for row in read_table("imagenet_classes", dtype=str).to_dict("records")
    }
    edges = [
        (classes.get(synset, synset), hypernym)
        for synset in [*classes, *(s for s in synsets if s not in classes)]
        for hypernym in synsets[synset]["hypernyms"].split("|")
    ]
    child, parent = zip(*edges, strict=True)
    return synsets, list(child), list(parent)


def _meant_by(subtree: str, synsets: dict[str, dict]) -> list[str]:
    name = subtree.strip().lower().replace("_", " ")
    lemmas = {s: row["lemmas"].lower().split("|") for s, row in synsets.items()}
    found = [
        synset
        for synset, row in synsets.items()
        if name in lemmas[synset] or subtree == synset or subtree == row["offset"]
    ]
    if not found:
        known = [*dict.fromkeys(lemma for group in lemmas.values() for lemma in group), *synsets]
        raise ValueError(
            f"{subtree!r} is no class of ImageNet-1k and no hypernym of one in WordNet 3.0."
            + near_matches(name, known)
        )
    return found


def _with_lemmas(taxonomy: Taxonomy, synsets: dict[str, dict]) -> Taxonomy:
    lemmas = {synset: synsets[synset]["lemmas"].split("|") for synset in taxonomy.names}
    count = Counter(first for first, *_ in lemmas.values())
    names = [
        first if count[first] == 1 else f"{first} ({others[0] if others else synset})"
        for synset, (first, *others) in lemmas.items()
    ]
    title = f"ImageNet: {synsets[taxonomy.title]['lemmas'].split('|')[0]}"
    return Taxonomy(names, taxonomy.members, taxonomy.leaves, title)
