"""The species of iNaturalist 2018 and CUB-200-2011 in classes, orders and families."""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
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

    A species in both counts once, and a group is a dataset if it has two species at least. The
    shipped placement is NCBI's; `categories` brings iNaturalist's own, which the paper used (Sec.
    4.1 of the Task2Box paper). There the birds of CUB keep NCBI's placement, and those whose
    placement iNaturalist contradicts are left out.

    Parameters
    ----------
    categories : path, optional
        iNaturalist 2018's `categories.json`. Without it, `inaturalist2018/categories.json` in the
        folder that the environment variable T2B_DATA_DIR names, where that is; else NCBI's
        placement. The title says which it is.
    keep_equal : bool
        Keep orders of a single family and the like, which are the same set of species as theirs.

    Returns
    -------
    Taxonomy
        `leaves` are scientific names; `labels` the common name where there is one, with the
        scientific name in brackets; `levels` is "class", "order" or "family".

    Raises
    ------
    FileNotFoundError
        There is no file `categories`.
    ValueError
        The file is not iNaturalist 2018's.
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
    """How many groups there are of each rank, beside the paper's numbers.

    They differ because NCBI's classification is not iNaturalist's: it splits some families, has no
    class for turtles and crocodiles (so no "Reptilia") and no order for some plants and fishes, and
    some of iNaturalist's names are unknown to it.

    Returns
    -------
    DataFrame
        A row per rank and one for their sum. Columns: "taxa" (with any species), "two species"
        (two or more), "distinct" (of these, each set of species once, by its lowest rank) and
        "paper".
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
    taxa = {row["taxon"]: row for row in read_table("inat_cub_taxa", dtype=str).to_dict("records")}

    def placement(taxon: str) -> dict[str, str]:
        ranks = {}
        while taxon:
            ranks[taxa[taxon]["rank"]] = taxon
            taxon = taxa[taxon]["parent"]
        return ranks

    return [
        _Species(
            name=row["species"],
            label=_label(row["species"], row["common_name"]),
            placement=placement(row["taxon"]),
            inaturalist=int(row["inaturalist"]) if row["inaturalist"] else None,
            cub=int(row["cub"]) if row["cub"] else None,
        )
        for row in read_table("inat_cub_species", dtype=str).to_dict("records")
    ]


def _label(scientific: str, common: str) -> str:
    return f"{common} ({scientific})" if common else scientific


def _placed_by_inaturalist(shipped: list[_Species], path: Path) -> list[_Species]:
    entries = _read_categories(path)
    known = {one.inaturalist: one for one in shipped if one.inaturalist is not None}
    species = []
    for entry in entries:
        one = known.get(entry["id"])
        placement = {rank: entry[rank] for rank in RANKS}
        if one is not None and one.cub is not None and not _agree(one.placement, placement):
            continue
        label = one.label if one is not None else entry["name"]
        cub = one.cub if one is not None else None
        species.append(_Species(entry["name"], label, placement, entry["id"], cub))

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
            f"{path} is not iNaturalist 2018's categories.json: a list of entries with "
            f"{', '.join(sorted(wanted))} is wanted."
        )
    return entries


def _edges(species: list[_Species]) -> list[tuple[str, str | None]]:
    """Species to family to order to class; a rank that is not known is passed over."""
    edges: dict[tuple[str, str | None], None] = {}
    for one in species:
        chain = [one.name, *(one.placement[r] for r in reversed(RANKS) if r in one.placement)]
        edges.update(dict.fromkeys(zip(chain, [*chain[1:], None], strict=True)))
    parents = defaultdict(set)
    for child, parent in edges:
        parents[child].add(parent)
    if twice := [child for child, found in parents.items() if len(found) > 1]:
        raise ValueError(f"{twice[0]!r} is placed twice: in {sorted(map(str, parents[twice[0]]))}.")
    return list(edges)
