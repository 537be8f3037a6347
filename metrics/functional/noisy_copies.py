"""Is a picture another one with white noise on it? Likeness as it would be without the noise, and how sure that is.

Noise lowers the correlation of a copy with its original as much as another build lowers that of another picture, but it leaves a
different rest: white, where what two pictures do not share lies, as pictures do, in the low frequencies. So the rest's finest waves
tell the noise, and what they foretell is taken from the rest in the coarse ones.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

# Standard deviations of the Gaussians between which likeness is asked: the noise is smaller there.
BAND = (2.0, 6.0)
FINE_FROM = 7.0  # waves a window from which on the noise is told
VISIBLE = 0.25  # of its power: waves that enlarging a small picture has wiped out tell nothing


@dataclass(frozen=True)
class Rest:
    """share: what is left of the picture's coarse waves beyond the other one and the noise, relative to the other; its standard
    error; noise: power of it that was taken off, in squared intensities."""

    share: float
    error: float
    noise: float

    @property
    def likeness(self) -> float:
        """The correlation that a rest of this share would leave."""
        return float(1 / np.sqrt(1 + max(0.0, self.share)))


def rest(window: np.ndarray, other: np.ndarray, noise: np.ndarray, level: float | None = None) -> Rest | None:
    """From two (n, n) windows laid upon each other, and the (n, n) power of unit noise in the first one's cosine waves (`noise_power`).

    With e the cosine coefficients of window - g other, g by least squares, N the noise and w the weights of the band:
    share = sum w (e^2 - s N) / sum w (g other)^2, s from the median of e^2 / N in the fine waves (that of a chi-square of one
    degree), or from their mean where that is less: other structure than noise raises both; or `level`, where it is known already.
    None where nothing is to be compared.
    """
    from scipy.fft import dctn

    first, second = (dctn(each - each.mean(), norm="ortho") for each in (window, other))
    waves = np.arange(len(first)) / 2
    weight, fine = _weight(len(first)), np.hypot(waves[:, None], waves) >= FINE_FROM
    fine &= noise > VISIBLE * noise.max()
    power = float((weight * second**2).sum())
    gain = float((weight * first * second).sum()) / max(power, 1e-30)
    if gain <= 0 or not fine.any():
        return None
    left, power = (first - gain * second) ** 2, gain**2 * power
    if level is None:
        told = left[fine] / noise[fine]
        level = min(float(np.median(told)) / 0.454936, float(told.mean()))
    share = float((weight * (left - level * noise)).sum()) / power
    variance = (
        2 * float(((weight * noise) ** 2).sum()) + 3.2 * float((weight * noise).sum()) ** 2 / fine.sum()
    )
    return Rest(share, level * float(np.sqrt(variance)) / power, level)


@lru_cache(maxsize=64)
def noise_power(side: int, size: int, cut: int, fine: int) -> np.ndarray:
    """(n, n) power of unit white noise of a (side, side) picture in the cosine waves of its window, after it was brought to
    (fine, fine), then to (size, size), and `cut` pixels were left out all around; n = size - 2 cut. Larger ones are white as they are."""
    from scipy.fft import dct

    brought = _enlarging(side, fine) if side < fine else np.eye(fine, dtype=np.float32)
    brought = (_enlarging(fine, size) @ brought if size != fine else brought)[cut : size - cut]
    power = (dct(brought, axis=0, norm="ortho") ** 2).sum(axis=1)
    return np.outer(power, power)


def _enlarging(side: int, size: int) -> np.ndarray:
    """(size, side) of the bicubic way from one side to the other."""
    from PIL import Image

    unit = Image.fromarray(np.eye(side, dtype=np.float32))
    return np.asarray(unit.resize((side, size), Image.Resampling.BICUBIC))


@lru_cache(maxsize=16)
def _weight(n: int) -> np.ndarray:
    """(n, n) how much of the power of each wave the band lets pass."""
    away = (np.pi * np.arange(n) / n) ** 2
    square = away[:, None] + away
    return (np.exp(-(BAND[0] ** 2) * square / 2) - np.exp(-(BAND[1] ** 2) * square / 2)) ** 2
