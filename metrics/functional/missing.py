"""Which modes of the real images hold no, or hardly any, synthetic image, and how much of the real distribution is missing?

The tree of modes (metrics.functional.modes) is grown from one part of the real images; the other part, which it has never seen,
says what share of each branch real images hold, and the synthetic images are counted in the same branches. So a difference is
not the clusters' own doing, which it is where images are counted in clusters fitted to themselves. One permutation test
(metrics.functional.permuting) answers for all branches, large and small. A branch that is found is taken out of both sets and
the rest asked again, so that what one missing mode leaves over does not hide the next.

A mode is seen only where the features hold it together; labels that name the modes see more (metrics.functional.quantification).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .belonging import belongs, can_tell
from .errors import CannotMeasure, as_pair
from .modes import LEAST, ModeTree, grow_modes
from .permuting import Sums, lowest
from .shares import missing_share, wilson
from .tails import binomial_above

LEVEL = 0.02  # of a false alarm: other parts of a verdict on diversity need their share of .05
THIN = 0.5  # of the real share: a mode with less counts as found; with more it is a difference, no loss
MISSING = 0.1  # of the real share: with less a mode is missing, else thin


@dataclass(frozen=True)
class Mode:
    """A mode short of synthetic images. leaves of the tree; its shares of unseen real and of synthetic images, 0 to 1."""

    leaves: np.ndarray
    real: float
    synthetic: float
    p_value: float  # adjusted for all branches asked

    @property
    def is_missing(self) -> bool:
        return self.synthetic <= MISSING * self.real


@dataclass(frozen=True)
class Coverage:
    """What is missing: `share` of the real distribution, 0 to 1, with its 95 % interval; the leaf of every image."""

    found: tuple[Mode, ...]
    share: float
    interval: tuple[float, float]
    findable: float  # smallest share of a mode of its own that is found 95 times in 100
    tree: ModeTree
    counted: np.ndarray  # positions of the real images that the tree has not seen
    real: np.ndarray  # (n,) leaf of each
    synthetic: np.ndarray  # (m,)


def mode_coverage(
    real: Any, synthetic: Any, *, rng: np.random.Generator, real_groups: Any = None, synthetic_groups: Any = None,
    permutations: int = 999, beyond: bool = True,
) -> Coverage:  # fmt: skip
    """Modes of (n, d) real features that hold too few of the (m, d) synthetic ones, at a family-wise level of LEVEL.

    Groups (n,), (m,) name patients, whole on one side of every division. The missing share is that part of the real
    distribution without which its modes would be filled as the synthetic images fill them: with P and Q the shares of real and
    synthetic images that belong to the modes found (metrics.functional.belonging), 1 - (1 - P) / (1 - Q), since a generator that drops a part spreads its images over what
    is left. Its interval takes P and Q as shares of so many images as their
    patients make them uncertain. Where nothing is found the share is 0 and the
    interval ends at `findable`.

    Without `beyond` the share is that of the branches alone, a little smaller and in a fraction of the time: to compare with its like.

    Misleads where synthetic images resemble no real mode: each still counts in the nearest one. Read it beside fidelity.
    Raises CannotMeasure for fewer than 4 LEAST real images or LEAST synthetic ones.
    """
    a, b = as_pair(real, synthetic)
    if len(a) < 4 * LEAST or len(b) < LEAST:
        raise CannotMeasure(
            f"Sets of {len(a)} real and {len(b)} synthetic images were given; {4 * LEAST} and {LEAST} are needed."
        )
    groups, others = numbered(a, real_groups, "real"), numbered(b, synthetic_groups, "synthetic")
    fitted, counted = halves(groups, rng)
    tree = grow_modes(a[fitted])
    first, second = tree.leaf_of(a), tree.leaf_of(b)
    eye = np.eye(len(tree.centres))
    leaves = Sums.of(eye[first[counted]], groups[counted], eye[second], others)
    found, critical = _peeled(leaves, tree.branches, rng, permutations)
    findable = _findable(leaves, tree.branches, critical, len(fitted))
    share, interval = 0.0, (0.0, findable)
    if found:
        share, interval = _missing(_inside(a, b, first, second, groups, others, counted, found, rng, beyond))
    return Coverage(tuple(found), share, interval, findable, tree, counted, first, second)


def _peeled(
    leaves: Sums, branches: np.ndarray, rng: np.random.Generator, permutations: int
) -> tuple[list[Mode], float]:
    """The modes found, one after another, each taken out before the next is looked for; and the first critical value."""
    found: list[Mode] = []
    gone, first = np.zeros(branches.shape[1], bool), 0.0
    while True:
        asked = np.unique(branches & ~gone, axis=0)
        asked = asked[asked.any(axis=1) & ~(asked | gone).all(axis=1)]
        left = _without(leaves, gone)
        if not len(asked) or left.is_real.all() or not left.is_real.any():
            return found, first
        sums = Sums(left.values @ asked.T, left.sizes, left.is_real)
        tested, (p, q) = lowest(sums, rng=rng, permutations=permutations, level=LEVEL), sums.means()
        first = first or tested.critical
        short = (tested.p_value <= LEVEL) & (q <= THIN * p)
        if not short.any():
            return found, first
        best = int(np.where(short, tested.z, np.inf).argmin())
        real, synthetic = (float(mean[asked[best]].sum()) for mean in leaves.means())
        found.append(Mode(np.flatnonzero(asked[best]), real, synthetic, float(tested.p_value[best])))
        gone |= asked[best]


def _without(leaves: Sums, gone: np.ndarray) -> Sums:
    """The images outside those leaves."""
    values = np.where(gone, 0.0, leaves.values)
    kept = values.any(axis=1)
    return Sums(values[kept], values[kept].sum(axis=1), leaves.is_real[kept])


def _inside(
    a: np.ndarray, b: np.ndarray, first: np.ndarray, second: np.ndarray, groups: np.ndarray, others: np.ndarray,
    counted: np.ndarray, found: list[Mode], rng: np.random.Generator, beyond: bool,
) -> Sums:  # fmt: skip
    """Which images are of the modes found: as a probe says, or where too few patients teach one, as the leaves do."""
    leaves = np.concatenate([mode.leaves for mode in found])
    real, synthetic = np.isin(first, leaves), np.isin(second, leaves)
    if beyond and can_tell(groups, real):
        real, synthetic = belongs(a, b, groups, others, real, rng=rng)
    else:  # images that the tree was grown from are in its leaves by its own doing
        real, groups = real[counted], groups[counted]
    return Sums.of(real[:, None].astype(float), groups, synthetic[:, None].astype(float), others)


def _missing(sums: Sums) -> tuple[float, tuple[float, float]]:
    """1 - (1 - P) / (1 - Q) with its interval."""
    shares, variances = ([float(each[0]) for each in pair] for pair in (sums.means(), sums.variances()))
    ends = [
        wilson(share, int(sums.sizes[side].sum() if 0 < share < 1 else side.sum()), variance)  # at the ends patients count
        for share, side, variance in zip(shares, (sums.is_real, ~sums.is_real), variances)
    ]  # fmt: skip
    return missing_share(shares[0], shares[1], ends[0], ends[1])


def _findable(leaves: Sums, branches: np.ndarray, critical: float, fitted: int) -> float:
    """The smallest share of a mode of its own, wholly dropped, that is found 95 times in 100.

    Patients are taken to be of the mode with all of their images, which is the worst case: they count as one each.
    """
    if not len(branches):
        return 1.0
    each = [
        float((leaves.sizes[side] ** 2).sum() / leaves.sizes[side].sum())
        for side in (leaves.is_real, ~leaves.is_real)
    ]
    n, m = (
        max(2.0, float(leaves.sizes[side].sum()) / size)
        for side, size in zip((leaves.is_real, ~leaves.is_real), each)
    )
    k = np.arange(1, int(n))
    pooled = k / (n + m)
    spread = (k * (1 - pooled) ** 2 + (n - k) * pooled**2) / n**2 + pooled**2 / m  # as `lowest` takes it
    passes = k / n >= critical * np.sqrt(spread)
    if not passes.any():
        return 1.0
    shares = np.linspace(0.001, 0.999, 999)
    grown = binomial_above(int(np.ceil(LEAST / each[0])) - 1, int(fitted / each[0]), shares)
    enough = (binomial_above(k[passes.argmax()] - 1, int(n), shares) >= 0.95) & (grown >= 0.95)
    return float(shares[enough.argmax()]) if enough.any() else 1.0


def numbered(rows: np.ndarray, groups: Any, name: str) -> np.ndarray:
    """(n,) group numbers from 0, in an order of their features, so that the order in which images are given plays no part."""
    given = np.arange(len(rows)) if groups is None else np.asarray(groups)
    if given.shape != (len(rows),):
        raise CannotMeasure(
            f"The {name} set has {len(rows)} images and groups of shape {given.shape}; one each is needed."
        )
    order = np.lexsort(rows.T[:4])
    _names, first, inverse = np.unique(given[order], return_index=True, return_inverse=True)
    which = np.empty(len(rows), int)
    which[order] = np.argsort(np.argsort(first))[inverse]
    return which


def halves(groups: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Positions of two parts that share no group, as even as whole groups in random order allow. groups as from `numbered`."""
    if groups.max() < 1:
        raise CannotMeasure("All real images are of one patient; at least 2 are needed.")
    order = rng.permutation(groups.max() + 1)
    running = np.cumsum(np.bincount(groups)[order])
    is_first = np.isin(groups, order[: 1 + int(np.abs(running[:-1] - len(groups) / 2).argmin())])
    return np.flatnonzero(is_first), np.flatnonzero(~is_first)
