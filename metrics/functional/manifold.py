"""Precision, recall, density and coverage by nearest neighbours, in one chunked pass.

Precision and recall: Kynkaanniemi et al., NeurIPS 2019. Density and coverage: Naeem et al., ICML 2020. Around each image
lies a ball that reaches to its k-th nearest neighbour in its own set (itself not counted).

    precision  share of synthetic images inside some real ball          (fidelity; one outlier's ball can swallow many)
    recall     share of real images inside some synthetic ball          (diversity)
    density    mean number of real balls around a synthetic image / k   (fidelity; about 1 when equal, may exceed 1)
    coverage   share of real balls that hold some synthetic image       (diversity; about 1 - 2^-k when equal)

Clipped density and clipped coverage are made from the same counts: see metrics.functional.clipped.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from .clipped import uncapped_coverage, uncapped_density
from .errors import CannotMeasure, as_pair

CHUNK = 1024
# By bytes of a number, relative to the squared norms: below it |x|^2 + |y|^2 - 2xy has lost its digits and is computed anew.
CLOSE = {4: 1e-4, 8: 1e-6}


@dataclass(frozen=True)
class PRDC:
    """The six numbers, and what they were counted from, per image.

    uncapped              clipped density and coverage before they are cut at 1, for intervals

    realism (m,)          largest real radius / distance, over real images: above 1 inside (Kynkaanniemi, eq. 5)
    rarity (m,)           radius of the smallest real ball around a synthetic image, inf outside (Han et al., ICLR 2023)
    is_covered (n,)       bool
    nearest (m,)          index of the nearest real image, at nearest_distance (m,)
    """

    precision: float
    recall: float
    density: float
    coverage: float
    clipped_density: float
    clipped_coverage: float
    uncapped: tuple[float, float]
    realism: np.ndarray
    rarity: np.ndarray
    is_covered: np.ndarray
    nearest: np.ndarray
    nearest_distance: np.ndarray


def prdc(real: Any, synthetic: Any, k: int = 5) -> PRDC:
    """From (n, d) and (m, d) features. Needs more than k images a side, or raises CannotMeasure.

    float32 features (memory-mapped ones too) stay float32, at half the time; beyond them about 1024 x d numbers are held.
    """
    a, b = as_pair(real, synthetic, least=1, keep_float32=True)
    if k < 1:
        raise CannotMeasure(f"k is {k}; allowed is 1 or more.")
    for features, name in ((a, "real"), (b, "synthetic")):
        if len(features) <= k:
            raise CannotMeasure(
                f"The {name} set has {len(features)} images; with k = {k} at least {k + 1} are needed."
            )
    near_a, own_a = _neighbours(a, k)
    square_a, square_b = near_a[:, -1], _neighbours(b, k)[0][:, -1]
    clipped = np.minimum(square_a, np.median(square_a))
    clipped_counts, in_ball = np.zeros(len(b), int), np.zeros(len(a), int)
    counts, realism, rarity = np.zeros(len(b), int), np.zeros(len(b)), np.full(len(b), np.inf)
    nearest, nearest_square = np.zeros(len(b), int), np.full(len(b), np.inf)
    recalled = np.zeros(len(a), bool)
    for rows, columns, square in _blocks(b, a):
        inside = square <= square_a[columns]
        counts[rows] += _count(inside, axis=1)
        in_ball[columns] += _count(inside, axis=0)
        clipped_counts[rows] += _count(square <= clipped[columns], axis=1)
        recalled[columns] |= (square <= square_b[rows, None]).any(axis=0)
        best = square.argmin(axis=1)
        least = square[np.arange(len(best)), best]
        nearest[rows] = np.where(least < nearest_square[rows], columns.start + best, nearest[rows])
        nearest_square[rows] = np.minimum(nearest_square[rows], least)
        held_by = np.where(inside, square_a[columns], np.float32(np.inf))
        rarity[rows] = np.minimum(rarity[rows], held_by.min(axis=1))
        realism[rows] = np.maximum(realism[rows], _ratio(square_a[columns], square).max(axis=1))
    is_covered = in_ball > 0
    strangers = np.bincount(own_a[near_a <= clipped[:, None]], minlength=len(a))
    uncapped = uncapped_density(clipped_counts, strangers, k), uncapped_coverage(in_ball, len(b), k)
    return PRDC(
        float((counts > 0).mean()), float(recalled.mean()), float(counts.mean() / k), float(is_covered.mean()),
        min(1.0, uncapped[0]), min(1.0, uncapped[1]), uncapped, np.sqrt(realism), np.sqrt(rarity), is_covered, nearest, np.sqrt(nearest_square),
    )  # fmt: skip


def _count(flags: np.ndarray, axis: int) -> np.ndarray:
    """Of a block, which has at most CHUNK rows and columns: in two bytes, a fifth of the time of numpy's own count."""
    return flags.view(np.uint8).sum(axis=axis, dtype=np.uint16)


def _ratio(radius: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """radius / distance; an image on top of a real one is as real as can be, even where the radius is zero too."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = radius / distance
    ratio[distance == 0] = np.inf
    return ratio


def radii(features: np.ndarray, k: int) -> np.ndarray:
    """(n,) distance of each row to its k-th nearest other row; its exact copies are other rows."""
    return np.sqrt(_neighbours(features, k)[0][:, -1])


def _neighbours(features: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """(n, k) squared distances to the nearest other rows, the largest last, and (n, k) which rows those are."""
    best = np.full((len(features), k), np.inf, features.dtype)
    which = np.full((len(features), k), -1)
    for rows, columns, square in _blocks(features, features, half=True):
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


def _blocks(a: np.ndarray, b: np.ndarray, half: bool = False) -> Iterator[Block]:
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
    for rows, columns, square in _blocks(q, r):
        local = np.argpartition(square, k - 1, axis=1)[:, :k] if k < square.shape[1] else None
        found = np.broadcast_to(np.arange(square.shape[1]), square.shape) if local is None else local
        both = np.hstack([far[rows], np.take_along_axis(square, found, axis=1)])
        named = np.hstack([index[rows], found + columns.start])
        order = np.lexsort((named, both), axis=1)[:, :k]
        index[rows], far[rows] = (np.take_along_axis(x, order, axis=1) for x in (named, both))
    return index, np.sqrt(far)
