"""Grey level co-occurrence (Haralick et al. 1973), symmetric, distance 1, the mean over four directions.

Neighbours resemble one another, so that few of all pairs of levels occur: every number is a sum over those that do.
"""

import numpy as np

from .counting import TINY, entropies, occurring

NAMES = (
    "Autocorrelation", "JointAverage", "ClusterProminence", "ClusterShade", "ClusterTendency", "Contrast", "Correlation",
    "DifferenceAverage", "DifferenceEntropy", "DifferenceVariance", "JointEnergy", "JointEntropy", "Imc1", "Imc2", "Idm", "Idmn",
    "Id", "Idn", "InverseVariance", "MaximumProbability", "SumEntropy", "SumSquares",
)  # fmt: skip
DIRECTIONS = ((0, 1), (1, 0), (1, 1), (1, -1))


def glcm(levels: np.ndarray) -> list[float]:
    """22 numbers in the order of NAMES from (h, w) levels 1 to the highest, two pixels a side at least."""
    tall = int(levels.max()) + 1
    wide = levels.astype(
        np.int32 if tall**2 < 2**31 else np.int64, copy=False
    )  # half the time in the narrower one
    larger, smaller = tall * wide, (tall - 1) * wide
    found = [occurring(_codes(larger, smaller, *step)) for step in DIRECTIONS]
    code, counts = (np.concatenate(part) for part in zip(*found))
    direction = np.repeat(np.arange(len(found)), [len(codes) for codes, _counts in found])
    share = counts / np.bincount(direction, counts)[direction]
    apart = code // tall
    return list(_numbers(direction, code - apart * tall, apart, share, tall - 1).mean(axis=1))


def _codes(larger: np.ndarray, smaller: np.ndarray, down: int, right: int) -> np.ndarray:
    """tall * difference + lower level of every two pixels a step apart: subtracted the wrong way round it would be smaller."""
    h, w = larger.shape
    first = np.s_[: h - down, max(0, -right) : w - max(0, right)]
    second = np.s_[down:, max(0, right) : w - max(0, -right)]
    return np.maximum(larger[first] - smaller[second], larger[second] - smaller[first]).ravel()


def _numbers(
    direction: np.ndarray, lower: np.ndarray, apart: np.ndarray, share: np.ndarray, highest: int
) -> np.ndarray:
    """(22, directions) from the pairs that occur, and the share of its direction's pairs that each is."""

    def spread(value: np.ndarray, size: int) -> np.ndarray:
        return np.bincount(direction * size + value, share, len(DIRECTIONS) * size).reshape(-1, size)

    levels = (spread(lower, highest + 1) + spread(lower + apart, highest + 1)) / 2
    sums, differences = spread(2 * lower + apart, 2 * highest + 1), spread(apart, highest)
    energy, entropy_of_pairs, largest = _joint(direction, apart, share)
    grey, total, gap = (np.arange(part.shape[1], dtype=float) for part in (levels, sums, differences))
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
        average, entropies(differences), _about(average, differences, gap), energy, entropy_of_pairs,
        *_information(entropies(levels), entropy_of_pairs), differences @ (1 / (1 + gap2)), differences @ (1 / (1 + gap2 / highest**2)),
        differences @ (1 / (1 + gap)), differences @ (1 / (1 + gap / highest)), differences[:, 1:] @ (1 / gap2[1:]), largest,
        entropies(sums), variance,
    ])  # fmt: skip


def _about(mean: np.ndarray, shares: np.ndarray, values: np.ndarray) -> np.ndarray:
    """(directions,) variances."""
    return (shares * (values - mean[:, None]) ** 2).sum(axis=1)


def _joint(direction: np.ndarray, apart: np.ndarray, share: np.ndarray) -> tuple[np.ndarray, ...]:
    """(directions,) energy, entropy and largest cell of the symmetric table, in which a pair of unlike levels fills two cells by halves."""
    cell = np.where(apart == 0, share, share / 2)
    largest = np.maximum.reduceat(cell, np.flatnonzero(np.diff(direction, prepend=-1)))
    return (
        np.bincount(direction, share * cell),
        -np.bincount(direction, share * np.log2(cell + TINY)),
        largest,
    )


def _information(alone: np.ndarray, joint: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Haralick's two information measures. The table is symmetric, so both of his cross entropies are twice the levels' own."""
    first = np.divide(joint, alone, out=np.full_like(joint, 2.0), where=alone != 0) - 2
    return first, np.sqrt(np.maximum(0.0, 1 - np.exp(-2 * (2 * alone - joint))))
