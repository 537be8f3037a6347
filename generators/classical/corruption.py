"""Noise and coarse pixels: what Hendrycks and Dietterich 2019 (arXiv:1903.12261, CIFAR-10-C) corrupt pictures with, to see how
robust a classifier is (Figure 4 of the review). Their motion blur, elastic transform, brightness and contrast are transforms of
their own here. Mask, boxes and key points stay where they are. Chance is a stored seed, so that noise replays too."""

from dataclasses import dataclass

import cv2
import numpy as np

from generators.classical.common import Transform, Transformed, check_image, checked, from_unit, to_unit
from generators.options import GaussianNoiseOptions, ImpulseNoiseOptions, PixelateOptions, ShotNoiseOptions
from generators.parameters import Parameters, full_range


@dataclass(frozen=True)
class NoiseParameters(Parameters):
    """seed: for numpy's default_rng. strength: sigma, photons or share, as the transform says."""

    seed: int
    strength: float
    low: float
    high: float


def _drawn(rng: np.random.Generator, image: np.ndarray, strength: float, data_range) -> NoiseParameters:
    check_image(image)
    return NoiseParameters(int(rng.integers(0, 2**53)), strength, *full_range(image, data_range))


def _changed(image, mask, boxes, keypoints, p: NoiseParameters, change) -> Transformed:
    mask, boxes, keypoints = checked(image, mask, boxes, keypoints)
    noisy = change(to_unit(image, p.low, p.high), np.random.default_rng(p.seed))
    out = from_unit(noisy, image, p.low, p.high)
    return Transformed(out, None if mask is None else mask.copy(), boxes, keypoints)


def draw_gaussian_noise(rng, image, options: GaussianNoiseOptions, data_range=None) -> NoiseParameters:
    """Sigma uniform from 0 to the largest, as a part of the range."""
    return _drawn(rng, image, float(rng.uniform(0, options.sigma)), data_range)


def apply_gaussian_noise(
    image: np.ndarray, mask, boxes, keypoints, parameters: NoiseParameters
) -> Transformed:
    """u + sigma N(0, 1) on 0 to 1, clipped."""

    def change(unit, rng):
        return unit + unit.dtype.type(parameters.strength) * rng.standard_normal(unit.shape, unit.dtype)

    return _changed(image, mask, boxes, keypoints, parameters, change)


def draw_shot_noise(rng, image, options: ShotNoiseOptions, data_range=None) -> NoiseParameters:
    """Photons at the brightest value: between the fewest and a hundred times as many, uniform in the logarithm."""
    return _drawn(rng, image, options.photons * 100 ** float(rng.random()), data_range)


def apply_shot_noise(image: np.ndarray, mask, boxes, keypoints, parameters: NoiseParameters) -> Transformed:
    """Poisson(u photons) / photons on 0 to 1, clipped: dose as noise, darker parts less."""

    def change(unit, rng):
        return (rng.poisson(unit * parameters.strength) / parameters.strength).astype(unit.dtype)

    return _changed(image, mask, boxes, keypoints, parameters, change)


def draw_impulse_noise(rng, image, options: ImpulseNoiseOptions, data_range=None) -> NoiseParameters:
    """Share uniform from 0 to the largest."""
    return _drawn(rng, image, float(rng.uniform(0, options.share)), data_range)


def apply_impulse_noise(
    image: np.ndarray, mask, boxes, keypoints, parameters: NoiseParameters
) -> Transformed:
    """That share of the pixels becomes darkest or brightest, half each, all channels of a pixel together."""

    def change(unit, rng):
        chance = rng.random(unit.shape[:2])
        unit[chance < parameters.strength / 2] = 0
        unit[chance > 1 - parameters.strength / 2] = 1
        return unit

    return _changed(image, mask, boxes, keypoints, parameters, change)


@dataclass(frozen=True)
class PixelateParameters(Parameters):
    """rows, columns: how many coarse pixels are left along each side."""

    rows: int
    columns: int


def draw_pixelate(rng, image, options: PixelateOptions, data_range=None) -> PixelateParameters:
    """The share of each side's pixels that is left is uniform between low and 1."""
    height, width = check_image(image)
    share = float(rng.uniform(options.low, 1))
    return PixelateParameters(max(round(height * share), 1), max(round(width * share), 1))


def apply_pixelate(image: np.ndarray, mask, boxes, keypoints, parameters: PixelateParameters) -> Transformed:
    """Means of boxes, shown as boxes: the size of the picture stays."""
    mask, boxes, keypoints = checked(image, mask, boxes, keypoints)
    height, width = image.shape[:2]
    small = cv2.resize(image, (parameters.columns, parameters.rows), interpolation=cv2.INTER_AREA)
    out = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
    return Transformed(out.reshape(image.shape), None if mask is None else mask.copy(), boxes, keypoints)


GAUSSIAN_NOISE = Transform(draw_gaussian_noise, apply_gaussian_noise, NoiseParameters)
SHOT_NOISE = Transform(draw_shot_noise, apply_shot_noise, NoiseParameters)
IMPULSE_NOISE = Transform(draw_impulse_noise, apply_impulse_noise, NoiseParameters)
PIXELATE = Transform(draw_pixelate, apply_pixelate, PixelateParameters)
