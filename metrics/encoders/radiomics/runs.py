"""Runs (Galloway 1975) and zones (Thibault et al. 2009) of equal grey level: one table of levels by lengths, one list of numbers."""

from functools import lru_cache

import numpy as np

from .entropy import entropy

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
    pixels = np.append(levels.ravel(), 0)
    found = [_runs(pixels[line]) for line in _lines(levels.shape)]
    longest = max(int(length.max()) for _level, length in found)
    tables = [_table(level, length - 1, int(levels.max()), longest) for level, length in found]
    return list(_emphases(np.stack(tables), np.arange(1.0, longest + 1), levels.size).mean(axis=1))


def glszm(levels: np.ndarray) -> list[float]:
    """16 numbers in the order of ZONE_NAMES, of zones that touch by side or corner."""
    level, size = _zones(levels)
    occurs = np.bincount(size) > 0
    sizes, column = np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[size]
    values = _emphases(
        _table(level, column, int(levels.max()), len(sizes))[None], sizes.astype(float), levels.size
    )
    return [float(values[place, 0]) for place in _ZONES_AS_RUNS]


def _table(level: np.ndarray, column: np.ndarray, highest: int, wide: int) -> np.ndarray:
    """(highest, wide) counts of levels from 1 by columns; level 0 is not counted."""
    return np.bincount(level * wide + column, minlength=(highest + 1) * wide)[wide:].reshape(highest, wide)


@lru_cache(maxsize=8)
def _lines(shape: tuple[int, int]) -> list[np.ndarray]:
    """Positions of pixels along the rows, the columns and both diagonals, each one sequence; before each line and at the end
    stands the position after the last pixel."""
    h, w = shape
    row, column = (each.ravel() for each in np.indices(shape))
    sequences = []
    for line in (row, column, row - column + w - 1, row + column):
        lines = np.concatenate([np.arange(line.max() + 2), line])
        places = np.concatenate([np.full(line.max() + 2, h * w), np.arange(h * w)])
        sequences.append(places[np.argsort(lines, kind="stable")])
    return sequences


def _runs(sequence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Level and length of each run, the zeros between lines as runs of level 0."""
    starts = np.flatnonzero(sequence[1:] != sequence[:-1])
    starts += 1
    return sequence[starts[:-1]], starts[1:] - starts[:-1]


def _zones(levels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Level and size of each zone."""
    from skimage.measure import label  # a page that lists the encoders need not wait for it

    zone = label(levels, background=0, connectivity=2).ravel()  # levels begin at 1, so nothing is background
    sizes = np.bincount(zone)[1:]
    level = np.zeros(len(sizes) + 1, levels.dtype)
    level[zone] = levels.ravel()
    return level[1:], sizes


def _emphases(counts: np.ndarray, j: np.ndarray, pixels: int) -> np.ndarray:
    """(16, directions) in the order of RUN_NAMES, from (directions, levels, lengths) counts of the lengths (lengths,) `j`."""
    n = counts.sum(axis=(1, 2))
    p = counts / n[:, None, None]
    i, by_level, by_length = np.arange(1.0, p.shape[1] + 1), p.sum(axis=2), p.sum(axis=1)
    i2, j2 = i * i, j * j
    uneven_levels, uneven_lengths = (by_level**2).sum(axis=1), (by_length**2).sum(axis=1)
    both = np.stack([i2, 1 / i2]) @ p @ np.stack([j2, 1 / j2]).T
    return np.stack([
        n * uneven_levels, uneven_levels, _variance(i, by_level), by_level @ i2, by_length @ j2, both[:, 0, 0], both[:, 1, 0],
        by_level @ (1 / i2), [entropy(each[each > 0]) for each in p], n * uneven_lengths, uneven_lengths, n / pixels,
        _variance(j, by_length), by_length @ (1 / j2), both[:, 0, 1], both[:, 1, 1],
    ])  # fmt: skip


def _variance(x: np.ndarray, p: np.ndarray) -> np.ndarray:
    """(directions,) of values (k,) with shares (directions, k)."""
    return (p * (x - (p @ x)[:, None]) ** 2).sum(axis=1)
