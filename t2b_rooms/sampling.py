"""Rooms drawn at random: sizes, furniture, materials, light and cameras."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from t2b_rooms.casting import cast
from t2b_rooms.scenes import PATTERNS, STYLES, Scenes
from t2b_rooms.shapes import SHAPES

_SHAPE = {name: k for k, name in enumerate(SHAPES)}
_OBJECTS = 5
_CANDIDATES = 12


@dataclass(frozen=True)
class _Style:
    """Ranges and choices of a room's style. The first choice is more likely."""

    width: tuple[float, float]
    depth: tuple[float, float]
    height: tuple[float, float]
    walls: tuple[str, str]
    floor: tuple[str, str]
    hues: tuple[float, float]
    saturation: tuple[float, float]
    brightness: tuple[float, float]
    wainscot: float
    shapes: tuple[float, ...]  # how likely each of SHAPES is


_STYLE_TABLE = {
    "gallery": _Style(
        (5, 7.5), (6, 9), (3.4, 4.4), ("plain", "marble"), ("planks", "plain"), (0.10, 0.58),
        (0.03, 0.2), (0.7, 0.95), 0.0, (3, 1, 2, 1, 3, 1),
    ),
    "cellar": _Style(
        (3.6, 5.2), (5, 7), (2.1, 2.5), ("bricks", "marble"), ("plain", "tiles"), (0.03, 0.10),
        (0.25, 0.6), (0.4, 0.7), 0.0, (1, 3, 2, 1, 1, 3),
    ),
    "kitchen": _Style(
        (3.6, 5.2), (4.6, 6), (2.4, 2.9), ("tiles", "plain"), ("checker", "tiles"), (0.58, 0.33),
        (0.1, 0.4), (0.65, 0.95), 0.3, (1, 3, 3, 1, 1, 1),
    ),
    "nursery": _Style(
        (4, 6), (4.6, 6.5), (2.4, 3.0), ("dots", "stripes"), ("plain", "planks"), (0.92, 0.50),
        (0.25, 0.55), (0.7, 0.95), 0.3, (3, 2, 1, 3, 1, 1),
    ),
    "study": _Style(
        (4, 6), (5, 7), (2.6, 3.2), ("stripes", "plain"), ("planks", "checker"), (0.33, 0.03),
        (0.25, 0.6), (0.4, 0.7), 0.9, (1, 2, 1, 1, 2, 3),
    ),
    "hall": _Style(
        (3.2, 4.4), (8, 11), (3.0, 4.0), ("marble", "tiles"), ("checker", "plain"), (0.10, 0.92),
        (0.08, 0.35), (0.6, 0.9), 0.5, (2, 1, 3, 3, 2, 1),
    ),
}  # fmt: skip


def sample_scenes(n: int, seed: int) -> Scenes:
    """Draw `n` scenes. The first scenes of a larger `n` are the same.

    Raises
    ------
    ValueError
        If `n` is not positive.
    """
    if n < 1:
        raise ValueError(f"At least one scene must be drawn, n is {n}")
    draw = _Draws(n, seed)
    style = (draw() * len(STYLES)).long()
    table = [_STYLE_TABLE[name] for name in STYLES]

    def of_style(field: str) -> Tensor:
        return torch.tensor([getattr(row, field) for row in table], dtype=torch.float32)[style]

    def within(field: str) -> Tensor:
        low, high = of_style(field).unbind(1)
        return low + (high - low) * draw()

    room = torch.stack([within("width"), within("depth"), within("height")], 1)
    shape, extent = _furniture(of_style("shapes"), draw)
    position, yaw, pitch = _main_camera(room, draw)
    place, shape = _arrange(room, position, yaw, shape, extent, draw)
    turn = draw(_OBJECTS) * 2 * math.pi
    light = torch.stack(
        [(draw() - 0.5) * 0.7 * room[:, 0], (draw() - 0.6) * 0.7 * room[:, 1], room[:, 2] - 0.25], 1
    )
    pattern, period, paint, trim = _materials(table, style, shape, within, of_style, draw)
    wainscot = torch.where(draw() < of_style("wainscot"), 0.8 + 0.4 * draw(), 0.0) + 0.12
    scenes = Scenes(
        style, room, shape, place, turn, extent, light, pattern, period, paint, trim, wainscot,
        position[:, None], yaw[:, None], pitch[:, None], position,
    )  # fmt: skip
    return _other_cameras(scenes, draw)


class _Draws:
    """Uniform numbers, a row for each scene, so that no scene depends on another."""

    def __init__(self, n: int, seed: int, columns: int = 640):
        table = np.random.default_rng(seed).random((n, columns), dtype=np.float32)
        self._table, self._used = torch.from_numpy(table), 0

    def __call__(self, *shape: int) -> Tensor:
        start, self._used = self._used, self._used + math.prod(shape)
        if self._used > self._table.shape[1]:
            raise RuntimeError("a scene draws more random numbers than its row has")
        return self._table[:, start : self._used].reshape(-1, *shape)


def _furniture(weights: Tensor, draw: _Draws) -> tuple[Tensor, Tensor]:
    """Shapes and extents of the objects of each room."""
    share = (weights / weights.sum(1, keepdim=True)).cumsum(1)
    shape = (draw(_OBJECTS)[..., None] > share[:, None, :-1]).sum(2)
    # Two to five objects.
    shape[torch.arange(_OBJECTS) >= 2 + (draw() * 4).long()[:, None]] = -1
    half, other, tall = (draw(_OBJECTS) for _ in range(3))
    radius = 0.42 + 0.34 * half
    depth = torch.where(shape == _SHAPE["roll"], 0.26 + 0.2 * other, 0.35 + 0.35 * other)
    height = torch.where(shape == _SHAPE["ball"], 2 * radius, 0.7 + 0.8 * tall)
    height = torch.where(shape == _SHAPE["roll"], 2 * depth, height)
    oblong = (shape == _SHAPE["box"]) | (shape == _SHAPE["roll"])
    depth = torch.where(oblong, depth, radius)
    return shape, torch.stack([radius, depth, height], 2)


def _main_camera(room: Tensor, draw: _Draws) -> tuple[Tensor, Tensor, Tensor]:
    width, depth, height = room.unbind(1)
    position = torch.stack(
        [
            (draw() - 0.5) * 0.55 * width,
            (-0.5 + 0.25 * draw()) * depth + 0.35,
            1.1 + (height - 1.8).clamp(max=0.9) * draw(),
        ],
        1,
    )
    # Mostly to the side with more space: elsewhere a wall would fill the picture.
    towards = (draw() - 0.5) * math.radians(60) - position[:, 0] / width * math.radians(20)
    return position, towards, math.radians(-9) + (draw() - 0.5) * math.radians(26)


def _arrange(
    room: Tensor, camera: Tensor, yaw: Tensor, shape: Tensor, extent: Tensor, draw: _Draws
) -> tuple[Tensor, Tensor]:
    """Place the objects before the camera, each at the candidate with most space around it.

    An object that fits nowhere is left out, except the first.
    """
    reach = torch.where(shape == _SHAPE["ball"], extent[..., 0], extent[..., :2].norm(dim=2))
    reach = torch.where(
        (shape == _SHAPE["cylinder"]) | (shape == _SHAPE["cone"]), extent[..., 0], reach
    )
    chosen, shape = [], shape.clone()
    for k in range(_OBJECTS):
        spread = math.radians(14 if k == 0 else 38)
        angle = yaw[:, None] + (2 * draw(_CANDIDATES) - 1) * spread
        far = 1.8 + (1.4 if k == 0 else 4.0) * draw(_CANDIDATES)
        at = camera[:, None, :2] + far[..., None] * torch.stack([angle.sin(), angle.cos()], 2)
        limit = (room[:, None, :2] / 2 - reach[:, k, None, None] - 0.05).clamp(min=0)
        at = torch.maximum(torch.minimum(at, limit), -limit)
        away = at - camera[:, None, :2]
        off = (torch.atan2(away[..., 0], away[..., 1]) - yaw[:, None]).abs()
        clear = (away.norm(dim=2) - reach[:, k, None] - 0.9).clamp(max=0.3)
        for j, other in enumerate(chosen):
            gap = (at - other[:, None]).norm(dim=2) - (reach[:, k] + reach[:, j])[:, None] - 0.05
            clear = torch.where(shape[:, j, None] >= 0, torch.minimum(clear, gap), clear)
        score = clear - 4 * (off - math.radians(28)).clamp(min=0)
        best = score.argmax(1, keepdim=True)
        chosen.append(at.gather(1, best[..., None].expand(-1, -1, 2))[:, 0])
        if k:
            shape[clear.gather(1, best)[:, 0] < 0, k] = -1
    return torch.stack(chosen, 1), shape


def _materials(
    table: list[_Style], style: Tensor, shape: Tensor, within: Callable, of_style: Callable,
    draw: _Draws,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:  # fmt: skip
    """Patterns, their periods in metres, pairs of colours, and the colour of the trim."""

    def pick(field: str) -> Tensor:
        choices = torch.tensor([[PATTERNS.index(p) for p in getattr(r, field)] for r in table])
        return choices[style].gather(1, (draw() > 0.7).long()[:, None])[:, 0]

    walls, floor = pick("walls"), pick("floor")
    ceiling = torch.full_like(floor, PATTERNS.index("plain"))
    things = torch.tensor([PATTERNS.index(p) for p in ("plain", "stripes", "checker", "dots")])[
        (draw(_OBJECTS) * 4).long()
    ]
    pattern = torch.cat([torch.stack([walls] * 4 + [floor, ceiling], 1), things], 1)
    wall_period = (0.7 + 0.5 * draw())[:, None].expand(-1, 4)
    period = torch.cat([wall_period, 0.8 + 0.5 * draw(2), 0.35 + 0.25 * draw(_OBJECTS)], 1)

    hue = of_style("hues").gather(1, (draw() > 0.75).long()[:, None])[:, 0]
    hue = hue + 0.05 * (draw() - 0.5)
    saturation, brightness = within("saturation"), within("brightness")
    wall = _rgb(hue, saturation, brightness)
    # Each wall is a little lighter or darker than the next.
    wall = wall[:, None] * (0.88 + 0.12 * draw(4))[..., None]
    wall_b = wall * 0.62 + 0.1 * draw(3)[:, None]
    wooden = floor == PATTERNS.index("planks")
    ground = _rgb(
        torch.where(wooden, 0.06 + 0.04 * draw(), hue + 0.5 * (draw() > 0.8)),
        torch.where(wooden, 0.45 + 0.2 * draw(), 0.1 + 0.25 * draw()),
        0.45 + 0.4 * draw(),
    )
    above = _rgb(hue, 0.08 * draw(), 0.8 + 0.18 * draw())
    # Most objects of one shape have one hue, so that grey pictures hint at colours.
    own = torch.tensor([0.98, 0.60, 0.33, 0.08, 0.14, 0.78])[shape.clamp(min=0)]
    own = own + 0.1 * (draw(_OBJECTS) - 0.5)
    own = torch.where(draw(_OBJECTS) < 0.9, own, draw(_OBJECTS))
    thing = _rgb(own, 0.6 + 0.35 * draw(_OBJECTS), 0.6 + 0.4 * draw(_OBJECTS))
    thing_b = torch.where(draw(_OBJECTS)[..., None] < 0.5, thing * 0.45, 0.35 * thing + 0.62)
    first = torch.cat([wall, ground[:, None], above[:, None], thing], 1)
    second = torch.cat([wall_b, ground[:, None] * 0.5, above[:, None], thing_b], 1)
    trim = _rgb(hue + 0.04, 0.3 + 0.3 * draw(), 0.25 + 0.3 * draw())
    return pattern, period, torch.stack([first, second], 2), trim


def _other_cameras(scenes: Scenes, draw: _Draws) -> Scenes:
    """Add the fixation point and views 1 to 3 to scenes with view 0 only."""
    first = scenes.position[:, 0]
    forward = scenes.rotation(0)[:, 2]
    depth, _ = cast(scenes, first, forward.T[..., None])
    scenes.fixation = first + depth * forward
    right = scenes.rotation(0)[:, 0]
    level = torch.stack([-right[:, 1], right[:, 0], torch.zeros_like(depth[:, 0])], 1)
    for view in (1, 2, 3):
        # Steps sideways and forward or back, smaller and smaller; the first that fits is used.
        side = (0.5 + 0.9 * draw(_CANDIDATES)) * torch.sign(draw(_CANDIDATES) - 0.5)
        ahead = -0.6 + 1.6 * draw(_CANDIDATES)
        step = side[..., None] * right[:, None] + ahead[..., None] * level[:, None]
        step[..., 2] = 0.7 * (draw(_CANDIDATES) - 0.5)
        step = step * torch.linspace(1.0, 0.35, _CANDIDATES)[:, None]
        at = first[:, None] + step
        margin = torch.tensor([0.25, 0.25, 0.5])
        low = torch.stack([-scenes.room[:, 0] / 2, -scenes.room[:, 1] / 2, 0 * depth[:, 0]], 1)
        high = torch.stack([scenes.room[:, 0] / 2, scenes.room[:, 1] / 2, scenes.room[:, 2]], 1)
        inside = ((at > (low + margin)[:, None]) & (at < (high - margin)[:, None])).all(2)
        gap = (at[:, :, None, :2] - scenes.place[:, None]).norm(dim=3)
        gap = gap - scenes.extent[:, None, :, :2].norm(dim=3)
        free = ((gap > 0.5) | (scenes.shape < 0)[:, None]).all(2)
        to_point = scenes.fixation[:, None] - at
        # A line of sight is free if, seen from the point, the camera comes first.
        seen, _ = cast(scenes, scenes.fixation + 1e-3 * (first - scenes.fixation),
                        -to_point.permute(2, 0, 1))  # fmt: skip
        works = inside & free & (seen > 1) & (to_point.norm(dim=2) > 1)
        best = (works.float() * 100 - torch.arange(_CANDIDATES)).argmax(1)
        rows = torch.arange(len(best))
        position, look = at[rows, best], to_point[rows, best]
        none = ~works.any(1)
        # After a step along the line of sight the point is still visible.
        position[none] = (0.75 * first + 0.25 * scenes.fixation)[none]
        look = scenes.fixation - position
        yaw = torch.atan2(look[:, 0], look[:, 1])
        pitch = torch.atan2(look[:, 2], look[:, :2].norm(dim=1))
        if view == 3:
            away = math.radians(16) + math.radians(22) * draw()
            yaw = yaw + away * torch.where(draw() < 0.5, -1.0, 1.0)
            pitch = math.radians(-9) + (draw() - 0.5) * math.radians(26)
        scenes.position = torch.cat([scenes.position, position[:, None]], 1)
        scenes.yaw = torch.cat([scenes.yaw, yaw[:, None]], 1)
        scenes.pitch = torch.cat([scenes.pitch, pitch[:, None]], 1)
    return scenes


def _rgb(hue: Tensor, saturation: Tensor, value: Tensor) -> Tensor:
    """Hue (in turns), saturation and value -> RGB in a new last dimension."""
    ramp = torch.tensor([5.0, 3.0, 1.0])
    k = (ramp + 6 * hue[..., None]) % 6
    wedge = torch.minimum(k, 4 - k).clamp(0, 1)
    return value[..., None] * (1 - saturation[..., None] * wedge)
