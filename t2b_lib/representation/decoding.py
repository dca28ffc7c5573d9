"""Image files of every kind, decoded to RGB; what cannot be decoded says why."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

# Pixels of the largest image that is decoded: several threads hold one each.
MOST_PIXELS = 2**26
# A JPEG can be decoded at a half, a quarter or an eighth of its size. It is, as long as its sides
# are at least this long, which is more than any encoder uses.
ENOUGH_PIXELS_A_SIDE = 1024
# A longer strip is cut to this ratio of sides: scaled up by its short side, it would fill memory.
LONGEST_TO_SHORTEST = 8


class UnreadableImage(ValueError):
    """An image that cannot be used; the message says why."""


def read_image(source: Image.Image | bytes | Path) -> Image.Image:
    """An upright RGB image from an image, file or bytes of any format and mode.

    Transparent parts become white. Greyscale of 16 bits or floats is scaled to 8 bits; CMYK and
    palettes become RGB. An animation gives its first frame, a very long strip its middle. Raises
    UnreadableImage if the image is damaged, cut short, of no known format, no regular file, or has
    more pixels than `MOST_PIXELS`.
    """
    # Decoders raise exceptions of any type on a damaged file.
    try:
        return _read(source)
    except UnreadableImage:
        raise
    except Exception as error:
        said = str(error) if isinstance(source, Image.Image) or str(error) else type(error).__name__
        reason = "of no known format" if isinstance(error, Image.UnidentifiedImageError) else said
        raise UnreadableImage(reason) from error


def _read(source) -> Image.Image:
    if isinstance(source, Image.Image):
        image = source
    else:
        if isinstance(source, Path) and source.exists() and not source.is_file():
            raise UnreadableImage("no regular file")  # to open a named pipe would wait for ever
        image = Image.open(io.BytesIO(source) if isinstance(source, bytes) else source)
    # Only the JPEG decoder can do this; the others ignore it.
    image.draft(None, (ENOUGH_PIXELS_A_SIDE, ENOUGH_PIXELS_A_SIDE))
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise UnreadableImage(f"too large: {width} x {height} pixels")
    image = _rgb(ImageOps.exif_transpose(image))
    short, long = sorted(image.size)
    if long > LONGEST_TO_SHORTEST * short:
        most = LONGEST_TO_SHORTEST * short
        size = (min(image.width, most), min(image.height, most))
        image = ImageOps.fit(image, size, Image.Resampling.BICUBIC)
    return image


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    if image.mode == "F" or image.mode.startswith("I"):
        values = np.asarray(image).astype(np.float64)
        # Integers nearly always have 16 bits; for other numbers no value is known to be white.
        low, high = 0.0, 65535.0
        if image.mode == "F" or values.min() < low or values.max() > high:
            if not np.isfinite(values).all():
                raise UnreadableImage("it holds values that are not finite")
            low, high = values.min(), max(values.max(), values.min() + 1e-12)
        grey = np.round((values - low) / (high - low) * 255).astype(np.uint8)
        return Image.fromarray(grey).convert("RGB")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")
