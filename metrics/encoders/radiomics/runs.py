"""Runs (Galloway 1975) and zones (Thibault et al. 2009) of equal grey level: one table of levels by lengths, one list of numbers."""

import numpy as np

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
    """(level, size) of each zone, and the number of pixels."""
    from skimage.measure import label  # a page that lists the encoders need not wait for it

    zone = label(levels, background=0, connectivity=2).ravel()  # levels begin at 1, so nothing is background
    sizes = np.bincount(zone)[1:]
    level = np.zeros(len(sizes) + 1, levels.dtype)
    level[zone] = levels.ravel()
    return level[1:], sizes, levels.size


def _emphases(level: np.ndarray, length: np.ndarray, pixels: int) -> list[float]:
    """From one (level, length) pair a run, in the order of RUN_NAMES; sums go over the pairs that differ."""
    n, wide = len(level), int(length.max()) + 1
    code, count = _multiplicities(level * wide + length)
    p = count / n
    i, j = code // wide, code % wide
    by_level, by_length = np.bincount(i, p), np.bincount(j, p)
    i2, j2 = (i * i).astype(float), (j * j).astype(float)
    uneven_levels, uneven_lengths = float(by_level @ by_level), float(by_length @ by_length)
    return [
        n * uneven_levels, uneven_levels, _variance(i, p), p @ i2, p @ j2, p @ (i2 * j2), p @ (j2 / i2), p @ (1 / i2),
        -float(p @ np.log2(p + TINY)), n * uneven_lengths, uneven_lengths, n / pixels, _variance(j, p), p @ (1 / j2),
        p @ (i2 / j2), p @ (1 / (i2 * j2)),
    ]  # fmt: skip


def _variance(x: np.ndarray, p: np.ndarray) -> float:
    return float(p @ (x - p @ x) ** 2)


def _multiplicities(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The codes that occur, in order, and how often each does; counted where codes are small, sorted where not."""
    if codes.max() > 50 * len(codes):
        return np.unique(codes, return_counts=True)
    counts = np.bincount(codes)
    found = np.flatnonzero(counts)
    return found, counts[found]
