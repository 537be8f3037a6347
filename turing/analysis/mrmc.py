"""Many readers, many cases: what holds for readers and cases like these, not only for these.

Obuchowski & Rockette 1995 with the degrees of freedom of Hillis 2007; one modality against chance as in Hillis, Berbaum &
Metz 2008, section 2. Figures of merit and their covariances: turing.analysis.merit.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy

from .clusters import clustered_covariance
from .errors import CannotAnalyse
from .merit import checked, figures
from .roc import exact_reach
from .ustatistic import UStatistic, u_statistic

__all__ = [
    "Comparison", "OneModality", "UStatistic", "compare", "error_over_readers", "obuchowski_rockette", "on_scale", "over_readers", "shares_over_readers", "single_modality",
    "these_readers", "u_statistic", "without_spread",
]  # fmt: skip

FEW_READERS = 5
BOTH, THESE = "readers and cases", "these readers only"
NIL = 1e-12  # standard errors below are rounding


@dataclass(frozen=True)
class Comparison:
    """Two or more modalities. difference: of the first two; components: MS and covariances as the papers name them. scope: as of
    OneModality; with the readers fixed f is chi-square over its degrees of freedom, and df2 infinite."""

    estimates: np.ndarray  # (modalities, readers)
    difference: float
    f: float
    df2: float
    p_value: float
    components: dict[str, float]
    scope: str = BOTH


@dataclass(frozen=True)
class OneModality:
    """scope: 'readers and cases' or, with fewer than five readers, 'these readers only'. p_value: two-sided against .5.
    interval: 95 %; inner: 90 %, which two one-sided tests at 5 % come to (Schuirmann 1987), for equivalence."""

    estimate: float
    standard_error: float
    df: float
    interval: tuple[float, float]
    inner: tuple[float, float]
    p_value: float
    scope: str
    readers: np.ndarray  # (readers,) figures of merit
    prediction: tuple[float, float] | None  # 95 % for a new reader of the same kind
    method: str = "Obuchowski-Rockette"


def obuchowski_rockette(
    truth: Any, ratings: Any, figure: str = "auc", covariance: str = "delong"
) -> Comparison:
    """truth (cases,), ratings (modalities, readers, cases) without gaps; at least 2 modalities and 2 readers, who are a sample however
    few (two or three make a test that rejects too often)."""
    t, r = checked(truth, ratings, dimensions=3)
    modalities, readers = r.shape[:2]
    estimates, cov = figures(t, r.reshape(-1, r.shape[2]), figure, covariance)
    return compare(estimates.reshape(modalities, readers), cov, fixed=False)


def compare(theta: np.ndarray, cov: np.ndarray, *, fixed: bool | None = None) -> Comparison:
    """The test that modalities are equal, from figures (modalities, readers) and their covariance over cases, in the same order
    (modalities * readers, twice). Also where cases are nested, as Hillis 2014 (section 6) shows: covariances that are nil stay nil.
    fixed: the readers alone are meant; None: where they are fewer than five."""
    modalities, readers = theta.shape
    if modalities < 2 or readers < 2:
        raise CannotAnalyse(
            f"{modalities} modalities and {readers} readers; a comparison needs at least 2 of each."
        )
    fixed = readers < FEW_READERS if fixed is None else fixed
    parts = _covariance_components(cov, modalities, readers)
    by_modality, by_reader = theta.mean(axis=1), theta.mean(axis=0)
    ms_t = readers * ((by_modality - theta.mean()) ** 2).sum() / (modalities - 1)
    residual = theta - by_modality[:, None] - by_reader + theta.mean()
    ms_tr = (residual**2).sum() / ((modalities - 1) * (readers - 1))
    between = max(parts["cov2"] - parts["cov3"], 0.0)
    df1 = modalities - 1
    if fixed:
        error = max(parts["var"] - parts["cov1"] + (readers - 1) * between, 0.0)
        f, df2 = _f_ratio(ms_t, error, 0.0, 1)
    else:
        error = ms_tr + readers * between
        f, df2 = _f_ratio(ms_t, error, ms_tr, df1 * (readers - 1))
    difference = float(by_modality[0] - by_modality[1])
    components = {"ms_t": float(ms_t), "ms_tr": float(ms_tr), "error": float(error), **parts}
    return Comparison(theta, difference, f, df2, _p_of_f(f, df1, df2), components, THESE if fixed else BOTH)


def _f_ratio(ms_t: float, error: float, ms_tr: float, df: int) -> tuple[float, float]:
    """0 / 0 (equal modalities, no spread at all) is no difference; a ratio over 0 is certain."""
    if error == 0:
        return (0.0 if ms_t == 0 else float("inf")), float(df)
    return float(ms_t / error), float(error**2 / (ms_tr**2 / df)) if ms_tr > 0 else float("inf")


def _p_of_f(f: float, df1: int, df2: float) -> float:
    if not np.isfinite(f):
        return 0.0
    return float(scipy.stats.chi2.sf(f * df1, df1) if np.isinf(df2) else scipy.stats.f.sf(f, df1, df2))


def single_modality(
    truth: Any, ratings: Any, figure: str = "auc", covariance: str = "delong", level: float = 0.95, clusters: Any = None,
    scale: str = "identity",
) -> OneModality:  # fmt: skip
    """truth (cases,), ratings (readers, cases) without gaps; clusters (cases,): what each case belongs to (a patient, a source
    image), None where each stands alone; scale: see over_readers. Raises CannotAnalyse for one truth only, or gaps."""
    t, r = checked(truth, ratings, dimensions=2)
    groups = np.arange(len(t)) if clusters is None else np.asarray(clusters)
    found = over_readers(*figures(t, r, figure, covariance, groups), level, scale)
    return without_spread(found, min(len(set(groups[t == kind])) for kind in (0, 1)), level)


def over_readers(
    theta: np.ndarray, cov: np.ndarray, level: float = 0.95, scale: str = "identity"
) -> OneModality:
    """From readers' figures (readers,) and their covariance over cases: against one half. scale: where interval and test are taken,
    'identity' as in Hillis 2008 or 'logit' (delta method), which covers better when readers differ much, since figures that
    readers differ in are skewed away from one half (docs/validation.md)."""
    if scale not in ("identity", "logit"):
        raise CannotAnalyse(f"scale is {scale!r}; allowed are identity and logit.")
    if len(theta) < FEW_READERS:
        return on_scale(these_readers(theta, cov, level), level, scale)
    error, df = error_over_readers(theta, cov)
    prediction = _prediction(theta, error, df, level)
    return on_scale(_result(theta, error, df, level, BOTH, prediction), level, scale)


def shares_over_readers(right: Any, clusters: Any = None) -> OneModality:
    """The mean over readers of each one's share of ones: right (readers, cases) of zeros and ones (pairs named rightly, sensitivity,
    specificity), NaN where a reader did not answer; clusters (cases,) or None; on the logit scale. Two readers' shares covary by
    the cases that both answered. Raises CannotAnalyse for a reader without an answer, and for one case or cluster."""
    table = np.asarray(right, float)
    there = ~np.isnan(table)
    if table.ndim != 2 or not len(table) or table.shape[1] < 2 or not np.isin(table[there], (0, 1)).all():
        raise CannotAnalyse(
            f"Answers of shape {table.shape} were given; (at least 1 reader, at least 2 cases) of zeros and ones are needed."
        )
    counts = there.sum(axis=1, keepdims=True)
    if not counts.all():
        raise CannotAnalyse(f"{int((counts == 0).sum())} readers answered nothing.")
    theta = np.nansum(table, axis=1, keepdims=True) / counts
    parts = np.where(there, (table - theta) * table.shape[1] / counts, 0.0)
    groups = np.arange(table.shape[1]) if clusters is None else np.asarray(clusters)
    found = over_readers(theta[:, 0], clustered_covariance([parts], [groups]), scale="logit")
    return without_spread(found, len(set(groups)))


def these_readers(theta: np.ndarray, cov: np.ndarray, level: float = 0.95) -> OneModality:
    """The readers fixed: only the cases are a sample."""
    error = float(np.sqrt(max(cov.mean(), 0.0)))
    return _result(theta, error, float("inf"), level, THESE, None)


def error_over_readers(theta: np.ndarray, cov: np.ndarray) -> tuple[float, float]:
    """Standard error of the mean over readers and cases, and its degrees of freedom (Hillis 2007), from at least two readers."""
    readers = len(theta)
    ms_r, cov2 = float(theta.var(ddof=1)), _cov2(cov)
    spread = ms_r + readers * max(cov2, 0.0)
    df = float(spread**2 / (ms_r**2 / (readers - 1))) if ms_r > NIL**2 else float("inf")
    return float(np.sqrt(spread / readers)), df


def without_spread(found: OneModality, cases: int, level: float = 0.95) -> OneModality:
    """Where all readers judged all cases alike the error is 0, which does not mean that nothing could have come out otherwise: the
    interval then reaches as far as an exact one from `cases` (clusters; of the rarer truth) that all came out alike, and p with it."""
    if found.standard_error > NIL:
        return found

    def around(level: float) -> tuple[float, float]:
        reach = exact_reach(cases, level)
        return max(0.0, found.estimate - reach), min(1.0, found.estimate + reach)

    p = float((1 - abs(found.estimate - 0.5)) ** cases)
    prediction = around(level) if found.prediction else None
    return replace(
        found, interval=around(level), inner=around(_inner(level)), p_value=p, prediction=prediction
    )


def on_scale(found: OneModality, level: float = 0.95, scale: str = "logit") -> OneModality:
    """Interval and p taken on another scale from the same estimate, error and degrees of freedom."""
    share, error = found.estimate, found.standard_error
    if scale == "identity" or error <= NIL or not 0 < share < 1:
        return found
    slope = share * (1 - share)
    logit = np.log(share / (1 - share))

    def around(level: float) -> tuple[float, float]:
        reach = _quantile(found.df, level) * error / slope
        low, high = (float(1 / (1 + np.exp(-(logit + sign * reach)))) for sign in (-1, 1))
        return low, high

    p = float(2 * scipy.stats.t.sf(abs(logit) * slope / error, found.df))
    return replace(found, interval=around(level), inner=around(_inner(level)), p_value=p)


def _inner(level: float) -> float:
    """The level whose interval two one-sided tests use: 90 % beside 95 %."""
    return 1 - 2 * (1 - level)


def _cov2(cov: np.ndarray) -> float:
    return float((cov.sum() - np.trace(cov)) / (len(cov) * (len(cov) - 1)))


def _prediction(theta: np.ndarray, error: float, df: float, level: float) -> tuple[float, float]:
    """Where a new reader would come out: the mean's uncertainty and the spread between readers as it was seen. Their own sampling error
    is not taken off that spread: what is left is so uncertain with few readers that the interval would hold 84 to 93 in 100."""
    estimate = float(theta.mean())
    reach = _quantile(df, level) * float(np.sqrt(error**2 + theta.var(ddof=1)))
    return max(0.0, estimate - reach), min(1.0, estimate + reach)


def _quantile(df: float, level: float) -> float:
    return float(scipy.stats.t.ppf(1 - (1 - level) / 2, df))  # infinite df: the normal's


def _result(
    theta: np.ndarray, error: float, df: float, level: float, scope: str, prediction: tuple[float, float] | None
) -> OneModality:  # fmt: skip
    estimate = float(theta.mean())
    distance = abs(estimate - 0.5)
    if error <= NIL:
        p = 1.0 if distance == 0 else 0.0
    else:
        p = float(2 * scipy.stats.t.sf(distance / error, df))
    interval, inner = (
        (max(0.0, estimate - q * error), min(1.0, estimate + q * error))
        for q in (_quantile(df, level), _quantile(df, _inner(level)))
    )
    return OneModality(estimate, error, df, interval, inner, p, scope, theta, prediction)


def _covariance_components(cov: np.ndarray, modalities: int, readers: int) -> dict[str, float]:
    """Averages over pairs: var the same reader and modality, cov1 same reader, cov2 same modality, cov3 neither."""
    whole = cov.reshape(modalities, readers, modalities, readers)
    same_m = np.eye(modalities, dtype=bool)[:, None, :, None]
    same_r = np.eye(readers, dtype=bool)[None, :, None, :]
    masks = {
        "var": same_m & same_r,
        "cov1": ~same_m & same_r,
        "cov2": same_m & ~same_r,
        "cov3": ~same_m & ~same_r,
    }
    return {name: float(whole[np.broadcast_to(mask, whole.shape)].mean()) for name, mask in masks.items()}
