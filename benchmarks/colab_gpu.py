"""What the full profile costs on Colab's free GPU, a T4 with 15 GB: operations, minutes, memory.

The operations of each network are counted, not timed: no trained weights are needed. On a GPU,
the rate at which it multiplies matrices in the precision that the encoder chooses is measured; a
T4's is assumed elsewhere: a third of the 65 TFLOP/s that its data sheet gives for float16, as a T4
is held back by its 70 W. Reading and decoding images comes on top, and waiting for the hub.

    python benchmarks/colab_gpu.py
"""

import statistics

import open_clip
import timm
import torch
from timing import machine, seconds
from torch.utils.flop_counter import FlopCounterMode

from t2b_lib.network import pick_device
from t2b_lib.representation.encoders import fastest_precision

T4 = 65e12 / 3
EMOJI = 1903  # the extraction chapter
HUB = 150 * 500  # the hub chapter: datasets and samples of each
BATCH = 256  # what `extract` takes at once on a GPU


def operations(function, inputs) -> int:
    with FlopCounterMode(display=False) as counter:
        function(inputs)
    return counter.get_total_flops()


def measured_rate(device: torch.device) -> float:
    """Operations a second in products of large square matrices."""
    a = torch.randn(8192, 8192, device=device, dtype=fastest_precision(device))
    times = [seconds(lambda: a @ a, device) for _ in range(5)]
    return 2 * 8192**3 / statistics.median(times)


def main() -> None:
    device = pick_device("auto")
    on_gpu = device.type == "cuda"
    rate = measured_rate(device) if on_gpu else T4
    where = f"measured on {machine(device)}" if on_gpu else "assumed for a T4"
    print(f"{rate / 1e12:.0f} TFLOP/s, {where}")
    with torch.device("meta"):
        # In training mode, as they are made, no fused kernel hides operations from the counter.
        clip = open_clip.model.CLIP(**open_clip.get_model_config("ViT-H-14"))
        image, text = torch.empty(1, 3, 224, 224), torch.empty(1, 77, dtype=torch.long)
        costs = {
            "ViT-H-14, an image": operations(clip.visual, image),
            "ViT-H-14, a label": operations(clip.encode_text, text),
            "ResNet-34 at 224 pixels, an image": operations(timm.create_model("resnet34"), image),
        }
    for name, count in costs.items():
        print(f"{name:34} {count / 1e9:6.1f} GFLOP  {rate / count:7.0f} a second")
    for name, images in {"extraction": EMOJI, "hub_map": HUB}.items():
        minutes = images * costs["ViT-H-14, an image"] / rate / 60
        print(f"{name:10} {images:7,} images  {minutes:6.1f} minutes of the GPU")
    weights = sum(p.numel() for p in clip.parameters())
    width, tokens = 1280, 257
    batch = BATCH * tokens * width * 4 * 2 * 2  # the widest layer's two ends, 2 bytes each
    print(f"weights: {2 * weights / 1e9:.1f} GB on the GPU, {4 * weights / 1e9:.1f} GB while read")
    print(f"a batch of {BATCH}: about {batch / 1e9:.1f} GB in the widest layer")


if __name__ == "__main__":
    main()
