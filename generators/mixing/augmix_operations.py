"""The nine operations of AugMix, each (picture, magnitude) -> picture on floats from 0 to 1, (h, w) or (h, w, c).

They follow Hendrycks et al. 2019 and its reference code, which works on 8-bit pictures; here 16-bit pictures keep
their depth. Magnitudes are in natural units, so that they mean the same at every picture size."""

import math
from collections.abc import Callable

import numpy as np

from generators.classical.sampling import affine

BINS = 1024


def autocontrast(picture: np.ndarray, _magnitude: float) -> np.ndarray:
    """Stretches each channel to 0 to 1; a constant channel stays."""
    axes = (0, 1)
    low, high = picture.min(axes, keepdims=True), picture.max(axes, keepdims=True)
    span = high - low
    flat = span <= 0
    return np.where(flat, picture, (picture - low) / np.where(flat, 1, span))


def equalize(picture: np.ndarray, _magnitude: float) -> np.ndarray:
    """Histogram equalisation of each channel: (cdf - cdf_min) / (1 - cdf_min), in 1024 bins."""
    if picture.ndim == 3:
        return np.stack([equalize(channel, 0) for channel in np.moveaxis(picture, 2, 0)], axis=2)
    level = (picture * np.float32(BINS - 1) + np.float32(0.5)).astype(np.intp)
    cdf = np.cumsum(np.bincount(level.ravel(), minlength=BINS))
    first = cdf[np.flatnonzero(cdf)[0]]
    if first == picture.size:
        return picture
    table = ((cdf - first) / (picture.size - first)).clip(0).astype(picture.dtype)
    return table[level]


def posterize(picture: np.ndarray, bits: float) -> np.ndarray:
    """Keeps the highest bits of a grey level. On 8-bit pictures it equals clearing the lower bits."""
    levels, scale = 2.0 ** int(bits), picture.dtype.type(255 / 256)
    # The nudge is far below one step of a 16-bit level: it only undoes the rounding of exact levels.
    steps = np.floor(picture * (scale * levels) + picture.dtype.type(2**-14))
    return (steps / (scale * levels)).astype(picture.dtype).clip(0, 1)


def solarize(picture: np.ndarray, threshold: float) -> np.ndarray:
    """Inverts what is at or above the threshold."""
    return np.where(picture >= threshold, 1 - picture, picture)


def rotate(picture: np.ndarray, degrees: float) -> np.ndarray:
    """Turns around the centre, bilinear, dark outside."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return _affine(picture, np.array([[c, s], [-s, c]]))


def shear_x(picture: np.ndarray, factor: float) -> np.ndarray:
    """Moves each row sideways by factor times its distance from the middle."""
    return _affine(picture, np.array([[1, 0], [factor, 1]]))


def shear_y(picture: np.ndarray, factor: float) -> np.ndarray:
    return _affine(picture, np.array([[1, factor], [0, 1]]))


def translate_x(picture: np.ndarray, fraction: float) -> np.ndarray:
    """Moves to the right by a part of the width, in whole pixels, dark where nothing is left."""
    return _translated(picture, round(fraction * picture.shape[1]), axis=1)


def translate_y(picture: np.ndarray, fraction: float) -> np.ndarray:
    return _translated(picture, round(fraction * picture.shape[0]), axis=0)


def _translated(picture: np.ndarray, pixels: int, axis: int) -> np.ndarray:
    moved = np.zeros_like(picture)
    to, source = np.moveaxis(moved, axis, 0), np.moveaxis(picture, axis, 0)
    if pixels >= 0:
        to[pixels:] = source[: len(source) - pixels]
    else:
        to[:pixels] = source[-pixels:]
    return moved


def _affine(picture: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Output pixel p shows input matrix @ (p - centre) + centre, bilinear, fading to 0 over one pixel at the border."""
    centre = (np.array(picture.shape[:2]) - 1) / 2
    return affine(picture, matrix, centre - matrix @ centre, 1, "constant", 0.0)


OPERATIONS: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "autocontrast": autocontrast,
    "equalize": equalize,
    "posterize": posterize,
    "rotate": rotate,
    "solarize": solarize,
    "shear_x": shear_x,
    "shear_y": shear_y,
    "translate_x": translate_x,
    "translate_y": translate_y,
}


def draw_magnitude(rng: np.random.Generator, operation: str, severity: float) -> float:
    """A level uniform between 0.1 and severity (of 10), turned into the operation's unit, with a random sign where it
    has a direction: 30 degrees, shear 0.3, a third of the side, 4 bits, the whole range at level 10."""
    level = float(rng.uniform(min(0.1, severity), severity)) / 10
    sign = 1.0 if rng.random() < 0.5 else -1.0
    return {
        "rotate": sign * 30 * level,
        "shear_x": sign * 0.3 * level,
        "shear_y": sign * 0.3 * level,
        "translate_x": sign * level / 3,
        "translate_y": sign * level / 3,
        "posterize": float(max(4 - int(4 * level), 1)),
        "solarize": 1 - level,
    }.get(operation, 0.0)
