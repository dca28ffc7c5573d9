"""Furnished rooms and the cameras in them.

World coordinates are in metres: x to the right, y to the front wall, z up, the origin in the middle
of the floor. A camera looks along `yaw` (clockwise from y, seen from above) and `pitch` (upwards)
and never rolls. Its frame has x to the right, y down and z forward.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import torch
from torch import Tensor

SIZE = 64
FOCAL = SIZE / 2 / math.tan(math.radians(75 / 2))
VIEWS = 4  # main, two that look at the centre of the main view, one that looks elsewhere
FACES = 6  # the room's own surfaces: left, right, back and front wall, floor, ceiling
STYLES = ("gallery", "cellar", "kitchen", "nursery", "study", "hall")
PATTERNS = ("plain", "stripes", "checker", "bricks", "tiles", "planks", "dots", "marble")


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
        Index of each object in `SHAPES`; -1 for an empty place.
    place, turn, extent : Tensor (n, k, 2), (n, k), (n, k, 3)
        Position, angle about the vertical, and half width, half depth and height of an object, as
        in `shapes`.
    light : Tensor (n, 3)
    pattern, period, paint : int64 Tensor (n, 6 + k), Tensor (n, 6 + k), Tensor (n, 6 + k, 2, 3)
        The texture of each surface and its two colours: six faces of the room, then the objects.
    trim, wainscot : Tensor (n, 3), (n,)
        Colour and height of the panels at the foot of the walls.
    position, yaw, pitch : Tensor (n, 4, 3), (n, 4), (n, 4)
        The cameras. Angles are in radians.
    fixation : Tensor (n, 3)
        The point at the centre of views 0, 1 and 2.
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

        Row i is the direction of world axis i. Where it meets the image plane is the vanishing
        point.
        """
        return self.rotation(view).transpose(1, 2)

    def layout(self, view: int) -> Tensor:
        """The room's box as seen from the camera, shape (n, 7).

        Distances in metres to the left, right and front wall, the floor and the ceiling; yaw and
        pitch in radians. The wall behind the camera is left out.
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


def project(points: Tensor, scenes: Scenes, view: int) -> tuple[Tensor, Tensor]:
    """World points (n, m, 3) -> pixel coordinates (n, m, 2) as (column, row), and depth (n, m).

    The centre of the top left pixel is (0, 0). A point behind the camera has a negative depth.
    """
    seen = (points - scenes.position[:, None, view]) @ scenes.rotation(view).transpose(1, 2)
    depth = seen[..., 2]
    return seen[..., :2] / depth[..., None] * FOCAL + SIZE / 2 - 0.5, depth


def _rotation(yaw: Tensor, pitch: Tensor) -> Tensor:
    sy, cy, sp, cp = yaw.sin(), yaw.cos(), pitch.sin(), pitch.cos()
    right = torch.stack([cy, -sy, torch.zeros_like(cy)], 1)
    down = torch.stack([sp * sy, sp * cy, -cp], 1)
    forward = torch.stack([cp * sy, cp * cy, sp], 1)
    return torch.stack([right, down, forward], 1)
