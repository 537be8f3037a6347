"""Inception Score: Salimans et al., "Improved techniques for training GANs", NeurIPS 2016, section 4.

exp E_x KL(p(y|x) || p(y)). Its classes are those of everyday photographs, which say little about medical images; it
never looks at real images; a generator with one perfect image per class scores highest. Kept for comparison only.
"""

from typing import Any

import numpy as np

from .errors import CannotMeasure


def inception_score(probabilities: Any, splits: int = 1) -> float:
    """1 to the number of classes; the mean over `splits` equal runs of rows, from (n, c) rows that sum to 1.

    Raises CannotMeasure for rows that are no probabilities, and for fewer rows than splits.
    """
    p = np.asarray(probabilities, np.float64)
    if (
        p.ndim != 2
        or not np.isfinite(p).all()
        or (p < 0).any()
        or not np.allclose(p.sum(axis=1), 1, atol=1e-3)
    ):
        raise CannotMeasure(
            f"Probabilities of shape {p.shape} were given; rows must be non-negative and sum to 1."
        )
    if not 1 <= splits <= len(p):
        raise CannotMeasure(f"{len(p)} images cannot be split into {splits} parts.")
    return float(np.mean([_score(part) for part in np.array_split(p, splits)]))


def _score(p: np.ndarray) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(p > 0, p * (np.log(p) - np.log(p.mean(axis=0))), 0.0)
    return float(np.exp(terms.sum(axis=1).mean()))
