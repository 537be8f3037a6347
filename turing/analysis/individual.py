"""Each reader alone, and each reader against their own answers."""

from dataclasses import dataclass, replace

import numpy as np

from . import agreement
from .detection import Proportion, ReaderSummary, proportion, reader_summary
from .overall import maybe
from .readings import Readings
from .roc import Auc, Curve, auc, curve, rank_test
from .timing import Times, times
from .verdict import holm_adjusted


@dataclass(frozen=True)
class ReaderReport:
    """row: the reader's place in the Readings. p_value: Fisher's exact test (of pairs: binomial); rank_p: of the area against one half;
    p_adjusted: the one that belongs to the endpoint, after Holm over the readers that count; idle: seconds paused or out of sight
    over all trials, None where nothing was logged."""

    row: int
    answered: int
    right: int
    summary: ReaderSummary | None  # None for pairs
    pairs: Proportion | None  # share right of pairs
    p_value: float | None
    rank_p: float | None
    p_adjusted: float | None
    auc: Auc | None
    curve: Curve | None
    times: Times | None
    idle: float | None

    def p_of(self, endpoint: str) -> float | None:
        """Against chance in the endpoint itself: a biased reader may see in confidence what the two answers do not show."""
        return self.rank_p if endpoint == "auc" else self.p_value


@dataclass(frozen=True)
class WithSelf:
    """The same reader twice on the same cases. row as above; n cases; kappa and ac1 None where they are not defined."""

    row: int
    n: int
    same: Proportion
    kappa: float | None
    ac1: float | None


def each_reader(study: Readings, endpoint: str = "accuracy") -> tuple[ReaderReport, ...]:
    """Everybody who answered anything, those who do not count too."""
    rows = [_one(study, row) for row in range(len(study.said)) if not np.isnan(study.said[row]).all()]
    judged = {one.row: p for one in rows if study.counted[one.row] and (p := one.p_of(endpoint)) is not None}
    adjusted = dict(zip(judged, holm_adjusted(list(judged.values()))))
    return tuple(
        replace(one, p_adjusted=float(adjusted[one.row])) if one.row in adjusted else one for one in rows
    )


def _one(study: Readings, row: int) -> ReaderReport:
    there = ~np.isnan(study.said[row])
    truth, said, rating = study.truth[there], study.said[row][there].astype(int), study.ratings[row][there]
    n, right = int(there.sum()), int((truth == said).sum())
    summary = pairs = area = line = rank_p = None
    if study.kind == "pair":
        pairs = proportion(right, n)
    else:
        summary = reader_summary(truth, said)
        if study.graded:
            area, line = maybe(auc, truth, rating), maybe(curve, truth, rating)
            rank_p = maybe(rank_test, truth, rating)
    spent = [None if np.isnan(x) else float(x) for x in study.seconds[row][there]]
    lost = study.idle[row][there]
    p = pairs.p_value if pairs else summary.p_value if summary else None
    return ReaderReport(
        row, n, right, summary, pairs, p, rank_p, None, area, line,
        times(spent, [bool(x == 1) for x in study.interrupted[row][there]]),
        None if np.isnan(lost).all() else float(np.nansum(lost)),
    )  # fmt: skip


def with_selves(first: np.ndarray, second: np.ndarray) -> tuple[WithSelf, ...]:
    """first, second (readers, cases): what was said (any numbers) at the first and at the second showing; NaN where not shown twice.
    First showings count for everything else; this is all that second ones are for."""
    found = []
    for row, (a, b) in enumerate(zip(first, second)):
        there = ~np.isnan(a) & ~np.isnan(b)
        if not there.any():
            continue
        a, b = a[there], b[there]
        kappa, ac1 = maybe(agreement.cohen_kappa, a, b), maybe(agreement.gwet_ac, np.stack([a, b]))
        same = proportion(int((a == b).sum()), len(a))
        found.append(WithSelf(row, len(a), same, kappa.value if kappa else None, ac1.value if ac1 else None))
    return tuple(found)


def average_curve(curves: list[Curve]) -> Curve | None:
    """Mean of sensitivity at each false positive rate, vertically (Chen & Samuelson 2014, the simplest of their averages)."""
    if not curves:
        return None
    grid = np.unique(np.concatenate([line.false_positive for line in curves]))
    mean = np.mean([np.interp(grid, line.false_positive, line.true_positive) for line in curves], axis=0)
    return Curve(np.concatenate([[0.0], grid]), np.concatenate([[0.0], mean]))
