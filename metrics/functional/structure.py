"""The maps under SSIM: means in Wang's Gaussian window, where it fits whole.

All is had from the sum s and the difference d of two pictures, less a common level: with S, D their means in the window and P, Q
the means of their squares less S^2, D^2 (twice the variances of sum and difference),

    contrast-structure = (P - Q + 2 c2) / (P + Q + 2 c2)        luminance = (S^2 - D^2 + 2 c1) / (S^2 + D^2 + 2 c1)

since 2 xy = (s^2 - d^2) / 2 and x^2 + y^2 = (s^2 + d^2) / 2. That is a third fewer passes over the maps than means, variances
and covariance, and passes are what the time goes into.
"""

from dataclasses import dataclass

import cv2
import numpy as np

WINDOW = 11
EDGE = WINDOW // 2
_offsets = np.arange(WINDOW) - EDGE
TAPS = np.exp(-(_offsets**2) / (2 * 1.5**2))
TAPS = TAPS / TAPS.sum()


@dataclass(frozen=True)
class Pair:
    """Two pictures as `maps` (4, h, w), float32 or float64: their sum less `level`, their difference, and room for the squares.

    Variances do not feel the level, and float32 keeps 1e-6 of an SSIM without it.
    """

    maps: np.ndarray
    level: float

    @classmethod
    def of(cls, x: np.ndarray, y: np.ndarray) -> "Pair":
        """Of two (h, w) pictures of one type, which the maps keep."""
        maps = np.empty((4, *x.shape), x.dtype)
        total = np.add(x, y, out=maps[0])
        level = float(total.mean())
        total -= total.dtype.type(level)
        np.subtract(x, y, out=maps[1])
        return cls(maps, level)

    def halved(self) -> "Pair":
        """Of the pictures' means over 2 x 2 pixels; an odd last row or column is left out."""
        h, w = (side // 2 * 2 for side in self.maps.shape[1:])
        rows = self.maps[:2, :h:2, :w] + self.maps[:2, 1:h:2, :w]
        maps = np.empty((4, h // 2, w // 2), self.maps.dtype)
        np.add(rows[:, :, ::2], rows[:, :, 1::2], out=maps[:2])
        maps[:2] /= 4
        return Pair(maps, self.level)


def contrast_structure(pair: Pair, data_range: float) -> float:
    """Mean of Wang's equation 13 without its luminance, -1 to 1."""
    means, squares = _moments(pair)
    return _mean_inside(_contrast(means, squares, data_range))


def structural_similarity(pair: Pair, data_range: float) -> float:
    """Mean SSIM, equation 13, -1 to 1."""
    means, squares = _moments(pair)
    values = _contrast(means, squares, data_range)
    means[0] += means.dtype.type(pair.level)
    np.multiply(means[0], means[0], out=squares[0])
    values *= _ratio(squares[0], squares[1], 2 * (0.01 * data_range) ** 2, means[:2])
    return _mean_inside(values)


def _moments(pair: Pair) -> tuple[np.ndarray, np.ndarray]:
    """(4, h, w) means of sum, difference and of their squares in the window; (2, h, w) squares of the first two."""
    np.multiply(pair.maps[:2], pair.maps[:2], out=pair.maps[2:])
    means = filtered(pair.maps)
    return means, np.multiply(means[:2], means[:2], out=pair.maps[2:])


def _contrast(means: np.ndarray, squares: np.ndarray, data_range: float) -> np.ndarray:
    """(h, w), by way of twice the variances of sum and difference; the means of squares are overwritten."""
    variances = np.subtract(means[2:], squares, out=means[2:])
    return _ratio(variances[0], variances[1], 2 * (0.03 * data_range) ** 2, np.empty_like(squares))


def _ratio(first: np.ndarray, second: np.ndarray, constant: float, room: np.ndarray) -> np.ndarray:
    """(first - second + constant) / (first + second + constant), (h, w); `first` and `room` (2, h, w) are overwritten."""
    first += first.dtype.type(constant)
    below = np.add(first, second, out=room[1])
    return np.divide(np.subtract(first, second, out=room[0]), below, out=room[0])


def _mean_inside(values: np.ndarray) -> float:
    """Over the positions at which the window fits whole; rows are added up in their type, their sums in float64."""
    inside = values[EDGE:-EDGE, EDGE:-EDGE]
    return float(inside.sum(axis=1).sum(dtype=np.float64)) / inside.size


def filtered(maps: np.ndarray) -> np.ndarray:
    """(k, h, w) weighted means in the window around each pixel. They hold where the window fits whole: maps lie one below
    another and run into each other at their edges."""
    k, h, w = maps.shape
    return cv2.sepFilter2D(maps.reshape(k * h, w), -1, TAPS, TAPS).reshape(k, h, w)
