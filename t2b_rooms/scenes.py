"""Rooms that are rendered, so that every ground truth about them is exact.

World coordinates are in metres: x to the right, y to the front wall, z up, the origin in the middle
of the floor. A camera looks along `yaw` (clockwise from y, seen from above) and `pitch` (upwards)
and never rolls; its frame has x to the right, y down and z forward. A pixel's ray has z = 1, so
that the ray's parameter is the z-depth.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

SIZE = 64
FOCAL = SIZE / 2 / math.tan(math.radians(75 / 2))
VIEWS = 4  # main, two that fixate the main view's centre, one that looks elsewhere
SHAPES = ("ball", "box", "cylinder", "cone", "pyramid", "roll")
CLASSES = ("wall", "floor", "ceiling", *SHAPES)
STYLES = ("gallery", "cellar", "kitchen", "nursery", "study", "hall")
FACES = 6  # the room's own surfaces: left, right, back and front wall, floor, ceiling

_OBJECTS = 5
_CANDIDATES = 12
_PATTERNS = ("plain", "stripes", "checker", "bricks", "tiles", "planks", "dots", "marble")
# What a pattern averages to, for surfaces too far away to resolve it.
_PATTERN_MEANS = (0.0, 0.5, 0.5, 0.3, 0.2, 0.5, 0.35, 0.5)


@dataclass(frozen=True)
class _Style:
    """Ranges and choices of a room's style. The first choice is the likelier one."""

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


@dataclass
class Scenes:
    """Furnished rooms and the cameras in them; `scenes[a:b]` keeps some of them.

    Attributes
    ----------
    style : int64 Tensor (n,)
        Index in `STYLES`.
    room : Tensor (n, 3)
        Width (x), depth (y) and height (z) in metres.
    shape : int64 Tensor (n, k)
        Index of each object in `SHAPES`, -1 where the place is empty.
    place, turn, extent : Tensor (n, k, 2), (n, k), (n, k, 3)
        Where an object stands, its angle about the vertical, and its half width, half depth and
        height. Round shapes use the half width as radius; a roll has it as half length and lies on
        its side with the half depth as radius.
    light : Tensor (n, 3)
    pattern, period, paint : int64 Tensor (n, 6 + k), Tensor (n, 6 + k), Tensor (n, 6 + k, 2, 3)
        The texture of each surface and its two colours: six faces of the room, then the objects.
    trim, wainscot : Tensor (n, 3), (n,)
        Colour and height of the panels at the foot of the walls.
    position, yaw, pitch : Tensor (n, 4, 3), (n, 4), (n, 4)
        The cameras. Angles are in radians.
    fixation : Tensor (n, 3)
        The point at the centre of view 0, which views 1 and 2 look at too.
    """

    style: Tensor
    room: Tensor
    shape: Tensor
    place: Tensor
    turn: Tensor
    extent: Tensor
    light: Tensor
    pattern: Tensor
    period: Tensor
    paint: Tensor
    trim: Tensor
    wainscot: Tensor
    position: Tensor
    yaw: Tensor
    pitch: Tensor
    fixation: Tensor

    def __len__(self) -> int:
        return len(self.style)

    def __getitem__(self, rows: slice | Tensor) -> Scenes:
        return Scenes(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    def to(self, device: str | torch.device) -> Scenes:
        return Scenes(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})

    def rotation(self, view: int) -> Tensor:
        """World to camera, shape (n, 3, 3): the rows are the camera's axes right, down, forward."""
        return _rotation(self.yaw[:, view], self.pitch[:, view])

    def corners(self) -> Tensor:
        """The room's eight corners in world coordinates, shape (n, 8, 3)."""
        sign = torch.tensor([[x, y, z] for z in (0, 1) for y in (-0.5, 0.5) for x in (-0.5, 0.5)])
        return self.room[:, None] * sign.to(self.room)

    def vanishing_points(self, view: int) -> Tensor:
        """Directions of the room's three axes in the camera's frame, shape (n, 3, 3).

        Row i is the direction of world axis i. Its vanishing point is where that direction meets
        the image plane.
        """
        return self.rotation(view).transpose(1, 2)

    def layout(self, view: int) -> Tensor:
        """The room's box as the camera finds itself in it, shape (n, 7).

        Distances in metres to the left, right and front wall, the floor and the ceiling; yaw and
        pitch in radians. The wall behind the camera cannot be seen and is left out.
        """
        x, y, z = self.position[:, view].unbind(1)
        width, depth, height = self.room.unbind(1)
        sides = [width / 2 + x, width / 2 - x, depth / 2 - y, z, height - z]
        return torch.stack([*sides, self.yaw[:, view], self.pitch[:, view]], 1)

    def relative_pose(self, first: int, second: int) -> Tensor:
        """The second camera as seen from the first, shape (n, 6).

        Its position in metres in the first camera's frame, then the rotation from the first frame
        to the second as a rotation vector in radians.
        """
        a, b = self.rotation(first), self.rotation(second)
        step = (self.position[:, second] - self.position[:, first])[:, None] @ a.transpose(1, 2)
        turn = b @ a.transpose(1, 2)
        axis = torch.stack(
            [turn[:, 2, 1] - turn[:, 1, 2], turn[:, 0, 2] - turn[:, 2, 0],
             turn[:, 1, 0] - turn[:, 0, 1]], 1
        ) / 2  # fmt: skip
        sine = axis.norm(dim=1, keepdim=True)
        cosine = (turn.diagonal(dim1=1, dim2=2).sum(1, keepdim=True) - 1) / 2
        angle = torch.atan2(sine, cosine)
        return torch.cat([step[:, 0], axis * torch.where(sine > 1e-6, angle / sine, 1.0)], 1)


@dataclass
class View:
    """What a camera sees, exact for each pixel's centre.

    Attributes
    ----------
    rgb : Tensor (n, 3, 64, 64), from 0 to 1
    depth, distance : Tensor (n, 64, 64)
        Metres along the camera's axis, and along the pixel's ray.
    normal : Tensor (n, 3, 64, 64)
        Unit normals in the camera's frame, towards the viewer.
    curvature : Tensor (n, 2, 64, 64)
        Principal curvatures per metre, the larger first; positive where the surface bends away
        from the viewer, as a ball's does.
    surface : int64 Tensor (n, 64, 64)
        0 to 5 for the room's faces (see `FACES`), 6 + i for object i.
    label : int64 Tensor (n, 64, 64)
        Index in `CLASSES`.
    world : Tensor (n, 3, 64, 64)
        Where the ray ends, in world coordinates.
    """

    rgb: Tensor
    depth: Tensor
    distance: Tensor
    normal: Tensor
    curvature: Tensor
    surface: Tensor
    label: Tensor
    world: Tensor


def pixel_rays(device: str | torch.device = "cpu") -> Tensor:
    """Rays through the pixels' centres in the camera's frame, with z = 1; shape (3, 64, 64)."""
    at = (torch.arange(SIZE, device=device) + 0.5 - SIZE / 2) / FOCAL
    y, x = torch.meshgrid(at, at, indexing="ij")
    return torch.stack([x, y, torch.ones_like(x)])


def project(points: Tensor, scenes: Scenes, view: int) -> tuple[Tensor, Tensor]:
    """World points (n, m, 3) -> pixel coordinates (n, m, 2) as (column, row), and depth (n, m).

    The centre of the top left pixel is (0, 0). A point behind the camera has a negative depth.
    """
    seen = (points - scenes.position[:, None, view]) @ scenes.rotation(view).transpose(1, 2)
    depth = seen[..., 2]
    return seen[..., :2] / depth[..., None] * FOCAL + SIZE / 2 - 0.5, depth


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


def render(scenes: Scenes, view: int, device: str | torch.device = "cpu", chunk: int = 64) -> View:
    """Cast a ray through each of the 64 x 64 pixels of a view; the result is on the CPU.

    Parameters
    ----------
    scenes : Scenes
    view : int
        0 is the main view, 1 and 2 fixate the point at its centre, 3 looks elsewhere.
    device : str or torch.device
        Where to compute.
    chunk : int
        How many scenes at a time. The pictures do not depend on it.

    Raises
    ------
    ValueError
        If there is no such view.
    """
    if view not in range(VIEWS):
        raise ValueError(f"A scene has the views 0 to {VIEWS - 1}, not {view}")
    parts = [
        _render(scenes[start : start + chunk].to(device), view)
        for start in range(0, len(scenes), chunk)
    ]
    return View(
        **{f.name: torch.cat([getattr(p, f.name).cpu() for p in parts]) for f in fields(View)}
    )


# --- Drawing scenes ---------------------------------------------------------------------------


class _Draws:
    """Uniform numbers, a row of them for each scene, so that no scene depends on another."""

    def __init__(self, n: int, seed: int, columns: int = 640):
        table = np.random.default_rng(seed).random((n, columns), dtype=np.float32)
        self._table, self._used = torch.from_numpy(table), 0

    def __call__(self, *shape: int) -> Tensor:
        start, self._used = self._used, self._used + math.prod(shape)
        if self._used > self._table.shape[1]:
            raise RuntimeError("more random numbers are drawn for a scene than were set aside")
        return self._table[:, start : self._used].reshape(-1, *shape)


def _furniture(weights: Tensor, draw: _Draws) -> tuple[Tensor, Tensor]:
    """Shapes and extents of the objects of each room."""
    share = (weights / weights.sum(1, keepdim=True)).cumsum(1)
    shape = (draw(_OBJECTS)[..., None] > share[:, None, :-1]).sum(2)
    # Two to five objects.
    shape[torch.arange(_OBJECTS) >= 2 + (draw() * 4).long()[:, None]] = -1
    half, other, tall = (draw(_OBJECTS) for _ in range(3))
    radius = 0.42 + 0.34 * half
    depth = torch.where(shape == SHAPES.index("roll"), 0.26 + 0.2 * other, 0.35 + 0.35 * other)
    height = torch.where(shape == SHAPES.index("ball"), 2 * radius, 0.7 + 0.8 * tall)
    height = torch.where(shape == SHAPES.index("roll"), 2 * depth, height)
    oblong = (shape == SHAPES.index("box")) | (shape == SHAPES.index("roll"))
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
    # To the side with more room, mostly: elsewhere a wall would fill the picture.
    towards = (draw() - 0.5) * math.radians(60) - position[:, 0] / width * math.radians(20)
    return position, towards, math.radians(-9) + (draw() - 0.5) * math.radians(26)


def _arrange(
    room: Tensor, camera: Tensor, yaw: Tensor, shape: Tensor, extent: Tensor, draw: _Draws
) -> tuple[Tensor, Tensor]:
    """Stand the objects before the camera, each at the candidate place with most space around it.

    An object that fits nowhere is left out, but for the first.
    """
    reach = torch.where(shape == SHAPES.index("ball"), extent[..., 0], extent[..., :2].norm(dim=2))
    reach = torch.where(
        (shape == SHAPES.index("cylinder")) | (shape == SHAPES.index("cone")), extent[..., 0], reach
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
        choices = torch.tensor([[_PATTERNS.index(p) for p in getattr(r, field)] for r in table])
        return choices[style].gather(1, (draw() > 0.7).long()[:, None])[:, 0]

    walls, floor = pick("walls"), pick("floor")
    ceiling = torch.full_like(floor, _PATTERNS.index("plain"))
    things = torch.tensor([_PATTERNS.index(p) for p in ("plain", "stripes", "checker", "dots")])[
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
    wooden = floor == _PATTERNS.index("planks")
    ground = _rgb(
        torch.where(wooden, 0.06 + 0.04 * draw(), hue + 0.5 * (draw() > 0.8)),
        torch.where(wooden, 0.45 + 0.2 * draw(), 0.1 + 0.25 * draw()),
        0.45 + 0.4 * draw(),
    )
    above = _rgb(hue, 0.08 * draw(), 0.8 + 0.18 * draw())
    # Most objects of a shape have a colour of their own, so that grey pictures hint at colours.
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
    """Add the fixation point and views 1 to 3 to scenes that have view 0 alone."""
    first = scenes.position[:, 0]
    forward = scenes.rotation(0)[:, 2]
    depth, _ = _cast(scenes, first, forward.T[..., None])
    scenes.fixation = first + depth * forward
    right = scenes.rotation(0)[:, 0]
    level = torch.stack([-right[:, 1], right[:, 0], torch.zeros_like(depth[:, 0])], 1)
    for view in (1, 2, 3):
        # Steps to a side and forward or back, ever smaller ones, until one fits.
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
        # A line of sight is free if, seen from the point, nothing comes before the camera.
        seen, _ = _cast(scenes, scenes.fixation + 1e-3 * (first - scenes.fixation),
                        -to_point.permute(2, 0, 1))  # fmt: skip
        works = inside & free & (seen > 1) & (to_point.norm(dim=2) > 1)
        best = (works.float() * 100 - torch.arange(_CANDIDATES)).argmax(1)
        rows = torch.arange(len(best))
        position, look = at[rows, best], to_point[rows, best]
        none = ~works.any(1)
        # A step along the line of sight never loses the point.
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


# --- Casting rays -----------------------------------------------------------------------------
# Coordinates come first, as (3, scenes, rays), so that each coordinate is contiguous.


def _rotation(yaw: Tensor, pitch: Tensor) -> Tensor:
    sy, cy, sp, cp = yaw.sin(), yaw.cos(), pitch.sin(), pitch.cos()
    right = torch.stack([cy, -sy, torch.zeros_like(cy)], 1)
    down = torch.stack([sp * sy, sp * cy, -cp], 1)
    forward = torch.stack([cp * sy, cp * cy, sp], 1)
    return torch.stack([right, down, forward], 1)


def _render(scenes: Scenes, view: int) -> View:
    n = len(scenes)
    rotation, origin = scenes.rotation(view), scenes.position[:, view]
    rays = pixel_rays(origin.device).flatten(1)
    direction = torch.einsum("nij,ip->jnp", rotation, rays).contiguous()
    depth, surface = _cast(scenes, origin, direction)
    point = origin.T[..., None] + depth * direction
    normal, curvature, u, v = _geometry(scenes, point, surface)

    to_light = scenes.light.T[..., None] - point
    far = to_light.norm(dim=0)
    diffuse = ((normal * to_light).sum(0) / far).clamp(min=0)
    first, _ = _cast(scenes, scenes.light, -to_light)
    lit = diffuse * (first > 0.998) / (1 + (far / 6) ** 2)
    slant = (normal * direction).sum(0).abs() / direction.norm(dim=0)
    paint = _paint(scenes, point, surface, u, v, depth / FOCAL / slant.clamp(min=0.15))
    shade = 0.42 + 0.05 * normal[2] + 0.95 * lit
    rgb = (paint * shade).clamp(0, 1) ** 0.8

    label = torch.tensor([0, 0, 0, 0, 1, 2], device=origin.device).expand(n, -1)
    label = torch.cat([label, scenes.shape + 3], 1).gather(1, surface)
    image = (n, SIZE, SIZE)
    in_camera = torch.einsum("nij,jnp->nip", rotation, normal)
    return View(
        rgb.transpose(0, 1).reshape(n, 3, SIZE, SIZE),
        depth.view(image),
        (depth * rays.norm(dim=0)).view(image),
        in_camera.reshape(n, 3, SIZE, SIZE),
        curvature.transpose(0, 1).reshape(n, 2, SIZE, SIZE),
        surface.view(image),
        label.view(image),
        point.transpose(0, 1).reshape(n, 3, SIZE, SIZE),
    )


def _cast(scenes: Scenes, origin: Tensor, direction: Tensor) -> tuple[Tensor, Tensor]:
    """Follow rays that start inside the rooms to the first surface.

    Parameters
    ----------
    scenes : Scenes, n of them
    origin : Tensor (n, 3)
        One for all of a scene's rays.
    direction : Tensor (3, n, r)

    Returns
    -------
    depth : Tensor (n, r)
        In units of the direction's length.
    surface : int64 Tensor (n, r)
    """
    low, high = _bounds(scenes)
    wall = torch.where(direction > 0, high.T[..., None], low.T[..., None]) - origin.T[..., None]
    depth, axis = (wall / torch.where(direction == 0, -1e-9, direction)).min(0)
    surface = 2 * axis + (direction.gather(0, axis[None])[0] > 0)
    for k in range(scenes.shape.shape[1]):
        for index, hit in enumerate(_HITS):
            rows = (scenes.shape[:, k] == index).nonzero()[:, 0]
            if len(rows) == 0:
                continue
            cos, sin = scenes.turn[rows, k].cos()[:, None], scenes.turn[rows, k].sin()[:, None]
            x, y = (origin[rows, :2] - scenes.place[rows, k]).T[..., None]
            dx, dy, dz = direction[:, rows]
            start = (cos * x + sin * y, cos * y - sin * x, origin[rows, 2:])
            along = (cos * dx + sin * dy, cos * dy - sin * dx, dz)
            at = hit(start, along, scenes.extent[rows, k].T[..., None])
            before = depth[rows]
            nearer = (at > 1e-4) & (at < before)
            depth[rows] = torch.where(nearer, at, before)
            surface[rows] = torch.where(nearer, FACES + k, surface[rows])
    return depth, surface


def _bounds(scenes: Scenes) -> tuple[Tensor, Tensor]:
    half = scenes.room / 2
    low, high = -half, half.clone()
    low[:, 2], high[:, 2] = 0, scenes.room[:, 2]
    return low, high


def _slab(start: Tensor, along: Tensor, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
    """Where a ray enters and leaves the space between two parallel planes."""
    along = torch.where(along.abs() < 1e-9, 1e-9, along)
    a, b = (low - start) / along, (high - start) / along
    return torch.minimum(a, b), torch.maximum(a, b)


def _quadric(a: Tensor, b: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """The roots of a t² + 2 b t + c = 0 in order, or (inf, -inf) where there are none."""
    a = torch.where(a.abs() < 1e-9, 1e-9, a)
    square = b * b - a * c
    root = square.clamp(min=0).sqrt()
    one, two = (-b - root) / a, (-b + root) / a
    none = square < 0
    return (
        torch.where(none, math.inf, torch.minimum(one, two)),
        torch.where(none, -math.inf, torch.maximum(one, two)),
    )


def _entry(*spans: tuple[Tensor, Tensor]) -> Tensor:
    """Where a ray enters the intersection of convex solids, infinite if it misses."""
    enter, leave = spans[0]
    for a, b in spans[1:]:
        enter, leave = torch.maximum(enter, a), torch.minimum(leave, b)
    return torch.where(enter < leave, enter, math.inf)


def _hit_ball(start, along, extent):
    x, y, z = start
    dx, dy, dz = along
    r = extent[0]
    z = z - r
    return _entry(
        _quadric(
            dx * dx + dy * dy + dz * dz, x * dx + y * dy + z * dz, x * x + y * y + z * z - r * r
        )
    )


def _hit_box(start, along, extent):
    a, b, h = extent
    return _entry(
        _slab(start[0], along[0], -a, a),
        _slab(start[1], along[1], -b, b),
        _slab(start[2], along[2], 0 * h, h),
    )


def _hit_cylinder(start, along, extent):
    (x, y, z), (dx, dy, dz), (r, _, h) = start, along, extent
    round_ = _quadric(dx * dx + dy * dy, x * dx + y * dy, x * x + y * y - r * r)
    return _entry(round_, _slab(z, dz, 0 * h, h))


def _hit_cone(start, along, extent):
    (x, y, z), (dx, dy, dz), (r, _, h) = start, along, extent
    slope = (r / h) ** 2
    down = h - z
    roots = _quadric(
        dx * dx + dy * dy - slope * dz * dz,
        x * dx + y * dy + slope * down * dz,
        x * x + y * y - slope * down * down,
    )
    # The equation's other half is a cone upside down above the apex.
    hits = [
        torch.where((t > 1e-4) & (z + t * dz >= 0) & (z + t * dz <= h), t, math.inf) for t in roots
    ]
    return torch.minimum(*hits)


def _hit_pyramid(start, along, extent):
    (x, y, z), (dx, dy, dz), (r, _, h) = start, along, extent
    below = -h.new_full((1, 1), 1e6)
    spans = [
        _slab(sign * h * p + r * z, sign * h * dp + r * dz, below, r * h)
        for p, dp in ((x, dx), (y, dy))
        for sign in (1, -1)
    ]
    return _entry(*spans, _slab(z, dz, 0 * h, h))


def _hit_roll(start, along, extent):
    (x, y, z), (dx, dy, dz), (a, r, _) = start, along, extent
    z = z - r
    round_ = _quadric(dy * dy + dz * dz, y * dy + z * dz, y * y + z * z - r * r)
    return _entry(round_, _slab(x, dx, -a, a))


_HITS = (_hit_ball, _hit_box, _hit_cylinder, _hit_cone, _hit_pyramid, _hit_roll)


# --- What a ray finds -------------------------------------------------------------------------


def _geometry(
    scenes: Scenes, point: Tensor, surface: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Normals (3, n, r) in the world, curvatures (2, n, r) and texture coordinates (n, r) twice."""
    axis = surface.clamp(max=FACES - 1) // 2
    normal = torch.zeros_like(point)
    normal.scatter_(0, axis[None], 1.0 - 2.0 * (surface[None] % 2))
    curvature = torch.zeros_like(point[:2])
    u = torch.where(axis == 0, point[1], point[0])
    v = torch.where(axis == 2, point[1], point[2])

    k = surface - FACES
    shape = torch.where(k >= 0, scenes.shape.gather(1, k.clamp(min=0)), -1)
    for index, describe in enumerate(_DESCRIPTIONS):
        row, ray = (shape == index).nonzero(as_tuple=True)
        which = k[row, ray]
        cos, sin = scenes.turn[row, which].cos(), scenes.turn[row, which].sin()
        x, y = (point[:2, row, ray].T - scenes.place[row, which]).T
        local = (cos * x + sin * y, cos * y - sin * x, point[2, row, ray])
        (nx, ny, nz), bends, uv = describe(*local, *scenes.extent[row, which].T)
        normal[:, row, ray] = torch.stack([cos * nx - sin * ny, sin * nx + cos * ny, nz])
        curvature[:, row, ray] = torch.stack(bends)
        u[row, ray], v[row, ray] = uv
    return normal, curvature, u, v


# Each takes points on the surface in the object's frame and its extent, and returns the normal,
# the two principal curvatures and the texture coordinates.


def _on_ball(x, y, z, r, _, h):
    bend = 1 / r
    return (x / r, y / r, (z - r) / r), (bend, bend), (torch.atan2(y, x) * r, z)


def _on_box(x, y, z, a, b, h):
    flat = torch.zeros_like(x)
    side = torch.stack([x.abs() / a, y.abs() / b, (z - h / 2).abs() / (h / 2)]).argmax(0)
    normal = tuple(
        torch.where(side == i, torch.sign(p), flat) for i, p in enumerate((x, y, z - h / 2))
    )
    u = torch.where(side == 0, y, x)
    return normal, (flat, flat), (u, torch.where(side == 2, y, z))


def _on_cylinder(x, y, z, r, _, h):
    flat = torch.zeros_like(x)
    top = (h - z).abs() < (r - torch.hypot(x, y)).abs()  # whichever surface is the closer
    normal = (torch.where(top, flat, x / r), torch.where(top, flat, y / r), top.to(x))
    uv = torch.where(top, x, torch.atan2(y, x) * r), torch.where(top, y, z)
    return normal, (torch.where(top, flat, 1 / r), flat), uv


def _on_cone(x, y, z, r, _, h):
    radius, slant = torch.hypot(x, y).clamp(min=1e-4), torch.hypot(r, h)
    normal = (x / radius * h / slant, y / radius * h / slant, r / slant)
    # The circle of this radius, tilted against the normal by the cone's half angle (Meusnier).
    return normal, (h / slant / radius, torch.zeros_like(x)), (torch.atan2(y, x) * r, z)


def _on_pyramid(x, y, z, r, _, h):
    flat, slant = torch.zeros_like(x), torch.hypot(r, h)
    across = x.abs() > y.abs()
    nx = torch.where(across, torch.sign(x) * h / slant, flat)
    ny = torch.where(across, flat, torch.sign(y) * h / slant)
    return (nx, ny, r / slant), (flat, flat), (torch.where(across, y, x), z)


def _on_roll(x, y, z, a, r, _):
    flat = torch.zeros_like(x)
    end = (a - x.abs()).abs() < (r - torch.hypot(y, z - r)).abs()
    normal = (
        torch.where(end, torch.sign(x), flat),
        torch.where(end, flat, y / r),
        torch.where(end, flat, (z - r) / r),
    )
    uv = torch.where(end, y, torch.atan2(z - r, y) * r), torch.where(end, z, x)
    return normal, (torch.where(end, flat, 1 / r), flat), uv


_DESCRIPTIONS = (_on_ball, _on_box, _on_cylinder, _on_cone, _on_pyramid, _on_roll)


def _paint(
    scenes: Scenes, point: Tensor, surface: Tensor, u: Tensor, v: Tensor, pixel: Tensor
) -> Tensor:
    """The surfaces' own colours, shape (3, n, r); `pixel` is a pixel's width there in metres."""
    period = scenes.period.gather(1, surface)
    kind = scenes.pattern.gather(1, surface)
    mean = torch.tensor(_PATTERN_MEANS, device=u.device)[kind]
    sharp = (period / pixel / 4 - 0.4).clamp(0, 1)
    share = mean + (_pattern(u / period, v / period, kind) - mean) * sharp
    paint = scenes.paint.permute(2, 3, 0, 1)
    first, second = (side.gather(2, surface.expand(3, -1, -1)) for side in paint)
    mixed = first + share * (second - first)
    panel = (surface < 4) & (point[2] < scenes.wainscot[:, None])
    return torch.where(panel, scenes.trim.T[..., None], mixed)


def _pattern(u: Tensor, v: Tensor, kind: Tensor) -> Tensor:
    """How much of the second colour there is at texture coordinates counted in periods."""
    i, j = u.floor(), v.floor()
    fu, fv = u - i, v - j
    row = (2 * v).floor()
    brick_u, brick_v = (u + 0.5 * (row % 2)) % 1, (2 * v) % 1
    plank = (3 * u).floor()
    values = (
        torch.zeros_like(u),
        ((2 * u) % 2 < 1).to(u),
        ((i + j) % 2),
        ((brick_u < 0.1) | (brick_v < 0.2)).to(u),
        ((fu < 0.12) | (fv < 0.12)).to(u),
        (plank * 7 + ((0.4 * v + 0.37 * (plank % 3)).floor()) * 3) % 5 / 4,
        ((fu - 0.5) ** 2 + (fv - 0.5) ** 2 < 0.11).to(u),
        0.5 + 0.5 * torch.sin(4 * (u + 0.7 * torch.sin(3 * v + u)) + 2 * v),
    )
    result = values[0]
    for index, value in enumerate(values[1:], 1):
        result = torch.where(kind == index, value, result)
    return result
