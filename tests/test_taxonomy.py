"""Taxonomies: containment of sets of classes, ImageNet's hierarchy, the shipped tables."""

import importlib.util
import os
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from t2b_lib.data import read_table
from t2b_lib.taxonomy import Taxonomy, imagenet, imagenet_instruments

ROOT = Path(__file__).resolve().parents[1]


def pairs_of(taxonomy):
    """The names of the pairs (inside, around) that the containment states."""
    i, j = np.nonzero(taxonomy.containment)
    return {(taxonomy.names[a], taxonomy.names[b]) for a, b in zip(i, j, strict=True) if a != b}


def parents_of(taxonomy, name):
    return {taxonomy.names[p] for p in taxonomy.parents[taxonomy.names.index(name)]}


# "piano" has two parents; "string" and "plucked" have the same classes; "reed" has only one.
BAND = {
    "grand": ["piano"],
    "upright": ["piano"],
    "guitar": ["plucked"],
    "harp": ["plucked"],
    "plucked": ["string"],
    "piano": ["keyboard", "percussion"],
    "drum": ["percussion"],
    "organ": ["keyboard"],
    "oboe": ["reed"],
    "reed": ["wind"],
    "horn": ["wind"],
    "string": ["band"],
    "keyboard": ["band"],
    "percussion": ["band"],
    "wind": ["band"],
}


def band(**options):
    child, parent = zip(*[(c, p) for c, ps in BAND.items() for p in ps], strict=True)
    return Taxonomy.from_table(child, parent, **options)


def test_a_deep_hierarchy_is_drawn():
    names = [f"n{i}" for i in range(1200)]
    members = np.tril(np.ones((1200, 1201), dtype=bool), 1)[::-1]
    page = Taxonomy(names, members, [f"c{i}" for i in range(1201)])._repr_html_()
    assert page.count("<li>") == page.count("</li>") == 1200
    assert page.count("<ul") == page.count("</ul>") == 1200


def test_hand_worked_graph():
    taxonomy = band()
    # "reed" has a single class; of "string" and "plucked" the one further from the top is kept.
    assert set(taxonomy.names) == {"band", "keyboard", "percussion", "piano", "plucked", "wind"}
    assert pairs_of(taxonomy) == {
        ("piano", "keyboard"),
        ("piano", "percussion"),
        ("piano", "band"),
        ("keyboard", "band"),
        ("percussion", "band"),
        ("plucked", "band"),
        ("wind", "band"),
    }
    assert parents_of(taxonomy, "piano") == {"keyboard", "percussion"}
    assert parents_of(taxonomy, "band") == set()
    depth = dict(zip(taxonomy.names, taxonomy.depth.tolist(), strict=True))
    assert depth == {"band": 0, "keyboard": 1, "percussion": 1, "plucked": 1, "wind": 1, "piano": 2}
    assert taxonomy.members_of("keyboard") == ["grand", "upright", "organ"]
    assert np.array_equal(np.diag(taxonomy.containment), np.ones(6))


def test_equal_sets_can_be_kept_and_do_not_contain_each_other():
    taxonomy = band(keep_equal=True)
    assert {"string", "plucked"} < set(taxonomy.names)
    assert not {("string", "plucked"), ("plucked", "string")} & pairs_of(taxonomy)


def test_the_first_of_equal_sets_at_one_height_is_kept():
    child = ["x", "y", "x", "y"]
    assert Taxonomy.from_table(child, ["b", "b", "a", "a"]).names == ["b"]
    assert Taxonomy.from_table(child, ["a", "a", "b", "b"]).names == ["a"]


def test_a_subtree_is_what_lies_strictly_below_an_entry():
    taxonomy = band(subtree="keyboard")
    assert taxonomy.names == ["piano"]
    assert taxonomy.leaves == ["grand", "upright"]
    assert taxonomy.title == "keyboard"


def test_a_missing_parent_marks_the_top():
    for missing in (None, "", float("nan"), pd.NA):
        taxonomy = Taxonomy.from_table(["a", "x", "y"], [missing, "a", "a"])
        assert taxonomy.names == ["a"]


def test_datasets_come_depth_first():
    dogs = imagenet("dog")
    assert all(len(parents) < 2 for parents in dogs.parents)
    for around in range(len(dogs)):
        inside = np.flatnonzero(dogs.containment[:, around])
        assert inside.tolist() == list(range(around, around + len(inside)))
    instruments = imagenet_instruments()
    for i, parents in enumerate(instruments.parents):
        assert not parents or min(parents) < i


def test_a_cycle_is_named():
    with pytest.raises(ValueError, match="cycle") as error:
        Taxonomy.from_table(["x", "a", "b", "c", "y"], ["a", "b", "c", "a", "d"])
    assert all(repr(name) in str(error.value) for name in "abc")
    assert "'d'" not in str(error.value)
    with pytest.raises(ValueError, match="'a' in 'a'"):
        Taxonomy.from_table(["a"], ["a"])


@pytest.mark.parametrize(
    ("child", "parent", "options", "message"),
    [
        (["x", "y"], ["a"], {}, "2 children and 1 parents"),
        (["x", None], ["a", "b"], {}, "row 1 has no child"),
        (["x", "y"], ["animal", "animal"], {"subtree": "anmal"}, "Did you mean 'animal'"),
        (["x", "y"], ["a", "a"], {"subtree": "a"}, "no dataset below 'a'"),
        (["x", "y"], ["a", "b"], {}, "no dataset below the table"),
        ([], [], {}, "no dataset"),
    ],
)
def test_bad_tables(child, parent, options, message):
    with pytest.raises(ValueError, match=message):
        Taxonomy.from_table(child, parent, **options)


@pytest.mark.parametrize(
    ("names", "members", "leaves", "message"),
    [
        (["a", "a"], [[1, 1], [1, 0]], ["x", "y"], "dataset names must differ.*'a'"),
        (["a", "b"], [[1, 1], [1, 0]], ["x", "x"], "class names must differ.*'x'"),
        (["a", "b"], [[1, 1], [0, 0]], ["x", "y"], "without members: 'b'"),
        (["a"], [[1, 1], [1, 0]], ["x", "y"], "shape"),
        ([], [], ["x", "y"], "needs at least one dataset"),
        (["a", "b"], [[1, 1], [1, 0]], ["x"], "shape"),
    ],
)
def test_bad_members(names, members, leaves, message):
    with pytest.raises(ValueError, match=message):
        Taxonomy(names, np.array(members), leaves)


def test_an_unknown_dataset_is_an_error_with_near_names():
    with pytest.raises(ValueError, match=r"'pianoo'.*'piano'"):
        band().members_of("pianoo")


@st.composite
def member_arrays(draw):
    rows, columns = draw(st.integers(1, 9)), draw(st.integers(1, 6))
    sets = st.sets(st.integers(0, columns - 1), min_size=1)
    members = np.zeros((rows, columns), dtype=bool)
    for row in members:
        row[list(draw(sets))] = True
    return members


@settings(deadline=None)  # the machine may be busy
@given(member_arrays())
def test_containment_agrees_with_python_sets(members):
    taxonomy = Taxonomy(range(len(members)), members, range(members.shape[1]))
    sets = [frozenset(np.flatnonzero(row)) for row in members]
    strict = np.array([[a < b for b in sets] for a in sets])
    stated = taxonomy.containment.astype(bool) & ~np.eye(len(members), dtype=bool)
    assert np.array_equal(stated, strict)
    assert not (stated & stated.T).any()
    assert not ((stated.astype(int) @ stated > 0) & ~stated).any()

    def longest_chain(i):
        return max((1 + longest_chain(j) for j in np.flatnonzero(strict[i])), default=0)

    assert taxonomy.depth.tolist() == [longest_chain(i) for i in range(len(members))]
    for i, parents in enumerate(taxonomy.parents):
        around = set(np.flatnonzero(strict[i]))
        assert set(parents) == {j for j in around if not any(strict[k, j] for k in around)}


@st.composite
def acyclic_edges(draw):
    nodes = draw(st.integers(2, 12))
    possible = list(combinations(range(nodes), 2))
    edges = draw(st.lists(st.sampled_from(possible), min_size=1, unique=True))
    return draw(st.permutations(edges))


@settings(deadline=None)  # the machine may be busy
@given(acyclic_edges())
def test_entries_are_the_sets_of_classes_below_them(edges):
    below = {}
    for child, parent in edges:
        below.setdefault(str(parent), []).append(str(child))

    def classes(node):
        return set().union(*map(classes, below[node])) if node in below else {node}

    groups = {n: frozenset(classes(n)) for n in below if len(classes(n)) >= 2}
    if not groups:
        with pytest.raises(ValueError, match="no dataset"):
            Taxonomy.from_table(*zip(*edges, strict=True))
        return
    every = Taxonomy.from_table(*zip(*edges, strict=True), keep_equal=True)
    assert {n: frozenset(every.members_of(n)) for n in every.names} == groups
    once = Taxonomy.from_table(*zip(*edges, strict=True))
    kept = [frozenset(once.members_of(n)) for n in once.names]
    assert len(set(kept)) == len(kept) and set(kept) == set(groups.values())


def test_imagenet_instruments_have_the_papers_counts():
    taxonomy = imagenet_instruments()
    sets = [frozenset(taxonomy.members_of(name)) for name in taxonomy.names]
    assert len(taxonomy) == len(set(sets)) == 131
    assert min(map(len, sets)) >= 2
    assert sum(a < b for a in sets for b in sets) == 300
    assert int(taxonomy.containment.sum()) == 300 + 131


def test_known_containments_of_imagenet_instruments():
    taxonomy = imagenet_instruments()
    assert taxonomy.members_of("guitar") == ["acoustic guitar", "electric guitar"]
    assert parents_of(taxonomy, "piano") == {
        "keyboard instrument",
        "percussion instrument",
        "stringed instrument",
    }
    assert ("guitar", "musical instrument") in pairs_of(taxonomy)
    assert "instrumentality" not in taxonomy.names
    labels = read_table("imagenet_classes", dtype=str).set_index("name")["label"].astype(int)
    assert labels[taxonomy.leaves].is_monotonic_increasing


def test_other_subtrees_by_lemma_synset_and_offset():
    dogs = imagenet("dog")
    assert dogs.names == imagenet("dog.n.01").names == imagenet("02084071").names
    assert "Samoyed" in dogs.members_of("spitz")
    assert parents_of(dogs, "terrier") == {"hunting dog"}
    assert {"mammal", "bird", "dog"} < set(imagenet("animal").names)
    assert {"car (auto)", "car (railcar)"} < set(imagenet("vehicle").names)
    assert len(imagenet("entity").leaves) == 1000


def test_unknown_and_ambiguous_subtrees():
    with pytest.raises(ValueError, match=r"'anmal'.*'animal'"):
        imagenet("anmal")
    with pytest.raises(ValueError, match=r"several meanings.*food\.n\.01.*food\.n\.02"):
        imagenet("food")
    with pytest.raises(ValueError, match="no dataset below 'tench'"):
        imagenet("tench")


def test_shown_in_a_notebook():
    taxonomy = Taxonomy(["<b>", "a"], np.array([[1, 1, 0], [1, 1, 1]]), ["x", "y", "z"], "t & u")
    html = taxonomy._repr_html_()
    assert "&lt;b&gt;" in html and "<b>" not in html.replace("<b>t &amp; u</b>", "")
    assert html.count("<details") == html.count("</details>") == 3
    assert html.index(">a ") < html.index("&lt;b&gt;")
    assert repr(taxonomy) == (
        "Taxonomy 't & u': 2 datasets of 3 leaf classes, 1 containments, 2 levels"
    )
    two_parents = imagenet_instruments()._repr_html_()
    assert two_parents.count("see under percussion instrument") == 2
    assert "6 with several parents" in two_parents


def wordnet_folder():
    for folder in (os.environ.get("WORDNET_DIR"), "/usr/share/wordnet"):
        if folder and Path(folder, "data.noun").is_file():
            return folder
    return None


def test_shipped_tables_are_what_the_script_makes(tmp_path):
    missing = [m for m in ("nltk", "timm", "open_clip") if importlib.util.find_spec(m) is None]
    if missing:
        pytest.skip(f"making the ImageNet tables needs {', '.join(missing)}")
    source = []
    if folder := wordnet_folder():
        source = ["--wordnet", folder]
    else:
        try:
            from nltk.corpus import wordnet

            wordnet.ensure_loaded()
        except LookupError:
            pytest.skip("no WordNet 3.0: set WORDNET_DIR, or install wordnet-base or NLTK's corpus")
    script = ROOT / "scripts" / "make_imagenet_table.py"
    subprocess.run([sys.executable, script, *source, "--out", tmp_path], check=True)
    for table in ("imagenet_classes.csv", "wordnet_hypernyms.csv"):
        shipped = ROOT / "t2b_lib" / "data" / table
        assert (tmp_path / table).read_bytes() == shipped.read_bytes()
    assert not list(tmp_path.glob("*.tmp"))
