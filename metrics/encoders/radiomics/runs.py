"""Runs (Galloway 1975) and zones (Thibault et al. 2009) of equal grey level: one table of levels by lengths, one list of numbers."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .glcm import TINY

RUN_NAMES = (
    "GrayLevelNonUniformity", "GrayLevelNonUniformityNormalized", "GrayLevelVariance", "HighGrayLevelRunEmphasis",
    "LongRunEmphasis", "LongRunHighGrayLevelEmphasis", "LongRunLowGrayLevelEmphasis", "LowGrayLevelRunEmphasis", "RunEntropy",
    "RunLengthNonUniformity", "RunLengthNonUniformityNormalized", "RunPercentage", "RunVariance", "ShortRunEmphasis",
    "ShortRunHighGrayLevelEmphasis", "ShortRunLowGrayLevelEmphasis",
)  # fmt: skip
ZONE_NAMES = (
    "GrayLevelNonUniformity", "GrayLevelNonUniformityNormalized", "GrayLevelVariance", "HighGrayLevelZoneEmphasis",
    "LargeAreaEmphasis", "LargeAreaHighGrayLevelEmphasis", "LargeAreaLowGrayLevelEmphasis", "LowGrayLevelZoneEmphasis",
    "SizeZoneNonUniformity", "SizeZoneNonUniformityNormalized", "SmallAreaEmphasis", "SmallAreaHighGrayLevelEmphasis",
    "SmallAreaLowGrayLevelEmphasis", "ZoneEntropy", "ZonePercentage", "ZoneVariance",
)  # fmt: skip
_ZONES_AS_RUNS = (0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 13, 14, 15, 8, 11, 12)


def glrlm(levels: np.ndarray) -> list[float]:
    """16 numbers in the order of RUN_NAMES, the mean over four directions."""
    return list(np.mean([_emphases(*_runs(lines)) for lines in _lines(levels)], axis=0))


def glszm(levels: np.ndarray) -> list[float]:
    """16 numbers in the order of ZONE_NAMES, of zones that touch by side or corner."""
    values = _emphases(*_zones(levels))
    return [values[place] for place in _ZONES_AS_RUNS]


def _lines(levels: np.ndarray) -> list[np.ndarray]:
    """The picture as rows, columns and both diagonals, each one sequence with zeros between lines."""
    h, w = levels.shape
    framed = np.pad(levels, ((0, 0), (0, 1)))
    slanted = np.zeros((h, h + w), levels.dtype)
    rows, columns = np.indices((h, w))
    other = slanted.copy()
    slanted[rows, columns + h - 1 - rows] = levels
    other[rows, columns + rows] = levels
    return [framed.ravel(), np.pad(levels, ((0, 1), (0, 0))).T.ravel(), _closed(slanted), _closed(other)]


def _closed(slanted: np.ndarray) -> np.ndarray:
    return np.pad(slanted, ((0, 1), (0, 0))).T.ravel()


def _runs(sequence: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """(level, length) of each run that is not the zero between lines, and the number of pixels."""
    starts = np.flatnonzero(np.concatenate([[True], sequence[1:] != sequence[:-1]]))
    lengths = np.diff(np.append(starts, len(sequence)))
    level = sequence[starts]
    kept = level > 0
    return level[kept], lengths[kept], int(lengths[kept].sum())


def _zones(levels: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    number = np.arange(levels.size).reshape(levels.shape)
    links = []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        h, w = levels.shape
        a = (slice(0, h - down), slice(max(0, -right), w - max(0, right)))
        b = (slice(down, h), slice(max(0, right), w - max(0, -right)))
        equal = levels[a] == levels[b]
        links.append((number[a][equal], number[b][equal]))
    first, second = (np.concatenate(part) for part in zip(*links))
    graph = coo_array((np.ones(len(first), np.int8), (first, second)), shape=(levels.size, levels.size))
    count, zone = connected_components(graph, directed=False)
    level = np.zeros(count, levels.dtype)
    level[zone] = levels.ravel()
    return level, np.bincount(zone, minlength=count), levels.size


def _emphases(level: np.ndarray, length: np.ndarray, pixels: int) -> list[float]:
    """From one (level, length) pair a run, in the order of RUN_NAMES."""
    n = len(level)
    i, j = level.astype(float), length.astype(float)
    by_level = np.bincount(level) / n
    by_length = np.bincount(length) / n
    joint = _multiplicities(level * (int(length.max()) + 1) + length) / n
    i2, j2 = i**2, j**2
    return [
        n * float((by_level**2).sum()), float((by_level**2).sum()), i.var(), i2.mean(), j2.mean(), (i2 * j2).mean(), (j2 / i2).mean(),
        (1 / i2).mean(), -float((joint * np.log2(joint + TINY)).sum()), n * float((by_length**2).sum()), float((by_length**2).sum()),
        n / pixels, j.var(), (1 / j2).mean(), (i2 / j2).mean(), (1 / (i2 * j2)).mean(),
    ]  # fmt: skip


def _multiplicities(codes: np.ndarray) -> np.ndarray:
    """How often each code that occurs does, in the order of the codes; counted where codes are small, sorted where not."""
    if codes.max() > 50 * len(codes):
        return np.unique(codes, return_counts=True)[1]
    counts = np.bincount(codes)
    return counts[counts > 0]
