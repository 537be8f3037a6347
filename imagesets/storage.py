"""Where pixels live: one lossless file per distinct picture, named by its digest, written whole or not at all."""

import hashlib
import os
import tempfile
from pathlib import Path

import numpy as np


def pixel_digest(pixels: np.ndarray) -> str:
    """SHA-256 of shape, dtype and little-endian pixels: equal for equal images whatever file they came from."""
    canonical = np.ascontiguousarray(pixels, dtype=pixels.dtype.newbyteorder("<"))
    head = f"{canonical.shape}{canonical.dtype.str}".encode()
    return hashlib.sha256(head + canonical.tobytes()).hexdigest()


def store_pixels(root: Path, pixels: np.ndarray) -> tuple[str, str]:
    """Write pixels under `root` unless they are there; returns (digest, path relative to root)."""
    digest = pixel_digest(pixels)
    suffix = ".png" if _fits_png(pixels) else ".tif"
    relative = f"pictures/{digest[:2]}/{digest[2:]}{suffix}"
    path = root / relative
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(path, pixels)
    return digest, relative


def read_pixels(path: Path) -> np.ndarray:
    if path.suffix == ".png":
        from PIL import Image

        with Image.open(path) as image:
            return np.asarray(image)
    import tifffile

    return tifffile.imread(path)


def _fits_png(pixels: np.ndarray) -> bool:
    grey = pixels.ndim == 2 and pixels.dtype in (np.uint8, np.uint16)
    colour = pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.dtype == np.uint8
    return grey or colour


def _write_whole(path: Path, pixels: np.ndarray) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    os.close(handle)
    try:
        if path.suffix == ".png":
            from PIL import Image

            Image.fromarray(pixels).save(temporary, "PNG", compress_level=3)
        else:
            import tifffile

            colours = "rgb" if pixels.ndim == 3 else "minisblack"
            tifffile.imwrite(temporary, pixels, compression="zlib", photometric=colours, metadata=None)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
