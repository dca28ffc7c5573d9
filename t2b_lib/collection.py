"""Collections of datasets or tasks with their relations, and how they are split for evaluation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import torch
from torch import Tensor
from torch.nn.functional import normalize

from t2b_lib.boxes import TensorRecord, as_tensor
from t2b_lib.checks import check, check_pairs, checked
from t2b_lib.moments import Kind, moments

# Parts of datasets: how many are coherent, and how many of these are drawn from all samples.
COHERENT_SHARE = 0.9
ANYWHERE_SHARE = 0.55


@dataclass(frozen=True, eq=False)
class Samples(TensorRecord):
    """The samples of N datasets, images or classes: each dataset's vector follows from its own.

    `vectors` (S, D) has one row for each sample, and `members` (N, S) says which samples belong to
    which dataset. `kind` is what `features` computes from the vectors: "average" (Eq. 1) or
    "gaussian" (Eq. 1 and 2). `blocks` are the sizes of the pieces of a vector that mean different
    things, such as image and text; one piece if left out. Raises ValueError on shapes that
    disagree, or blocks that do not add up to D.
    """

    vectors: Tensor
    members: Tensor
    kind: Kind = "average"
    blocks: tuple[int, ...] = ()

    def __post_init__(self):
        vectors = as_tensor(self.vectors, torch.float32).cpu()
        members = as_tensor(self.members, torch.bool).cpu()
        blocks = tuple(self.blocks) or (vectors.shape[-1],)
        if vectors.dim() != 2 or members.dim() != 2 or members.shape[1] != len(vectors):
            raise ValueError(
                f"vectors must have shape (S, D) and members (N, S), got {tuple(vectors.shape)} "
                f"and {tuple(members.shape)}"
            )
        if sum(blocks) != vectors.shape[1]:
            raise ValueError(
                f"blocks must add up to the {vectors.shape[1]} numbers of a vector, got {blocks}"
            )
        for name, value in {"vectors": vectors, "members": members, "blocks": blocks}.items():
            object.__setattr__(self, name, value)

    def features(self, members: Tensor | None = None) -> Tensor:
        """Representations (N, D or 2 D) of sets of samples, those of the datasets if left out."""
        return moments(self.vectors, self.members if members is None else members, self.kind)

    @property
    def feature_blocks(self) -> tuple[int, ...]:
        """Sizes of the pieces of a representation."""
        return self.blocks * (2 if self.kind == "gaussian" else 1)

    def relate_parts(self, members: Tensor, datasets: Tensor) -> tuple[Tensor, Tensor] | None:
        """How much of each part lies in each dataset, and the reverse, if samples can tell.

        Samples alone cannot; see `t2b_lib.hub.CountedSamples`. From `members` (p, S), as
        `draw_parts` returns them, and the numbers of n datasets to shares (p, n) of the parts in
        the datasets and of the datasets in the parts.
        """
        return None

    def draw_parts(
        self,
        datasets: Tensor,
        count: int,
        random: torch.Generator,
        coherent: float = COHERENT_SHARE,
    ) -> tuple[Tensor, Tensor]:
        """Random parts of the datasets given.

        A part has one sample to all but one of its dataset, small ones as often as large ones. It
        is a random subset, or coherent: a random sample and its nearest ones. `coherent` is the
        share of coherent parts. Some of these take their samples from all datasets given, so that
        they may hold a whole dataset.

        Returns which samples are in each part, bool (count, S), and the position in `datasets` of
        the one that each part is of, (count,), -1 for parts from all samples.
        """
        of_datasets = self.members[datasets]
        owners = torch.randint(len(datasets), (count,), generator=random)
        is_coherent = torch.rand(count, generator=random) < coherent
        anywhere = torch.rand(count, generator=random) < ANYWHERE_SHARE
        owners = owners.masked_fill(anywhere & is_coherent, -1)
        allowed = torch.where((owners < 0)[:, None], of_datasets.any(0), of_datasets[owners])
        most = (allowed.sum(1) - 1).clamp_min(1)
        sizes = (most ** torch.rand(count, generator=random)).round().long()
        centred = normalize(self.vectors - self.vectors[of_datasets.any(0)].mean(0), dim=1)
        first = torch.multinomial(allowed.float(), 1, generator=random)[:, 0]
        order = torch.where(
            is_coherent[:, None],
            centred[first] @ centred.T,
            torch.rand(count, len(self.vectors), generator=random),
        )
        order = order.masked_fill(~allowed, -torch.inf).argsort(1, descending=True)
        chosen = torch.arange(order.shape[1]) < sizes[:, None]
        return torch.zeros_like(chosen).scatter_(1, order, chosen), owners


@dataclass(frozen=True, eq=False)
class TaskCollection(TensorRecord):
    """N datasets (or tasks) with their names, their representations and their relation.

    Its tensors are on the CPU. Two collections are equal (==) if all their values are. The names
    are unique. `features` (N, D) are base representations: CLIP moments (Eq. 1, 2), Fisher
    information (Eq. 3), attributes ... In `relation` (N, N), [i, j] is E_ij in [0, 1]: how much of
    i lies in j, or how well i transfers to j. NaN: not measured. The diagonal is never used.
    `samples` are what the features were computed from, if that is known: training can then draw
    parts.

    Raises ValueError on fewer than two datasets, shapes that disagree, repeated names, features
    that are not finite or a relation outside [0, 1].
    """

    names: Sequence[str]
    features: Tensor
    relation: Tensor
    samples: Samples | None = None

    @classmethod
    def from_samples(cls, names: Sequence[str], samples: Samples, relation) -> TaskCollection:
        """The collection whose features follow from its samples."""
        return cls(names, samples.features(), relation, samples)

    def __post_init__(self):
        check(TaskCollection, vars(self))
        object.__setattr__(self, "names", tuple(str(name) for name in self.names))
        for field in ("features", "relation"):
            value = as_tensor(getattr(self, field), torch.float32, field)
            object.__setattr__(self, field, value.cpu())
        n = len(self.names)
        if n < 2:
            raise ValueError(f"a collection needs at least two datasets to relate, got {n}")
        repeated = [name for name, times in Counter(self.names).items() if times > 1]
        if repeated:
            raise ValueError(f"dataset names must be unique; repeated: {listing(repeated)}")
        if self.features.dim() != 2 or len(self.features) != n or self.features.shape[1] == 0:
            raise ValueError(
                f"features must have shape ({n}, D), one row for each name, got "
                f"{tuple(self.features.shape)}"
            )
        if self.relation.shape != (n, n):
            raise ValueError(
                f"relation must have shape ({n}, {n}), got {tuple(self.relation.shape)}"
            )
        if self.samples is not None and len(self.samples.members) != n:
            raise ValueError(f"samples must be of {n} datasets, got {len(self.samples.members)}")
        bad = ~self.features.isfinite().all(1)
        if bad.any():
            raise ValueError(
                "features must be finite; NaN or infinity in the rows of "
                f"{listing([self.names[i] for i in bad.nonzero().flatten()])}"
            )
        # Written so that NaN, "not measured", passes.
        outside = (self.relation < 0) | (self.relation > 1)
        if outside.any():
            i, j = outside.nonzero()[0].tolist()
            raise ValueError(
                f"relation must lie in [0, 1] (or be NaN where not measured), but "
                f"{self.names[i]!r} -> {self.names[j]!r} is {self.relation[i, j]:g}"
            )

    def __len__(self) -> int:
        return len(self.names)

    def __repr__(self) -> str:
        pairs = int(self._measured().sum())
        return (
            f"TaskCollection({len(self)} datasets, {self.features.shape[1]} features, "
            f"{pairs} measured pairs, {'binary' if self.is_binary else 'graded'} relation)"
        )

    @property
    def is_binary(self) -> bool:
        """Whether every measured relation is 0 or 1: containment, to be scored by F1."""
        values = self.relation[self._measured()]
        return bool(((values == 0) | (values == 1)).all())

    @property
    def blocks(self) -> tuple[int, ...]:
        """Sizes of the pieces of the features that mean different things, such as image, text."""
        return (self.features.shape[1],) if self.samples is None else self.samples.feature_blocks

    def measured_pairs(self) -> Tensor:
        """All ordered pairs (i, j) of different datasets whose relation is measured, (P, 2)."""
        return self._measured().nonzero()

    def _measured(self) -> Tensor:
        return ~self.relation.isnan() & ~torch.eye(len(self), dtype=torch.bool)


@dataclass(frozen=True, eq=False)
class Split(TensorRecord):
    """Which datasets and which ordered pairs are trained on, tuned on and tested on.

    Indices refer to the whole collection; pairs have shape (P, 2), and (i, j) stands for E_ij.
    All are integers on the CPU.
    """

    existing: Tensor
    novel: Tensor
    train: Tensor
    validation: Tensor
    test: Tensor
    novel_pairs: Tensor

    def __post_init__(self):
        for name, indices in vars(self).items():
            indices = as_tensor(indices, name=name).cpu()
            if name in ("existing", "novel"):
                if indices.dim() != 1 or (indices.numel() and indices.is_floating_point()):
                    raise ValueError(f"{name} must be whole numbers of shape (N,)")
                indices = indices.long()
            else:
                indices = check_pairs(indices, name=name)
            object.__setattr__(self, name, indices)

    def __repr__(self) -> str:
        return (
            f"Split({len(self.existing)} existing datasets: {len(self.train)} / "
            f"{len(self.validation)} / {len(self.test)} train / validation / test pairs;\n"
            f"      {len(self.novel)} novel datasets: {len(self.novel_pairs)} pairs)"
        )


@checked
def split(
    tasks: TaskCollection,
    novel: int = 0,
    seed: int = 0,
    fractions: tuple[float, float, float] = (0.8, 0.1, 0.1),
) -> Split:
    """One random case of the paper's protocol (sections 4.1 and 9.2).

    `novel` datasets are set aside and unseen in training; the others are the existing ones. The
    measured ordered pairs among these are divided at random into training, validation and test
    pairs, with the shares in `fractions`; these may add up to less than 1 (Table 5 of the paper
    trains on half of the pairs). The pairs of a novel and an existing dataset, in both directions,
    test generalisation to unseen datasets. Pairs of a dataset with itself are left out, as in the
    paper's loss and score. The same seed gives the same split.

    Raises ValueError if the fractions are not shares of one whole, fewer than two datasets are left
    as existing ones, or a part would be empty.
    """
    n = len(tasks)
    if not 0 <= novel <= n - 2:
        raise ValueError(
            f"novel must leave at least two of the {n} datasets existing: 0 to {n - 2}, got {novel}"
        )
    if len(fractions) != 3 or not (min(fractions) >= 0 and sum(fractions) <= 1 + 1e-9):
        raise ValueError(
            f"fractions must be three shares that add up to at most 1, got {fractions}"
        )

    random = torch.Generator().manual_seed(seed)
    order = torch.randperm(n, generator=random)
    is_novel = torch.zeros(n, dtype=torch.bool)
    is_novel[order[:novel]] = True

    pairs = tasks.measured_pairs()
    novel_ends = is_novel[pairs].sum(1)
    existing_pairs = pairs[novel_ends == 0]
    shuffled = existing_pairs[torch.randperm(len(existing_pairs), generator=random)]
    ends = [round(share * len(shuffled)) for share in accumulate(fractions)]
    train, validation, test, _ = shuffled.tensor_split(ends)

    parts = {"training": train, "validation": validation, "test": test}
    if novel:
        parts["novel"] = pairs[novel_ends == 1]
    for name, part in parts.items():
        if not len(part):
            raise ValueError(
                f"the split leaves no {name} pairs: {len(existing_pairs)} measured pairs among "
                f"{n - novel} existing datasets, divided as {fractions}. Use more datasets, fewer "
                "novel ones, or other fractions"
            )
    return Split(
        existing=(~is_novel).nonzero().flatten(),
        novel=is_novel.nonzero().flatten(),
        train=train,
        validation=validation,
        test=test,
        novel_pairs=pairs[novel_ends == 1],
    )


@checked
def leave_out(tasks: TaskCollection, novel: Iterable[int] = ()) -> Split:
    """The split that trains on all measured pairs without the novel datasets; none is held back."""
    novel = torch.tensor(sorted(map(int, novel)), dtype=torch.long)
    if len(novel) and not 0 <= novel[0] <= novel[-1] < len(tasks):
        raise ValueError(f"novel must be rows of {len(tasks)} datasets, got {novel.tolist()}")
    pairs = tasks.measured_pairs()
    novel_ends = torch.isin(pairs, novel).sum(1)
    everything = torch.arange(len(tasks))
    existing = everything[~torch.isin(everything, novel)]
    none = pairs[:0]
    return Split(existing, novel, pairs[novel_ends == 0], none, none, pairs[novel_ends == 1])


def listing(names: Sequence[str], most: int = 5) -> str:
    """The first few names for an error message, quoted, and the number of the others."""
    shown = ", ".join(repr(name) for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
