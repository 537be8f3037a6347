"""Two-alternative forced choice: one real and one synthetic image side by side, 'which is synthetic?'. Chance is one half, and the
share right is the area under the ROC curve of the same observer reading one image at a time (Green & Swets 1966)."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .detection import Proportion, dprime_2afc, proportion
from .mrmc import OneModality, shares_over_readers


@dataclass(frozen=True)
class ForcedChoice:
    """each: a reader's share right; over: readers and pairs both random; dprime: sqrt(2) z of the mean share right, None at 0 or
    1; first_side: share of answers that named the left (or first) image, whatever was right: .5 without a bias to a side."""

    each: tuple[Proportion, ...]
    over: OneModality
    dprime: float | None
    first_side: float | None


def forced_choice(right: Any, named_first: Any = None, clusters: Any = None) -> ForcedChoice:
    """right (readers, pairs): 1 where the synthetic one was named, NaN without an answer; named_first likewise, or None if not known;
    clusters (pairs,): what each pair belongs to, None where each stands alone.
    Raises CannotAnalyse for a reader without an answer, and for fewer than two pairs."""
    table, over = np.asarray(right, float), shares_over_readers(right, clusters)
    side = None if named_first is None else float(np.nanmean(np.asarray(named_first, float)))
    signal = dprime_2afc(over.estimate) if 0 < over.estimate < 1 else None
    each = tuple(proportion(int(np.nansum(row)), int((~np.isnan(row)).sum())) for row in table)
    return ForcedChoice(each, over, signal, side)
