"""The modes of the real set as a person reads them: a dozen, those found short first, each with pictures and both shares. Pure."""

from __future__ import annotations

import numpy as np

from .feature_sets import Features
from .functional.missing import Coverage
from .functional.permuting import Sums
from .functional.quantification import Class, Quantified
from .functional.shares import wilson
from .reports import ModeRow, Modes

SHOWN = 12
PICTURES = 4


def mode_table(features: Features, coverage: Coverage) -> Modes:
    short = [mode.leaves for mode in coverage.found]
    rest = _others(coverage, np.concatenate([*short, np.zeros(0, int)]), SHOWN - len(short))
    states = ["missing" if mode.is_missing else "thin" for mode in coverage.found] + [""] * len(rest)
    parts = short + rest
    inside = np.zeros((len(coverage.tree.centres), len(parts)))
    for column, leaves in enumerate(parts):
        inside[leaves, column] = 1
    sums = Sums.of(
        inside[coverage.real[coverage.counted]], features.groups[coverage.counted], inside[coverage.synthetic], features.others
    )  # fmt: skip
    shares, variances = sums.means(), sums.variances()
    sizes = len(coverage.counted), len(coverage.synthetic)
    rows = []
    for column, (leaves, state) in enumerate(zip(parts, states)):
        ends = [wilson(float(shares[k][column]), sizes[k], float(variances[k][column])) for k in (0, 1)]
        rows.append(
            ModeRow(
                state, float(shares[0][column]), ends[0], float(shares[1][column]), ends[1],
                _central(features.real, coverage, leaves),
            )
        )  # fmt: skip
    return Modes(features.encoder, features.source, coverage.findable, *sizes, tuple(rows))


def _others(coverage: Coverage, short: np.ndarray, count: int) -> list[np.ndarray]:
    """At most `count` branches that share no leaf with one another or with those found, the largest real share first.

    The largest branch is divided in two until there are enough; one that holds leaves found short is always divided.
    """
    size = np.bincount(coverage.real[coverage.counted], minlength=len(coverage.tree.centres))
    branches = [frozenset(np.flatnonzero(branch).tolist()) for branch in coverage.tree.branches]
    taken = frozenset(short.tolist())
    free = [branch for branch in branches if not branch & taken]
    parts = [branch for branch in free if not any(branch < other for other in free)]
    while len(parts) < count:
        for largest in sorted(parts, key=lambda branch: -size[list(branch)].sum()):
            inner = [branch for branch in free if branch < largest]
            inner = [branch for branch in inner if not any(branch < other for other in inner)]
            if len(inner) > 1 and len(parts) + len(inner) - 1 <= count:
                parts = [branch for branch in parts if branch != largest] + inner
                break
        else:
            break
    ordered = sorted(parts, key=lambda branch: -size[list(branch)].sum())[: max(0, count)]
    return [np.array(sorted(branch)) for branch in ordered]


def _central(real: np.ndarray, coverage: Coverage, leaves: np.ndarray) -> tuple[int, ...]:
    """Positions of the real images nearest to the centre of the mode."""
    rows = np.flatnonzero(np.isin(coverage.real, leaves))
    near = _middle(coverage.tree.flat(real[rows]), np.arange(len(rows)))
    return tuple(int(row) for row in rows[list(near)])


def class_rows(
    features: Features, labels: np.ndarray, known: np.ndarray, found: Quantified
) -> tuple[ModeRow, ...]:
    """Classes short of synthetic images first, then by their real share. known: positions of the real images with a label."""
    rows = [
        ModeRow(
            _state(each), each.real, wilson(each.real, len(known)), each.synthetic, each.interval,
            _middle(features.real, known[labels[known] == each.name]), each.name, each.auc, each.power,
        )
        for each in found.classes
    ]  # fmt: skip
    order = {"missing": 0, "thin": 1, "": 2, "unseen": 3}
    return tuple(sorted(rows, key=lambda row: (order[row.state], -row.real)))


def _state(each: Class) -> str:
    if each.is_found and each.is_separable:
        return "missing" if each.is_missing else "thin"
    return "" if each.is_watched else "unseen"


def _middle(real: np.ndarray, rows: np.ndarray) -> tuple[int, ...]:
    far = ((real[rows] - real[rows].mean(axis=0)) ** 2).sum(axis=1)
    return tuple(int(row) for row in rows[np.argsort(far, kind="stable")[:PICTURES]])
