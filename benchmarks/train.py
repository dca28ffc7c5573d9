"""How fast Task2Box trains and scores, beside the bare matrix products of the same network.

    python benchmarks/train.py [--device cuda] [--datasets 150] [--features 2048] [--box-dim 2]

Prints epochs per second, the time of an epoch over the time of the forward and backward matrix
products alone (measured in turn with the epochs, in the same run), the same epoch written pair by
pair with the box-embeddings library, and the time of scoring every ordered pair. The features are
random numbers: the time does not depend on their values.
"""

from __future__ import annotations

import argparse
import itertools
import statistics

import torch
from timing import machine, seconds

import t2b_lib as t2b
from t2b_lib.boxes import INTERSECTION_TEMPERATURE, VOLUME_TEMPERATURE
from t2b_lib.model import Task2Box
from t2b_lib.network import BoxNetwork, pick_device

PAIRS = 18_000


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--datasets", type=int, default=150)
    parser.add_argument("--features", type=int, default=2048)
    parser.add_argument("--box-dim", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=50, help="epochs in one timing")
    parser.add_argument("--repeats", type=int, default=11, help="timings; the median is printed")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    device = pick_device(options.device)

    torch.manual_seed(0)
    n = options.datasets
    tasks = t2b.TaskCollection(
        [f"dataset {i}" for i in range(n)],
        torch.randn(n, options.features),
        (torch.rand(n, n) < 0.02).float(),
    )
    measured = len(tasks.measured_pairs())
    share = min(0.9, PAIRS / measured)
    split = t2b.split(tasks, fractions=(share, (1 - share) / 2, (1 - share) / 2))
    settings = {"box_dim": options.box_dim, "progress": False, "device": options.device}

    def epochs(count):
        return Task2Box.from_recipe("paper", epochs=count, **settings).fit(tasks, split)

    products = matrix_products(tasks.features.to(device), options.box_dim)
    library_epoch = LibraryEpoch(tasks, split, options.box_dim, device)
    timers = {
        # The difference of two runs leaves out what a fit does once.
        "epoch": lambda: (
            (
                seconds(lambda: epochs(options.epochs + 1), device)
                - seconds(lambda: epochs(1), device)
            )
            / options.epochs
        ),
        "products": lambda: (
            seconds(lambda: repeat(products, options.epochs), device) / options.epochs
        ),
        "library epoch": lambda: seconds(library_epoch, device),
    }
    for timer in timers.values():
        timer()
    rounds = [{name: timer() for name, timer in timers.items()} for _ in range(options.repeats)]
    median = {name: statistics.median(r[name] for r in rounds) for name in timers}
    ratio = statistics.median(r["epoch"] / r["products"] for r in rounds)
    against_library = statistics.median(r["library epoch"] / r["epoch"] for r in rounds)

    model = epochs(2)
    every_pair = torch.cartesian_prod(torch.arange(n), torch.arange(n))
    scoring = statistics.median(
        seconds(lambda: model.containment_score(tasks.features, every_pair), device)
        for _ in range(options.repeats)
    )

    print(f"machine                       {machine(device)}")
    print(
        f"size                          {n} datasets, {options.features} features, "
        f"{options.box_dim}-d boxes, {len(split.train)} training pairs"
    )
    print(f"epochs per second             {1 / median['epoch']:.0f}")
    print(f"epoch                         {median['epoch'] * 1e3:.2f} ms")
    print(f"bare matrix products          {median['products'] * 1e3:.2f} ms")
    print(f"epoch / bare products         {ratio:.2f}   (target on a CPU: below 1.6)")
    print(f"epoch by box-embeddings       {median['library epoch'] * 1e3:.2f} ms")
    print(f"speed-up over box-embeddings  {against_library:.1f} x")
    print(f"scoring {len(every_pair)} pairs         {scoring * 1e3:.1f} ms   (target: below 50 ms)")


def matrix_products(features, box_dim):
    """Only the matrix products of a forward and backward pass of the paper's network."""
    widths = [features.shape[1], 1024, 256, 128, 2 * box_dim]
    n, device = len(features), features.device
    inputs = [features, *(torch.randn(n, width, device=device) for width in widths[1:-1])]
    weights = [torch.randn(b, a, device=device) for a, b in itertools.pairwise(widths)]
    gradients = [torch.randn(n, width, device=device) for width in widths[1:]]

    def run():
        for layer, (x, w, g) in enumerate(zip(inputs, weights, gradients, strict=True)):
            x @ w.T
            g.T @ x
            if layer:  # no gradient is needed of the features
                g @ w

    return run


class LibraryEpoch:
    """An epoch with all N^2 pairs of boxes through the box-embeddings library."""

    def __init__(self, tasks, split, box_dim, device):
        # Our own import first: it silences the library's warning about AllenNLP.
        t2b.Boxes([0.0], [1.0]).to_box_tensor()
        from box_embeddings.modules.intersection import Intersection
        from box_embeddings.modules.volume.volume import Volume

        self.features = tasks.features.to(device)
        self.network = BoxNetwork(tasks.features.shape[1], box_dim, (1024, 256, 128)).to(device)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=1e-3)
        self.intersect = Intersection(INTERSECTION_TEMPERATURE)
        self.volume = Volume(
            volume_temperature=VOLUME_TEMPERATURE,
            intersection_temperature=INTERSECTION_TEMPERATURE,
        )
        n = len(tasks)
        self.train = (split.train[:, 0] * n + split.train[:, 1]).to(device)
        self.relation = tasks.relation.flatten()[self.train.cpu()].to(device)

    def __call__(self):
        self.optimizer.zero_grad()
        boxes = self.network(self.features)
        n = len(boxes)
        first = boxes[torch.arange(n).repeat_interleave(n)].to_box_tensor()
        second = boxes[torch.arange(n).repeat(n)].to_box_tensor()
        log_overlap = self.volume(self.intersect(first, second)) - self.volume(first)
        predicted = log_overlap.exp()[self.train]
        (100 * (self.relation - predicted).square().sum()).backward()
        self.optimizer.step()


def repeat(function, times):
    for _ in range(times):
        function()


if __name__ == "__main__":
    main()
