"""8-bit pictures of pictures, for pages: windowed by the set's declared range, made once, kept beside the pixels."""

import io
import os
import tempfile
from pathlib import Path

import numpy as np
from django.conf import settings
from PIL import Image

from .models import Picture

SIZES = (96, 256, 1024)


def thumbnail(picture: Picture, size: int) -> bytes:
    """PNG bytes that fit into size x size pixels; never enlarged."""
    low, high = picture.image_set.intensity or (None, None)
    key = f"{picture.digest}-{picture.slope:g}-{picture.intercept:g}-{low}-{high}-{size}"
    path = Path(settings.DATA_DIR) / "thumbnails" / picture.digest[:2] / f"{key[2:]}.png"
    if path.exists():
        return path.read_bytes()
    image = Image.fromarray(windowed(picture.values(), low, high))
    image.thumbnail((size, size), Image.Resampling.BOX if size < 512 else Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=6)
    _keep(path, out.getvalue())
    return out.getvalue()


def windowed(values: np.ndarray, low: float | None, high: float | None) -> np.ndarray:
    if low is None or high is None:  # undeclared: this picture's own extremes, for looking only
        low, high = float(values.min()), float(values.max())
    scaled = (values - low) * (255.0 / (high - low)) if high > low else np.zeros_like(values)
    return np.clip(np.rint(scaled), 0, 255).astype(np.uint8)


def _keep(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        os.replace(temporary, path)
    except OSError:
        pass  # a full disk costs time, not the page
