"""The machine's Turing test as a Number: on features, or on small pixels. Pure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .catalogue import METRICS
from .comparing import floor, half_samples
from .feature_sets import Features, blank, within
from .functional.classifier import FOLDS, c2st_of_parts, standard_squares
from .reports import Number, Sentence
from .reports import gettext_noop as _
from .two_sets import FLOOR

LARGEST = 500  # images of a set that the classifier learns from: its work grows with their cube


def c2st_number(features: Features, rng: np.random.Generator) -> Number:
    """Patients are whole in a fold, in the value and in the floor."""
    number, minimum = blank(features, "c2st"), METRICS["c2st"].minimum
    names = [len(np.unique(groups)) for groups in (features.groups, features.others)]
    if min(names) < minimum:
        return _too_few(number, minimum, min(names))
    drawn = [_drawn(len(rows), rng) for rows in (features.real, features.synthetic)]
    rows = np.vstack([features.real[drawn[0]], features.synthetic[drawn[1]]])
    groups = np.concatenate(
        [features.groups[drawn[0]], features.groups.max() + 1 + features.others[drawn[1]]]
    )
    first, second = np.split(np.arange(len(rows))[:, None], [len(drawn[0])])
    square = standard_squares(rows)

    def told(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Of positions, so that patients are known however the sets are cut."""
        left, right = left[:, 0], right[:, 0]
        if min(len(np.unique(groups[part])) for part in (left, right)) < 2 * FOLDS:
            return np.array([np.nan])
        return np.array([c2st_of_parts(rows, square, left, right, groups=groups, rng=rng).auc])

    value, sides = told(first, second), (_numbered(groups[first[:, 0]]), _numbered(groups[second[:, 0]]))
    low, high = half_samples(told, first, second, *sides, value=value, rng=rng)
    if not np.isfinite(low[0]):  # patients so uneven that half of the images are too few of them
        return _too_few(number, minimum, min(names))
    band = floor(told, first, second, sides[0], rng=rng, least=2 * FOLDS)
    number = replace(
        number, value=float(value[0]), interval=within(number, low[0], high[0]), n_real=len(first), n_synthetic=len(second),
        protocol={
            **number.protocol, "classifier": "kernel ridge regression, Gaussian kernel as wide as the median distance",
            "cross-validation": f"{FOLDS} folds, patients kept whole",
            "interval": "20 random halves of both sets, patients kept whole", "floor": FLOOR,
        },
    )  # fmt: skip
    if band is None or not np.isfinite(band[0][0] + band[2][0]):
        return number
    low, high, matched, size = band
    return replace(number, floor=within(number, low[0], high[0]), matched=float(matched[0]), floor_n=size)


def _too_few(number: Number, minimum: int, found: int) -> Number:
    reason = Sentence(
        _("At least %(least)s patients, or images of unknown patients, are needed in each set; the smaller has %(n)s."),
        {"least": minimum, "n": found},
    )  # fmt: skip
    return replace(number, absent=reason)


def _drawn(count: int, rng: np.random.Generator) -> np.ndarray:
    return np.sort(rng.choice(count, min(count, LARGEST), replace=False))


def _numbered(groups: np.ndarray) -> np.ndarray:
    """The same groups as integers from 0 without gaps."""
    return np.unique(groups, return_inverse=True)[1]
