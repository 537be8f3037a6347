"""First-order statistics of intensities (pyradiomics' definitions; the shift of 300 keeps energies of both signs apart)."""

import numpy as np

from .counting import entropies

SHIFT, VOXEL = 300.0, 4.0  # volume of a resampled pixel, 2 x 2 x 1
NAMES = (
    "10Percentile", "90Percentile", "Energy", "Entropy", "InterquartileRange", "Kurtosis", "Maximum", "MeanAbsoluteDeviation",
    "Mean", "Median", "Minimum", "Range", "RobustMeanAbsoluteDeviation", "RootMeanSquared", "Skewness", "TotalEnergy",
    "Uniformity", "Variance",
)  # fmt: skip


def firstorder(x: np.ndarray, levels: np.ndarray) -> list[float]:
    """18 numbers in the order of NAMES; x float intensities, levels their bins."""
    values = x.ravel()
    ordered = np.sort(values)
    p10, p25, median, p75, p90 = (_percentile(ordered, q) for q in (0.1, 0.25, 0.5, 0.75, 0.9))
    mean = values.mean()
    centred = values - mean
    square = centred * centred
    variance = float(square.mean())
    inner = ordered[np.searchsorted(ordered, p10) : np.searchsorted(ordered, p90, side="right")]
    shifted = values + SHIFT
    energy = float(shifted @ shifted)
    shares = np.bincount(levels.ravel()) / values.size
    return [
        p10, p90, energy, float(entropies(shares)), p75 - p25,
        float(square @ square) / values.size / variance**2 if variance else 0.0, ordered[-1], np.abs(centred).mean(), mean, median,
        ordered[0], ordered[-1] - ordered[0], np.abs(inner - inner.mean()).mean(), np.sqrt(energy / values.size),
        float(square @ centred) / values.size / variance**1.5 if variance else 0.0, energy * VOXEL, float(shares @ shares), variance,
    ]  # fmt: skip


def _percentile(ordered: np.ndarray, share: float) -> float:
    """Linear between ranks, to the last digit as numpy does it: the values between two percentiles depend on it."""
    place = share * (len(ordered) - 1)
    below = int(place)
    low, high = float(ordered[below]), float(ordered[min(below + 1, len(ordered) - 1)])
    t = place - below
    return high - (high - low) * (1 - t) if t >= 0.5 else low + (high - low) * t
