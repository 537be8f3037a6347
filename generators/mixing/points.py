"""Key points that follow a picture when parts of it are pasted or blanked. A point is x, y, where whole numbers are the
centres of pixels, and further columns (a name's number) go along unchanged. A region is x0, y0, x1, y1 along the borders
of pixels, x1 and y1 excluded. A point belongs to the pixel that it lies in; one that is no longer seen is dropped."""

import numpy as np
from numpy.typing import ArrayLike


def rows_of(points: ArrayLike) -> np.ndarray:
    """(k, 2 or more) float64, a copy."""
    rows = np.array(points, dtype=np.float64)
    return rows.reshape(0, 2) if rows.size == 0 and rows.ndim < 2 else rows


def _in(rows: np.ndarray, region: tuple[int, int, int, int]) -> np.ndarray:
    (x, y), (x0, y0, x1, y1) = rows[:, :2].T + 0.5, region
    return (x >= x0) & (x < x1) & (y >= y0) & (y < y1)


def inside(points: ArrayLike, region: tuple[int, int, int, int]) -> np.ndarray:
    rows = rows_of(points)
    return rows[_in(rows, region)]


def outside(points: ArrayLike, region: tuple[int, int, int, int]) -> np.ndarray:
    rows = rows_of(points)
    return rows[~_in(rows, region)]


def shifted(points: np.ndarray, right: float, down: float) -> np.ndarray:
    return points + np.array([right, down, *[0.0] * (points.shape[1] - 2)])


def on(points: ArrayLike, kept: np.ndarray) -> np.ndarray:
    """The points whose pixel is kept, (h, w) bool."""
    rows = inside(points, (0, 0, kept.shape[1], kept.shape[0]))
    x, y = np.floor(rows[:, :2].T + 0.5).astype(int)
    return rows[kept[y, x]]
