"""Task2Box: a network from the representation of a dataset to a box, trained on relations."""

from __future__ import annotations

import itertools
import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from sklearn.base import BaseEstimator
from torch import Tensor
from tqdm import tqdm

from t2b_lib.boxes import Boxes, overlap, pairwise_overlap, soft_log_volume
from t2b_lib.collection import Split, TaskCollection
from t2b_lib.network import SIDES, BoxNetwork, pick_device
from t2b_lib.store import write_whole

RECIPES = {
    "default": {},  # the defaults of Task2Box
    # Section 9.2 of the paper; epochs and weights from the authors' released settings.
    "paper": {
        "hidden": (1024, 256, 128),
        "loss": "squared error",
        "epochs": 1500,
        "learning_rate": 1e-3,
        "project": False,
        "noise": 0.0,
        "side": "sigmoid",
        "overlap_weight": 100.0,
        "distance_weight": 0.01,
        "regularity_weight": 1.0,
        "inverse_volume_weight": 0.7,
    },
}
LOSSES = ("squared error", "cross-entropy")


class Task2Box(BaseEstimator):
    """Predicts a box for each dataset so that overlaps of boxes are relations of datasets.

    The network is that of the paper (section 9.2): fully connected layers, each followed by ReLU
    and batch norm, then two linear heads, one for the lower corner and one for the side lengths,
    which a squashing function keeps positive. It is trained with all pairs at once on Eq. 4.

    The defaults are the recipe "default", which scores higher on unseen pairs and unseen datasets
    than the paper's (benchmarks/results/ablation.csv); `from_recipe("paper")` gives the paper's.

    Parameters
    ----------
    box_dim : int
        Dimension d of the boxes.
    hidden : tuple of int
        Widths of the fully connected layers; () makes both heads linear in the features.
    loss : "cross-entropy" or "squared error"
        What the first term of Eq. 4 sums: the likelihood of the relation where the overlap is its
        probability, or the paper's squared error.
    epochs : int
        Full-batch steps of Adam.
    learning_rate : float
    project : bool
        Standardise the features over the training datasets and keep only the directions in which
        those differ (see `Projection`). In any other direction the first layer learns nothing, and
        an unseen dataset would meet its initial, random weights.
    noise : float
        Standard deviation of the Gaussian noise added to what the first layer takes, anew in each
        epoch; to be compared with 1 where the features are projected.
    side : "softplus" or "sigmoid"
        What keeps side lengths positive; the paper's sigmoid keeps them below 1 as well.
    overlap_weight : float
        Weight of the first term of Eq. 4.
    distance_weight : float
        Weight lambda of L_D in Eq. 4, which pulls related boxes together.
    regularity_weight, inverse_volume_weight : float
        gamma_1 and gamma_2 of Eq. 6: even sides, and volumes away from zero.
    size_weight : float
        Weight of Eq. 13, which pulls the volumes of the boxes to those that `fit` is given.
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
        hidden: tuple[int, ...] = (512, 256, 128),
        loss: str = "cross-entropy",
        epochs: int = 600,
        learning_rate: float = 1e-3,
        project: bool = True,
        noise: float = 0.0,
        side: str = "softplus",
        overlap_weight: float = 100.0,
        distance_weight: float = 0.01,
        regularity_weight: float = 1.0,
        inverse_volume_weight: float = 0.7,
        size_weight: float = 100.0,
        seed: int = 0,
        device: str = "auto",
        progress: bool = True,
    ):
        self.box_dim = box_dim
        self.hidden = hidden
        self.loss = loss
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.project = project
        self.noise = noise
        self.side = side
        self.overlap_weight = overlap_weight
        self.distance_weight = distance_weight
        self.regularity_weight = regularity_weight
        self.inverse_volume_weight = inverse_volume_weight
        self.size_weight = size_weight
        self.seed = seed
        self.device = device
        self.progress = progress

    @classmethod
    def from_recipe(cls, recipe: str, **changes) -> Task2Box:
        """An unfitted model with the settings of a named recipe.

        Parameters
        ----------
        recipe : str
            "paper": architecture, loss and settings of the Task2Box paper. "default": the
            defaults of this class.
        **changes
            Any hyper-parameter of the class, over the recipe's.
        """
        if recipe not in RECIPES:
            raise ValueError(f"unknown recipe {recipe!r}; there are: {', '.join(RECIPES)}")
        return cls(**(RECIPES[recipe] | changes))

    def fit(
        self, tasks: TaskCollection, split: Split | None = None, volumes: Tensor | None = None
    ) -> Task2Box:
        """Train on the training pairs of `split`, or on all measured pairs where it is left out.

        Only the features of the existing datasets, the relation of the training pairs and, where
        given, the volumes of the existing datasets are seen.

        Parameters
        ----------
        tasks : TaskCollection of N datasets
        split : Split, optional
        volumes : Tensor, shape (N,), optional
            What the volume of each dataset's box should be (Eq. 13).

        Raises
        ------
        ValueError
            On volumes that are not N positive numbers, an unknown loss or side, or no training
            pairs.
        """
        return fit_many([self], tasks, [split], volumes)[0]

    def loss_terms(
        self, boxes: Boxes, relation: Tensor, weight: Tensor, volumes: Tensor | None = None
    ) -> dict[str, Tensor]:
        """The weighted terms of Eq. 4, with R of Eq. 6, summed over pairs and boxes.

        With volumes, Eq. 13 is a further term.

        Parameters
        ----------
        boxes : Boxes, batch shape (..., N)
        relation : Tensor, shape (..., N, N)
            E_ij; finite everywhere.
        weight : Tensor, shape (..., N, N)
            1 for a training pair, 0 for any other.
        volumes : Tensor, shape (..., N), optional

        Returns
        -------
        dict of Tensor, shape (...)
        """
        predicted = pairwise_overlap(boxes, soft=True)
        if self.loss == "squared error":
            errors = (relation - predicted).square()
        else:
            predicted = predicted.clamp(1e-30, 1 - 1e-6)
            errors = -(relation * predicted.log() + (1 - relation) * (1 - predicted).log())
        centres, sides = boxes.centres, boxes.sides
        squared_distances = (centres.unsqueeze(-2) - centres.unsqueeze(-3)).square().sum(-1)
        uneven = (sides.unsqueeze(-1) - sides.unsqueeze(-2)).abs().sum((-3, -2, -1)) / 2
        log_volume = soft_log_volume(boxes)
        inverse_volume = (-log_volume / boxes.dim).exp().sum(-1)
        pull = self.distance_weight * weight * (relation > 0)
        terms = {
            "overlap": self.overlap_weight * (weight * errors).sum((-2, -1)),
            "distance": (pull * squared_distances).sum((-2, -1)),
            "regularity": self.regularity_weight / boxes.dim**2 * uneven,
            "volume": self.inverse_volume_weight * inverse_volume,
        }
        if volumes is not None:
            missed = (log_volume.exp() - volumes).square().sum(-1)
            terms["size"] = self.size_weight * missed
        return terms

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
        weights = {name: value.cpu() for name, value in network.state_dict().items()}
        write_whole(path, save(weights, metadata={"task2box": json.dumps(settings)}))

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
            weights = load_file(path)
            directions = weights["inputs.directions"].shape[-1] if model.project else None
            network = BoxNetwork(
                in_features, model.box_dim, model.hidden, side=model.side, directions=directions
            )
            network.load_state_dict(weights)
        except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
            raise ValueError(
                f"{path} is damaged or is no saved Task2Box model; save it again ({error})"
            ) from error
        model.network_ = network.to(pick_device(device)).eval()
        return model

    def _initial_network(self, features: Tensor) -> BoxNetwork:
        """An untrained network for the features (N, D) of the training datasets."""
        directions = min(features.shape) if self.project else None
        with torch.random.fork_rng():
            torch.manual_seed(self.seed)
            network = BoxNetwork(
                features.shape[1], self.box_dim, self.hidden, side=self.side, directions=directions
            )
        if self.project:
            network.inputs.fit(features)
        return network

    def _fitted(self) -> BoxNetwork:
        if not hasattr(self, "network_"):
            raise ValueError("this Task2Box is not fitted yet: call fit(tasks, split) first")
        return self.network_


def fit_many(
    models: Sequence[Task2Box],
    tasks: TaskCollection,
    splits: Sequence[Split | None],
    volumes: Tensor | None = None,
    bar: tqdm | None = None,
    relations: Tensor | None = None,
) -> list[Task2Box]:
    """Fit several models at once, in the time that the machine needs for their sum at its best.

    Each becomes what `fit` would make of it alone: one forward and backward pass and one step of
    Adam serve all, but no number of one model enters another. Only rounding differs, which training
    multiplies: after hundreds of epochs the two are as alike as on two machines.

    Parameters
    ----------
    models : sequence of Task2Box
        Of the same settings but for `seed`.
    tasks : TaskCollection
    splits : sequence of Split or None, as many as models
        With the same number of existing datasets. None: all measured pairs.
    volumes : Tensor, shape (N,), optional
        As in `Task2Box.fit`.
    bar : tqdm, optional
        A progress bar to move by the number of models, in the place of one of its own.
    relations : Tensor, shape (models, N, N), optional
        What each model is to learn, in the place of `tasks.relation`.

    Returns
    -------
    list of Task2Box
        The models given, fitted.

    Raises
    ------
    ValueError
        On settings or numbers of datasets that differ, an unknown loss or side, no training pairs,
        volumes that are not N positive numbers or relations of another shape.
    """
    models, splits = list(models), list(splits)
    _require_one_shape(models, splits)
    if volumes is not None:
        volumes = torch.as_tensor(volumes, dtype=torch.float32)
        if volumes.shape != (len(tasks),) or not ((volumes > 0) & volumes.isfinite()).all():
            raise ValueError(f"volumes must be {len(tasks)} positive numbers, one for each dataset")
    n = len(tasks)
    if relations is None:
        relations = tasks.relation.expand(len(models), n, n)
    if relations.shape != (len(models), n, n):
        raise ValueError(
            f"relations must have shape {(len(models), n, n)}, got {tuple(relations.shape)}"
        )
    size = _group_size(models[0], tasks)
    for start in range(0, len(models), size):
        group = slice(start, start + size)
        _fit_group(models[group], tasks, splits[group], relations[group], volumes, bar)
    return models


def _fit_group(
    models: list[Task2Box],
    tasks: TaskCollection,
    splits: list[Split | None],
    relations: Tensor,
    volumes: Tensor | None,
    bar: tqdm | None,
) -> None:
    first = models[0]
    device = pick_device(first.device)
    everything = torch.arange(len(tasks))
    existing = torch.stack([everything if s is None else s.existing for s in splits])
    each = torch.arange(len(models))[:, None, None]
    rows, columns = existing[:, :, None], existing[:, None, :]

    # Dense (N, N) targets: gathering P pairs and scattering their gradients back costs more
    # than computing the few pairs that are not trained on.
    weight = torch.zeros(len(models), len(tasks), len(tasks))
    for of_model, split in zip(weight, splits, strict=True):
        pairs = tasks.measured_pairs() if split is None else split.train
        if not len(pairs):
            raise ValueError("no training pairs: the collection has no measured relation to learn")
        of_model[pairs[:, 0], pairs[:, 1]] = 1.0
    weight = weight[each, rows, columns].to(device)
    relation = relations[each, rows, columns].nan_to_num().to(device)
    if volumes is not None:
        volumes = volumes[existing].to(device)

    networks = [
        model._initial_network(tasks.features[e]) for model, e in zip(models, existing, strict=True)
    ]
    network = BoxNetwork.stack(networks).to(device)
    with torch.no_grad():
        inputs = network.inputs(tasks.features[existing].to(device)).mT.contiguous()
    noise = [torch.Generator(device).manual_seed(model.seed) for model in models]
    optimizer = torch.optim.Adam(network.parameters(), lr=first.learning_rate, fused=True)
    epochs = first.epochs

    history = defaultdict(list)
    every = max(1, epochs // 100)
    together = f" × {len(models)}" if len(models) > 1 else ""
    own_bar = tqdm(
        range(epochs),
        desc=f"Task2Box {first.box_dim}-d{together}",
        unit="epoch",
        disable=bar is not None or not first.progress,
    )
    for epoch in own_bar:
        optimizer.zero_grad()
        seen = inputs
        if first.noise:
            shape = inputs.shape[1:]
            drawn = [torch.randn(shape, generator=g, device=device) for g in noise]
            seen = torch.add(inputs, torch.stack(drawn), alpha=first.noise)
        terms = first.loss_terms(network.boxes(seen), relation, weight, volumes)
        loss = sum(terms.values()).sum()
        loss.backward()
        optimizer.step()
        if epoch % every == 0 or epoch == epochs - 1:
            history["epoch"].append(epoch)
            for name, term in terms.items():
                history[name].append(term.tolist())
            own_bar.set_postfix(loss=f"{loss.item() / len(models):.1f}", refresh=False)
        if bar is not None:
            # A hair less: tqdm warns where the rounded sum of the parts exceeds the whole.
            bar.update(len(models) / epochs * (1 - 1e-9))

    for k, (model, own) in enumerate(zip(models, network.eval().unstack(), strict=True)):
        model.network_ = own
        model.history_ = {"epoch": history["epoch"].copy()} | {
            name: [values[k] for values in history[name]] for name in history if name != "epoch"
        }


def _group_size(model: Task2Box, tasks: TaskCollection) -> int:
    """How many models train together at most."""
    if pick_device(model.device).type == "cuda":
        return sys.maxsize
    # Beyond 32 MB for one layer's weights the allocator asks the system for the memory of each
    # gradient anew in each epoch, which costs more than training together saves.
    most = 2**25 // 4
    inputs = min(tasks.features.shape) if model.project else tasks.features.shape[1]
    widths = [inputs, *model.hidden, 2 * model.box_dim]
    largest = max(a * b for a, b in itertools.pairwise(widths))
    return max(1, most // largest)


def _require_one_shape(models: Sequence[Task2Box], splits: Sequence[Split | None]) -> None:
    first = models[0]
    if len(models) != len(splits):
        raise ValueError(f"{len(models)} models and {len(splits)} splits: give each model one")
    if first.loss not in LOSSES:
        raise ValueError(f"unknown loss {first.loss!r}; there are: {', '.join(LOSSES)}")
    if first.side not in SIDES:
        raise ValueError(f"unknown side {first.side!r}; there are: {', '.join(SIDES)}")
    shared = first.get_params()
    for model in models[1:]:
        for name, value in model.get_params().items():
            if name not in ("seed", "progress") and value != shared[name]:
                raise ValueError(
                    f"models that train together differ in their seed only, but {name} is "
                    f"{shared[name]!r} and {value!r}"
                )
    sizes = {None if split is None else len(split.existing) for split in splits}
    if len(sizes) > 1:
        raise ValueError(
            "models that train together need equally many existing datasets, got "
            f"{' and '.join(map(str, sizes))}"
        )
