"""Grey level co-occurrence (Haralick et al. 1973), symmetric, distance 1, the mean over four directions.

All but three of the numbers need no table of pairs: they are sums over one grey level, over the sum of two or over their
difference, and those three histograms are counted from the picture itself.
"""

import numpy as np

from .entropy import entropy

SPARSE = 50  # times as many cells as pairs: then a table costs more than sorting
NAMES = (
    "Autocorrelation", "JointAverage", "ClusterProminence", "ClusterShade", "ClusterTendency", "Contrast", "Correlation",
    "DifferenceAverage", "DifferenceEntropy", "DifferenceVariance", "JointEnergy", "JointEntropy", "Imc1", "Imc2", "Idm", "Idmn",
    "Id", "Idn", "InverseVariance", "MaximumProbability", "SumEntropy", "SumSquares",
)  # fmt: skip
DIRECTIONS = ((0, 1), (1, 0), (1, 1), (1, -1))


def glcm(levels: np.ndarray) -> list[float]:
    """22 numbers in the order of NAMES from (h, w) levels 1 to the highest."""
    highest = int(levels.max())
    counted = [_counted(*_pairs(levels, *step), highest) for step in DIRECTIONS]
    levels_of, sums, differences, joint = (np.stack(part) for part in zip(*counted))
    return list(_numbers(levels_of, sums, differences, joint, highest).mean(axis=1))


def _pairs(levels: np.ndarray, down: int, right: int) -> tuple[np.ndarray, np.ndarray]:
    h, w = levels.shape
    first = levels[: h - down, max(0, -right) : w - max(0, right)]
    second = levels[down:, max(0, right) : w - max(0, -right)]
    return first.ravel(), second.ravel()


def _counted(first: np.ndarray, second: np.ndarray, highest: int) -> tuple[np.ndarray, ...]:
    """Shares of the levels, of the sums of two and of their differences, each from 0; energy, entropy, largest cell of the pairs."""
    n = len(first)
    both, apart = first + second, np.abs(first - second)
    levels = np.bincount(first, minlength=highest + 1) + np.bincount(second, minlength=highest + 1)
    sums, differences = np.bincount(both, minlength=2 * highest + 1), np.bincount(apart, minlength=highest)
    return levels / (2 * n), sums / n, differences / n, _joint((both - apart) >> 1, apart, highest)


def _numbers(
    levels: np.ndarray, sums: np.ndarray, differences: np.ndarray, joint: np.ndarray, highest: int
) -> np.ndarray:
    """(22, directions) from what each direction has counted."""
    grey, total, gap = (np.arange(part.shape[1], dtype=float) for part in (levels, sums, differences))
    energy, entropy_of_pairs, largest = joint.T
    mean, average = levels @ grey, differences @ gap
    variance = _about(mean, levels, grey)
    gap2, cluster = gap * gap, total - 2 * mean[:, None]
    contrast, weighted = differences @ gap2, sums * cluster * cluster
    tendency = weighted.sum(axis=1)
    # Sum and difference together tell the product: 4 i j = (i + j)^2 - (i - j)^2.
    product, covariance = (sums @ (total * total) - contrast) / 4, (tendency - contrast) / 4
    correlation = np.divide(covariance, variance, out=np.ones_like(variance), where=variance > 0)
    return np.stack([
        product, mean, (weighted * cluster * cluster).sum(axis=1), (weighted * cluster).sum(axis=1), tendency, contrast, correlation,
        average, _entropies(differences), _about(average, differences, gap), energy, entropy_of_pairs,
        *_information(_entropies(levels), entropy_of_pairs), differences @ (1 / (1 + gap2)), differences @ (1 / (1 + gap2 / highest**2)),
        differences @ (1 / (1 + gap)), differences @ (1 / (1 + gap / highest)), differences[:, 1:] @ (1 / gap2[1:]), largest,
        _entropies(sums), variance,
    ])  # fmt: skip


def _about(mean: np.ndarray, shares: np.ndarray, values: np.ndarray) -> np.ndarray:
    """(directions,) variances."""
    return (shares * (values - mean[:, None]) ** 2).sum(axis=1)


def _entropies(shares: np.ndarray) -> list[float]:
    return [entropy(each) for each in shares]


def _joint(lower: np.ndarray, apart: np.ndarray, highest: int) -> np.ndarray:
    """(3,) energy, entropy and largest cell of the symmetric table, in which a pair of unlike levels fills two cells by halves."""
    alike, unlike = (counts / len(lower) for counts in _cells(lower, apart, highest + 1))
    unlike /= 2
    largest = max(part.max(initial=0.0) for part in (alike, unlike))
    return np.array([alike @ alike + 2 * (unlike @ unlike), entropy(alike) + 2 * entropy(unlike), largest])


def _cells(lower: np.ndarray, apart: np.ndarray, tall: int) -> tuple[np.ndarray, np.ndarray]:
    """How often each pair of equal and of unlike levels occurs. One bright pixel may spread levels so far that a table of all pairs
    would fill the memory; then they are sorted."""
    codes = apart * tall + lower
    if int(apart.max()) > SPARSE * len(codes) // tall:
        codes, counts = np.unique(codes, return_counts=True)
        equal = int(np.searchsorted(codes, tall))
        return counts[:equal], counts[equal:]
    counts = np.bincount(codes, minlength=tall)
    alike, unlike = counts[:tall], counts[tall:]
    return alike, unlike[unlike > 0]


def _information(single: list[float], joint: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Haralick's two information measures. The table is symmetric, so both of his cross entropies are twice the levels' own."""
    alone = np.array(single)
    first = np.divide(joint, alone, out=np.full_like(joint, 2.0), where=alone != 0) - 2
    return first, np.sqrt(np.maximum(0.0, 1 - np.exp(-2 * (2 * alone - joint))))
