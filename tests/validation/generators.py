"""Ways of making images against strangers."""

import math

import numpy as np
from scipy import ndimage
from skimage import exposure, filters, transform

from generators.classical import filters as our_filters
from generators.classical import geometry, intensity, sampling
from generators.mixing import augmix, cutmix, perlin, ricap
from tests.validation import Entry, apart

RNG_SEED = 20


def _field(height: int = 60, width: int = 47) -> np.ndarray:
    smooth = ndimage.gaussian_filter(np.random.default_rng(RNG_SEED).standard_normal((height, width)), 3)
    return 0.1 + 0.8 * (smooth - smooth.min()) / np.ptp(smooth)


def _marked(n: int = 40) -> np.ndarray:
    """Pictures of one value each, so that areas can be counted."""
    return np.arange(n, dtype=np.float32)[:, None, None] * np.ones((1, 23, 31), np.float32)


def _cutmix() -> float:
    images = _marked()
    mixed = cutmix.apply(images, np.eye(40), None, cutmix.draw(np.random.default_rng(1), images))
    counted = (mixed.images[:, None] == np.arange(40)[None, :, None, None]).mean(axis=(2, 3))
    return apart(mixed.labels, counted)


def _ricap() -> float:
    images = _marked()
    mixed = ricap.apply(images, np.eye(40), None, ricap.draw(np.random.default_rng(1), images))
    counted = (mixed.images[:, None] == np.arange(40)[None, :, None, None]).mean(axis=(2, 3))
    return max(apart(mixed.labels, counted), apart(mixed.labels.sum(axis=1), np.ones(40)))  # type: ignore[union-attr]


def _augmix() -> float:
    """How far any pixel lies outside the pixelwise hull of original and chains."""
    images = np.random.default_rng(2).random((12, 24, 24)).astype(np.float32)
    parameters = augmix.draw(np.random.default_rng(3), images)
    mixed = augmix.apply(images, None, None, parameters).images
    outside = 0.0
    for i, picture in enumerate(mixed):
        hull = np.concatenate([images[i : i + 1], augmix.chain_pictures(images, parameters, i)])
        outside = max(
            outside, float((hull.min(axis=0) - picture).max()), float((picture - hull.max(axis=0)).max())
        )
    return max(outside, 0.0)


def _perlin() -> float:
    """The sum over the four corners of each cell, pixel by pixel, from the same gradients."""
    side, cells = 48, 5
    angles = (
        np.random.default_rng(4).random((cells + 1, cells + 1), np.float32) * np.float32(2 * math.pi)
    ).astype(float)
    slow = np.empty((side, side))
    for i in range(side):
        for j in range(side):
            y, x = i * cells / side, j * cells / side
            r, c = int(y), int(x)
            total = 0.0
            for down in (0, 1):
                for right in (0, 1):
                    v, u = y - r - down, x - c - right
                    angle = angles[r + down, c + right]
                    weight = math.prod(1 - (6 * t**5 - 15 * t**4 + 10 * t**3) for t in (abs(v), abs(u)))
                    total += weight * (math.cos(angle) * u + math.sin(angle) * v)
            slow[i, j] = total
    return apart(perlin.noise((side, side), cells, np.random.default_rng(4), dtype=np.float64), slow)


def _affine() -> float:
    picture, angle = _field().astype(np.float32), math.radians(17.3)
    matrix = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    ours = sampling.affine(picture, matrix, np.array([6.3, -4.1]), 1, "reflect", 0.0)
    return apart(
        ours, ndimage.affine_transform(picture.astype(float), matrix, [6.3, -4.1], order=1, mode="reflect")
    )


def _rotation() -> float:
    picture = _field(41, 53)
    angle = math.radians(12.0)
    matrix = (math.cos(angle), math.sin(angle), -math.sin(angle), math.cos(angle))
    centre = np.array([20.0, 26.0])
    offset = centre - np.reshape(matrix, (2, 2)) @ centre
    drawn = geometry.AffineParameters(matrix, tuple(offset), "constant", 0.0, 41, 53)
    ours = geometry.apply_affine(picture, None, None, None, drawn).image
    inner = np.s_[8:-8, 8:-8]
    return apart(ours[inner], transform.rotate(picture, 12.0, order=1)[inner])


def _blur() -> float:
    picture = _field()
    ours = our_filters.apply_gaussian_blur(
        picture, None, None, None, our_filters.GaussianBlurParameters(1.3)
    ).image
    return apart(ours, filters.gaussian(picture, 1.3, mode="reflect"))


def _gamma() -> float:
    picture = _field()
    ours = intensity.apply_gamma(picture, None, None, None, intensity.GammaParameters(0.8, 0.0, 1.0)).image
    return apart(ours, exposure.adjust_gamma(picture, 0.8))


ENTRIES: tuple[Entry, ...] = (
    Entry("generators.mixing.cutmix.apply", "CutMix: shares of the label", "areas counted pixel by pixel", 1e-12, _cutmix),
    Entry("generators.mixing.ricap.apply", "RICAP: shares of the label, and their sum", "areas counted pixel by pixel", 1e-12, _ricap),
    Entry("generators.mixing.augmix.apply", "AugMix: distance outside the hull", "hull of original and chains", 0.0, _augmix),
    Entry("generators.mixing.perlin.noise", "Perlin noise", "sum over cell corners (Perlin 2002), pixel by pixel", 1e-12, _perlin),
    Entry("generators.classical.sampling.affine", "Affine sampling, float32", "SciPy, affine_transform in float64", 2e-5, _affine),
    Entry("generators.classical.geometry.apply_affine", "Rotation", "scikit-image, rotate", 1e-6, _rotation),
    Entry("generators.classical.filters.apply_gaussian_blur", "Gaussian blur", "scikit-image, gaussian", 1e-12, _blur),
    Entry("generators.classical.intensity.apply_gamma", "Gamma", "scikit-image, adjust_gamma", 1e-12, _gamma),
)  # fmt: skip
