"""Any statistic of two sets of features with its interval and its real-against-real floor. Pure.

A statistic takes (n, d) real and (m, d) synthetic features and gives its parts, (k,) floats. The floor answers: how large is it
between two parts of the real set? It is had at the largest size that two halves allow, and the value is taken again at that
size (`matched`), since most distances fall as sets grow: a floor from few images beside a value from many would flatter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from .functional.tails import t_quantile

Pair = tuple[np.ndarray, np.ndarray]
Interval = Callable[..., tuple[np.ndarray, np.ndarray]]
SPLITS = 10
FOLDS = 10


@dataclass(frozen=True)
class OnePass:
    """A statistic that has its values for many pairs at once: of_pairs(pairs) -> (p, k). Its rows are positions, those of the
    synthetic images after those of the real ones."""

    of_pairs: Callable[[list[Pair]], np.ndarray]

    def __call__(self, real: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
        return self.of_pairs([(real, synthetic)])[0]


Statistic = Callable[[np.ndarray, np.ndarray], np.ndarray] | OnePass


def _values(statistic: Statistic, pairs: Iterable[Pair]) -> np.ndarray:
    """(p, k). Pairs are drawn as they are needed, so that a statistic which draws too takes turns with them."""
    if isinstance(statistic, OnePass):
        return statistic.of_pairs(list(pairs))
    return np.array([statistic(*pair) for pair in pairs])


@dataclass(frozen=True)
class Compared:
    """(k,) values, their 95 % intervals, the floor (None where the real set is too small to halve) and the matched values."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    floor_low: np.ndarray | None
    floor_high: np.ndarray | None
    matched: np.ndarray | None
    floor_n: int


def compare(
    statistic: Statistic, real: np.ndarray, synthetic: np.ndarray, groups: np.ndarray, others: np.ndarray, *,
    rng: np.random.Generator, least: int, interval: Interval | None = None,
) -> Compared:  # fmt: skip
    """The statistic of both sets with its interval and its floor. groups, others: (n,), (m,) integers.

    `interval` is `jackknife` unless given: `half_samples` where the statistic jumps when single images come and go (nearest
    neighbours), `no_interval` where the caller has one of its own.
    """
    if isinstance(statistic, OnePass):
        real, synthetic = np.split(np.arange(len(real) + len(synthetic)), [len(real)])
    value = np.asarray(statistic(real, synthetic), float)
    low, high = (interval or jackknife)(statistic, real, synthetic, groups, others, value=value, rng=rng)
    found = floor(statistic, real, synthetic, groups, rng=rng, least=least)
    return Compared(value, low, high, *(found or (None, None, None, 0)))


def no_interval(
    statistic: Statistic, real: np.ndarray, synthetic: np.ndarray, groups: np.ndarray, others: np.ndarray, *,
    value: np.ndarray, rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """The value itself at both ends: to be replaced."""
    return value, value


def jackknife(
    statistic: Statistic, real: np.ndarray, synthetic: np.ndarray, groups: np.ndarray, others: np.ndarray, *,
    value: np.ndarray, rng: np.random.Generator, folds: int = FOLDS,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """95 % interval from leaving out a tenth of one set at a time, whole groups together.

    With g folds of a set, var = (g - 1) / g * sum (theta_j - mean theta)^2 (Efron and Stein 1981; Kott 2001 for groups); both
    sets add up, since they are independent. The interval is symmetric about the value, by Student's t with g - 1 degrees.
    """
    left_out = []
    for which, numbers in enumerate((groups, others)):
        if not len(numbers):
            continue  # a statistic of one set
        parts = folds_of(numbers, folds, rng)
        left_out.append(
            _values(
                statistic,
                ((real[kept], synthetic) if which == 0 else (real, synthetic[kept]) for kept in parts),
            )
        )
    half = jackknifed(left_out)
    return value - half, value + half


def jackknifed(left_out: list[np.ndarray]) -> np.ndarray:
    """(k,) half a 95 % interval, from what a statistic gave with each fold of each set left out, (folds, k) a set."""
    parts = [(len(each) - 1) / len(each) * ((each - each.mean(axis=0)) ** 2).sum(axis=0) for each in left_out]
    return t_quantile(0.975, max(1, min(map(len, left_out)) - 1)) * np.sqrt(np.sum(parts, axis=0))


def half_samples(
    statistic: Statistic, real: np.ndarray, synthetic: np.ndarray, groups: np.ndarray, others: np.ndarray, *,
    value: np.ndarray, rng: np.random.Generator, draws: int = 2 * SPLITS,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """95 % interval from random halves of both sets, whole groups together.

    A half drawn without replacement varies about the whole as the whole does about the truth (delete-d jackknife with
    d = n / 2), which holds for rough statistics where leaving out a little does not (Shao and Wu 1989). In simulation
    (normal and heavy-tailed, n = 150 to 400) it covered precision, recall and density 93 to 98 % of the time, where
    leaving out a tenth gave intervals half as wide again.
    """

    def half_of(numbers: np.ndarray) -> np.ndarray:
        return max(halves(numbers, rng), key=len)  # the larger, where whole groups divide unevenly

    thetas = _values(
        statistic, ((real[half_of(groups)], synthetic[half_of(others)]) for _draw in range(draws))
    )
    half = t_quantile(0.975, draws - 1) * np.std(thetas, axis=0, ddof=1)
    return value - half, value + half


def folds_of(groups: np.ndarray, folds: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Positions kept when each fold is left out; a group is never divided."""
    names = rng.permutation(np.unique(groups))
    return [np.flatnonzero(~np.isin(groups, part)) for part in np.array_split(names, min(folds, len(names)))]


def halves(groups: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Positions of two parts of about equal size that share no group. groups: (n,) integers."""
    order = rng.permutation(np.unique(groups))
    counts = np.bincount(groups, minlength=groups.max() + 1)[order]
    # The group at which the running count passes one half starts the second part.
    cut = min(int(np.searchsorted(np.cumsum(counts), len(groups) / 2)) + 1, max(1, len(order) - 1))
    first = np.isin(groups, order[:cut])
    return np.flatnonzero(first), np.flatnonzero(~first)


def floor(
    statistic: Statistic,
    real: np.ndarray,
    synthetic: np.ndarray,
    groups: np.ndarray,
    *,
    rng: np.random.Generator,
    least: int,
    splits: int = SPLITS,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int] | None:
    """(low, high, matched, n): range that 95 % of further splits would fall in, the value at the same size, and that size."""
    sizes: list[int] = []

    def pairs() -> Iterator[Pair]:
        for _split in range(splits):
            first, second = halves(groups, rng)
            size = min(len(first), len(second), len(synthetic))
            if size < least:
                return
            first, second = (rng.permutation(part)[:size] for part in (first, second))
            drawn = rng.choice(len(synthetic), size, replace=False)
            sizes.append(size)
            yield real[first], real[second]
            yield real[first], synthetic[drawn]

    values = _values(statistic, pairs())
    if len(sizes) < splits:
        return None
    low, high = _prediction(values[::2])
    return low, high, values[1::2].mean(axis=0), min(sizes)


def _prediction(draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """95 % range for one more draw like these (Student's t), never narrower than the draws themselves. draws: (b, k)."""
    half = t_quantile(0.975, len(draws) - 1) * draws.std(axis=0, ddof=1) * np.sqrt(1 + 1 / len(draws))
    mean = draws.mean(axis=0)
    return np.minimum(mean - half, draws.min(axis=0)), np.maximum(mean + half, draws.max(axis=0))
