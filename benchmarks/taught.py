"""Time of one fit of the default recipe, teacher included, and of a table; of one query.

    python benchmarks/taught.py

The fit is of ImageNet's 131 instruments, on the threads that torch takes. A table of ten
cases and three dimensions takes as long as one fit each says. The query compares one dataset with
100,000 others, by boxes and by the pair model.
"""

from __future__ import annotations

import torch
from timing import machine, seconds

import t2b_lib as t2b

CPU = torch.device("cpu")
DIMENSIONS = (2, 3, 5)
DATASETS = 100_000


def main():
    taxonomy = t2b.taxonomy.imagenet_instruments()
    samples = t2b.representation.prototype_samples(taxonomy, "average")
    tasks = t2b.TaskCollection.from_samples(taxonomy.names, samples, taxonomy.containment)
    split = t2b.split(tasks, novel=30, seed=0)
    print(machine(CPU))
    times = {}
    for d in DIMENSIONS:
        model = t2b.Task2Box(d, device="cpu", progress=False)
        times[d] = seconds(lambda model=model: model.fit(tasks, split), CPU)
        print(f"one fit in {d}-d: {times[d]:.1f} s")
    print(f"ten cases in {len(times)} dimensions: {sum(times.values()) / 6:.1f} minutes")

    teacher = t2b.PairModel().fit(tasks, split)
    rows = torch.randint(len(tasks), (DATASETS,), generator=torch.Generator().manual_seed(0))
    features = tasks.features[rows]
    boxes = model.embed(features)
    pairs = torch.stack([torch.zeros(DATASETS, dtype=torch.long), torch.arange(DATASETS)], 1)
    by_boxes = seconds(lambda: t2b.overlap(boxes[:1], boxes, soft=True), CPU)
    by_pairs = seconds(lambda: teacher.predict(features, pairs), CPU)
    print(f"a query among {DATASETS:,} datasets: boxes {1e3 * by_boxes:.0f} ms,")
    print(f"  pair model {1e3 * by_pairs:.0f} ms, {by_pairs / by_boxes:.0f} times as long")


if __name__ == "__main__":
    main()
