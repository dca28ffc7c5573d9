"""Datasets as sets of classes, and the containment between them."""

from __future__ import annotations

import difflib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from itertools import compress
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd

from t2b_lib.collection import listing


@dataclass(frozen=True, eq=False, repr=False)
class Taxonomy:
    """Datasets, each the set of its leaf classes.

    Containment is strict containment of the sets. A dataset may have several parents, and two
    datasets with the same classes do not contain each other.

    `names` are the N datasets and `leaves` the M classes, all distinct; `members[i, c]`, bool (N,
    M), says that class c belongs to dataset i. `title` is the name of the hierarchy. `labels` have
    the name of each class in a text encoder's prompt; `leaves` if left out. `levels` have the kind
    of group that each dataset is ("order", "family"), if the hierarchy has levels.

    Raises ValueError on no dataset, a name that occurs twice, lengths that do not fit `members`, or
    a dataset without members.
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
            raise ValueError("names is empty: a taxonomy needs at least one dataset.")
        if members.shape != (len(names), len(leaves)):
            raise ValueError(
                f"members has shape {members.shape}, but {len(names)} names and {len(leaves)} "
                f"leaves need ({len(names)}, {len(leaves)})."
            )
        for what, known in (("dataset", names), ("class", leaves)):
            if twice := [name for name, n in Counter(known).items() if n > 1]:
                raise ValueError(f"{what} names must differ; these occur twice: {listing(twice)}.")
        if empty := list(compress(names, ~members.any(axis=1))):
            raise ValueError(f"dataset without members: {listing(empty)}. Leave it out.")
        if len(labels) != len(leaves):
            raise ValueError(f"{len(leaves)} leaves have {len(labels)} labels: give each one.")
        if levels is not None and len(levels) != len(names):
            raise ValueError(f"{len(names)} datasets have {len(levels)} levels: give each one.")
        checked = {"names": names, "members": members, "leaves": leaves}
        for field, value in (checked | {"labels": labels, "levels": levels}).items():
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
        """The datasets of a tree, or of any directed graph without cycles, from its edges.

        Each row has an entry, `child`, and the entry that contains it, `parent`. An entry may have
        several parents; a missing parent (None, NaN or "") marks the top of a tree. Only what is
        strictly below the entry `subtree` is taken, if that is given; it is the default `title`.

        An entry that is nobody's parent is a class. Every other entry is the set of the classes
        below it, and a dataset if these are at least two. Of entries with the same set the most
        specific is kept: the one with the longest way up to the top, or among several such the
        first in the table. With `keep_equal` all are kept, as datasets that do not contain one
        another. The datasets are ordered depth first, the largest child first. So in a tree each
        dataset is followed by the datasets inside it.

        Raises ValueError on a cycle, an unknown subtree, a row without a child, or no dataset at
        all.
        """
        graph = _graph(child, parent)
        if subtree is not None and subtree not in graph:
            raise ValueError(f"no entry is called {subtree!r}.{near_matches(subtree, graph)}")
        chosen = graph if subtree is None else nx.ancestors(graph, subtree)
        classes = [node for node, parts in graph.in_degree if parts == 0]
        column = {leaf: c for c, leaf in enumerate(classes)}

        rows = {}
        for node in graph:
            if node in chosen and node not in column:
                row = np.zeros(len(column), dtype=bool)
                row[[column[below] for below in nx.ancestors(graph, node) if below in column]] = 1
                if row.sum() >= 2:
                    rows[node] = row
        if not rows:
            where = "the table" if subtree is None else f"{subtree!r}"
            raise ValueError(f"no dataset below {where}: no entry there has two classes or more.")
        groups = list(rows)
        if not keep_equal:
            layers = enumerate(nx.topological_generations(graph.reverse(copy=False)))
            from_top = {node: steps for steps, layer in layers for node in layer}
            kept: dict[bytes, str] = {}
            for node, row in rows.items():
                rival = kept.setdefault(row.tobytes(), node)
                if from_top[node] > from_top[rival]:
                    kept[row.tobytes()] = node
            groups = list(kept.values())

        members = np.stack([rows[node] for node in groups])
        covered = members.any(axis=0)
        leaves = list(compress(classes, covered))
        found = cls(groups, members[:, covered], leaves, title or subtree or "taxonomy")
        order = list(nx.dfs_preorder_nodes(found._inside))
        return replace(found, names=[groups[i] for i in order], members=found.members[order])

    @classmethod
    def from_folder(
        cls, path: str | os.PathLike, *, keep_equal: bool = False, title: str | None = None
    ) -> Taxonomy:
        """The datasets of nested folders, such as images sorted by class.

        A folder without sub-folders is a class. The other folders below `path` are sets of classes,
        by the rules of `from_table`; `path`, the outermost folder, is not itself a dataset. A
        dataset has its folder's name, or its path below `path` where that name occurs twice. Hidden
        files and folders are ignored, and so are files beside sub-folders. `keep_equal` and `title`
        are as in `from_table`; the title is the folder's name if left out.

        Raises NotADirectoryError if `path` is not a folder, and ValueError if a class has no files
        or there is no dataset at all.
        """
        root = Path(path)
        if not root.is_dir():
            raise NotADirectoryError(f"{root} is not a folder.")
        folders = {f.relative_to(root).as_posix(): f for f in _folders_below(root)}
        above = [name.rpartition("/")[0] for name in folders]
        if empty := [n for n, f in folders.items() if n not in above and not any(_visible(f))]:
            raise ValueError(f"class without files: {listing(empty)}. Fill it or remove it.")
        taxonomy = cls.from_table(folders, above, keep_equal=keep_equal, title=title or root.name)
        count = Counter(folder.name for folder in folders.values())

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
        """Indices of the smallest datasets around each dataset: none, one or several."""
        return [sorted(self._inside.predecessors(i)) for i in range(len(self))]

    @cached_property
    def depth(self) -> np.ndarray:
        """(N,) int: the length of the longest chain of datasets around each; 0 at the top."""
        depth = np.zeros(len(self), dtype=int)
        for steps, layer in enumerate(nx.topological_generations(self._inside)):
            depth[layer] = steps
        return depth

    @cached_property
    def _strict(self) -> np.ndarray:
        counts = self.members.astype(np.float32)
        size = counts.sum(axis=1)
        return (counts @ counts.T == size[:, None]) & (size[:, None] < size)

    @cached_property
    def _inside(self) -> nx.DiGraph:
        """Edges from each dataset to the largest ones inside it; larger datasets come first."""
        around = nx.transitive_reduction(nx.DiGraph(np.argwhere(self._strict).tolist()))
        order = sorted(range(len(self)), key=lambda i: (-self.members[i].sum(), self.names[i]))
        graph = nx.DiGraph()
        graph.add_nodes_from(order)
        graph.add_edges_from((p, i) for i in order if i in around for p in around[i])
        return graph

    def within(self, *names: str) -> Taxonomy:
        """The named datasets and all that lie in one of them; ValueError for an unknown name."""
        columns = [self._index_of(name) for name in names]
        kept = np.flatnonzero(self.containment[:, columns].any(axis=1))
        covered = self.members[kept].any(axis=0)
        return Taxonomy(
            [self.names[i] for i in kept],
            self.members[kept][:, covered],
            list(compress(self.leaves, covered)),
            f"{self.title}: {', '.join(names)}",
            list(compress(self.labels, covered)),
            None if self.levels is None else [self.levels[i] for i in kept],
        )

    def members_of(self, name: str) -> list[str]:
        """The classes of one dataset; raises ValueError if no dataset has this name."""
        return list(compress(self.leaves, self.members[self._index_of(name)]))

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
        """The tree as nested lists that open on a click; a second parent refers to the first."""
        size = self.members.sum(axis=1)
        drawn: dict[int, int] = {}

        lines: list[str] = []
        # A list of what is left to write, as a hierarchy may be deeper than Python can call.
        left: list[str | tuple[int, int | None]] = []

        def add_list(indices: list[int], above: int | None) -> None:
            if indices:
                left.append("</ul>")
                left.extend((i, above) for i in reversed(indices))
                left.append('<ul style="list-style:none;padding-left:1.2em">')

        add_list([i for i in self._inside if not self.parents[i]], None)
        while left:
            item = left.pop()
            if isinstance(item, str):
                lines.append(item)
                continue
            i, above = item
            label = f"{escape(self.names[i])} <small>{size[i]}</small>"
            if i in drawn:
                see = f"<small>· see under {escape(self.names[drawn[i]])}</small>"
                lines.append(f"<li>{label} {see}</li>")
                continue
            if above is not None:
                drawn[i] = above
            lines.append(f"<li><details><summary>{label}</summary>")
            left.append(f"{self._classes_of_its_own(i)}</details></li>")
            add_list(list(self._inside[i]), i)
        roots = sum(not above for above in self.parents)
        return (
            f"<div><b>{escape(self.title)}</b>: {escape(self._counts())}"
            f"<details open><summary>{roots} at the top</summary>"
            f"{''.join(lines)}</details></div>"
        )

    def _classes_of_its_own(self, i: int, most: int = 12) -> str:
        own = self.members[i] & ~self.members[list(self._inside[i])].any(axis=0)
        names = list(compress(self.leaves, own))
        shown = escape(", ".join(names[:most])) + " …" * (len(names) > most)
        return f'<div style="padding-left:2.4em"><small>{shown}</small></div>' if names else ""


def near_matches(name: str, known: Iterable[str]) -> str:
    """A sentence with the known names that are spelled most like `name`; "" if none are."""
    near = difflib.get_close_matches(str(name), list(known), n=5)
    return f" Did you mean {listing(near)}?" if near else ""


def _visible(folder: Path) -> Iterator[Path]:
    return (entry for entry in folder.iterdir() if not entry.name.startswith("."))


def _folders_below(root: Path) -> list[Path]:
    folders = sorted(entry for entry in _visible(root) if entry.is_dir())
    return [found for f in folders for found in (f, *([] if f.is_symlink() else _folders_below(f)))]


def _graph(child: Iterable, parent: Iterable) -> nx.DiGraph:
    """The edges of a table, from child to parent."""
    child, parent = list(child), list(parent)
    if len(child) != len(parent):
        raise ValueError(f"{len(child)} children and {len(parent)} parents: give one parent a row.")
    graph = nx.DiGraph()
    for row, (below, above) in enumerate(zip(child, parent, strict=True)):
        if pd.isna(below) or below == "":
            raise ValueError(f"row {row} has no child (its parent is {above!r}).")
        graph.add_node(str(below))
        if not pd.isna(above) and above != "":
            graph.add_edge(str(below), str(above))
    if not nx.is_directed_acyclic_graph(graph):
        cycle = [node for edge in nx.find_cycle(graph) for node in edge]
        cycle = " in ".join(map(repr, [cycle[0], *cycle[1::2]]))
        raise ValueError(f"the table has a cycle: {cycle}. Remove one of these rows.")
    return graph
