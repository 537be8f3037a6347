"""Precision to coverage, plain and clipped, of two sets of features. Pure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .catalogue import METRICS
from .comparing import OnePass, Statistic, compare, half_samples
from .feature_sets import Features, blank, exact_interval, too_few
from .functional.manifold import PRDC, prdc, prdc_of_parts
from .functional.neighbours import TABLE, square_table
from .reports import Number
from .two_sets import filled

PARTS = ("precision", "recall", "density", "coverage", "clipped_density", "clipped_coverage")
SHARES = ("precision", "recall", "coverage")
NEIGHBOURS = 5


def manifold_numbers(features: Features, rng: np.random.Generator) -> dict[str, Number]:
    minimum = METRICS["precision"].minimum
    blanks = {part: blank(features, part) for part in PARTS}
    if features.fewest < minimum:
        return {part: too_few(number, minimum) for part, number in blanks.items()}
    compared = compare(
        _statistic(features), features.real, features.synthetic, features.groups, features.others, rng=rng,
        least=NEIGHBOURS + 1, interval=half_samples,
    )  # fmt: skip
    more = {
        "neighbours": f"k = {NEIGHBOURS}, Euclidean",
        "interval": "20 random halves of both sets, patients kept whole",
    }
    numbers = {part: filled(blanks[part], compared, index, more) for index, part in enumerate(PARTS)}
    return {part: _at_the_end(number) for part, number in numbers.items()}


def _statistic(features: Features) -> Statistic:
    """Value, halves and splits from one table of distances; where it were too large, each from its own."""
    both = np.vstack([features.real, features.synthetic])
    if len(both) > TABLE:
        return manifold_parts
    square = square_table(both)
    return OnePass(
        lambda pairs: np.array([_parts(prdc_of_parts(square, *pair, k=NEIGHBOURS)) for pair in pairs])
    )


def manifold_parts(real: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
    """(6,) the parts in the order of PARTS; the clipped ones uncapped, so that an interval at their end has a width."""
    return _parts(prdc(real, synthetic, k=NEIGHBOURS))


def _parts(found: PRDC) -> np.ndarray:
    return np.array([getattr(found, part) for part in PARTS[:4]] + list(found.uncapped), float)


def _at_the_end(number: Number) -> Number:
    """A share of 0 or 1 may not vary in half samples; the exact binomial interval says what so many images can tell at least."""
    if number.metric not in SHARES or number.value not in (0.0, 1.0) or number.interval is None:
        return number
    count = number.n_synthetic if number.metric == "precision" else number.n_real
    low, high = exact_interval(int(number.value) * count, count)
    return replace(number, interval=(min(low, number.interval[0]), max(high, number.interval[1])))
