"""Several synthetic sets against one real set: values, and their covariance, from which any two are compared. Pure.

Two distances to the same real images rise and fall together when a real image is left out, so that the difference of two
values is known better than either; bars of separate intervals cannot show it. Real images (whole patients) are left out of
all comparisons at once, synthetic ones of their own set alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .comparing import FOLDS, SPLITS, folds_of, halves
from .functional.tails import t_quantile

Statistic = Callable[[np.ndarray, np.ndarray], np.ndarray]  # (real, synthetic) -> (k,)


@dataclass(frozen=True)
class Rows:
    """Features (n, d) with the group of each row, (n,) integers."""

    values: np.ndarray
    groups: np.ndarray

    def take(self, kept: np.ndarray) -> Rows:
        return Rows(self.values[kept], self.groups[kept])


@dataclass(frozen=True)
class Paired:
    """values (s, k) of s sets; corrected (s, k) without the bias of finite sets; covariance (k, s, s) of the values;
    freedom: degrees for Student's t."""

    values: np.ndarray
    corrected: np.ndarray
    covariance: np.ndarray
    freedom: int

    def interval(self, first: int, part: int, level: float = 0.95) -> tuple[float, float]:
        """Of the corrected value of one set."""
        return self._about(self.corrected[first, part], self.covariance[part, first, first], level)

    def difference(self, first: int, second: int, part: int) -> float:
        return float(self.corrected[first, part] - self.corrected[second, part])

    def difference_interval(
        self, first: int, second: int, part: int, level: float = 0.95
    ) -> tuple[float, float]:
        c = self.covariance[part]
        variance = c[first, first] + c[second, second] - 2 * c[first, second]
        return self._about(self.difference(first, second, part), variance, level)

    def _about(self, centre: float, variance: float, level: float) -> tuple[float, float]:
        half = t_quantile((1 + level) / 2, self.freedom) * float(np.sqrt(max(0.0, variance)))
        return float(centre) - half, float(centre) + half


def paired_jackknife(
    statistic: Statistic, real: Rows, sets: Sequence[Rows], *, rng: np.random.Generator, folds: int = FOLDS,
    biased: Sequence[bool] = (),
) -> Paired:  # fmt: skip
    """Delete-a-group jackknife (Efron & Stein 1981; Kott 2001 for groups), for statistics that move smoothly.

    With g folds, covariance = (g - 1) / g sum (theta_j - mean)(theta_j - mean)', bias = (g - 1)(mean theta_j - theta). The
    real part is shared by all sets; the part of each synthetic set is its own, as for independent draws. Only the parts that are
    `biased` (k,) are corrected: an estimate of a bias that is not there is noise.
    """
    values = np.array([statistic(real.values, one.values) for one in sets])
    parts = folds_of(real.groups, folds, rng)
    shared = np.array(
        [[statistic(real.values[kept], one.values) for one in sets] for kept in parts]
    )  # (g, s, k)
    bias, covariance = _moments(shared, values)
    fewest = len(parts)
    for index, one in enumerate(sets):
        parts = folds_of(one.groups, folds, rng)
        own = np.array([[statistic(real.values, one.values[kept])] for kept in parts])
        more, variance = _moments(own, values[index : index + 1])
        bias[index] += more[0]
        covariance[:, index, index] += variance[:, 0, 0]
        fewest = min(fewest, len(parts))
    corrected = values - np.where(np.array(biased, bool), bias, 0.0) if biased else values
    return Paired(values, corrected, covariance, max(1, fewest - 1))


def _moments(thetas: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(s, k) bias and (k, s, s) covariance from (g, s, k) values with one fold left out each."""
    g = len(thetas)
    spread = thetas - thetas.mean(axis=0)
    return (g - 1) * (thetas.mean(axis=0) - values), (g - 1) / g * np.einsum("gsk,gtk->kst", spread, spread)


def paired_halves(
    statistic: Statistic,
    real: Rows,
    sets: Sequence[Rows],
    *,
    rng: np.random.Generator,
    draws: int = 2 * SPLITS,
) -> Paired:
    """From random halves of all sets, the same real half for each (Shao & Wu 1989), for statistics that jump."""

    def half(rows: Rows) -> Rows:
        return rows.take(max(halves(rows.groups, rng), key=len))

    values = np.array([statistic(real.values, one.values) for one in sets])
    drawn = []
    for _draw in range(draws):
        part = half(real)
        drawn.append([statistic(part.values, half(one).values) for one in sets])
    spread = np.array(drawn) - np.mean(drawn, axis=0)
    covariance = np.einsum("gsk,gtk->kst", spread, spread) / (draws - 1)
    return Paired(values, values, covariance, draws - 1)
