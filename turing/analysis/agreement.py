"""How far readers agree. Ratings are (raters, items), NaN where missing; values need not be whole numbers.

Per cent, kappa, alpha and AC1 are read together and without verbal labels: kappa and alpha fall when one answer is common
(Feinstein & Cicchetti 1990), AC1 rises (Vach & Gerke 2023). Beside them stands what accuracy alone implies (implied_kappa).

Fleiss 1971; Cohen 1960, 1968; Krippendorff 2011; Gwet 2008; Shrout & Fleiss 1979 (turing.analysis.icc). Standard errors: two-way
jackknife (jackknife over items plus jackknife over raters: each leaves one out, so no rater is ever paired with himself as a
bootstrap would do); with two raters over items alone, for these raters only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from .errors import CannotAnalyse
from .icc import IntraclassCorrelation, icc

__all__ = [
    "Agreement", "IntraclassCorrelation", "cohen_kappa", "fleiss_kappa", "gwet_ac", "icc", "implied_kappa", "krippendorff_alpha",
    "percent_agreement",
]  # fmt: skip


@dataclass(frozen=True)
class Agreement:
    """value; standard_error and 95 % interval None where too few items or raters are left to leave one out. The interval is cut at
    the ends of the coefficient's range; clipped says that it was, which happens in studies too small for it to mean much."""

    value: float
    standard_error: float | None = None
    interval: tuple[float, float] | None = None
    clipped: bool = False


def percent_agreement(ratings: Any) -> Agreement:
    """Share of pairs of raters that agree, averaged over the items that two or more rated; 0 to 1."""
    return _two_way(lambda counts, _values: _percent(counts), _checked(ratings), lowest=0.0)


def fleiss_kappa(ratings: Any) -> Agreement:
    """(P - Pe) / (1 - Pe) with Pe from the pooled shares of categories; 1 when all agree on one category (0/0)."""
    return _two_way(lambda counts, _values: _fleiss(counts), _checked(ratings))


def gwet_ac(ratings: Any, weights: str = "identity") -> Agreement:
    """AC1 (identity) or AC2 (linear, quadratic weights over the ordered categories)."""
    return _two_way(lambda counts, _values: _gwet(counts, weights), _checked(ratings))


def krippendorff_alpha(ratings: Any, level: str = "nominal") -> Agreement:
    """1 - observed / expected disagreement; level nominal, ordinal, interval or ratio. Undefined for one category: 1 if all agree."""
    if level not in ("nominal", "ordinal", "interval", "ratio"):
        raise CannotAnalyse(f"level is {level!r}; allowed are nominal, ordinal, interval, ratio.")
    return _two_way(lambda counts, values: _alpha(counts, values, level), _checked(ratings))


def cohen_kappa(a: Any, b: Any, weights: str | None = None) -> Agreement:
    """Of two raters (or one rater twice), with linear or quadratic weights if named; cases that one of them missed are left out."""
    table = _checked(np.stack([np.asarray(a, float), np.asarray(b, float)]))
    table = table[:, ~np.isnan(table).any(axis=0)]
    categories = _categories(table)
    value = _cohen(table, categories, weights)
    left = [np.delete(table, i, axis=1) for i in range(table.shape[1])] if table.shape[1] > 2 else []
    return _agreement(value, _spread([_cohen(part, categories, weights) for part in left]), -1.0)


def implied_kappa(accuracy: float) -> float:
    """(2p - 1)^2: the chance-corrected agreement of readers who are right with probability p, each for himself. More than that
    within one truth means that readers follow the same cue; Park 2021's .11 at p = .594 against .035 is such a case."""
    if not 0 <= accuracy <= 1:
        raise CannotAnalyse(f"The accuracy is {accuracy}; it lies between 0 and 1.")
    return (2 * accuracy - 1) ** 2


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


def _percent(counts: np.ndarray) -> float:
    paired = _paired(counts)
    n = paired.sum(axis=1)
    return float(((paired * (paired - 1)).sum(axis=1) / (n * (n - 1))).mean())


def _paired(counts: np.ndarray) -> np.ndarray:
    """The items that two or more rated."""
    return counts[counts.sum(axis=1) >= 2]


def _fleiss(counts: np.ndarray) -> float:
    paired = _paired(counts)
    shares = (paired / paired.sum(axis=1, keepdims=True)).mean(axis=0)
    return _beyond(_percent(counts), float((shares**2).sum()))


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


def _gwet(counts: np.ndarray, weights: str) -> float:
    q, n = counts.shape[1], counts.sum(axis=1)
    w = _weights(q, weights)
    rated, pairs = counts[n >= 1], n >= 2
    weighted = counts[pairs] @ w
    observed = float(((counts[pairs] * (weighted - 1)).sum(axis=1) / (n[pairs] * (n[pairs] - 1))).mean())
    shares = (rated / rated.sum(axis=1, keepdims=True)).mean(axis=0)
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


def _alpha(all_counts: np.ndarray, categories: np.ndarray, level: str) -> float:
    counts = _paired(all_counts).astype(float)
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


def _two_way(
    statistic: Callable[[np.ndarray, np.ndarray], float], table: np.ndarray, *, lowest: float = -1.0
) -> Agreement:
    """statistic of (items, categories) counts and the categories' values, with the jackknife over items and over raters. Leaving
    one out is a subtraction of its counts, so that 50 raters and 1,000 items take a moment."""
    values = _categories(table)
    hot = table[:, :, None] == values
    counts = hot.sum(axis=0)
    value = statistic(counts, values)
    variance = _spread([statistic(np.delete(counts, i, axis=0), values) for i in _leavable(counts)])
    if variance is not None and len(table) >= 3:
        fewer = [counts - mine for mine in hot]
        more = _spread([statistic(part, values) for part in fewer if len(_paired(part))])
        variance += more or 0.0
    return _agreement(value, variance, lowest)


def _leavable(counts: np.ndarray) -> range:
    return range(len(counts)) if len(_paired(counts)) > 1 else range(0)


def _spread(values: list[float]) -> float | None:
    """Jackknife variance; None from fewer than three values."""
    if len(values) < 3:
        return None
    x = np.array(values)
    return float((len(x) - 1) / len(x) * ((x - x.mean()) ** 2).sum())


def _agreement(value: float, variance: float | None, lowest: float) -> Agreement:
    if variance is None:
        return Agreement(value)
    error = float(np.sqrt(variance))
    reach = float(stats.norm.ppf(0.975)) * error
    low, high = value - reach, value + reach
    return Agreement(value, error, (max(low, lowest), min(high, 1.0)), low < lowest or high > 1.0)
