"""Several generators in one study. They share the real cases and each brings its own fakes, so they are no modalities read on
the same cases: fakes are nested in generators, and what the generators' figures have in common comes from the real cases.

Hillis, Statistics in Medicine 33 (2014), section 6 (cases nested in modalities), with that shared covariance kept; d' as in
Macmillan & Creelman 2005: both generators are judged against the same false alarms, so d'1 - d'2 = z(H1) - z(H2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import scipy

from .clusters import clustered_covariance
from .errors import CannotAnalyse
from .merit import structural
from .mrmc import Comparison, OneModality, compare, over_readers, without_spread
from .verdict import holm_adjusted


@dataclass(frozen=True)
class Difference:
    """One pair. estimate: figure of the first less that of the second; adjusted: p after Holm over all pairs of the family;
    dprime: mean over readers of z(H1) - z(H2), with its own 95 % interval."""

    first: str
    second: str
    estimate: float
    interval: tuple[float, float]
    p_value: float
    adjusted: float
    dprime: float
    dprime_interval: tuple[float, float]


@dataclass(frozen=True)
class Generators:
    """each: generator to its figure over readers; overall: that all are equal; differences: every pair."""

    each: dict[str, OneModality]
    overall: Comparison
    differences: tuple[Difference, ...]


def compare_generators(
    sources: Sequence[str], ratings: Any, said: Any, figure: str = "auc", clusters: Any = None
) -> Generators:
    """sources (cases,): '' for a real case, else its generator's name; ratings and said (readers, cases) without gaps, said 1 for
    'synthetic'; clusters (cases,): what each case belongs to, None where each stands alone. Fewer than five readers: these readers
    only. Raises CannotAnalyse for fewer than 2 generators, 2 readers or 2 cases (or clusters) of a kind."""
    labels, answers = np.asarray(sources), np.asarray(said, float)
    judged = answers if figure == "accuracy" else np.asarray(ratings, float)
    names = sorted(set(labels) - {""})
    if len(names) < 2 or len(judged) < 2:
        raise CannotAnalyse(
            f"{len(names)} generators and {len(judged)} readers; at least 2 of each are needed."
        )
    counts = {name or "real": int((labels == name).sum()) for name in ["", *names]}
    if min(counts.values()) < 2 or not np.isfinite(judged).all():
        raise CannotAnalyse(f"Cases: {counts}; at least 2 of each are needed, all answered by every reader.")
    groups = np.arange(len(labels)) if clusters is None else np.asarray(clusters)
    theta, cov = shared_real_covariance(labels, judged, names, figure, groups)
    hits, hit_cov = _z_hits(labels, answers, names, groups)
    readers = len(judged)
    pairs = list(combinations(range(len(names)), 2))
    tests = [_pair(theta, cov, a, b, readers) for a, b in pairs]
    signals = [_pair(hits, hit_cov, a, b, readers) for a, b in pairs]
    adjusted = holm_adjusted([p for _e, _i, p in tests])
    each = {
        name: without_spread(
            over_readers(theta[g], _block(cov, g, g, readers), scale="logit"),
            min(len(set(groups[labels == kind])) for kind in ("", name)),
        )
        for g, name in enumerate(names)
    }
    differences = tuple(
        Difference(names[a], names[b], estimate, interval, p, float(family), signal, around)
        for (a, b), (estimate, interval, p), (signal, around, _p), family in zip(
            pairs, tests, signals, adjusted
        )
    )
    return Generators(each, compare(theta, cov), differences)


def shared_real_covariance(
    labels: np.ndarray, judged: np.ndarray, names: Sequence[str], figure: str, groups: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(generators, readers) figures and their covariance over cases (generators * readers, twice): the part of the fakes within a
    generator (between two, where clusters hold fakes of both), the part of the real cases between all."""
    negative = judged[:, labels == ""]
    parts = [structural(judged[:, labels == name], negative, figure) for name in names]
    theta = np.stack([first.mean(axis=1) for first, _second in parts])
    real = np.concatenate([second for _first, second in parts])
    fakes = [_alone(first, g, len(names)) for g, (first, _second) in enumerate(parts)]
    return theta, clustered_covariance([real, *fakes], [groups[labels == name] for name in ("", *names)])


def _z_hits(
    labels: np.ndarray, said: np.ndarray, names: Sequence[str], groups: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """z of the log-linear hit rate for each generator and reader, and its covariance by the delta method: none between generators
    that share no cluster."""
    hits = [said[:, labels == name] for name in names]
    rates = [(part.sum(axis=1) + 0.5) / (part.shape[1] + 1) for part in hits]
    theta = scipy.stats.norm.ppf(np.stack(rates))
    slope = (1 / scipy.stats.norm.pdf(theta)).ravel()
    parts = [_alone(part, g, len(names)) for g, part in enumerate(hits)]
    cov = clustered_covariance(parts, [groups[labels == name] for name in names])
    return theta, cov * np.outer(slope, slope)


def _alone(components: np.ndarray, generator: int, generators: int) -> np.ndarray:
    """(generators * readers, cases): the components in their generator's rows; these cases have no part in the others."""
    readers, cases = components.shape
    found = np.zeros((generators * readers, cases))
    found[generator * readers : (generator + 1) * readers] = components
    return found


def _block(cov: np.ndarray, a: int, b: int, readers: int) -> np.ndarray:
    return cov[a * readers : (a + 1) * readers, b * readers : (b + 1) * readers]


def _pair(
    theta: np.ndarray, cov: np.ndarray, a: int, b: int, readers: int
) -> tuple[float, tuple[float, float], float]:
    """Difference of two generators, its 95 % interval and p, from the comparison of the two alone."""
    both = np.block([[_block(cov, x, y, readers) for y in (a, b)] for x in (a, b)])
    found = compare(theta[[a, b]], both)
    error = float(np.sqrt(2 / readers * found.components["error"]))
    reach = float(scipy.stats.t.ppf(0.975, found.df2)) * error
    return found.difference, (found.difference - reach, found.difference + reach), found.p_value
