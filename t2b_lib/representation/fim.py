"""Task2Vec: a dataset as the Fisher information of a probe network's filters (Eq. 3).

Achille et al., Task2Vec: Task Embedding for Meta-Learning, ICCV 2019.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap
from torch.nn.functional import cross_entropy
from tqdm import tqdm

from t2b_lib.model import pick_device
from t2b_lib.representation.encoders import (
    efficientnet_lite0,
    import_timm,
    scaled,
    split,
    transform_of,
)
from t2b_lib.representation.extraction import decode_all, kept_at, members_of
from t2b_lib.representation.images import ImageCollection
from t2b_lib.store import hash_weights, load_checked, save_checked

Method = Literal["monte_carlo", "batch", "variational"]

SETTINGS: dict[str, dict] = {
    "monte_carlo": {"draws": 1},
    "batch": {"draws": 1, "batch": 100},
    "variational": {
        "steps": 500,
        "batch": 16,
        "beta": 1e-6,
        "prior_variance": 1e-3,
        "learning_rate": 0.1,
    },
}
# Weight decay of the head, for features of length 1: it keeps the head of a few images from being
# certain of everything, where the Fisher information would vanish.
HEAD_DECAY = 1e-2


class Probe:
    """A trained network, the Fisher information of whose filters describes datasets.

    Parameters
    ----------
    network : str or module
        "efficientnet_lite0" is the one that pip brings. Any other name is a model of timm's with
        its own weights, downloaded on first use: "resnet34" is Task2Vec's. A module has timm's
        methods `forward_features`, `forward_head` and `get_classifier`; a copy of it is used.
    checkpoint : path, optional
        A file with weights for a model of timm's, instead of its own ones.
    side : int, optional
        Width and height of the images it gets, where not those that it was trained with.
    device : str
        As in `Task2Box`.

    Attributes
    ----------
    filters : list of str
        The weight tensors that the vector is about: all but the classifier's.
    size : int
        Length of the vector, one number for each output filter: 17,024 for ResNet-34.

    Raises
    ------
    ModuleNotFoundError
        timm, or the weights, are not installed.
    ValueError
        An unknown model, a file with other weights, or a module that is no network of this kind.
    """

    def __init__(
        self,
        network: str | nn.Module = "efficientnet_lite0",
        *,
        checkpoint: str | Path | None = None,
        side: int | None = None,
        device: str = "auto",
    ):
        self.name = network if isinstance(network, str) else type(network).__name__
        self.device = pick_device(device)
        if isinstance(network, str):
            network = _load(network, checkpoint)
        try:
            classifier = {id(p) for p in network.get_classifier().parameters()}
        except AttributeError as error:
            raise ValueError(f"{self.name} has no classifier as timm's models have one") from error
        # Biases have no filters; the weights of normalisation layers count, as in Task2Vec's code.
        self.filters = [
            name
            for name, parameter in network.named_parameters()
            if name.endswith("weight") and id(parameter) not in classifier
        ]
        if not self.filters:
            raise ValueError(f"{self.name} has no weights besides its classifier's: no filters.")
        self.size = sum(len(network.get_parameter(name)) for name in self.filters)
        self.identity = {
            "probe": self.name,
            "weights": hash_weights(network.state_dict()),
            "transform": str(transform_of(network, side)),
        }
        self.spatial, self._mean, self._std = split(transform_of(network, side), self.device)
        self.network = copy.deepcopy(network).eval().requires_grad_(False).to(self.device)

    def features(self, pixels: Tensor) -> Tensor:
        """What the classifier would get, (B, D) float32, of images (B, 3, s, s) uint8."""
        pixels = scaled(pixels, self._mean, self._std)
        return self.network.forward_head(self.network.forward_features(pixels), pre_logits=True)


def task2vec(
    collection: ImageCollection,
    probe: Probe,
    *,
    method: Method = "monte_carlo",
    seed: int = 0,
    cache: bool | str | Path = True,
    progress: bool = True,
    **settings,
) -> Tensor:
    """The Task2Vec embedding of a labelled dataset.

    First a linear classifier of the dataset is fitted on the probe's features. Then the Fisher
    information of each weight below it is estimated, and averaged over each filter:

    "monte_carlo"
        The mean over images x, and labels y drawn from the network's own p(y|x), of the squared
        gradient of log p(y|x), one image at a time. Unbiased. `draws`: labels for each image (1).
    "batch"
        As the authors' released code has it: the squared gradient of the *mean* over `batch`
        (100) images. What differs between images cancels in the mean, so the estimate is too small,
        by about that factor. Published vectors are of this kind.
    "variational"
        Eq. 3, minimised over the variance of a Gaussian around each filter's weights; the best
        variance V tells F from 1 / V = F / beta + 1 / prior_variance. It takes the dataset's own
        labels. Settings: `steps` (500) of `batch` (16) images with `learning_rate` (0.1), `beta`
        (1e-6) and `prior_variance` (1e-3), which is lambda^2.

    Parameters
    ----------
    collection : ImageCollection
        Of two classes at least. Its images are held in memory: take a sample of a large one.
    probe : Probe
    method : "monte_carlo", "batch" or "variational"
    seed : int
        Of the drawn labels and of the noise.
    cache : bool or path
        As in `extract`.
    progress : bool
        Whether to show a progress bar.
    **settings
        Of the method, as above.

    Returns
    -------
    tensor (probe.size,) float32
        Its norm grows with how much the filters matter for the dataset. Negative numbers are
        noise, and only the variational estimate has them.

    Raises
    ------
    ValueError
        Images of one class only, an unknown method or setting, no readable image.
    """
    job = _Job(collection, probe, method, seed, cache, settings)
    with job.bar(len(collection), progress) as bar:
        return job.vector(None, job.decoded, bar, collection.name)


def task2vec_of(
    collection: ImageCollection,
    taxonomy,
    probe: Probe,
    *,
    most: int = 100,
    method: Method = "monte_carlo",
    seed: int = 0,
    cache: bool | str | Path = True,
    progress: bool = True,
    **settings,
) -> Tensor:
    """The Task2Vec embeddings of the datasets of a taxonomy over a collection's classes.

    Unlike moments they cannot be merged from those of parts: each dataset has its own classifier.
    Those that are done are kept, so that a run that was killed goes on at the next one.

    Parameters
    ----------
    collection : ImageCollection
    taxonomy : Taxonomy
        N datasets; its `leaves` are names of classes.
    probe : Probe
    most : int
        As many images of each dataset are drawn at random, with the seed.
    method, seed, cache, progress, **settings
        As in `task2vec`.

    Returns
    -------
    tensor (N, probe.size) float32

    Raises
    ------
    ValueError
        As `task2vec`; and a leaf that is no class of the images.
    """
    job = _Job(collection, probe, method, seed, cache, settings)
    members = torch.from_numpy(members_of(taxonomy, collection.classes))

    def drawn(row: int) -> Callable:
        def images():
            pixels, targets = job.decoded()
            inside = members[row][targets].nonzero()[:, 0]
            order = torch.randperm(len(inside), generator=_random(seed))[:most].sort().values
            return pixels[inside[order]], targets[inside[order]]

        return images

    with job.bar(None, progress) as bar:
        vectors = []
        for row, name in enumerate(taxonomy.names):
            bar.set_description(f"Task2Vec {row + 1}/{len(taxonomy.names)}", refresh=False)
            part = {"most": most, "classes": members[row].nonzero()[:, 0].tolist()}
            vectors.append(job.vector(part, drawn(row), bar, name))
    return torch.stack(vectors)


class _Job:
    """The question put to a probe, about one collection or parts of it."""

    def __init__(self, collection, probe, method, seed, cache, settings):
        known = SETTINGS.get(method)
        if known is None:
            raise ValueError(f"no method {method!r}, only: {', '.join(SETTINGS)}.")
        if unknown := set(settings) - set(known):
            raise ValueError(f"{method!r} has no setting {min(unknown)!r}, only {', '.join(known)}")
        import t2b_lib

        self.collection, self.probe, self.method, self.seed = collection, probe, method, seed
        self.settings, self.cache = known | settings, cache
        self.key = {
            "images": collection.fingerprint,
            "method": method,
            "settings": self.settings,
            "seed": seed,
            "t2b_lib": t2b_lib.__version__,
            **probe.identity,
        }
        self._decoded = None

    def bar(self, total, progress) -> tqdm:
        return tqdm(total=total, desc="Task2Vec", unit="img", disable=not progress)

    def decoded(self) -> tuple[Tensor, Tensor]:
        if self._decoded is None:
            self._decoded = decode_all(self.collection, self.probe.spatial)
        return self._decoded

    def vector(self, part, images: Callable, bar: tqdm, name: str) -> Tensor:
        key = self.key | {"part": part}
        path = kept_at(self.cache, "task2vec", name, key)
        if path and (kept := load_checked(path, key)):
            return kept[0]["fim"]
        pixels, targets = images()
        classes, targets = targets.unique(return_inverse=True)
        if len(classes) < 2:
            raise ValueError(
                f"{name!r} has readable images of {len(classes)} class only: there is nothing to "
                "classify, and so no Task2Vec embedding. Leave it out."
            )
        classifier = Classifier(self.probe, pixels, targets)
        fim = fisher_information(
            classifier,
            [f"probe.{name}" for name in self.probe.filters],
            pixels.to(self.probe.device),
            targets.to(self.probe.device),
            method=self.method,
            seed=self.seed,
            tick=bar.update,
            **self.settings,
        ).cpu()
        if path:
            save_checked(path, key, {"fim": fim}, {})
        return fim


class Classifier(nn.Module):
    """A probe with a head that was fitted on its features of some images; (B, ...) to (B, C)."""

    def __init__(self, probe: Probe, pixels: Tensor, targets: Tensor):
        super().__init__()
        self.probe, self._features = probe.network, probe.features
        with torch.inference_mode():
            parts = [probe.features(part.to(probe.device)) for part in pixels.split(32)]
        self.head = fit_head(torch.cat(parts).clone(), targets.to(probe.device))

    def forward(self, pixels: Tensor) -> Tensor:
        return self.head(self._features(pixels))


def fit_head(features: Tensor, targets: Tensor) -> nn.Linear:
    """The linear classifier of features (n, D) with the least cross-entropy and decay.

    The problem is convex: L-BFGS from zero always ends at the same place.
    """
    classes = int(targets.max()) + 1
    head = nn.Linear(features.shape[1], classes).to(features.device)
    for parameter in head.parameters():
        nn.init.zeros_(parameter)
    decay = HEAD_DECAY * features.square().sum(dim=1).mean()
    optimizer = torch.optim.LBFGS(head.parameters(), max_iter=100, line_search_fn="strong_wolfe")

    def loss():
        optimizer.zero_grad()
        found = cross_entropy(head(features), targets) + decay / 2 * head.weight.square().sum()
        found.backward()
        return found

    optimizer.step(loss)
    return head.requires_grad_(False)


def fisher_information(
    model: nn.Module,
    filters: Sequence[str],
    images: Tensor,
    targets: Tensor,
    *,
    method: Method = "monte_carlo",
    seed: int = 0,
    tick: Callable[[int], object] = lambda n: None,
    **settings,
) -> Tensor:
    """The diagonal of a classifier's Fisher information, averaged over each filter.

    Parameters
    ----------
    model : module
        Images (B, ...) to logits (B, C); every image by itself.
    filters : sequence of str
        Names of weight tensors, whose first dimension counts their filters.
    images : tensor (n, ...)
    targets : tensor (n,) of int
        Looked at by "variational" only.
    method, seed, **settings
        As in `task2vec`.
    tick : callable
        Is told how many images were dealt with.

    Returns
    -------
    tensor (number of filters,) float32
    """
    settings = SETTINGS[method] | settings
    weights = {name: model.get_parameter(name).detach() for name in filters}
    estimate = {"monte_carlo": _monte_carlo, "batch": _batch_mean, "variational": _variational}
    found = estimate[method](model, weights, images, targets, _random(seed), tick, **settings)
    return torch.cat([found[name] for name in filters])


def _monte_carlo(model, weights, images, targets, random, tick, draws):
    def log_likelihood(weights, image, label):
        return -cross_entropy(functional_call(model, weights, (image[None],)), label[None])

    squares = {name: torch.zeros(len(w), device=w.device) for name, w in weights.items()}
    gradients = vmap(grad(log_likelihood), in_dims=(None, 0, 0))
    for part in images.split(_at_once(images)):
        labels = _drawn_labels(model, part, draws, random)
        for drawn in labels:
            for name, gradient in gradients(weights, part, drawn).items():
                each = gradient.square().reshape(len(part), len(squares[name]), -1)
                squares[name] += each.mean(dim=2).sum(dim=0)
        tick(len(part))
    return {name: total / (len(images) * draws) for name, total in squares.items()}


def _batch_mean(model, weights, images, targets, random, tick, draws, batch):
    def log_likelihood(weights, images, labels):
        logits = functional_call(model, weights, (images,))
        return -cross_entropy(logits, labels, reduction="sum")

    squares = {name: torch.zeros(len(w), device=w.device) for name, w in weights.items()}
    batches = images.split(batch)
    chunk = _at_once(images)
    for part in batches:
        for drawn in _drawn_labels(model, part, draws, random):
            total = {name: torch.zeros_like(w) for name, w in weights.items()}
            for few, of_few in zip(part.split(chunk), drawn.split(chunk), strict=True):
                for name, gradient in grad(log_likelihood)(weights, few, of_few).items():
                    total[name] += gradient
            for name, gradient in total.items():
                mean = gradient / len(part)
                squares[name] += mean.square().reshape(len(mean), -1).mean(dim=1)
        tick(len(part))
    return {name: total / (len(batches) * draws) for name, total in squares.items()}


def _at_once(images: Tensor) -> int:
    """Images to take gradients of together: on a CPU more of them fall out of its caches."""
    return 32 if images.is_cuda else 4


def _drawn_labels(model, images, draws, random) -> Tensor:
    """Labels (draws, B) from the model's own output distribution."""
    with torch.no_grad():
        logits = torch.cat([model(few) for few in images.split(_at_once(images))])
    chances = logits.softmax(dim=1).cpu()
    drawn = torch.multinomial(chances, draws, replacement=True, generator=random)
    return drawn.T.to(images.device)


def _variational(
    model, weights, images, targets, random, tick, steps, batch, beta, prior_variance, learning_rate
):
    """Eq. 3 with one variance for each filter, the mean of the Gaussian held at the weights."""
    log_variance = {
        name: torch.full((len(w),), prior_variance, device=w.device).log().requires_grad_()
        for name, w in weights.items()
    }
    average = {name: torch.zeros_like(v, requires_grad=False) for name, v in log_variance.items()}
    optimizer = torch.optim.Adam(log_variance.values(), lr=learning_rate)
    settled = steps // 2
    for step in range(steps):
        chosen = torch.randint(len(images), (min(batch, len(images)),), generator=random)
        chosen = chosen.to(images.device)
        loss = images.new_zeros((), dtype=torch.float32)
        noise = {
            name: torch.randn(w.shape, generator=random).to(w.device)
            * (log_variance[name] / 2).exp().view(-1, *[1] * (w.dim() - 1))
            for name, w in weights.items()
        }
        # The same noise with both signs: the slope at the weights themselves, which tells nothing
        # about their Fisher information, cancels.
        for sign in (1, -1):
            moved = {name: w + sign * noise[name] for name, w in weights.items()}
            logits = functional_call(model, moved, (images[chosen],))
            loss = loss + cross_entropy(logits, targets[chosen]) / 2
        for name, w in weights.items():
            divergence = log_variance[name].exp() / prior_variance - log_variance[name]
            loss = loss + beta / 2 * (w[0].numel() * divergence).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step >= settled:
            for name, v in log_variance.items():
                average[name] += v.detach() / (steps - settled)
        tick(len(images) / steps)
    return {name: beta * ((-v).exp() - 1 / prior_variance) for name, v in average.items()}


def _load(name: str, checkpoint) -> nn.Module:
    if name == "efficientnet_lite0" and checkpoint is None:
        return efficientnet_lite0()
    timm = import_timm()
    if not timm.is_model(name):
        raise ValueError(f"timm has no model {name!r}; see timm.list_models(pretrained=True)")
    options = {"checkpoint_path": str(checkpoint)} if checkpoint else {"pretrained": True}
    try:
        return timm.create_model(name, **options)
    except (RuntimeError, KeyError, OSError) as error:
        said = str(error).partition("\n")[0]
        raise ValueError(f"the weights of {name} cannot be loaded: {said}") from error


def _random(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
