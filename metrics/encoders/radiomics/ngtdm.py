"""Differences from the mean of eight neighbours (Amadasun & King 1989)."""

import numpy as np
from scipy.ndimage import convolve1d

NAMES = ("Busyness", "Coarseness", "Complexity", "Contrast", "Strength")


def ngtdm(levels: np.ndarray) -> list[float]:
    """Five numbers in the order of NAMES; at the border only neighbours inside the picture count."""
    x = levels.astype(float)
    around = _sum3(x) - x
    neighbours = _sum3(np.ones_like(x)) - 1
    gap = np.abs(x - around / np.maximum(neighbours, 1))
    counts = np.bincount(levels.ravel())
    sums = np.bincount(levels.ravel(), gap.ravel())
    grey = np.flatnonzero(counts).astype(float)
    total, s = counts.sum(), sums[counts > 0]
    p = counts[counts > 0] / total
    weighted, count = float((p * s).sum()), len(grey)
    apart = np.abs(grey[:, None] - grey)
    weights = grey * p
    spread = float(np.abs(weights[:, None] - weights).sum())
    pair = p[:, None] + p
    complexity = float((apart * ((p * s)[:, None] + p * s) / pair).sum()) / total
    contrast = (
        float((np.outer(p, p) * apart**2).sum()) * s.sum() / total / (count * (count - 1))
        if count > 1
        else 0.0
    )
    strength = float((pair * apart**2).sum()) / s.sum() if s.sum() else 0.0
    return [
        weighted / spread if spread else 0.0,
        1 / weighted if weighted else 1e6,
        complexity,
        contrast,
        strength,
    ]


def _sum3(x: np.ndarray) -> np.ndarray:
    ones = np.ones(3)
    return convolve1d(convolve1d(x, ones, axis=0, mode="constant"), ones, axis=1, mode="constant")
