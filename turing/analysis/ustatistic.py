"""Area under the ROC curve over readers and cases when answers are missing.

Gallas, Academic Radiology 13 (2006); Gallas, Bandos, Samuelson & Wagner, Communications in Statistics 38 (2009): the variance of a
U-statistic by its moments. Degrees of freedom: Obuchowski, Gallas & Hillis, Academic Radiology 19 (2012).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from .errors import CannotAnalyse


@dataclass(frozen=True)
class UStatistic:
    """auc over readers and cases of a design with gaps; p_value two-sided against .5. df: Obuchowski, Gallas & Hillis 2012."""

    auc: float
    variance: float
    df: float
    interval: tuple[float, float]
    p_value: float
    components: dict[str, float]


def u_statistic(truth: Any, ratings: Any, level: float = 0.95) -> UStatistic:
    """One-shot estimate of Gallas 2006 and Gallas, Bandos, Samuelson & Wagner 2009: truth (cases,), ratings (readers, cases), NaN
    where a reader did not read a case. Readers, real and synthetic cases are all random.

    A pair of judgements shares reader, real case, synthetic case or none of them; the variance is the mean over pairs of each kind,
    weighted by how often the design holds it, minus the mean over pairs that share nothing. It is unbiased, and may be negative in
    small studies: it is then given as it is and the interval is empty of width. With one reader, cases alone are random.

    Raises CannotAnalyse where no reader read a case of either kind, or all pairs share a case.
    """
    t, r = np.asarray(truth), np.asarray(ratings, float)
    if r.ndim != 2 or t.shape != r.shape[1:] or not np.isin(t, (0, 1)).all():
        raise CannotAnalyse(
            f"Truth {t.shape} and ratings {r.shape} do not fit: one 0 or 1 for each case is needed."
        )
    negative, positive = r[:, t == 0], r[:, t == 1]
    read = ~np.isnan(negative)[:, :, None] & ~np.isnan(positive)[:, None, :]
    if not read.any():
        raise CannotAnalyse("No reader has read both a real and a synthetic case.")
    with np.errstate(invalid="ignore"):
        above = (positive[:, None, :] > negative[:, :, None]) + 0.5 * (
            positive[:, None, :] == negative[:, :, None]
        )
    success = np.where(read, above, 0.0)
    counts, sums = _exactly(_at_least(read.astype(float))), _exactly(_at_least(success))
    total = float(read.sum()) ** 2
    apart = frozenset() if counts[frozenset()] > 0 else frozenset({0})
    if counts[apart] <= 0:
        raise CannotAnalyse(
            "All pairs of judgements share a case; at least 2 real and 2 synthetic cases are needed."
        )
    moments = {shared: sums[shared] / counts[shared] for shared in counts if counts[shared] > 0}
    auc = float(success.sum() / read.sum())
    variance = float(sum(counts[shared] * moments[shared] for shared in moments) / total - moments[apart])
    parts = _components(moments, moments[apart])
    df = _degrees_of_freedom(read.astype(float), success, variance)
    error, distance = np.sqrt(max(variance, 0.0)), auc - 0.5
    reach = float(stats.t.ppf(1 - (1 - level) / 2, min(df, 1e6))) * error
    p = (
        (0.0 if distance else 1.0)
        if error == 0
        else float(2 * stats.t.sf(abs(distance) / error, min(df, 1e6)))
    )
    return UStatistic(auc, variance, df, (max(0.0, auc - reach), min(1.0, auc + reach)), p, parts)


_AXES = [frozenset(a for a in range(3) if bits >> a & 1) for bits in range(8)]


def _at_least(x: np.ndarray) -> dict[frozenset[int], float]:
    """Sum of x[p] x[q] over ordered pairs that share these axes or more (0 reader, 1 real case, 2 synthetic case)."""
    return {shared: float((x.sum(axis=tuple({0, 1, 2} - shared)) ** 2).sum()) for shared in _AXES}


def _exactly(at_least: dict[frozenset[int], float]) -> dict[frozenset[int], float]:
    """The same over pairs that share these axes and no more."""
    return {
        shared: sum((-1) ** len(more - shared) * at_least[more] for more in _AXES if shared <= more)
        for shared in _AXES
    }


_NAMES = {"R": {0}, "N": {1}, "D": {2}, "NR": {0, 1}, "DR": {0, 2}, "ND": {1, 2}, "RND": {0, 1, 2}}


def _components(moments: dict[frozenset[int], float], apart: float) -> dict[str, float]:
    """Variance components of reader, real (N) and synthetic (D) case and their interactions; absent kinds count nothing."""
    beyond = {shared: value - apart for shared, value in moments.items()}
    parts = {}
    for name, axes in _NAMES.items():
        inner = [frozenset(s) for s in _NAMES.values() if frozenset(s) <= frozenset(axes)]
        parts[name] = sum((-1) ** (len(axes) - len(s)) * beyond.get(s, 0.0) for s in inner)
    return parts


def _degrees_of_freedom(read: np.ndarray, success: np.ndarray, variance: float) -> float:
    """Satterthwaite over the mean squares of readers, real and synthetic cases (Obuchowski, Gallas & Hillis 2012); where answers are
    missing, each has as many degrees of freedom as its effective number (total^2 / pairs that share it), rounded, less one."""
    counts, sums = _at_least(read), _at_least(success)
    mean = sums[frozenset()] / counts[frozenset()]
    below, smallest = 0.0, float("inf")
    for axis in range(3):
        shared = frozenset({axis})
        n = round(counts[frozenset()] / counts[shared] - 1)
        if n < 1:
            continue
        square = max(
            sums[shared] / counts[shared] - mean, 0.0
        )  # spread of the marginal means: a plug-in variance
        below, smallest = below + (square / n) ** 2 / n, min(smallest, n)
    return max(float(variance**2 / below), smallest) if below > 0 and variance > 0 else float("inf")
