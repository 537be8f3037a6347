"""One reader's answers: proportions, equivalence, signal detection. 'Synthetic' is the positive answer.

Clopper & Pearson 1934; Wilson 1927; d' and criterion: Macmillan & Creelman 2005, with the log-linear correction of
Hautus 1995; the interval of balanced accuracy: Zou & Donner 2008 (MOVER) from the two Wilson intervals.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from .errors import CannotAnalyse

Interval = tuple[float, float]


@dataclass(frozen=True)
class Proportion:
    """correct / n with exact and score intervals (95 %), and the two-sided exact p against `chance`."""

    value: float
    n: int
    clopper_pearson: Interval
    wilson: Interval
    p_value: float


@dataclass(frozen=True)
class Equivalence:
    """p_value: the larger of two one-sided exact binomial tests; verdict 'equivalent' or 'not shown'."""

    p_value: float
    verdict: str


@dataclass(frozen=True)
class SignalDetection:
    """dprime: z(H) - z(F); criterion: -(z(H) + z(F)) / 2, above 0 for a reader who says 'real' readily; beta: likelihood ratio."""

    dprime: float
    criterion: float
    beta: float


@dataclass(frozen=True)
class ReaderSummary:
    """sensitivity: synthetic called synthetic; specificity: real called real; p_value: Fisher's exact test of truth x answer.

    accuracy is the mean of the two, whatever the mix; None where one kind was not shown."""

    sensitivity: Proportion | None
    specificity: Proportion | None
    accuracy: float | None
    accuracy_interval: Interval | None
    p_value: float | None
    signal: SignalDetection | None


def proportion(correct: int, n: int, *, chance: float = 0.5, level: float = 0.95) -> Proportion:
    """Raises CannotAnalyse without a trial, or for counts that are none."""
    _check_counts(correct, n)
    if not 0 < chance < 1:
        raise CannotAnalyse(f"chance is {chance}; it lies between 0 and 1.")
    test = scipy.stats.binomtest(correct, n, chance)
    exact, score = test.proportion_ci(level, "exact"), test.proportion_ci(level, "wilson")
    return Proportion(
        correct / n,
        n,
        (float(exact.low), float(exact.high)),
        (float(score.low), float(score.high)),
        float(test.pvalue),
    )


def equivalence(
    correct: int, n: int, *, margin: float, chance: float = 0.5, alpha: float = 0.05
) -> Equivalence:
    """Two one-sided exact binomial tests that the true proportion lies within chance +- margin (independent judgements)."""
    _check_counts(correct, n)
    low, high = chance - margin, chance + margin
    if not (margin > 0 and low > 0 and high < 1):
        raise CannotAnalyse(
            f"A margin of {margin} around {chance} leaves 0 to 1; give one above 0 that stays inside."
        )
    above = scipy.stats.binom.sf(correct - 1, n, low)  # small when surely above the lower bound
    below = scipy.stats.binom.cdf(correct, n, high)
    p = float(max(above, below))
    return Equivalence(p, "equivalent" if p <= alpha else "not shown")


def signal_detection(hits: int, misses: int, false_alarms: int, correct_rejections: int) -> SignalDetection:
    """From the four counts; half a case is added to each cell and one to each total, so no rate is 0 or 1."""
    for name, count in (
        ("hits", hits),
        ("misses", misses),
        ("false alarms", false_alarms),
        ("correct rejections", correct_rejections),
    ):
        if count < 0:
            raise CannotAnalyse(f"{name} is {count}; counts are 0 or more.")
    if hits + misses == 0 or false_alarms + correct_rejections == 0:
        raise CannotAnalyse("Signal detection needs trials of both kinds: real and synthetic.")
    z_hit = float(scipy.stats.norm.ppf((hits + 0.5) / (hits + misses + 1)))
    z_false = float(scipy.stats.norm.ppf((false_alarms + 0.5) / (false_alarms + correct_rejections + 1)))
    dprime, criterion = z_hit - z_false, -(z_hit + z_false) / 2
    return SignalDetection(dprime, criterion, float(np.exp(dprime * criterion)))


def dprime_2afc(proportion_correct: float) -> float:
    """sqrt(2) z(PC): two-alternative forced choice without bias. Raises CannotAnalyse for 0 and 1, which have no finite d'."""
    if not 0 < proportion_correct < 1:
        raise CannotAnalyse(
            f"The proportion correct is {proportion_correct}; d' is finite only between 0 and 1."
        )
    return float(np.sqrt(2) * scipy.stats.norm.ppf(proportion_correct))


def reader_summary(truth: Sequence[int], said: Sequence[int]) -> ReaderSummary:
    """truth and said: 1 for synthetic, 0 for real, one a case. A set of one truth gives the half that is defined."""
    t, s = np.asarray(truth, int), np.asarray(said, int)
    if (
        t.shape != s.shape
        or t.ndim != 1
        or t.size == 0
        or not (np.isin(t, (0, 1)).all() and np.isin(s, (0, 1)).all())
    ):
        raise CannotAnalyse(
            f"Truth {t.shape} and answers {s.shape} must be equally many zeros and ones, at least one."
        )
    hits, misses = int((s & t).sum()), int(((1 - s) & t).sum())
    false_alarms, rejections = int((s & (1 - t)).sum()), int(((1 - s) & (1 - t)).sum())
    sensitivity = proportion(hits, hits + misses) if hits + misses else None
    specificity = proportion(rejections, rejections + false_alarms) if rejections + false_alarms else None
    if sensitivity is None or specificity is None:
        return ReaderSummary(sensitivity, specificity, None, None, None, None)
    p = float(scipy.stats.fisher_exact([[hits, misses], [false_alarms, rejections]]).pvalue)
    accuracy = (sensitivity.value + specificity.value) / 2
    interval = _mean_interval(sensitivity, specificity)
    return ReaderSummary(
        sensitivity,
        specificity,
        accuracy,
        interval,
        p,
        signal_detection(hits, misses, false_alarms, rejections),
    )


def _mean_interval(a: Proportion, b: Proportion) -> Interval:
    """MOVER: the distances to the two Wilson limits add in squares."""
    centre = (a.value + b.value) / 2
    down = np.hypot(a.value - a.wilson[0], b.value - b.wilson[0]) / 2
    up = np.hypot(a.wilson[1] - a.value, b.wilson[1] - b.value) / 2
    return float(max(0.0, centre - down)), float(min(1.0, centre + up))


def _check_counts(correct: int, n: int) -> None:
    if n < 1 or not 0 <= correct <= n:
        raise CannotAnalyse(
            f"{correct} correct of {n}; at least one trial is needed, and no more correct than trials."
        )
