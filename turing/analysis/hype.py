"""HYPE: human eye perceptual evaluation (Zhou et al., NeurIPS 2019).

HYPE-infinity, the share of wrong answers without a limit of time, is 1 - accuracy: it is no evidence beside the accuracy, only its
other name, and is given because papers compare by it. HYPE-time is the exposure at which readers are right three times in four,
from a staircase: shorter after a right answer, longer after a wrong one, by steps of 1 to 3 (weighted up-down, Kaernbach,
Perception & Psychophysics 49 (1991), equation 1: the level settles where p down = (1 - p) up, p = 3/4).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .errors import CannotAnalyse

DROPPED = 4  # reversals on the way from the start to the threshold


@dataclass(frozen=True)
class HypeInfinity:
    """Shares of wrong answers, 0 to 1: of all as HYPE counts them, of synthetic images (taken for real) and of real ones."""

    value: float
    synthetic: float | None
    real: float | None


@dataclass(frozen=True)
class Staircase:
    """threshold: mean exposure at the reversals after the first four, in the unit of the levels; None with fewer than two of
    them. mode: the commonest level, as Zhou et al. report it. target: the share right at which it settles."""

    threshold: float | None
    mode: float
    reversals: int
    target: float


def hype_infinity(truth: Sequence[int], said: Sequence[int]) -> HypeInfinity:
    """1 for synthetic, 0 for real, one each answer."""
    t, s = np.asarray(truth, int), np.asarray(said, int)
    if t.shape != s.shape or t.ndim != 1 or not t.size or not np.isin([t, s], (0, 1)).all():
        raise CannotAnalyse(f"Truth {t.shape} and answers {s.shape} must be equally many zeros and ones.")
    wrong = (t != s).astype(float)
    kinds = [float(wrong[t == kind].mean()) if (t == kind).any() else None for kind in (1, 0)]
    return HypeInfinity(float(wrong.mean()), kinds[0], kinds[1])


def next_exposure(
    now: float, right: bool, *, step: float = 10.0, shortest: float = 100.0, longest: float = 1000.0
) -> float:
    """Milliseconds of the next image: one step less after a right answer, three more after a wrong one."""
    return float(np.clip(now - step if right else now + 3 * step, shortest, longest))


def staircase(levels: Sequence[float], right: Sequence[bool], *, up_to_down: float = 3.0) -> Staircase:
    """levels: the exposure achieved (not only asked for) of each image in order. Raises CannotAnalyse for unequal or no trials."""
    x, hit = np.asarray(levels, float), np.asarray(right, bool)
    if x.shape != hit.shape or x.ndim != 1 or not x.size or not np.isfinite(x).all() or (x <= 0).any():
        raise CannotAnalyse(
            f"{x.shape} exposures above 0 and {hit.shape} answers; one answer for each is needed."
        )
    turns = np.flatnonzero(hit[1:] != hit[:-1]) + 1
    used = turns[DROPPED:]
    used = used[len(used) % 2 :]  # an even number: as many peaks as valleys
    values, counts = np.unique(x, return_counts=True)
    threshold = float(x[used].mean()) if len(used) else None
    return Staircase(threshold, float(values[counts.argmax()]), len(turns), up_to_down / (1 + up_to_down))
