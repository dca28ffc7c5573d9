"""What Task2Box is compared with: predictors of a relation that know no boxes.

All share the interface of `Task2Box`: `fit(tasks, split)`, `predict(features, pairs)` and
`containment_score(features, pairs)`.
"""

from __future__ import annotations

import torch
from sklearn.base import BaseEstimator
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, one_hot
from tqdm import tqdm

from t2b_lib.collection import Split, TaskCollection
from t2b_lib.model import pick_device


class PairwiseMLP(BaseEstimator):
    """The MLP baseline (section 4.2): both representations side by side to the relation.

    Fully connected layers with ReLU and batch norm, a sigmoid at the end, binary cross-entropy
    (also for graded relations), Adam on shuffled batches of pairs. Features are standardised over
    the existing datasets.

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
        self.mean_ = existing.mean(0)
        self.scale_ = existing.std(0).clamp_min(1e-6)
        features = self._standardised(tasks.features).to(device)
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
        features = self._standardised(features).to(device)
        # In chunks: a hidden layer of all pairs at once would be (P, 1024).
        chunks = pairs.to(device).split(16_384)
        return torch.cat([self.network_(features, chunk).sigmoid() for chunk in chunks]).cpu()

    def containment_score(self, features: Tensor, pairs: Tensor) -> Tensor:
        """Score to compare with a threshold: the prediction itself."""
        return self.predict(features, pairs)

    def _standardised(self, features: Tensor) -> Tensor:
        return (features - self.mean_) / self.scale_


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
        # Rows are picked by a matrix product: its gradient is one too, where that of an index is
        # a slow scatter.
        source, target = one_hot(pairs, len(features)).to(features.dtype).unbind(1)
        first = source @ (features @ as_source.T) + target @ (features @ as_target.T)
        return self.rest(first + self.first.bias).squeeze(-1)
