"""How far a number may be off: intervals, correction of bias, and what chance alone gives between two real sets.

A bootstrap of a Frechet distance draws images twice, which lowers the rank of the covariances and moves every replicate
away from the truth, so that its percentiles never cover it. A jackknife only leaves images out: the move that leaving out
a tenth causes is also the measure of the bias that the missing images cause (Quenouille 1956; Efron & Stein 1981).
Images of one patient go together in all of these: give `groups`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import CannotMeasure
from .tails import normal_share, t_quantile

Statistic = Callable[[np.ndarray, np.ndarray], float]


@dataclass(frozen=True)
class Estimate:
    """A number with its interval. Interval and standard error belong to `bias_corrected`, not to the plug-in `value`.

    `bias_corrected` may be negative where `value` cannot be: it is then as near to zero as this many images can tell.
    """

    value: float
    low: float
    high: float
    bias_corrected: float
    standard_error: float
    level: float
    method: str


@dataclass(frozen=True)
class Floor:
    """What two halves of the real set give: mean, smallest and largest of the splits, and the images in each half."""

    mean: float
    low: float
    high: float
    n: int


def jackknife(
    statistic: Statistic, real: Any, synthetic: Any, *, rng: np.random.Generator, real_groups: Any = None,
    synthetic_groups: Any = None, folds: int = 10, level: float = 0.95,
) -> Estimate:  # fmt: skip
    """Delete-a-group jackknife of statistic(real, synthetic) -> float, each set left out a tenth at a time.

    real (n, ...), synthetic (m, ...); groups (n,), (m,) any labels, whole in one fold. With g folds of a set,
    bias = (g - 1)(mean theta_j - theta), variance = (g - 1) / g sum (theta_j - mean theta_j)^2; both sets add up.
    Student's t with Welch and Satterthwaite's degrees of freedom. It corrects a bias that falls as 1 / n: at n < d a
    Frechet distance has none of that form, and nothing here rescues it. Not for medians and other rough statistics.
    Raises CannotMeasure for fewer than two groups in a set.
    """
    a, b = np.asarray(real), np.asarray(synthetic)
    _check_level(level)
    value = float(statistic(a, b))
    without_a = [statistic(a[kept], b) for kept in _folds(len(a), real_groups, folds, rng, "real")]
    without_b = [statistic(a, b[kept]) for kept in _folds(len(b), synthetic_groups, folds, rng, "synthetic")]
    bias, variance, freedom = 0.0, 0.0, 0.0
    for thetas in (np.array(without_a), np.array(without_b)):
        g = len(thetas)
        part = (g - 1) / g * ((thetas - thetas.mean()) ** 2).sum()
        bias += (g - 1) * (thetas.mean() - value)
        variance += part
        freedom += part**2 / (g - 1)
    error, centre = float(np.sqrt(variance)), float(value - bias)
    # No spread at all leaves no degrees of freedom to speak of, and an interval of no width.
    half = t_quantile((1 + level) / 2, variance**2 / freedom) * error if freedom > 0 else 0.0
    return Estimate(value, centre - half, centre + half, centre, error, level, f"delete-1/{folds} jackknife")


def half_split_floor(
    statistic: Statistic, real: Any, *, rng: np.random.Generator, groups: Any = None, size: int | None = None,
    splits: int = 10,
) -> Floor:  # fmt: skip
    """The statistic between random halves of the real set: what chance alone gives at that number of images.

    Compare it with a value at the same n: most distances fall as sets grow, so a floor at n / 2 beside a value at n makes
    a bad generator look better than real images. `size` takes as many of each half. Raises CannotMeasure where a half
    is smaller.
    """
    rows = np.asarray(real)
    values, smallest = [], len(rows)
    for _split in range(splits):
        first, second = _halves(len(rows), groups, rng)
        n = min(len(first), len(second)) if size is None else size
        if not 1 <= n <= min(len(first), len(second)):
            raise CannotMeasure(
                f"{n} images a half were asked for; the halves have {len(first)} and {len(second)}. Ask for fewer."
            )
        first, second = (rng.permutation(part)[:n] for part in (first, second))
        values.append(statistic(rows[first], rows[second]))
        smallest = min(smallest, n)
    return Floor(float(np.mean(values)), float(np.min(values)), float(np.max(values)), smallest)


def bootstrap_mean(
    values: Any, *, rng: np.random.Generator, groups: Any = None, draws: int = 2000, level: float = 0.95
) -> Estimate:
    """Mean of (n,) per-image values with a studentised bootstrap over images, or over whole groups where given.

    For PSNR, SSIM and other means of rows. Each replicate's distance from the mean is taken in its own standard errors
    (Efron & Tibshirani 1993, section 12.5), which holds for skewed rows, where percentiles of the means are too narrow. The
    standard error is that of a ratio of sums over groups. Raises CannotMeasure for fewer than two groups, and for values that
    are not finite (a PSNR of equal pictures): leave those out and say how many.
    """
    rows = np.asarray(values, np.float64)
    _check_level(level)
    if rows.ndim != 1 or not np.isfinite(rows).all():
        raise CannotMeasure(f"Values of shape {rows.shape} were given; a mean needs (n,) finite numbers.")
    which = _labels(len(rows), groups, "given")
    mean = float(rows.mean())
    counts, sums = np.bincount(which), np.bincount(which, rows - mean)
    _zero, error = _ratio(np.ones((1, len(counts))), counts, sums)
    drawn = rng.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), size=draws)
    moved, errors = _ratio(drawn, counts, sums)
    # A replicate of one group drawn again and again has no spread to be measured by.
    pivots = moved[errors > 1e-12 * error[0]] / errors[errors > 1e-12 * error[0]]
    tail = _expanded((1 - level) / 2, len(counts))
    ends = np.quantile(pivots, [1 - tail, tail]) if len(pivots) else np.zeros(2)
    low, high = mean - error[0] * ends
    return Estimate(
        mean, float(low), float(high), mean, float(error[0]), level, "studentised bootstrap of images"
    )


def _ratio(weights: np.ndarray, counts: np.ndarray, sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(draws,) sum / count of weighted groups and its linearised standard error."""
    total = weights @ counts
    mean, g = (weights @ sums) / total, len(counts)
    squares = weights @ sums**2 - 2 * mean * (weights @ (sums * counts)) + mean**2 * (weights @ counts**2)
    return mean, np.sqrt(np.clip(squares, 0, None) * g / (g - 1)) / total


def _expanded(tail: float, n: int) -> float:
    """The tail to take of n replicated groups, so that normal rows would have Student's interval: a bootstrap is too narrow by
    sqrt((n - 1) / n) and knows no degrees of freedom (Hesterberg, The American Statistician 69, 2015, section 5.3)."""
    return normal_share(t_quantile(tail, n - 1) * np.sqrt(n / (n - 1)))


def _labels(n: int, groups: Any, name: str) -> np.ndarray:
    """(n,) integers from 0 without gaps."""
    labels = np.arange(n) if groups is None else np.asarray(groups)
    if labels.shape != (n,):
        raise CannotMeasure(
            f"The {name} set has {n} images and groups of shape {labels.shape}; give one each."
        )
    names, which = np.unique(labels, return_inverse=True)
    if len(names) < 2:
        raise CannotMeasure(
            f"The {name} set has {len(names)} group(s) of images; an interval needs at least 2."
        )
    return which


def _folds(n: int, groups: Any, folds: int, rng: np.random.Generator, name: str) -> list[np.ndarray]:
    """Positions kept when each fold is left out."""
    if folds < 2:
        raise CannotMeasure(f"{folds} fold(s) were asked for; at least 2 are needed.")
    which = _labels(n, groups, name)
    parts = np.array_split(rng.permutation(which.max() + 1), min(folds, which.max() + 1))
    return [np.flatnonzero(~np.isin(which, part)) for part in parts]


def _halves(n: int, groups: Any, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Positions of two parts that share no group, as even as whole groups in random order allow."""
    which = _labels(n, groups, "real")
    order = rng.permutation(which.max() + 1)
    running = np.cumsum(np.bincount(which)[order])
    cut = 1 + int(np.abs(running[:-1] - n / 2).argmin())
    is_first = np.isin(which, order[:cut])
    return np.flatnonzero(is_first), np.flatnonzero(~is_first)


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise CannotMeasure(f"level is {level}; allowed is between 0 and 1, as 0.95.")
