"""Area under the ROC curve over readers and cases when answers are missing.

Gallas, Academic Radiology 13 (2006); Gallas, Bandos, Samuelson & Wagner, Communications in Statistics 38 (2009): the variance of a
U-statistic by its moments. Degrees of freedom: Obuchowski, Gallas & Hillis, Academic Radiology 19 (2012).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from .errors import CannotAnalyse


@dataclass(frozen=True)
class UStatistic:
    """auc over readers and cases of a design with gaps; p_value two-sided against .5. df: Obuchowski, Gallas & Hillis 2012;
    interval: 95 %, inner: 90 %."""

    auc: float
    variance: float
    df: float
    interval: tuple[float, float]
    inner: tuple[float, float]
    p_value: float
    components: dict[str, float]


@dataclass(frozen=True)
class _Sums:
    """Of pairs (reader, real case, synthetic case): sums of one quantity over all axes but those named, and of its square."""

    r: np.ndarray
    n: np.ndarray
    d: np.ndarray
    rn: np.ndarray
    rd: np.ndarray
    nd: np.ndarray
    squares: float

    def at_least(self) -> dict[frozenset[int], float]:
        """Sum of x[p] x[q] over ordered pairs that share these axes or more (0 reader, 1 real case, 2 synthetic case)."""
        margins = {(): self.r.sum(), (0,): self.r, (1,): self.n, (2,): self.d, (0, 1): self.rn, (0, 2): self.rd, (1, 2): self.nd}  # fmt: skip
        found = {frozenset(axes): float((np.asarray(x) ** 2).sum()) for axes, x in margins.items()}
        return found | {frozenset({0, 1, 2}): self.squares}


def u_statistic(truth: Any, ratings: Any, level: float = 0.95) -> UStatistic:
    """One-shot estimate of Gallas 2006 and Gallas, Bandos, Samuelson & Wagner 2009: truth (cases,), ratings (readers, cases), NaN
    where a reader did not read a case. Readers, real and synthetic cases are all random.

    A pair of judgements shares reader, real case, synthetic case or none of them; the variance is the mean over pairs of each kind,
    weighted by how often the design holds it, minus the mean over pairs that share nothing. It is unbiased, and may be negative in
    small studies: it is then given as it is and the interval is empty of width. With one reader, cases alone are random.

    Raises CannotAnalyse where no reader read a case of either kind, or all pairs share a case.
    """
    read, success = _sums(truth, ratings)
    counts, sums = _exactly(read.at_least()), _exactly(success.at_least())
    total = float(read.r.sum()) ** 2
    apart = frozenset() if counts[frozenset()] > 0 else frozenset({0})
    if counts[apart] <= 0:
        raise CannotAnalyse(
            "All pairs of judgements share a case; at least 2 real and 2 synthetic cases are needed."
        )
    moments = {shared: sums[shared] / counts[shared] for shared in counts if counts[shared] > 0}
    auc = float(success.r.sum() / read.r.sum())
    variance = float(sum(counts[shared] * moments[shared] for shared in moments) / total - moments[apart])
    df = _degrees_of_freedom(read.at_least(), success.at_least(), variance)
    return _result(auc, variance, df, level, _components(moments, moments[apart]))


def u_statistic_these_readers(
    truth: Any, ratings: Any, level: float = 0.95, clusters: Any = None
) -> UStatistic:
    """The same area with the readers fixed: what fewer than five readers allow. The variance is a jackknife over cases within
    each truth (Efron & Stein 1981), or over clusters (cases,) that are left out whole; df infinite: it says nothing of other readers.
    Raises as u_statistic."""
    read, success = _sums(truth, ratings)
    t = np.asarray(truth)
    value = float(success.r.sum() / read.r.sum())
    if clusters is None:
        left = [(read.r.sum() - x[x > 0], success.r.sum() - y[x > 0]) for x, y in ((read.n, success.n), (read.d, success.d))]  # fmt: skip
    else:
        groups = np.unique(np.asarray(clusters), return_inverse=True)[1]
        one, other = _without_clusters(read, t, groups), _without_clusters(success, t, groups)
        left = [(one, other)]
    variance = 0.0
    for all_, good in left:
        if len(all_) < 2 or (all_ <= 0).any():
            raise CannotAnalyse(
                "All pairs of judgements share a case; at least 2 real and 2 synthetic cases are needed."
            )
        areas = good / all_
        variance += (len(areas) - 1) / len(areas) * float(((areas - areas.mean()) ** 2).sum())
    return _result(value, variance, float("inf"), level, {})


def _without_clusters(sums: _Sums, truth: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """(clusters,) the sum over all pairs when each cluster is left out: pairs inside a cluster are taken off once, not twice."""
    real, synthetic = (np.eye(groups.max() + 1)[groups[truth == kind]] for kind in (0, 1))
    inside = np.einsum("nc,nc->c", real, sums.nd @ synthetic)
    return sums.r.sum() - real.T @ sums.n - synthetic.T @ sums.d + inside


def with_variance(found: UStatistic, variance: float, df: float, level: float = 0.95) -> UStatistic:
    """The same area with another variance and other degrees of freedom."""
    return _result(found.auc, variance, df, level, found.components)


def _sums(truth: Any, ratings: Any) -> tuple[_Sums, _Sums]:
    """Margins of 'both were read' and of 'the synthetic one was rated higher', reader by reader, so that memory stays small."""
    t, r = np.asarray(truth), np.asarray(ratings, float)
    if r.ndim != 2 or t.shape != r.shape[1:] or not np.isin(t, (0, 1)).all():
        raise CannotAnalyse(
            f"Truth {t.shape} and ratings {r.shape} do not fit: one 0 or 1 for each case is needed."
        )
    negative, positive = r[:, t == 0], r[:, t == 1]
    parts: list[list[Any]] = [[], []]
    across = [np.zeros((negative.shape[1], positive.shape[1])) for _kind in parts]
    squares = [0.0, 0.0]
    for low, high in zip(negative, positive):
        there = ~np.isnan(low)[:, None] & ~np.isnan(high)
        with np.errstate(invalid="ignore"):
            above = (high > low[:, None]) + 0.5 * (high == low[:, None])
        for kind, table in enumerate((there.astype(float), np.where(there, above, 0.0))):
            parts[kind].append((table.sum(axis=1), table.sum(axis=0)))
            across[kind] += table
            squares[kind] += float((table**2).sum())
    if not across[0].any():
        raise CannotAnalyse("No reader has read both a real and a synthetic case.")
    return _margins(parts[0], across[0], squares[0]), _margins(parts[1], across[1], squares[1])


def _margins(rows: list[Any], across: np.ndarray, squares: float) -> _Sums:
    rn, rd = np.array([n for n, _d in rows]), np.array([d for _n, d in rows])
    return _Sums(rn.sum(axis=1), rn.sum(axis=0), rd.sum(axis=0), rn, rd, across, squares)


def _result(auc: float, variance: float, df: float, level: float, parts: dict[str, float]) -> UStatistic:
    error, distance = float(np.sqrt(max(variance, 0.0))), auc - 0.5
    interval, inner = (
        (max(0.0, auc - q * error), min(1.0, auc + q * error))
        for q in (float(scipy.stats.t.ppf(1 - tail, df)) for tail in ((1 - level) / 2, 1 - level))
    )
    p = (0.0 if distance else 1.0) if error == 0 else float(2 * scipy.stats.t.sf(abs(distance) / error, df))
    return UStatistic(auc, variance, df, interval, inner, p, parts)


_AXES = [frozenset(a for a in range(3) if bits >> a & 1) for bits in range(8)]


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


def _degrees_of_freedom(
    counts: dict[frozenset[int], float], sums: dict[frozenset[int], float], variance: float
) -> float:
    """Satterthwaite over the mean squares of readers, real and synthetic cases (Obuchowski, Gallas & Hillis 2012); where answers are
    missing, each has as many degrees of freedom as its effective number (total^2 / pairs that share it), rounded, less one."""
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
    return max(float(variance**2 / below), float(smallest)) if below > 0 and variance > 0 else float("inf")
