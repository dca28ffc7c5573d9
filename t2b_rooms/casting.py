"""Rays cast into rooms: pictures with exact depth, normals, curvatures and labels.

Tensors have the coordinates first, as (3, scenes, rays), so that each coordinate is contiguous. A
pixel's ray has z = 1 in the camera's frame, so the ray's parameter is the z-depth.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor

from t2b_rooms.scenes import FACES, FOCAL, SIZE, VIEWS, Scenes
from t2b_rooms.shapes import SHAPES

CLASSES = ("wall", "floor", "ceiling", *SHAPES)
# The mean of each of `PATTERNS`, for surfaces that are too far away to show it.
_PATTERN_MEANS = (0.0, 0.5, 0.5, 0.3, 0.2, 0.5, 0.35, 0.5)


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
        from the viewer, as on a ball.
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
        Scenes at a time. The pictures do not depend on it.

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


def _render(scenes: Scenes, view: int) -> View:
    n = len(scenes)
    rotation, origin = scenes.rotation(view), scenes.position[:, view]
    rays = pixel_rays(origin.device).flatten(1)
    direction = torch.einsum("nij,ip->jnp", rotation, rays).contiguous()
    depth, surface = cast(scenes, origin, direction)
    point = origin.T[..., None] + depth * direction
    normal, curvature, u, v = _geometry(scenes, point, surface)

    to_light = scenes.light.T[..., None] - point
    far = to_light.norm(dim=0)
    diffuse = ((normal * to_light).sum(0) / far).clamp(min=0)
    first, _ = cast(scenes, scenes.light, -to_light)
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


def cast(scenes: Scenes, origin: Tensor, direction: Tensor) -> tuple[Tensor, Tensor]:
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
    low, high = bounds(scenes)
    wall = torch.where(direction > 0, high.T[..., None], low.T[..., None]) - origin.T[..., None]
    depth, axis = (wall / torch.where(direction == 0, -1e-9, direction)).min(0)
    surface = 2 * axis + (direction.gather(0, axis[None])[0] > 0)
    for k in range(scenes.shape.shape[1]):
        for index, hit in enumerate(hit for hit, _ in SHAPES.values()):
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


def bounds(scenes: Scenes) -> tuple[Tensor, Tensor]:
    half = scenes.room / 2
    low, high = -half, half.clone()
    low[:, 2], high[:, 2] = 0, scenes.room[:, 2]
    return low, high


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
    for index, describe in enumerate(on for _, on in SHAPES.values()):
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
