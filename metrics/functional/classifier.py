"""Classifier two-sample test: can a machine tell real from synthetic? Lopez-Paz & Oquab, ICLR 2017.

A small classifier learns from part of both sets and rates the rest; the area under the ROC curve (AUC) of its ratings is 0.5
where it cannot tell and 1 where it always can. Patients are never on both sides. It stands beside the readers' AUC.

The classifier is kernel ridge regression on the labels with a Gaussian kernel as wide as the median distance: one solve of an
(n + m) system gives the ratings of every left-out fold (the block form of Allen's PRESS 1974), so that nothing is refitted.

It misleads where sets differ in something nobody minds (a resize, a compression, a border): a machine finds that at once.
An AUC grows with the number of images learned from, so compare it at one size only.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import linalg

from .errors import CannotMeasure, as_pair
from .tails import area_under

FOLDS = 5
RIDGE = 1e-2  # of the kernel's diagonal, which is 1, for each image


@dataclass(frozen=True)
class TwoSample:
    """auc 0 to 1, and the ratings (n,) and (m,) given by classifiers that had not seen the image; higher is 'synthetic'."""

    auc: float
    real_ratings: np.ndarray
    synthetic_ratings: np.ndarray


def c2st(
    real: Any, synthetic: Any, *, rng: np.random.Generator, real_groups: Any = None, synthetic_groups: Any = None,
    folds: int = FOLDS,
) -> TwoSample:  # fmt: skip
    """From (n, d) and (m, d) features; groups (n,), (m,) name patients, whole in one fold. The mean AUC over folds.

    Raises CannotMeasure for fewer than two groups a fold in either set.
    """
    a, b = as_pair(real, synthetic)
    return _told(a, b, standard_squares(np.vstack([a, b])), real_groups, synthetic_groups, folds, rng)


def c2st_of_parts(
    rows: np.ndarray, square: np.ndarray, real: np.ndarray, synthetic: np.ndarray, *, groups: np.ndarray,
    rng: np.random.Generator, folds: int = FOLDS,
) -> TwoSample:  # fmt: skip
    """The same of two parts of one set of (n, d) rows with groups (n,), given by their positions and the `standard_squares` of all.

    So features are in standard deviations of the whole set, and many parts cost no distances of their own.
    """
    both = np.concatenate([real, synthetic])
    return _told(
        rows[real], rows[synthetic], square[both][:, both], groups[real], groups[synthetic], folds, rng
    )


def standard_squares(rows: np.ndarray) -> np.ndarray:
    """(n, n) squared distances of (n, d) rows in standard deviations; what is constant counts nothing."""
    spread = rows.std(axis=0)
    scaled = (rows - rows.mean(axis=0)) / np.where(spread > 0, spread, 1)
    norms = np.einsum("ij,ij->i", scaled, scaled)
    square = scaled @ scaled.T
    square *= -2
    square += norms
    square += norms[:, None]
    return np.clip(square, 0, None, out=square)


def _told(
    a: np.ndarray, b: np.ndarray, square: np.ndarray, real_groups: Any, synthetic_groups: Any, folds: int,
    rng: np.random.Generator,
) -> TwoSample:  # fmt: skip
    fold_a, _groups = _folds(a, real_groups, folds, rng, "real")
    fold_b, groups_b = _folds(b, synthetic_groups, folds, rng, "synthetic")
    fold_b = _beside_copies(a, b, fold_a, fold_b, groups_b)
    ratings = _left_out(square, len(a), np.concatenate([fold_a, fold_b]), folds)
    first, second = ratings[: len(a)], ratings[len(a) :]
    areas = [area_under(first[fold_a == fold], second[fold_b == fold]) for fold in range(folds)]
    return TwoSample(float(np.mean(areas)), first, second)


def _left_out(square: np.ndarray, n: int, fold: np.ndarray, folds: int) -> np.ndarray:
    """Rating of each row by the classifier that learned from the other folds. The squared distances are overwritten.

    Of the kernel's inverse only the blocks of the folds are asked for: products of columns of the inverse of its factor.
    """
    rows = len(square)
    kernel = _gaussian(square)
    kernel[np.diag_indices_from(kernel)] += RIDGE * rows**0.5
    factor, failed = linalg.lapack.dpotrf(kernel.T, lower=1, overwrite_a=1)
    inverse, singular = linalg.lapack.dtrtri(factor, lower=1, overwrite_c=1)
    assert (failed, singular) == (0, 0)  # the ridge keeps it from both
    # Balanced labels, so that a set with more images does not pull every rating to its side.
    label = np.where(np.arange(rows) < n, -1.0 / n, 1.0 / (rows - n)) * rows / 2
    learned, ratings = inverse @ label, np.zeros(rows)
    for each in range(folds):
        inside = np.flatnonzero(fold == each)
        columns = inverse[:, inside]
        error = linalg.solve(
            columns.T @ columns, columns.T @ learned, assume_a="pos", check_finite=False, overwrite_a=True
        )
        ratings[inside] = label[inside] - error
    return np.round(ratings, 9)  # copies are rated alike, whatever the order of sums


def _gaussian(square: np.ndarray) -> np.ndarray:
    """In place, as wide as the median distance (of every so many rows, where there are many)."""
    square /= -(_median(square[:: max(1, len(square) // 500)]) or 1.0)
    return np.exp(square, out=square)


def _median(values: np.ndarray) -> float:
    """NumPy's own, which asks for two ranks at once and a NaN, in a third of the time."""
    middle = values.size // 2
    parted = np.partition(values.ravel(), middle)
    return float(parted[middle] if values.size % 2 else (parted[middle] + parted[:middle].max()) / 2)


def _folds(
    rows: np.ndarray, groups: Any, folds: int, rng: np.random.Generator, name: str
) -> tuple[np.ndarray, np.ndarray]:
    """(n,) fold and (n,) group number of each image: groups in random order, the largest remaining to the emptiest fold.

    Groups are numbered in an order of their features, so that the order in which images are given plays no part.
    """
    given = np.arange(len(rows)) if groups is None else np.asarray(groups)
    order = np.lexsort(rows.T[:4])
    _names, first, inverse = np.unique(given[order], return_index=True, return_inverse=True)
    which = np.empty(len(rows), int)
    which[order] = np.argsort(np.argsort(first))[inverse]
    counts = np.bincount(which)
    if len(counts) < 2 * folds:
        raise CannotMeasure(
            f"The {name} set has {len(counts)} images or patients; {2 * folds} are needed to leave out one of {folds} parts at a time."
        )
    held, of_group = np.zeros(folds), np.zeros(len(counts), int)
    drawn = rng.permutation(len(counts))
    for group in drawn[np.argsort(-counts[drawn], kind="stable")]:
        of_group[group] = held.argmin()
        held[of_group[group]] += counts[group]
    return of_group[which], which


def _beside_copies(
    real: np.ndarray, synthetic: np.ndarray, fold_a: np.ndarray, fold_b: np.ndarray, groups: np.ndarray
) -> np.ndarray:
    """Folds of the synthetic images, each with an exact copy among the real ones moved to that one's fold with its group.

    Else a copy would be learned as synthetic and its real twin be told apart by it, with the labels the wrong way round.
    """
    twins = {row.tobytes(): fold for row, fold in zip(real, fold_a)}
    moved = fold_b.copy()
    for position, row in enumerate(synthetic):
        if (fold := twins.get(row.tobytes())) is not None:
            moved[groups == groups[position]] = fold
    return moved if len(np.unique(moved)) == len(np.unique(fold_b)) else fold_b
