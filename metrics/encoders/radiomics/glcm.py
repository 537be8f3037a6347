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
    codes = np.flatnonzero(counts + counts.T)
    both = (counts + counts.T).ravel()[codes]
    p = both / both.sum()
    i, j = codes // highest + 1.0, codes % highest + 1.0
    marginal = np.bincount(codes // highest, p, highest)
    grey = np.arange(1.0, highest + 1)
    mean = float((grey * marginal).sum())
    variance = float(((grey - mean) ** 2 * marginal).sum())
    gap, sum_ = np.abs(i - j), i + j
    differences = np.bincount(gap.astype(int), p, highest)
    sums = np.bincount(sum_.astype(int), p)
    k = np.arange(highest)
    average = float((k * differences).sum())
    cluster = sum_ - 2 * mean
    weighted = p * cluster * cluster
    entropy = _entropy(p)
    imc1, imc2 = _information(p, codes, marginal, entropy, highest)
    covariance = float((p * (i - mean) * (j - mean)).sum())
    return [
        (p * i * j).sum(), mean, (weighted * cluster * cluster).sum(), (weighted * cluster).sum(), weighted.sum(), (p * gap**2).sum(),
        covariance / variance if variance else 1.0, average, _entropy(differences), ((k - average) ** 2 * differences).sum(),
        (p**2).sum(), entropy, imc1, imc2, (p / (1 + gap**2)).sum(), (p / (1 + gap**2 / highest**2)).sum(), (p / (1 + gap)).sum(),
        (p / (1 + gap / highest)).sum(), (differences[1:] / k[1:] ** 2).sum(), p.max(), _entropy(sums), variance,
    ]  # fmt: skip


def _entropy(p: np.ndarray) -> float:
    return -float((p * np.log2(p + TINY)).sum())


def _information(
    p: np.ndarray, codes: np.ndarray, marginal: np.ndarray, joint: float, highest: int
) -> tuple[float, float]:
    """Haralick's two information measures; the pairs that never occur count in the second entropy as well."""
    single = _entropy(marginal)
    product = marginal[codes // highest] * marginal[codes % highest]
    first = -float((p * np.log2(product + TINY)).sum())
    whole = np.outer(marginal, marginal)
    second = _entropy(whole[whole > 0])
    imc1 = (joint - first) / single if single else 0.0
    return imc1, float(np.sqrt(max(0.0, 1 - np.exp(-2 * (second - joint)))))
