"""Ratings that are no answer about the truth (realism, quality): how real and synthetic images differ, over readers.

Each reader's difference of means, then a t interval over readers (Matthews, Altman, Campbell & Royston, BMJ 300 (1990)): pooled
ratings would take a reader's ratings for independent people.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from .errors import CannotAnalyse


@dataclass(frozen=True)
class RatingGap:
    """difference: mean over readers of (mean of real - mean of synthetic); interval (95 %) and p over readers, None with one reader or
    without any spread between them."""

    readers: int
    difference: float
    interval: tuple[float, float] | None
    p_value: float | None


def rating_gap(truth: Any, ratings: Any) -> RatingGap:
    """truth (cases,) 1 synthetic, 0 real; ratings (readers, cases), NaN where missing. Raises CannotAnalyse where no reader rated both."""
    t, table = np.asarray(truth), np.asarray(ratings, float)
    if table.ndim != 2 or t.shape != table.shape[1:]:
        raise CannotAnalyse(f"Truth {t.shape} and ratings {table.shape} do not fit.")
    there = ~np.isnan(table)
    both = there[:, t == 0].any(axis=1) & there[:, t == 1].any(axis=1)
    if not both.any():
        raise CannotAnalyse("No reader rated both a real and a synthetic image.")
    gaps = np.nanmean(table[both][:, t == 0], axis=1) - np.nanmean(table[both][:, t == 1], axis=1)
    mean = float(gaps.mean())
    if len(gaps) < 2 or np.ptp(gaps) == 0:
        return RatingGap(len(gaps), mean, None, None)
    error = float(gaps.std(ddof=1) / np.sqrt(len(gaps)))
    reach = float(stats.t.ppf(0.975, len(gaps) - 1)) * error
    p = float(2 * stats.t.sf(abs(mean) / error, len(gaps) - 1))
    return RatingGap(len(gaps), mean, (mean - reach, mean + reach), p)
