"""One permutation test for many means at once: is any of them lower among synthetic than among real images?

Whole patients (units) change sides, and the lowest of all statistics of each permutation is what the lowest one found is
compared with, which holds the family-wise level for any dependence among them (Westfall & Young 1993). Each statistic is
studentised by units about the pooled mean, so that the test stays valid where one side has patients of many images and the other
single ones (Janssen, Statistics & Probability Letters 36, 1997).
"""

from dataclasses import dataclass

import numpy as np

from .errors import CannotMeasure

AT_ONCE = 128  # permutations whose sides are held in memory together


@dataclass(frozen=True)
class Sums:
    """What changes sides whole: the sum of each of k quantities over a unit's images, and how many those are.

    values (units, k), sizes (units,), is_real (units,) bool.
    """

    values: np.ndarray
    sizes: np.ndarray
    is_real: np.ndarray

    @classmethod
    def of(cls, real: np.ndarray, groups: np.ndarray, synthetic: np.ndarray, others: np.ndarray) -> "Sums":
        """From one row an image, (n, k) and (m, k); groups, others (n,), (m,) name the units, apart in both sets."""
        parts, sizes = [], []
        for rows, names in ((real, groups), (synthetic, others)):
            numbers = np.unique(names, return_inverse=True)[1]
            total = np.zeros((numbers.max() + 1, rows.shape[1]))
            np.add.at(total, numbers, rows)
            parts.append(total)
            sizes.append(np.bincount(numbers).astype(float))
        is_real = np.arange(sum(map(len, sizes))) < len(sizes[0])
        return cls(np.concatenate(parts), np.concatenate(sizes), is_real)

    def means(self) -> tuple[np.ndarray, np.ndarray]:
        """(k,) of the real and of the synthetic images."""
        real, synthetic = (self.values[side].sum(axis=0) / self.sizes[side].sum() for side in (self.is_real, ~self.is_real))  # fmt: skip
        return real, synthetic

    def variances(self) -> tuple[np.ndarray, np.ndarray]:
        """(k,) variances of both means, each a ratio of sums over units (Cochran 1977, section 6)."""
        return self._variance(self.is_real), self._variance(~self.is_real)

    def _variance(self, side: np.ndarray) -> np.ndarray:
        values, sizes = self.values[side], self.sizes[side]
        around = values - values.sum(axis=0) / sizes.sum() * sizes[:, None]
        return (around**2).sum(axis=0) / sizes.sum() ** 2 * len(sizes) / max(1, len(sizes) - 1)


@dataclass(frozen=True)
class Lowest:
    """z (k,): synthetic less real mean in standard errors; p_value (k,) adjusted for all k; critical: -z beyond it has p <= level."""

    z: np.ndarray
    p_value: np.ndarray
    critical: float


def lowest(sums: Sums, *, rng: np.random.Generator, permutations: int = 999, level: float = 0.05) -> Lowest:
    """The test. p has steps of 1 / (permutations + 1). Raises CannotMeasure where one side has no unit."""
    if sums.is_real.all() or not sums.is_real.any():
        raise CannotMeasure("One of the sets has no images; at least one of each is needed.")
    pooled = sums.values.sum(axis=0) / sums.sizes.sum()
    squares = (sums.values - pooled * sums.sizes[:, None]) ** 2
    table = np.concatenate([sums.values - pooled * sums.sizes[:, None], squares, sums.sizes[:, None]], axis=1)
    table = table.astype(np.float32)  # sums of a few thousand small terms, half the time
    z = _z(sums.is_real[None].astype(np.float32), table)[0]
    drawn = [
        _z(_sides(sums, min(AT_ONCE, permutations - start), rng), table).min(axis=1)
        for start in range(0, permutations, AT_ONCE)
    ]
    ordered = np.sort(np.concatenate(drawn))
    p = (1 + np.searchsorted(ordered, z + 1e-4, side="right")) / (1 + permutations)
    return Lowest(z, p, float(-ordered[max(0, int(level * (1 + permutations)) - 1)]))


def _z(sides: np.ndarray, table: np.ndarray) -> np.ndarray:
    """(draws, k) from sides (draws, units), 1 for real, and the columns values, squares, sizes."""
    k = (table.shape[1] - 1) // 2
    real = (sides @ table).astype(float)
    synthetic = table.sum(axis=0, dtype=float) - real
    n, m = real[:, -1:], synthetic[:, -1:]
    spread = real[:, k : 2 * k] / n**2 + synthetic[:, k : 2 * k] / m**2
    return (synthetic[:, :k] / m - real[:, :k] / n) / np.sqrt(np.maximum(spread, 1e-30))


def _sides(sums: Sums, draws: int, rng: np.random.Generator) -> np.ndarray:
    """(draws, units), 1 where a unit falls to the real side: units in random order until it has as many images as it had."""
    wanted, units = sums.sizes[sums.is_real].sum(), len(sums.sizes)
    order = rng.permuted(np.tile(np.arange(units), (draws, 1)), axis=1)
    before = np.cumsum(sums.sizes[order], axis=1) - sums.sizes[order]
    is_first = (
        before + sums.sizes[order] / 2 <= wanted
    )  # the unit across the border goes where more of it lies
    is_first[:, 0], is_first[:, -1] = True, False
    sides = np.zeros((draws, units), np.float32)
    np.put_along_axis(sides, order, is_first.astype(np.float32), axis=1)
    return sides
