"""Kernel Inception distance: squared maximum mean discrepancy with a polynomial kernel.

Binkowski et al., "Demystifying MMD GANs", ICLR 2018; the unbiased estimate is Gretton et al., JMLR 13 (2012), lemma 6.
k(x, y) = (gamma <x, y> + coef0)^degree. Unbiased at every n, so negative values near zero are normal and kept.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .errors import CannotMeasure, as_features, as_pair

CHUNK = 1024  # rows and columns of a kernel block


def kid(real: Any, synthetic: Any, degree: int = 3, gamma: float | None = None, coef0: float = 1.0) -> float:
    """Unbiased squared MMD over all pairs of (n, d) and (m, d) features; gamma None is 1 / d. 0 is ideal, may be negative.

    Raises CannotMeasure for fewer than two rows a side, other dimensions, or values that are not finite.
    """
    a, b = as_pair(real, synthetic)
    gamma = _check_kernel(degree, gamma, a.shape[1])
    n, m = len(a), len(b)
    all_a, all_b = np.ones((1, n)), np.ones((1, m))
    within_a = _total(a, a, degree, gamma, coef0, all_a, all_a) - _diagonal(a, degree, gamma, coef0).sum()
    within_b = _total(b, b, degree, gamma, coef0, all_b, all_b) - _diagonal(b, degree, gamma, coef0).sum()
    cross = _total(a, b, degree, gamma, coef0, all_a, all_b)
    return float((within_a / (n * (n - 1)) + within_b / (m * (m - 1)) - 2 * cross / (n * m))[0])


def kid_of_pairs(
    features: Any, pairs: Sequence[tuple[np.ndarray, np.ndarray]], *, degree: int = 3, gamma: float | None = None,
    coef0: float = 1.0,
) -> np.ndarray:  # fmt: skip
    """(p,) the same for p pairs of parts of one set of (n, d) features, each part given by its rows' positions, none twice.

    One pass over the kernel, block by block, serves all pairs: intervals and floors cost little more than the value itself.
    Raises CannotMeasure for a part of fewer than two rows.
    """
    rows = as_features(features, "given")
    gamma = _check_kernel(degree, gamma, rows.shape[1])
    members = np.zeros((2, len(pairs), len(rows)))
    for number, pair in enumerate(pairs):
        for side, positions in enumerate(pair):
            if len(positions) < 2:
                raise CannotMeasure(f"A part of {len(positions)} image(s) was given; at least 2 are needed.")
            members[side, number, positions] = 1
    first, second = members
    sums = _sums(rows, members.reshape(-1, len(rows)), degree, gamma, coef0).reshape(members.shape)
    own = np.einsum("spj,spj->sp", sums, members) - members @ _diagonal(rows, degree, gamma, coef0)
    n, m = first.sum(axis=1), second.sum(axis=1)
    return (
        own[0] / (n * (n - 1)) + own[1] / (m * (m - 1)) - 2 * np.einsum("pj,pj->p", sums[0], second) / (n * m)
    )


def kid_subsets(
    real: Any, synthetic: Any, *, rng: np.random.Generator, subsets: int = 100, size: int = 1000,
    degree: int = 3, gamma: float | None = None, coef0: float = 1.0,
) -> tuple[float, float]:  # fmt: skip
    """(mean, standard deviation) over random subsets: the published form, for comparison with other tools only.

    float32 features have their kernel in float32, as in those tools, and its sums in float64: 1e-7 of the value of a kernel.
    Raises CannotMeasure where a set is smaller than `size`; never draws a smaller one in silence.
    """
    a, b = as_pair(real, synthetic, keep_float32=True)
    gamma = _check_kernel(degree, gamma, a.shape[1])
    if size < 2 or subsets < 1:
        raise CannotMeasure(
            f"{subsets} subsets of {size} were asked for; give at least one, of at least 2 images."
        )
    if size > min(len(a), len(b)):
        raise CannotMeasure(
            f"Subsets of {size} were asked for and the smaller set has {min(len(a), len(b))} images. Use kid(), which takes all pairs."
        )
    drawn = [
        (rng.choice(len(a), size, replace=False), rng.choice(len(b), size, replace=False))
        for _ in range(subsets)
    ]
    # Many subsets of one set share most pairs: one pass over the whole kernel then costs less than a kernel for each.
    if subsets * size**2 > len(a) * len(b):
        values = _of_all_subsets(a, b, drawn, degree, gamma, coef0)
    else:
        values = np.array([kid(a[first], b[second], degree, gamma, coef0) for first, second in drawn])
    return float(values.mean()), float(values.std())


def _of_all_subsets(
    a: np.ndarray, b: np.ndarray, drawn: list, degree: int, gamma: float, coef0: float
) -> np.ndarray:
    """(subsets,) values: with a 0/1 row s for each subset, the sum over its pairs is s K s'."""
    first, second = (np.zeros((len(drawn), len(rows))) for rows in (a, b))
    for row, (in_a, in_b) in enumerate(drawn):
        first[row, in_a], second[row, in_b] = 1, 1
    size = len(drawn[0][0])
    within = 0.0
    for rows, members in ((a, first), (b, second)):
        total = _total(rows, rows, degree, gamma, coef0, members, members)
        within += (total - members @ _diagonal(rows, degree, gamma, coef0)) / (size * (size - 1))
    return within - 2 * _total(a, b, degree, gamma, coef0, first, second) / size**2


def kid_p_value(
    real: Any, synthetic: Any, *, rng: np.random.Generator, permutations: int = 199, real_groups: Any = None,
    synthetic_groups: Any = None, degree: int = 3, gamma: float | None = None, coef0: float = 1.0,
) -> float:  # fmt: skip
    """Permutation test that both sets come from one distribution: (1 + values at least as large) / (1 + permutations).

    Groups (n,), (m,) name patients, who change sides whole; a set's size then varies by a patient. The kernel is never held
    whole: one pass over its blocks serves all permutations.
    """
    a, b = as_pair(real, synthetic)
    gamma = _check_kernel(degree, gamma, a.shape[1])
    both, n = np.vstack([a, b]), len(a)
    members = _relabelled(n, len(b), real_groups, synthetic_groups, permutations, rng)
    inside, crossing, outside = _shares(both, members, degree, gamma, coef0)
    diagonal = _diagonal(both, degree, gamma, coef0)
    sizes = members.sum(axis=1)
    others = len(both) - sizes
    within_a = (inside - members @ diagonal) / (sizes * (sizes - 1))
    within_b = (outside - (1 - members) @ diagonal) / (others * (others - 1))
    values = within_a + within_b - 2 * crossing / (sizes * others)
    return float((1 + (values[1:] >= values[0]).sum()) / (1 + permutations))


def _relabelled(
    n: int, m: int, real_groups: Any, synthetic_groups: Any, permutations: int, rng: np.random.Generator
) -> np.ndarray:
    """(1 + permutations, n + m) of 0 and 1: who is on the real side, the truth in the first row."""
    first = np.arange(n) if real_groups is None else np.unique(real_groups, return_inverse=True)[1]
    second = np.arange(m) if synthetic_groups is None else np.unique(synthetic_groups, return_inverse=True)[1]
    groups = np.concatenate([first, first.max() + 1 + second])
    counts = np.bincount(groups)
    members = np.zeros((1 + permutations, n + m))
    members[0, :n] = 1
    for row in members[1:]:
        order = rng.permutation(len(counts))
        running = np.cumsum(counts[order])
        cut = 1 + int(np.abs(running[:-1] - n).argmin())
        row[:] = np.isin(groups, order[:cut])
    return members


def _shares(
    both: np.ndarray, members: np.ndarray, degree: int, gamma: float, coef0: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(p,) sums of the kernel within the members of each row, between them and the rest, and within the rest."""
    everyone = np.vstack([members, np.ones(len(both))])
    sums = _sums(both, everyone, degree, gamma, coef0)
    inside = np.einsum("pj,pj->p", sums[:-1], members)
    crossing = sums[:-1].sum(axis=1) - inside
    return inside, crossing, sums[-1].sum() - 2 * crossing - inside


def _sums(rows: np.ndarray, members: np.ndarray, degree: int, gamma: float, coef0: float) -> np.ndarray:
    """(p, n) members (p, n) times the kernel of (n, d) rows with themselves, of which half is computed."""
    sums = np.zeros_like(members)
    for start in range(0, len(rows), CHUNK):
        first = slice(start, start + CHUNK)
        for across in range(start, len(rows), CHUNK):
            second = slice(across, across + CHUNK)
            block = _kernel(rows[first], rows[second], degree, gamma, coef0)
            sums[:, second] += members[:, first] @ block
            if across > start:
                sums[:, first] += members[:, second] @ block.T
    return sums


def _kernel(a: np.ndarray, b: np.ndarray, degree: int, gamma: float, coef0: float) -> np.ndarray:
    block = a @ b.T
    block *= gamma
    block += coef0
    return _power(block, degree)


def _power(block: np.ndarray, degree: int) -> np.ndarray:
    """In place by products: numpy's own third power goes through the logarithm and takes ten times as long."""
    if degree != 3:
        return np.power(block, degree, out=block)
    block *= block * block
    return block


def _total(
    a: np.ndarray,
    b: np.ndarray,
    degree: int,
    gamma: float,
    coef0: float,
    first: np.ndarray,
    second: np.ndarray,
) -> np.ndarray:
    """(s,) sums of the kernel over rows (s, n) of `first` and (s, m) of `second`, block by block; half of them if a is b."""
    total = np.zeros(len(first))
    for start in range(0, len(a), CHUNK):
        rows = slice(start, start + CHUNK)
        for across in range(start if a is b else 0, len(b), CHUNK):
            columns = slice(across, across + CHUNK)
            block = _kernel(a[rows], b[columns], degree, gamma, coef0)
            twice = 2 if a is b and across > start else 1
            total += twice * np.einsum("sj,sj->s", first[:, rows] @ block, second[:, columns])
    return total


def _diagonal(a: np.ndarray, degree: int, gamma: float, coef0: float) -> np.ndarray:
    return _power(gamma * np.einsum("ij,ij->i", a, a) + coef0, degree)


def _check_kernel(degree: int, gamma: float | None, d: int) -> float:
    if degree != int(degree) or degree < 1:
        raise CannotMeasure(f"degree is {degree}; allowed are 1, 2, 3 and so on.")
    gamma = 1.0 / d if gamma is None else gamma
    if not (np.isfinite(gamma) and gamma > 0):
        raise CannotMeasure(f"gamma is {gamma}; allowed is above 0, or None for 1 / dimensions.")
    return gamma
