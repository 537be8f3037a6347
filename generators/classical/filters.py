"""Sharpen, motion blur and Gaussian blur. Mask, boxes and key points stay where they are. Borders are mirrored."""

import math
from dataclasses import dataclass

import numpy as np

from generators.classical.common import (
    Transform,
    Transformed,
    check_image,
    checked,
    from_unit,
    to_unit,
)
from generators.classical.sampling import correlated, smoothed
from generators.options import GaussianBlurOptions, MotionBlurOptions, SharpenOptions
from generators.parameters import Parameters, full_range


@dataclass(frozen=True)
class SharpenParameters(Parameters):
    amount: float
    radius: float
    low: float
    high: float


def draw_sharpen(rng, image, options: SharpenOptions, data_range=None) -> SharpenParameters:
    """Amount uniform from 0 to the largest."""
    check_image(image)
    return SharpenParameters(
        float(rng.uniform(0, options.amount)), options.radius, *full_range(image, data_range)
    )


def apply_sharpen(image: np.ndarray, mask, boxes, keypoints, parameters: SharpenParameters) -> Transformed:
    """x + amount (x - smoothed x), clipped to the data range."""
    p = parameters
    mask, boxes, keypoints = checked(image, mask, boxes, keypoints)
    unit = to_unit(image, p.low, p.high)
    sharp = unit + unit.dtype.type(p.amount) * (unit - smoothed(unit, p.radius))
    return Transformed(from_unit(sharp, image, p.low, p.high), _copied(mask), boxes, keypoints)


@dataclass(frozen=True)
class GaussianBlurParameters(Parameters):
    sigma: float


def draw_gaussian_blur(rng, image, options: GaussianBlurOptions, data_range=None) -> GaussianBlurParameters:
    """Sigma uniform from 0 to the largest, in pixels."""
    check_image(image)
    return GaussianBlurParameters(float(rng.uniform(0, options.sigma)))


def apply_gaussian_blur(
    image: np.ndarray, mask, boxes, keypoints, parameters: GaussianBlurParameters
) -> Transformed:
    mask, boxes, keypoints = checked(image, mask, boxes, keypoints)
    blurred = _averaged(image, lambda work: smoothed(work, parameters.sigma))
    return Transformed(blurred, _copied(mask), boxes, keypoints)


@dataclass(frozen=True)
class MotionBlurParameters(Parameters):
    """length of the path in pixels; angle in degrees, counter-clockwise from the row."""

    length: float
    angle: float


def draw_motion_blur(rng, image, options: MotionBlurOptions, data_range=None) -> MotionBlurParameters:
    """Length uniform from 1 to the longest, angle uniform from 0 to 180 degrees."""
    check_image(image)
    return MotionBlurParameters(float(rng.uniform(1, options.length)), float(rng.uniform(0, 180)))


def motion_kernel(length: float, angle: float) -> np.ndarray:
    """A straight path through the centre, sampled finely and shared among the nearest pixels; sums to one."""
    reach = math.ceil((length - 1) / 2)
    kernel = np.zeros((2 * reach + 3, 2 * reach + 3))
    along = np.linspace(-(length - 1) / 2, (length - 1) / 2, 8 * reach + 1)
    y = reach + 1 - along * math.sin(math.radians(angle))
    x = reach + 1 + along * math.cos(math.radians(angle))
    row, column = np.floor(y).astype(int), np.floor(x).astype(int)
    v, u = y - row, x - column
    for down, right, weight in [
        (0, 0, (1 - v) * (1 - u)),
        (0, 1, (1 - v) * u),
        (1, 0, v * (1 - u)),
        (1, 1, v * u),
    ]:
        np.add.at(kernel, (row + down, column + right), weight)
    return kernel / kernel.sum()


def apply_motion_blur(
    image: np.ndarray, mask, boxes, keypoints, parameters: MotionBlurParameters
) -> Transformed:
    mask, boxes, keypoints = checked(image, mask, boxes, keypoints)
    kernel = motion_kernel(parameters.length, parameters.angle)
    blurred = _averaged(image, lambda work: correlated(work, kernel))
    return Transformed(blurred, _copied(mask), boxes, keypoints)


def _averaged(image: np.ndarray, smooth) -> np.ndarray:
    """A weighted mean of neighbours never leaves the image's own values: rounding alone could, so it is clipped."""
    work = image.dtype if image.dtype.kind == "f" else np.dtype(np.float32)
    out = smooth(image.astype(work)).clip(image.min(), image.max())
    return (np.rint(out) if image.dtype.kind == "u" else out).astype(image.dtype)


def _copied(mask: np.ndarray | None) -> np.ndarray | None:
    return None if mask is None else mask.copy()


SHARPEN = Transform(draw_sharpen, apply_sharpen, SharpenParameters)
MOTION_BLUR = Transform(draw_motion_blur, apply_motion_blur, MotionBlurParameters)
GAUSSIAN_BLUR = Transform(draw_gaussian_blur, apply_gaussian_blur, GaussianBlurParameters)
