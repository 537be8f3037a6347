"""Many readers, many cases: what holds for readers and cases like these, not only for these.

Obuchowski & Rockette 1995 with the degrees of freedom of Hillis 2007; one modality against chance as in Hillis, Berbaum &
Metz 2008, section 2. Covariances of the figures of merit come from DeLong's structural components (stratified by truth) or a
jackknife over cases. The figure is the area under the ROC curve, or accuracy = (sensitivity + specificity) / 2 of ratings
cut at 'synthetic' (ratings 0 or 1).
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import stats

from .clusters import clustered_covariance
from .errors import CannotAnalyse
from .roc import placements
from .ustatistic import UStatistic, u_statistic

__all__ = [
    "Comparison", "OneModality", "UStatistic", "accuracy_covariance", "compare", "obuchowski_rockette", "on_scale", "over_readers", "single_modality",
    "structural", "u_statistic",
]  # fmt: skip

FEW_READERS = 5


@dataclass(frozen=True)
class Comparison:
    """Two or more modalities. difference: of the first two; components: MS and covariances as the papers name them."""

    estimates: np.ndarray  # (modalities, readers)
    difference: float
    f: float
    df2: float
    p_value: float
    components: dict[str, float]


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
    """truth (cases,), ratings (modalities, readers, cases) without gaps; at least 2 modalities and 2 readers."""
    t, r = _checked(truth, ratings, dimensions=3)
    modalities, readers = r.shape[:2]
    estimates, cov = _figures(t, r.reshape(-1, r.shape[2]), figure, covariance, None)
    return compare(estimates.reshape(modalities, readers), cov)


def compare(theta: np.ndarray, cov: np.ndarray) -> Comparison:
    """The test that modalities are equal, from figures (modalities, readers) and their covariance over cases, in the same order
    (modalities * readers, twice). Also where cases are nested, as Hillis 2014 (section 6) shows: covariances that are nil stay nil."""
    modalities, readers = theta.shape
    if modalities < 2 or readers < 2:
        raise CannotAnalyse(
            f"{modalities} modalities and {readers} readers; a comparison needs at least 2 of each."
        )
    parts = _covariance_components(cov, modalities, readers)
    by_modality, by_reader = theta.mean(axis=1), theta.mean(axis=0)
    ms_t = readers * ((by_modality - theta.mean()) ** 2).sum() / (modalities - 1)
    residual = theta - by_modality[:, None] - by_reader + theta.mean()
    ms_tr = (residual**2).sum() / ((modalities - 1) * (readers - 1))
    error = ms_tr + max(readers * (parts["cov2"] - parts["cov3"]), 0.0)
    df1 = modalities - 1
    f, df2 = _f_ratio(ms_t, error, ms_tr, (modalities - 1) * (readers - 1))
    p = float(stats.f.sf(f, df1, df2)) if np.isfinite(f) else 0.0
    difference = float(by_modality[0] - by_modality[1])
    components = {"ms_t": float(ms_t), "ms_tr": float(ms_tr), "error": float(error), **parts}
    return Comparison(theta, difference, f, df2, p, components)


def _f_ratio(ms_t: float, error: float, ms_tr: float, df: int) -> tuple[float, float]:
    """0 / 0 (equal modalities, no spread at all) is no difference; a ratio over 0 is certain."""
    if error == 0:
        return (0.0 if ms_t == 0 else float("inf")), float(df)
    return float(ms_t / error), float(error**2 / (ms_tr**2 / df)) if ms_tr > 0 else float("inf")


def single_modality(
    truth: Any, ratings: Any, figure: str = "auc", covariance: str = "delong", level: float = 0.95, clusters: Any = None,
    scale: str = "identity",
) -> OneModality:  # fmt: skip
    """truth (cases,), ratings (readers, cases) without gaps; clusters (cases,): what each case belongs to (a patient, a source
    image), None where each stands alone; scale: see over_readers. Raises CannotAnalyse for one truth only, or gaps."""
    t, r = _checked(truth, ratings, dimensions=2)
    return over_readers(*_figures(t, r, figure, covariance, clusters), level, scale)


def over_readers(
    theta: np.ndarray, cov: np.ndarray, level: float = 0.95, scale: str = "identity"
) -> OneModality:
    """From readers' figures (readers,) and their covariance over cases: against one half. scale: where interval and test are taken,
    'identity' as in Hillis 2008 or 'logit' (delta method), which covers better when readers differ much, since figures that
    readers differ in are skewed away from one half (docs/validation.md)."""
    if scale not in ("identity", "logit"):
        raise CannotAnalyse(f"scale is {scale!r}; allowed are identity and logit.")
    return on_scale(_plain(theta, cov, level), level, scale)


def accuracy_covariance(truth: Any, said: Any) -> tuple[np.ndarray, np.ndarray]:
    """Readers' accuracies (readers,) and their covariance over cases (readers, readers); arguments as single_modality."""
    return _figures(*_checked(truth, said, dimensions=2), "accuracy", "delong", None)


def on_scale(found: OneModality, level: float = 0.95, scale: str = "logit") -> OneModality:
    """Interval and p taken on another scale from the same estimate, error and degrees of freedom."""
    share, error = found.estimate, found.standard_error
    if scale == "identity" or error == 0 or not 0 < share < 1:
        return found
    slope = share * (1 - share)
    logit = np.log(share / (1 - share))

    def around(level: float) -> tuple[float, float]:
        reach = _quantile(found.df, level) * error / slope
        low, high = (float(1 / (1 + np.exp(-(logit + sign * reach)))) for sign in (-1, 1))
        return low, high

    p = float(2 * stats.t.sf(abs(logit) * slope / error, min(found.df, 1e6)))
    return replace(found, interval=around(level), inner=around(_inner(level)), p_value=p)


def _inner(level: float) -> float:
    """The level whose interval two one-sided tests use: 90 % beside 95 %."""
    return 1 - 2 * (1 - level)


def _plain(theta: np.ndarray, cov: np.ndarray, level: float) -> OneModality:
    readers = len(theta)
    estimate = float(theta.mean())
    if readers < FEW_READERS:
        return _these_readers(theta, cov, estimate, level)
    ms_r = float(theta.var(ddof=1))
    cov2 = float((cov.sum() - np.trace(cov)) / (readers * (readers - 1)))
    spread = ms_r + readers * max(cov2, 0.0)
    df = float(spread**2 / (ms_r**2 / (readers - 1))) if ms_r > 0 else float("inf")
    error = float(np.sqrt(spread / readers))
    within = max(float(np.trace(cov)) / readers - cov2, 0.0)
    prediction = _prediction(estimate, error, ms_r, within, df, level)
    return _result(theta, estimate, error, df, level, "readers and cases", prediction)


def _these_readers(theta: np.ndarray, cov: np.ndarray, estimate: float, level: float) -> OneModality:
    """The readers fixed: only the cases are a sample."""
    error = float(np.sqrt(max(cov.mean(), 0.0)))
    return _result(theta, estimate, error, float("inf"), level, "these readers only", None)


def _prediction(
    estimate: float, error: float, ms_r: float, within: float, df: float, level: float
) -> tuple[float, float]:
    """Where a new reader's true figure lies: the mean's uncertainty and the spread between readers beyond their own noise."""
    between = max(ms_r - within, 0.0)
    reach = _quantile(df, level) * float(np.sqrt(error**2 + between))
    return max(0.0, estimate - reach), min(1.0, estimate + reach)


def _quantile(df: float, level: float) -> float:
    share = 1 - (1 - level) / 2
    return float(stats.norm.ppf(share) if np.isinf(df) else stats.t.ppf(share, df))


def _result(
    theta: np.ndarray, estimate: float, error: float, df: float, level: float, scope: str, prediction: tuple[float, float] | None
) -> OneModality:  # fmt: skip
    distance = estimate - 0.5
    if error == 0:
        p = 1.0 if distance == 0 else 0.0
    else:
        score = abs(distance) / error
        p = float(2 * (stats.norm.sf(score) if np.isinf(df) else stats.t.sf(score, df)))
    interval, inner = (
        (max(0.0, estimate - q * error), min(1.0, estimate + q * error))
        for q in (_quantile(df, level), _quantile(df, _inner(level)))
    )
    return OneModality(estimate, error, df, interval, inner, p, scope, theta, prediction)


def _checked(truth: Any, ratings: Any, *, dimensions: int) -> tuple[np.ndarray, np.ndarray]:
    t, r = np.asarray(truth), np.asarray(ratings, float)
    if r.ndim != dimensions or t.shape != r.shape[-1:] or not np.isin(t, (0, 1)).all():
        raise CannotAnalyse(
            f"Truth {t.shape} and ratings {r.shape} do not fit: one 0 or 1 for each case is needed."
        )
    if not np.isfinite(r).all():
        raise CannotAnalyse(
            f"{int((~np.isfinite(r)).sum())} ratings are missing; this design needs every reader's answer to every case."
        )
    if (t == 1).sum() < 2 or (t == 0).sum() < 2:
        raise CannotAnalyse(
            f"{int((t == 1).sum())} synthetic and {int((t == 0).sum())} real cases; at least 2 of each are needed."
        )
    return t, r


def structural(positive: np.ndarray, negative: np.ndarray, figure: str) -> tuple[np.ndarray, np.ndarray]:
    """Each case's part in the figure: (k, synthetic) and (k, real), whose means both equal it (AUC: DeLong's placements)."""
    if figure == "accuracy":
        if not (np.isin(positive, (0, 1)).all() and np.isin(negative, (0, 1)).all()):
            raise CannotAnalyse("Accuracy needs answers of 0 (real) and 1 (synthetic), not ratings.")
        right, rejected = positive, 1 - negative
        return (right + rejected.mean(axis=1, keepdims=True)) / 2, (
            rejected + right.mean(axis=1, keepdims=True)
        ) / 2
    if figure != "auc":
        raise CannotAnalyse(f"figure is {figure!r}; allowed are auc and accuracy.")
    pairs = [placements(p, n) for p, n in zip(positive, negative)]
    return np.stack([p for p, _n in pairs]), np.stack([n for _p, n in pairs])


def _figures(
    t: np.ndarray, r: np.ndarray, figure: str, covariance: str, clusters: Any
) -> tuple[np.ndarray, np.ndarray]:
    """(k,) figures of merit and their (k, k) covariance over cases."""
    groups = np.arange(len(t)) if clusters is None else np.asarray(clusters)
    if groups.shape != t.shape:
        raise CannotAnalyse(f"{groups.shape} clusters for {t.shape} cases; one for each is needed.")
    first, second = structural(r[:, t == 1], r[:, t == 0], figure)
    theta = first.mean(axis=1)
    if covariance == "delong":
        return theta, clustered_covariance(first, second, groups[t == 1], groups[t == 0])
    if covariance != "jackknife":
        raise CannotAnalyse(f"covariance is {covariance!r}; allowed are delong and jackknife.")
    return theta, _jackknife(t, r, figure, groups)


def _jackknife(t: np.ndarray, r: np.ndarray, figure: str, groups: np.ndarray) -> np.ndarray:
    """Leave one case (or whole cluster) out: (n - 1) / n times the spread of the figures."""
    rows = []
    for group in np.unique(groups):
        kept = groups != group
        s, x = t[kept], r[:, kept]
        rows.append(structural(x[:, s == 1], x[:, s == 0], figure)[0].mean(axis=1))
    left = np.stack(rows)
    centred = left - left.mean(axis=0)
    return (len(left) - 1) / len(left) * centred.T @ centred


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
