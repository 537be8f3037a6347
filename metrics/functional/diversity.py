"""How many different images a set holds.

Vendi score: Friedman & Dieng, TMLR 2023; its orders q: Pasarkar & Dieng 2024. The exponential of the Renyi entropy of
order q of the eigenvalues of K / n, with K the cosine similarities: 1 when all images are equal, n when all are orthogonal.
It grows with n and with noise: compare only with the same count of real images, and read it beside fidelity.
"""

from typing import Any

import numpy as np
from scipy import linalg

from .errors import CannotMeasure, as_features


def vendi_score(features: Any, q: float = 1.0) -> float:
    """Effective number of images, 1 to n, from (n, d) features with a cosine kernel; q >= 0, may be infinite.

    The eigenvalues of K / n are those of the (d, d) Gram matrix when d < n, so the smaller of the two is decomposed.
    Raises CannotMeasure for a feature vector of length zero (it has no direction) and for a negative q.
    """
    rows = as_features(features, "given", least=1)
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
    return float(np.exp(_renyi(weights / weights.sum(), q)))


def _renyi(p: np.ndarray, q: float) -> float:
    if q == 1:
        return float(-(p * np.log(p)).sum())
    if np.isinf(q):
        return float(-np.log(p.max()))
    return float(np.log((p**q).sum()) / (1 - q))
