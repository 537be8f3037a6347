"""First-order statistics of intensities (pyradiomics' definitions; the shift of 300 keeps energies of both signs apart)."""

import numpy as np

SHIFT, VOXEL = 300.0, 4.0  # volume of a resampled pixel, 2 x 2 x 1
TINY = np.spacing(1)
NAMES = (
    "10Percentile", "90Percentile", "Energy", "Entropy", "InterquartileRange", "Kurtosis", "Maximum", "MeanAbsoluteDeviation",
    "Mean", "Median", "Minimum", "Range", "RobustMeanAbsoluteDeviation", "RootMeanSquared", "Skewness", "TotalEnergy",
    "Uniformity", "Variance",
)  # fmt: skip


def firstorder(x: np.ndarray, levels: np.ndarray) -> list[float]:
    """18 numbers in the order of NAMES; x float intensities, levels their bins."""
    values = x.ravel()
    p10, p25, median, p75, p90 = np.percentile(values, (10, 25, 50, 75, 90))
    mean = values.mean()
    centred = values - mean
    square = centred * centred
    variance = float(square.mean())
    inner = values[(values >= p10) & (values <= p90)]
    energy = float(((values + SHIFT) ** 2).sum())
    shares = np.bincount(levels.ravel()) / values.size
    shares = shares[shares > 0]
    return [
        p10, p90, energy, -float((shares * np.log2(shares + TINY)).sum()), p75 - p25,
        float((square * square).mean()) / variance**2 if variance else 0.0, values.max(), np.abs(centred).mean(), mean, median, values.min(),
        values.max() - values.min(), np.abs(inner - inner.mean()).mean(), np.sqrt(energy / values.size),
        float((square * centred).mean()) / variance**1.5 if variance else 0.0, energy * VOXEL, float((shares**2).sum()), variance,
    ]  # fmt: skip
