"""Train the task networks and the transfers between them, and keep the loss of every test image.

A folder holds one measurement: ``settings.json``, and for each seed one file for each training.
A file is written when its training is finished, so a run that was stopped can continue.
"""

from __future__ import annotations

import itertools
import json
import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from pathlib import Path

import torch
from torch import Tensor, nn
from tqdm import tqdm

import t2b_lib
from t2b_lib.affinity.attributes import task_descriptions
from t2b_lib.collection import listing
from t2b_lib.network import pick_device
from t2b_lib.store import load_checked, save_checked, write_whole
from t2b_rooms.networks import CHANNELS, Readouts, encode, make_encoder, seed_of
from t2b_rooms.tasks import TASKS, make_dataset, trivial_loss

# (learning rate, images in a batch). Few images need small batches, for enough steps.
_TRAINING = {"network": (5e-3, 64), "scratch": (5e-3, 16), "readout": (1e-2, 16)}
_WEIGHT_DECAY = 1e-2
# Images at once outside training.
_CHUNK = 256
# At most this many readouts are trained together, which limits the memory.
_TOGETHER = 100


@dataclass(frozen=True)
class Settings:
    """The amounts of data and training.

    Parameters
    ----------
    train, transfer, validation, test : int
        Scenes of a seed: for the task networks, for the transfers, for choosing every network's
        best epoch, and for measuring the losses.
    epochs, transfer_epochs, scratch_epochs : int
        Of the task networks, the readouts, and the networks trained from scratch on the scenes of
        the transfers.
    hidden : int
        Units of a readout's hidden layer. The decoder of a task network is a readout too.
    best_sources : int
        Transfers from two sources use all pairs of this many best sources of a target.
    """

    train: int
    transfer: int
    validation: int
    test: int
    epochs: int
    transfer_epochs: int
    scratch_epochs: int
    hidden: int = 64
    best_sources: int = 4


SIZES = {
    "test": Settings(64, 32, 16, 24, 2, 2, 2, hidden=16, best_sources=2),
    # About twelve minutes a seed on two cores.
    "small": Settings(3000, 300, 100, 500, 20, 40, 30),
    # For a GPU: all pairs of sources.
    "full": Settings(20000, 2000, 500, 2000, 40, 20, 30, hidden=128, best_sources=24),
}
FEW_TASKS = ("Depth", "Edge-2D", "Scene-Classification", "Surface-Normal")


def run(
    folder: str | os.PathLike,
    size: str = "small",
    seeds: Iterable[int] = (0, 1, 2),
    tasks: Iterable[str] | None = None,
    device: str = "auto",
    progress: bool = True,
) -> None:
    """Measure the transfers between tasks; each seed has its own scenes and networks.

    Parameters
    ----------
    folder : path
        Where the measurement is kept. Finished parts are not done again.
    size : {"test", "small", "full"}
        Which `SIZES`.
    seeds : iterable of int
        All seeds use the pairs of sources that the folder's first seed chose, so that the seeds
        are comparable.
    tasks : iterable of str, optional
        At least two; by default all, and four in the size "test".
    device : str
        "auto", "cpu", "cuda" ...

    Raises
    ------
    ValueError
        If a task, the size or a seed is not usable, or the folder holds a measurement with other
        settings.
    """
    if size not in SIZES:
        raise ValueError(f"the size must be one of {listing(list(SIZES))}, not {size!r}")
    names = _names(default_tasks(size) if tasks is None else tasks)
    seeds = _seeds(seeds)
    device = pick_device(device)
    folder = Path(folder)
    settings = _settle(folder, size, names, seeds)

    steps = len(seeds) * (1 + 3 * len(names))
    with tqdm(total=steps, disable=not progress, unit="step", smoothing=0, mininterval=1) as bar:
        for seed in seeds:
            _Seed(folder, settings, seed, device, bar).measure()
        bar.set_postfix_str("done")


def default_tasks(size: str) -> tuple[str, ...]:
    """The tasks that a size measures by default."""
    return _names(FEW_TASKS if size == "test" else TASKS)


def _names(tasks: Iterable[str]) -> tuple[str, ...]:
    asked = list(dict.fromkeys(tasks))
    unknown = [name for name in asked if name not in TASKS]
    if unknown:
        raise ValueError(f"no such task: {listing(unknown)}; there are {listing(list(TASKS))}")
    if len(asked) < 2:
        raise ValueError(f"transfers need at least two tasks, got {listing(asked) or 'none'}")
    order = [name for name in task_descriptions().index if name in TASKS]
    return tuple(sorted(asked, key=order.index))


def _seeds(seeds: Iterable[int]) -> list[int]:
    seeds = list(dict.fromkeys(seeds))
    if not seeds or not all(isinstance(seed, int) and 0 <= seed < 2**31 for seed in seeds):
        raise ValueError(f"seeds must be whole numbers from 0 to 2^31 - 1, at least one: {seeds}")
    return seeds


def read_settings(folder: Path) -> dict:
    """The contents of ``settings.json`` of a measurement.

    Raises
    ------
    ValueError
        If the folder holds no measurement.
    """
    path = Path(folder) / "settings.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{folder} holds no measurement: {path.name}: {error}") from None


def _settle(folder: Path, size: str, names: tuple[str, ...], seeds: list[int]) -> dict:
    """The settings of a folder, written there if it is new."""
    asked = {"version": t2b_lib.__version__, "size": size, "tasks": list(names)}
    asked |= asdict(SIZES[size])
    asked["training"] = {use: list(settings) for use, settings in _TRAINING.items()}
    if (folder / "settings.json").exists():
        found = read_settings(folder)
        other = [key for key in asked if found.get(key) != asked[key]]
        if other:
            raise ValueError(
                f"{folder} holds a measurement with other settings ({listing(other)}); "
                "continue it with its own, or choose another folder"
            )
        return found
    if folder.is_dir() and any(folder.iterdir()):
        raise ValueError(f"{folder} is not empty and holds no measurement; choose another folder")
    settings = asked | {"pairs_of_seed": seeds[0]}
    write_whole(folder / "settings.json", json.dumps(settings, indent=2) + "\n")
    return settings


class _Seed:
    """One seed of a measurement: its own scenes, networks and transfers."""

    def __init__(self, folder: Path, settings: dict, seed: int, device: torch.device, bar: tqdm):
        self.folder, self.settings, self.seed = folder, settings, seed
        self.device, self.bar = device, bar
        self.names = settings["tasks"]
        self.size = Settings(**{key: settings[key] for key in Settings.__dataclass_fields__})
        self.codes = {}

    def measure(self) -> None:
        self._kept("constant", "all", self._constants)
        for name in self.names:
            self._kept("network", name, partial(self._task_network, name))
        for name in self.names:
            self._kept("transfers", name, partial(self._transfers, name))
        for name in self.names:
            pairs = best_pairs(self.folder, self.settings, name)
            self._kept("pairs", name, partial(self._transfers_from_two, name, pairs), pairs)

    def _kept(self, kind: str, name: str, train, pairs=None) -> None:
        """Train, unless the results are in their file already."""
        path = result_file(self.folder, self.seed, kind, name)
        key = result_key(self.settings, self.seed, kind, name, pairs)
        if load_checked(path, key) is None:
            if path.exists():
                self.bar.write(f"{path} is damaged or of other settings: it is made again")
            self.bar.set_postfix_str(f"seed {self.seed}, {kind}: {name}")
            started = time.perf_counter()
            results = {name: tensor.float().cpu() for name, tensor in train().items()}
            notes = {
                "seconds": time.perf_counter() - started,
                "machine": _machine(self.device),
                "torch": torch.__version__,
            }
            save_checked(path, key, results, notes)
        self.bar.update()

    @cached_property
    def scenes(self) -> _Scenes:
        scenes = _Scenes(self.size, self.seed, self.names, self.device)
        # A continued run renders the scenes again: they must be the same.
        kept = load_checked(
            result_file(self.folder, self.seed, "constant", "all"),
            result_key(self.settings, self.seed, "constant", "all"),
        )
        for name in self.names if kept is not None else ():
            if not torch.allclose(kept[0][name], scenes.constants[name], rtol=1e-2, atol=1e-4):
                raise ValueError(
                    f"{self.folder} was measured on other scenes of {name} than this version of "
                    "the library renders; choose another folder"
                )
        return scenes

    def _constants(self) -> dict[str, Tensor]:
        """The losses of each task's best constant prediction."""
        return self.scenes.constants

    def _task_network(self, name: str) -> dict[str, Tensor]:
        encoder, losses = self._from_scratch(name, "network", self.scenes.train, self.size.epochs)
        return {"losses": losses, **{f"encoder.{k}": v for k, v in encoder.items()}}

    def _from_scratch(self, name: str, use: str, images: Tensor, epochs: int):
        """An encoder and decoder trained on some images: the encoder's state, losses (n_test,)."""
        views = self.scenes.views(name)
        network = nn.ModuleDict(
            {
                "encoder": make_encoder(seed_of(self.seed, use, name, "encoder")),
                "decoder": self._readouts(name, 1, [seed_of(self.seed, use, name, "decoder")]),
            }
        ).to(self.device)

        def predict(images: Tensor) -> Tensor:
            codes = encode(network["encoder"], [pictures[images] for pictures in views])
            return network["decoder"](codes[None])

        order = seed_of(self.seed, use, name, "order")
        losses, _ = self._fit(name, use, network, predict, images, epochs, order)
        return network["encoder"].state_dict(), losses[0]

    def _transfers(self, name: str) -> dict[str, Tensor]:
        """From every single source; and a rival trained from scratch on the same images."""
        sources = [(source,) for source in self.names]
        losses, validation = self._train_readouts(name, sources)
        _, scratch = self._from_scratch(
            name, "scratch", self.scenes.transfer, self.size.scratch_epochs
        )
        return {"losses": losses, "validation": validation, "scratch": scratch}

    def _transfers_from_two(self, name: str, pairs: list[list[str]]) -> dict[str, Tensor]:
        losses, validation = self._train_readouts(name, pairs)
        return {"losses": losses, "validation": validation}

    def _train_readouts(self, name: str, sources: Sequence[Sequence[str]]):
        """Transfers of one order, trained together: losses (K, n_test), best validation (K,)."""
        if not sources:
            return torch.empty(0, self.size.test), torch.empty(0)
        groups = [sources[i : i + _TOGETHER] for i in range(0, len(sources), _TOGETHER)]
        results = [self._train_group(name, group) for group in groups]
        return tuple(torch.cat(of_groups) for of_groups in zip(*results, strict=True))

    def _train_group(self, name: str, sources: Sequence[Sequence[str]]):
        codes = [self._codes(picture) for picture in TASKS[name].inputs]
        which = torch.tensor([[self.names.index(s) for s in group] for group in sources])
        which = which.to(self.device)
        first = int(self.scenes.transfer[0])
        seeds = [seed_of(self.seed, "readout", name, *group) for group in sources]
        readouts = self._readouts(name, len(sources[0]), seeds).to(self.device)

        def predict(images: Tensor) -> Tensor:
            at = images - first
            parts = [of_view[which[:, [o]], at] for o in range(which.shape[1]) for of_view in codes]
            return readouts(torch.cat(parts, -1).float())

        order = seed_of(self.seed, "readout", name, "order")
        images, epochs = self.scenes.transfer, self.size.transfer_epochs
        return self._fit(name, "readout", readouts, predict, images, epochs, order)

    def _readouts(self, name: str, order: int, seeds: list[int]) -> Readouts:
        task = TASKS[name]
        inputs = order * len(task.inputs) * CHANNELS
        return Readouts(inputs, task.channels, task.dense, self.size.hidden, seeds)

    @torch.no_grad()
    def _codes(self, picture: str) -> Tensor:
        """Every encoder's codes of the scenes after the training part, (S, n, CELLS, CHANNELS).

        Each channel is standardised over the images of the transfers, so that one learning rate
        suits the readouts of all sources.
        """
        if picture not in self.codes:
            first = int(self.scenes.transfer[0])
            pictures = self.scenes.pictures[picture][first:]
            codes = []
            for name in self.names:
                encoder = self._encoder(name)
                code = torch.cat([encode(encoder, [part]) for part in pictures.split(_CHUNK)])
                fitted = code[: len(self.scenes.transfer)]
                spread = fitted.std((0, 1)).clamp_min(1e-6)
                codes.append(((code - fitted.mean((0, 1))) / spread).clamp(-100, 100).half())
            self.codes[picture] = torch.stack(codes)
        return self.codes[picture]

    def _encoder(self, name: str) -> nn.Module:
        path = result_file(self.folder, self.seed, "network", name)
        kept = load_checked(path, result_key(self.settings, self.seed, "network", name))
        if kept is None:
            raise ValueError(f"{path} was changed during the run; start it again")
        state = {
            key.removeprefix("encoder."): value
            for key, value in kept[0].items()
            if key.startswith("encoder.")
        }
        encoder = make_encoder(0)
        encoder.load_state_dict(state)
        return encoder.to(self.device).eval()

    def _fit(self, name, use, network, predict, images, epochs, seed):
        """Train K models; return the losses of each at its best epoch on the validation images.

        Parameters
        ----------
        name, use : str
            The task, and a key of `_TRAINING`.
        network : Module
            Its parameters have a leading dimension K, unless K is 1.
        predict : function of images (B,) to predictions (K, B, ...)
        images : Tensor, shape (n,)
            The images to train on.
        seed : int
            For the order of the images.

        Returns
        -------
        losses (K, n_test), validation (K,)
        """
        scenes = self.scenes

        def losses(images: Tensor) -> Tensor:
            return TASKS[name].loss(predict(images), scenes.targets[name][images])

        @torch.no_grad()
        def measured(images: Tensor) -> Tensor:
            network.eval()
            return torch.cat([losses(part) for part in images.split(_CHUNK)], dim=-1)

        random = torch.Generator().manual_seed(seed)
        rate, size = _TRAINING[use]
        optimizer = torch.optim.AdamW(
            network.parameters(), rate, weight_decay=_WEIGHT_DECAY, fused=True
        )
        steps = epochs * -(-len(images) // size)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, steps)
        best, best_state = None, None
        for _ in range(epochs):
            network.train()
            shuffled = images[torch.randperm(len(images), generator=random).to(self.device)]
            for batch in shuffled.split(size):
                optimizer.zero_grad()
                # In the sum over the models each keeps the gradient that it has alone.
                losses(batch).mean(-1).sum().backward()
                optimizer.step()
                schedule.step()
            validation = measured(scenes.validation).mean(-1)
            state = {key: value.clone() for key, value in network.state_dict().items()}
            if best is None:
                best, best_state = validation, state
                continue
            better = validation < best
            best = torch.where(better, validation, best)
            for key, now in state.items():
                mask = better.view(-1, *[1] * (now.dim() - 1)) if now.dim() else better[0]
                best_state[key] = torch.where(mask, now, best_state[key])
        network.load_state_dict(best_state)
        found = measured(scenes.test)
        if not found.isfinite().all():
            raise FloatingPointError(f"a loss of {name} is not finite")
        return found, best


class _Scenes:
    """The rendered scenes of a seed, divided by use."""

    def __init__(self, size: Settings, seed: int, names: list[str], device: torch.device):
        counts = (size.train, size.transfer, size.validation, size.test)
        data = make_dataset(sum(counts), seed, device=device, progress=False)
        self.pictures = {key: pictures.to(device) for key, pictures in data.pictures.items()}
        self.targets = {name: data.targets[name].to(device) for name in names}
        for name, target in self.targets.items():
            unusable = (~target.float().isfinite()).flatten().nonzero()
            if len(unusable):
                scene = int(unusable[0]) // target[0].numel()
                raise FloatingPointError(f"the truth of {name} is not finite in scene {scene}")
        images = torch.arange(sum(counts), device=device)
        self.train, self.transfer, self.validation, self.test = images.split(counts)
        self.constants = {
            name: trivial_loss(TASKS[name], target[self.train], target[self.test]).float().cpu()
            for name, target in self.targets.items()
        }

    def views(self, name: str) -> list[Tensor]:
        return [self.pictures[key] for key in TASKS[name].inputs]


def best_pairs(folder: Path, settings: dict, target: str) -> list[list[str]]:
    """All pairs among the best sources of a target, without the target itself.

    The validation images of the first seed decide which sources are best. So the test images have
    no influence, and all seeds have the same pairs.
    """
    path = result_file(folder, settings["pairs_of_seed"], "transfers", target)
    key = result_key(settings, settings["pairs_of_seed"], "transfers", target)
    found = load_checked(path, key)
    if found is None:
        raise ValueError(
            f"{path} is missing or damaged: measure seed {settings['pairs_of_seed']} first, "
            "because all seeds combine its best sources"
        )
    order = found[0]["validation"].argsort().tolist()
    ranked = [settings["tasks"][i] for i in order if settings["tasks"][i] != target]
    best = sorted(ranked[: settings["best_sources"]], key=settings["tasks"].index)
    return [list(pair) for pair in itertools.combinations(best, 2)]


def result_file(folder: Path, seed: int, kind: str, name: str) -> Path:
    return Path(folder, f"seed{seed}", kind, f"{name}.safetensors")


def result_key(settings: dict, seed: int, kind: str, name: str, pairs=None) -> dict:
    """All that the results in a file depend on."""
    return {"settings": settings, "seed": seed, "kind": kind, "name": name, "pairs": pairs}


def _machine(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    threads = torch.get_num_threads()
    return f"{threads} CPU core{'s' if threads > 1 else ''}"
