"""What a Frechet distance gives where there is no difference, at the sizes at hand: its gate and its reading aid.

The plug-in value of two samples of one distribution is not 0 but of the order of d / n (Chong & Forsyth, CVPR 2020). For
normal features it depends only on the eigenvalues of the covariance and on both sizes, so it can be drawn instead of guessed.
Real features have heavier tails than normal ones, which makes the true null a little larger.
"""

from typing import Any

import numpy as np

from .errors import CannotMeasure, as_features
from .frechet import frechet_distance

DRAWS = 20
WORK = 1e9  # of a draw, about n d^2: with more of it fewer are drawn, since large samples hardly vary


def frechet_null(
    real: Any, n: int, m: int, *, rng: np.random.Generator, draws: int | None = None
) -> np.ndarray:
    """(draws,) Frechet distances between samples of n and of m from a normal distribution with the covariance of (k, d) `real`.

    Draws are 3 to 20 by the work that they need. Raises CannotMeasure for sizes below two.
    """
    rows = as_features(real, "real")
    if min(n, m) < 2:
        raise CannotMeasure(f"Sizes of {n} and {m} were given; at least 2 are needed.")
    spread = np.sqrt(shrunk_eigenvalues(rows))
    spread = spread[spread > 1e-6 * spread.max()]
    count = draws or int(np.clip(WORK / (max(n, m) * len(spread) * min(n, len(spread))), 3, DRAWS))
    return np.array([_draw(spread, n, m, rng) for _ in range(count)])


def shrunk_eigenvalues(rows: np.ndarray) -> np.ndarray:
    """(d,) eigenvalues of the covariance of (n, d) rows, drawn to their mean as far as so many rows leave them uncertain.

    Ledoit & Wolf, J. Multivariate Analysis 88 (2004). Those of the sample itself are spread too far when n is not much
    larger than d, and a null made from them is too small.
    """
    n, d = rows.shape
    centred = rows - rows.mean(axis=0)
    gram = (centred.T @ centred if d <= n else centred @ centred.T) / n
    values = np.zeros(d)
    values[: len(gram)] = np.clip(np.linalg.eigvalsh(gram), 0, None)
    mean, square = values.mean(), (values**2).sum()
    away = square - d * mean**2
    noise = ((np.einsum("ij,ij->i", centred, centred) ** 2).sum() / n - square) / n
    share = min(noise, away) / away if away > 0 else 0.0
    return (1 - share) * values + share * mean


def _draw(spread: np.ndarray, n: int, m: int, rng: np.random.Generator) -> float:
    return frechet_distance(*(rng.normal(size=(size, len(spread))) * spread for size in (n, m)))


def frechet_null_mean(eigenvalues: Any, n: int, m: int) -> float:
    """The mean of that null to first order in 1 / n, for samples much larger than the dimension.

    (1/n + 1/m) (sum l_i + 1/2 (sum_ij l_i l_j / (l_i + l_j) + 1/2 sum l_i)): the means' part, and the Bures metric of the
    covariances' Wishart noise (Bhatia, Jain & Lim 2019 for the metric).
    """
    values = np.asarray(eigenvalues, np.float64)
    together = np.add.outer(values, values)
    pairs = np.divide(
        np.multiply.outer(values, values), together, out=np.zeros_like(together), where=together > 0
    )
    return float((1 / n + 1 / m) * (values.sum() + 0.5 * (pairs.sum() + 0.5 * values.sum())))
