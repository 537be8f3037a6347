"""How far readers agree. Ratings are (raters, items), NaN where missing; values need not be whole numbers.

Per cent, kappa, alpha and AC1 are read together and without verbal labels: kappa and alpha fall when one answer is common
(Feinstein & Cicchetti 1990), AC1 rises (Vach & Gerke 2023).

Fleiss 1971; Cohen 1960, 1968; Krippendorff 2011; Gwet 2008; Shrout & Fleiss 1979. Standard errors: jackknife over items
plus jackknife over raters (each leaves one out, so no rater is ever paired with himself as a bootstrap would do); with two
raters over items alone, for these raters only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from .errors import CannotAnalyse


@dataclass(frozen=True)
class Agreement:
    """value; standard_error and 95 % interval None where too few items or raters are left to leave one out."""

    value: float
    standard_error: float | None = None
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class IntraclassCorrelation:
    icc1: float
    icc2: float
    icc3: float
    icc1k: float
    icc2k: float
    icc3k: float


def percent_agreement(ratings: Any) -> Agreement:
    """Share of pairs of raters that agree, averaged over the items that two or more rated; 0 to 1."""
    return _with_error(_percent, _checked(ratings))


def fleiss_kappa(ratings: Any) -> Agreement:
    """(P - Pe) / (1 - Pe) with Pe from the pooled shares of categories; 1 when all agree on one category (0/0)."""
    return _with_error(_fleiss, _checked(ratings))


def gwet_ac(ratings: Any, weights: str = "identity") -> Agreement:
    """AC1 (identity) or AC2 (linear, quadratic weights over the ordered categories)."""
    table = _checked(ratings)
    categories = _categories(table)
    return _with_error(lambda part: _gwet(part, categories, weights), table)


def krippendorff_alpha(ratings: Any, level: str = "nominal") -> Agreement:
    """1 - observed / expected disagreement; level nominal, ordinal, interval or ratio. Undefined for one category: 1 if all agree."""
    table = _checked(ratings)
    if level not in ("nominal", "ordinal", "interval", "ratio"):
        raise CannotAnalyse(f"level is {level!r}; allowed are nominal, ordinal, interval, ratio.")
    return _with_error(lambda part: _alpha(part, level), table)


def cohen_kappa(a: Any, b: Any, weights: str | None = None) -> Agreement:
    """Of two raters, with linear or quadratic weights if named; cases that one of them missed are left out."""
    table = _checked(np.stack([np.asarray(a, float), np.asarray(b, float)]))
    table = table[:, ~np.isnan(table).any(axis=0)]
    categories = _categories(table)
    return _with_error(lambda part: _cohen(part, categories, weights), table, raters=False)


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


def _checked(ratings: Any) -> np.ndarray:
    table = np.asarray(ratings, float)
    if table.ndim != 2 or len(table) < 2:
        raise CannotAnalyse(
            f"Ratings of shape {table.shape} were given; agreement needs (raters, items) with at least 2 raters."
        )
    if np.isinf(table).any():
        raise CannotAnalyse("A rating is infinite.")
    if not ((~np.isnan(table)).sum(axis=0) >= 2).any():
        raise CannotAnalyse("No item was rated by two raters, so nothing can agree.")
    return table


def _categories(table: np.ndarray) -> np.ndarray:
    return np.unique(table[~np.isnan(table)])


def _counts(table: np.ndarray, categories: np.ndarray) -> np.ndarray:
    """(items, categories) of the items that two or more rated."""
    counts = (table[:, :, None] == categories).sum(axis=0)
    return counts[counts.sum(axis=1) >= 2]


def _percent(table: np.ndarray) -> float:
    counts = _counts(table, _categories(table))
    n = counts.sum(axis=1)
    return float(((counts * (counts - 1)).sum(axis=1) / (n * (n - 1))).mean())


def _fleiss(table: np.ndarray) -> float:
    counts = _counts(table, _categories(table))
    shares = (counts / counts.sum(axis=1, keepdims=True)).mean(axis=0)
    return _beyond(_percent(table), float((shares**2).sum()))


def _beyond(observed: float, expected: float) -> float:
    """(observed - expected) / (1 - expected); agreement on one category alone is complete, not undefined."""
    return 1.0 if expected >= 1 else (observed - expected) / (1 - expected)


def _weights(count: int, name: str | None) -> np.ndarray:
    if name in (None, "identity"):
        return np.eye(count)
    if name not in ("linear", "quadratic"):
        raise CannotAnalyse(f"weights are {name!r}; allowed are identity, linear, quadratic.")
    steps = np.abs(np.subtract.outer(np.arange(count), np.arange(count))) / max(count - 1, 1)
    return 1 - steps ** (1 if name == "linear" else 2)


def _gwet(table: np.ndarray, categories: np.ndarray, weights: str) -> float:
    counts = (table[:, :, None] == categories).sum(axis=0)
    n = counts.sum(axis=1)
    w = _weights(len(categories), weights)
    rated, pairs = counts[n >= 1], n >= 2
    weighted = counts[pairs] @ w
    observed = float(((counts[pairs] * (weighted - 1)).sum(axis=1) / (n[pairs] * (n[pairs] - 1))).mean())
    shares = (rated / rated.sum(axis=1, keepdims=True)).mean(axis=0)
    q = len(categories)
    expected = float(w.sum() / (q * (q - 1)) * (shares * (1 - shares)).sum()) if q > 1 else 1.0
    return _beyond(observed, expected)


def _cohen(table: np.ndarray, categories: np.ndarray, weights: str | None) -> float:
    if table.shape[1] == 0:
        raise CannotAnalyse("The two raters have no case in common.")
    hot = (table[:, :, None] == categories).astype(float)
    joint = hot[0].T @ hot[1] / table.shape[1]
    w = _weights(len(categories), weights)
    expected = float((w * np.outer(joint.sum(axis=1), joint.sum(axis=0))).sum())
    return _beyond(float((w * joint).sum()), expected)


def _alpha(table: np.ndarray, level: str) -> float:
    categories = _categories(table)
    counts = _counts(table, categories).astype(float)
    n = counts.sum(axis=1, keepdims=True)
    coincidence = ((counts / (n - 1)).T @ counts) - np.diag((counts / (n - 1)).sum(axis=0))
    totals = coincidence.sum(axis=1)
    distance = _distances(categories, totals, level)
    expected = (np.outer(totals, totals) * distance).sum() / (totals.sum() - 1)
    if expected == 0:
        return 1.0
    return float(1 - (coincidence * distance).sum() / expected)


def _distances(categories: np.ndarray, totals: np.ndarray, level: str) -> np.ndarray:
    a, b = categories[:, None], categories[None, :]
    if level == "nominal":
        return (a != b).astype(float)
    if level == "interval":
        return (a - b) ** 2
    if level == "ratio":
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(a == b, 0.0, ((a - b) / (a + b)) ** 2)
    upto = np.cumsum(totals)
    reach = np.where(
        a < b,
        upto[None, :] - upto[:, None] + totals[:, None],
        upto[:, None] - upto[None, :] + totals[None, :],
    )
    ordinal = (reach - (totals[:, None] + totals[None, :]) / 2) ** 2
    return np.where(a == b, 0.0, ordinal)


def _with_error(
    statistic: Callable[[np.ndarray], float], table: np.ndarray, *, raters: bool = True
) -> Agreement:
    value = statistic(table)
    items = [np.delete(table, i, axis=1) for i in range(table.shape[1])]
    variance = _jackknife(statistic, items)
    if variance is not None and raters and len(table) >= 3:
        more = _jackknife(statistic, [np.delete(table, r, axis=0) for r in range(len(table))])
        variance += more or 0.0
    if variance is None:
        return Agreement(value)
    error = float(np.sqrt(variance))
    reach = float(stats.norm.ppf(0.975)) * error
    return Agreement(value, error, (value - reach, value + reach))


def _jackknife(statistic: Callable[[np.ndarray], float], parts: list[np.ndarray]) -> float | None:
    usable = [part for part in parts if part.size and ((~np.isnan(part)).sum(axis=0) >= 2).any()]
    if len(usable) < 3:
        return None
    values = np.array([statistic(part) for part in usable])
    return float((len(values) - 1) / len(values) * ((values - values.mean()) ** 2).sum())
