"""Precision, recall, density and coverage by nearest neighbours, in one chunked pass.

Precision and recall: Kynkaanniemi et al., NeurIPS 2019. Density and coverage: Naeem et al., ICML 2020. Around each image
lies a ball that reaches to its k-th nearest neighbour in its own set (itself not counted).

    precision  share of synthetic images inside some real ball          (fidelity; one outlier's ball can swallow many)
    recall     share of real images inside some synthetic ball          (diversity)
    density    mean number of real balls around a synthetic image / k   (fidelity; about 1 when equal, may exceed 1)
    coverage   share of real balls that hold some synthetic image       (diversity; about 1 - 2^-k when equal)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import CannotMeasure, as_pair

CHUNK = 1024
# By bytes of a number, relative to the squared norms: below it |x|^2 + |y|^2 - 2xy has lost its digits and is computed anew.
CLOSE = {4: 1e-4, 8: 1e-6}


@dataclass(frozen=True)
class PRDC:
    """The four numbers, and what they were counted from, per image."""

    precision: float
    recall: float
    density: float
    coverage: float
    realism: (
        np.ndarray
    )  # (m,) largest real radius / distance, over real images: above 1 inside (Kynkaanniemi, eq. 5)
    rarity: (
        np.ndarray
    )  # (m,) radius of the smallest real ball around a synthetic image, inf outside (Han et al. 2022)
    is_covered: np.ndarray  # (n,) bool
    nearest: np.ndarray  # (m,) index of the nearest real image
    nearest_distance: np.ndarray  # (m,)


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
    square_a, square_b = _square_radii(a, k), _square_radii(b, k)
    counts, realism, rarity = np.zeros(len(b), int), np.zeros(len(b)), np.full(len(b), np.inf)
    nearest, nearest_square = np.zeros(len(b), int), np.full(len(b), np.inf)
    recalled, closest = np.zeros(len(a), bool), np.full(len(a), np.inf)
    for rows, columns, square in _blocks(b, a):
        inside = square <= square_a[columns]
        counts[rows] += inside.sum(axis=1)
        realism[rows] = np.maximum(realism[rows], _ratio(square_a[columns], square).max(axis=1))
        rarity[rows] = np.minimum(rarity[rows], np.where(inside, square_a[columns], np.inf).min(axis=1))
        best = square.argmin(axis=1)
        least = square[np.arange(len(best)), best]
        nearest[rows] = np.where(least < nearest_square[rows], columns.start + best, nearest[rows])
        nearest_square[rows] = np.minimum(nearest_square[rows], least)
        recalled[columns] |= (square <= square_b[rows, None]).any(axis=0)
        closest[columns] = np.minimum(closest[columns], square.min(axis=0))
    is_covered = closest <= square_a
    return PRDC(
        float((counts > 0).mean()), float(recalled.mean()), float(counts.mean() / k), float(is_covered.mean()),
        np.sqrt(realism), np.sqrt(rarity), is_covered, nearest, np.sqrt(nearest_square),
    )  # fmt: skip


def _ratio(radius: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """radius / distance; an image on top of a real one is as real as can be, even where the radius is zero too."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = radius / distance
    ratio[distance == 0] = np.inf
    return ratio


def radii(features: np.ndarray, k: int) -> np.ndarray:
    """(n,) distance of each row to its k-th nearest other row; its exact copies are other rows."""
    return np.sqrt(_square_radii(features, k))


def _square_radii(features: np.ndarray, k: int) -> np.ndarray:
    best = np.full((len(features), k), np.inf, features.dtype)
    for rows, columns, square in _blocks(features, features, half=True):
        if rows == columns:
            np.fill_diagonal(square, np.inf)
        else:
            best[columns] = _least(np.hstack([best[columns], _least(np.ascontiguousarray(square.T), k)]), k)
        best[rows] = _least(np.hstack([best[rows], _least(square, k)]), k)
    return best.max(axis=1)


def _least(values: np.ndarray, k: int) -> np.ndarray:
    """The k smallest of each row, or all of a shorter row."""
    return values if values.shape[1] <= k else np.partition(values, k - 1, axis=1)[:, :k]


Block = tuple[slice, slice, np.ndarray]


def _blocks(a: np.ndarray, b: np.ndarray, half: bool = False) -> Iterator[Block]:
    """(rows of a, rows of b, their squared distances); `half` leaves out the blocks below the diagonal.

    The mean is taken off first: distances do not change, and the expanded square keeps its digits in float32.
    """
    mean = b.mean(axis=0, dtype=np.float64).astype(b.dtype)
    for start in range(0, len(a), CHUNK):
        rows = slice(start, min(start + CHUNK, len(a)))
        part = a[rows] - mean
        for across in range(start if half else 0, len(b), CHUNK):
            columns = slice(across, min(across + CHUNK, len(b)))
            yield rows, columns, _squares(part, b[columns] - mean)


def _squares(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(n, m) squared distances; pairs too close for the expanded square are computed exactly, so copies have 0."""
    scale = np.add.outer(np.einsum("ij,ij->i", a, a), np.einsum("ij,ij->i", b, b))
    square = a @ b.T
    square *= -2
    square += scale
    scale *= CLOSE[square.dtype.itemsize]
    rows, columns = np.nonzero(square <= scale)
    for start in range(0, len(rows), CHUNK):
        r, c = rows[start : start + CHUNK], columns[start : start + CHUNK]
        difference = a[r] - b[c]
        square[r, c] = np.einsum("ij,ij->i", difference, difference)
    return square


def distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(n, m) Euclidean distances of (n, d) and (m, d), all at once; exact copies have distance 0."""
    mean = b.mean(axis=0)
    return np.sqrt(_squares(a - mean, b - mean))


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
