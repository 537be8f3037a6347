"""How far readers agree. Ratings are (raters, items), NaN where missing; values need not be whole numbers.

Per cent, kappa, alpha and AC1 are read together and without verbal labels: kappa and alpha fall when one answer is common
(Feinstein & Cicchetti 1990), AC1 rises (Vach & Gerke 2023). Beside them stands what accuracy alone implies (implied_kappa).

Fleiss 1971; Cohen 1960, 1968; Krippendorff 2011; Gwet 2008; Shrout & Fleiss 1979 (turing.analysis.icc). Standard errors: two-way
jackknife (jackknife over items plus jackknife over raters, as Gwet 2008 adds the two: each leaves one out, so no rater is ever paired
with themselves as a bootstrap would do); with two raters over items alone, for these raters only. clusters (items,), where given, says
what each item belongs to (a patient): they are left out whole.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from .clusters import grouped
from .errors import CannotAnalyse
from .icc import IntraclassCorrelation, icc

__all__ = [
    "Agreement", "IntraclassCorrelation", "cohen_kappa", "fleiss_kappa", "gwet_ac", "icc", "implied_kappa", "kappa_value", "krippendorff_alpha",
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


def percent_agreement(ratings: Any, clusters: Any = None) -> Agreement:
    """Share of pairs of raters that agree, averaged over the items that two or more rated; 0 to 1."""
    share = lambda sums, _values: sums[0] / sums[1]  # noqa: E731
    return _two_way(_shares_of_items, share, _checked(ratings), clusters, lowest=0.0)


def fleiss_kappa(ratings: Any, clusters: Any = None) -> Agreement:
    """(P - Pe) / (1 - Pe) with Pe from the pooled shares of categories; 1 when all agree on one category (0/0)."""
    return _two_way(_shares_of_items, _fleiss, _checked(ratings), clusters)


def gwet_ac(ratings: Any, weights: str = "identity", clusters: Any = None) -> Agreement:
    """AC1 (identity) or AC2 (linear, quadratic weights by the distance of the categories' values, as irrCAC has them)."""
    table = _checked(ratings)
    w = _weights(_categories(table), weights)
    return _two_way(
        lambda counts: _weighted_items(counts, w), lambda sums, _values: _gwet(sums, w), table, clusters
    )


def krippendorff_alpha(ratings: Any, level: str = "nominal", clusters: Any = None) -> Agreement:
    """1 - observed / expected disagreement; level nominal, ordinal, interval or ratio. Undefined for one category: 1 if all agree."""
    if level not in ("nominal", "ordinal", "interval", "ratio"):
        raise CannotAnalyse(f"level is {level!r}; allowed are nominal, ordinal, interval, ratio.")
    statistic = lambda sums, values: _alpha(sums[0], values, level)  # noqa: E731
    return _two_way(_coincidences, statistic, _checked(ratings), clusters)


def cohen_kappa(a: Any, b: Any, weights: str | None = None) -> Agreement:
    """Of two raters (or one rater twice), with linear or quadratic weights if named; cases that one of them missed are left out."""
    table = _checked(np.stack([np.asarray(a, float), np.asarray(b, float)]))
    table = table[:, ~np.isnan(table).any(axis=0)]
    categories = _categories(table)
    value = _cohen(table, categories, weights)
    left = [np.delete(table, i, axis=1) for i in range(table.shape[1])] if table.shape[1] > 2 else []
    return _agreement(value, _spread([_cohen(part, categories, weights) for part in left]), -1.0)


def kappa_value(a: Any, b: Any, weights: str | None = None) -> float:
    """cohen_kappa without its jackknife: for tables of many pairs."""
    table = _checked(np.stack([np.asarray(a, float), np.asarray(b, float)]))
    table = table[:, ~np.isnan(table).any(axis=0)]
    return _cohen(table, _categories(table), weights)


def implied_kappa(accuracy: float) -> float:
    """(2p - 1)^2: the chance-corrected agreement of readers who are right with probability p, each for themselves. More than that
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


Sums = tuple[np.ndarray, ...]  # over items; with a leading axis where one was left out in turn


def _shares_of_items(counts: np.ndarray) -> Sums:
    """Of each item (0 where fewer than two rated it): share of pairs that agree, 1, shares of the categories."""
    n = counts.sum(axis=1)
    two = n >= 2
    pairs = np.where(two, n * (n - 1), 1)
    agreeing = np.where(two, (counts * (counts - 1)).sum(axis=1) / pairs, 0.0)
    return agreeing, two.astype(float), np.where(two[:, None], counts / np.maximum(n, 1)[:, None], 0.0)


def _fleiss(sums: Sums, _values: np.ndarray) -> np.ndarray:
    agreeing, items, shares = sums
    return _beyond(agreeing / items, ((shares / items[..., None]) ** 2).sum(axis=-1))


def _beyond(observed: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """(observed - expected) / (1 - expected); agreement on one category alone is complete, not undefined."""
    certain = expected >= 1
    return np.where(certain, 1.0, (observed - expected) / np.where(certain, 1.0, 1 - expected))


def _weights(values: np.ndarray, name: str | None) -> np.ndarray:
    """By the distance of the values themselves, so that a category that nobody used keeps its place on the scale."""
    if name in (None, "identity"):
        return np.eye(len(values))
    if name not in ("linear", "quadratic"):
        raise CannotAnalyse(f"weights are {name!r}; allowed are identity, linear, quadratic.")
    steps = np.abs(np.subtract.outer(values, values)) / (np.ptp(values) or 1.0)
    return 1 - steps ** (1 if name == "linear" else 2)


def _weighted_items(counts: np.ndarray, w: np.ndarray) -> Sums:
    """Of each item: weighted share of pairs that agree and 1 (0 where fewer than two rated it), shares and 1 (0 where nobody did)."""
    n = counts.sum(axis=1)
    two, any_ = n >= 2, n >= 1
    agreeing = (counts * (counts @ w - 1)).sum(axis=1) / np.where(two, n * (n - 1), 1)
    shares = np.where(any_[:, None], counts / np.maximum(n, 1)[:, None], 0.0)
    return np.where(two, agreeing, 0.0), two.astype(float), shares, any_.astype(float)


def _gwet(sums: Sums, w: np.ndarray) -> np.ndarray:
    agreeing, pairs, shares, rated = sums
    q, share = len(w), shares / rated[..., None]
    expected = w.sum() / (q * (q - 1)) * (share * (1 - share)).sum(axis=-1) if q > 1 else np.ones_like(rated)
    return _beyond(agreeing / pairs, expected)


def _cohen(table: np.ndarray, categories: np.ndarray, weights: str | None) -> float:
    if table.shape[1] == 0:
        raise CannotAnalyse("The two raters have no case in common.")
    hot = (table[:, :, None] == categories).astype(float)
    joint = hot[0].T @ hot[1] / table.shape[1]
    w = _weights(categories, weights)
    expected = float((w * np.outer(joint.sum(axis=1), joint.sum(axis=0))).sum())
    return float(_beyond(np.asarray((w * joint).sum()), np.asarray(expected)))


def _coincidences(counts: np.ndarray) -> Sums:
    """(items, categories, categories): Krippendorff's coincidences that each item adds, and 1 for each item that two rated."""
    n = counts.sum(axis=1)
    two = n >= 2
    scaled = counts / np.where(two, n - 1, 1)[:, None] * two[:, None]
    table = scaled[:, :, None] * counts[:, None, :]
    diagonal = np.arange(counts.shape[1])
    table[:, diagonal, diagonal] -= scaled
    return table, two.astype(float)


def _alpha(coincidence: np.ndarray, categories: np.ndarray, level: str) -> np.ndarray:
    totals = coincidence.sum(axis=-1)
    distance = _distances(categories, totals, level)
    pairs = totals[..., :, None] * totals[..., None, :]
    expected = (pairs * distance).sum(axis=(-2, -1)) / (totals.sum(axis=-1) - 1)
    observed = (coincidence * distance).sum(axis=(-2, -1))
    nil = expected == 0
    return np.where(nil, 1.0, 1 - observed / np.where(nil, 1.0, expected))


def _distances(categories: np.ndarray, totals: np.ndarray, level: str) -> np.ndarray:
    a, b = categories[:, None], categories[None, :]
    if level == "nominal":
        return (a != b).astype(float)
    if level == "interval":
        return (a - b) ** 2
    if level == "ratio":
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(a == b, 0.0, ((a - b) / (a + b)) ** 2)
    upto = np.cumsum(totals, axis=-1)
    mine, yours = totals[..., :, None], totals[..., None, :]
    steps = np.where(a < b, 1, -1) * (upto[..., None, :] - upto[..., :, None])
    reach = steps + np.where(a < b, mine, yours)
    return np.where(a == b, 0.0, (reach - (mine + yours) / 2) ** 2)


def _two_way(
    of_items: Callable[[np.ndarray], Sums], statistic: Callable[[Sums, np.ndarray], np.ndarray], table: np.ndarray, clusters: Any, *,
    lowest: float = -1.0,
) -> Agreement:  # fmt: skip
    """of_items: what each item adds, from counts (items, categories); statistic: of the sums. The jackknife leaves one item (or whole
    cluster) out by subtracting what it added, and one rater by subtracting his counts, all at once: 50 raters and 1,000 items take a
    moment."""
    values = _categories(table)
    hot = table[:, :, None] == values
    counts = hot.sum(axis=0)
    added = of_items(counts)
    sums = tuple(part.sum(axis=0) for part in added)
    value = float(statistic(sums, values))
    if clusters is not None:
        added = tuple(grouped(part, clusters) for part in added)
    items = (
        statistic(tuple(whole - part for whole, part in zip(sums, added)), values)
        if (sums[1] - added[1] > 0).all()
        else np.empty(0)
    )
    variance = _spread(items)
    if variance is not None and len(table) >= 3:
        fewer = [tuple(part.sum(axis=0) for part in of_items(counts - mine)) for mine in hot]
        left = [part for part in fewer if part[1] > 0]
        variance += (
            _spread(statistic(tuple(np.stack(part) for part in zip(*left)), values)) if left else None
        ) or 0.0
    return _agreement(value, variance, lowest)


def _spread(values: Any) -> float | None:
    """Jackknife variance; None from fewer than three values."""
    x = np.asarray(values, float)
    if len(x) < 3:
        return None
    return float((len(x) - 1) / len(x) * ((x - x.mean()) ** 2).sum())


def _agreement(value: float, variance: float | None, lowest: float) -> Agreement:
    if variance is None:
        return Agreement(value)
    error = float(np.sqrt(variance))
    reach = float(scipy.stats.norm.ppf(0.975)) * error
    low, high = value - reach, value + reach
    return Agreement(value, error, (max(low, lowest), min(high, 1.0)), low < lowest or high > 1.0)
