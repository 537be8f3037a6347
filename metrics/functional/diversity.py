"""How many different images a set holds.

Vendi score: Friedman & Dieng, TMLR 2023; its orders q: Pasarkar & Dieng 2024. The exponential of the Renyi entropy of
order q of the eigenvalues of K / n, with K the cosine similarities: 1 when all images are equal, n when all are orthogonal.
It grows with n and with noise: compare only with the same count of real images, and read it beside fidelity.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import linalg

from .errors import CannotMeasure, as_features
from .similarity import ms_ssim, scales_of

PAIRS_AT_ONCE = 32


@dataclass(frozen=True)
class WithinSet:
    """MS-SSIM between pairs of one set: mean, (pairs,) values, (pairs, 2) positions, and the count of scales."""

    value: float
    values: np.ndarray
    pairs: np.ndarray
    scales: int


def vendi_score(features: Any, q: float = 1.0) -> float:
    """Effective number of images, 1 to n, from (n, d) features with a cosine kernel; q >= 0, may be infinite.

    The eigenvalues of K / n are those of the (d, d) Gram matrix when d < n, so the smaller of the two is decomposed.
    Raises CannotMeasure for a feature vector of length zero (it has no direction) and for a negative q.
    """
    return float(vendi_scores(features, [q])[0])


def vendi_scores(features: Any, orders: Sequence[float]) -> np.ndarray:
    """The same for several orders q from one decomposition, (orders,)."""
    rows = as_features(features, "given", least=1)
    for q in orders:
        if not q >= 0:
            raise CannotMeasure(f"q is {q}; allowed is 0 or more, infinity included.")
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    if (norms == 0).any():
        first = int(np.flatnonzero(norms[:, 0] == 0)[0])
        raise CannotMeasure(
            f"Image {first} has only zeros as features, so it has no cosine similarity to others."
        )
    unit = rows / norms
    gram = (unit.T @ unit if rows.shape[1] < len(rows) else unit @ unit.T) / len(rows)
    weights = linalg.eigvalsh(gram, check_finite=False)
    weights = weights[weights > 1e-12]
    return np.exp([_renyi(weights / weights.sum(), q) for q in orders])


def _renyi(p: np.ndarray, q: float) -> float:
    if q == 1:
        return float(-(p * np.log(p)).sum())
    if np.isinf(q):
        return float(-np.log(p.max()))
    return float(np.log((p**q).sum()) / (1 - q))


def within_set_ms_ssim(
    images: Any, *, data_range: float, pairs: int = 100, rng: np.random.Generator
) -> WithinSet:
    """Mean MS-SSIM of `pairs` different random pairs of (n, h, w) images, 0 to 1; 1 when all are equal.

    Odena, Olah & Shlens, ICML 2017, section 4.2. High means alike, but what is high depends on the modality: compare only
    with the real set's own value at the same count of scales. All pairs are taken where there are fewer than asked for;
    pairs share images, so they are not independent and their spread is no standard error.
    Raises CannotMeasure for fewer than two images, below 11 pixels a side, and for no pairs.
    """
    stack = np.asarray(images)
    if stack.ndim != 3:
        raise CannotMeasure(f"Images of shape {stack.shape} were given; give grey ones as (n, h, w).")
    if len(stack) < 2 or pairs < 1:
        raise CannotMeasure(
            f"{pairs} pairs of {len(stack)} image(s) were asked for; give 2 images and 1 pair at least."
        )
    drawn = _pairs(len(stack), pairs, rng)
    starts = range(0, len(drawn), PAIRS_AT_ONCE)
    parts = [drawn[start : start + PAIRS_AT_ONCE] for start in starts]
    values = np.concatenate([ms_ssim(stack[p[:, 0]], stack[p[:, 1]], data_range=data_range) for p in parts])
    return WithinSet(float(values.mean()), values, drawn, scales_of(stack.shape[1:]))


def _pairs(n: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """(count, 2) different pairs i < j, drawn without replacement from the n (n - 1) / 2."""
    total = n * (n - 1) // 2
    number = rng.choice(total, min(count, total), replace=False)
    # Pair number j (j - 1) / 2 + i; the root may be off by one after rounding, so it is put right.
    j = ((1 + np.sqrt(1 + 8.0 * number)) / 2).astype(np.int64)
    j -= j * (j - 1) // 2 > number
    j += j * (j + 1) // 2 <= number
    return np.stack([number - j * (j - 1) // 2, j], axis=1)
