"""Task2Box: a network from the representation of a dataset to a box, trained on relations."""

from __future__ import annotations

import itertools
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from sklearn.base import BaseEstimator, clone
from sklearn.preprocessing import QuantileTransformer
from sklearn.utils.validation import check_is_fitted
from torch import Tensor
from torch.nn.functional import one_hot
from torch.optim.lr_scheduler import CosineAnnealingLR
from tqdm import tqdm

from t2b_lib.baselines import PairModel
from t2b_lib.boxes import Boxes, as_tensor, overlap, pairwise_overlap, soft_log_volume
from t2b_lib.checks import check_memory, check_pairs, check_settings, checked
from t2b_lib.collection import COHERENT_SHARE, Split, TaskCollection, leave_out
from t2b_lib.network import BoxNetwork, few_threads, fork_seed, pick_device
from t2b_lib.store import load_checked, save_checked

# No parts, no teacher: training pairs alone.
_ALONE = {
    "learning_rate": 1e-3,
    "decay": False,
    "norms": False,
    "parts": 0,
    "teacher": None,
    "attraction": 1.0,
    "distance_weight": 0.01,
}
RECIPES = {
    "default": {},  # the defaults of Task2Box
    "plain": {"hidden": (512, 256, 128), "epochs": 600} | _ALONE,
    # Section 9.2 of the paper; epochs and weights from the authors' released settings.
    "paper": _ALONE
    | {
        "hidden": (1024, 256, 128),
        "loss": "squared error",
        "epochs": 1500,
        "project": False,
        "noise": 0.0,
        "side": "sigmoid",
        "regularity_weight": 1.0,
        "inverse_volume_weight": 0.7,
    },
}
# Of the parts that are drawn, how many are in each step; and directions to keep of so many inputs.
PARTS_IN_A_STEP = 100
MOST_DIRECTIONS = 200
# How long related pairs have more weight at the start, as a share of the epochs.
ATTRACTION_SHARE = 0.9
# Measured with 1,000 and 2,000 datasets in two and five dimensions.
BYTES_A_PAIR_KEPT, BYTES_A_PAIR, BYTES_A_PAIR_AND_DIMENSION = 16, 100, 32
SAVED = {"kind": "Task2Box", "version": 1}  # the key of a model's file
OVERLAP_WEIGHT = 100.0  # of the first term of Eq. 4, in the authors' released settings


class Task2Box(BaseEstimator):
    """Predicts a box for each dataset so that overlaps of boxes are relations of datasets.

    The network is that of the paper (section 9.2): fully connected layers, each followed by ReLU
    and batch norm, then two linear heads, one for the lower corner and one for the side lengths,
    kept positive by a squashing function. Each step of training takes all pairs, on Eq. 4.

    The defaults are the recipe "default". A strong teacher, a `PairModel`, learns the training
    pairs first. The boxes then learn these and the teacher's answer for all others, also for parts
    of the existing datasets (see `Samples`): many more examples than there are datasets. It scores
    far higher on unseen pairs and unseen datasets (t2b_lib/data/ablation.csv) than the paper's
    recipe, which `from_recipe("paper")` gives.

    The hyper-parameters are:

    - `box_dim`: dimension d of the boxes.
    - `hidden`: widths of the fully connected layers; () makes both heads linear in the features.
    - `loss`: the first term of Eq. 4 for one pair. "cross-entropy" is that of the relation, with
      the overlap as its probability; "squared error" is the paper's.
    - `epochs`: full-batch steps of Adam, with `learning_rate`.
    - `decay`: let the learning rate fall to 0 along a cosine.
    - `project`: standardise the features over the training datasets and parts, and keep only the
      directions in which these differ (see `Projection`). In other directions the first layer
      learns nothing and keeps its random initial weights, which would move the boxes of unseen
      datasets.
    - `norms`: with `project`, the network also takes the lengths of the features.
    - `noise`: standard deviation of the Gaussian noise that is added to the inputs of the first
      layer, drawn anew in each epoch. Projected features have a standard deviation of about 1.
    - `side`: the function that makes side lengths positive, "softplus" or "sigmoid"; the paper's
      sigmoid keeps them below 1.
    - `distance_weight`: lambda of L_D in Eq. 4, which pulls related boxes together.
    - `regularity_weight`, `inverse_volume_weight`: gamma_1 and gamma_2 of Eq. 6: even sides, and
      volumes away from zero.
    - `size_weight`: of Eq. 13, which pulls the volumes of the boxes towards those given to `fit`.
    - `ranks`: learn the rank of each relation among the training pairs, a share in [0, 1], rather
      than the relation itself. It suits graded relations of any scale: the boxes are then most
      precise where most pairs are. Predictions are ranks as well; see `affinity`.
    - `parts`: how many random parts of existing datasets are drawn, if the collection knows its
      samples; a hundred of them are in each step.
    - `coherent`: share of parts whose samples are near each other (see `Samples.draw_parts`).
    - `teacher`: a model that is fitted first, on the same training pairs, such as an `Ensemble`;
      "pair" is a `PairModel`, and None is no teacher. The boxes then learn its prediction for every
      other pair of existing datasets and parts, but for datasets that are the target of no training
      pair.
    - `attraction`: how much more a related pair counts than another at the start. It falls to 1, so
      that boxes that belong together first find each other (the early exaggeration of t-SNE; van
      der Maaten and Hinton, 2008).
    - `relabel`: learn the teacher's prediction for the training pairs as well.
    - `seed`: the same seed gives the same model on the same machine.
    - `device`: "auto" (a GPU where there is one), "cpu", "cuda" ...
    - `progress`: whether `fit` shows a progress bar.

    After `fit` or `load`, `network_` is the BoxNetwork. After `fit`, `history_` has the terms of
    the loss by name, weighted, at about a hundred epochs; `teacher_` is the fitted teacher; and
    with `ranks`, `scale_` is a QuantileTransformer from relations to ranks and back.
    """

    def __init__(
        self,
        box_dim: int = 2,
        *,
        hidden: tuple[int, ...] = (256, 128),
        loss: Literal["squared error", "cross-entropy"] = "cross-entropy",
        epochs: int = 1500,
        learning_rate: float = 3e-3,
        decay: bool = True,
        project: bool = True,
        norms: bool = True,
        noise: float = 0.0,
        side: Literal["softplus", "sigmoid"] = "softplus",
        distance_weight: float = 0.0,
        regularity_weight: float = 1.0,
        inverse_volume_weight: float = 0.7,
        size_weight: float = 100.0,
        ranks: bool = False,
        parts: int = 1000,
        coherent: float = COHERENT_SHARE,
        teacher: BaseEstimator | Literal["pair"] | None = "pair",
        attraction: float = 10.0,
        relabel: bool = False,
        seed: int = 0,
        device: str = "auto",
        progress: bool = True,
    ):
        self.box_dim = box_dim
        self.hidden = hidden
        self.loss = loss
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.decay = decay
        self.project = project
        self.norms = norms
        self.noise = noise
        self.side = side
        self.distance_weight = distance_weight
        self.regularity_weight = regularity_weight
        self.inverse_volume_weight = inverse_volume_weight
        self.size_weight = size_weight
        self.ranks = ranks
        self.parts = parts
        self.coherent = coherent
        self.teacher = teacher
        self.attraction = attraction
        self.relabel = relabel
        self.seed = seed
        self.device = device
        self.progress = progress

    @classmethod
    @checked
    def from_recipe(cls, recipe: str, **changes) -> Task2Box:
        """An unfitted model with the settings of a named recipe; `changes` go over the recipe's.

        "paper": architecture, loss and settings of the Task2Box paper. "default": the defaults of
        this class. "plain": cross-entropy on the training pairs alone, without parts and teacher.
        """
        if recipe not in RECIPES:
            raise ValueError(f"unknown recipe {recipe!r}; there are: {', '.join(RECIPES)}")
        return cls(**(RECIPES[recipe] | changes))

    @checked
    def fit(
        self, tasks: TaskCollection, split: Split | None = None, volumes: Tensor | None = None
    ) -> Task2Box:
        """Train on the training pairs of `split`, or on all measured pairs without a split.

        Nothing is used but the features of the existing datasets, the relation of the training
        pairs and, if given, the volumes of the existing datasets: of all N datasets, (N,), the
        desired volume of the box (Eq. 13). Raises ValueError on volumes that are not N positive
        numbers, an unknown loss or side, or no training pairs.
        """
        return fit_many([self], tasks, [split], volumes)[0]

    def loss_terms(
        self,
        boxes: Boxes,
        relation: Tensor,
        weight: Tensor,
        volumes: Tensor | None = None,
        attraction: float = 1.0,
        *,
        soft: bool = True,
        **temperatures: float,
    ) -> dict[str, Tensor]:
        """The weighted terms of Eq. 4, with R of Eq. 6, summed over pairs and boxes, by name.

        From boxes of batch shape (..., N), a relation E_ij (..., N, N), finite everywhere, and a
        weight (..., N, N), 1 for a training pair and 0 for any other, to tensors (...). With
        `volumes` (..., n), of the first n boxes, Eq. 13 is a further term. `attraction` is how much
        more a related pair counts than another one; for the cross-entropy. `soft` is for the
        overlap alone: volumes are soft in any case. `temperatures` are as in `soft_log_volume`.
        """
        predicted = self._pairwise(boxes, soft=soft, **temperatures)
        if self.loss == "squared error":
            errors = (relation - predicted).square()
        else:
            predicted = predicted.clamp(1e-30, 1 - 1e-6)
            errors = -(
                attraction * relation * predicted.log() + (1 - relation) * (1 - predicted).log()
            )
        centres, sides = boxes.centres, boxes.sides
        squared_distances = (centres.unsqueeze(-2) - centres.unsqueeze(-3)).square().sum(-1)
        uneven = (sides.unsqueeze(-1) - sides.unsqueeze(-2)).abs().sum((-3, -2, -1)) / 2
        log_volume = soft_log_volume(boxes, **temperatures)
        inverse_volume = (-log_volume / boxes.dim).exp().sum(-1)
        pull = self.distance_weight * weight * (relation > 0)
        terms = {
            "overlap": OVERLAP_WEIGHT * (weight * errors).sum((-2, -1)),
            "distance": (pull * squared_distances).sum((-2, -1)),
            "regularity": self.regularity_weight / boxes.dim**2 * uneven,
            "volume": self.inverse_volume_weight * inverse_volume,
        }
        if volumes is not None:
            missed = (log_volume[..., : volumes.shape[-1]].exp() - volumes).square().sum(-1)
            terms["size"] = self.size_weight * missed
        return terms

    @torch.no_grad()
    @checked
    def embed(self, features: Tensor) -> Boxes:
        """Boxes, batch shape (N,), of datasets with features (N, D), seen in training or not.

        They are on the CPU. Raises NotFittedError, or ValueError on features of another shape than
        in training, or not finite.
        """
        check_is_fitted(self, "network_")
        network, features = self.network_, as_tensor(features, torch.float32, "features")
        if features.dim() != 2 or features.shape[1] != network.in_features:
            raise ValueError(
                f"features must have shape (N, {network.in_features}), as in training, got "
                f"{tuple(features.shape)}"
            )
        if not features.isfinite().all():
            raise ValueError("features must be finite, but they hold a NaN or an infinity")
        return network(features.to(next(network.parameters()).device)).to("cpu")

    @checked
    def predict(self, features: Tensor, pairs: Tensor) -> Tensor:
        """Predicted E_ij, (P,), of pairs (P, 2) of rows of features (N, D); ranks with `ranks`."""
        boxes = self.embed(features)
        pairs = check_pairs(pairs, len(boxes))
        return self._relation(boxes[pairs[:, 0]], boxes[pairs[:, 1]])

    def _relation(self, rows: Boxes, columns: Boxes) -> Tensor:
        """The relation that boxes stand for, one by one; see `t2b_lib.rivals` for other ones."""
        return overlap(rows, columns, soft=True)

    def _pairwise(self, boxes: Boxes, **options) -> Tensor:
        return pairwise_overlap(boxes, **options)

    def containment_score(self, features: Tensor, pairs: Tensor) -> Tensor:
        """Score for "i is contained in j", to compare with a threshold, shape (P,).

        By the paper's rule d_box(Z_i, Z_j) must exceed the threshold and also d_box(Z_j, Z_i). The
        score is 0 if it does not exceed the latter.
        """
        pairs = check_pairs(pairs, len(features))
        forward = self.predict(features, pairs)
        return torch.where(forward > self.predict(features, pairs.flip(1)), forward, 0.0)

    def affinity(self, overlap) -> np.ndarray:
        """The relations whose ranks are these overlaps (any shape); the same without `ranks`."""
        check_is_fitted(self, "network_")
        overlap = np.asarray(overlap, dtype=float)
        if not self.ranks:
            return overlap
        shares = overlap.reshape(-1, 1).clip(0, 1)
        return self.scale_.inverse_transform(shares).reshape(overlap.shape)

    def save(self, path: str | Path) -> None:
        """Write weights, settings and a checksum to `path` (safetensors), without the teacher."""
        check_is_fitted(self, "network_")
        settings = {name: getattr(self, name) for name in Task2Box._get_param_names()}
        shape = {name: self.network_.settings[name] for name in ("in_features", "blocks")}
        settings |= {"teacher": None, **shape}
        weights = {name: value.cpu() for name, value in self.network_.state_dict().items()}
        if self.ranks:
            weights["scale"] = torch.from_numpy(self.scale_.quantiles_)
        save_checked(Path(path), SAVED, weights, settings)

    @staticmethod
    def load(path: str | Path, device: str = "auto") -> Task2Box:
        """A fitted model that `save` wrote; ValueError if the file is damaged or another kind."""
        if not Path(path).is_file():
            raise FileNotFoundError(f"there is no file {path}")
        try:
            if (found := load_checked(path, SAVED)) is None:
                raise ValueError("its checksum is another, or it has none")
            weights, settings = found
            in_features, blocks = settings.pop("in_features"), settings.pop("blocks")
            settings["hidden"] = tuple(settings["hidden"])
            model = Task2Box(**settings | {"device": device})
            check_settings(model)
            if not all(value.isfinite().all() for value in weights.values()):
                raise ValueError("a weight is not finite")
            if model.ranks:
                model.scale_ = _scale_of(weights.pop("scale").numpy())
            directions = weights["inputs.directions"].shape[-1] if model.project else None
            shape = {"side": model.side, "directions": directions, "blocks": blocks}
            # Shapes are compared before memory is taken: the settings could ask for any amount.
            with torch.device("meta"):
                network = BoxNetwork(in_features, model.box_dim, model.hidden, **shape)
            network.load_state_dict(weights, assign=True)
        except (KeyError, TypeError, ValueError, RuntimeError, ArithmeticError) as error:
            raise ValueError(
                f"{path} is damaged or is no saved Task2Box model; save it again ({error})"
            ) from error
        model.network_ = network.to(pick_device(device)).eval()
        return model

    def _initial_network(self, features: Tensor, blocks: Sequence[int]) -> BoxNetwork:
        """An untrained network for the features (N, D) that are trained on."""
        shape = {"side": self.side}
        if self.project:
            shape["directions"] = _directions(features.shape)
            shape["blocks"] = tuple(blocks) if self.norms else ()
        with fork_seed(self.seed):
            network = BoxNetwork(features.shape[1], self.box_dim, self.hidden, **shape)
        if self.project:
            network.inputs.fit(features)
        return network

    def _make_teacher(self) -> BaseEstimator | None:
        """The unfitted teacher with the seed of this model; None without a teacher."""
        if self.teacher is None:
            return None
        teacher = PairModel() if self.teacher == "pair" else clone(self.teacher)
        names = teacher.get_params()
        changes = {name: self.progress for name in names if name.split("__")[-1] == "progress"}
        return teacher.set_params(**changes | ({"seed": self.seed} if "seed" in names else {}))

    def _on_own_scale(self, tasks: TaskCollection, split: Split) -> TaskCollection:
        """The collection with the relation that this model learns; sets `scale_`."""
        if not self.ranks:
            return tasks
        known = tasks.relation[split.train[:, 0], split.train[:, 1]]
        self.scale_ = _scale_of(known.numpy()[:, None])
        ranks = self.scale_.transform(tasks.relation.reshape(-1, 1).numpy())
        return replace(tasks, relation=ranks.reshape(tasks.relation.shape))


class Ensemble(BaseEstimator):
    """The mean prediction of `size` copies of `model`, the default recipe, with different seeds."""

    def __init__(self, model: Task2Box | None = None, size: int = 16, *, seed: int = 0):
        self.model = model
        self.size = size
        self.seed = seed

    @checked
    def fit(self, tasks: TaskCollection, split: Split | None = None) -> Ensemble:
        """Train all models together on the training pairs of `split`, or on all measured pairs."""
        return fit_many([self], tasks, [split])[0]

    def predict(self, features: Tensor, pairs: Tensor) -> Tensor:
        """Mean of the models' predictions for pairs (P, 2) of rows of `features`, shape (P,)."""
        check_is_fitted(self, "models_")
        return torch.stack([model.predict(features, pairs) for model in self.models_]).mean(0)

    def containment_score(self, features: Tensor, pairs: Tensor) -> Tensor:
        """Mean of the models' scores, shape (P,); see `Task2Box.containment_score`."""
        check_is_fitted(self, "models_")
        scores = [model.containment_score(features, pairs) for model in self.models_]
        return torch.stack(scores).mean(0)

    def _member(self, k: int) -> Task2Box:
        model = Task2Box() if self.model is None else clone(self.model)
        return model.set_params(seed=self.seed + 10_000 * (k + 1))


@checked
def fit_many(
    models: Sequence[BaseEstimator],
    tasks: TaskCollection | Sequence[TaskCollection],
    splits: Sequence[Split | None],
    volumes: Tensor | None = None,
    bar: tqdm | None = None,
) -> list[BaseEstimator]:
    """Fit several models of one kind; boxes train in one batch, which is faster.

    Each becomes what `fit` would make of it alone: one forward and backward pass and one step of
    Adam serve all, but no number of one model enters another. Only rounding differs. Training
    amplifies that: after hundreds of epochs the two are as alike as on two machines.

    The models (Task2Box, Ensemble or a baseline) have the same settings except for `seed`. One
    collection serves all, or each has its own, with equally many features. Each has its split, with
    the same number of existing datasets; None takes all measured pairs. `volumes` (N,) are as in
    `Task2Box.fit`. A progress bar, if given, is moved by the number of models, instead of one of
    its own. Returns the models given, fitted. Raises ValueError on settings or numbers of datasets
    that differ, an unknown loss or side, no training pairs, or volumes that are not N positive
    numbers.
    """
    models = list(models)
    tasks = [tasks] * len(models) if isinstance(tasks, TaskCollection) else list(tasks)
    if not len(models) == len(tasks) == len(splits):
        raise ValueError(
            f"{len(models)} models, {len(tasks)} collections and {len(splits)} splits: give each "
            "model one"
        )
    splits = [leave_out(t) if s is None else s for t, s in zip(tasks, splits, strict=True)]
    for model, of_model, split in zip(models, tasks, splits, strict=True):
        check_settings(model)
        n, used = len(of_model), torch.cat([split.existing, split.novel])
        if len(used) and not 0 <= used.min() <= used.max() < n:
            raise ValueError(f"split is of another collection: this one has {n} datasets")
    _require_same_settings(models)
    if isinstance(models[0], Task2Box):
        volumes = None if volumes is None else as_tensor(volumes, torch.float32, "volumes")
        _require_trainable(models[0], tasks, splits, volumes)
        size = _group_size(models[0], tasks[0])
        for start in range(0, len(models), size):
            group = slice(start, start + size)
            _fit_group(models[group], tasks[group], splits[group], volumes, bar)
    elif isinstance(models[0], Ensemble):
        size = models[0].size
        members = [model._member(k) for k in range(size) for model in models]
        fit_many(members, tasks * size, splits * size, volumes, bar)
        for k, model in enumerate(models):
            model.models_ = members[k :: len(models)]
    else:
        for model, of_model, split in zip(models, tasks, splits, strict=True):
            model.fit(of_model, split)
            if bar is not None:
                bar.update()
    return models


def _fit_group(
    models: list[Task2Box],
    tasks: list[TaskCollection],
    splits: list[Split],
    volumes: Tensor | None,
    bar: tqdm | None,
) -> None:
    first, existing = models[0], torch.stack([split.existing for split in splits])
    device = pick_device(first.device)
    datasets = existing.shape[1]
    in_step = datasets + min(PARTS_IN_A_STEP, first.parts)
    kept, used = BYTES_A_PAIR_KEPT, BYTES_A_PAIR + BYTES_A_PAIR_AND_DIMENSION * first.box_dim
    check_memory(
        f"training on {datasets:,} datasets",
        len(models) * (kept * (datasets + first.parts) ** 2 + used * in_step**2),
        "train on fewer of them; a split can set some aside as novel",
        device,
    )
    features, relation, weight = _lessons(models, tasks, splits)
    if volumes is not None:
        volumes = volumes[existing].to(device)
    network = BoxNetwork.stack(
        [
            model._initial_network(x, own.blocks)
            for model, own, x in zip(models, tasks, features, strict=True)
        ]
    ).to(device)
    with torch.no_grad():
        inputs = network.inputs(features.to(device)).mT.contiguous()
    relation, weight = relation.to(device), weight.to(device)
    random = torch.Generator().manual_seed(0)
    parts = inputs.shape[-1] - datasets
    noise = [torch.Generator(device).manual_seed(model.seed) for model in models]
    optimizer = torch.optim.Adam(network.parameters(), lr=first.learning_rate, fused=True)
    epochs = first.epochs
    schedule = CosineAnnealingLR(optimizer, epochs) if first.decay else None

    history = defaultdict(list)
    every = max(1, epochs // 100)
    together = f" × {len(models)}" if len(models) > 1 else ""
    own_bar = tqdm(
        range(epochs),
        desc=f"Task2Box {first.box_dim}-d{together}",
        unit="epoch",
        disable=bar is not None or not first.progress,
    )
    with few_threads(inputs[0].numel()):
        for epoch in own_bar:
            optimizer.zero_grad()
            seen, targets, weights = inputs, relation, weight
            if parts:
                # All existing datasets and some parts, the same for all models.
                drawn = datasets + torch.randperm(parts, generator=random)[:PARTS_IN_A_STEP]
                rows = torch.cat([torch.arange(datasets), drawn]).to(device)
                seen = inputs[..., rows]
                targets, weights = (m[:, rows[:, None], rows] for m in (relation, weight))
            if first.noise:
                shape = seen.shape[1:]
                drawn = [torch.randn(shape, generator=g, device=device) for g in noise]
                seen = torch.add(seen, torch.stack(drawn), alpha=first.noise)
            attraction = first.attraction ** max(0.0, 1 - epoch / epochs / ATTRACTION_SHARE)
            terms = first.loss_terms(network.boxes(seen), targets, weights, volumes, attraction)
            loss = sum(terms.values()).sum()
            loss.backward()
            optimizer.step()
            if schedule is not None:
                schedule.step()
            if epoch % every == 0 or epoch == epochs - 1:
                history["epoch"].append(epoch)
                for name, term in terms.items():
                    history[name].append(term.tolist())
                own_bar.set_postfix(loss=f"{loss.item() / len(models):.1f}", refresh=False)
            if bar is not None:
                # Slightly less: tqdm warns if the rounded sum of the parts exceeds the whole.
                bar.update(len(models) / epochs * (1 - 1e-9))

    if not all(value.isfinite().all() for value in network.state_dict().values()):
        raise ValueError(
            f"training ended with weights that are not finite; learning_rate={first.learning_rate} "
            "or a weight of the loss is too large"
        )
    for k, (model, own) in enumerate(zip(models, network.eval().unstack(), strict=True)):
        model.network_ = own
        model.history_ = {"epoch": history["epoch"].copy()} | {
            name: [values[k] for values in history[name]] for name in history if name != "epoch"
        }


def _lessons(
    models: list[Task2Box], tasks: list[TaskCollection], splits: list[Split]
) -> tuple[Tensor, Tensor, Tensor]:
    """What each of K models learns of its n existing datasets and p parts.

    Features (K, n + p, D), and relation and weight, each (K, n + p, n + p). Dense: gathering the
    training pairs and scattering their gradients back would cost more than computing the few other
    pairs, which have weight 0.
    """
    tasks = [model._on_own_scale(*own) for model, *own in zip(models, tasks, splits, strict=True)]
    teachers = [model._make_teacher() for model in models]
    if teachers[0] is not None:
        fit_many(teachers, tasks, splits)
    found = []
    for model, teacher, own, split in zip(models, teachers, tasks, splits, strict=True):
        weight = torch.zeros_like(own.relation)
        weight[split.train[:, 0], split.train[:, 1]] = 1.0
        relation, weight = (m[split.existing][:, split.existing] for m in (own.relation, weight))
        relation, features = relation.nan_to_num(), own.features[split.existing]
        if model.parts and own.samples is not None:
            random = torch.Generator().manual_seed(model.seed)
            drawn = own.samples.draw_parts(split.existing, model.parts, random, model.coherent)
            features = torch.cat([features, own.samples.features(drawn[0])])
            counted = own.samples.relate_parts(drawn[0], split.existing)
            relation, weight = with_parts(relation, weight, drawn[1])
            if counted is not None:
                n = len(split.existing)
                relation[n:, :n], relation[:n, n:] = counted[0], counted[1].T
                weight[n:, :n] = weight[:n, n:] = 1.0
        if teacher is not None:
            model.teacher_ = teacher
            asked = torch.ones_like(weight).fill_diagonal_(0)
            # A target that no training pair has is none of the teacher's either.
            asked[:, : len(split.existing)] *= torch.isin(split.existing, split.train[:, 1])
            pairs = (asked if model.relabel else asked * (weight == 0)).nonzero()
            relation[pairs[:, 0], pairs[:, 1]] = (
                teacher.predict(features, pairs).float().clamp(0, 1)
            )
            weight[pairs[:, 0], pairs[:, 1]] = 1.0
        found.append((features, relation, weight))
    return tuple(torch.stack(of_models) for of_models in zip(*found, strict=True))


def with_parts(relation: Tensor, weight: Tensor, owners: Tensor) -> tuple[Tensor, Tensor]:
    """Relation and weight of n datasets and p of their parts: what follows from the known pairs.

    A part of dataset i lies in i, and in every dataset that i lies in. A dataset that has nothing
    in i has nothing in the part either, and i itself does not lie in the part. The rest is unknown,
    also whether the part lies in a dataset that i does not lie in: the two may share samples.

    From (n, n), where weight 1 marks the known pairs, to (n + p, n + p); where the weight is 0, the
    relation is 0. `owners` (p,) says which dataset each part is of; -1: of several, so that nothing
    follows.
    """
    n, p = len(relation), len(owners)
    owned = owners >= 0
    itself = one_hot(owners.clamp_min(0), n).to(relation) * owned[:, None]
    inside = torch.maximum(itself, ((relation == 1) & (weight == 1)).to(relation)[owners])
    inside = inside * owned[:, None]
    outside = ((relation == 0) & (weight == 1)).to(relation)[:, owners].T
    outside = torch.maximum(itself, outside) * owned[:, None]
    larger = relation.new_zeros(2, n + p, n + p)
    larger[0, :n, :n], larger[1, :n, :n] = relation, weight
    larger[0, n:, :n] = larger[1, n:, :n] = inside
    larger[1, :n, n:] = outside.T
    return larger[0], larger[1]


def _scale_of(values: np.ndarray) -> QuantileTransformer:
    return QuantileTransformer(n_quantiles=len(values), subsample=None).fit(values)


def _directions(shape: Sequence[int]) -> int:
    return min(*shape, MOST_DIRECTIONS)


def _group_size(model: Task2Box, tasks: TaskCollection) -> int:
    """How many models train together at most."""
    if pick_device(model.device).type == "cuda":
        return sys.maxsize
    # If one layer's weights exceed 32 MB, the allocator asks the system for the memory of each
    # gradient anew in each epoch. That costs more than training together saves.
    most = 2**25 // 4
    shape = tasks.features.shape
    inputs = _directions(shape) if model.project else shape[1]
    widths = [inputs, *model.hidden, 2 * model.box_dim]
    largest = max(a * b for a, b in itertools.pairwise(widths))
    return max(1, most // largest)


def settings_of(model: BaseEstimator) -> dict:
    """The hyper-parameters except for seeds and progress bars; those of a teacher as well."""
    settings = {"class": type(model).__name__}
    for name, value in model.get_params().items():
        if name.split("__")[-1] not in ("seed", "progress"):
            settings[name] = type(value).__name__ if isinstance(value, BaseEstimator) else value
    return settings


def _require_same_settings(models: Sequence[BaseEstimator]) -> None:
    first = settings_of(models[0])
    for model in models[1:]:
        for name, value in settings_of(model).items():
            if name not in first or not np.array_equal(value, first[name]):
                raise ValueError(
                    f"models that train together differ in their seed only, but {name} is "
                    f"{first.get(name)!r} and {value!r}"
                )


def _require_trainable(
    model: Task2Box,
    tasks: Sequence[TaskCollection],
    splits: Sequence[Split],
    volumes: Tensor | None,
) -> None:
    if not all(len(split.train) for split in splits):
        raise ValueError("no training pairs: the collection has no measured relation to learn")
    if volumes is not None:
        n = len(tasks[0])
        if volumes.shape != (n,) or not ((volumes > 0) & volumes.isfinite()).all():
            raise ValueError(f"volumes must be {n} positive numbers, one for each dataset")
    for what, sizes in {
        "existing datasets": {len(split.existing) for split in splits},
        "features": {own.features.shape[1] for own in tasks},
    }.items():
        if len(sizes) > 1:
            raise ValueError(
                f"models that train together need equally many {what}, got "
                f"{' and '.join(map(str, sizes))}"
            )
