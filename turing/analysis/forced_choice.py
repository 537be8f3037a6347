"""Two-alternative forced choice: one real and one synthetic image side by side, 'which is synthetic?'. Chance is one half, and the
share right is the area under the ROC curve of the same observer reading one image at a time (Green & Swets 1966)."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .detection import Proportion, dprime_2afc, proportion
from .errors import CannotAnalyse
from .mrmc import OneModality, over_readers


@dataclass(frozen=True)
class ForcedChoice:
    """each: a reader's share right; over: readers and pairs both random; dprime: sqrt(2) z of the mean share right, None at 0 or
    1; first_side: share of answers that named the left (or first) image, whatever was right: .5 without a bias to a side."""

    each: tuple[Proportion, ...]
    over: OneModality
    dprime: float | None
    first_side: float | None


def forced_choice(right: Any, named_first: Any = None) -> ForcedChoice:
    """right (readers, pairs): 1 where the synthetic one was named, without gaps; named_first likewise, or None if not known.
    Raises CannotAnalyse for gaps, and for fewer than two pairs."""
    table = _checked(right)
    n = table.shape[1]
    over = pairs_over_readers(table)
    side = None if named_first is None else float(np.nanmean(np.asarray(named_first, float)))
    signal = dprime_2afc(over.estimate) if 0 < over.estimate < 1 else None
    return ForcedChoice(tuple(proportion(int(row.sum()), n) for row in table), over, signal, side)


def pairs_over_readers(right: Any) -> OneModality:
    """The share right over readers and pairs, as forced_choice has it."""
    table = _checked(right)
    return over_readers(table.mean(axis=1), np.atleast_2d(np.cov(table)) / table.shape[1], scale="logit")


def _checked(right: Any) -> np.ndarray:
    table = np.asarray(right, float)
    if table.ndim != 2 or not len(table) or table.shape[1] < 2 or not np.isin(table, (0, 1)).all():
        raise CannotAnalyse(
            f"Answers of shape {table.shape} were given; (at least 1 reader, at least 2 pairs) of zeros and ones are needed."
        )
    return table
