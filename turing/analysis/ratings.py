"""Ratings that are no answer about the truth (realism, quality): how real and synthetic images differ, over readers and images.

Each reader's difference of means is the figure of merit; its mean over readers has the error of Obuchowski & Rockette 1995 with the
degrees of freedom of Hillis 2007 (turing.analysis.mrmc). Pooled ratings would take a reader's ratings for independent people, and
a t-test over readers would take the images for the only ones there are.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from .clusters import clustered_covariance
from .errors import CannotAnalyse
from .mrmc import BOTH, FEW_READERS, NIL, THESE, error_over_readers


@dataclass(frozen=True)
class RatingGap:
    """difference: mean over readers of (mean of real - mean of synthetic); interval (95 %) and two-sided p against 0, None without
    any spread; scope as turing.analysis.mrmc.OneModality has it."""

    readers: int
    difference: float
    interval: tuple[float, float] | None
    p_value: float | None
    scope: str


def rating_gap(truth: Any, ratings: Any, clusters: Any = None) -> RatingGap:
    """truth (cases,) 1 synthetic, 0 real; ratings (readers, cases), NaN where missing; clusters (cases,): what each case belongs to, None
    where each stands alone. Raises CannotAnalyse where no reader rated both kinds, or fewer than two images of a kind were rated."""
    t, table = np.asarray(truth), np.asarray(ratings, float)
    if table.ndim != 2 or t.shape != table.shape[1:]:
        raise CannotAnalyse(f"Truth {t.shape} and ratings {table.shape} do not fit.")
    there = ~np.isnan(table)
    both = there[:, t == 0].any(axis=1) & there[:, t == 1].any(axis=1)
    if not both.any():
        raise CannotAnalyse("No reader rated both a real and a synthetic image.")
    groups = np.arange(len(t)) if clusters is None else np.asarray(clusters)
    (real, parts_of_real), (fake, parts_of_fake) = (_means(table[both][:, t == kind]) for kind in (0, 1))
    gaps = real - fake
    cov = clustered_covariance([parts_of_real, -parts_of_fake], [groups[t == 0], groups[t == 1]])
    few = len(gaps) < FEW_READERS
    error, df = (float(np.sqrt(max(cov.mean(), 0.0))), float("inf")) if few else error_over_readers(gaps, cov)
    mean, scope = float(gaps.mean()), THESE if few else BOTH
    if error <= NIL:
        return RatingGap(len(gaps), mean, None, None, scope)
    reach = float(scipy.stats.t.ppf(0.975, df)) * error
    p = float(2 * scipy.stats.t.sf(abs(mean) / error, df))
    return RatingGap(len(gaps), mean, (mean - reach, mean + reach), p, scope)


def _means(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(readers,) means of what each rated, and each case's part in them (readers, cases): 0 where it was not rated."""
    there = ~np.isnan(table)
    counts = there.sum(axis=1, keepdims=True)
    means = np.nansum(table, axis=1, keepdims=True) / counts
    return means[:, 0], np.where(there, (table - means) * table.shape[1] / counts, 0.0)
