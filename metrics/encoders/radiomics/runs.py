"""Runs (Galloway 1975) and zones (Thibault et al. 2009) of equal grey level: how many there are of a level and a length, one list of numbers."""

from functools import lru_cache

import numpy as np

from .counting import TINY, occurring

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
DIRECTIONS = 4
_ZONES_AS_RUNS = (0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 13, 14, 15, 8, 11, 12)


def glrlm(levels: np.ndarray) -> list[float]:
    """16 numbers in the order of RUN_NAMES, the mean over four directions.

    Only runs of two pixels and more are looked for; all other pixels of a level are runs of one.
    """
    places, bounds = _lines(levels.shape)
    sequence = np.append(levels.ravel(), 0)[places]
    equal = sequence[1:] == sequence[:-1]
    before, last = np.flatnonzero(equal[1:] != equal[:-1]).reshape(-1, 2).T
    length, tall = last - before + 1, int(levels.max()) + 1
    direction = np.repeat(np.arange(DIRECTIONS), np.diff(np.searchsorted(before, bounds)))
    row = direction * tall + sequence[before + 1]
    alone = np.tile(np.bincount(levels.ravel()), DIRECTIONS)
    alone -= np.bincount(row, length, DIRECTIONS * tall).astype(int)
    codes, counts = occurring(length * (DIRECTIONS * tall) + row)
    single = np.flatnonzero(alone)
    length, row = np.divmod(np.append(codes, DIRECTIONS * tall + single), DIRECTIONS * tall)
    direction, level = np.divmod(row, tall)
    found = _emphases(level, length, np.append(counts, alone[single]), direction, levels.size)
    return list(found.mean(axis=1))


def glszm(levels: np.ndarray) -> list[float]:
    """16 numbers in the order of ZONE_NAMES, of zones that touch by side or corner."""
    level, size = _zones(levels)
    occurs = np.bincount(size) > 0
    sizes, column = np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[size]
    codes, counts = occurring(level * len(sizes) + column)
    level, column = np.divmod(codes, len(sizes))
    values = _emphases(level, sizes[column], counts, np.zeros_like(level), levels.size)[:, 0]
    return [float(values[place]) for place in _ZONES_AS_RUNS]


@lru_cache(maxsize=8)
def _lines(shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Positions of pixels along the rows, the columns and both diagonals, all one sequence; before each line and at the end stands
    the position after the last pixel. And where in the sequence each direction begins and the last one ends."""
    h, w = shape
    row, column = (each.ravel() for each in np.indices(shape))
    sequences = []
    for line in (row, column, row - column + w - 1, row + column):
        lines = np.concatenate([np.arange(line.max() + 1), line])
        places = np.concatenate([np.full(line.max() + 1, h * w), np.arange(h * w)])
        sequences.append(places[np.argsort(lines, kind="stable")])
    bounds = np.cumsum([0, *map(len, sequences)])
    return np.append(np.concatenate(sequences), h * w), bounds


def _zones(levels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Level and size of each zone."""
    from skimage.measure import label  # a page that lists the encoders need not wait for it

    zone = label(levels, background=0, connectivity=2).ravel()  # levels begin at 1, so nothing is background
    sizes = np.bincount(zone)[1:]
    level = np.zeros(len(sizes) + 1, levels.dtype)
    level[zone] = levels.ravel()
    return level[1:], sizes


def _emphases(
    level: np.ndarray, length: np.ndarray, counts: np.ndarray, direction: np.ndarray, pixels: int
) -> np.ndarray:
    """(16, directions) in the order of RUN_NAMES, from (cells,) how many runs of a level and a length each direction has."""
    p = np.zeros((direction.max() + 1, len(counts)))
    p[direction, np.arange(len(counts))] = counts
    n = p.sum(axis=1)
    p /= n[:, None]
    share = counts / n[direction]
    i, j = level.astype(float), length.astype(float)
    i2, j2 = i * i, j * j
    low, short, i_from, j_from = 1 / i2, 1 / j2, i - i.min(), j - j.min()
    means = p @ np.stack([
        i_from, j_from, i_from * i_from, j_from * j_from, i2, j2, i2 * j2, low * j2, low, np.log2(share + TINY), short, i2 * short,
        low * short,
    ]).T  # fmt: skip
    mean_i, mean_j, square_i, square_j, high, long, both, low_long, low, log, short, high_short, low_short = (
        means.T
    )
    uneven_levels, uneven_lengths = (_uneven(direction, each, share) for each in (level, length))
    return np.stack([
        n * uneven_levels, uneven_levels, square_i - mean_i**2, high, long, both, low_long, low, -log, n * uneven_lengths,
        uneven_lengths, n / pixels, square_j - mean_j**2, short, high_short, low_short,
    ])  # fmt: skip


def _uneven(direction: np.ndarray, value: np.ndarray, share: np.ndarray) -> np.ndarray:
    """(directions,) sum of the squared shares of the values."""
    wide = int(value.max()) + 1
    by_value = np.bincount(direction * wide + value, share, (direction.max() + 1) * wide).reshape(-1, wide)
    return (by_value**2).sum(axis=1)
