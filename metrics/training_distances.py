"""What the distances to the training images tell of the whole set: three numbers with their intervals. Pure.

The training images are those that the generator has seen, so they stay as they are: an interval says how far a number would move
with other synthetic and, where they play a part, other unseen real images. A tenth of a set is left out at a time, whole patients.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from .comparing import FOLDS, folds_of, jackknife, jackknifed
from .feature_sets import JACKKNIFE, Features, blank, within
from .functional.errors import CannotMeasure
from .functional.memorisation import NEAR, cells_of, evenly, mifid_parts, ranked_in_cells, ratio_of
from .functional.neighbours import nearest_neighbours
from .reports import Number, Sentence

Ends = tuple[float, float, float]  # value, low, high


def training_distances(features: Features, trained: np.ndarray, unseen: np.ndarray | None) -> list[Number]:
    """`trained` (t, d) features; unseen (k,) positions of the real images that the generator has not seen, None where there are
    too few: two of the numbers need them."""
    rng = np.random.default_rng(0)  # of the folds alone
    numbers = [_number(features, "mifid", len(trained), _mifid(features, trained, rng), {})]
    if unseen is None:
        return numbers
    more = {"unseen real images": str(len(unseen))}
    for name, function in OF_THREE.items():
        try:
            found: Ends | CannotMeasure = function(features, trained, unseen, rng)
        except CannotMeasure as error:
            found = error
        numbers.append(_number(features, name, len(trained), found, more))
    return numbers


def _number(
    features: Features, name: str, trained: int, found: Ends | CannotMeasure, more: dict[str, str]
) -> Number:
    number = replace(blank(features, name), n_real=trained, n_synthetic=len(features.synthetic))
    number = replace(number, protocol={**number.protocol, **more})
    if isinstance(found, CannotMeasure):
        return replace(number, absent=Sentence("%(cause)s", {"cause": str(found)}))
    value, low, high = found
    protocol = {**number.protocol, "interval": f"{JACKKNIFE}, the training images as they are"}
    return replace(number, value=value, interval=within(number, low, high), protocol=protocol)


def _mifid(features: Features, trained: np.ndarray, rng: np.random.Generator) -> Ends:
    """Near the step at which the number jumps either side of it may be the true one: the interval then holds both."""
    rows, none = features.synthetic, features.synthetic[:0]
    distance, cosine = mifid_parts(rows, trained)

    def values_of(kept: np.ndarray, _none: np.ndarray) -> np.ndarray:
        apart, near = mifid_parts(kept, trained)
        return np.array([apart, near, apart / near])

    low, high = jackknife(
        values_of, rows, none, features.others, features.others[:0],
        value=np.array([distance, cosine, distance / cosine]), rng=rng,
    )  # fmt: skip
    sides = [side for side, possible in ((2, low[1] < NEAR), (0, high[1] >= NEAR)) if possible]
    value = distance / cosine if cosine < NEAR else distance
    return value, float(low[sides].min()), float(high[sides].max())


def _copying_test(
    features: Features, trained: np.ndarray, unseen: np.ndarray, rng: np.random.Generator
) -> Ends:
    sets = features.synthetic, features.real[unseen]
    near = [nearest_neighbours(rows, trained)[1][:, 0] for rows in sets]
    cells = cells_of(trained, *sets)

    def value_of(made: np.ndarray, held: np.ndarray) -> float:
        return ranked_in_cells(near[0][made], near[1][held], cells[0][made], cells[1][held]).value

    made, held = (np.arange(len(rows)) for rows in sets)
    value = value_of(made, held)
    left_out = [
        [value_of(kept, held) for kept in folds_of(features.others, FOLDS, rng)],
        [value_of(made, kept) for kept in folds_of(features.groups[unseen], FOLDS, rng)],
    ]
    half = _half(left_out)
    return value, value - half, value + half


def _distance_ratio(
    features: Features, trained: np.ndarray, unseen: np.ndarray, rng: np.random.Generator
) -> Ends:
    """On the scale of its logarithm. The nearest unseen image without a fold is the nearest of the nearest in each other fold."""
    rows, size = features.synthetic, min(len(trained), len(unseen))
    chosen = unseen[evenly(features.real[unseen], size)]
    to_train = nearest_neighbours(rows, trained[evenly(trained, size)])[1][:, 0]
    kept = folds_of(features.groups[chosen], FOLDS, rng)
    parts = [np.setdiff1d(np.arange(size), positions) for positions in kept]
    by_part = np.stack([nearest_neighbours(rows, features.real[chosen[p]])[1][:, 0] for p in parts])
    to_unseen = by_part.min(axis=0)
    value = np.log(ratio_of(to_train, to_unseen))
    left_out = [
        [np.log(ratio_of(to_train[some], to_unseen[some])) for some in folds_of(features.others, FOLDS, rng)],
        [np.log(ratio_of(to_train, np.delete(by_part, part, axis=0).min(axis=0))) for part in range(len(parts))],
    ]  # fmt: skip
    low, high = np.exp(value + np.array([-1, 1]) * _half(left_out))
    return float(np.exp(value)), float(low), float(high)


def _half(left_out: list[list[float]]) -> float:
    return float(jackknifed([np.array(each)[:, None] for each in left_out])[0])


OfThree = Callable[[Features, np.ndarray, np.ndarray, np.random.Generator], Ends]
OF_THREE: dict[str, OfThree] = {"copying_test": _copying_test, "distance_ratio": _distance_ratio}
