"""Covariances of figures of merit when cases come in clusters: several images of a patient, a source image and its copies.

Obuchowski, Biometrics 53 (1997), 567-578: the structural components of DeLong are summed within clusters, and clusters, not
cases, are the sample. A cluster may hold both truths; their covariance then counts. With every case alone it is DeLong's.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .errors import CannotAnalyse


def clustered_covariance(parts: Sequence[np.ndarray], clusters: Sequence[Any]) -> np.ndarray:
    """(k, k) covariance of k figures. parts: for each kind of case (synthetic, real; every generator's fakes) the components
    (k, cases of the kind), whose row means all are the figure, or 0 where a kind has no part in a figure; clusters likewise (cases,).

    Sum over pairs of kinds of S / (m n), each S a sum over clusters of products of (sum of components - cases * mean), times
    I / (I - 1) of the I clusters that hold the kind (of two kinds: all clusters).
    Raises CannotAnalyse where a kind lies in a single cluster: nothing then says how clusters differ."""
    names, places = np.unique(np.concatenate([np.asarray(x) for x in clusters]), return_inverse=True)
    ends = np.cumsum([part.shape[1] for part in parts])
    of_kind = np.split(places, ends[:-1])
    kinds = [len(np.unique(one)) for one in of_kind]
    if min(kinds) < 2:
        raise CannotAnalyse(
            f"{' and '.join(map(str, kinds))} clusters of each kind of case; at least 2 of each are needed."
        )
    sums = [_within(part, one, len(names)) / part.shape[1] for part, one in zip(parts, of_kind)]
    own = sum(count / (count - 1) * x @ x.T for count, x in zip(kinds, sums))
    whole, apart = sum(sums), sum(x @ x.T for x in sums)
    return own + len(names) / (len(names) - 1) * (whole @ whole.T - apart)  # type: ignore[operator,union-attr]


def grouped(values: np.ndarray, groups: Any) -> np.ndarray:
    """(clusters, ...): sums of values (cases, ...) within clusters."""
    names, places = np.unique(np.asarray(groups), return_inverse=True)
    found = np.zeros((len(names), *values.shape[1:]))
    np.add.at(found, places, values)
    return found


def _within(components: np.ndarray, places: np.ndarray, total: int) -> np.ndarray:
    """(k, clusters) sums of the components' distances from their mean."""
    membership = np.zeros((components.shape[1], total))
    membership[np.arange(len(places)), places] = 1
    return (components - components.mean(axis=1, keepdims=True)) @ membership
