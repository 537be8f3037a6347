"""Likeness of two pictures of the same thing, pixel by pixel.

All take (h, w) -> float or (n, h, w) -> (n,), and (..., channels) with `channel_axis=-1` (the mean over channels). A last
axis of 3 or 4 without `channel_axis` is refused: it may be colours taken for a width. `data_range` (highest minus lowest
possible value) is never guessed from the type or the data.

SSIM: Wang et al., IEEE TIP 13 (2004): Gaussian window 11 x 11 of sigma 1.5, K1 = .01, K2 = .03, population variances,
mean over the positions where the window fits whole. MS-SSIM: Wang, Simoncelli & Bovik, Asilomar 2003: contrast-structure
at each scale, luminance at the last, 2 x 2 means between scales. Where five scales do not fit, as many are taken as
leave the shorter side at 11 pixels or more, and the weights are renormalised; never compare across counts of scales.
"""

from typing import Any

import numpy as np

from .errors import CannotMeasure
from .structure import WINDOW, Pair, contrast_structure, structural_similarity

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def mae(reference: Any, image: Any, *, channel_axis: int | None = None) -> Any:
    """Mean absolute difference, in the unit of the pixels; 0 is ideal."""
    a, b, single = as_pictures(reference, image, channel_axis)
    return _out(np.abs(a - b).mean(axis=(1, 2, 3)), single)


def mse(reference: Any, image: Any, *, channel_axis: int | None = None) -> Any:
    """Mean squared difference, in the squared unit of the pixels; 0 is ideal."""
    a, b, single = as_pictures(reference, image, channel_axis)
    return _out(((a - b) ** 2).mean(axis=(1, 2, 3)), single)


def psnr(reference: Any, image: Any, *, data_range: float, channel_axis: int | None = None) -> Any:
    """10 log10(data_range^2 / mse), in dB; infinite for equal pictures."""
    a, b, single = as_pictures(reference, image, channel_axis)
    _check_range(data_range)
    error = ((a - b) ** 2).mean(axis=(1, 2, 3))
    with np.errstate(divide="ignore"):
        return _out(10 * np.log10(data_range**2 / error), single)


def ssim(reference: Any, image: Any, *, data_range: float, channel_axis: int | None = None) -> Any:
    """-1 to 1, 1 for equal pictures. Raises CannotMeasure below 11 pixels a side.

    float32 pictures are compared in float32, within 1e-6 of float64's value; all others in float64.
    """
    a, b, single = as_pictures(reference, image, channel_axis, keep_float32=True)
    _check_range(data_range)
    _check_window(a)
    return _out(_over_channels(a, b, lambda x, y: structural_similarity(Pair.of(x, y), data_range)), single)


def ms_ssim(reference: Any, image: Any, *, data_range: float, channel_axis: int | None = None) -> Any:
    """0 to 1, 1 for equal pictures; negative contrast-structure terms (inverted pictures) count as 0, so it is never NaN.

    In float32 or float64 as `ssim`.
    """
    a, b, single = as_pictures(reference, image, channel_axis, keep_float32=True)
    _check_range(data_range)
    _check_window(a)
    scales = scales_of(a.shape[1:3])
    return _out(_over_channels(a, b, lambda x, y: _multi_scale(x, y, data_range, scales)), single)


def scales_of(size: tuple[int, ...]) -> int:
    """Scales that MS-SSIM takes for a picture of this (height, width): 1 to 5."""
    side, scales = min(size), 1
    while scales < len(WEIGHTS) and side // 2 >= WINDOW:
        side, scales = side // 2, scales + 1
    return scales


def _multi_scale(x: np.ndarray, y: np.ndarray, data_range: float, scales: int) -> float:
    weights = np.array(WEIGHTS[:scales])
    if scales < len(
        WEIGHTS
    ):  # all five stay as published, though their sum is 1.0001, as in every other program
        weights = weights / weights.sum()
    value, pair = 1.0, Pair.of(x, y)
    for weight in weights[:-1]:
        value *= max(contrast_structure(pair, data_range), 0.0) ** weight
        pair = pair.halved()
    return value * max(structural_similarity(pair, data_range), 0.0) ** weights[-1]


def _over_channels(a: np.ndarray, b: np.ndarray, function: Any) -> np.ndarray:
    channels = range(a.shape[3])
    return np.array([np.mean([function(x[:, :, c], y[:, :, c]) for c in channels]) for x, y in zip(a, b)])


def as_pictures(
    reference: Any, image: Any, channel_axis: int | None, *, keep_float32: bool = False
) -> tuple[np.ndarray, np.ndarray, bool]:
    """Both as (n, h, w, channels) float64 (float32 where both are and it may stay), and whether one picture was given."""
    a, b = np.asarray(reference), np.asarray(image)
    if a.shape != b.shape:
        raise CannotMeasure(
            f"The pictures have shapes {a.shape} and {b.shape}; pairs must have one shape. Resize one first."
        )
    if channel_axis is None:
        if a.ndim not in (2, 3) or (a.ndim == 3 and a.shape[-1] in (3, 4)):
            raise CannotMeasure(
                f"Shape {a.shape} may be colours or a stack: give channel_axis=-1 for colours, or (n, h, w)."
            )
        a, b = a[..., None], b[..., None]
    else:
        if a.ndim not in (3, 4):
            raise CannotMeasure(
                f"With channel_axis, give (h, w, channels) or a stack of them; the shape is {a.shape}."
            )
        a, b = np.moveaxis(a, channel_axis, -1), np.moveaxis(b, channel_axis, -1)
    single = a.ndim == 3
    a, b = (x[None] if single else x for x in (a, b))
    if 0 in a.shape:
        raise CannotMeasure(f"There is no pixel in pictures of shape {a.shape}.")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise CannotMeasure("A picture holds pixels that are no numbers.")
    kind = np.float32 if keep_float32 and a.dtype == b.dtype == np.float32 else np.float64
    return a.astype(kind, copy=False), b.astype(kind, copy=False), single


def _check_range(data_range: float) -> None:
    if not (np.isfinite(data_range) and data_range > 0):
        raise CannotMeasure(
            f"data_range is {data_range}; it is the highest minus the lowest possible value, above 0."
        )


def _check_window(a: np.ndarray) -> None:
    if min(a.shape[1:3]) < WINDOW:
        raise CannotMeasure(
            f"The pictures are {a.shape[2]} × {a.shape[1]} pixels; the window needs at least {WINDOW} a side."
        )


def _out(values: np.ndarray, single: bool) -> Any:
    return float(values[0]) if single else values
