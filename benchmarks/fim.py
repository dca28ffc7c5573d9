"""What per-image gradients cost beside the gradient of a batch's mean, at equal samples.

    python benchmarks/fim.py [--images 100] [--side 224] [--network efficientnet_lite0]
    python benchmarks/fim.py --device cuda --network resnet34

Times `fisher_information` with "monte_carlo" and with "batch" in turn and prints the median ratio
of the two. The images are noise, and a network other than the embedded one has random weights: the
time does not depend on their values.
"""

from __future__ import annotations

import argparse
import statistics

import torch
from timing import machine, seconds

from t2b_lib.network import pick_device
from t2b_lib.representation import Probe
from t2b_lib.representation.fim import Classifier, fisher_information


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--network", default="efficientnet_lite0")
    parser.add_argument("--side", type=int, default=224)
    parser.add_argument("--images", type=int, default=100)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    device = pick_device(options.device)

    network = options.network
    if network != "efficientnet_lite0":
        import timm

        network = timm.create_model(network)
    probe = Probe(network, side=options.side, device=options.device)
    torch.manual_seed(0)
    size = (options.images, 3, options.side, options.side)
    images = torch.randint(0, 256, size, dtype=torch.uint8)
    targets = torch.arange(options.images) % options.classes
    model = Classifier(probe, images, targets)
    filters = [f"probe.{name}" for name in probe.filters]
    images, targets = images.to(device), targets.to(device)

    def estimate(**method):
        return seconds(
            lambda: fisher_information(model, filters, images, targets, **method), device
        )

    methods = {
        "monte_carlo": {"method": "monte_carlo"},
        "batch": {"method": "batch", "batch": options.batch},
    }
    for method in methods.values():
        estimate(**method)
    rounds = [
        {name: estimate(**method) for name, method in methods.items()}
        for _ in range(options.repeats)
    ]
    ratio = statistics.median(r["monte_carlo"] / r["batch"] for r in rounds)

    print(f"machine              {machine(device)}")
    print(f"probe                {probe.name} at {options.side} pixels, {probe.size} filters")
    print(f"samples              {options.images}, batches of {options.batch}")
    for name in methods:
        each = statistics.median(r[name] for r in rounds) / options.images
        print(f"{name:20} {each * 1e3:.1f} ms an image")
    print(f"monte_carlo / batch  {ratio:.2f}   (target: at most 3)")


if __name__ == "__main__":
    main()
