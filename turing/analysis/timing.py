"""Response times. Interrupted trials are left out here and kept in accuracy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .errors import CannotAnalyse


@dataclass(frozen=True)
class Times:
    """Seconds; quartiles as (25 %, 75 %). n counts the trials used, left_out those interrupted or without a time."""

    n: int
    left_out: int
    median: float
    geometric_mean: float
    quartiles: tuple[float, float]


def times(seconds: Sequence[float | None], interrupted: Sequence[bool] | None = None) -> Times | None:
    """None when no trial is left. Raises CannotAnalyse for a time below 0."""
    flags = [False] * len(seconds) if interrupted is None else list(interrupted)
    if len(flags) != len(seconds):
        raise CannotAnalyse(f"{len(seconds)} times and {len(flags)} flags; one flag a time is needed.")
    used = np.array([value for value, flag in zip(seconds, flags) if value is not None and not flag], float)
    if (used < 0).any():
        raise CannotAnalyse(f"A response time is {used.min():g} s; times are 0 or more.")
    if not len(used):
        return None
    first, median, third = (float(q) for q in np.quantile(used, (0.25, 0.5, 0.75)))
    mean = float(np.exp(np.log(np.maximum(used, 1e-3)).mean()))
    return Times(len(used), len(seconds) - len(used), median, mean, (first, third))
