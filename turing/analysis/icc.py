"""Intraclass correlations: Shrout & Fleiss, Psychological Bulletin 86 (1979)."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import CannotAnalyse


@dataclass(frozen=True)
class IntraclassCorrelation:
    icc1: float
    icc2: float
    icc3: float
    icc1k: float
    icc2k: float
    icc3k: float


def icc(ratings: Any) -> IntraclassCorrelation:
    """Shrout & Fleiss's six, from (items, raters) without gaps: one-way, two-way random, two-way mixed; single and mean."""
    x = np.asarray(ratings, float)
    if x.ndim != 2 or min(x.shape) < 2 or not np.isfinite(x).all():
        raise CannotAnalyse(
            f"Ratings of shape {x.shape} were given; needed are at least 2 items x 2 raters without gaps."
        )
    n, k = x.shape
    rows, columns, grand = x.mean(axis=1), x.mean(axis=0), x.mean()
    between = k * ((rows - grand) ** 2).sum() / (n - 1)
    within = ((x - rows[:, None]) ** 2).sum() / (n * (k - 1))
    raters = n * ((columns - grand) ** 2).sum() / (k - 1)
    error = (((x - rows[:, None] - columns + grand) ** 2).sum()) / ((n - 1) * (k - 1))
    if between == 0 and within == 0:
        raise CannotAnalyse("All ratings are equal: an intraclass correlation is not defined.")
    return IntraclassCorrelation(
        _ratio(between - within, between + (k - 1) * within),
        _ratio(between - error, between + (k - 1) * error + k * (raters - error) / n),
        _ratio(between - error, between + (k - 1) * error),
        _ratio(between - within, between),
        _ratio(between - error, between + (raters - error) / n),
        _ratio(between - error, between),
    )


def _ratio(top: float, bottom: float) -> float:
    return float(top / bottom) if bottom else 0.0
