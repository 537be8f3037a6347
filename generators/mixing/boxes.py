"""Boxes that follow a picture when parts of it are pasted or blanked. A box is x0, y0, x1, y1 (x1, y1 excluded), and
further columns (a class, a weight) go along unchanged. A region is such a box too. Boxes left empty are dropped."""

import numpy as np
from numpy.typing import ArrayLike


def _rows(boxes: ArrayLike) -> np.ndarray:
    rows = np.array(boxes, dtype=np.float64)
    return rows.reshape(-1, 4) if rows.size == 0 and rows.ndim < 2 else rows


def _not_empty(rows: np.ndarray) -> np.ndarray:
    return rows[(rows[:, 2] > rows[:, 0]) & (rows[:, 3] > rows[:, 1])]


def within(boxes: ArrayLike, region: tuple[int, int, int, int]) -> np.ndarray:
    """The part of each box inside the region."""
    rows = _rows(boxes)
    x0, y0, x1, y1 = region
    rows[:, [0, 2]] = rows[:, [0, 2]].clip(x0, x1)
    rows[:, [1, 3]] = rows[:, [1, 3]].clip(y0, y1)
    return _not_empty(rows)


def without(boxes: ArrayLike, region: tuple[int, int, int, int]) -> np.ndarray:
    """The smallest box around what is left of each box once the region is cut out."""
    rows = _rows(boxes)
    x0, y0, x1, y1 = region
    for row in rows:
        spans_x, spans_y = x0 <= row[0] and row[2] <= x1, y0 <= row[1] and row[3] <= y1
        if spans_x:
            row[[1, 3]] = _trimmed(row[1], row[3], y0, y1)
        elif spans_y:
            row[[0, 2]] = _trimmed(row[0], row[2], x0, x1)
    return _not_empty(rows)


def _trimmed(low: float, high: float, cut_low: float, cut_high: float) -> tuple[float, float]:
    """What a cut leaves of an interval, seen from outside: only a cut that reaches an end moves that end."""
    if cut_low >= high or cut_high <= low or cut_low >= cut_high:
        return low, high
    if cut_low <= low:
        low = min(cut_high, high)
    if cut_high >= high:
        high = max(cut_low, low)
    return low, high


def moved(boxes: np.ndarray, right: float, down: float) -> np.ndarray:
    rows = _rows(boxes)
    rows[:, [0, 2]] += right
    rows[:, [1, 3]] += down
    return rows


def around(boxes: ArrayLike, kept: np.ndarray) -> np.ndarray:
    """The smallest box around the kept pixels (h, w) bool of each box."""
    rows = _rows(boxes)
    for row in rows:
        x0, y0 = np.floor(row[:2]).astype(int).clip(0)
        x1, y1 = np.ceil(row[2:4]).astype(int).clip(0)
        ys, xs = np.nonzero(kept[y0:y1, x0:x1])
        if len(ys) == 0:
            row[2:4] = row[:2]
            continue
        inner = (x0 + xs.min(), y0 + ys.min(), x0 + xs.max() + 1, y0 + ys.max() + 1)
        row[:4] = [max(row[0], inner[0]), max(row[1], inner[1]), min(row[2], inner[2]), min(row[3], inner[3])]
    return _not_empty(rows)


def joined(*parts: np.ndarray) -> np.ndarray:
    """All boxes in one array; the parts must have the same columns unless one is empty."""
    filled = [part for part in parts if len(part)]
    return np.concatenate(filled) if filled else np.empty((0, parts[0].shape[1]))
