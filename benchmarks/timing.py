"""What the benchmarks time with, and on what they run."""

import platform
import time

import torch


def machine(device):
    """What a benchmark ran on, in words."""
    name = (
        torch.cuda.get_device_name()
        if device.type == "cuda"
        else f"{platform.machine()} CPU, {torch.get_num_threads()} threads"
    )
    return f"{name}, torch {torch.__version__}"


def seconds(function, device):
    """Wall-clock time of one call, the work queued on a GPU included."""
    if device.type == "cuda":
        torch.cuda.synchronize()
    start = time.perf_counter()
    function()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start
