"""The next exposure of a staircase. Pure.

Weighted up-down (Kaernbach 1991, Perception & Psychophysics 49:227) with `rights` = 1: a right answer shortens the exposure by
`down_ms`, a wrong one lengthens it by `up_ms`, which settles at the exposure where the share of right answers is up / (up + down).
Transformed up-down (Levitt 1971, JASA 49:467) with `rights` = n: n right answers in a row are needed for a step down; equal
steps settle where p^n = .5. HYPE-time (Zhou et al. 2019) is the first with 30 up, 10 down, between 100 and 1000 ms."""

from collections.abc import Iterable

from .questions import Exposure


def next_exposure(rule: Exposure, history: Iterable[bool]) -> int:
    """Milliseconds after these answers of one track, in order (True is right), from `start_ms`, kept between the two bounds."""
    exposure, row = rule.start_ms, 0
    for right in history:
        row = row + 1 if right else 0
        if not right:
            exposure += rule.up_ms
        elif row == rule.rights:
            exposure, row = exposure - rule.down_ms, 0
        exposure = min(rule.longest_ms, max(rule.shortest_ms, exposure))
    return exposure


def settles_at(rule: Exposure) -> float:
    """The share of right answers at which steps up and down cancel."""
    return (rule.up_ms / (rule.up_ms + rule.down_ms)) ** (1 / rule.rights)
