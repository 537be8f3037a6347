"""Numbers that describe one set: the synthetic set's value beside the real set's own, both from as many images. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from .catalogue import METRICS
from .comparing import jackknife
from .feature_sets import JACKKNIFE, Features, blank, too_few, within
from .functional.diversity import vendi_scores
from .reports import Number

SCORES = ("inception_score", "inception_score_10")
VENDI = ("vendi", "vendi_2", "vendi_inf")


def vendi_numbers(features: Features, chosen: set[str], rng: np.random.Generator) -> dict[str, Number]:
    """The effective number of images grows with the count, so both sets give as many; all orders from the same eigenvalues."""
    blanks = {name: blank(features, name) for name in VENDI if name in chosen}
    orders = [dict(METRICS[name].options).get("q", 1.0) for name in blanks]
    return _of_one_set(
        blanks, lambda rows: vendi_scores(rows, orders), features.real, features.synthetic, features, rng, {"kernel": "cosine"}
    )  # fmt: skip


def inception_number(
    features: Features, name: str, real: np.ndarray, synthetic: np.ndarray, rng: np.random.Generator
) -> Number:
    """From class probabilities (n, c) and (m, c) of both sets; `name` is the entry for one split or for ten."""
    metric = METRICS[name]
    number = replace(blank(features, name), source=f"{features.encoder}, classes")
    more = {"splits": str(dict(metric.options).get("splits", 1))}
    function = metric.function()
    return _of_one_set({name: number}, lambda p: np.array([function(p)]), real, synthetic, features, rng, more)[name]  # fmt: skip


def _of_one_set(
    blanks: dict[str, Number], function: Callable[[np.ndarray], np.ndarray], real: np.ndarray, synthetic: np.ndarray,
    features: Features, rng: np.random.Generator, more: dict[str, str],
) -> dict[str, Number]:  # fmt: skip
    """Numbers of the synthetic set beside the real set's own, both from as many images. function(rows) -> one value each."""
    size, minimum = features.fewest, max(METRICS[name].minimum for name in blanks)
    if size < minimum:
        return {name: too_few(number, minimum) for name, number in blanks.items()}
    value, low, high = _own(function, synthetic, features.others, size, rng)
    _real, floor_low, floor_high = _own(function, real, features.groups, size, rng)
    words = {**more, "interval": JACKKNIFE, "floor": "the real set's own value, as many images"}
    return {
        name: replace(
            number, value=float(value[part]), interval=within(number, low[part], high[part]),
            floor=within(number, floor_low[part], floor_high[part]), n_real=size, n_synthetic=size,
            protocol={**number.protocol, **words},
        )
        for part, (name, number) in enumerate(blanks.items())
    }  # fmt: skip


def _own(
    function: Callable[[np.ndarray], np.ndarray], rows: np.ndarray, groups: np.ndarray, size: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """(k,) values and both ends of their intervals."""
    drawn = np.sort(rng.choice(len(rows), size, replace=False))
    part, none = rows[drawn], rows[:0]
    value = np.asarray(function(part), float)
    low, high = jackknife(
        lambda first, _second: function(first), part, none, groups[drawn], groups[:0], value=value, rng=rng
    )
    return value, low, high
