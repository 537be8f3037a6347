"""More truths than two: real, augmented, synthetic, as in the polyp study of 2025 (Biomedicines). Tables, and each class's rate."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from .detection import Proportion, proportion
from .errors import CannotAnalyse


@dataclass(frozen=True)
class ClassTable:
    """table (k, k): rows truth, columns answer, in the order of names; sensitivities: share named rightly of each class, with
    intervals, chance 1 / k; balanced: their mean; p_value: chi-square of truth x answer, None where a row or column is empty."""

    names: tuple[str, ...]
    table: np.ndarray
    sensitivities: tuple[Proportion | None, ...]
    balanced: float | None
    p_value: float | None


def class_table(truth: Sequence[str], said: Sequence[str], names: Sequence[str]) -> ClassTable:
    """Raises CannotAnalyse for a class that is not among `names`, and for no answers."""
    if len(truth) != len(said) or not len(truth) or len(set(names)) < 2:
        raise CannotAnalyse(
            f"{len(truth)} truths, {len(said)} answers, {len(names)} classes; equally many and two classes are needed."
        )
    unknown = sorted({*truth, *said} - set(names))
    if unknown:
        raise CannotAnalyse(f"{unknown[0]!r} is no class of this study; its classes are {', '.join(names)}.")
    place = {name: i for i, name in enumerate(names)}
    table = np.zeros((len(names),) * 2, int)
    np.add.at(table, ([place[name] for name in truth], [place[name] for name in said]), 1)
    rates = tuple(
        proportion(int(table[i, i]), int(table[i].sum()), chance=1 / len(names)) if table[i].sum() else None
        for i in range(len(names))
    )
    shown = [rate.value for rate in rates if rate]
    whole = bool(table.sum(axis=0).all() and table.sum(axis=1).all())
    p = float(scipy.stats.chi2_contingency(table, correction=False).pvalue) if whole else None
    return ClassTable(
        tuple(names), table, rates, float(np.mean(shown)) if len(shown) == len(names) else None, p
    )
