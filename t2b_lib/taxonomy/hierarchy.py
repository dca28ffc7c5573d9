"""Datasets as sets of classes, and the containment between them."""

from __future__ import annotations

import difflib
import graphlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd

from t2b_lib.collection import listing


@dataclass(frozen=True, eq=False, repr=False)
class Taxonomy:
    """Datasets, each the set of its leaf classes.

    Containment is that of the sets, and strict: a dataset may have several parents, and two
    datasets with the same classes do not contain each other.

    Parameters
    ----------
    names : sequence of N str
        The datasets, each name once.
    members : array (N, M) of bool
        `members[i, c]` says that class c belongs to dataset i.
    leaves : sequence of M str
        The classes, each name once.
    title : str
        What the whole is called where it is shown.
    labels : sequence of M str, optional
        How each class is spoken of, for a text encoder; `leaves` if not given.
    levels : sequence of N str, optional
        What kind of group each dataset is ("order", "family"), where the hierarchy has such.

    Raises
    ------
    ValueError
        No dataset, names that occur twice, counts that disagree with `members`, or a dataset
        without members.
    """

    names: Sequence[str]
    members: np.ndarray
    leaves: Sequence[str]
    title: str = "taxonomy"
    labels: Sequence[str] | None = None
    levels: Sequence[str] | None = None

    def __post_init__(self):
        names, leaves = [str(n) for n in self.names], [str(n) for n in self.leaves]
        labels = leaves if self.labels is None else [str(label) for label in self.labels]
        levels = None if self.levels is None else [str(level) for level in self.levels]
        members = np.asarray(self.members, dtype=bool)
        if not names:
            raise ValueError("a taxonomy needs a dataset at least.")
        if members.shape != (len(names), len(leaves)):
            raise ValueError(
                f"members has shape {members.shape}; {len(names)} names and {len(leaves)} leaves "
                f"ask for ({len(names)}, {len(leaves)})."
            )
        _require_unique(names, "dataset")
        _require_unique(leaves, "class")
        if empty := [name for name, n in zip(names, members.sum(1), strict=True) if n == 0]:
            raise ValueError(f"dataset without members: {listing(empty)}. Leave it out.")
        if len(labels) != len(leaves):
            raise ValueError(f"{len(leaves)} leaves have {len(labels)} labels: give each one.")
        if levels is not None and len(levels) != len(names):
            raise ValueError(f"{len(names)} datasets have {len(levels)} levels: give each one.")
        for field, value in (
            ("names", names),
            ("members", members),
            ("leaves", leaves),
            ("labels", labels),
            ("levels", levels),
        ):
            object.__setattr__(self, field, value)

    @classmethod
    def from_table(
        cls,
        child: Iterable,
        parent: Iterable,
        *,
        subtree: str | None = None,
        keep_equal: bool = False,
        title: str | None = None,
    ) -> Taxonomy:
        """The datasets of a tree, or of any graph without cycles, given as its edges.

        What is nobody's parent is a class. Every other entry is the set of the classes below it,
        and a dataset if they are two at least. Of entries with the same set the most specific
        is kept: the one with the longest way up to the top, of several the first in the table.
        The datasets come depth first, the largest child first: in a tree, what lies in a
        dataset follows right after it.

        Parameters
        ----------
        child, parent : iterables of equal length
            Row by row an entry and the one that it lies in. An entry may have several parents; a
            missing parent (None, NaN or "") marks the top of a tree.
        subtree : str, optional
            Take only what is strictly below this entry.
        keep_equal : bool
            Keep all entries with the same set, as datasets that do not contain one another.
        title : str, optional
            `subtree`, if not given.

        Raises
        ------
        ValueError
            A cycle, an unknown subtree, a row without a child, or no dataset at all.
        """
        edges = _edges(child, parent)
        below = _children(edges)
        order = _children_first(edges)
        height_from_top = _longest_way_up(order, edges)
        chosen = set(below) if subtree is None else _strictly_below(subtree, below, order)

        leaves = [node for node in dict.fromkeys(c for c, _ in edges) if node not in below]
        leaf_sets = _leaf_sets(order, below, leaves)
        groups = [node for node in below if node in chosen and leaf_sets[node].sum() >= 2]
        if not groups:
            where = "the table" if subtree is None else f"{subtree!r}"
            raise ValueError(f"no dataset below {where}: no entry there has two classes or more.")
        if not keep_equal:
            kept: dict[bytes, str] = {}
            for node in groups:
                rival = kept.setdefault(leaf_sets[node].tobytes(), node)
                if height_from_top[node] > height_from_top[rival]:
                    kept[leaf_sets[node].tobytes()] = node
            groups = [n for n in groups if kept[leaf_sets[n].tobytes()] == n]

        members = np.stack([leaf_sets[node] for node in groups])
        covered = members.any(axis=0)
        leaves = [leaf for leaf, c in zip(leaves, covered, strict=True) if c]
        title = title or subtree or "taxonomy"
        unordered = cls(groups, members[:, covered], leaves, title)
        first_to_last = unordered._depth_first()
        return cls(
            [groups[i] for i in first_to_last], unordered.members[first_to_last], leaves, title
        )

    @classmethod
    def from_folder(
        cls, path: str | os.PathLike, *, keep_equal: bool = False, title: str | None = None
    ) -> Taxonomy:
        """The datasets of a folder of folders, such as images sorted by class.

        A folder without sub-folders is a class; the others below `path` are sets of classes, by
        the rules of `from_table`. Names are those of the folders, with the folders above them
        where a name occurs twice. Hidden files and folders do not count, nor do files beside
        sub-folders.

        Parameters
        ----------
        path : path
            The folder around everything; it is no dataset itself.
        keep_equal, title
            As in `from_table`; the title is the folder's name, if not given.

        Raises
        ------
        NotADirectoryError
            `path` is no folder.
        ValueError
            A class without files, or no dataset at all.
        """
        root = Path(path)
        if not root.is_dir():
            raise NotADirectoryError(f"{root} is no folder.")
        folders = _folders_below(root)
        full = [folder.relative_to(root).as_posix() for folder in folders]
        above = [p.rpartition("/")[0] or None for p in full]
        if empty := [
            p
            for p, folder in zip(full, folders, strict=True)
            if p not in above and not any(_visible(folder))
        ]:
            raise ValueError(f"class without files: {listing(empty)}. Fill it or remove it.")
        taxonomy = cls.from_table(full, above, keep_equal=keep_equal, title=title or root.name)
        count = Counter(folder.name for folder in folders)

        def short(path: str) -> str:
            name = path.rpartition("/")[2]
            return name if count[name] == 1 else path

        return replace(
            taxonomy,
            names=[short(name) for name in taxonomy.names],
            leaves=[short(leaf) for leaf in taxonomy.leaves],
            labels=[leaf.rpartition("/")[2].replace("_", " ") for leaf in taxonomy.leaves],
        )

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def containment(self) -> np.ndarray:
        """(N, N) float32: 1 where dataset i lies strictly inside j, and on the diagonal; else 0."""
        return (self._strict | np.eye(len(self), dtype=bool)).astype(np.float32)

    @cached_property
    def parents(self) -> list[list[int]]:
        """Of each dataset the smallest datasets around it: none, one or several indices."""
        strict = self._strict.astype(np.float32)
        covers = self._strict & (strict @ strict == 0)
        return [np.flatnonzero(row).tolist() for row in covers]

    @cached_property
    def depth(self) -> np.ndarray:
        """(N,) int: the length of the longest chain of datasets around each; 0 at the top."""
        depth, deeper = None, np.zeros(len(self), dtype=int)
        while depth is None or (deeper != depth).any():
            depth = deeper
            deeper = np.where(self._strict, depth + 1, 0).max(axis=1)
        return depth

    @cached_property
    def _strict(self) -> np.ndarray:
        counts = self.members.astype(np.float32)
        size = counts.sum(axis=1)
        return (counts @ counts.T == size[:, None]) & (size[:, None] < size)

    def within(self, *names: str) -> Taxonomy:
        """The datasets named and all that lie in one of them, with their classes only.

        Raises
        ------
        ValueError
            A name is no dataset's.
        """
        columns = [self._index_of(name) for name in names]
        kept = np.flatnonzero(self.containment[:, columns].any(axis=1))
        covered = np.flatnonzero(self.members[kept].any(axis=0))
        return Taxonomy(
            [self.names[i] for i in kept],
            self.members[np.ix_(kept, covered)],
            [self.leaves[c] for c in covered],
            f"{self.title}: {', '.join(names)}",
            [self.labels[c] for c in covered],
            None if self.levels is None else [self.levels[i] for i in kept],
        )

    def members_of(self, name: str) -> list[str]:
        """The classes of one dataset.

        Raises
        ------
        ValueError
            The name is no dataset's.
        """
        row = self.members[self._index_of(name)]
        return [leaf for leaf, member in zip(self.leaves, row, strict=True) if member]

    def _index_of(self, name: str) -> int:
        if name not in self.names:
            raise ValueError(f"no dataset is called {name!r}.{near_matches(name, self.names)}")
        return self.names.index(name)

    def __repr__(self) -> str:
        return f"Taxonomy {self.title!r}: {self._counts()}"

    def _counts(self) -> str:
        several = sum(len(p) > 1 for p in self.parents)
        levels = int(self.depth.max()) + 1
        kinds = ", ".join(f"{n} {kind}" for kind, n in Counter(self.levels or ()).items())
        return (
            f"{len(self)} datasets{f' ({kinds})' * bool(kinds)} of {len(self.leaves)} leaf "
            f"classes, {int(self._strict.sum())} containments, {levels} level{'s' * (levels > 1)}"
            + (f", {several} with several parents" if several else "")
        )

    def _repr_html_(self) -> str:
        """The tree as nested lists that open on a click; what has two parents opens once."""
        children, roots = self._children, self._roots
        size = self.members.sum(axis=1)
        drawn: dict[int, int] = {}

        def branch(i: int, above: int | None) -> str:
            label = f"{escape(self.names[i])} <small>{size[i]}</small>"
            if i in drawn:
                return f"<li>{label} <small>· see under {escape(self.names[drawn[i]])}</small></li>"
            if above is not None:
                drawn[i] = above
            inside = branches(children[i], i) + self._classes_of_its_own(i)
            return f"<li><details><summary>{label}</summary>{inside}</details></li>"

        def branches(indices: list[int], above: int | None) -> str:
            items = "".join(branch(i, above) for i in indices)
            return f'<ul style="list-style:none;padding-left:1.2em">{items}</ul>' if items else ""

        return (
            f"<div><b>{escape(self.title)}</b>: {escape(self._counts())}"
            f"<details open><summary>{len(roots)} at the top</summary>"
            f"{branches(roots, None)}</details></div>"
        )

    def _classes_of_its_own(self, i: int, most: int = 12) -> str:
        own = self.members[i] & ~self.members[self._children[i]].any(axis=0)
        names = [leaf for leaf, c in zip(self.leaves, own, strict=True) if c]
        shown = escape(", ".join(names[:most])) + " …" * (len(names) > most)
        return f'<div style="padding-left:2.4em"><small>{shown}</small></div>' if names else ""

    @cached_property
    def _children(self) -> list[list[int]]:
        children: list[list[int]] = [[] for _ in self.names]
        for i in self._largest_first:
            for parent in self.parents[i]:
                children[parent].append(i)
        return children

    @cached_property
    def _roots(self) -> list[int]:
        return [i for i in self._largest_first if not self.parents[i]]

    @cached_property
    def _largest_first(self) -> list[int]:
        return sorted(range(len(self)), key=lambda i: (-self.members[i].sum(), self.names[i]))

    def _depth_first(self) -> list[int]:
        order: dict[int, None] = {}
        stack = self._roots[::-1]
        while stack:
            i = stack.pop()
            if i not in order:
                order[i] = None
                stack.extend(self._children[i][::-1])
        return list(order)


def near_matches(name: str, known: Iterable[str]) -> str:
    """A sentence that names what the reader may have meant; empty where nothing is near."""
    near = difflib.get_close_matches(str(name), list(known), n=5)
    return f" Did you mean {listing(near)}?" if near else ""


def _require_unique(names: list[str], what: str) -> None:
    if twice := [name for name, n in Counter(names).items() if n > 1]:
        raise ValueError(f"{what} names have to differ, these occur twice: {listing(twice)}.")


def _visible(folder: Path) -> Iterator[Path]:
    return (entry for entry in folder.iterdir() if not entry.name.startswith("."))


def _folders_below(root: Path) -> list[Path]:
    folders = sorted(entry for entry in _visible(root) if entry.is_dir())
    return [found for f in folders for found in (f, *([] if f.is_symlink() else _folders_below(f)))]


def _edges(child: Iterable, parent: Iterable) -> list[tuple[str, str | None]]:
    child, parent = list(child), list(parent)
    if len(child) != len(parent):
        raise ValueError(f"{len(child)} children and {len(parent)} parents: give one parent a row.")

    def missing(entry) -> bool:
        return bool(pd.isna(entry)) or entry == ""

    for row, entry in enumerate(child):
        if missing(entry):
            raise ValueError(f"row {row} has no child (its parent is {parent[row]!r}).")
    return [(str(c), None if missing(p) else str(p)) for c, p in zip(child, parent, strict=True)]


def _children(edges: list[tuple[str, str | None]]) -> dict[str, list[str]]:
    below: dict[str, list[str]] = {}
    for child, parent in edges:
        if parent is not None:
            below.setdefault(parent, []).append(child)
    return below


def _children_first(edges: list[tuple[str, str | None]]) -> list[str]:
    sorter: graphlib.TopologicalSorter = graphlib.TopologicalSorter()
    for child, parent in edges:
        sorter.add(child)
        if parent is not None:
            sorter.add(parent, child)
    try:
        return list(sorter.static_order())
    except graphlib.CycleError as error:
        cycle = " in ".join(repr(node) for node in error.args[1])
        raise ValueError(f"the table has a cycle: {cycle}. Remove one of these rows.") from None


def _longest_way_up(order: list[str], edges: list[tuple[str, str | None]]) -> dict[str, int]:
    above: dict[str, list[str]] = {}
    for child, parent in edges:
        if parent is not None:
            above.setdefault(child, []).append(parent)
    steps: dict[str, int] = {}
    for node in reversed(order):
        steps[node] = max((steps[parent] + 1 for parent in above.get(node, [])), default=0)
    return steps


def _leaf_sets(order, below, leaves: list[str]) -> dict[str, np.ndarray]:
    column = {leaf: i for i, leaf in enumerate(leaves)}
    sets: dict[str, np.ndarray] = {}
    for node in order:
        if node in below:
            rows = [sets[c] for c in below[node] if c in sets]
            sets[node] = np.logical_or.reduce(rows) if rows else np.zeros(len(leaves), dtype=bool)
            sets[node][[column[c] for c in below[node] if c in column]] = True
    return sets


def _strictly_below(root: str, below: dict[str, list[str]], known: list[str]) -> set[str]:
    if root not in known:
        raise ValueError(f"no entry is called {root!r}.{near_matches(root, known)}")
    found: set[str] = set()
    frontier = [root]
    while frontier:
        new = set(below.get(frontier.pop(), ())) - found
        found |= new
        frontier.extend(new)
    return found
