"""Precision, recall, density and coverage by nearest neighbours, in one chunked pass.

Precision and recall: Kynkaanniemi et al., NeurIPS 2019. Density and coverage: Naeem et al., ICML 2020. Around each image
lies a ball that reaches to its k-th nearest neighbour in its own set (itself not counted).

    precision  share of synthetic images inside some real ball          (fidelity; one outlier's ball can swallow many)
    recall     share of real images inside some synthetic ball          (diversity)
    density    mean number of real balls around a synthetic image / k   (fidelity; about 1 when equal, may exceed 1)
    coverage   share of real balls that hold some synthetic image       (diversity; about 1 - 2^-k when equal)

Clipped density and clipped coverage are made from the same counts: see metrics.functional.clipped.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .clipped import uncapped_coverage, uncapped_density
from .errors import CannotMeasure, as_pair
from .neighbours import Block, blocks, nearest_in, nearest_others, squared_radii_in


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
    _check(k, len(a), len(b))
    return _measured(nearest_others(a, k), nearest_others(b, k)[0][:, -1], blocks(b, a), k)


def prdc_of_parts(square: np.ndarray, real: np.ndarray, synthetic: np.ndarray, k: int = 5) -> PRDC:
    """The same of two parts of one set of images, given by their positions (n,), (m,) in its `square_table`, none twice in a part.

    `nearest` counts within the real part. Raises CannotMeasure for parts of k images or fewer.
    """
    _check(k, len(real), len(synthetic))
    near, radii = nearest_in(square[real][:, real], k), squared_radii_in(square[synthetic][:, synthetic], k)
    whole = slice(0, len(synthetic)), slice(0, len(real)), square[synthetic][:, real]
    return _measured(near, radii, [whole], k)


def _check(k: int, n: int, m: int) -> None:
    if k < 1:
        raise CannotMeasure(f"k is {k}; allowed is 1 or more.")
    for count, name in ((n, "real"), (m, "synthetic")):
        if count <= k:
            raise CannotMeasure(
                f"The {name} set has {count} images; with k = {k} at least {k + 1} are needed."
            )


def _measured(
    own: tuple[np.ndarray, np.ndarray], square_b: np.ndarray, across: Iterable[Block], k: int
) -> PRDC:
    """From what `nearest_others` says of the real images, the squared radii (m,) of the synthetic ones and blocks (synthetic, real)."""
    (near_a, own_a), n, m = own, len(own[0]), len(square_b)
    square_a = near_a[:, -1]
    clipped = np.minimum(square_a, np.median(square_a))
    clipped_counts, in_ball = np.zeros(m, int), np.zeros(n, int)
    counts, realism, rarity = np.zeros(m, int), np.zeros(m), np.full(m, np.inf)
    nearest, nearest_square = np.zeros(m, int), np.full(m, np.inf)
    recalled = np.zeros(n, bool)
    for rows, columns, square in across:
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
    strangers = np.bincount(own_a[near_a <= clipped[:, None]], minlength=n)
    uncapped = uncapped_density(clipped_counts, strangers, k), uncapped_coverage(in_ball, m, k)
    return PRDC(
        float((counts > 0).mean()), float(recalled.mean()), float(counts.mean() / k), float(is_covered.mean()),
        min(1.0, uncapped[0]), min(1.0, uncapped[1]), uncapped, np.sqrt(realism), np.sqrt(rarity), is_covered, nearest, np.sqrt(nearest_square),
    )  # fmt: skip


def _count(flags: np.ndarray, axis: int) -> np.ndarray:
    """Of a block, which has at most neighbours.TABLE rows and columns: in two bytes, a fifth of the time of numpy's own count."""
    return flags.view(np.uint8).sum(axis=axis, dtype=np.uint16)


def _ratio(radius: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """radius / distance; an image on top of a real one is as real as can be, even where the radius is zero too."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = radius / distance
    ratio[distance == 0] = np.inf
    return ratio
