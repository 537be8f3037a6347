"""Distances between images as the numbers of nearest neighbours need them: block by block, or once for all parts of a set."""

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np

from .errors import CannotMeasure, as_features, as_pair

CHUNK = 1024
TABLE = 4096  # images whose distances are held at once: 128 MiB
# By bytes of a number, relative to the squared norms: below it |x|^2 + |y|^2 - 2xy has lost its digits and is computed anew.
CLOSE = {4: 1e-4, 8: 1e-6}


def radii(features: np.ndarray, k: int) -> np.ndarray:
    """(n,) distance of each row to its k-th nearest other row; its exact copies are other rows."""
    return np.sqrt(nearest_others(features, k)[0][:, -1])


def nearest_others(features: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """(n, k) squared distances to the nearest other rows, the largest last, and (n, k) which rows those are."""
    best = np.full((len(features), k), np.inf, features.dtype)
    which = np.full((len(features), k), -1)
    for rows, columns, square in blocks(features, features, half=True):
        if rows == columns:
            np.fill_diagonal(square, np.inf)
        else:
            _keep(best, which, columns, cv2.transpose(square), rows.start)
        _keep(best, which, rows, square, columns.start)
    last = best.argmax(axis=1)[:, None]
    for array in (best, which):
        end = np.take_along_axis(array, last, axis=1)
        np.put_along_axis(array, last, array[:, -1:], axis=1)
        array[:, -1:] = end
    return best, which


def nearest_in(square: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The same from (n, n) squared distances, whose diagonal is lost."""
    np.fill_diagonal(square, np.inf)
    which = np.argpartition(square, k - 1, axis=1)[:, :k]
    return np.take_along_axis(square, which, axis=1), which


def squared_radii_in(square: np.ndarray, k: int) -> np.ndarray:
    """(n,) squared distance to the k-th nearest other row, from (n, n) squared distances, whose diagonal is lost."""
    np.fill_diagonal(square, np.inf)
    return np.partition(square, k - 1, axis=1)[:, k - 1]


def _keep(best: np.ndarray, which: np.ndarray, rows: slice, square: np.ndarray, start: int) -> None:
    """Take into the k best of these rows what is smaller in a block of squared distances whose first column is `start`.

    After a row's first block few distances are below its k-th best, so they are picked out instead of sorting the block.
    """
    k, limit = best.shape[1], best[rows].max(axis=1)
    if np.isinf(limit).any():
        if square.shape[1] > k:
            local = np.argpartition(square, k - 1, axis=1)[:, :k]
            square = np.take_along_axis(square, local, axis=1)
        else:
            local = np.broadcast_to(np.arange(square.shape[1]), square.shape)
    else:
        square, local = _picked(square, limit, k)
    both, named = np.hstack([best[rows], square]), np.hstack([which[rows], local + start])
    chosen = np.argpartition(both, k - 1, axis=1)[:, :k]
    best[rows], which[rows] = (
        np.take_along_axis(both, chosen, axis=1),
        np.take_along_axis(named, chosen, axis=1),
    )


def _picked(square: np.ndarray, limit: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """(rows, k) the smallest values below each row's limit and their columns, padded with infinity."""
    flat = np.flatnonzero(square < limit[:, None])
    row, column = np.divmod(flat, square.shape[1])
    values = square.ravel()[flat] if square.flags.c_contiguous else square[row, column]
    order = np.lexsort((values, row))
    row, column, values = row[order], column[order], values[order]
    rank = np.arange(len(row)) - np.searchsorted(row, np.arange(len(square)))[row]
    kept = rank < k
    smallest, named = np.full((len(square), k), np.inf, square.dtype), np.full((len(square), k), -1)
    smallest[row[kept], rank[kept]], named[row[kept], rank[kept]] = values[kept], column[kept]
    return smallest, named


Block = tuple[slice, slice, np.ndarray]


def blocks(a: np.ndarray, b: np.ndarray, half: bool = False) -> Iterator[Block]:
    """(rows of a, rows of b, their squared distances); `half` leaves out the blocks below the diagonal.

    The mean is taken off first: distances do not change, and the expanded square keeps its digits in float32.
    """
    mean = b.mean(axis=0, dtype=np.float64).astype(b.dtype)
    room, norms = np.empty((min(CHUNK, len(b)), b.shape[1]), b.dtype), _norms(b, mean)
    for start in range(0, len(a), CHUNK):
        rows = slice(start, min(start + CHUNK, len(a)))
        part = a[rows] - mean
        for across in range(start if half else 0, len(b), CHUNK):
            columns = slice(across, min(across + CHUNK, len(b)))
            others = np.subtract(b[columns], mean, out=room[: columns.stop - across])
            yield rows, columns, _squares(part, others, norms[columns])


def _norms(features: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """(n,) squared lengths about the mean."""
    parts = (features[start : start + CHUNK] - mean for start in range(0, len(features), CHUNK))
    return np.concatenate([np.einsum("ij,ij->i", part, part) for part in parts])


def _squares(a: np.ndarray, b: np.ndarray, norms: np.ndarray) -> np.ndarray:
    """(n, m) squared distances; pairs too close for the expanded square are computed exactly, so copies have 0. norms: of b, (m,).

    a and b are never one array, for which the BLAS would multiply in another order: a copy of a neighbour then falls outside the ball.
    """
    own, close = np.einsum("ij,ij->i", a, a), CLOSE[a.dtype.itemsize]
    square = a @ b.T
    square *= -2
    # The sum of both lengths first: a pair has one distance to the last digit, whichever of the two is the row.
    square += np.add.outer(own, norms)
    if square.min() > close * (own.max() + norms.max()):
        return square
    rows, columns = np.nonzero(square <= close * np.add.outer(own, norms))
    for start in range(0, len(rows), CHUNK):
        r, c = rows[start : start + CHUNK], columns[start : start + CHUNK]
        difference = a[r] - b[c]
        square[r, c] = np.einsum("ij,ij->i", difference, difference)
    return square


def square_table(features: Any) -> np.ndarray:
    """(n, n) squared distances of (n, d) rows, at most TABLE of them: one pass serves any number of parts of the set."""
    rows = as_features(features, "given", keep_float32=True)
    if len(rows) > TABLE:
        raise CannotMeasure(f"A table of {len(rows)} images was asked for; {TABLE} are the most.")
    table = np.empty((len(rows),) * 2, rows.dtype)
    for first, second, square in blocks(rows, rows, half=True):
        table[first, second], table[second, first] = square, square.T
    return table


def distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(n, m) Euclidean distances of (n, d) and (m, d), all at once; exact copies have distance 0."""
    mean = b.mean(axis=0)
    return np.sqrt(_squares(a - mean, b - mean, _norms(b, mean)))


def nearest_neighbours(queries: Any, references: Any, k: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """(m, k) indices into the references and (m, k) distances, nearest first."""
    q, r = as_pair(references, queries, least=1, keep_float32=True)[::-1]
    if not 1 <= k <= len(r):
        raise CannotMeasure(f"{k} neighbours were asked for among {len(r)} images; give 1 to {len(r)}.")
    index, far = np.zeros((len(q), k), int), np.full((len(q), k), np.inf)
    for rows, columns, square in blocks(q, r):
        local = np.argpartition(square, k - 1, axis=1)[:, :k] if k < square.shape[1] else None
        found = np.broadcast_to(np.arange(square.shape[1]), square.shape) if local is None else local
        both = np.hstack([far[rows], np.take_along_axis(square, found, axis=1)])
        named = np.hstack([index[rows], found + columns.start])
        order = np.lexsort((named, both), axis=1)[:, :k]
        index[rows], far[rows] = (np.take_along_axis(x, order, axis=1) for x in (named, both))
    return index, np.sqrt(far)
