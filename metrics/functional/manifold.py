"""Precision, recall, density and coverage by nearest neighbours, in one chunked pass.

Precision and recall: Kynkaanniemi et al., NeurIPS 2019. Density and coverage: Naeem et al., ICML 2020. Around each image
lies a ball that reaches to its k-th nearest neighbour in its own set (itself not counted).

    precision  share of synthetic images inside some real ball          (fidelity; one outlier's ball can swallow many)
    recall     share of real images inside some synthetic ball          (diversity)
    density    mean number of real balls around a synthetic image / k   (fidelity; about 1 when equal, may exceed 1)
    coverage   share of real balls that hold some synthetic image       (diversity; about 1 - 2^-k when equal)
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import CannotMeasure, as_features, as_pair

CHUNK = 1024
CLOSE = 1e-6  # relative to the squared norms: below it |x|^2 + |y|^2 - 2xy has lost its digits and is computed anew


@dataclass(frozen=True)
class PRDC:
    """The four numbers, and what they were counted from, per image."""

    precision: float
    recall: float
    density: float
    coverage: float
    realism: (
        np.ndarray
    )  # (m,) largest real radius / distance, over real images: above 1 inside (Kynkaanniemi, eq. 5)
    rarity: (
        np.ndarray
    )  # (m,) radius of the smallest real ball around a synthetic image, inf outside (Han et al. 2022)
    is_covered: np.ndarray  # (n,) bool
    nearest: np.ndarray  # (m,) index of the nearest real image
    nearest_distance: np.ndarray  # (m,)


def prdc(real: Any, synthetic: Any, k: int = 5) -> PRDC:
    """From (n, d) and (m, d) features. Needs more than k images a side, or raises CannotMeasure."""
    a, b = as_pair(real, synthetic, least=1)
    for rows, name in ((a, "real"), (b, "synthetic")):
        if len(rows) <= k:
            raise CannotMeasure(
                f"The {name} set has {len(rows)} images; with k = {k} at least {k + 1} are needed."
            )
    radius_a, radius_b = radii(a, k), radii(b, k)
    counts, realism, rarity = np.zeros(len(b), int), np.zeros(len(b)), np.full(len(b), np.inf)
    nearest, nearest_distance = np.zeros(len(b), int), np.zeros(len(b))
    recalled, closest = np.zeros(len(a), bool), np.full(len(a), np.inf)
    for start in range(0, len(b), CHUNK):
        rows = slice(start, start + CHUNK)
        distance = distances(b[rows], a)
        inside = distance <= radius_a
        counts[rows] = inside.sum(axis=1)
        realism[rows] = _ratio(radius_a, distance).max(axis=1)
        rarity[rows] = np.where(inside, radius_a, np.inf).min(axis=1)
        nearest[rows] = distance.argmin(axis=1)
        nearest_distance[rows] = distance.min(axis=1)
        recalled |= (distance <= radius_b[rows, None]).any(axis=0)
        closest = np.minimum(closest, distance.min(axis=0))
    is_covered = closest <= radius_a
    return PRDC(
        float((counts > 0).mean()), float(recalled.mean()), float(counts.mean() / k), float(is_covered.mean()),
        realism, rarity, is_covered, nearest, nearest_distance,
    )  # fmt: skip


def _ratio(radius: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """radius / distance; an image on top of a real one is as real as can be, even where the radius is zero too."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = radius / distance
    return np.where(distance == 0, np.inf, ratio)


def radii(features: np.ndarray, k: int) -> np.ndarray:
    """(n,) distance of each row to its k-th nearest other row."""
    out = np.empty(len(features))
    for start in range(0, len(features), CHUNK):
        distance = distances(features[start : start + CHUNK], features)
        local = np.arange(len(distance))
        distance[local, start + local] = np.inf  # itself is no neighbour, its exact copies are
        out[start : start + CHUNK] = np.partition(distance, k - 1, axis=1)[:, k - 1]
    return out


def distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(n, m) Euclidean; pairs too close for the expanded square are computed exactly, so copies have distance 0."""
    norms_a, norms_b = np.einsum("ij,ij->i", a, a), np.einsum("ij,ij->i", b, b)
    square = norms_a[:, None] + norms_b - 2 * (a @ b.T)
    scale = norms_a[:, None] + norms_b
    rows, columns = np.nonzero(square <= CLOSE * scale)
    for start in range(0, len(rows), CHUNK):
        r, c = rows[start : start + CHUNK], columns[start : start + CHUNK]
        difference = a[r] - b[c]
        square[r, c] = np.einsum("ij,ij->i", difference, difference)
    return np.sqrt(np.maximum(square, 0, out=square), out=square)


def nearest_neighbours(queries: Any, references: Any, k: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """(m, k) indices into the references and (m, k) distances, nearest first."""
    q, r = as_features(queries, "query", least=1), as_features(references, "reference", least=1)
    if k > len(r):
        raise CannotMeasure(f"{k} neighbours were asked for among {len(r)} images.")
    index, far = np.empty((len(q), k), int), np.empty((len(q), k))
    for start in range(0, len(q), CHUNK):
        distance = distances(q[start : start + CHUNK], r)
        best = np.argsort(distance, axis=1, kind="stable")[:, :k]
        index[start : start + CHUNK] = best
        far[start : start + CHUNK] = np.take_along_axis(distance, best, axis=1)
    return index, far
