"""The machine's Turing test as a Number: on features, or on small pixels. Pure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .catalogue import METRICS
from .comparing import floor
from .feature_sets import Features, blank, too_few, within
from .functional.classifier import FOLDS, c2st
from .reports import Number
from .two_sets import FLOOR

LARGEST = 1500  # images of a set that the classifier learns from: its work grows with their cube


def c2st_number(features: Features, rng: np.random.Generator) -> Number:
    """Patients are whole in a fold, in the value and in the floor."""
    number, minimum = blank(features, "c2st"), METRICS["c2st"].minimum
    names = [len(np.unique(groups)) for groups in (features.groups, features.others)]
    if min(names) < minimum:
        return too_few(number, minimum)
    first, second = (_drawn(len(rows), rng) for rows in (features.real, features.synthetic))
    rows = np.vstack([features.real, features.synthetic])
    groups = np.concatenate([features.groups, features.groups.max() + 1 + features.others])
    first, second = first[:, None], len(features.real) + second[:, None]

    def judged(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        left, right = left[:, 0], right[:, 0]
        if min(len(np.unique(groups[part])) for part in (left, right)) < 2 * FOLDS:
            return np.array([np.nan])
        found = c2st(
            rows[left], rows[right], rng=rng, real_groups=groups[left], synthetic_groups=groups[right]
        )
        return np.array([found.auc])

    found = c2st(
        rows[first[:, 0]], rows[second[:, 0]], rng=rng,
        real_groups=groups[first[:, 0]], synthetic_groups=groups[second[:, 0]],
    )  # fmt: skip
    band = floor(judged, first, second, groups[first[:, 0]], rng=rng, least=2 * FOLDS)
    number = replace(
        number, value=found.auc, interval=within(number, found.low, found.high), n_real=len(first), n_synthetic=len(second),
        protocol={
            **number.protocol, "classifier": "kernel ridge regression, Gaussian kernel as wide as the median distance",
            "cross-validation": f"{FOLDS} folds, patients kept whole",
            "interval": "placement values over images left out, patients kept whole", "floor": FLOOR,
        },
    )  # fmt: skip
    if band is None or not np.isfinite(band[0][0] + band[2][0]):
        return number
    low, high, matched, size = band
    return replace(number, floor=within(number, low[0], high[0]), matched=float(matched[0]), floor_n=size)


def _drawn(count: int, rng: np.random.Generator) -> np.ndarray:
    return np.sort(rng.choice(count, min(count, LARGEST), replace=False))
