"""The species of iNaturalist 2018 and CUB-200-2011 in classes, orders and families."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from t2b_lib.data import read_table
from t2b_lib.taxonomy.hierarchy import Taxonomy

RANKS = ("class", "order", "family")
PAPER = {"class": 47, "order": 202, "family": 589}


def inaturalist_cub(
    categories: str | os.PathLike | None = None, *, keep_equal: bool = False
) -> Taxonomy:
    """The species of iNaturalist 2018 and CUB-200-2011 as classes, orders and families.

    A species in both counts once, and a group is a dataset if it has at least two species. With
    `keep_equal` a group is kept even if its species are the same as those of a lower group, such as
    an order with a single family. The shipped placement is NCBI's. The paper (Sec. 4.1) used
    iNaturalist's own, which `categories` provides. CUB's birds then keep NCBI's placement, except
    birds that iNaturalist places differently: these are left out.

    `categories` is iNaturalist 2018's `categories.json`. If left out, it is
    `inaturalist2018/categories.json` in the folder that the environment variable T2B_DATA_DIR
    names, if there is one; else NCBI's placement. The title says which. Raises FileNotFoundError if
    there is no such file, ValueError if it is not iNaturalist 2018's.

    `leaves` are scientific names. `labels` are common names with the scientific name in brackets,
    or the scientific name alone. `levels` is "class", "order" or "family".
    """
    species, source = _species(categories)
    child, parent = zip(*_edges(species), strict=True)
    taxonomy = Taxonomy.from_table(
        child, parent, keep_equal=keep_equal, title=f"iNaturalist 2018 and CUB, {source}"
    )
    rank = {one.placement[r]: r for one in species for r in one.placement}
    label = {one.name: one.label for one in species}
    return replace(
        taxonomy,
        labels=[label[leaf] for leaf in taxonomy.leaves],
        levels=[rank[name] for name in taxonomy.names],
    )


def inaturalist_cub_counts(categories: str | os.PathLike | None = None) -> pd.DataFrame:
    """The number of groups of each rank, beside the paper's numbers.

    They differ because NCBI's classification is not iNaturalist's. NCBI splits some families, has
    no class for turtles and crocodiles ("Reptilia") and no order for some plants and fishes, and
    does not know some of iNaturalist's names. The DataFrame has a row for each rank and one for
    their sum, and the columns "taxa" (with any species), "two species" (with at least two),
    "distinct" (of these, one for each set of species) and "paper".
    """
    species, _ = _species(categories)
    taxa = Counter(rank for rank, _ in {item for one in species for item in one.placement.items()})
    two = Counter(inaturalist_cub(categories, keep_equal=True).levels)
    distinct = Counter(inaturalist_cub(categories).levels)
    counts = pd.DataFrame(
        {"taxa": taxa, "two species": two, "distinct": distinct, "paper": PAPER}, index=list(RANKS)
    )
    counts.loc["all"] = counts.sum()
    return counts


@dataclass(frozen=True)
class _Species:
    name: str
    label: str
    placement: dict[str, str]  # rank -> taxon, as far as known
    inaturalist: int | None
    cub: int | None


def _species(categories: str | os.PathLike | None) -> tuple[list[_Species], str]:
    shipped = _shipped_species()
    if categories is None:
        folder = os.environ.get("T2B_DATA_DIR")
        usual = Path(folder, "inaturalist2018", "categories.json") if folder else None
        if usual is None or not usual.is_file():
            return shipped, "placed by NCBI"
        categories = usual
    return _placed_by_inaturalist(shipped, Path(categories)), "placed by iNaturalist"


def _shipped_species() -> list[_Species]:
    taxa = read_table("inat_cub_taxa", dtype=str).set_index("taxon")
    rank, above = taxa["rank"].to_dict(), taxa["parent"].to_dict()

    def placement(taxon: str) -> dict[str, str]:
        return {rank[taxon]: taxon, **placement(above[taxon])} if taxon else {}

    return [
        _Species(
            name=row.species,
            label=f"{row.common_name} ({row.species})" if row.common_name else row.species,
            placement=placement(row.taxon),
            inaturalist=int(row.inaturalist) if row.inaturalist else None,
            cub=int(row.cub) if row.cub else None,
        )
        for row in read_table("inat_cub_species", dtype=str).itertuples()
    ]


def _placed_by_inaturalist(shipped: list[_Species], path: Path) -> list[_Species]:
    known = {one.inaturalist: one for one in shipped if one.inaturalist is not None}
    species = []
    for entry in _read_categories(path):
        number, name = entry["id"], entry["name"]
        one = known.get(number, _Species(name, name, {}, number, None))
        placement = {rank: entry[rank] for rank in RANKS}
        if one.cub is None or _agree(one.placement, placement):
            species.append(replace(one, name=name, placement=placement))

    chains: dict[str, dict[str, str]] = {}
    for one in species:
        for rank, taxon in one.placement.items():
            chains.setdefault(taxon, {r: one.placement[r] for r in RANKS[: RANKS.index(rank)]})
    return species + [
        bird
        for bird in shipped
        if bird.inaturalist is None
        and all(_agree(chains.get(taxon, {}), bird.placement) for taxon in bird.placement.values())
    ]


def _agree(one: dict[str, str], other: dict[str, str]) -> bool:
    return all(one[rank] == other[rank] for rank in one.keys() & other.keys())


def _read_categories(path: Path) -> list[dict]:
    entries = json.loads(path.read_text(encoding="utf-8"))
    wanted = {"id", "name", *RANKS}
    if not isinstance(entries, list) or not all(
        isinstance(entry, dict) and wanted <= entry.keys() for entry in entries
    ):
        raise ValueError(
            f"{path} is not iNaturalist 2018's categories.json: this is a list of entries with "
            f"{', '.join(sorted(wanted))}."
        )
    return entries


def _edges(species: list[_Species]) -> list[tuple[str, str | None]]:
    """From species to family to order to class; unknown ranks are skipped."""
    parent: dict[str, str | None] = {}
    for one in species:
        chain = [one.name, *(one.placement[r] for r in reversed(RANKS) if r in one.placement)]
        for child, above in zip(chain, [*chain[1:], None], strict=True):
            if parent.setdefault(child, above) != above:
                both = sorted(map(str, (parent[child], above)))
                raise ValueError(f"{child!r} is placed twice: in {both}.")
    return list(parent.items())
