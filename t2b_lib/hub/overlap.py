"""Soft overlap of datasets, counted from the vectors of their samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations_with_replacement, product
from typing import Literal

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from t2b_lib.boxes import as_tensor
from t2b_lib.checks import check_memory, checked
from t2b_lib.collection import Samples
from t2b_lib.network import pick_device

Vectors = Sequence[Tensor] | Mapping[str, Tensor]
CHANCE = 1 / 400
MOST = 1e100  # the squares of larger numbers may be infinite
PAIRS, TILE = 400_000, 20_000


@checked
def soft_overlap(
    samples: Vectors,
    others: Vectors | None = None,
    *,
    within: Literal["reach", "target", "source"] = "reach",
    reach: float | None = None,
    device: str = "auto",
    tile: int | None = None,
    progress: bool = True,
) -> Tensor:
    """How much of each dataset lies in each other one: the share of its samples that lie there.

    From N `samples`, in a sequence or a mapping by name, each a tensor or array (n_i, D), to
    float32 shares (N, N) in [0, 1], on the CPU. With M `others` it is (N, M): only how much of each
    of `samples` lies in each of these.

    A sample of dataset i lies in dataset j if its nearest sample of j is within a limit. The limit
    is one `reach` for all, or one of those that Eq. 12 of the paper can mean:

    - `within="reach"`: a fixed distance. Left out, `calibrated_reach` measures it on the samples.
    - `within="target"`: below d_avg, the mean distance over all n^2 pairs within j, so that a
      sample lies in j if j has one as near as j's samples are to each other (Eq. 9 to 12). Broad
      datasets then contain nearly everything.
    - `within="source"`: below d_avg within i.

    Samples that differ by no more than rounding count as identical, and identical samples always
    lie in each other. So E[i, i] is 1, and a dataset of one sample contains its copies.

    Distances are computed in tiles of `tile` samples (2,048, on a GPU 8,192), one matrix product
    each, about the mean of all samples. The products are in float64 where any samples are, else in
    float32. Memory, besides `samples`, is that of a copy of them on `device` ("auto": a GPU where
    there is one), of one number for each sample and dataset, and of a few tiles.

    Raises ValueError if there is no dataset; if a dataset, which is named, is empty, holds NaN or
    infinity, or has another number of features than the first; on an unknown `within`; on a reach
    that is negative, or given although `within` is another; or on a tile below 1.
    """
    if reach is not None and (within != "reach" or not reach >= 0):
        raise ValueError(
            f'reach is a distance of at least 0 for within="reach", not {reach} for {within!r}'
        )
    device = pick_device(device)
    tile = tile or (8192 if device.type == "cuda" else 2048)
    sources = _checked(samples)
    datasets = sources if others is None else sources + _checked(others, like=sources[0])
    first = 0 if others is None else len(sources)
    rows = sum(map(len, datasets))
    check_memory(
        f"overlaps of {rows:,} samples",
        8 * rows * (datasets[0].shape[1] + len(datasets) - first) + 16 * min(tile, rows) ** 2,
        "take fewer samples of each dataset, or a smaller tile",
        device,
    )
    with torch.no_grad():
        points, scale = _standardised(datasets, device, tile)
        sizes = [len(s) for s in datasets]
        if within == "reach":
            reach = calibrated_reach(datasets) if reach is None else reach
            apart = points.new_full((len(sizes),), reach / scale)
        else:
            apart = torch.stack([_mean_distance(p, tile) for p in points.split(sizes)])
        # Coordinates are of size 1 at most. The bound on rounding grows with the root of the number
        # of terms (Higham and Mary 2019).
        rounding = 2 * torch.finfo(points.dtype).eps * (8 + points.shape[1] ** 0.5)
        limits = apart.square().clamp(min=rounding).to(points.dtype)
        nearest = _nearest(points, sizes, len(sources), first, tile, progress)
        shares = []
        for i, squared in enumerate(nearest.split(sizes[: len(sources)])):
            inside = squared < (limits[i] if within == "source" else limits[first:])
            shares.append(inside.double().mean(0))
        shares = torch.stack(shares).float().cpu()
    return shares.fill_diagonal_(1) if others is None else shares


@checked
def calibrated_reach(samples: Vectors, chance: float = CHANCE, seed: int = 0) -> float:
    """The distance within which two samples of different datasets lie with a stated probability.

    The `samples` are as for `soft_overlap`, of at least two datasets and from one encoder. Both
    datasets of a pair are drawn at random and then a sample of each, so that large datasets do not
    decide. Samples that both datasets have do not count. What is measured is chance only where most
    of the datasets are unrelated. Raises ValueError if `chance` is not between 0 and 1, or no two
    datasets have different samples.
    """
    if not 0 < chance < 1:
        raise ValueError(f"chance must be between 0 and 1, not {chance}")
    datasets = _checked(samples)
    sizes = torch.tensor([len(s) for s in datasets])
    random = torch.Generator().manual_seed(seed)
    pair = torch.randint(len(datasets), (2, PAIRS), generator=random)
    pair = pair[:, pair[0] != pair[1]]
    starts = sizes.cumsum(0) - sizes
    rows = starts[pair] + (torch.rand(pair.shape, generator=random) * sizes[pair]).long()
    points = torch.cat([s.float().cpu() for s in datasets])
    apart = torch.cat([(points[a] - points[b]).norm(dim=1) for a, b in rows.split(TILE, 1)])
    apart = apart[apart > 1e-6 * points.abs().max()]
    if not len(apart):
        raise ValueError("a reach is measured between different samples of two datasets or more")
    return float(np.quantile(apart.numpy(), chance))


@checked
def beyond_chance(shares: Tensor, typical: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Soft overlaps without what any dataset would find in the target, however unlike they are.

    The more samples a target has, the more lie near one of them by chance. How many do is measured
    on the datasets themselves: half of all have at least the *typical* share t_j in target j. Of a
    share E_ij, (E_ij - t_j) / (1 - t_j) is left, and nothing where E_ij is below t_j.

    From `shares` (N, M), as `soft_overlap` counts them, to those that are left, (N, M), and the
    typical ones, (M,). Square shares are of datasets among themselves. Left out, `typical` is the
    median of each column; it can be what an earlier call returned.
    """
    if typical is None:
        square = shares.shape[0] == shares.shape[1]
        itself = torch.eye(*shares.shape, dtype=torch.bool) if square else torch.zeros(1).bool()
        typical = shares.masked_fill(itself, torch.nan).nanmedian(0).values.nan_to_num()
    left = (shares - typical) / (1 - typical).clamp_min(1e-6)
    return left.clamp(0, 1), typical


class CountedSamples(Samples):
    """Samples among which a fixed `reach` says which lie where: the labels of parts are exact.

    The share of a part that lies in a dataset is the mean over the part's samples, and the other
    way round over the dataset's, beyond chance as `beyond_chance` takes it off.
    """

    @classmethod
    def of(cls, samples: Sequence[Tensor], reach: float) -> CountedSamples:
        """From the vectors (n_i, D) of N datasets; equal vectors become one sample."""
        together = torch.cat([vectors.float() for vectors in samples])
        vectors, number = torch.unique(together, dim=0, return_inverse=True)
        members = torch.zeros(len(samples), len(vectors), dtype=torch.bool)
        owner = torch.repeat_interleave(torch.tensor([len(s) for s in samples]))
        members[owner, number] = True
        found = cls(vectors, members, "gaussian")
        object.__setattr__(found, "reach", reach)
        return found

    def relate_parts(self, members: Tensor, datasets: Tensor) -> tuple[Tensor, Tensor]:
        """As `Samples.relate_parts`."""
        own = self.members[datasets].float()
        near = self._neighbours()
        sizes, part_sizes = own.sum(1, keepdim=True), members.sum(1, keepdim=True)
        covered = (near @ own.T > 0).float()  # by the datasets, (S, n)
        covered_by_parts = (near @ members.float().T > 0).float()
        _, typical = beyond_chance(own @ covered / sizes)
        inside, _ = beyond_chance(members.float() @ covered / part_sizes, typical)
        around, _ = beyond_chance(own @ covered_by_parts / sizes)
        return inside, around.T

    def _neighbours(self) -> Tensor:
        """Which samples lie within reach of each other, (S, S), sparse."""
        rows = []
        for part in self.vectors.split(TILE // 10):
            near = torch.cdist(part, self.vectors) < self.reach
            rows.append(near.float().to_sparse())
        return torch.cat(rows).coalesce()


def _checked(samples: Vectors, like: Tensor | None = None) -> list[Tensor]:
    """The samples as floating point tensors that can be compared."""
    by_name = isinstance(samples, Mapping)
    names = [repr(n) for n in samples] if by_name else [f"number {i}" for i in range(len(samples))]
    values = samples.values() if by_name else samples
    tensors = [as_tensor(s, name=f"dataset {n}") for n, s in zip(names, values, strict=True)]
    if not tensors:
        raise ValueError("there is no dataset to compare")
    like = tensors[0] if like is None else like
    for name, vectors in zip(names, tensors, strict=True):
        if vectors.dim() != 2 or vectors.shape[1] == 0:
            raise ValueError(
                f"dataset {name} must have shape (samples, features), not {tuple(vectors.shape)}"
            )
        if len(vectors) == 0:
            raise ValueError(f"dataset {name} has no samples: leave it out")
        if vectors.shape[1] != like.shape[1]:
            raise ValueError(
                f"dataset {name} has {vectors.shape[1]} features, but the first dataset has "
                f"{like.shape[1]}: embed both with the same encoder"
            )
        if not (vectors.double().abs() < MOST).all():
            raise ValueError(f"dataset {name} holds NaN, infinity or numbers beyond {MOST:g}")
    return [t if t.is_floating_point() else t.double() for t in tensors]


def _standardised(datasets: list[Tensor], device: torch.device, tile: int) -> tuple[Tensor, Tensor]:
    """All samples below each other, moved to mean 0 and scaled to a largest norm of 1.

    The scale comes second: what distances were divided by.

    Without the move, ||v||^2 + ||u||^2 - 2 v.u would cancel where all samples lie far from the
    origin. Without the scale, a square could exceed what float32 can hold.
    """
    parts = [part for samples in datasets for part in samples.split(tile)]
    total = sum(map(len, parts))
    mean = sum(part.to(device).double().sum(0) for part in parts) / total
    largest = max((part.to(device).double() - mean).norm(dim=1).max() for part in parts)
    scale = torch.where(largest > 0, largest, 1.0)
    double = any(samples.dtype == torch.float64 for samples in datasets)
    points = torch.empty(
        total, len(mean), device=device, dtype=torch.float64 if double else torch.float32
    )
    for rows, part in zip(points.split([len(p) for p in parts]), parts, strict=True):
        rows.copy_((part.to(device).double() - mean) / scale)
    return points, scale


def _mean_distance(points: Tensor, tile: int) -> Tensor:
    """d_avg of Eq. 12, in float64."""
    parts = points.double().split(tile)
    return sum(torch.cdist(a, b).sum() for a in parts for b in parts) / len(points) ** 2


def _nearest(
    points: Tensor, sizes: list[int], sources: int, first: int, tile: int, progress: bool
) -> Tensor:
    """d_min of Eq. 11, squared: from each sample of the sources to each of the targets.

    Of the `points` (n, D), as many belong to each dataset as `sizes` says. The sources are the
    datasets before number `sources`, and the targets those from number `first`. One row for each
    sample of the sources, one column for each target.
    """
    norms = points.square().sum(1)
    owner = torch.repeat_interleave(torch.arange(len(sizes)) - first, torch.tensor(sizes))
    rows = torch.arange(sum(sizes[:sources])).split(tile)
    columns = torch.arange(sum(sizes[:first]), len(points)).split(tile)
    nearest = points.new_full((sum(sizes[:sources]), len(sizes) - first), torch.inf)

    def keep_nearest(row: slice, squared: Tensor, column: slice) -> None:
        datasets, counts = owner[column].unique_consecutive(return_counts=True)
        least = torch.stack([part.amin(1) for part in squared.split(counts.tolist(), 1)], 1)
        found = nearest[row, datasets[0] : datasets[-1] + 1]
        torch.minimum(found, least, out=found)

    # Among the sources themselves, one product serves both directions.
    both_ways = first == 0
    tiles = list(combinations_with_replacement(rows, 2) if both_ways else product(rows, columns))
    for a, b in tqdm(tiles, desc="soft overlap", unit="tile", disable=not progress):
        row, column = slice(a[0], a[-1] + 1), slice(b[0], b[-1] + 1)
        squared = torch.addmm(norms[column], points[row], points[column].T, alpha=-2)
        squared += norms[row].unsqueeze(1)
        keep_nearest(row, squared, column)
        if both_ways and a is not b:
            keep_nearest(column, squared.T, row)
    return nearest
