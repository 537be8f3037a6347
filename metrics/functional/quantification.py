"""Where the modes have names: what share of the synthetic images is of each class, and which class is missing?

Clusters see only what the features hold together; a probe learned from labelled real images (metrics.functional.probe) sees every
class that it can tell from the others. Each real image is rated by a probe that has not seen its patient, and each synthetic image by one of the
same probes, so that ratings of both sets may be compared as they stand.

The share of a class is the one that makes the synthetic ratings most likely (expectation maximisation of Saerens, Latinne &
Decaestecker, Neural Computation 14, 2002): counting the class that is rated highest would be off by the probe's errors. Whether a
class is missing is asked of -log(1 - rating), the log likelihood ratio of 'none of these is of the class' (up to a constant), by
one permutation test over all classes.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import CannotMeasure, as_pair
from .missing import LEVEL, MISSING, THIN, numbered
from .permuting import Sums, lowest
from .probe import FOLDS, folds, learned
from .shares import missing_share, wilson
from .tails import area_under, normal_share

SURE = 0.98  # a rating above it counts as this: one image does not decide
SEPARABLE = 0.95  # area under the ROC curve of the probe from which a class can be judged
FINDS = 0.95  # chance to find a lost class with which it counts as watched
DRAWS = 200


@dataclass(frozen=True)
class Class:
    """One label. real, synthetic: its shares, 0 to 1; interval of the synthetic share; auc of the probe; power to find it gone."""

    name: str
    real: float
    synthetic: float
    interval: tuple[float, float]
    auc: float
    p_value: float
    power: float

    @property
    def is_separable(self) -> bool:
        return self.auc >= SEPARABLE

    @property
    def is_watched(self) -> bool:
        """Would be found missing if it were: patients of many images, or ratings unsure of some, may take that from a separable class."""
        return self.is_separable and self.power >= FINDS

    @property
    def is_found(self) -> bool:
        """Short of synthetic images beyond chance, by half at least."""
        return self.p_value <= LEVEL and self.synthetic <= THIN * self.real

    @property
    def is_missing(self) -> bool:
        return self.is_found and self.synthetic <= MISSING * self.real


@dataclass(frozen=True)
class Quantified:
    """classes in the order of their names; `share` of the real distribution that is of classes found, with its interval."""

    classes: tuple[Class, ...]
    share: float
    interval: tuple[float, float]
    real_ratings: np.ndarray  # (n, classes), rows sum to 1
    synthetic_ratings: np.ndarray


def class_shares(
    real: Any, labels: Any, synthetic: Any, *, rng: np.random.Generator, real_groups: Any = None, synthetic_groups: Any = None,
) -> Quantified:  # fmt: skip
    """From (n, d) real features with (n,) labels and (m, d) synthetic ones; groups (n,), (m,) keep patients whole.

    Intervals come from 200 bootstrap draws of whole patients of the synthetic set, and for the missing share of both. `power` is
    the chance that the test finds the class wholly dropped, at these sizes and with this probe.

    Misleads where synthetic images look like no class at all: each is still shared out among them. So features should not see
    what generators do to pixels rather than what is shown: with a power spectrum beside them a probe named nearly all images of
    an unfinished DCGAN noisy ones.
    Raises CannotMeasure for fewer than two labels, and where a label has fewer than FOLDS patients.
    """
    a, b = as_pair(real, synthetic)
    names, which = np.unique(np.asarray(labels), return_inverse=True)
    groups, others = numbered(a, real_groups, "real"), numbered(b, synthetic_groups, "synthetic")
    _check(names, which, groups, len(a))
    ratings, rated = _rated(a, which, groups, b, rng)
    prior = np.bincount(which) / len(which)
    shares = shifted_prior(rated, prior)
    test_real, test_synthetic = _evidence(ratings), _evidence(rated)
    sums = Sums.of(test_real, groups, test_synthetic, others)
    tested = lowest(sums, rng=rng, level=LEVEL)
    draws = np.array([_redrawn(rated, others, prior, shares, rng) for _draw in range(DRAWS)])
    ends = np.quantile(draws, [0.025, 0.975], axis=0).T
    classes = tuple(
        Class(
            str(name), float(prior[k]), float(shares[k]), _with_the_unseen(shares[k], ends[k, 0], ends[k, 1], len(b)),
            area_under(ratings[which != k, k], ratings[which == k, k]), float(tested.p_value[k]),
            _power(test_real[:, k], which != k, sums, k, tested.critical),
        )
        for k, name in enumerate(names)
    )  # fmt: skip
    is_found = np.array([each.is_found for each in classes])
    share, interval = _missing(which, groups, shares, draws, is_found, len(b))
    return Quantified(classes, share, interval, ratings, rated)


def shifted_prior(
    ratings: Any, prior: Any, *, first: Any = None, steps: int = 500, tolerance: float = 1e-7
) -> np.ndarray:
    """(k,) class shares of a set from its (n, k) posterior ratings, learned where the classes had the (k,) shares `prior`.

    Saerens et al. 2002, equation 2.3: ratings are reweighted by share / prior, their means are the next shares, beginning with
    `first` (the prior unless given).
    """
    rows, start = np.asarray(ratings, np.float64), np.asarray(prior, np.float64)
    shares = start.copy() if first is None else np.asarray(first, np.float64)
    for _step in range(steps):
        weighted = rows * (shares / start)
        weighted /= weighted.sum(axis=1, keepdims=True)
        last, shares = shares, weighted.mean(axis=0)
        if np.abs(shares - last).max() < tolerance:
            break
    return shares


def _check(names: np.ndarray, which: np.ndarray, groups: np.ndarray, n: int) -> None:
    if which.shape != (n,):
        raise CannotMeasure(
            f"{n} real images and labels of shape {which.shape} were given; one each is needed."
        )
    if len(names) < 2:
        raise CannotMeasure(f"The real set has {len(names)} label; at least 2 are needed.")
    for k, name in enumerate(names):
        if (count := len(np.unique(groups[which == k]))) < 2 * FOLDS:
            raise CannotMeasure(
                f"The label {name} has {count} images or patients; {2 * FOLDS} are needed to learn it and to judge it."
            )


def _rated(
    a: np.ndarray, which: np.ndarray, groups: np.ndarray, b: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """(n, k) and (m, k) ratings by probes that have not seen the image; a synthetic image falls to one probe by chance."""
    classes = which.max() + 1
    ratings, rated = np.zeros((len(a), classes)), np.zeros((len(b), classes))
    fold = folds(which, groups, rng)[groups]
    given = rng.integers(0, FOLDS, len(b))
    for each in range(FOLDS):
        inside, others = fold == each, given == each
        probe = learned(a[~inside], which[~inside], rng)
        ratings[inside] = probe(a[inside])
        if others.any():
            rated[others] = probe(b[others])
    return ratings, rated


def _evidence(ratings: np.ndarray) -> np.ndarray:
    return -np.log1p(-np.minimum(ratings, SURE))


def _redrawn(
    rated: np.ndarray, groups: np.ndarray, prior: np.ndarray, shares: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """The shares of a bootstrap draw, to a thousandth: a few steps from those of the set, none of which may be stuck at zero."""
    first = np.maximum(shares, 1e-3)
    drawn = rated[_resampled(groups, rng)]
    return shifted_prior(drawn, prior, first=first / first.sum(), steps=40, tolerance=1e-4)


def _resampled(groups: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Positions of a bootstrap draw of whole groups."""
    order = np.argsort(groups, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)
    return np.concatenate([parts[k] for k in rng.integers(0, len(parts), len(parts))])


def _with_the_unseen(share: float, low: float, high: float, n: int) -> tuple[float, float]:
    """A draw of a set without a class never shows it, so the interval reaches as far as that of a plain count (Wilson 1927)."""
    ends = wilson(share, n)
    return float(np.clip(min(low, ends[0]), 0, 1)), float(np.clip(max(high, ends[1]), 0, 1))


def _power(evidence: np.ndarray, without: np.ndarray, sums: Sums, k: int, critical: float) -> float:
    """Chance that the test passes when the synthetic images are as the real ones of other classes."""
    real, synthetic = sums.variances()
    error = np.sqrt(real[k] + synthetic[k])
    gap = evidence.mean() - evidence[without].mean()
    return normal_share(gap / error - critical) if error > 0 else 0.0


def _missing(
    which: np.ndarray, groups: np.ndarray, shares: np.ndarray, draws: np.ndarray, found: np.ndarray, m: int
) -> tuple[float, tuple[float, float]]:
    if not found.any():
        return 0.0, (0.0, 1.0)
    inside = found[which][:, None].astype(float)
    sums = Sums.of(inside, groups, inside[:1], np.zeros(1))
    p, q = float(sums.means()[0][0]), float(shares[found].sum())
    low, high = np.quantile(draws[:, found].sum(axis=1), [0.025, 0.975])
    ends = wilson(p, len(which), float(sums.variances()[0][0])), _with_the_unseen(q, low, high, m)
    return missing_share(p, q, *ends)
