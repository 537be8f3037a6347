"""Gamma, brightness and contrast, inversion, channel shuffle, CLAHE and global histogram equalisation: grey levels
change, geometry does not. Work is done on a scale from 0 to 1 over the data range, so 8 and 16 bits look alike."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from skimage import color, exposure

from generators.classical.common import (
    Transform,
    Transformed,
    TransformError,
    check_image,
    check_range,
    checked,
    from_unit,
    per_channel,
    to_unit,
)
from generators.classical.sampling import looked_up
from generators.options import BrightnessContrastOptions, CLAHEOptions, GammaOptions, NoOptions
from generators.parameters import Parameters, full_range, whole


def _recoloured(image, mask, boxes, keypoints, p, change: Callable[[np.ndarray], np.ndarray]) -> Transformed:
    mask, boxes, keypoints = checked(image, mask, boxes, keypoints)
    changed = from_unit(change(to_unit(image, p.low, p.high)), image, p.low, p.high)
    return Transformed(changed, None if mask is None else mask.copy(), boxes, keypoints)


def _level_by_level(
    image, mask, boxes, keypoints, p, change: Callable[[np.ndarray], np.ndarray]
) -> Transformed:
    """As _recoloured, where a pixel's new value depends on its old one alone: whole numbers go through a table of the
    values between the picture's least and greatest, if that is much shorter than the picture."""
    if image.dtype.kind != "u":
        return _recoloured(image, mask, boxes, keypoints, p, change)
    mask, boxes, keypoints = checked(image, mask, boxes, keypoints)
    least, most = int(image.min()), int(image.max())
    if 2 * (most - least) >= image.size:
        return _recoloured(image, mask, boxes, keypoints, p, change)
    levels = np.arange(least, most + 1).astype(image.dtype)
    table = from_unit(change(to_unit(levels, p.low, p.high)), levels, p.low, p.high)
    return Transformed(
        looked_up(table, image - image.dtype.type(least)),
        None if mask is None else mask.copy(),
        boxes,
        keypoints,
    )


def _on_brightness(function: Callable[[np.ndarray], np.ndarray], unit: np.ndarray) -> np.ndarray:
    """A function of (h, w): on the value channel of HSV for three channels (hues stay), else on each channel."""
    if unit.ndim == 3 and unit.shape[2] == 3:
        hsv = color.rgb2hsv(unit)
        hsv[..., 2] = function(hsv[..., 2])
        return color.hsv2rgb(hsv)
    return per_channel(function, unit)


@dataclass(frozen=True)
class GammaParameters(Parameters):
    gamma: float
    low: float
    high: float


def draw_gamma(rng, image, options: GammaOptions, data_range=None) -> GammaParameters:
    """Uniform between low and high in its logarithm."""
    check_image(image)
    gamma = math.exp(rng.uniform(math.log(options.low), math.log(options.high)))
    return GammaParameters(gamma, *full_range(image, data_range))


def apply_gamma(image: np.ndarray, mask, boxes, keypoints, parameters: GammaParameters) -> Transformed:
    """u ** gamma on 0 to 1."""
    return _level_by_level(
        image, mask, boxes, keypoints, parameters, lambda unit: unit ** unit.dtype.type(parameters.gamma)
    )


@dataclass(frozen=True)
class BrightnessContrastParameters(Parameters):
    brightness: float
    contrast: float
    low: float
    high: float


def draw_brightness_contrast(rng, image, options: BrightnessContrastOptions, data_range=None):
    """brightness uniform within +- its largest, contrast within 1 +- its largest."""
    check_image(image)
    brightness = float(rng.uniform(-options.brightness, options.brightness))
    contrast = float(rng.uniform(1 - options.contrast, 1 + options.contrast))
    return BrightnessContrastParameters(brightness, contrast, *full_range(image, data_range))


def apply_brightness_contrast(
    image, mask, boxes, keypoints, parameters: BrightnessContrastParameters
) -> Transformed:
    """(u - 1/2) contrast + 1/2 + brightness on 0 to 1, clipped."""
    p = parameters

    def change(unit):
        kind = unit.dtype.type
        unit -= kind(0.5)
        unit *= kind(p.contrast)
        unit += kind(0.5 + p.brightness)
        return unit

    return _level_by_level(image, mask, boxes, keypoints, p, change)


@dataclass(frozen=True)
class RangeParameters(Parameters):
    low: float
    high: float


def draw_range(rng, image, options: NoOptions, data_range=None) -> RangeParameters:
    check_image(image)
    return RangeParameters(*full_range(image, data_range))


def apply_inversion(image: np.ndarray, mask, boxes, keypoints, parameters: RangeParameters) -> Transformed:
    """low + high - x; exact on whole numbers."""
    total = parameters.low + parameters.high
    if image.dtype.kind != "u" or not total.is_integer():
        return _recoloured(image, mask, boxes, keypoints, parameters, lambda unit: 1 - unit)
    mask, boxes, keypoints = checked(image, mask, boxes, keypoints)
    check_range(image, parameters.low, parameters.high)
    # Wraps round on the way where total is beyond the type, and comes back: the result is within the range.
    turned = np.subtract(image.dtype.type(int(total) % 2 ** (8 * image.dtype.itemsize)), image)
    return Transformed(turned, None if mask is None else mask.copy(), boxes, keypoints)


def apply_equalisation(image: np.ndarray, mask, boxes, keypoints, parameters: RangeParameters) -> Transformed:
    """(cdf(x) - cdf(least)) / (1 - cdf(least)), 256 bins for 8-bit pictures and 65,536 for others; a picture of one
    value stays."""
    p, bins = parameters, 256 if image.dtype == np.uint8 else 65536
    if image.dtype.kind == "u" and image.shape[2:] != (3,) and p.high - p.low < bins:
        mask, boxes, keypoints = checked(image, mask, boxes, keypoints)
        check_range(image, p.low, p.high)
        changed = per_channel(lambda plane: _equalised_whole(plane, p), image)
        return Transformed(changed, None if mask is None else mask.copy(), boxes, keypoints)
    return _recoloured(
        image,
        mask,
        boxes,
        keypoints,
        parameters,
        lambda unit: _on_brightness(lambda plane: equalised(plane, bins), unit),
    )


def _equalised_whole(plane: np.ndarray, p: RangeParameters) -> np.ndarray:
    """As `equalised` where each whole number has a bin of its own: one value of the table for each of them."""
    counts = np.bincount(plane.ravel())
    first = counts[plane.min()]
    if first == plane.size:
        return plane.copy()
    share = (np.cumsum(counts) - first).clip(0) / (plane.size - first)
    return looked_up(from_unit(share.astype(np.float32), plane, p.low, p.high), plane)


def equalised(plane: np.ndarray, bins: int) -> np.ndarray:
    """plane: (h, w) from 0 to 1."""
    level = np.rint(plane * (bins - 1)).astype(np.intp)
    counts = np.bincount(level.ravel(), minlength=bins)
    cdf = np.cumsum(counts)
    first = counts[np.flatnonzero(counts)[0]]
    if first == plane.size:
        return plane
    return ((cdf - first) / (plane.size - first)).clip(0)[level].astype(plane.dtype)


@dataclass(frozen=True)
class CLAHEParameters(Parameters):
    clip_limit: float
    tiles: int
    low: float
    high: float


def draw_clahe(rng, image, options: CLAHEOptions, data_range=None) -> CLAHEParameters:
    check_image(image)
    return CLAHEParameters(options.clip_limit, options.tiles, *full_range(image, data_range))


def apply_clahe(image: np.ndarray, mask, boxes, keypoints, parameters: CLAHEParameters) -> Transformed:
    """Contrast-limited adaptive histogram equalisation (Zuiderveld 1994) by scikit-image, which first stretches the
    picture to the whole range and works in 14 bits; a picture of one value stays."""
    p = parameters

    def change(plane):
        if plane.min() == plane.max():
            return plane
        tile = [max(side // p.tiles, 1) for side in plane.shape]
        return exposure.equalize_adapthist(plane, kernel_size=tile, clip_limit=p.clip_limit).astype(
            plane.dtype
        )

    return _recoloured(image, mask, boxes, keypoints, p, lambda unit: _on_brightness(change, unit))


@dataclass(frozen=True)
class ChannelShuffleParameters(Parameters):
    order: tuple[int, ...]


def draw_channel_shuffle(rng, image, options: NoOptions, data_range=None) -> ChannelShuffleParameters:
    check_image(image)
    if image.ndim != 3 or image.shape[2] < 2:
        raise TransformError("Channel shuffle needs colour pictures; this one is grey.")
    return ChannelShuffleParameters(whole(rng.permutation(image.shape[2])))


def apply_channel_shuffle(image, mask, boxes, keypoints, parameters: ChannelShuffleParameters) -> Transformed:
    mask, boxes, keypoints = checked(image, mask, boxes, keypoints)
    if image.ndim != 3 or image.shape[2] != len(parameters.order):
        raise TransformError(
            f"The parameters order {len(parameters.order)} channels; the image has shape {image.shape}."
        )
    return Transformed(
        image[..., list(parameters.order)], None if mask is None else mask.copy(), boxes, keypoints
    )


GAMMA = Transform(draw_gamma, apply_gamma, GammaParameters)
BRIGHTNESS_CONTRAST = Transform(
    draw_brightness_contrast, apply_brightness_contrast, BrightnessContrastParameters
)
INVERSION = Transform(draw_range, apply_inversion, RangeParameters)
EQUALISATION = Transform(draw_range, apply_equalisation, RangeParameters)
CLAHE = Transform(draw_clahe, apply_clahe, CLAHEParameters)
CHANNEL_SHUFFLE = Transform(draw_channel_shuffle, apply_channel_shuffle, ChannelShuffleParameters)
