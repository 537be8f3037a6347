"""Normalised mutual information of two pictures: Studholme, Hill & Hawkes, Pattern Recognition 32 (1999), equation 5.

    NMI = (H(A) + H(B)) / H(A, B)

from the joint histogram of the pixels. It asks only whether one grey level tells the other, so it compares pictures of
different modalities. It depends on the number of bins, and a picture of noise shares nothing with any other.
"""

from typing import Any

import numpy as np

from .errors import CannotMeasure
from .similarity import as_pictures

BINS = 100


def nmi(reference: Any, image: Any, *, bins: int = BINS, channel_axis: int | None = None) -> Any:
    """1 where nothing is shared, 2 where each tells the other; (h, w) -> float, (n, h, w) -> (n,); all channels in one histogram.

    Each picture's own range is cut into equal bins. Two pictures of one value each share no information: 1.
    Raises CannotMeasure for unlike shapes, pixels that are no numbers, and fewer than two bins.
    """
    if bins < 2:
        raise CannotMeasure(f"{bins} bins were asked for; at least 2 are needed.")
    a, b, single = as_pictures(reference, image, channel_axis)
    values = np.array([_of_pair(_binned(x, bins), _binned(y, bins), bins) for x, y in zip(a, b)])
    return float(values[0]) if single else values


def _binned(picture: np.ndarray, bins: int) -> np.ndarray:
    low, high = picture.min(), picture.max()
    if low == high:
        return np.zeros(picture.size, int)
    return np.minimum(((picture - low) * (bins / (high - low))).astype(int), bins - 1).ravel()


def _of_pair(first: np.ndarray, second: np.ndarray, bins: int) -> float:
    joint = np.bincount(first * bins + second, minlength=bins**2).reshape(bins, bins) / len(first)
    together = _entropy(joint.ravel())
    return (_entropy(joint.sum(axis=0)) + _entropy(joint.sum(axis=1))) / together if together > 0 else 1.0


def _entropy(p: np.ndarray) -> float:
    p = p[p > 0]
    return float(-(p * np.log(p)).sum())
