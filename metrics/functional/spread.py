"""Is there less variety within the modes than real images have, and does a set repeat itself?

A generator may reach every mode and still make few different images in each. Within the leaves of the real set's tree of modes
(metrics.functional.modes) the variance of the synthetic images is set against that of real images which the tree has not seen.
Near repeats are the birthday test of Arora, Risteski & Zhang (ICLR 2018): among n images of a support of N equally likely ones
about n (n - 1) / (2 N) pairs are the same, so counting such pairs says how large the support is.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import CannotMeasure, as_pair
from .missing import halves, numbered
from .modes import grow_modes
from .permuting import Sums, lowest
from .tails import chi_square_quantile

RATIO = 0.5  # of the median distance to the nearest other real image: closer is a near repeat
FEWEST = 3  # images of both sides in a leaf that is looked at


@dataclass(frozen=True)
class Spread:
    """ratio of the variance within modes, synthetic to real, 1 where they are as varied; p_value that it is lower by chance."""

    ratio: float
    p_value: float
    by_leaf: np.ndarray  # (leaves,) the same for each leaf, NaN where too few images are


@dataclass(frozen=True)
class Repeats:
    """share of a set's images with a near repeat in it, `together` the images (itself too) that one of those repeats, on average;
    pairs so many; support: different images that would repeat as often."""

    share: float
    together: float  # 2 where none was seen: a repeat never comes alone
    pairs: int
    support: float
    interval: tuple[float, float]  # of the support, 95 %; infinite at the top where no pair was seen


def within_spread(
    real: Any, synthetic: Any, *, rng: np.random.Generator, real_groups: Any = None, synthetic_groups: Any = None,
    permutations: int = 999,
) -> Spread:  # fmt: skip
    """From (n, d) and (m, d) features; groups keep patients whole.

    Each image gives its squared distance from the centre of its own set in its leaf (a leaf of n images times n / (n - 1)). The
    ratio of the set is that of the mean distances, leaves weighing as real images fill them in both. The test asks the
    distances, each relative to the real mean of its leaf, by permutation.

    It says nothing of modes that are missing, and noise counts as variety: read it beside fidelity. Raises CannotMeasure where no
    leaf holds FEWEST images of both sets.
    """
    a, b = as_pair(real, synthetic)
    if len(a) < 4 * FEWEST:
        raise CannotMeasure(f"The real set has {len(a)} images; at least {4 * FEWEST} are needed.")
    groups, others = numbered(a, real_groups, "real"), numbered(b, synthetic_groups, "synthetic")
    fitted, counted = halves(groups, rng)
    tree = grow_modes(a[fitted])
    size = len(tree.centres)
    parts = [(tree.flat(rows), tree.leaf_of(rows)) for rows in (a[counted], b)]
    (own, in_real), (other, in_synthetic) = (_squared(flat, leaf, size) for flat, leaf in parts)
    enough = (in_real >= FEWEST) & (in_synthetic >= FEWEST)
    leaf_a, leaf_b = parts[0][1], parts[1][1]
    unit = np.bincount(leaf_a, own, size) / np.maximum(in_real, 1)
    enough &= unit > 0
    if not enough.any():
        raise CannotMeasure(f"No mode holds {FEWEST} images of both sets; more images are needed.")
    by_leaf = np.full(size, np.nan)
    mean = np.bincount(leaf_b, other, size) / np.maximum(in_synthetic, 1)
    by_leaf[enough] = mean[enough] / unit[enough]
    ratio = float(in_real[enough] @ mean[enough] / (in_real[enough] @ unit[enough]))
    sums = Sums.of(
        *_relative(own, leaf_a, unit, enough, groups[counted]),
        *_relative(other, leaf_b, unit, enough, others),
    )
    return Spread(ratio, float(lowest(sums, rng=rng, permutations=permutations).p_value[0]), by_leaf)


def _relative(
    squared: np.ndarray, leaf: np.ndarray, unit: np.ndarray, enough: np.ndarray, groups: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(k, 1) distances in units of their leaf and (k,) groups, of the images whose leaf is looked at."""
    chosen = enough[leaf]
    return (squared[chosen] / unit[leaf[chosen]])[:, None], groups[chosen]


def _squared(flat: np.ndarray, leaf: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """(n,) unbiased squared distance of each image from its set's centre in its leaf, (size,) images in each leaf."""
    count = np.bincount(leaf, minlength=size)
    centre = np.zeros((size, flat.shape[1]))
    np.add.at(centre, leaf, flat)
    centre /= np.maximum(count, 1)[:, None]
    squared = ((flat - centre[leaf]) ** 2).sum(axis=1)
    return squared * (count / np.maximum(count - 1, 1))[leaf], count


def near_repeats(real: Any, synthetic: Any, *, groups: Any = None) -> Repeats:
    """Repeats within the (m, d) synthetic set; what is near is told by the (n, d) real one.

    Two images repeat each other when they are closer than RATIO times the median distance of a real image to its nearest other
    one. Images of one group (m,) are not compared. The interval of the support is that of a Poisson count of pairs (Garwood 1936).

    Real images repeat themselves too (two visits of a patient, a burst of slices): compare with the real set's own share.
    Raises CannotMeasure for fewer than 3 real images.
    """
    a, b = as_pair(real, synthetic)
    near = RATIO * _unit(a)
    names = numbered(b, groups, "synthetic")
    others = np.zeros(len(b), int)
    for start in range(0, len(b), 1024):
        rows = b[start : start + 1024]
        is_near = _distances(rows, b) < near
        is_near &= names[start : start + 1024, None] != names
        others[start : start + 1024] = is_near.sum(axis=1)
    has, pairs = others > 0, int(others.sum()) // 2
    together = 1 + float(others[has].mean()) if has.any() else 2.0
    possible = len(b) * (len(b) - 1) / 2
    low = possible / (chi_square_quantile(0.975, 2 * pairs + 2) / 2)
    high = possible / (chi_square_quantile(0.025, 2 * pairs) / 2) if pairs else np.inf
    return Repeats(
        float(has.mean()), together, pairs, possible / pairs if pairs else np.inf, (float(low), float(high))
    )


def _unit(rows: np.ndarray) -> float:
    if len(rows) < 3:
        raise CannotMeasure(f"The real set has {len(rows)} images; at least 3 are needed.")
    nearest = []
    for start in range(0, len(rows), 1024):
        far = _distances(rows[start : start + 1024], rows)
        far[np.arange(len(far)), start + np.arange(len(far))] = np.inf
        nearest.append(far.min(axis=1))
    return float(np.median(np.concatenate(nearest)))


def _distances(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    squares = (rows**2).sum(axis=1)[:, None] - 2 * rows @ others.T + (others**2).sum(axis=1)
    return np.sqrt(np.maximum(squares, 0))
