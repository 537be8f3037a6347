"""Covariances of figures of merit when cases come in clusters: several images of a patient, a source image and its copies.

Obuchowski, Biometrics 53 (1997), 567-578: the structural components of DeLong are summed within clusters, and clusters, not
cases, are the sample. A cluster may hold both truths; their covariance then counts. With every case alone it is DeLong's.
"""

from typing import Any

import numpy as np

from .errors import CannotAnalyse


def clustered_covariance(
    first: np.ndarray, second: np.ndarray, first_clusters: Any, second_clusters: Any
) -> np.ndarray:
    """(k, k) covariance of k figures. first (k, m) and second (k, n): the components of the m synthetic and the n real cases,
    whose row means both are the figure; clusters (m,) and (n,): what each belongs to.

    S10 / m + S01 / n + (S11 + S11') / (m n), each S a sum over clusters of products of (sum of components - cases * figure).
    Raises CannotAnalyse where one truth lies in a single cluster: nothing then says how clusters differ."""
    names, places = np.unique(np.concatenate([first_clusters, second_clusters]), return_inverse=True)
    m, n, total = first.shape[1], second.shape[1], len(names)
    x = _within(first, places[:m], total)
    y = _within(second, places[m:], total)
    kinds = len(np.unique(places[:m])), len(np.unique(places[m:]))
    if min(kinds) < 2:
        raise CannotAnalyse(
            f"{kinds[0]} clusters of synthetic and {kinds[1]} of real cases; at least 2 of each are needed."
        )
    s10 = kinds[0] / ((kinds[0] - 1) * m) * x @ x.T
    s01 = kinds[1] / ((kinds[1] - 1) * n) * y @ y.T
    s11 = total / (total - 1) * x @ y.T
    return s10 / m + s01 / n + (s11 + s11.T) / (m * n)


def _within(components: np.ndarray, places: np.ndarray, total: int) -> np.ndarray:
    """(k, clusters) sums of the components' distances from their mean."""
    membership = np.zeros((components.shape[1], total))
    membership[np.arange(len(places)), places] = 1
    return (components - components.mean(axis=1, keepdims=True)) @ membership
