"""Logistic regression with a penalty on the squared weights, as ratings of classes. Two classes by Newton's method; for more scikit-learn's.

    minimise |w|^2 / 2 + strength sum_i log(1 + exp(-y_i (w . x_i + c))),  y = -1 or 1, c free

Newton's method (Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, 2009, section 4.4.1) settles in some six steps of
one small system each, as quickly as a search by gradients, and spares a report the second that importing scikit-learn takes.
"""

from collections.abc import Callable

import numpy as np
from scipy import linalg
from scipy.special import expit

STEPS = 100
SETTLED = 1e-6  # largest part of the gradient, a row: the next step would change ratings in the tenth digit

Rated = Callable[[np.ndarray], np.ndarray]  # (m, d) -> (m, classes), rows summing to 1


def fitted(rows: np.ndarray, which: np.ndarray, strength: float) -> Rated:
    """From (n, d) rows and their (n,) class numbers 0 to max(which); strength > 0 is the inverse of the penalty's."""
    if which.max() > 1:
        from sklearn.linear_model import LogisticRegression

        return LogisticRegression(C=strength, max_iter=300).fit(rows, which).predict_proba
    weights = _weights(_with_constant(rows), which.astype(float), strength)

    def rated(given: np.ndarray) -> np.ndarray:
        of_second = expit(_with_constant(given) @ weights)
        return np.stack([1 - of_second, of_second], axis=1)

    return rated


def _weights(x: np.ndarray, y: np.ndarray, strength: float) -> np.ndarray:
    """(d + 1,) the constant's last."""
    penalty = np.full(x.shape[1], 1 / strength)
    penalty[-1] = 0
    weights = np.zeros(x.shape[1])

    def loss(tried: np.ndarray) -> float:
        z = x @ tried
        return float(np.logaddexp(0, z).sum() - y @ z + penalty @ tried**2 / 2)

    now = loss(weights)
    for _step in range(STEPS):
        p = expit(x @ weights)
        gradient = x.T @ (p - y) + penalty * weights
        if np.abs(gradient).max() <= SETTLED * len(x):
            break
        root = x * np.sqrt(np.maximum(p * (1 - p), 1e-12))[:, None]
        curvature = root.T @ root
        curvature[np.diag_indices_from(curvature)] += penalty
        _factor, step, _failed = linalg.lapack.dposv(curvature, gradient, lower=1)
        after = loss(weights - step)
        while after > now and np.abs(step).max() > 1e-12:  # far from the end a whole step may lead too far
            step /= 2
            after = loss(weights - step)
        weights, now = weights - step, after
    return weights


def _with_constant(rows: np.ndarray) -> np.ndarray:
    return np.column_stack([rows, np.ones(len(rows))])
