"""Kernel Inception distance: squared maximum mean discrepancy with a polynomial kernel.

Binkowski et al., "Demystifying MMD GANs", ICLR 2018; the unbiased estimate is Gretton et al., JMLR 13 (2012), lemma 6.
k(x, y) = (gamma <x, y> + coef0)^degree. Unbiased at every n, so negative values near zero are normal and kept.
"""

from typing import Any

import numpy as np

from .errors import CannotMeasure, as_pair

CHUNK = 2048  # rows of a kernel block


def kid(real: Any, synthetic: Any, degree: int = 3, gamma: float | None = None, coef0: float = 1.0) -> float:
    """Unbiased squared MMD over all pairs of (n, d) and (m, d) features; gamma None is 1 / d. 0 is ideal, may be negative.

    Raises CannotMeasure for fewer than two rows a side, other dimensions, or values that are not finite.
    """
    a, b = as_pair(real, synthetic)
    gamma = 1.0 / a.shape[1] if gamma is None else gamma
    n, m = len(a), len(b)
    within_a = _total(a, a, degree, gamma, coef0) - _diagonal(a, degree, gamma, coef0)
    within_b = _total(b, b, degree, gamma, coef0) - _diagonal(b, degree, gamma, coef0)
    cross = _total(a, b, degree, gamma, coef0)
    return float(within_a / (n * (n - 1)) + within_b / (m * (m - 1)) - 2 * cross / (n * m))


def kid_subsets(
    real: Any, synthetic: Any, *, rng: np.random.Generator, subsets: int = 100, size: int = 1000,
    degree: int = 3, gamma: float | None = None, coef0: float = 1.0,
) -> tuple[float, float]:  # fmt: skip
    """(mean, standard deviation) over random subsets: the published form, for comparison with other tools only.

    Raises CannotMeasure where a set is smaller than `size`; never draws a smaller one in silence.
    """
    a, b = as_pair(real, synthetic)
    if size > min(len(a), len(b)):
        raise CannotMeasure(
            f"Subsets of {size} were asked for and the smaller set has {min(len(a), len(b))} images. Use kid(), which takes all pairs."
        )
    values = [
        kid(
            a[rng.choice(len(a), size, replace=False)],
            b[rng.choice(len(b), size, replace=False)],
            degree,
            gamma,
            coef0,
        )
        for _subset in range(subsets)
    ]
    return float(np.mean(values)), float(np.std(values))


def kid_p_value(
    real: Any, synthetic: Any, *, rng: np.random.Generator, permutations: int = 200, degree: int = 3,
    gamma: float | None = None, coef0: float = 1.0,
) -> float:  # fmt: skip
    """Permutation test that both sets come from one distribution: (1 + values at least as large) / (1 + permutations)."""
    a, b = as_pair(real, synthetic)
    gamma = 1.0 / a.shape[1] if gamma is None else gamma
    both, n = np.vstack([a, b]), len(a)
    kernel = _kernel(both, both, degree, gamma, coef0)
    np.fill_diagonal(kernel, 0)
    observed = _from_kernel(kernel, np.arange(len(both)) < n)
    larger = 0
    for _permutation in range(permutations):
        larger += _from_kernel(kernel, rng.permutation(len(both)) < n) >= observed
    return (1 + larger) / (1 + permutations)


def _from_kernel(kernel: np.ndarray, is_real: np.ndarray) -> float:
    """Squared MMD from a kernel with a zero diagonal and a split, by three quadratic forms."""
    real, synthetic = is_real.astype(float), (~is_real).astype(float)
    n, m = real.sum(), synthetic.sum()
    by_real = kernel @ real
    within_a, cross = real @ by_real, synthetic @ by_real
    within_b = synthetic @ (kernel @ synthetic)
    return within_a / (n * (n - 1)) + within_b / (m * (m - 1)) - 2 * cross / (n * m)


def _kernel(a: np.ndarray, b: np.ndarray, degree: int, gamma: float, coef0: float) -> np.ndarray:
    return (gamma * (a @ b.T) + coef0) ** degree


def _total(a: np.ndarray, b: np.ndarray, degree: int, gamma: float, coef0: float) -> float:
    starts = range(0, len(a), CHUNK)
    return float(sum(_kernel(a[start : start + CHUNK], b, degree, gamma, coef0).sum() for start in starts))


def _diagonal(a: np.ndarray, degree: int, gamma: float, coef0: float) -> float:
    return float(((gamma * np.einsum("ij,ij->i", a, a) + coef0) ** degree).sum())
