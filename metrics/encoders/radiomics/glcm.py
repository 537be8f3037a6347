"""Grey level co-occurrence (Haralick et al. 1973), symmetric, distance 1, the mean over four directions."""

import numpy as np

TINY = np.spacing(1)
NAMES = (
    "Autocorrelation", "JointAverage", "ClusterProminence", "ClusterShade", "ClusterTendency", "Contrast", "Correlation",
    "DifferenceAverage", "DifferenceEntropy", "DifferenceVariance", "JointEnergy", "JointEntropy", "Imc1", "Imc2", "Idm", "Idmn",
    "Id", "Idn", "InverseVariance", "MaximumProbability", "SumEntropy", "SumSquares",
)  # fmt: skip
DIRECTIONS = ((0, 1), (1, 0), (1, 1), (1, -1))


def glcm(levels: np.ndarray) -> list[float]:
    """22 numbers in the order of NAMES from (h, w) levels 1 to the highest."""
    highest = int(levels.max())
    directions = [_of_pairs(*_pairs(levels, *step), highest) for step in DIRECTIONS]
    return list(np.mean(directions, axis=0))


def _pairs(levels: np.ndarray, down: int, right: int) -> tuple[np.ndarray, np.ndarray]:
    h, w = levels.shape
    first = levels[: h - down, max(0, -right) : w - max(0, right)]
    second = levels[down:, max(0, right) : w - max(0, -right)]
    return first.ravel(), second.ravel()


def _of_pairs(first: np.ndarray, second: np.ndarray, highest: int) -> list[float]:
    counts = np.bincount((first - 1) * highest + second - 1, minlength=highest**2).reshape(highest, highest)
    both = (counts + counts.T).ravel()
    codes = np.flatnonzero(both)
    p = both[codes] / (2 * len(first))
    row, column = codes // highest, codes % highest
    i, j = row + 1.0, column + 1.0
    marginal = np.bincount(row, p, highest)
    grey = np.arange(1.0, highest + 1)
    mean = float(grey @ marginal)
    variance = float((grey - mean) ** 2 @ marginal)
    apart = np.abs(row - column)
    gap, gap2, cluster = apart.astype(float), (apart * apart).astype(float), i + j - 2 * mean
    differences = np.bincount(apart, p, highest)
    sums = np.bincount(row + column, p)
    k = np.arange(highest)
    average = float(k @ differences)
    weighted = p * cluster * cluster
    entropy = _entropy(p)
    imc1, imc2 = _information(marginal, entropy)
    covariance = float(p @ ((i - mean) * (j - mean)))
    return [
        p @ (i * j), mean, weighted @ (cluster * cluster), weighted @ cluster, weighted.sum(), p @ gap2,
        covariance / variance if variance else 1.0, average, _entropy(differences), (k - average) ** 2 @ differences,
        p @ p, entropy, imc1, imc2, p @ (1 / (1 + gap2)), p @ (1 / (1 + gap2 / highest**2)), p @ (1 / (1 + gap)),
        p @ (1 / (1 + gap / highest)), (differences[1:] / k[1:] ** 2).sum(), p.max(), _entropy(sums), variance,
    ]  # fmt: skip


def _entropy(p: np.ndarray) -> float:
    return -float(p @ np.log2(p + TINY))


def _information(marginal: np.ndarray, joint: float) -> tuple[float, float]:
    """Haralick's two information measures. The table is symmetric, so both of his cross entropies are twice the marginal's."""
    single = _entropy(marginal)
    imc1 = joint / single - 2 if single else 0.0
    return imc1, float(np.sqrt(max(0.0, 1 - np.exp(-2 * (2 * single - joint)))))
