"""Task2Box: a network from the representation of a dataset to a box, trained on relations."""

from __future__ import annotations

import json
import os
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from sklearn.base import BaseEstimator
from torch import Tensor, nn
from tqdm import tqdm

from t2b_lib.boxes import Boxes, overlap, pairwise_overlap, soft_log_volume
from t2b_lib.collection import Split, TaskCollection

RECIPES = {
    # Section 9.2 of the paper; epochs and weights from the authors' released settings.
    "paper": {
        "hidden": (1024, 256, 128),
        "epochs": 1500,
        "learning_rate": 1e-3,
        "overlap_weight": 100.0,
        "distance_weight": 0.01,
        "regularity_weight": 1.0,
        "inverse_volume_weight": 0.7,
    },
}


class Task2Box(BaseEstimator):
    """Predicts a box for each dataset so that overlaps of boxes are relations of datasets.

    The network is that of the paper (section 9.2): fully connected layers, each followed by ReLU
    and batch norm, then two linear heads, one for the lower corner and one for the side lengths,
    which a sigmoid keeps positive. It is trained with all pairs at once on Eq. 4.

    Parameters
    ----------
    box_dim : int
        Dimension d of the boxes.
    hidden : tuple of int
        Widths of the fully connected layers; () makes both heads linear in the features.
    epochs : int
        Full-batch steps of Adam.
    learning_rate : float
    overlap_weight : float
        Weight of the squared error between relation and overlap (first term of Eq. 4).
    distance_weight : float
        Weight lambda of L_D in Eq. 4, which pulls related boxes together.
    regularity_weight, inverse_volume_weight : float
        gamma_1 and gamma_2 of Eq. 6: even sides, and volumes away from zero.
    seed : int
        The same seed gives the same model on the same machine.
    device : str
        "auto" (a GPU where there is one), "cpu", "cuda" ...
    progress : bool
        Whether `fit` shows a progress bar.

    Attributes
    ----------
    network_ : BoxNetwork
        After `fit` or `load`.
    history_ : dict of str to list of float
        After `fit`: the terms of the loss, weighted, at about a hundred epochs.
    """

    def __init__(
        self,
        box_dim: int = 2,
        *,
        hidden: tuple[int, ...] = (1024, 256, 128),
        epochs: int = 1500,
        learning_rate: float = 1e-3,
        overlap_weight: float = 100.0,
        distance_weight: float = 0.01,
        regularity_weight: float = 1.0,
        inverse_volume_weight: float = 0.7,
        seed: int = 0,
        device: str = "auto",
        progress: bool = True,
    ):
        self.box_dim = box_dim
        self.hidden = hidden
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.overlap_weight = overlap_weight
        self.distance_weight = distance_weight
        self.regularity_weight = regularity_weight
        self.inverse_volume_weight = inverse_volume_weight
        self.seed = seed
        self.device = device
        self.progress = progress

    @classmethod
    def from_recipe(cls, recipe: str, **changes) -> Task2Box:
        """An unfitted model with the settings of a named recipe.

        Parameters
        ----------
        recipe : str
            "paper": architecture, loss and settings of the Task2Box paper.
        **changes
            Any hyper-parameter of the class, over the recipe's.
        """
        if recipe not in RECIPES:
            raise ValueError(f"unknown recipe {recipe!r}; there are: {', '.join(RECIPES)}")
        return cls(**(RECIPES[recipe] | changes))

    def fit(self, tasks: TaskCollection, split: Split | None = None) -> Task2Box:
        """Train on the training pairs of `split`, or on all measured pairs where it is left out.

        Only the features of the existing datasets and the relation of the training pairs are seen.
        """
        device = pick_device(self.device)
        if split is None:
            existing, pairs = torch.arange(len(tasks)), tasks.measured_pairs()
        else:
            existing, pairs = split.existing, split.train
        if not len(pairs):
            raise ValueError("no training pairs: the collection has no measured relation to learn")

        # Dense (N, N) targets: gathering P pairs and scattering their gradients back costs more
        # than computing the few pairs that are not trained on.
        n = len(tasks)
        weight = torch.zeros(n, n)
        weight[pairs[:, 0], pairs[:, 1]] = 1.0
        weight = weight[existing][:, existing].to(device)
        relation = tasks.relation.nan_to_num()[existing][:, existing].to(device)
        features = tasks.features[existing].to(device)

        with torch.random.fork_rng():
            torch.manual_seed(self.seed)
            network = BoxNetwork(features.shape[1], self.box_dim, self.hidden).to(device)
        optimizer = torch.optim.Adam(network.parameters(), lr=self.learning_rate, fused=True)

        self.history_ = {"epoch": [], "overlap": [], "distance": [], "regularity": [], "volume": []}
        every = max(1, self.epochs // 100)
        bar = tqdm(
            range(self.epochs),
            desc=f"Task2Box {self.box_dim}-d",
            unit="epoch",
            disable=not self.progress,
        )
        for epoch in bar:
            optimizer.zero_grad()
            terms = self.loss_terms(network(features), relation, weight)
            loss = sum(terms.values())
            loss.backward()
            optimizer.step()
            if epoch % every == 0 or epoch == self.epochs - 1:
                self.history_["epoch"].append(epoch)
                for name, term in terms.items():
                    self.history_[name].append(term.item())
                bar.set_postfix(loss=f"{loss.item():.1f}", refresh=False)
        self.network_ = network.eval()
        return self

    def loss_terms(self, boxes: Boxes, relation: Tensor, weight: Tensor) -> dict[str, Tensor]:
        """The weighted terms of Eq. 4, with R of Eq. 6, summed over pairs and boxes.

        Parameters
        ----------
        boxes : Boxes, batch shape (N,)
        relation : Tensor, shape (N, N)
            E_ij; finite everywhere.
        weight : Tensor, shape (N, N)
            1 for a training pair, 0 for any other.
        """
        predicted = pairwise_overlap(boxes, soft=True)
        centres, sides = boxes.centres, boxes.sides
        squared_distances = (centres[:, None] - centres).square().sum(-1)
        uneven = (sides[:, :, None] - sides[:, None, :]).abs().sum() / 2
        inverse_volume = (-soft_log_volume(boxes) / boxes.dim).exp().sum()
        return {
            "overlap": self.overlap_weight * (weight * (relation - predicted).square()).sum(),
            "distance": self.distance_weight * (weight * (relation > 0) * squared_distances).sum(),
            "regularity": self.regularity_weight / boxes.dim**2 * uneven,
            "volume": self.inverse_volume_weight * inverse_volume,
        }

    @torch.no_grad()
    def embed(self, features: Tensor) -> Boxes:
        """Boxes of datasets, seen in training or not.

        Parameters
        ----------
        features : array, shape (N, D)

        Returns
        -------
        Boxes, batch shape (N,), on the CPU
        """
        network = self._fitted()
        features = torch.as_tensor(features, dtype=torch.float32)
        if features.dim() != 2 or features.shape[1] != network.in_features:
            raise ValueError(
                f"features must have shape (N, {network.in_features}), as in training, got "
                f"{tuple(features.shape)}"
            )
        if not features.isfinite().all():
            raise ValueError("features must be finite, but there is a NaN or an infinity in them")
        return network(features.to(next(network.parameters()).device)).to("cpu")

    def predict(self, features: Tensor, pairs: Tensor) -> Tensor:
        """Predicted relation E_ij of pairs (i, j) of rows of `features`: the soft overlap.

        Parameters
        ----------
        features : array, shape (N, D)
        pairs : Tensor, shape (P, 2)

        Returns
        -------
        Tensor, shape (P,)
        """
        boxes = self.embed(features)
        return overlap(boxes[pairs[:, 0]], boxes[pairs[:, 1]], soft=True)

    def containment_score(self, features: Tensor, pairs: Tensor) -> Tensor:
        """Score to compare with a threshold in order to say "i is contained in j", shape (P,).

        The paper's rule asks that d_box(Z_i, Z_j) exceeds the threshold and also the overlap in
        the other direction; where it does not, the score is 0.
        """
        forward = self.predict(features, pairs)
        return torch.where(forward > self.predict(features, pairs.flip(1)), forward, 0.0)

    def save(self, path: str | Path) -> None:
        """Write `path` (safetensors) with the weights and, in its metadata, the settings."""
        network = self._fitted()
        settings = self.get_params() | {"in_features": network.in_features}
        path = Path(path)
        partial = path.with_name(path.name + ".partial")
        weights = {name: value.cpu() for name, value in network.state_dict().items()}
        save_file(weights, partial, metadata={"task2box": json.dumps(settings)})
        os.replace(partial, path)

    @classmethod
    def load(cls, path: str | Path, device: str = "auto") -> Task2Box:
        """A fitted model from a file that `save` wrote.

        Raises
        ------
        ValueError
            If the file is damaged or is no Task2Box model.
        """
        from safetensors import safe_open

        path = Path(path)
        try:
            with safe_open(path, framework="pt") as file:
                settings = json.loads((file.metadata() or {})["task2box"])
            in_features = settings.pop("in_features")
            settings["hidden"] = tuple(settings["hidden"])
            model = cls(**settings | {"device": device})
            network = BoxNetwork(in_features, model.box_dim, model.hidden)
            network.load_state_dict(load_file(path))
        except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
            raise ValueError(
                f"{path} is damaged or is no saved Task2Box model; save it again ({error})"
            ) from error
        model.network_ = network.to(pick_device(device)).eval()
        return model

    def _fitted(self) -> BoxNetwork:
        if not hasattr(self, "network_"):
            raise ValueError("this Task2Box is not fitted yet: call fit(tasks, split) first")
        return self.network_


class BoxNetwork(nn.Module):
    """The network of the paper's section 9.2: features (N, D) to Boxes of batch shape (N,)."""

    def __init__(self, in_features: int, box_dim: int, hidden: tuple[int, ...]):
        super().__init__()
        self.in_features = in_features
        layers, width = [], in_features
        for size in hidden:
            layers += [nn.Linear(width, size), nn.ReLU(), nn.BatchNorm1d(size)]
            width = size
        self.backbone = nn.Sequential(*layers)
        self.lower = nn.Linear(width, box_dim)
        self.sides = nn.Linear(width, box_dim)

    def forward(self, features: Tensor) -> Boxes:
        hidden = self.backbone(features)
        lower = self.lower(hidden)
        return Boxes(lower, lower + self.sides(hidden).sigmoid())


def pick_device(device: str) -> torch.device:
    """The torch device that a setting names; "auto" is a GPU where there is one."""
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if torch.device(device).type == "cuda" and not torch.cuda.is_available():
        raise ValueError(f"device {device!r} was asked for, but torch sees no GPU; use 'auto'")
    return torch.device(device)
