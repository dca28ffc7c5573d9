"""What the benchmarks time with."""

import time

import torch


def seconds(function, device):
    """Wall-clock time of one call, the work queued on a GPU included."""
    if device.type == "cuda":
        torch.cuda.synchronize()
    start = time.perf_counter()
    function()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start
