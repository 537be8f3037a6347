"""A picture for the eye: 8 bits over the declared range, never resampled."""

import io

import numpy as np

QUICK = 1  # of 9: a chest X-ray in a quarter of the default's time, 17 % larger


def shown_png(values: np.ndarray, intensity: tuple[float, float]) -> bytes:
    """PNG of physical values, (h, w) or (h, w, 3): the lowest declared value black, the highest white."""
    from PIL import Image

    low, high = intensity
    scaled = np.clip((np.asarray(values, np.float32) - low) / (high - low), 0, 1)
    out = io.BytesIO()
    Image.fromarray((255 * scaled + 0.5).astype(np.uint8)).save(out, "PNG", compress_level=QUICK)
    return out.getvalue()
