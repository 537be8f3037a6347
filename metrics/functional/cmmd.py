"""CMMD: maximum mean discrepancy of CLIP embeddings with a Gaussian kernel. Jayasumana et al., CVPR 2024.

Defined for the embeddings of a CLIP image encoder, each brought to length 1; on other features it is not called CMMD.
Unbiased over all pairs, so small negative values are normal and kept. Their program keeps each image's pair with itself,
which adds 1000 (1 - mean within) (1/n + 1/m): values of small sets differ by that much.
It misleads as CLIP does: what never stood in a caption of its training images (texture, noise, dose) may go unseen.
"""

from typing import Any

import numpy as np

from .errors import CannotMeasure, as_pair

SCALE = 1000.0
CHUNK = 1024


def cmmd(real: Any, synthetic: Any, *, sigma: float = 10.0) -> float:
    """1000 times the squared discrepancy of (n, d) and (m, d) embeddings, k(x, y) = exp(-|x - y|^2 / (2 sigma^2)); 0 is ideal.

    Raises CannotMeasure for fewer than two rows a side, an embedding of length zero, or sigma not above 0.
    """
    a, b = as_pair(real, synthetic)
    if not (np.isfinite(sigma) and sigma > 0):
        raise CannotMeasure(f"sigma is {sigma}; allowed is above 0.")
    a, b = _unit(a, "real"), _unit(b, "synthetic")
    n, m = len(a), len(b)
    within_a = (_total(a, a, sigma) - n) / (n * (n - 1))
    within_b = (_total(b, b, sigma) - m) / (m * (m - 1))
    return float(SCALE * (within_a + within_b - 2 * _total(a, b, sigma) / (n * m)))


def _unit(rows: np.ndarray, name: str) -> np.ndarray:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    if (norms == 0).any():
        raise CannotMeasure(f"Image {int(norms.argmin())} of the {name} set has only zeros as embedding.")
    return rows / norms


def _total(a: np.ndarray, b: np.ndarray, sigma: float) -> float:
    """Sum of the kernel over all pairs, block by block; exp(-d^2) less 1 is summed, which keeps the digits at large sigma."""
    total = 0.0
    for start in range(0, len(a), CHUNK):
        for across in range(0, len(b), CHUNK):
            square = 2 - 2 * (a[start : start + CHUNK] @ b[across : across + CHUNK].T)
            total += float(np.expm1(-np.clip(square, 0, None) / (2 * sigma**2)).sum())
    return len(a) * len(b) + total
