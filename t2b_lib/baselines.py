"""What Task2Box is compared with: predictors of a relation that have no boxes.

All share the interface of `Task2Box`: `fit(tasks, split)`, `predict(features, pairs)` and
`containment_score(features, pairs)`. The measures learn only a threshold, on the training pairs as
in the paper.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, embedding, normalize
from tqdm import tqdm

from t2b_lib.boxes import as_tensor
from t2b_lib.checks import check_pairs, checked
from t2b_lib.collection import Split, TaskCollection
from t2b_lib.evaluation import best_threshold, truth_of
from t2b_lib.network import Projection, few_threads, fork_seed, pick_device


class Baseline(BaseEstimator):
    """A predictor whose score for containment is its prediction."""

    def containment_score(self, features: Tensor, pairs: Tensor) -> Tensor:
        """Score to compare with a threshold, shape (P,): the prediction itself."""
        return self.predict(features, pairs)


class PairModel(Baseline):
    """Logistic regression on a few named numbers of a pair: cosines, lengths, distances.

    The vector of a union is the mean of the vectors of its parts. So how alike two vectors are, and
    which of them is longer, almost tells whether one dataset lies in the other. A classifier on two
    vectors side by side cannot compute such products. A graded relation is learned as a
    probability.

    `strength` is the inverse strength of the L2 penalty, `C` of scikit-learn's logistic regression.
    After `fit`, `weights_` has the weight of each named number of a pair, once that is
    standardised.
    """

    def __init__(self, *, strength: float = 1.0):
        self.strength = strength

    @checked
    def fit(self, tasks: TaskCollection, split: Split) -> PairModel:
        """Learn from the training pairs; ValueError if all of them are related, or none is."""
        self.centre_, self.blocks_ = tasks.features[split.existing].mean(0), tasks.blocks
        found = dict(self._numbers(tasks.features, split.train))
        numbers = torch.stack(list(found.values()), 1).double()
        centre, scale = numbers.mean(0), numbers.std(0).clamp_min(1e-9)
        # A share of 0.3 counts as 0.3 of a related pair and 0.7 of an unrelated one.
        share = torch.as_tensor(truth_of(tasks, split.train)).double()
        share = torch.cat([share, 1 - share])
        label = torch.arange(len(share)) < len(split.train)
        kept = share > 0
        if label[kept].all() or not label[kept].any():
            raise ValueError("the training pairs are all related or all unrelated: add other ones")
        numbers = ((numbers - centre) / scale).repeat(2, 1)
        model = LogisticRegression(C=self.strength, max_iter=3000)
        model.fit(numbers[kept].numpy(), label[kept].numpy(), share[kept].numpy())
        weights = torch.from_numpy(model.coef_[0])
        self.weights_ = dict(zip(found, weights.tolist(), strict=True))
        self.slopes_ = (weights / scale).tolist()
        self.intercept_ = float(model.intercept_[0] - (weights / scale * centre).sum())
        return self

    @checked
    def predict(self, features: Tensor, pairs: Tensor) -> Tensor:
        """Predicted relation of pairs (P, 2) of rows of `features` (N, D): shape (P,)."""
        check_is_fitted(self, "weights_")
        total = torch.full((len(pairs),), self.intercept_)
        for (_, value), slope in zip(self._numbers(features, pairs), self.slopes_, strict=True):
            total.add_(value, alpha=slope)
        return total.sigmoid()

    def _numbers(self, features: Tensor, pairs: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Named numbers of pairs (P, 2), each (P,): of each piece of the features, and of all.

        All products of the first and the second members are computed: a matrix product costs less
        than gathering the vectors of each pair.
        """
        (rows, i), (columns, j) = (ends.unique(return_inverse=True) for ends in pairs.unbind(1))
        pieces = features.split(self.blocks_, 1), self.centre_.split(self.blocks_)
        named = {f"piece {k}": piece for k, piece in enumerate(zip(*pieces, strict=True), 1)}
        if len(named) == 1:
            named = {}
        for name, (x, mean) in (named | {"all": (features, self.centre_)}).items():
            for about, seen in {"": x, ", centred": x - mean}.items():
                norms = seen.norm(dim=1)
                inner, first, second = (seen[rows] @ seen[columns].T)[i, j], *norms[pairs].T
                yield f"cosine{about} ({name})", inner / (first * second).clamp_min(1e-9)
                yield f"length of the first{about} ({name})", first
                yield f"length of the second{about} ({name})", second
                if not about:
                    yield f"projection ({name})", inner / second.square().clamp_min(1e-9)
            # Centred vectors are shorter: their difference loses less to rounding.
            distance = (first.square() + second.square() - 2 * inner).clamp_min(0).sqrt()
            yield f"distance ({name})", distance


class PairwiseMLP(Baseline):
    """The MLP baseline (section 4.2): both representations side by side to the relation.

    Fully connected layers with ReLU and batch norm, a sigmoid at the end, binary cross-entropy
    (also for graded relations), Adam on shuffled batches of pairs. The features are projected as in
    `Task2Box`. `hidden` are the widths of the hidden layers; () is the linear baseline. An epoch is
    a pass over the training pairs, with `batch_size` of them in a step. The rest is as in
    `Task2Box`.
    """

    def __init__(
        self,
        hidden: tuple[int, ...] = (1024, 256, 128),
        *,
        epochs: int = 30,
        learning_rate: float = 1e-3,
        batch_size: int = 1024,
        seed: int = 0,
        device: str = "auto",
        progress: bool = True,
    ):
        self.hidden = hidden
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.seed = seed
        self.device = device
        self.progress = progress

    @checked
    def fit(self, tasks: TaskCollection, split: Split) -> PairwiseMLP:
        """Train on the training pairs of `split`."""
        device = pick_device(self.device)
        existing = tasks.features[split.existing]
        self.projection_ = Projection(1, existing.shape[1], min(existing.shape)).fit(existing)
        features = self.projection_(tasks.features.unsqueeze(0))[0].to(device)
        pairs = split.train.to(device)
        relation = torch.from_numpy(truth_of(tasks, split.train)).to(device)
        with fork_seed(self.seed):
            network = PairNetwork(features.shape[1], self.hidden).to(device)
        optimizer = torch.optim.Adam(network.parameters(), lr=self.learning_rate, fused=True)
        random = torch.Generator().manual_seed(self.seed)
        name = "MLP" if self.hidden else "linear"
        bar = tqdm(range(self.epochs), desc=name, unit="epoch", disable=not self.progress)
        with few_threads(features.numel()):
            for _ in bar:
                order = torch.randperm(len(pairs), generator=random).to(device)
                # Nearly equal batches: one pair alone would have no batch statistics.
                for batch in order.tensor_split(-(-len(pairs) // self.batch_size)):
                    optimizer.zero_grad()
                    logits = network(features, pairs[batch])
                    binary_cross_entropy_with_logits(logits, relation[batch]).backward()
                    optimizer.step()
        if not all(value.isfinite().all() for value in network.parameters()):
            raise ValueError("training ended with weights that are not finite: lower learning_rate")
        self.network_ = network.eval()
        return self

    @torch.no_grad()
    @checked
    def predict(self, features: Tensor, pairs: Tensor) -> Tensor:
        """Predicted relation of pairs (P, 2) of rows of `features` (N, D): shape (P,)."""
        check_is_fitted(self)
        device = next(self.network_.parameters()).device
        features = as_tensor(features, torch.float32, "features")
        features = self.projection_(features.unsqueeze(0))[0].to(device)
        # In chunks: a hidden layer of all pairs at once would be (P, 1024).
        chunks = check_pairs(pairs, len(features)).to(device).split(16_384)
        return torch.cat([self.network_(features, chunk).sigmoid() for chunk in chunks]).cpu()


class PairwiseLinear(PairwiseMLP):
    """The linear baseline (section 4.2): one weight for each feature of either dataset."""

    def __init__(
        self,
        *,
        epochs: int = 300,
        learning_rate: float = 1e-3,
        batch_size: int = 1024,
        seed: int = 0,
        device: str = "auto",
        progress: bool = True,
    ):
        own = {"seed": seed, "device": device, "progress": progress}
        super().__init__(
            (), epochs=epochs, learning_rate=learning_rate, batch_size=batch_size, **own
        )


class Measure(Baseline):
    """A score of pairs by a formula; on a binary relation `fit` finds `threshold_`."""

    @checked
    def fit(self, tasks: TaskCollection, split: Split) -> Measure:
        """Find the threshold from the existing datasets and the training pairs alone."""
        self._look_at(tasks.features[split.existing])
        if tasks.is_binary:
            scores = self.predict(tasks.features, split.train).numpy()
            self.threshold_ = best_threshold(truth_of(tasks, split.train), scores, None)
        return self

    @checked
    def predict(self, features: Tensor, pairs: Tensor) -> Tensor:
        """Scores of pairs (P, 2) of rows of `features` (N, D), not bounded: shape (P,)."""
        check_is_fitted(self)
        pairs = check_pairs(pairs, len(features))
        return self._scores(as_tensor(features, torch.float64, "features"))[
            pairs[:, 0], pairs[:, 1]
        ]

    def _look_at(self, existing: Tensor) -> None:
        """Learn what the measure needs from the features (N, D) of the existing datasets."""
        raise NotImplementedError

    def _scores(self, features: Tensor) -> Tensor:
        """The score of every ordered pair, (N, N)."""
        raise NotImplementedError


class KLDivergence(Measure):
    """The negative Kullback-Leibler divergence KL(i || j) of diagonal Gaussians (section 4.2).

    It is small if j has mass wherever i has, and j may cover much more. So it measures how i is
    contained in j.

    `kind` is the kind of features. "gaussian": [mu; sigma^2] of Eq. 1 and 2. "fim": the diagonal of
    the Fisher information of one set of weights. It is the precision of a Gaussian over these
    weights (Eq. 3), and all datasets have the same mean. `floor` is the smallest variance (or, for
    "fim", precision) of a feature, as a share of that feature's mean over the existing datasets. A
    variance of zero would make divergences infinite.
    """

    def __init__(self, kind: str = "gaussian", *, floor: float = 1e-3):
        self.kind = kind
        self.floor = floor

    def _look_at(self, existing: Tensor) -> None:
        if self.kind not in ("gaussian", "fim"):
            raise ValueError(f'kind is "gaussian" or "fim", not {self.kind!r}')
        if self.kind == "gaussian" and existing.shape[1] % 2:
            raise ValueError(
                f"KLDivergence needs features [mu; sigma^2], an even number, got "
                f'{existing.shape[1]}; for Fisher information pass kind="fim"'
            )
        spread = existing if self.kind == "fim" else existing.chunk(2, dim=1)[1]
        if (spread < 0).any():
            raise ValueError(
                "variances must not be negative: are the features [mu; sigma^2] (or, with "
                'kind="fim", Fisher information)?'
            )
        mean = spread.double().mean(0)
        # A feature without spread in any existing dataset gets the typical spread.
        self.floor_ = self.floor * torch.where(mean > 0, mean, mean.mean().clamp_min(1e-30))

    def _scores(self, features: Tensor) -> Tensor:
        if self.kind == "fim":
            variance = 1 / features.maximum(self.floor_)
            mean = torch.zeros_like(variance)
        else:
            mean, variance = features.chunk(2, dim=1)
            variance = variance.maximum(self.floor_)
            mean = mean - mean.mean(0)  # smaller squares below, and smaller rounding errors
        precision = 1 / variance
        spread = (variance + mean.square()) @ precision.T
        spread += (mean.square() * precision).sum(1) - 2 * mean @ (mean * precision).T
        log_volume = variance.log().sum(1)
        return -(spread + log_volume - log_volume[:, None] - mean.shape[1]) / 2


class _Asymmetric(Measure):
    """Eq. 7: sim(e_i, e_j) - alpha * sim(e_i, e_0)."""

    def __init__(self, alpha: float = 0.15, *, trivial: str | Tensor = "mean"):
        self.alpha = alpha
        self.trivial = trivial

    def _look_at(self, existing: Tensor) -> None:
        if isinstance(self.trivial, str):
            if self.trivial not in ("mean", "zero"):
                raise ValueError(f'trivial is "mean", "zero" or a vector, not {self.trivial!r}')
            mean = existing.double().mean(0)
            self.trivial_ = mean if self.trivial == "mean" else torch.zeros_like(mean)
            return
        self.trivial_ = torch.as_tensor(self.trivial, dtype=torch.float64)
        if self.trivial_.shape != existing.shape[1:]:
            raise ValueError(
                f"trivial must be a vector of {existing.shape[1]} features, got shape "
                f"{tuple(self.trivial_.shape)}"
            )

    def _scores(self, features: Tensor) -> Tensor:
        to_trivial = self._similarity(features, self.trivial_[None])
        return self._similarity(features, features) - self.alpha * to_trivial


class AsymmetricCosine(_Asymmetric):
    """Eq. 7 with the cosine similarity: sim(e_i, e_j) - alpha * sim(e_i, e_0).

    `alpha` is 0.15 in Task2Vec (Achille et al. 2019). `trivial` is the trivial representation e_0,
    that of an easy or an empty task: "mean", "zero" or a vector (D,). The paper leaves it open.
    "mean" is the mean of the existing datasets. "zero" suits Fisher information: a task without
    samples has none. (A cosine with zero counts as 0, so that the measure is symmetric.)
    """

    @staticmethod
    def _similarity(a: Tensor, b: Tensor) -> Tensor:
        return normalize(a, dim=1) @ normalize(b, dim=1).T


class AsymmetricEuclidean(_Asymmetric):
    """Eq. 7 with the negated Euclidean distance; the parameters are as in `AsymmetricCosine`."""

    @staticmethod
    def _similarity(a: Tensor, b: Tensor) -> Tensor:
        return -torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")


class RandomGuess(Baseline):
    """The random baseline (section 4.2): relations drawn uniformly from [0, 1]."""

    def __init__(self, seed: int = 0):
        self.seed = seed

    @checked
    def fit(self, tasks: TaskCollection, split: Split) -> RandomGuess:
        """Nothing to learn."""
        return self

    @checked
    def predict(self, features: Tensor, pairs: Tensor) -> Tensor:
        """Uniform numbers, shape (P,), drawn anew from the seed."""
        return torch.rand(len(pairs), generator=torch.Generator().manual_seed(self.seed))


class PairNetwork(nn.Module):
    """Features (N, D) and pairs (P, 2) to logits (P,), through the concatenation [x_i; x_j].

    The first layer is computed once for each dataset, not for each pair:
    W [x_i; x_j] = W_a x_i + W_b x_j.
    """

    def __init__(self, in_features: int, hidden: tuple[int, ...]):
        super().__init__()
        width, *rest = (*hidden, 1)
        self.width = width
        self.first = nn.Linear(2 * in_features, width)
        layers = []
        for size in rest:
            layers += [nn.ReLU(), nn.BatchNorm1d(width), nn.Linear(width, size)]
            width = size
        self.rest = nn.Sequential(*layers)

    def forward(self, features: Tensor, pairs: Tensor) -> Tensor:
        as_source, as_target = self.first.weight.chunk(2, dim=1)
        source, target = pairs.unbind(1)
        # The gradient of an embedding adds up whole rows. That of an index is a slow scatter.
        first = embedding(source, features @ as_source.T + self.first.bias)
        return self.rest(first + embedding(target, features @ as_target.T)).squeeze(-1)
