"""Differences from the mean of eight neighbours (Amadasun & King 1989)."""

from functools import lru_cache

import cv2
import numpy as np

NAMES = ("Busyness", "Coarseness", "Complexity", "Contrast", "Strength")


def ngtdm(levels: np.ndarray) -> list[float]:
    """Five numbers in the order of NAMES; at the border only neighbours inside the picture count."""
    x = levels.astype(float)
    around = _sum3(x)
    around -= x
    around /= _neighbours(x.shape)
    gap = np.abs(np.subtract(x, around, out=around), out=around)
    counts = np.bincount(levels.ravel())
    occurs = np.flatnonzero(counts > 0)
    s = np.bincount(levels.ravel(), gap.ravel())[occurs]
    grey, total = occurs.astype(float), levels.size
    p = counts[occurs] / total
    weighted, count = float((p * s).sum()), len(grey)
    ratio = np.abs(grey[:, None] - grey)
    ratio /= p[:, None] + p
    spread = _spread(np.sort(grey * p))
    complexity = 2 * float((p * s) @ ratio.sum(axis=1)) / total
    square = (grey - grey @ p) ** 2
    contrast = 2 * float(p @ square) * s.sum() / total / (count * (count - 1)) if count > 1 else 0.0
    # sum of (p_i + p_j) (i - j)^2 over all pairs, about the mean of the levels themselves
    plain = grey - grey.mean()
    strength = 2 * float(count * (p @ plain**2) + plain @ plain) / s.sum() if s.sum() else 0.0
    return [
        weighted / spread if spread else 0.0,
        1 / weighted if weighted else 1e6,
        complexity,
        contrast,
        strength,
    ]


def _spread(ordered: np.ndarray) -> float:
    """Sum of the absolute differences of all pairs, each counted twice, of values in ascending order."""
    n = len(ordered)
    return 2 * float(ordered @ (2 * np.arange(n) - (n - 1)))


@lru_cache(maxsize=8)
def _neighbours(shape: tuple[int, int]) -> np.ndarray:
    """How many neighbours each pixel has inside; 1 for a picture of one pixel, whose sum of them is 0."""
    return np.maximum(_sum3(np.ones(shape)) - 1, 1)


def _sum3(x: np.ndarray) -> np.ndarray:
    """Sums over 3 x 3 pixels, those outside counting 0."""
    return cv2.boxFilter(x, -1, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT)
