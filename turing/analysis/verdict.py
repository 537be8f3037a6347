"""What a study found, in one of five words, from the interval over readers alone.

Testing 'different' and 'equivalent' apart lets both hold at once; here the interval's place against chance and margin decides:
the 95 % interval against chance (a two-sided test at 5 %), the 90 % interval against the margin (two one-sided tests at 5 %,
Schuirmann, J Pharmacokinet Biopharm 15 (1987)), and a difference that is found is never called equivalent.
'Equivalent' needs two things more: no single reader different from chance after Holm's correction (readers at .30 and .70
average .50), and assay sensitivity as in ICH E10, fakes known to be visible that were seen, where the protocol has them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .errors import CannotAnalyse

APART, WITHIN, EQUIVALENT, INCONCLUSIVE, REVERSED = (
    "told apart", "told apart but within the margin", "equivalent", "inconclusive", "told apart with labels reversed",
)  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """name: one of the words above; reason: a key of REASONS."""

    name: str
    reason: str


REASONS = {
    "above": "the 95 % interval lies above chance, the 90 % interval reaches beyond the margin",
    "small": "the 95 % interval lies above chance, the 90 % interval inside the margin",
    "inside": "the 90 % interval lies inside the margin and no reader differs from chance",
    "wide": "the 95 % interval holds chance and the 90 % interval reaches beyond the margin",
    "reader": "the 90 % interval lies inside the margin, but single readers differ from chance",
    "assay": "the 90 % interval lies inside the margin, but the positive controls were not told apart",
    "below": "the 95 % interval lies below chance: what was called real was synthetic more often than not",
    "constant": "every reader gave one answer to all images, so nothing was put to the test",
}


def verdict(
    interval: tuple[float, float], *, inner: tuple[float, float] | None = None, margin: float, chance: float = 0.5,
    reader_p_values: Sequence[float] = (), assay_sensitive: bool | None = None, alpha: float = 0.05, constant: bool = False,
) -> Verdict:  # fmt: skip
    """`interval`: 95 % over readers of the primary endpoint; inner: its 90 % interval, held against the margin (None: the 95 % one,
    which is stricter); `margin` on its scale; reader_p_values: of each reader against chance; assay_sensitive None without controls;
    constant: no reader's answers differ from image to image (balanced accuracy and area are then one half without any error)."""
    low, high = interval
    if not (margin > 0 and low <= high):
        raise CannotAnalyse(
            f"A margin above 0 and an interval from low to high are needed; given {margin} and {interval}."
        )
    if constant:
        return Verdict(INCONCLUSIVE, "constant")
    least, most = inner or interval
    within = chance - margin < least and most < chance + margin
    if low > chance:
        return Verdict(WITHIN, "small") if within else Verdict(APART, "above")
    if high < chance:
        return Verdict(REVERSED, "below")
    if not within:
        return Verdict(INCONCLUSIVE, "wide")
    if holm_rejects(reader_p_values, alpha).any():
        return Verdict(INCONCLUSIVE, "reader")
    if assay_sensitive is False:
        return Verdict(INCONCLUSIVE, "assay")
    return Verdict(EQUIVALENT, "inside")


def holm_rejects(p_values: Sequence[float], alpha: float = 0.05) -> np.ndarray:
    """(n,) bool: which hypotheses Holm's step-down procedure (1979) rejects at family-wise level alpha."""
    return holm_adjusted(p_values) <= alpha


def holm_adjusted(p_values: Sequence[float]) -> np.ndarray:
    """(n,) p-values to be held against alpha itself: the running largest of (n - rank) p, at most 1 (Holm 1979)."""
    p = np.asarray(p_values, float)
    order = np.argsort(p, kind="stable")
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1.0)
    return adjusted


def assay_sensitive(lower: float, bound: float) -> bool:
    """ICH E10: a study that finds no difference counts only if it could have found one. lower: the lower end of the 95 % interval of
    the primary endpoint on real cases against positive controls; bound: what it must exceed, fixed at launch."""
    if not 0 < bound < 1:
        raise CannotAnalyse(f"The bound for the positive controls is {bound}; it lies between 0 and 1.")
    return lower > bound
