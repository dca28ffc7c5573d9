"""How fast images become vectors, beside the bare forward pass of the same network.

    python benchmarks/extract.py [--images 600] [--memory]
    python benchmarks/extract.py --device cuda --clip ViT-H-14 --images 8192 [--photos FOLDER]

The whole pipeline (read, decode, resize, copy, embed, take moments) is timed in turn with the
bare forward pass on batches that are ready on the device; the median ratio of their images per
second is printed. Photos are those of a folder of class folders, over and over until there are
enough; without one, noise and shapes are written as JPEG first. With --clip the network has random
weights, which take as long as trained ones. --memory asks for the peak memory with 1,000 and with
10,000 images, each in a process of its own.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from timing import machine, seconds

from t2b_lib.representation import EmbeddedEncoder, OpenClipEncoder, extract, image_folder
from t2b_lib.representation.decoding import read_image
from t2b_lib.representation.sources import IndexedImages

# Dense bfloat16 operations per second.
PEAKS = {"H200": 989e12, "H100": 989e12, "A100": 312e12}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--clip", help="a model of open_clip; the embedded encoder if left out")
    parser.add_argument("--photos", help="a folder of class folders")
    parser.add_argument("--images", type=int, default=600, help="images in one timing")
    parser.add_argument("--batch", type=int, default=None)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--memory", action="store_true", help="also measure the peak memory")
    parser.add_argument("--peak-only", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        photos = Path(options.photos) if options.photos else draw_photos(Path(folder, "photos"))
        collection = repeated(photos, options.images)
        encoder = make_encoder(options, Path(folder))
        ask = {"cache": False, "progress": False, "batch_size": options.batch}
        if options.peak_only:
            extract(collection, encoder, **ask)
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
            return
        compare(options, collection, encoder, ask)
    if options.memory:
        peaks = {n: peak(options, n) for n in (1_000, 10_000)}
        for n, kilobytes in peaks.items():
            print(f"peak memory, {n:6} images  {kilobytes / 1024:.0f} MiB")
        print(f"ratio                       {peaks[10_000] / peaks[1_000]:.2f}   (target: 1.1)")


def compare(options, collection, encoder, ask):
    on_gpu = encoder.device.type == "cuda"
    batch = options.batch or (256 if on_gpu else 32)
    pixels = [encoder.spatial(collection[i % len(collection)][0]) for i in range(batch)]
    ready = torch.stack(pixels).to(encoder.device)
    batches = -(-options.images // batch)

    def bare():
        for _ in range(batches):
            encoder.encode_images(ready)

    def pipeline():
        extract(collection, encoder, **ask)

    timers = {
        "pipeline": lambda: options.images / seconds(pipeline, encoder.device),
        "bare": lambda: batches * batch / seconds(bare, encoder.device),
    }
    for timer in timers.values():
        timer()
    rounds = [{name: timer() for name, timer in timers.items()} for _ in range(options.repeats)]
    median = {name: statistics.median(r[name] for r in rounds) for name in timers}
    ratio = statistics.median(r["pipeline"] / r["bare"] for r in rounds)
    start = time.perf_counter()
    for i in range(min(200, len(collection))):
        encoder.spatial(collection[i][0])
    decoding = (time.perf_counter() - start) / min(200, len(collection))

    target = 0.9 if on_gpu else 0.85
    print(f"machine                     {machine(encoder.device)}")
    print(f"encoder                     {encoder.name}, {encoder.identity['precision']}")
    print(f"images                      {options.images} in batches of {batch}")
    print(f"reading and resizing        {decoding * 1e3:.1f} ms an image and thread")
    print(f"bare forward pass           {median['bare']:.1f} images per second")
    print(f"whole pipeline              {median['pipeline']:.1f} images per second")
    print(f"pipeline / bare             {ratio:.3f}   (target: {target})")
    peak_rate = next((v for k, v in PEAKS.items() if on_gpu and k in machine), None)
    if peak_rate:
        share = median["pipeline"] * operations(encoder, ready[:1]) / peak_rate
        print(f"share of the chip's peak    {share:.1%} of {peak_rate / 1e12:.0f} TFLOP/s (bf16)")


def operations(encoder, pixels) -> int:
    """Floating point operations of one image's forward pass."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        encoder.encode_images(pixels)
    return counter.get_total_flops()


def make_encoder(options, folder: Path):
    if options.clip is None:
        return EmbeddedEncoder(device=options.device)
    import open_clip

    torch.save(open_clip.create_model(options.clip).state_dict(), folder / "random.pt")
    return OpenClipEncoder(options.clip, folder / "random.pt", device=options.device)


def draw_photos(folder: Path, n: int = 300) -> Path:
    """Images of the size and detail of photos: smooth noise, as JPEG of 500 x 375 pixels."""
    noise = np.random.default_rng(0)
    for i in range(n):
        file = folder / f"class {i % 10}" / f"{i}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        coarse = Image.fromarray(noise.integers(0, 255, (24, 32, 3), dtype=np.uint8))
        coarse.resize((500, 375), Image.Resampling.BICUBIC).save(file, quality=90)
    return folder


def repeated(folder: Path, n: int) -> IndexedImages:
    """The images of a folder of class folders, over and over until they are n."""
    images = image_folder(folder)
    read_image(next(images.items()).load()[0])
    images._order = np.resize(images._order, n)
    return images


def peak(options, n: int) -> int:
    """The peak memory of an extraction of n images in a process of its own, in KiB."""
    command = [
        sys.executable,
        __file__,
        "--peak-only",
        f"--images={n}",
        f"--device={options.device}",
    ]
    for name in ("clip", "photos", "batch"):
        if (value := getattr(options, name)) is not None:
            command.append(f"--{name}={value}")
    run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return int(run.stdout.split()[-1])


if __name__ == "__main__":
    main()
