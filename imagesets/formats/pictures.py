"""PNG, JPEG, BMP and TIFF."""

import io
import struct
import warnings

import numpy as np
import tifffile
from PIL import Image, ImageOps, UnidentifiedImageError

from .common import (
    Meaning,
    ReadImage,
    UnreadableImage,
    as_float,
    as_unsigned,
    check_size,
    one_channel_if_equal,
)

Image.MAX_IMAGE_PIXELS = None  # check_size says it in our words, before pixels are decoded
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
GREY_MODES = {"1": 1, "L": 255, "I;16": 65535, "I;16B": 65535, "I;16L": 65535}
ON_BLACK = "Its transparent parts are put on black."


def read_picture(data: bytes) -> ReadImage:
    if data[:4] in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"):
        return _read_tiff(data)
    _refuse_deep_colour_png(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data)) as image:
                check_size(image.width * image.height)
                image.load()
                ImageOps.exif_transpose(image, in_place=True)
                return _from_pillow(image)
    except UnreadableImage:
        raise
    except MemoryError:
        raise
    except UnidentifiedImageError as error:  # its words name an object in memory, which nobody can look at
        raise UnreadableImage("it is damaged or not a picture") from error
    except Exception as error:  # Pillow raises whatever its decoders do
        raise UnreadableImage(f"it is damaged or not a picture ({_short(error)})") from error


def _refuse_deep_colour_png(data: bytes) -> None:
    """Pillow cuts 16-bit colours to 8 in silence; nothing here may."""
    if data.startswith(PNG_HEAD) and len(data) > 26:
        depth, kind = struct.unpack(">BB", data[24:26])
        if depth == 16 and kind in (2, 4, 6):
            raise UnreadableImage(
                "it is a PNG with 16 bits per colour or with a 16-bit grey and transparency, which would lose half of its "
                "bits on reading; save it as TIFF"
            )


def _from_pillow(image: Image.Image) -> ReadImage:
    notes: tuple[str, ...] = ()
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        image = image.convert("RGBA")
        if image.getchannel("A").getextrema() != (255, 255):
            image, notes = (
                Image.alpha_composite(Image.new("RGBA", image.size, (0, 0, 0, 255)), image),
                (ON_BLACK,),
            )
        image = image.convert("RGB")
    if image.mode in GREY_MODES:
        top = GREY_MODES[image.mode]
        pixels = np.asarray(image).astype(np.uint16 if top == 65535 else np.uint8)
        return ReadImage(pixels, (0.0, float(top)), meaning=Meaning(notes=notes))
    if image.mode == "F":
        return _float_image(np.asarray(image))
    if image.mode == "I":
        stored = np.asarray(image)
        pixels, slope, intercept = as_unsigned(stored, 0, 65535 if stored.min() >= 0 else 2**31, 1.0, 0.0)
        return ReadImage(
            pixels, (0.0, 65535.0), meaning=Meaning(slope=slope, intercept=intercept, notes=notes)
        )
    pixels, more = one_channel_if_equal(np.asarray(image.convert("RGB")))
    return ReadImage(pixels, (0.0, 255.0), meaning=Meaning(notes=notes + more))


def _float_image(stored: np.ndarray) -> ReadImage:
    pixels = as_float(stored)
    return ReadImage(
        pixels, (float(pixels.min()), float(pixels.max())), meaning=Meaning(unit="values of the file")
    )


def _read_tiff(data: bytes) -> ReadImage:
    try:
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            check_size(sum(int(np.prod(series.shape)) for series in file.series[:1]))
            photometric = file.pages[0].photometric
            stored = file.series[0].asarray()
            palette = getattr(file.pages[0], "colormap", None)
    except UnreadableImage:
        raise
    except MemoryError:
        raise
    except Exception as error:
        raise UnreadableImage(
            f"it is damaged or a TIFF of a kind that is not read ({_short(error)})"
        ) from error
    name = getattr(photometric, "name", "")
    if name == "PALETTE" and palette is not None:
        stored = np.moveaxis(np.asarray(palette) >> 8, 0, -1).astype(np.uint8)[stored]
    return _from_tiff(stored, inverted=name == "MINISWHITE")


def _from_tiff(stored: np.ndarray, *, inverted: bool) -> ReadImage:
    notes: tuple[str, ...] = ()
    if stored.ndim == 3 and stored.shape[0] in (3, 4) and stored.shape[2] not in (3, 4):
        stored = np.moveaxis(stored, 0, -1)  # planar colours
    is_colour = stored.ndim >= 3 and stored.shape[-1] in (3, 4)
    if is_colour:
        stored, notes = one_channel_if_equal(stored[..., :3])
        is_colour = stored.ndim >= 3 and stored.shape[-1] == 3
    frames = stored.ndim - (3 if is_colour else 2)
    if frames not in (0, 1):
        raise UnreadableImage(
            f"it has {stored.ndim} dimensions {stored.shape}; pictures and stacks of pictures are read"
        )
    count = stored.shape[0] if frames else 1
    if frames and count == 1:
        stored = stored[0]
    if stored.dtype.kind == "f":
        pixels = as_float(stored)
        limits = float(pixels.min()), float(pixels.max())
        return ReadImage(pixels, limits, count, Meaning(unit="values of the file", notes=notes))
    if stored.dtype == bool:
        stored = stored.astype(np.uint8)
        low, high = 0, 1
    elif stored.dtype.kind in "iu":
        low, high = int(np.iinfo(stored.dtype).min), int(np.iinfo(stored.dtype).max)
    else:
        raise UnreadableImage(f"its pixels are of type {stored.dtype}, which has no meaning as a picture")
    if inverted:
        stored, notes = (
            (low + high - stored.astype(np.int64)),
            (*notes, "White was stored as 0; it is inverted."),
        )
    pixels, slope, intercept = as_unsigned(stored, low, high, 1.0, 0.0)
    top = float(np.iinfo(pixels.dtype).max) if high > 1 else 1.0
    return ReadImage(
        pixels, (intercept, intercept + top), count, Meaning(slope=slope, intercept=intercept, notes=notes)
    )


def _short(error: Exception) -> str:
    words = str(error).split("\n")[0].replace("<_io.BytesIO object", "").strip()
    return words[:120] or type(error).__name__
