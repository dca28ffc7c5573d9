"""What it takes to place a dataset on a map, and how that grows with the map.

    python benchmarks/place.py [--maps 131 1000 10000 100000]

Features given: one pass through the network, then the overlaps with every box of the map, both
ways, and the best of them as tables (`HubMap.place` without the encoder). Prints the median time,
the share of it that the bare tensor operations of the overlaps take, and the ratio to the smallest
map. The boxes are drawn at random: the time does not depend on where they lie.
"""

from __future__ import annotations

import argparse
import statistics

import torch
from timing import machine, seconds

import t2b_lib as t2b
from t2b_lib.boxes import Boxes, overlap
from t2b_lib.hub.atlas import related

CPU = torch.device("cpu")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--maps", type=int, nargs="+", default=[131, 1_000, 10_000, 100_000])
    parser.add_argument("--features", type=int, default=2048, help="numbers that tell of a dataset")
    parser.add_argument("--repeats", type=int, default=50)
    options = parser.parse_args()

    random = torch.Generator().manual_seed(0)
    features = torch.randn(64, options.features, generator=random)
    tasks = t2b.TaskCollection(range(64), features, torch.rand(64, 64, generator=random))
    model = t2b.Task2Box.from_recipe("plain", epochs=1, progress=False, device="cpu").fit(tasks)

    print(f"machine        {machine(CPU)}")
    embedding = median(lambda: model.embed(features[:1]), options.repeats)
    print(f"embedding      {1e3 * embedding:.2f} ms  ({options.features} features)")
    print("boxes      query ms   bare overlaps / query   placing ms   placing / smallest map's")
    smallest = None
    for n in options.maps:
        lower = torch.rand(n, 2, generator=random)
        boxes = Boxes(lower, lower + 0.2 * torch.rand(n, 2, generator=random))
        names = [f"dataset {i}" for i in range(n)]
        box = boxes[:1]
        query = median(lambda: related(box, boxes, names), options.repeats)  # noqa: B023
        bare = median(lambda: (overlap(box, boxes), overlap(boxes, box)), options.repeats)  # noqa: B023
        placing = embedding + query
        smallest = smallest or placing
        print(
            f"{n:<10,d} {1e3 * query:8.2f}   {bare / query:21.2f}   {1e3 * placing:10.2f}"
            f"   {placing / smallest:.2f}"
        )
    print("targets: placing below 50 ms, the query over 100,000 boxes below 10 ms")


def median(call, repeats: int) -> float:
    return statistics.median(seconds(call, CPU) for _ in range(repeats))


if __name__ == "__main__":
    main()
