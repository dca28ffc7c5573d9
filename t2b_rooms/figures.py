"""A scene with its ground truth for every task."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from torch import Tensor

from t2b_lib.affinity.attributes import task_attributes
from t2b_lib.plots import COLOURS
from t2b_rooms.casting import CLASSES, render
from t2b_rooms.scenes import FACES, FOCAL, SIZE, STYLES, VIEWS, Scenes, project
from t2b_rooms.shapes import SHAPES
from t2b_rooms.tasks import (
    affinities,
    corners,
    edges,
    likeness,
    make_tasks,
    occlusion_edges,
    relief,
    reshade,
)

_BLUE, _ORANGE, _GREEN, _PINK, _RED, _SKY, _YELLOW, _ = COLOURS
_AXES = (_ORANGE, _SKY, _GREEN)
_CLASS_COLOURS = (
    "#D9D4C7",
    "#A89F91",
    "#F4F1EA",
    _RED,
    _BLUE,
    _GREEN,
    _ORANGE,
    _YELLOW,
    _PINK,
)
_MARK = {"marker": "+", "color": "white", "markersize": 11, "markeredgewidth": 1.6}


def draw_ground_truths(scenes: Scenes, index: int = 0) -> Figure:
    """One scene and its ground truth for each of the 25 tasks, a panel a task.

    Maps are drawn as rendered, 64 x 64; the networks learn them at half that size. A cross marks
    the point at the centre of the main view and of two others.

    Parameters
    ----------
    scenes : Scenes
        From `sample_scenes`.
    index : int
        Which of them.

    Raises
    ------
    IndexError
        If there is no such scene.
    """
    if not 0 <= index < len(scenes):
        raise IndexError(f"There are the scenes 0 to {len(scenes) - 1}, not {index}")
    scene = scenes[index : index + 1]
    views = [render(scene, i) for i in range(VIEWS)]
    main = views[0]
    rgb = _image(main.rgb[0])
    data = make_tasks(scene, np.random.default_rng(0), np.random.default_rng(1))
    given = {name: _image(picture[0]) for name, picture in data.pictures.items()}
    grey = torch.from_numpy(rgb @ np.array([0.299, 0.587, 0.114], dtype=np.float32))[None]

    figure, axes = plt.subplots(5, 5, figsize=(11, 13.6), layout="constrained")
    figure.get_layout_engine().set(h_pad=0.09)
    panel: dict[str, Axes] = {}
    for ax, name in zip(axes.flat, task_attributes().index, strict=True):
        # The long names of the camera tasks take two lines.
        ax.set_title(name.replace("-Camera", "\nCamera"), fontsize=9)
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
        panel[name] = ax

    def show(name: str, image: Tensor | np.ndarray, note: str = "", **options: object) -> None:
        panel[name].imshow(image.numpy() if isinstance(image, Tensor) else image, **options)
        panel[name].set_xlabel(note, fontsize=8)

    show("Autoencoder", rgb, "the picture again")
    show("Colorization", given["grey"], "given grey: the colours")
    show("Denoising-Autoencoder", given["noisy"], "given this: the picture")
    show("Inpainting", given["masked"], "given this: what is hidden")
    show("Jigsaw-Puzzle", given["shuffled"], "given this: the tiles' order")
    _draw_curvatures(panel["Curvatures"], main.curvature[0].numpy())
    near, far = main.depth.min().item(), main.distance.max().item()
    measure = {"cmap": "viridis_r", "vmin": math.log(near), "vmax": math.log(far)}
    show("Depth", main.depth[0].log(), f"{near:.1f} to {main.depth.max():.1f} m", **measure)
    show(
        "Euclidean-Distance", main.distance[0].log(), f"{main.distance.min():.1f} to {far:.1f} m",
        **measure,
    )  # fmt: skip
    show("Edge-2D", edges(grey)[0], "changes of brightness", cmap="gray_r")
    show("Edge-3D", occlusion_edges(main)[0], "where a nearer thing hides", cmap="gray_r")
    show("Keypoint-2D", corners(grey[:, None])[0], "corners of the picture", cmap="magma")
    show("Keypoint-3D", corners(relief(main))[0], "corners of the surface", cmap="magma")
    show("Reshading", reshade(main)[0], "a lamp at the camera", cmap="gray", vmin=0, vmax=1)
    show(
        "Surface-Normal",
        _image(0.5 + 0.5 * main.normal[0] * torch.tensor([1, -1, -1])[:, None, None]),
        "right red, up green, nearer blue",
    )
    show("Segmentation-2D", affinities(main.rgb, 0.1)[0].mean(0), "alike in colour", cmap="cividis")
    show(
        "Segmentation-3D",
        affinities(likeness(main), 1.0)[0].mean(0),
        "and in depth and normal",
        cmap="cividis",
    )
    show(
        "Segmentation-Semantic",
        main.label[0],
        cmap=ListedColormap(_CLASS_COLOURS),
        vmin=-0.5,
        vmax=len(CLASSES) - 0.5,
        interpolation="nearest",
    )
    present = [CLASSES[i] for i in main.label.unique().tolist() if i >= 3]
    panel["Segmentation-Semantic"].set_xlabel("room, " + ", ".join(present), fontsize=8)

    area = [(main.surface == FACES + k).sum().item() for k in range(scene.shape.shape[1])]
    largest = int(np.argmax(area))
    dim = np.where((main.surface[0] == FACES + largest)[..., None], rgb, 0.75 + 0.25 * rgb)
    name = tuple(SHAPES)[data.targets["Object-Classification"].item()]
    show("Object-Classification", dim, f"“{name}”")
    show("Scene-Classification", rgb, f"“{STYLES[scene.style.item()]}”")
    show("Room-Layout", rgb, _sizes(scene))
    _draw_box(panel["Room-Layout"], scene)
    show("Vanishing-Point", rgb, "towards right, front and up")
    _draw_vanishing(panel["Vanishing-Point"], scene)

    pairs = {
        "Pairwise-Nonfixated-Camera-Pose": ("rgb_far", 3),
        "Pairwise-Fixated-Camera-Pose": ("rgb_b", 1),
        "Triplet-Fixated-Camera-Pose": ("rgb_c", 2),
    }
    for name, (key, view) in pairs.items():
        show(name, given[key], _move(scene, view))
        if view != 3:
            panel[name].plot(SIZE / 2 - 0.5, SIZE / 2 - 0.5, **_MARK)
    same = bool(data.targets["Point-Matching"].item())
    show("Point-Matching", given["rgb_match"], "the same point" if same else "another point")
    panel["Point-Matching"].plot(SIZE / 2 - 0.5, SIZE / 2 - 0.5, **_MARK)
    panel["Autoencoder"].plot(SIZE / 2 - 0.5, SIZE / 2 - 0.5, **_MARK)
    return figure


def _image(picture: Tensor) -> np.ndarray:
    picture = picture / 255 if picture.dtype == torch.uint8 else picture
    return picture.permute(1, 2, 0).numpy()


def _sizes(scene: Scenes) -> str:
    width, depth, height = scene.room[0].tolist()
    return f"{width:.1f} × {depth:.1f} × {height:.1f} m"


def _move(scene: Scenes, view: int) -> str:
    step = scene.relative_pose(0, view)[0, :3].tolist()
    turn = math.degrees((scene.yaw[0, view] - scene.yaw[0, 0]).item())
    turn = (turn + 180) % 360 - 180
    side, ahead = "right" if step[0] > 0 else "left", "on" if step[2] > 0 else "back"
    return (
        f"{abs(step[0]):.1f} m {side}, {abs(step[2]):.1f} m {ahead},\n"
        f"turned {abs(turn):.0f}° {'right' if turn > 0 else 'left'}"
    )


def _draw_curvatures(ax: Axes, curvature: np.ndarray) -> None:
    """White where flat, orange where bent one way, blue where bent both ways."""
    first, second = np.tanh(curvature / 2)[..., None]
    white, one, both = np.array([[1, 1, 1], [0.90, 0.62, 0.0], [0.0, 0.45, 0.70]])
    ax.imshow(np.clip(white + (first - second) * (one - white) + second * (both - white), 0, 1))
    ax.set_xlabel("bent one way, or both ways", fontsize=8)


def _draw_box(ax: Axes, scene: Scenes) -> None:
    corner = scene.corners()[0]
    edges_ = [(i, i | bit) for i in range(8) for bit in (1, 2, 4) if not i & bit]
    share = torch.linspace(0, 1, 200)[:, None]
    for i, j in edges_:
        line = corner[i] + share * (corner[j] - corner[i])
        at, depth = project(line[None], scene, 0)
        at = at[0][depth[0] > 0.05]
        ax.plot(*at.T.numpy(), color=_ORANGE, linewidth=2)
    ax.set(xlim=(-0.5, SIZE - 0.5), ylim=(SIZE - 0.5, -0.5))


def _draw_vanishing(ax: Axes, scene: Scenes) -> None:
    """Lines from points of the picture to each of the three vanishing points."""
    middle = SIZE / 2 - 0.5
    starts = np.stack(np.meshgrid([10, 31.5, 53], [10, 31.5, 53]), -1).reshape(-1, 2)
    for direction, colour in zip(scene.vanishing_points(0)[0].numpy(), _AXES, strict=True):
        # In homogeneous coordinates, which include points at infinity.
        point = np.array([direction[0] * FOCAL, direction[1] * FOCAL, direction[2]])
        to = point[:2] + (middle - starts) * point[2]
        length = np.linalg.norm(to, axis=1, keepdims=True)
        for start, step in zip(starts, to / length, strict=True):
            arrow = {"arrowstyle": "-|>", "color": colour, "shrinkA": 0}
            ax.annotate("", start + 13 * step, start, arrowprops=arrow)
        if point[2] > 0:
            at = point[:2] / point[2] + middle
            if np.all((at > 0) & (at < SIZE - 1)):
                ax.plot(*at, "o", color=colour, markeredgecolor="white", markersize=8)
    ax.set(xlim=(-0.5, SIZE - 0.5), ylim=(SIZE - 0.5, -0.5))
