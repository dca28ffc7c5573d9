"""The clock of the benchmarks, and a line about the machine."""

import platform
import time

import torch


def machine(device):
    """The device and the version of torch, in words."""
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
