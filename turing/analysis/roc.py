"""Area under the empirical ROC curve with DeLong's variance.

DeLong, DeLong & Clarke-Pearson, Biometrics 44 (1988); the interval is taken on the logit scale, where it stays inside 0 to 1
(Pepe 2003, section 5.2). Ratings rise with 'synthetic'; ties count one half.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from .errors import CannotAnalyse


@dataclass(frozen=True)
class Auc:
    """interval: 95 %; for an area of 0 or 1, whose variance is 0, the exact one from the number of the rarer truth."""

    value: float
    variance: float
    interval: tuple[float, float]


@dataclass(frozen=True)
class Curve:
    """Corner points from (0, 0) to (1, 1): share of real called synthetic, share of synthetic called so."""

    false_positive: np.ndarray
    true_positive: np.ndarray


def auc(truth: Sequence[int], rating: Sequence[float]) -> Auc:
    """truth 1 synthetic, 0 real. Raises CannotAnalyse when one of them is missing."""
    positive, negative = _split(truth, rating)
    value, variance = (
        float(placements(positive, negative)[0].mean()),
        delong_covariance(positive[None], negative[None])[0, 0],
    )
    return Auc(value, float(variance), _interval(value, float(variance), min(len(positive), len(negative))))


def rank_test(truth: Sequence[int], rating: Sequence[float]) -> float:
    """Two-sided p against an area of one half: Mann & Whitney 1947, normal with ties and continuity. Raises as auc."""
    positive, negative = _split(truth, rating)
    if np.ptp(np.concatenate([positive, negative])) == 0:
        return 1.0
    return float(scipy.stats.mannwhitneyu(positive, negative, method="asymptotic").pvalue)


def curve(truth: Sequence[int], rating: Sequence[float]) -> Curve:
    positive, negative = _split(truth, rating)
    cuts = np.unique(np.concatenate([positive, negative]))[::-1]
    true = [0.0, *((positive >= cut).mean() for cut in cuts)]
    false = [0.0, *((negative >= cut).mean() for cut in cuts)]
    return Curve(np.array(false), np.array(true))


def placements(positive: np.ndarray, negative: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(share of negatives below each positive, share of positives above each negative), ties one half; means equal the area."""
    order = np.sort(negative)
    below = (np.searchsorted(order, positive, "left") + np.searchsorted(order, positive, "right")) / (
        2 * len(negative)
    )
    order = np.sort(positive)
    above = 1 - (np.searchsorted(order, negative, "left") + np.searchsorted(order, negative, "right")) / (
        2 * len(positive)
    )
    return below, above


def delong_covariance(positive: np.ndarray, negative: np.ndarray) -> np.ndarray:
    """(k, k) covariances of k areas on the same cases; positive (k, n1) and negative (k, n0) ratings."""
    pairs = [placements(p, n) for p, n in zip(positive, negative)]
    return stratified_covariance(np.stack([p for p, _n in pairs]), np.stack([n for _p, n in pairs]))


def stratified_covariance(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Covariance of means over two independent groups of cases: S1 / n1 + S0 / n0."""
    return np.atleast_2d(np.cov(first)) / first.shape[1] + np.atleast_2d(np.cov(second)) / second.shape[1]


def exact_reach(cases: int, level: float = 0.95) -> float:
    """How far below 1 a share may lie of which `cases` in `cases` came out (Clopper & Pearson 1934, one-sided)."""
    return float(1 - (1 - level) ** (1 / cases))


def _split(truth: Sequence[int], rating: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    t, r = np.asarray(truth), np.asarray(rating, float)
    if t.shape != r.shape or t.ndim != 1 or not np.isin(t, (0, 1)).all() or not np.isfinite(r).all():
        raise CannotAnalyse(
            f"Truth {t.shape} must be zeros and ones, one for each of {r.shape} finite ratings."
        )
    positive, negative = r[t == 1], r[t == 0]
    if len(positive) < 2 or len(negative) < 2:
        raise CannotAnalyse(
            f"{len(positive)} synthetic and {len(negative)} real cases; an area needs at least 2 of each."
        )
    return positive, negative


def _interval(value: float, variance: float, fewer: int) -> tuple[float, float]:
    if variance <= 0 or value in (0.0, 1.0):
        reach = exact_reach(fewer)
        return (max(0.0, value - reach), min(1.0, value + reach))
    logit, error = np.log(value / (1 - value)), np.sqrt(variance) / (value * (1 - value))
    low, high = (logit + sign * scipy.stats.norm.ppf(0.975) * error for sign in (-1, 1))
    return float(1 / (1 + np.exp(-low))), float(1 / (1 + np.exp(-high)))
