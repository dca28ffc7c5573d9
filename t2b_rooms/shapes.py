"""The six shapes of the objects: where a ray hits each, and what the surface is like there.

In the object's own frame: it stands on z = 0 around the vertical axis, and a roll lies on its side.
An extent is half width, half depth and height; round shapes use the half width as radius, a roll
has it as half length and the half depth as radius.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


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
    # The equation also describes an inverted cone above the apex, which is cut off.
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


# Each of the following takes points on the surface and the extent, and returns the normal, the two
# principal curvatures and the texture coordinates.


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
    top = (h - z).abs() < (r - torch.hypot(x, y)).abs()  # the closer of the two surfaces
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


# By name: where a ray hits the shape, and a description of the surface at a point.
SHAPES = {
    "ball": (_hit_ball, _on_ball),
    "box": (_hit_box, _on_box),
    "cylinder": (_hit_cylinder, _on_cylinder),
    "cone": (_hit_cone, _on_cone),
    "pyramid": (_hit_pyramid, _on_pyramid),
    "roll": (_hit_roll, _on_roll),
}
