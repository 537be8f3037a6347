"""How much power pictures hold at each spatial frequency, and how far two sets lie apart in that. Needs no network.

The transposed convolutions of generators leave too much or too little power at high frequencies: Durall, Keuper & Keuper,
CVPR 2020; Dzanic, Shah & Witherden, NeurIPS 2020. The profile of a picture is its power averaged over rings of the Fourier plane.
It sees no anatomy at all: a scrambled picture has the same spectrum. A resize, a change of noise or of compression moves it.
"""

from functools import lru_cache
from typing import Any

import numpy as np

from .errors import CannotMeasure, as_pair

RINGS = 32
FAINT = 1e-10  # of full scale squared: below it (100 dB) a ring is empty, not faint


def radial_spectrum(image: Any, rings: int = RINGS) -> np.ndarray:
    """(rings,) power in dB of an (h, w) picture with values of 0 to 1, ring r from r / rings to (r + 1) / rings of Nyquist.

    The mean is taken off and a Hann window put on (without it the picture's edges write a cross into the plane); the power
    is that of a sine's square, so a full-scale sine has the same height whatever the size. Corners beyond Nyquist are left out.
    Raises CannotMeasure below 2 rings pixels a side, and for pixels that are no numbers.
    """
    picture = np.asarray(image, np.float64)
    if picture.ndim != 2 or min(picture.shape) < 2 * rings:
        raise CannotMeasure(f"A picture of shape {picture.shape} was given; {rings} rings need (h, w) of at least {2 * rings} a side.")  # fmt: skip
    if not np.isfinite(picture).all():
        raise CannotMeasure("A picture holds pixels that are no numbers.")
    window, ring, counts = _plane(picture.shape, rings)
    from scipy.fft import rfft2

    power = np.abs(rfft2((picture - picture.mean()) * window)) ** 2 / (window**2).sum()
    sums = np.bincount(ring.ravel(), (power * counts[1]).ravel(), minlength=rings + 1)[:rings]
    return 10 * np.log10(sums / counts[0] + FAINT)


@lru_cache(maxsize=4)
def _plane(
    shape: tuple[int, int], rings: int
) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Hann window (h, w), ring of each coefficient (h, w // 2 + 1) (`rings` beyond Nyquist), and (coefficients a ring, weights)."""
    h, w = shape
    window = np.outer(_hann(h), _hann(w))
    radius = 2 * np.hypot(np.fft.fftfreq(h)[:, None], np.fft.rfftfreq(w)[None])
    ring = np.minimum((radius * rings).astype(int), rings)
    weight = np.full(
        ring.shape, 2.0
    )  # the half plane stands for both halves, but for its first and last column
    weight[:, 0] = 1
    if w % 2 == 0:
        weight[:, -1] = 1
    return window, ring, (np.bincount(ring.ravel(), weight.ravel(), minlength=rings + 1)[:rings], weight)


def _hann(n: int) -> np.ndarray:
    return 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(n) + 0.5) / n)


def spectrum_distance(real: Any, synthetic: Any) -> float:
    """dB: root mean square over rings of the difference between the mean profiles (n, rings) and (m, rings); 0 is ideal.

    What chance alone adds to the squared difference (the variance of both means) is taken off first; where less than that is
    seen the distance is 0. Raises CannotMeasure for fewer than two rows a side, other rings, or values that are not finite.
    """
    return float(np.sqrt(max(0.0, squared_spectrum_difference(real, synthetic))))


def squared_spectrum_difference(real: Any, synthetic: Any) -> float:
    """dB^2, unbiased, so that it may be negative where the spectra agree."""
    a, b = as_pair(real, synthetic)
    difference = a.mean(axis=0) - b.mean(axis=0)
    chance = a.var(axis=0, ddof=1) / len(a) + b.var(axis=0, ddof=1) / len(b)
    return float((difference**2 - chance).mean())
