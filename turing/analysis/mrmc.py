"""Many readers, many cases: what holds for readers and cases like these, not only for these.

Obuchowski & Rockette 1995 with the degrees of freedom of Hillis 2007; one modality against chance as in Hillis, Berbaum &
Metz 2008, section 2. Covariances of the figures of merit come from DeLong's structural components (stratified by truth) or a
jackknife over cases. The figure is the area under the ROC curve, or accuracy = (sensitivity + specificity) / 2 of ratings
cut at 'synthetic' (ratings 0 or 1).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from .errors import CannotAnalyse
from .roc import delong_covariance, placements, stratified_covariance
from .ustatistic import UStatistic, u_statistic

__all__ = ["Comparison", "OneModality", "UStatistic", "obuchowski_rockette", "single_modality", "u_statistic"]

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
    """scope: 'readers and cases' or, with fewer than five readers, 'these readers only'. p_value: two-sided against .5."""

    estimate: float
    standard_error: float
    df: float
    interval: tuple[float, float]
    p_value: float
    scope: str
    readers: np.ndarray  # (readers,) figures of merit
    prediction: tuple[float, float] | None  # 95 % for a new reader of the same kind


def obuchowski_rockette(
    truth: Any, ratings: Any, figure: str = "auc", covariance: str = "delong"
) -> Comparison:
    """truth (cases,), ratings (modalities, readers, cases) without gaps; at least 2 modalities and 2 readers."""
    t, r = _checked(truth, ratings, dimensions=3)
    modalities, readers = r.shape[:2]
    if modalities < 2 or readers < 2:
        raise CannotAnalyse(
            f"{modalities} modalities and {readers} readers; a comparison needs at least 2 of each."
        )
    estimates, cov = _figures(t, r.reshape(-1, r.shape[2]), figure, covariance)
    theta = estimates.reshape(modalities, readers)
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
    return Comparison(theta, difference, f, df2, p, {"ms_t": float(ms_t), "ms_tr": float(ms_tr), **parts})


def _f_ratio(ms_t: float, error: float, ms_tr: float, df: int) -> tuple[float, float]:
    """0 / 0 (equal modalities, no spread at all) is no difference; a ratio over 0 is certain."""
    if error == 0:
        return (0.0 if ms_t == 0 else float("inf")), float(df)
    return float(ms_t / error), float(error**2 / (ms_tr**2 / df)) if ms_tr > 0 else float("inf")


def single_modality(
    truth: Any, ratings: Any, figure: str = "auc", covariance: str = "delong", level: float = 0.95
) -> OneModality:
    """truth (cases,), ratings (readers, cases) without gaps. Raises CannotAnalyse for one truth only, or gaps."""
    t, r = _checked(truth, ratings, dimensions=2)
    theta, cov = _figures(t, r, figure, covariance)
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
    reach = _quantile(df, level) * error
    distance = estimate - 0.5
    if error == 0:
        p = 1.0 if distance == 0 else 0.0
    else:
        score = abs(distance) / error
        p = float(2 * (stats.norm.sf(score) if np.isinf(df) else stats.t.sf(score, df)))
    interval = (max(0.0, estimate - reach), min(1.0, estimate + reach))
    return OneModality(estimate, error, df, interval, p, scope, theta, prediction)


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


def _figures(t: np.ndarray, r: np.ndarray, figure: str, covariance: str) -> tuple[np.ndarray, np.ndarray]:
    """(k,) figures of merit and their (k, k) covariance over cases."""
    positive, negative = r[:, t == 1], r[:, t == 0]
    if figure == "accuracy":
        if not np.isin(r, (0, 1)).all():
            raise CannotAnalyse("Accuracy needs answers of 0 (real) and 1 (synthetic), not ratings.")
        right, rejected = positive, 1 - negative
        theta = (right.mean(axis=1) + rejected.mean(axis=1)) / 2
        structural = stratified_covariance(right / 2, rejected / 2)
    elif figure == "auc":
        theta = np.array([placements(p, n)[0].mean() for p, n in zip(positive, negative)])
        structural = delong_covariance(positive, negative)
    else:
        raise CannotAnalyse(f"figure is {figure!r}; allowed are auc and accuracy.")
    if covariance == "delong":
        return theta, structural
    if covariance != "jackknife":
        raise CannotAnalyse(f"covariance is {covariance!r}; allowed are delong and jackknife.")
    return theta, _jackknife(positive, negative, figure)


def _jackknife(positive: np.ndarray, negative: np.ndarray, figure: str) -> np.ndarray:
    """Leave one case out, over all cases: (n - 1) / n times the spread of the figures."""

    def values(p: np.ndarray, n: np.ndarray) -> np.ndarray:
        if figure == "accuracy":
            return (p.mean(axis=1) + (1 - n).mean(axis=1)) / 2
        return np.array([placements(a, b)[0].mean() for a, b in zip(p, n)])

    left = [values(np.delete(positive, i, 1), negative) for i in range(positive.shape[1])]
    left += [values(positive, np.delete(negative, i, 1)) for i in range(negative.shape[1])]
    rows = np.stack(left)
    centred = rows - rows.mean(axis=0)
    return (len(rows) - 1) / len(rows) * centred.T @ centred


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
