"""Soft overlap of datasets, counted from the vectors of their samples: Eq. 9 to 12 of the paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations_with_replacement
from typing import Literal, NamedTuple

import torch
from torch import Tensor
from tqdm import tqdm

from t2b_lib.network import pick_device


def soft_overlap(
    samples: Sequence[Tensor] | Mapping[str, Tensor],
    *,
    within: Literal["target", "source"] = "target",
    device: str = "auto",
    tile: int | None = None,
    progress: bool = True,
) -> Tensor:
    """How much of each dataset lies in each other one, told from their samples: Eq. 9 to 12.

    A sample v of dataset i lies in dataset j if the distance to its nearest sample of j is below
    d_avg, the mean distance over all n^2 pairs within one dataset. E[i, j] is the share of i's
    samples that lie in j.

    The paper's text leaves open within which dataset d_avg is taken. `within="target"` takes it
    within j: a sample counts if j has one as near as j's samples are to each other.
    `within="source"` takes it within i.

    A sample that j has, too, always lies in j. So E[i, i] is 1, even where d_avg is 0: in a dataset
    of one sample, or of samples all alike, lies nothing but its equals.

    Every pair of samples is compared, in tiles of one matrix product each, which serves both
    directions. The products are in float32 about the common mean; what rounding could have decided
    is decided anew in float64, so that the counts are those of float64. Memory, besides `samples`,
    is that of a float32 copy of them on `device` and of a few tiles.

    Parameters
    ----------
    samples : sequence or mapping by name of N tensors (n_i, D)
        The vectors of each dataset's samples; n_i may differ. NumPy arrays are taken, too.
    within : "target" or "source"
        Within which dataset d_avg is taken.
    device : str
        "auto": a GPU where there is one.
    tile : int, optional
        Samples on the side of a tile: 2,048, on a GPU 8,192. Does not change the result.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    Tensor, shape (N, N), float32
        On the CPU, in [0, 1]; rows and columns in the order of `samples`.

    Raises
    ------
    ValueError
        Fewer than one dataset; one, which is named, that is empty, holds NaN or infinity, or has
        another number of features than the first; an unknown `within`.
    """
    if within not in ("target", "source"):
        raise ValueError(f'within must be "target" or "source", not {within!r}')
    device = pick_device(device)
    tile = tile or (8192 if device.type == "cuda" else 2048)
    if tile < 1:
        raise ValueError(f"a tile has one sample on a side at least, not {tile}")
    with torch.no_grad():
        counter = _Counter(_checked(samples), within, device, tile)
        groups = groups_of(counter.sizes, tile)
        pairs = list(combinations_with_replacement(groups, 2))
        for p, q in tqdm(pairs, desc="soft overlap", unit="tile", disable=not progress):
            counter.count(p, q)
        shares = counter.counts / torch.tensor(counter.sizes).unsqueeze(1)
        return shares.fill_diagonal_(1).float()


# Error of a product of two float32 numbers: of TF32 (10 bits) and bfloat16 (7 bits), both rounded.
_DROPPED = {"highest": 0.0, "high": 2**-9, "medium": 2**-6}


class Group(NamedTuple):
    """Datasets in a row that are compared at once: as many as a tile takes, or a single one."""

    datasets: slice
    rows: range
    sizes: list[int]

    def chunks(self, tile: int) -> Iterator[tuple[slice, slice, list[int]]]:
        """Rows for one tile, among all and in the group, with how many are of each dataset."""
        if len(self.sizes) > 1:
            yield slice(self.rows.start, self.rows.stop), slice(None), self.sizes
            return
        for start in range(0, len(self.rows), tile):
            rows = self.rows[start : start + tile]
            yield slice(rows.start, rows.stop), slice(start, start + len(rows)), [len(rows)]


def groups_of(sizes: Sequence[int], tile: int) -> list[Group]:
    """Group datasets of these sizes for tiles of `tile` rows."""
    groups: list[Group] = []
    row = 0
    for dataset, size in enumerate(sizes):
        last = groups[-1] if groups else None
        if last and len(last.rows) + size <= tile:
            groups[-1] = Group(
                slice(last.datasets.start, dataset + 1),
                range(last.rows.start, row + size),
                [*last.sizes, size],
            )
        else:
            groups.append(Group(slice(dataset, dataset + 1), range(row, row + size), [size]))
        row += size
    return groups


class _Counter:
    """Counts the samples of each dataset that lie in each other one (Eq. 10)."""

    def __init__(self, samples: list[Tensor], within: str, device: torch.device, tile: int):
        self.samples, self.within, self.device, self.tile = samples, within, device, tile
        self.sizes = [len(s) for s in samples]
        self.limits = torch.stack([_mean_distance(s.to(device), tile) for s in samples])
        self.rows, scale = _centred(samples, device, tile)
        self.scaled_limits = (self.limits / scale).square().float()
        self.norms = self.rows.square().sum(1)
        self.largest_norms = torch.stack([n.max() for n in self.norms.split(self.sizes)])
        # Relative to the sum of two squared norms, rounding changes a squared distance by a few
        # eps; its bound grows with the root of the number of terms (Higham and Mary 2019).
        self.rounding = torch.finfo(torch.float32).eps * (8 + self.rows.shape[1] ** 0.5)
        # What a user lets torch drop in products, in favour of speed.
        self.rounding += _DROPPED[torch.get_float32_matmul_precision()]
        self.counts = torch.zeros(len(samples), len(samples), dtype=torch.float64)

    def count(self, p: Group, q: Group) -> None:
        """Compare the datasets of two groups, in both directions."""
        if p is q and len(p.sizes) == 1:
            return  # a dataset lies in itself
        to_q = self.rows.new_full((len(p.rows), len(q.sizes)), torch.inf)
        to_p = self.rows.new_full((len(q.rows), len(p.sizes)), torch.inf)
        for rows, own_rows, row_sizes in p.chunks(self.tile):
            for columns, own_columns, column_sizes in q.chunks(self.tile):
                squared = torch.addmm(
                    self.norms[columns], self.rows[rows], self.rows[columns].T, alpha=-2
                ).add_(self.norms[rows].unsqueeze(1))
                nearest = torch.stack([s.amin(1) for s in squared.split(column_sizes, 1)], 1)
                to_q[own_rows] = torch.minimum(to_q[own_rows], nearest)
                if p is not q:
                    nearest = torch.stack([s.amin(0) for s in squared.split(row_sizes)], 1)
                    to_p[own_columns] = torch.minimum(to_p[own_columns], nearest)
        self._add(p, q, to_q)
        if p is not q:
            self._add(q, p, to_p)

    def _add(self, p: Group, q: Group, squared: Tensor) -> None:
        """Count the samples of p's datasets, given squared distances to q's, (rows, datasets)."""
        of_target = self.within == "target"
        sizes = torch.tensor(p.sizes, device=self.device)
        limit = (
            self.scaled_limits[q.datasets]
            if of_target
            else self.scaled_limits[p.datasets].repeat_interleave(sizes).unsqueeze(1)
        )
        norms = self.norms[p.rows.start : p.rows.stop].unsqueeze(1)
        margin = self.rounding * (norms + self.largest_norms[q.datasets])
        inside = squared < limit
        unsure = (squared - limit).abs() <= margin
        for column in unsure.any(0).nonzero().flatten().tolist():
            target = q.datasets.start + column
            chosen, known = unsure[:, column].split(p.sizes), inside[:, column].split(p.sizes)
            for source, which, decided in zip(
                range(p.datasets.start, p.datasets.stop), chosen, known, strict=True
            ):
                if source != target and which.any():
                    decided[which] = self._lie_in(
                        self.samples[source][which.to(self.samples[source].device)],
                        target,
                        self.limits[target if of_target else source],
                    )
        counts = torch.stack([part.sum(0) for part in inside.split(p.sizes)])
        self.counts[p.datasets, q.datasets] = counts.cpu().double()

    def _lie_in(self, vectors: Tensor, target: int, limit: Tensor) -> Tensor:
        nearest = _nearest(vectors.to(self.device), self.samples[target].to(self.device), self.tile)
        return (nearest < limit) | (nearest == 0)


def _checked(samples: Sequence[Tensor] | Mapping[str, Tensor]) -> list[Tensor]:
    """The samples as floating point tensors that can be compared."""
    by_name = isinstance(samples, Mapping)
    names = [repr(n) for n in samples] if by_name else [f"number {i}" for i in range(len(samples))]
    tensors = [torch.as_tensor(s) for s in (samples.values() if by_name else samples)]
    if not tensors:
        raise ValueError("there is no dataset to compare")
    for name, vectors in zip(names, tensors, strict=True):
        if vectors.dim() != 2 or vectors.shape[1] == 0:
            raise ValueError(
                f"dataset {name} must have shape (samples, features), not {tuple(vectors.shape)}"
            )
        if len(vectors) == 0:
            raise ValueError(f"dataset {name} has no samples: leave it out")
        if vectors.shape[1] != tensors[0].shape[1]:
            raise ValueError(
                f"dataset {name} has {vectors.shape[1]} features, dataset {names[0]} has "
                f"{tensors[0].shape[1]}: embed both with the same encoder"
            )
        if not vectors.isfinite().all():
            raise ValueError(f"dataset {name} holds NaN or infinity")
    return [t if t.is_floating_point() else t.double() for t in tensors]


def _centred(samples: list[Tensor], device: torch.device, tile: int) -> tuple[Tensor, Tensor]:
    """All samples below each other about their mean, in float32, and by what they were divided.

    Centred, as ||v||^2 + ||u||^2 - 2 v.u cancels where all lie far from the origin; divided by the
    largest norm, as its square need not be a float32 number.
    """

    def parts() -> Iterator[Tensor]:
        return (part.to(device).double() for s in samples for part in s.split(tile))

    total = sum(len(s) for s in samples)
    mean = sum(part.sum(0) for part in parts()) / total
    largest = torch.stack([(part - mean).norm(dim=1).max() for part in parts()]).max()
    scale = torch.where(largest > 0, largest, 1.0)
    centred = torch.empty(total, len(mean), device=device)
    start = 0
    for part in parts():
        centred[start : start + len(part)] = (part - mean) / scale
        start += len(part)
    return centred, scale


def _mean_distance(vectors: Tensor, tile: int) -> Tensor:
    """d_avg of Eq. 12, in float64."""
    # About one of them, so that samples all alike are at distance 0 exactly.
    parts = [part.double() - vectors[0].double() for part in vectors.split(tile)]
    return sum(torch.cdist(a, b).sum() for a in parts for b in parts) / len(vectors) ** 2


def _nearest(vectors: Tensor, target: Tensor, tile: int) -> Tensor:
    """d_min of Eq. 11 in float64, shape (n,): exact, but for rounding in the last digits."""
    origin = target[0].double()
    nearest = []
    for rows in vectors.split(tile):
        rows = rows.double() - origin
        found = []
        for candidates in target.split(tile):
            candidates = candidates.double() - origin
            # A matrix product can put equal vectors a little apart: it tells which is nearest;
            # how near, the vectors themselves.
            closest = candidates[torch.cdist(rows, candidates).argmin(1)]
            found.append((rows - closest).norm(dim=1))
        nearest.append(torch.stack(found).amin(0))
    return torch.cat(nearest)
