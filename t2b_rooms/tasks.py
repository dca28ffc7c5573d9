"""The 25 tasks of Taskonomy on rendered rooms: pictures in, ground truths out, and a loss each.

Targets are scaled to a size of about one, so that one learning rate suits all tasks. Maps are
32 x 32: averages over 2 x 2 pixels for measurements of the picture, every other pixel for geometry.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage
from torch import Tensor
from tqdm.auto import tqdm

from t2b_lib.affinity.attributes import task_attributes
from t2b_rooms.casting import CLASSES, View, pixel_rays, render
from t2b_rooms.sampling import sample_scenes
from t2b_rooms.scenes import FACES, SIZE, STYLES, VIEWS, Scenes
from t2b_rooms.shapes import SHAPES

MAP = SIZE // 2
HOLE = slice(SIZE // 2 - 14, SIZE // 2 + 14)
_MAP_HOLE = slice(HOLE.start // 2, HOLE.stop // 2)
JIGSAWS = torch.tensor(list(permutations(range(4))))
# From a pixel of a map to the one it is compared with, as (rows, columns).
NEIGHBOURS = ((0, 4), (4, 0), (4, 4), (4, -4))
_CHUNK = 64


@dataclass(frozen=True)
class Task:
    """A task: its inputs, its answer and its loss.

    Attributes
    ----------
    name : str
    inputs : tuple of str
        Keys of `RoomData.pictures`.
    dense : bool
        Whether the prediction is a 32 x 32 map; it is a vector otherwise.
    channels : int
        Channels of the map or length of the vector; one logit per class for a classification.
    kind : str
        "l1", "l2" or "classes": mean absolute error, mean squared error, or cross-entropy in nats.
    loss : callable
        `loss(prediction, target)`, with a prediction of shape (..., b, channels[, 32, 32]) and a
        target of shape (b, channels[, 32, 32]), or (b[, 32, 32]) of class numbers. Returns the
        loss of each image, shape (..., b).
    """

    name: str
    inputs: tuple[str, ...]
    dense: bool
    channels: int
    kind: str
    loss: Callable[[Tensor, Tensor], Tensor]


@dataclass
class RoomData:
    """Pictures of scenes and their ground truths.

    Attributes
    ----------
    pictures : dict of str to uint8 Tensor (n, 3, 64, 64)
        "rgb", "rgb_b" and "rgb_c" look at one point, "rgb_far" elsewhere, "rgb_match" is one of
        "rgb_b" and "rgb_far"; "grey", "masked", "noisy" and "shuffled" are damaged "rgb".
    targets : dict of str to Tensor
        By task: float16 maps, float32 vectors, or uint8 class numbers.
    """

    pictures: dict[str, Tensor]
    targets: dict[str, Tensor]

    def __len__(self) -> int:
        return len(self.pictures["rgb"])


class _Tasks(dict):
    def __missing__(self, name: str) -> Task:
        raise KeyError(f"There is no task {name!r}; the tasks are {', '.join(self)}")


def make_dataset(n: int, seed: int, device: str = "cpu", progress: bool = True) -> RoomData:
    """Render `n` scenes, with every task's pictures and targets.

    The first scenes of a larger `n` are the same. Four thousand scenes take about 0.7 GB.

    Parameters
    ----------
    n, seed : int
    device : str
        Where to render; the result is on the CPU.
    progress : bool
        Whether to show a bar.
    """
    scenes = sample_scenes(n, seed)
    # These streams give the same numbers for any size of the chunks.
    noise, choice = (np.random.default_rng([seed, i]) for i in (1, 2))
    parts = []
    with tqdm(total=n, desc="rendering", unit="scene", disable=not progress) as bar:
        for start in range(0, n, _CHUNK):
            some = scenes[start : start + _CHUNK]
            parts.append(make_tasks(some, noise, choice, device))
            bar.update(len(some))
    return RoomData(
        *(
            {name: torch.cat([getattr(p, field)[name] for p in parts]) for name in first}
            for field, first in (("pictures", parts[0].pictures), ("targets", parts[0].targets))
        )
    )


def make_tasks(
    scenes: Scenes, noise: np.random.Generator, choice: np.random.Generator, device: str = "cpu"
) -> RoomData:
    """The pictures and targets of scenes, all at once.

    Parameters
    ----------
    scenes : Scenes
    noise, choice : numpy Generator
        For the noisy pictures; for the jigsaws and the pairs of the point matching.
    device : str
    """
    views = [render(scenes, i, device) for i in range(VIEWS)]
    main, n = views[0], len(scenes)
    drawn = torch.from_numpy(choice.random((n, 2), dtype=np.float32))
    jigsaw = (drawn[:, 0] * len(JIGSAWS)).long()
    match = (drawn[:, 1] < 0.5).long()

    rgb = [view.rgb for view in views]
    grey = _grey(rgb[0])
    masked = rgb[0].clone()
    masked[:, :, HOLE, HOLE] = 0.5
    grain = torch.from_numpy(noise.standard_normal((n, 3, SIZE, SIZE), dtype=np.float32))
    pictures = {
        "rgb": rgb[0],
        "rgb_b": rgb[1],
        "rgb_c": rgb[2],
        "rgb_far": rgb[3],
        "rgb_match": torch.where(match[:, None, None, None] == 1, rgb[1], rgb[3]),
        "grey": grey[:, None].expand(-1, 3, -1, -1),
        "masked": masked,
        "noisy": rgb[0] + 0.2 * grain,
        "shuffled": _shuffle(rgb[0], JIGSAWS[jigsaw]),
    }
    small = F.avg_pool2d(rgb[0], 2)
    truths = {
        "Autoencoder": small,
        "Colorization": _chroma(small),
        "Curvatures": _curvatures(main),
        "Denoising-Autoencoder": small,
        "Depth": _log_depth(main.depth),
        "Edge-2D": 12 * F.avg_pool2d(edges(grey), 2)[:, None],
        "Edge-3D": 3 * F.avg_pool2d(occlusion_edges(main), 2)[:, None],
        "Euclidean-Distance": _log_depth(main.distance),
        "Inpainting": small,
        "Jigsaw-Puzzle": jigsaw,
        "Keypoint-2D": 30 * F.avg_pool2d(corners(grey[:, None]), 2)[:, None],
        "Keypoint-3D": 10 * F.avg_pool2d(corners(relief(main)), 2)[:, None],
        "Object-Classification": largest_object(main, scenes),
        "Reshading": _every_other(reshade(main))[:, None],
        "Room-Layout": _layout(scenes),
        "Scene-Classification": scenes.style,
        "Segmentation-2D": affinities(small, 0.1),
        "Segmentation-3D": affinities(likeness(main, 2), 1.0),
        "Segmentation-Semantic": _every_other(main.label),
        "Surface-Normal": _every_other(main.normal),
        # As directions: a vanishing point may lie at infinity.
        "Vanishing-Point": 3 * scenes.vanishing_points(0).flatten(1),
        "Pairwise-Nonfixated-Camera-Pose": _pose(scenes, 3),
        "Pairwise-Fixated-Camera-Pose": _pose(scenes, 1),
        "Triplet-Fixated-Camera-Pose": torch.cat([_pose(scenes, 1), _pose(scenes, 2)], 1),
        "Point-Matching": match,
    }
    return RoomData(
        {
            name: (picture * 255).round().clamp(0, 255).to(torch.uint8)
            for name, picture in pictures.items()
        },
        {name: _stored(TASKS[name], truths[name]) for name in TASKS},
    )


def trivial_loss(task: Task, train: Tensor, test: Tensor) -> Tensor:
    """The loss of the best constant answer.

    For each pixel or number of the target, that is the training images' mean (squared error),
    median (absolute error) or classes' frequencies (cross-entropy).

    Parameters
    ----------
    task : Task
    train, test : Tensor
        Targets of the training and the test images.

    Returns
    -------
    Tensor (n_test,)
        The loss of each test image.
    """
    if task.kind == "classes":
        count = torch.stack([(train == c).sum(0) for c in range(task.channels)]).float()
        # Otherwise a class that never occurs at a pixel in training would have infinite loss.
        answer = ((count + 0.1) / (count + 0.1).sum(0)).log()
    else:
        answer = train.float().mean(0) if task.kind == "l2" else train.float().median(0).values
    return task.loss(answer.expand(len(test), *answer.shape), test)


# --- Losses -----------------------------------------------------------------------------------


def _l1(prediction: Tensor, target: Tensor) -> Tensor:
    return (prediction - target).abs().flatten(prediction.ndim - target.ndim + 1).mean(-1)


def _l2(prediction: Tensor, target: Tensor) -> Tensor:
    return (prediction - target).square().flatten(prediction.ndim - target.ndim + 1).mean(-1)


def _l1_in_hole(prediction: Tensor, target: Tensor) -> Tensor:
    hole = (..., _MAP_HOLE, _MAP_HOLE)
    return _l1(prediction[hole], target[hole])


def _cross_entropy(prediction: Tensor, target: Tensor) -> Tensor:
    channel = prediction.ndim - target.ndim
    log_share = prediction.log_softmax(channel)
    truth = (
        target.long()
        .unsqueeze(1)
        .expand(*prediction.shape[: channel - 1], *([-1] * (target.ndim + 1)))
    )
    return -log_share.gather(channel, truth).flatten(channel).mean(-1)


_LOSSES = {"l1": _l1, "l2": _l2, "classes": _cross_entropy}


def _tasks() -> _Tasks:
    table = {
        # name: (inputs, dense, channels, kind)
        "Autoencoder": (("rgb",), True, 3, "l1"),
        "Colorization": (("grey",), True, 2, "l2"),
        "Curvatures": (("rgb",), True, 2, "l2"),
        "Denoising-Autoencoder": (("noisy",), True, 3, "l1"),
        "Depth": (("rgb",), True, 1, "l1"),
        "Edge-2D": (("rgb",), True, 1, "l2"),
        "Edge-3D": (("rgb",), True, 1, "l2"),
        "Euclidean-Distance": (("rgb",), True, 1, "l1"),
        "Inpainting": (("masked",), True, 3, "l1"),
        "Jigsaw-Puzzle": (("shuffled",), False, len(JIGSAWS), "classes"),
        "Keypoint-2D": (("rgb",), True, 1, "l2"),
        "Keypoint-3D": (("rgb",), True, 1, "l2"),
        "Object-Classification": (("rgb",), False, len(SHAPES), "classes"),
        "Reshading": (("rgb",), True, 1, "l1"),
        "Room-Layout": (("rgb",), False, 7, "l2"),
        "Scene-Classification": (("rgb",), False, len(STYLES), "classes"),
        "Segmentation-2D": (("rgb",), True, len(NEIGHBOURS), "l2"),
        "Segmentation-3D": (("rgb",), True, len(NEIGHBOURS), "l2"),
        "Segmentation-Semantic": (("rgb",), True, len(CLASSES), "classes"),
        "Surface-Normal": (("rgb",), True, 3, "l1"),
        "Vanishing-Point": (("rgb",), False, 9, "l2"),
        "Pairwise-Nonfixated-Camera-Pose": (("rgb", "rgb_far"), False, 6, "l2"),
        "Pairwise-Fixated-Camera-Pose": (("rgb", "rgb_b"), False, 6, "l2"),
        "Triplet-Fixated-Camera-Pose": (("rgb", "rgb_b", "rgb_c"), False, 12, "l2"),
        "Point-Matching": (("rgb", "rgb_match"), False, 2, "classes"),
    }
    return _Tasks(
        (
            name,
            Task(
                name, *table[name], _l1_in_hole if name == "Inpainting" else _LOSSES[table[name][3]]
            ),
        )
        for name in task_attributes().index
    )


TASKS: dict[str, Task] = _tasks()


# --- Ground truths ----------------------------------------------------------------------------


def edges(grey: Tensor) -> Tensor:
    """Strength of the picture's edges, (n, h, w) -> (n, h, w).

    The length of the smoothed picture's gradient. Taskonomy's Canny edges also thin and threshold
    it.
    """
    across, down = _gradient(grey.numpy())
    return torch.from_numpy(np.hypot(across, down))


def corners(image: Tensor) -> Tensor:
    """Strength of a corner at each pixel, (n, channels, h, w) -> (n, h, w).

    The square root of Shi and Tomasi's measure, the smaller eigenvalue of the structure tensor.
    Taskonomy has SURF keypoints of the picture and NARF keypoints of the depth map. Both are
    smoothed corner measures too, but no small, well-kept library has them.
    """
    across, down = _gradient(image.numpy())
    xx, yy, xy = (
        ndimage.gaussian_filter(product.sum(1), (0, 1.5, 1.5))
        for product in (across * across, down * down, across * down)
    )
    smaller = (xx + yy) / 2 - np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    return torch.from_numpy(np.sqrt(np.maximum(smaller, 0)))


def occlusion_edges(view: View) -> Tensor:
    """Where a nearer surface hides a farther one, (n, h, w), blurred by a pixel.

    Of two neighbouring pixels one shows an object and the other something else, and their depths
    differ by more than a twelfth. Where an object touches the floor there is no such edge.
    """
    found = torch.zeros_like(view.depth)
    log_depth = view.depth.log()
    thing = view.surface.clamp(min=FACES - 1)  # the room is convex and hides nothing of itself
    for axis in (1, 2):
        jump = (log_depth.diff(dim=axis).abs() > 1 / 12) & (thing.diff(dim=axis) != 0)
        pad = (0, 0, 1, 0) if axis == 1 else (1, 0)
        back = (0, 0, 0, 1) if axis == 1 else (0, 1)
        found = torch.maximum(found, F.pad(jump.float(), pad))
        found = torch.maximum(found, F.pad(jump.float(), back))
    return torch.from_numpy(ndimage.gaussian_filter(found.numpy(), (0, 1, 1)))


def largest_object(view: View, scenes: Scenes) -> Tensor:
    """The shape of the object that covers the most pixels, int64 (n,).

    Taskonomy has no labels of its own for objects and scenes: it uses the answers of networks that
    were trained on other pictures. In a picture without objects the scene's first object counts.
    """
    area = torch.stack(
        [(view.surface == FACES + k).flatten(1).sum(1) for k in range(scenes.shape.shape[1])], 1
    )
    return scenes.shape.gather(1, area.argmax(1, keepdim=True))[:, 0]


def reshade(view: View) -> Tensor:
    """The brightness of a white scene with a lamp at the camera, (n, h, w)."""
    rays = F.normalize(pixel_rays(), dim=0)
    return -(view.normal * rays).sum(1)


def affinities(features: Tensor, scale: float) -> Tensor:
    """Likeness of each pixel and four of its neighbours, (n, c, h, w) -> (n, 4, h, w).

    They are entries of the affinity matrix of normalised cuts. Taskonomy trains an embedding on the
    segments that such cuts find. Here the network predicts the affinities: of colours for 2-d, of
    colours, depths and normals for 2.5-d segments.
    """
    height, width = features.shape[-2:]
    rows, columns = torch.arange(height), torch.arange(width)
    return torch.stack(
        [
            (
                -(
                    features
                    - features[:, :, (rows + down).clamp(0, height - 1)][
                        ..., (columns + right).clamp(0, width - 1)
                    ]
                )
                .square()
                .sum(1)
                / (2 * scale**2)
            ).exp()
            for down, right in NEIGHBOURS
        ],
        1,
    )


def likeness(view: View, step: int = 1) -> Tensor:
    """Colour, log depth and normal, each divided by its range within a segment."""
    every = (..., slice(None, None, step), slice(None, None, step))
    depth = view.depth.log()[:, None]
    colour = F.avg_pool2d(view.rgb, step)
    return torch.cat([colour / 0.2, depth[every] / 0.15, view.normal[every] / 0.4], 1)


def relief(view: View) -> Tensor:
    """Normals and depth, which do not depend on textures: 3-d keypoints are their corners."""
    return torch.cat([view.normal / 2, view.depth[:, None].log()], 1)


def _gradient(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    still, turn = [0] * (image.ndim - 2), [1, 1]
    return tuple(
        ndimage.gaussian_filter(image, still + turn, order=still + order, mode="nearest")
        for order in ([0, 1], [1, 0])
    )


def _every_other(image: Tensor) -> Tensor:
    return image[..., ::2, ::2]


def _grey(rgb: Tensor) -> Tensor:
    return (rgb * torch.tensor([0.299, 0.587, 0.114])[:, None, None]).sum(1)


def _chroma(rgb: Tensor) -> Tensor:
    """The two colour-difference channels, scaled. Taskonomy sorts colours into 313 classes."""
    grey = _grey(rgb)
    return 8 * torch.stack([(rgb[:, 2] - grey) * 0.564, (rgb[:, 0] - grey) * 0.713], 1)


def _curvatures(view: View) -> Tensor:
    return 3 * _every_other(torch.tanh(view.curvature / 2))


def _log_depth(metres: Tensor) -> Tensor:
    return 2 * (_every_other(metres)[:, None].log() - math.log(3))


def _layout(scenes: Scenes) -> Tensor:
    """Distances to the box's faces, and its angles. Taskonomy has its centre, size and angle."""
    layout = scenes.layout(0)
    return torch.cat([2 * (layout[:, :5].log() - math.log(2)), 4 * layout[:, 5:]], 1)


def _pose(scenes: Scenes, view: int) -> Tensor:
    """Steps in metres and angles in quarters of a radian.

    If both views look at one point, one of the six follows from the others.
    """
    return scenes.relative_pose(0, view) * torch.tensor([1.0, 1, 1, 4, 4, 4])


def _shuffle(rgb: Tensor, order: Tensor) -> Tensor:
    """The four quarters of a picture in the given order: place i shows quarter `order[i]`.

    Taskonomy has nine tiles and a thousand orders of them.
    """
    half = SIZE // 2
    n = len(rgb)
    tiles = rgb.view(n, 3, 2, half, 2, half).permute(0, 2, 4, 1, 3, 5).flatten(1, 2)
    tiles = tiles[torch.arange(n)[:, None], order].view(n, 2, 2, 3, half, half)
    return tiles.permute(0, 3, 1, 4, 2, 5).reshape(n, 3, SIZE, SIZE)


def _stored(task: Task, truth: Tensor) -> Tensor:
    if task.kind == "classes":
        return truth.to(torch.uint8)
    return truth.to(torch.float16 if task.dense else torch.float32).contiguous()
