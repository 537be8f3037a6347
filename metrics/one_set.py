"""Numbers that describe one set: the synthetic set's value beside the real set's own, both from as many images. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from .catalogue import METRICS
from .comparing import jackknife
from .feature_sets import JACKKNIFE, Features, blank, too_few, within
from .reports import Number

SCORES = ("inception_score", "inception_score_10")
VENDI = ("vendi", "vendi_2", "vendi_inf")


def vendi_number(features: Features, name: str, rng: np.random.Generator) -> Number:
    """The effective number of images grows with the count, so both sets give as many."""
    function = METRICS[name].function()
    return _of_one_set(blank(features, name), function, features.real, features.synthetic, features, rng, {"kernel": "cosine"})  # fmt: skip


def inception_number(
    features: Features, name: str, real: np.ndarray, synthetic: np.ndarray, rng: np.random.Generator
) -> Number:
    """From class probabilities (n, c) and (m, c) of both sets; `name` is the entry for one split or for ten."""
    metric = METRICS[name]
    number = replace(blank(features, name), source=f"{features.encoder}, classes")
    more = {"splits": str(dict(metric.options).get("splits", 1))}
    return _of_one_set(number, metric.function(), real, synthetic, features, rng, more)


def _of_one_set(
    number: Number, function: Callable[[np.ndarray], float], real: np.ndarray, synthetic: np.ndarray, features: Features,
    rng: np.random.Generator, more: dict[str, str],
) -> Number:  # fmt: skip
    """A number of the synthetic set beside the real set's own, both from as many images."""
    size, minimum = features.fewest, METRICS[number.metric].minimum
    if size < minimum:
        return too_few(number, minimum)
    value, interval = _own(function, synthetic, features.others, size, rng)
    _real, floor = _own(function, real, features.groups, size, rng)
    return replace(
        number, value=value, interval=within(number, *interval), floor=within(number, *floor), n_real=size, n_synthetic=size,
        protocol={**number.protocol, **more, "interval": JACKKNIFE, "floor": "the real set's own value, as many images"},
    )  # fmt: skip


def _own(
    function: Callable[[np.ndarray], float], rows: np.ndarray, groups: np.ndarray, size: int, rng: np.random.Generator
) -> tuple[float, tuple[float, float]]:  # fmt: skip
    drawn = np.sort(rng.choice(len(rows), size, replace=False))

    def statistic(first: np.ndarray, _second: np.ndarray) -> np.ndarray:
        return np.array([function(first)])

    part, none = rows[drawn], rows[:0]
    value = statistic(part, none)
    low, high = jackknife(statistic, part, none, groups[drawn], groups[:0], value=value, rng=rng)
    return float(value[0]), (float(low[0]), float(high[0]))
