"""The 25 tasks on rendered rooms: targets, losses and trivial answers."""

import matplotlib.pyplot as plt
import pytest
import torch
import torch.nn.functional as F

from t2b_lib.affinity.attributes import task_attributes
from t2b_rooms.casting import View, render
from t2b_rooms.figures import draw_ground_truths
from t2b_rooms.sampling import sample_scenes
from t2b_rooms.scenes import FACES, SIZE
from t2b_rooms.tasks import (
    HOLE,
    JIGSAWS,
    MAP,
    NEIGHBOURS,
    TASKS,
    affinities,
    corners,
    edges,
    make_dataset,
    occlusion_edges,
    reshade,
    trivial_loss,
)

N = 40


@pytest.fixture(scope="module")
def data():
    return make_dataset(N, seed=2, progress=False)


@pytest.fixture(scope="module")
def scenes():
    return sample_scenes(N, seed=2)


@pytest.fixture(scope="module")
def main(scenes):
    return render(scenes, 0)


def _random_prediction(task, *lead):
    generator = torch.Generator().manual_seed(0)
    shape = (task.channels, MAP, MAP) if task.dense else (task.channels,)
    return torch.randn(*lead, *shape, generator=generator)


def _perfect(task, target):
    """The prediction of the truth; for classes with a probability near one."""
    if task.kind != "classes":
        return target.float()
    return 40.0 * F.one_hot(target.long(), task.channels).movedim(-1, 1).float()


def test_the_tasks_are_the_papers_in_its_order():
    assert list(TASKS) == list(task_attributes().index)
    assert all(name == task.name for name, task in TASKS.items())
    with pytest.raises(KeyError, match="no task 'Deph'; the tasks are Autoencoder, "):
        TASKS["Deph"]


def test_the_number_of_inputs_agrees_with_the_attributes():
    attributes = task_attributes()
    for name, task in TASKS.items():
        if name != "Segmentation-3D":  # the paper counts depth and normals as its inputs
            assert (len(task.inputs) >= 2) == attributes.loc[name, "two inputs"]
            assert (len(task.inputs) >= 3) == attributes.loc[name, "three inputs"]


@pytest.mark.parametrize("name", TASKS)
def test_targets(data, name):
    task, target = TASKS[name], data.targets[name]
    values = () if task.kind == "classes" else (task.channels,)
    assert target.shape == (N, *values, *((MAP, MAP) if task.dense else ()))
    assert target.float().isfinite().all()
    assert target.float().var(0).mean() > 1e-3, "the target differs from image to image"
    if task.kind == "classes":
        assert target.min() >= 0 and target.max() < task.channels
    assert set(task.inputs) <= set(data.pictures)


def test_pictures(data, main):
    for picture in data.pictures.values():
        assert picture.shape == (N, 3, SIZE, SIZE) and picture.dtype == torch.uint8
    rgb = data.pictures["rgb"]
    assert (rgb.float() / 255 - main.rgb).abs().max() <= 0.5 / 255 + 1e-5
    spoilt = data.pictures["masked"] != rgb
    assert spoilt[:, :, HOLE, HOLE].float().mean() > 0.95
    spoilt[:, :, HOLE, HOLE] = False
    assert not spoilt.any()
    grey = data.pictures["grey"]
    assert (grey == grey[:, :1]).all() and (grey != rgb).any()
    noise = (data.pictures["noisy"].float() - rgb.float())[(rgb > 110) & (rgb < 140)] / 255
    assert noise.std() == pytest.approx(0.2, abs=0.02)


def test_the_first_scenes_of_a_larger_dataset_are_the_same(data):
    larger = make_dataset(N + 30, seed=2, progress=False)
    for mine, same in ((data.pictures, larger.pictures), (data.targets, larger.targets)):
        for name, value in mine.items():
            apart = (value.float() - same[name][:N].float()).abs()
            assert (apart > 0.02).float().mean() < 1e-3, name


def test_other_seeds_are_other_scenes(data):
    assert (make_dataset(N, 3, progress=False).pictures["rgb"] != data.pictures["rgb"]).any()


def test_the_jigsaw_can_be_put_together(data):
    half = SIZE // 2
    order = JIGSAWS[data.targets["Jigsaw-Puzzle"].long()]
    rows, columns = torch.arange(4) // 2 * half, torch.arange(4) % 2 * half
    for picture, shuffled, places in zip(
        data.pictures["rgb"], data.pictures["shuffled"], order, strict=True
    ):
        for place, quarter in enumerate(places.tolist()):
            here = (slice(None), slice(rows[place], rows[place] + half))
            there = (slice(None), slice(rows[quarter], rows[quarter] + half))
            assert torch.equal(
                shuffled[here][..., columns[place] : columns[place] + half],
                picture[there][..., columns[quarter] : columns[quarter] + half],
            )


def test_matching_pairs_are_the_fixated_ones(data):
    match = data.targets["Point-Matching"].bool()
    assert match.any() and not match.all()
    second = data.pictures["rgb_match"]
    assert torch.equal(second[match], data.pictures["rgb_b"][match])
    assert torch.equal(second[~match], data.pictures["rgb_far"][~match])


def test_vectors_describe_the_scenes(data, scenes):
    layout = data.targets["Room-Layout"]
    torch.testing.assert_close((layout[:, :5] / 2).exp() * 2, scenes.layout(0)[:, :5])
    torch.testing.assert_close(layout[:, 5:] / 4, scenes.layout(0)[:, 5:])
    axes = data.targets["Vanishing-Point"].view(N, 3, 3) / 3
    torch.testing.assert_close(axes @ axes.transpose(1, 2), torch.eye(3).expand(N, 3, 3))
    assert torch.equal(data.targets["Scene-Classification"].long(), scenes.style)
    both, first = (data.targets[f"{p}-Fixated-Camera-Pose"] for p in ("Triplet", "Pairwise"))
    torch.testing.assert_close(both[:, :6], first)
    assert not torch.allclose(both[:, 6:], first, atol=0.1)


def test_maps_describe_the_view(data, main):
    depth, distance = (
        (data.targets[name][:, 0].float() / 2).exp() * 3 for name in ("Depth", "Euclidean-Distance")
    )
    torch.testing.assert_close(depth, main.depth[:, ::2, ::2], rtol=5e-3, atol=0)
    assert (distance >= depth * 0.99).all()
    normal = data.targets["Surface-Normal"].float()
    torch.testing.assert_close(normal.norm(dim=1), torch.ones(N, MAP, MAP), atol=2e-3, rtol=0)
    # The colour differences and the grey give the colours back.
    chroma, small = data.targets["Colorization"].float() / 8, data.targets["Autoencoder"].float()
    grey = (small * torch.tensor([0.299, 0.587, 0.114])[:, None, None]).sum(1)
    torch.testing.assert_close(grey + chroma[:, 0] / 0.564, small[:, 2], atol=5e-3, rtol=0)
    torch.testing.assert_close(grey + chroma[:, 1] / 0.713, small[:, 0], atol=5e-3, rtol=0)
    for i, shape in enumerate(data.targets["Object-Classification"].tolist()):
        things, pixels = main.surface[i][main.surface[i] >= FACES].unique(return_counts=True)
        largest = things[pixels.argmax()]
        assert (main.label[i][main.surface[i] == largest] == 3 + shape).all()


def test_edges_and_corners_on_drawn_pictures():
    """A square has edges on its sides and corners at its corners; a bar has edges only."""
    square = torch.zeros(2, 40, 40)
    square[0, 10:30, 10:30] = 1
    square[1, :, 20:] = 1
    edge, corner = edges(square), corners(square[:, None])
    assert edge[0, 20, 10] > 10 * edge[0, 20, 20] and edge[1, 20, 20] > 10 * edge[1, 20, 5]
    peaks = torch.stack([corner[0, i, j] for i in (10, 29) for j in (10, 29)])
    assert peaks.min() > 5 * corner[0, 20, 10]
    assert corner[1].max() < 0.05 * peaks.min()
    row, column = divmod(corner[0].argmax().item(), 40)
    assert min(abs(row - 10), abs(row - 29)) <= 2 and min(abs(column - 10), abs(column - 29)) <= 2


def test_occlusion_edges_are_at_jumps_and_not_at_creases():
    depth = torch.full((2, 20, 20), 4.0)
    surface = torch.full((2, 20, 20), 3)
    depth[0, :, :10], surface[0, :, :10] = 2.0, FACES  # an object before the wall
    surface[1, :, :10] = FACES  # an object that touches it
    rest = dict.fromkeys(("rgb", "distance", "normal", "curvature", "label", "world"))
    found = occlusion_edges(View(depth=depth, surface=surface, **rest))
    assert found[0, :, 9:11].min() > 0.5 and found[0, :, :5].max() < 0.01
    assert found[1].max() == 0


def test_reshading_is_the_cosine_towards_the_camera(scenes, main):
    light = reshade(main)
    assert light.min() > -0.01
    to_camera = F.normalize(scenes.position[:, 0, :, None, None] - main.world, dim=1)
    normal = torch.einsum("nji,njhw->nihw", scenes.rotation(0), main.normal)
    torch.testing.assert_close(light, (normal * to_camera).sum(1), atol=1e-4, rtol=0)


def test_affinities_compare_neighbours():
    features = torch.randn(2, 3, 12, 12, generator=torch.Generator().manual_seed(0))
    found = affinities(features, 1.5)
    for k, (down, right) in enumerate(NEIGHBOURS):
        for i, j in ((0, 5), (7, 7), (11, 2), (3, 11)):
            other = features[1, :, min(i + down, 11), min(max(j + right, 0), 11)]
            apart = (features[1, :, i, j] - other).square().sum()
            torch.testing.assert_close(found[1, k, i, j], torch.exp(-apart / 4.5))


@pytest.mark.parametrize("name", TASKS)
def test_losses_are_lowest_at_the_truth(data, name):
    task, target = TASKS[name], data.targets[name]
    truth = _perfect(task, target)
    least = task.loss(truth, target)
    assert least.shape == (N,)
    assert least.max() < 1e-6
    assert (task.loss(_random_prediction(task, N), target) > least + 1e-3).all()


@pytest.mark.parametrize("name", TASKS)
def test_batched_losses_equal_single_losses(data, name):
    task, target = TASKS[name], data.targets[name][:4]
    prediction = _random_prediction(task, 2, 3, 4)
    together = task.loss(prediction, target)
    assert together.shape == (2, 3, 4)
    for i in range(2):
        for j in range(3):
            for b in range(4):
                alone = task.loss(prediction[i, j, b : b + 1], target[b : b + 1])
                torch.testing.assert_close(together[i, j, b : b + 1], alone)


def test_losses_agree_with_torch(data):
    for name, function in (
        ("Depth", F.l1_loss),
        ("Room-Layout", F.mse_loss),
        ("Scene-Classification", F.cross_entropy),
        ("Segmentation-Semantic", F.cross_entropy),
    ):
        task, target = TASKS[name], data.targets[name]
        prediction = _random_prediction(task, N)
        truth = target.long() if task.kind == "classes" else target.float()
        expected = [function(p[None], t[None]) for p, t in zip(prediction, truth, strict=True)]
        torch.testing.assert_close(task.loss(prediction, target), torch.stack(expected))


def test_inpainting_is_scored_in_the_hole_only(data):
    task, target = TASKS["Inpainting"], data.targets["Inpainting"]
    prediction = target.float().clone()
    prediction[..., :8] += 1
    assert task.loss(prediction, target).max() == 0
    prediction[..., 12:20, 12:20] += 1
    assert task.loss(prediction, target).min() > 0


@pytest.mark.parametrize(
    "name", ["Depth", "Edge-2D", "Room-Layout", "Scene-Classification", "Segmentation-Semantic"]
)
def test_no_constant_beats_the_trivial_answer(data, name):
    """On its own training images, gradient descent finds no better constant."""
    task, target = TASKS[name], data.targets[name]
    least = trivial_loss(task, target, target)
    assert least.shape == (N,)
    shape = (task.channels, MAP, MAP) if task.dense else (task.channels,)
    constant = torch.zeros(shape, requires_grad=True)
    search = torch.optim.Adam([constant], 0.05)
    for _ in range(300):
        search.zero_grad()
        found = task.loss(constant.expand(N, *shape), target).mean()
        found.backward()
        search.step()
    # The classes' shares are smoothed a little, which costs a little.
    slack = 0.05 if task.kind == "classes" else 1e-4
    assert least.mean() <= found.item() + slack
    assert found.item() < 1.1 * least.mean() + 1e-3, "the search came near"


def test_a_class_unseen_in_training_has_a_finite_loss():
    task = TASKS["Object-Classification"]
    train = torch.zeros(50, dtype=torch.uint8)
    loss = trivial_loss(task, train, torch.tensor([0, 5], dtype=torch.uint8))
    assert loss[0] < 0.05 and 3 < loss[1] < 10


def test_all_ground_truths_are_drawn(scenes):
    figure = draw_ground_truths(scenes, 1)
    drawn = [ax.get_title().replace("\n", "-") for ax in figure.axes]
    assert drawn == list(TASKS)
    assert all(ax.images for ax in figure.axes)
    plt.close(figure)
    with pytest.raises(IndexError, match=f"scenes 0 to {N - 1}, not {N}"):
        draw_ground_truths(scenes, N)
