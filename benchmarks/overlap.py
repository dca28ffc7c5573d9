"""How fast soft overlaps are counted, beside the bare matrix products of the same samples.

    python benchmarks/overlap.py [--device cuda] [--datasets 131] [--samples 500] [--features 2048]

Prints the time of `soft_overlap`, the time of the products of the same tiles alone (measured in
turn with it, in the same run), their ratio, and the peak memory. The samples are random numbers
about a centre for each dataset, as far apart as makes about half of them lie in each other.
The work grows with the square of --datasets: at full size it is 8.8 TFLOP a timing.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
from itertools import combinations_with_replacement

import torch
from timing import machine, seconds

from t2b_lib.hub import soft_overlap
from t2b_lib.network import pick_device


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--datasets", type=int, default=131)
    parser.add_argument("--samples", type=int, default=500, help="of each dataset")
    parser.add_argument("--features", type=int, default=2048)
    parser.add_argument("--tile", type=int, help="samples on the side of a tile")
    parser.add_argument("--repeats", type=int, default=1, help="timings; the median is printed")
    parser.add_argument("--device", default="auto")
    options = parser.parse_args()
    device = pick_device(options.device)
    tile = options.tile or (8192 if device.type == "cuda" else 2048)

    torch.manual_seed(0)
    samples = [
        torch.randn(options.samples, options.features).add_(torch.randn(options.features) * apart)
        for apart in torch.linspace(0, 0.5, options.datasets)
    ]
    settings = {"device": options.device, "tile": tile, "progress": False}
    soft_overlap(samples[: max(2, tile // options.samples)], **settings)  # warm-up
    rounds = []
    for _ in range(options.repeats):
        bare = seconds(lambda: matrix_products(samples, tile, device), device)
        rounds.append((seconds(lambda: soft_overlap(samples, **settings), device), bare))
    ratio = statistics.median(overlap / bare for overlap, bare in rounds)
    shares = soft_overlap(samples[::10], **settings) if len(samples) > 20 else None

    print(f"machine                  {machine(device)}")
    print(
        f"size                     {options.datasets} datasets x {options.samples} samples x "
        f"{options.features} features, tiles of {tile}"
    )
    print(f"soft overlap             {statistics.median(r[0] for r in rounds):.2f} s")
    print(f"bare matrix products     {statistics.median(r[1] for r in rounds):.2f} s")
    print(f"overlap / bare products  {ratio:.2f}   (target: below 1.5)")
    print(f"peak memory              {peak_memory() / 1e9:.2f} GB   (target: below 4 GB)")
    if device.type == "cuda":
        print(f"  on the GPU             {torch.cuda.max_memory_allocated() / 1e9:.2f} GB")
    if shares is not None:
        print(f"mean overlap             {shares.mean():.2f}")


def matrix_products(samples, tile, device):
    """Only the matrix products: one for each two tiles of rows."""
    tiles = torch.cat(samples).to(device).split(tile)
    for a, b in combinations_with_replacement(tiles, 2):
        a @ b.T


def peak_memory():
    """Bytes of this process at most so far: the samples, the products' copy and torch included."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


if __name__ == "__main__":
    main()
