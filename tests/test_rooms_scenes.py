"""The rendered rooms: every ground truth is checked against another."""

import dataclasses
import math

import pytest
import torch

from t2b_rooms.casting import CLASSES, bounds, cast, pixel_rays, render
from t2b_rooms.sampling import sample_scenes
from t2b_rooms.scenes import FACES, FOCAL, SIZE, STYLES, VIEWS, project
from t2b_rooms.shapes import SHAPES


@pytest.fixture(scope="module")
def scenes():
    return sample_scenes(48, seed=3)


@pytest.fixture(scope="module")
def views(scenes):
    return [render(scenes, i) for i in range(VIEWS)]


def _values(record):
    return [getattr(record, field.name) for field in dataclasses.fields(record)]


def test_scenes_are_repeatable(scenes):
    again, larger, other = sample_scenes(48, 3), sample_scenes(60, 3)[:48], sample_scenes(48, 4)
    for mine, same in zip(_values(scenes), _values(again), strict=True):
        assert torch.equal(mine, same)
    for mine, same in zip(_values(scenes), _values(larger), strict=True):
        torch.testing.assert_close(mine, same)
    assert not torch.equal(scenes.room, other.room)


def test_pictures_do_not_depend_on_the_chunks(scenes, views):
    for whole, part in zip(_values(views[1]), _values(render(scenes, 1, chunk=7)), strict=True):
        # A ray that grazes an edge may fall on either side of it by a rounding.
        differing = (whole - part).abs() > 1e-3
        assert differing.float().mean() < 1e-4


def test_every_style_and_shape_occurs():
    many = sample_scenes(400, 0)
    assert many.style.unique().tolist() == list(range(len(STYLES)))
    assert many.shape.unique().tolist() == list(range(-1, len(SHAPES)))
    labels = render(many[:60], 0).label
    assert labels.unique().tolist() == list(range(len(CLASSES)))
    assert ((labels >= 3).flatten(1).sum(1) > 60).all(), "every picture shows an object"


def test_objects_stand_apart_within_the_room():
    many = sample_scenes(400, 1)
    there = many.shape >= 0
    assert (there.sum(1) >= 1).all()
    out = many.place.abs() + many.extent[..., :1] - many.room[:, None, :2] / 2
    assert out[there].max() < 0
    # Round objects of every pair keep their distance.
    gap = (many.place[:, :, None] - many.place[:, None]).norm(dim=3)
    gap = gap - many.extent[:, :, None, 0] - many.extent[:, None, :, 0]
    pair = there[:, :, None] & there[:, None] & ~torch.eye(there.shape[1], dtype=torch.bool)
    assert gap[pair].min() > 0
    assert (many.position.abs() < many.room[:, None]).all()


def test_all_is_finite_and_in_range(views):
    for view in views:
        assert all(value.isfinite().all() for value in _values(view))
        assert view.rgb.min() >= 0 and view.rgb.max() <= 1
        assert view.depth.min() > 0


def test_distance_is_depth_over_the_cosine(views):
    rays = pixel_rays()
    cosine = rays[2] / rays.norm(dim=0)
    torch.testing.assert_close(views[0].distance * cosine, views[0].depth)
    # The field of view is 75 degrees.
    assert math.degrees(2 * math.atan(SIZE / 2 / FOCAL)) == pytest.approx(75)


def test_points_project_to_their_own_pixels(scenes, views):
    grid = torch.stack(torch.meshgrid(torch.arange(SIZE), torch.arange(SIZE), indexing="xy"), -1)
    for i, view in enumerate(views):
        at, depth = project(view.world.flatten(2).transpose(1, 2), scenes, i)
        assert (at - grid.flatten(0, 1)).abs().max() < 2e-2
        torch.testing.assert_close(depth, view.depth.flatten(1), atol=1e-4, rtol=1e-4)
        distance = (view.world - scenes.position[:, i, :, None, None]).norm(dim=1)
        torch.testing.assert_close(distance, view.distance, atol=1e-4, rtol=1e-4)


def test_normals_agree_with_the_points(scenes, views):
    """Tangents from finite differences of the world coordinates are at right angles to them."""
    view = views[0]
    normal = torch.einsum("nji,njhw->nihw", scenes.rotation(0), view.normal)
    torch.testing.assert_close(normal.norm(dim=1), torch.ones_like(view.depth), atol=1e-4, rtol=0)
    assert ((view.normal * pixel_rays()).sum(1) < 1e-3).mean(dtype=torch.float) > 0.9999, (
        "a surface that is seen faces the viewer"
    )
    across = view.world[:, :, 1:-1, 2:] - view.world[:, :, 1:-1, :-2]
    down = view.world[:, :, 2:, 1:-1] - view.world[:, :, :-2, 1:-1]
    inner = (slice(None), slice(1, -1), slice(1, -1))
    inside = torch.ones_like(view.surface[inner], dtype=torch.bool)
    # Only where all five pixels lie on one smooth piece of one surface.
    for rows, columns in ((0, 1), (2, 1), (1, 0), (1, 2)):
        window = (slice(None), slice(rows, rows + SIZE - 2), slice(columns, columns + SIZE - 2))
        inside &= view.surface[window] == view.surface[inner]
        alike = (normal[window[0], :, window[1], window[2]] * normal[:, :, 1:-1, 1:-1]).sum(1)
        inside &= alike > 0.95
    found = torch.cross(across, down, dim=1)
    found = found / found.norm(dim=1, keepdim=True)
    # Right cross down runs away from the viewer, as the camera's z axis does.
    cosine = -(found * normal[:, :, 1:-1, 1:-1]).sum(1)[inside]
    assert inside.float().mean() > 0.5
    assert cosine.quantile(0.001) > 0.98
    assert cosine.mean() > 0.9999


def test_curvatures_agree_with_the_shapes(scenes, views):
    radius = scenes.extent
    for view in views:
        flat = torch.isin(view.label, torch.tensor([0, 1, 2, *map(_label, ("box", "pyramid"))]))
        assert (view.curvature.abs().amax(1)[flat] == 0).all()
        assert (view.curvature[:, 0] >= view.curvature[:, 1]).all()
        which = (view.surface - FACES).clamp(min=0)
        bend, least = view.curvature[:, 0], view.curvature[:, 1]

        def of_object(axis, which=which):
            return radius[..., axis].gather(1, which.flatten(1)).view(which.shape)

        ball = view.label == _label("ball")
        torch.testing.assert_close(bend[ball] * of_object(0)[ball], torch.ones(ball.sum()))
        torch.testing.assert_close(least[ball], bend[ball])
        for shape, axis in (("cylinder", 0), ("roll", 1)):
            here = (view.label == _label(shape)) & (bend > 0)
            assert here.any()
            torch.testing.assert_close(bend[here] * of_object(axis)[here], torch.ones(here.sum()))
            assert (least[here] == 0).all()


def test_normals_turn_as_fast_as_the_curvature(scenes, views):
    """On a cone, where it is not constant: a step turns the normal by curvature times length."""
    view = views[0]
    cone = view.label == _label("cone")
    pair = cone[..., 1:] & cone[..., :-1] & (view.surface[..., 1:] == view.surface[..., :-1])
    turned = (view.normal[..., 1:] - view.normal[..., :-1]).norm(dim=1)
    normal = torch.einsum("nji,njhw->nihw", scenes.rotation(0), view.normal)
    step = view.world[..., 1:] - view.world[..., :-1]
    # The direction of greatest bending is level and at right angles to the normal.
    level = torch.stack([-normal[:, 1], normal[:, 0], torch.zeros_like(normal[:, 0])], 1)
    level = level / level.norm(dim=1, keepdim=True)
    along = (step * (level[..., 1:] + level[..., :-1]) / 2).sum(1).abs()
    expected = along * (view.curvature[:, 0, :, 1:] + view.curvature[:, 0, :, :-1]) / 2
    smooth = pair & (expected < 0.25)
    assert smooth.sum() > 500
    assert (turned - expected)[smooth].abs().median() < 0.02 * expected[smooth].median()


def _label(shape):
    return CLASSES.index(shape)


def test_labels_follow_the_surfaces(scenes, views):
    for view in views:
        room = view.surface < FACES
        assert (view.label[room & (view.surface < 4)] == 0).all()
        assert (view.label[view.surface == 4] == 1).all()
        assert (view.label[view.surface == 5] == 2).all()
        which = (view.surface - FACES).clamp(min=0).flatten(1)
        shape = scenes.shape.gather(1, which).view(room.shape)
        assert (view.label[~room] == 3 + shape[~room]).all()
        # The room's faces are where the room's walls are.
        width, depth, height = (scenes.room * torch.tensor([0.5, 0.5, 1])).T[..., None, None]
        x, y, z = view.world.unbind(1)
        for face, gap in enumerate((x + width, x - width, y + depth, y - depth, z, z - height)):
            assert (gap[view.surface == face].abs() < 1e-4).all()
        low, high = z.min(), (z - height).max()
        assert low > -1e-4 and high < 1e-4


@pytest.mark.parametrize("other", [1, 2, 3])
def test_two_views_agree_on_what_both_see(scenes, views, other):
    """A point seen by one camera is found at its pixel by another, unless something hides it."""
    first, second = views[0], views[other]
    at, depth = project(first.world.flatten(2).transpose(1, 2), scenes, other)
    pixel = at.round().long()
    seen = ((pixel >= 0) & (pixel < SIZE)).all(2) & (depth > 0)
    place = (pixel[..., 1] * SIZE + pixel[..., 0]).clamp(0, SIZE**2 - 1)
    there = second.world.flatten(2).gather(2, place[:, None].expand(-1, 3, -1))
    apart = (there - first.world.flatten(2)).norm(dim=1)
    visible = seen & (apart < 0.05)
    assert visible.sum() > 0.4 * seen.sum() > 0
    same = second.surface.flatten(1).gather(1, place) == first.surface.flatten(1)
    assert same[visible].float().mean() > 0.99
    # Light does not depend on the viewer: the colours agree except at fine edges of textures.
    colour = second.rgb.flatten(2).gather(2, place[:, None].expand(-1, 3, -1))
    difference = (colour - first.rgb.flatten(2)).abs().amax(1)[visible]
    assert difference.median() < 0.01
    # What is not visible is hidden by something nearer, or lies within a pixel of an edge.
    nearer = second.depth.flatten(1).gather(1, place) < depth + 0.35
    assert nearer[seen].float().mean() > 0.97


def test_fixated_views_look_at_one_point():
    many = sample_scenes(500, 5)
    for view in (0, 1, 2):
        at, depth = project(many.fixation[:, None], many, view)
        torch.testing.assert_close(at, torch.full_like(at, SIZE / 2 - 0.5), atol=1e-2, rtol=0)
        assert depth.min() > 0.5
        # Nothing stands between the camera and the point.
        forward = many.rotation(view)[:, 2]
        first, _ = cast(many, many.position[:, view], forward.T[..., None])
        assert (first - depth).abs().max() < 0.12
        assert ((first - depth).abs() > 0.01).float().mean() < 0.01
    at, depth = project(many.fixation[:, None], many, 3)
    centred = (at - SIZE / 2 + 0.5).norm(dim=2)[depth > 0]
    assert centred.min() > 8, "the last view looks elsewhere"


def test_cameras_are_rotations_and_do_not_roll(scenes):
    for view in range(VIEWS):
        rotation = scenes.rotation(view)
        torch.testing.assert_close(
            rotation @ rotation.transpose(1, 2), torch.eye(3).expand_as(rotation)
        )
        assert (torch.linalg.det(rotation) > 0).all()
        assert (rotation[:, 0, 2] == 0).all(), "the camera's right is level"
        assert (rotation[:, 1, 2] < 0).all(), "and its down is down"


def test_vanishing_points_are_where_the_rooms_edges_meet(scenes):
    """Far along an edge of the room, its picture comes to the vanishing point."""
    directions = scenes.vanishing_points(0)
    middle = SIZE / 2 - 0.5
    for axis in range(3):
        direction = directions[:, axis]
        # Each edge of this direction, a line through corners i and j, runs to the same pixel.
        for i in (c for c in range(8) if not c & (1 << axis)):
            start, end = scenes.corners()[:, i], scenes.corners()[:, i | 1 << axis]
            edge = torch.nn.functional.normalize(end - start, dim=1).double()
            sign = torch.sign(direction[:, 2:]).double()
            far = dataclasses.replace(
                scenes,
                position=scenes.position.double(),
                yaw=scenes.yaw.double(),
                pitch=scenes.pitch.double(),
            )
            at, depth = project((start.double() + 1e6 * sign * edge)[:, None], far, 0)
            usable = direction[:, 2].abs() > 0.05
            expected = direction[:, :2] / direction[:, 2:] * FOCAL + middle
            torch.testing.assert_close(
                at[usable, 0].float(), expected[usable], atol=0.05, rtol=1e-3
            )
            assert (depth[usable] > 0).all()


def test_layout_is_the_distance_to_the_walls_seen(scenes, views):
    x, y, z = views[0].world.unbind(1)
    left, right, front, floor, ceiling = (
        scenes.layout(0)[:, i, None, None].expand_as(x) for i in range(5)
    )
    at = scenes.position[:, 0].T[..., None, None]
    gaps = (
        (0, at[0] - x - left), (1, x - at[0] - right), (3, y - at[1] - front),
        (4, at[2] - z - floor), (5, z - at[2] - ceiling),
    )  # fmt: skip
    for face, gap in gaps:
        assert gap[views[0].surface == face].abs().max() < 1e-4
    assert torch.equal(scenes.layout(0)[:, 5], scenes.yaw[:, 0])


def test_relative_pose_takes_points_from_one_camera_to_the_other(scenes):
    from scipy.spatial.transform import Rotation

    pose = scenes.relative_pose(0, 3).double()
    points = torch.randn(len(scenes), 5, 3, generator=torch.Generator().manual_seed(0))
    seen = [
        (points - scenes.position[:, None, i]) @ scenes.rotation(i).transpose(1, 2) for i in (0, 3)
    ]
    turn = torch.from_numpy(Rotation.from_rotvec(pose[:, 3:].numpy()).as_matrix())
    moved = (seen[0].double() - pose[:, None, :3]) @ turn.transpose(1, 2)
    torch.testing.assert_close(moved.float(), seen[1], atol=1e-4, rtol=1e-4)
    assert torch.equal(scenes.relative_pose(2, 2), torch.zeros(len(scenes), 6))


def test_shadows_and_light():
    """A floor point behind an object, seen from the lamp, is darker than without the object."""
    scenes = sample_scenes(48, 3)
    bare = dataclasses.replace(scenes, shape=torch.full_like(scenes.shape, -1))
    full, empty = render(scenes, 0), render(bare, 0)
    floor = (full.surface == 4) & (empty.surface == 4)
    change = (full.rgb - empty.rgb).mean(1)[floor]
    assert change.max() < 1e-5
    assert 0.01 < (change < -0.02).float().mean() < 0.5


def test_bad_requests_are_refused():
    with pytest.raises(ValueError, match="At least one scene"):
        sample_scenes(0, 0)
    with pytest.raises(ValueError, match="views 0 to 3, not 4"):
        render(sample_scenes(1, 0), 4)


def test_a_ray_along_the_walls_hits_the_wall_ahead():
    """A component of exactly 0 once put the nearest wall behind the camera."""
    scene = sample_scenes(1, seed=0)
    low, high = bounds(scene)
    origin = (low + high) / 2
    direction = torch.eye(3)[:, None, :].contiguous()  # one ray along each axis
    nothing = dataclasses.replace(scene, shape=torch.full_like(scene.shape, -1))
    depth, surface = cast(nothing, origin, direction)
    torch.testing.assert_close(depth, (high - low) / 2)
    assert surface.tolist() == [[1, 3, 5]]
