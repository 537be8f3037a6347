"""A number of two sets of features with its interval, its floor and its gate. Pure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .catalogue import METRICS
from .comparing import Compared, Interval, Statistic, compare, jackknife
from .feature_sets import JACKKNIFE, Features, blank, too_few, within
from .reports import Number

FLOOR = "ten random splits of the real set into parts of equal size"


def two_sample(
    features: Features, name: str, statistic: Statistic, rng: np.random.Generator, more: dict[str, str] | None = None,
    interval: Interval = jackknife,
) -> Number:  # fmt: skip
    """The Number of a statistic with one part, by the grouped jackknife unless the caller has an interval of its own."""
    number = blank(features, name)
    minimum = METRICS[name].minimum
    if features.fewest < minimum:
        return too_few(number, minimum)
    compared = compare(
        statistic, features.real, features.synthetic, features.groups, features.others, rng=rng, least=minimum // 2, interval=interval,
    )  # fmt: skip
    return filled(number, compared, 0, more or {})


def filled(number: Number, compared: Compared, part: int, more: dict[str, str]) -> Number:
    """With the value, interval and floor of one part of a comparison; `more` goes into the protocol."""
    floor, matched = None, None
    if compared.floor_low is not None and compared.floor_high is not None and compared.matched is not None:
        floor = within(number, compared.floor_low[part], compared.floor_high[part])
        matched = within(number, compared.matched[part], compared.matched[part])[0]
    value = within(number, compared.value[part], compared.value[part])[0]
    interval = within(number, compared.low[part], compared.high[part])
    protocol = {**number.protocol, **more, "interval": more.get("interval", JACKKNIFE), "floor": FLOOR}
    return replace(
        number, value=value, interval=interval, floor=floor, matched=matched, floor_n=compared.floor_n, protocol=protocol,
    )  # fmt: skip
