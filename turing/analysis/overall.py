"""One figure over readers and cases, by the method that the design allows: what the verdict is judged by."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from .errors import CannotAnalyse
from .mrmc import (
    BOTH,
    FEW_READERS,
    THESE,
    OneModality,
    on_scale,
    shares_over_readers,
    single_modality,
    without_spread,
)
from .readings import Readings
from .ustatistic import UStatistic, u_statistic, u_statistic_these_readers, with_variance

OBUCHOWSKI_ROCKETTE, U_STATISTIC, JACKKNIFE = "Obuchowski-Rockette", "U-statistic", "jackknife over cases"


def overall(study: Readings, figure: str) -> OneModality | None:
    """figure 'accuracy' or 'auc', of every reader who read both kinds (of pairs: of every reader). Obuchowski-Rockette where all answered
    every case and for pairs, the U-statistic (BDG) where answers are missing, the readers fixed where they are fewer than five. None
    where it is not defined: one truth only, no confidence for an area, nobody who read both kinds."""
    groups = clusters(study.clusters)
    if figure == "auc" and not study.graded:
        return None
    if study.kind == "pair":
        return rate_over_readers(study.said, groups)
    both = study.of(_saw_both(study))
    table = both.ratings if figure == "auc" else both.said
    if not len(table):
        return None
    if not np.isnan(table).any():
        return maybe(single_modality, both.truth, table, figure, clusters=groups, scale="logit")
    return maybe(_with_gaps, both.truth, table, groups)


def rate_over_readers(right: np.ndarray, groups: np.ndarray | None = None) -> OneModality | None:
    """A share (sensitivity, specificity) over readers and cases of one truth: right (readers, cases) of zeros and ones, NaN without an
    answer; groups (cases,) as clusters() gives them. Its p against one half means nothing."""
    answered = ~np.isnan(right).all(axis=1) if right.size else np.zeros(len(right), bool)
    return maybe(shares_over_readers, right[answered], groups) if answered.any() else None


def _with_gaps(truth: np.ndarray, table: np.ndarray, groups: np.ndarray | None) -> OneModality:
    """The area of two-valued answers is balanced accuracy, so one statistic serves both figures. Being unbiased, the U-statistic's
    variance may come out below that of the cases alone, even below nil, where readers hardly differ; the larger of the two is
    taken, since a verdict must not follow from an interval that chance has closed; and the smaller of its degrees of freedom and
    Hillis's, which cover better where readers differ much (docs/validation.md). It takes cases for independent: what clusters add
    to the variance of the cases alone is added to it."""
    cases = u_statistic_these_readers(truth, table, clusters=groups)
    each = np.array([_own(truth, row) for row in table])
    rarer = min(len(set(_names(truth, groups)[truth == kind])) for kind in (0, 1))
    if len(table) < FEW_READERS:
        return without_spread(_one(cases, each, THESE, JACKKNIFE), rarer)
    found = u_statistic(truth, table)
    clustered = 0.0
    if groups is not None:
        clustered = max(cases.variance - u_statistic_these_readers(truth, table).variance, 0.0)
    variance = max(found.variance + clustered, cases.variance)
    found = with_variance(found, variance, min(found.df, _hillis(each, variance)))
    return without_spread(_one(found, each, BOTH, U_STATISTIC), rarer)


def _names(truth: np.ndarray, groups: np.ndarray | None) -> np.ndarray:
    return np.arange(len(truth)) if groups is None else groups


def _hillis(each: np.ndarray, variance: float) -> float:
    """Degrees of freedom of Hillis 2007 from the variance of the mean and the mean square of the readers; at least readers - 1."""
    readers, square = len(each), float(each.var(ddof=1))
    return (
        max(readers - 1.0, (readers * variance / square) ** 2 * (readers - 1)) if square > 0 else float("inf")
    )


def _one(found: UStatistic, each: np.ndarray, scope: str, method: str) -> OneModality:
    error = float(np.sqrt(max(found.variance, 0.0)))
    plain = OneModality(
        found.auc, error, found.df, found.interval, found.inner, found.p_value, scope, each, None, method
    )
    return on_scale(plain)


def _own(truth: np.ndarray, row: np.ndarray) -> float:
    there = ~np.isnan(row)
    t, r = truth[there], row[there]
    above = r[t == 1][:, None] - r[t == 0]
    return float(((above > 0) + (above == 0) / 2).mean())


def _saw_both(study: Readings) -> np.ndarray:
    read = ~np.isnan(study.said)
    return read[:, study.truth == 1].any(axis=1) & read[:, study.truth == 0].any(axis=1)


def complete(study: Readings) -> Readings:
    """The readers who answered every case."""
    return study.of(~np.isnan(study.said).any(axis=1))


def clusters(names: np.ndarray) -> np.ndarray | None:
    """None where no cluster holds two cases; a case without a name is a cluster of its own."""
    own = np.array([name or f"\0{i}" for i, name in enumerate(names)])
    return None if len(set(own)) == len(own) else own


def maybe(statistic: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """None where the study does not allow it: an empty place in the report, not an error."""
    try:
        return statistic(*given, **named)
    except CannotAnalyse:
        return None


def assay(study: Readings, controls: Readings) -> OneModality | None:
    """Balanced accuracy on the real cases of a study against its positive controls (same readers): could they have seen a
    difference? None without controls or real cases."""
    if study.kind == "pair":
        return overall(controls, "accuracy") if controls.said.shape[1] >= 2 else None
    real = study.on(study.truth == 0)
    if controls.said.shape[1] < 2 or real.said.shape[1] < 2:
        return None
    said = np.concatenate([real.said, controls.said], axis=1)
    names = np.concatenate([real.clusters, controls.clusters])
    truth = np.concatenate([np.zeros(real.said.shape[1], int), np.ones(controls.said.shape[1], int)])
    both = replace(study, truth=truth, said=said, ratings=said, clusters=names, graded=False)
    return overall(both, "accuracy")
