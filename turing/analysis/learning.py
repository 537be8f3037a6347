"""Do readers learn, or tire? Accuracy along the order in which each reader saw the images.

A slope for each reader, then a t-test over readers: two-stage analysis of repeated measures (Matthews, Altman, Campbell & Royston,
BMJ 300 (1990), 230-235). One slope over pooled answers would take a reader's answers for independent people.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from .errors import CannotAnalyse


@dataclass(frozen=True)
class Learning:
    """slopes (readers,): change of accuracy for each doubling of the position; mean with its 95 % interval over readers and
    two-sided p; interval and p None with one reader or with slopes that are all equal."""

    slopes: np.ndarray
    mean: float
    interval: tuple[float, float] | None
    p_value: float | None


def learning(right: Any) -> Learning:
    """right (readers, positions): 1 where the answer to the reader's first, second, ... image was right, NaN without an answer.
    Raises CannotAnalyse where no reader answered three images."""
    table = _checked(right)
    slopes = np.array([slope for slope in map(_slope, table) if slope is not None])
    if not len(slopes):
        raise CannotAnalyse("No reader answered three images or more; a slope needs them.")
    mean = float(slopes.mean())
    if len(slopes) < 2 or np.ptp(slopes) == 0:
        return Learning(slopes, mean, None, None)
    error = float(slopes.std(ddof=1) / np.sqrt(len(slopes)))
    reach = float(scipy.stats.t.ppf(0.975, len(slopes) - 1)) * error
    p = float(2 * scipy.stats.t.sf(abs(mean) / error, len(slopes) - 1))
    return Learning(slopes, mean, (mean - reach, mean + reach), p)


def blocks(values: Any, size: int) -> list[tuple[int, int, float]]:
    """(first position, last position, mean over all answers in it) of consecutive blocks, positions from 1; values (readers,
    positions), NaN left out, blocks without a value too. Accuracy by block, or median-like views of time."""
    table = _checked(values)
    if size < 1:
        raise CannotAnalyse(f"A block of {size} images was asked for; it has at least 1.")
    found = []
    for start in range(0, table.shape[1], size):
        part = table[:, start : start + size]
        if not np.isnan(part).all():
            found.append((start + 1, start + part.shape[1], float(np.nanmean(part))))
    return found


def _slope(right: np.ndarray) -> float | None:
    """Least squares on the logarithm to base 2 of the position."""
    there = ~np.isnan(right)
    if there.sum() < 3:
        return None
    x = np.log2(np.arange(1, len(right) + 1))[there]
    return float(np.polyfit(x, right[there], 1)[0])


def _checked(values: Any) -> np.ndarray:
    table = np.asarray(values, float)
    if table.ndim != 2 or not table.size:
        raise CannotAnalyse(f"Answers of shape {table.shape} were given; (readers, positions) are needed.")
    return table
