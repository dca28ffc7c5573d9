"""What Task2Box is compared with: predictors of a relation that know no boxes.

All share the interface of `Task2Box`: `fit(tasks, split)`, `predict(features, pairs)` and
`containment_score(features, pairs)`. The measures that learn nothing but a threshold find it on
the training pairs, as the paper does, and keep it as `threshold_`.
"""

from __future__ import annotations

import torch
from sklearn.base import BaseEstimator
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, embedding, normalize
from tqdm import tqdm

from t2b_lib.collection import Split, TaskCollection
from t2b_lib.evaluation import best_threshold, truth_of
from t2b_lib.network import Projection, pick_device


class PairwiseMLP(BaseEstimator):
    """The MLP baseline (section 4.2): both representations side by side to the relation.

    Fully connected layers with ReLU and batch norm, a sigmoid at the end, binary cross-entropy
    (also for graded relations), Adam on shuffled batches of pairs. Features are standardised over
    the existing datasets and reduced to the directions in which those differ (see `Projection`),
    beyond which the first layer would learn nothing.

    Parameters
    ----------
    hidden : tuple of int
        Widths of the hidden layers; () is the linear baseline.
    epochs : int
        Passes over the training pairs.
    learning_rate : float
    batch_size : int
        Pairs in a step.
    seed : int
    device : str
        As in `Task2Box`.
    progress : bool
        Whether `fit` shows a progress bar.
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

    def fit(self, tasks: TaskCollection, split: Split) -> PairwiseMLP:
        """Train on the training pairs of `split`."""
        device = pick_device(self.device)
        existing = tasks.features[split.existing]
        self.projection_ = Projection(1, existing.shape[1], min(existing.shape)).fit(existing)
        features = self.projection_(tasks.features.unsqueeze(0))[0].to(device)
        pairs = split.train.to(device)
        relation = tasks.relation[split.train[:, 0], split.train[:, 1]].to(device)

        with torch.random.fork_rng():
            torch.manual_seed(self.seed)
            network = PairNetwork(features.shape[1], self.hidden).to(device)
        optimizer = torch.optim.Adam(network.parameters(), lr=self.learning_rate, fused=True)
        random = torch.Generator().manual_seed(self.seed)
        name = "MLP" if self.hidden else "linear"
        for _ in tqdm(range(self.epochs), desc=name, unit="epoch", disable=not self.progress):
            order = torch.randperm(len(pairs), generator=random).to(device)
            # Equal chunks: a last batch of one pair would have no batch statistics.
            for batch in order.chunk(-(-len(pairs) // self.batch_size)):
                optimizer.zero_grad()
                logits = network(features, pairs[batch])
                binary_cross_entropy_with_logits(logits, relation[batch]).backward()
                optimizer.step()
        self.network_ = network.eval()
        return self

    @torch.no_grad()
    def predict(self, features: Tensor, pairs: Tensor) -> Tensor:
        """Predicted relation of pairs (P, 2) of rows of `features` (N, D): shape (P,)."""
        device = next(self.network_.parameters()).device
        features = self.projection_(features.unsqueeze(0))[0].to(device)
        # In chunks: a hidden layer of all pairs at once would be (P, 1024).
        chunks = pairs.to(device).split(16_384)
        return torch.cat([self.network_(features, chunk).sigmoid() for chunk in chunks]).cpu()

    def containment_score(self, features: Tensor, pairs: Tensor) -> Tensor:
        """Score to compare with a threshold: the prediction itself."""
        return self.predict(features, pairs)


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
        super().__init__(
            (),
            epochs=epochs,
            learning_rate=learning_rate,
            batch_size=batch_size,
            seed=seed,
            device=device,
            progress=progress,
        )


class Measure(BaseEstimator):
    """A formula from two representations to a score: high where i is likely to lie in j.

    Attributes
    ----------
    threshold_ : float
        After `fit` on a binary relation: the best threshold of all by F1 on the training pairs.
    """

    def fit(self, tasks: TaskCollection, split: Split) -> Measure:
        """Find the threshold; only the existing datasets and the training pairs are seen."""
        self._look_at(tasks.features[split.existing])
        if tasks.is_binary:
            scores = self.predict(tasks.features, split.train).numpy()
            self.threshold_ = best_threshold(truth_of(tasks, split.train), scores, None)
        return self

    def predict(self, features: Tensor, pairs: Tensor) -> Tensor:
        """Scores of pairs (P, 2) of rows of `features` (N, D), not bounded: shape (P,)."""
        scores = self._scores(features.double())
        return scores[pairs[:, 0], pairs[:, 1]]

    def containment_score(self, features: Tensor, pairs: Tensor) -> Tensor:
        """Score to compare with `threshold_`: the prediction itself."""
        return self.predict(features, pairs)

    def _look_at(self, existing: Tensor) -> None:
        """What a measure has to know of the existing datasets' features (N, D): mostly nothing."""

    def _scores(self, features: Tensor) -> Tensor:
        """The score of every ordered pair, (N, N)."""
        raise NotImplementedError


class KLDivergence(Measure):
    """The negative Kullback-Leibler divergence KL(i || j) of diagonal Gaussians (section 4.2).

    That direction says containment: it is small where j has its mass wherever i has, however
    much more j covers.

    Parameters
    ----------
    kind : "gaussian" or "fim"
        What the features are. "gaussian": [mu; sigma^2] of Eq. 1 and 2. "fim": the diagonal of the
        Fisher information of a common set of weights; a dataset then is the Gaussian of those
        weights whose precision it is (Eq. 3), and all have the same mean.
    floor : float
        Smallest variance (or, for "fim", precision) of a feature, as a share of that feature's
        mean over the existing datasets: a variance of zero, which a feature without spread has,
        would make every divergence infinite.
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
        # Where no existing dataset has any spread, the typical one stands in.
        self.floor_ = self.floor * torch.where(mean > 0, mean, mean.mean().clamp_min(1e-30))

    def _scores(self, features: Tensor) -> Tensor:
        if self.kind == "fim":
            variance = 1 / features.maximum(self.floor_)
            mean = torch.zeros_like(variance)
        else:
            mean, variance = features.chunk(2, dim=1)
            variance = variance.maximum(self.floor_)
            mean = mean - mean.mean(0)  # the squares below then lose little to rounding
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

    Parameters
    ----------
    alpha : float
        0.15 in Task2Vec (Achille et al. 2019).
    trivial : "mean", "zero" or vector (D,)
        The trivial representation e_0, that of an easy or an empty task. The paper leaves open
        which: "mean" takes the mean of the existing datasets, what says nothing of any of them;
        "zero" suits Fisher information, which a task without samples has none of (a cosine with
        zero counts as 0, so that the measure is then symmetric).
    """

    @staticmethod
    def _similarity(a: Tensor, b: Tensor) -> Tensor:
        return normalize(a, dim=1) @ normalize(b, dim=1).T


class AsymmetricEuclidean(_Asymmetric):
    """Eq. 7 with the negated Euclidean distance as similarity.

    Parameters
    ----------
    alpha, trivial
        As in `AsymmetricCosine`.
    """

    @staticmethod
    def _similarity(a: Tensor, b: Tensor) -> Tensor:
        return -torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")


class RandomGuess(BaseEstimator):
    """The random baseline (section 4.2): relations drawn uniformly from [0, 1]."""

    def __init__(self, seed: int = 0):
        self.seed = seed

    def fit(self, tasks: TaskCollection, split: Split) -> RandomGuess:
        """Nothing to learn."""
        return self

    def predict(self, features: Tensor, pairs: Tensor) -> Tensor:
        """Uniform numbers, shape (P,), drawn anew from the seed."""
        return torch.rand(len(pairs), generator=torch.Generator().manual_seed(self.seed))

    def containment_score(self, features: Tensor, pairs: Tensor) -> Tensor:
        """Score to compare with a threshold: the prediction itself."""
        return self.predict(features, pairs)


class PairNetwork(nn.Module):
    """Features (N, D) and pairs (P, 2) to logits (P,), through the concatenation [x_i; x_j].

    The first layer acts on x_i and x_j apart: W [x_i; x_j] = W_a x_i + W_b x_j, computed once for
    each dataset instead of once for each pair.
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
        # An embedding's gradient adds up whole rows; that of an index is a slow scatter.
        first = embedding(source, features @ as_source.T + self.first.bias)
        return self.rest(first + embedding(target, features @ as_target.T)).squeeze(-1)
