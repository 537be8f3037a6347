"""A tree of the modes of the real images, and how both sets fill its leaves.

Clusters by Ward's criterion (1963) on principal components: a mode that lies apart is a branch of the tree, whatever its size,
so that no number of clusters need be guessed. Leaves are the finest clusters; every branch is a union of leaves, and an image
belongs to the leaf whose centre is nearest.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import CannotMeasure, as_features, as_pair

DIMENSIONS = 16  # principal components, at most
LEAVES = 48  # at most
LEAST = 5  # images a leaf on average, and in a branch that is asked
GROWN = 1000  # images that a tree is grown from, at most: more only refine what the leaves average


@dataclass(frozen=True)
class ModeTree:
    """mean (D,), axes (D, d), centres (leaves, d); branches (branches, leaves) bool: of which leaves each consists."""

    mean: np.ndarray
    axes: np.ndarray
    centres: np.ndarray
    branches: np.ndarray

    def flat(self, features: Any) -> np.ndarray:
        """(n, d) the principal components that the tree knows."""
        return (as_features(features, "given", least=1) - self.mean) @ self.axes

    def leaf_of(self, features: Any) -> np.ndarray:
        """(n,) the nearest leaf of each image."""
        rows = self.flat(features)
        return ((self.centres**2).sum(axis=1) - 2 * rows @ self.centres.T).argmin(axis=1)


def grow_modes(features: Any, *, leaves: int = LEAVES, dimensions: int = DIMENSIONS) -> ModeTree:
    """The tree of (n, d) features. A branch holds at least LEAST images of these, and not all.

    Of more than GROWN images every k-th is taken, in an order of their features. Raises CannotMeasure for fewer than 2 LEAST.
    """
    from scipy.cluster.hierarchy import fcluster, linkage

    rows = as_features(features, "real")
    if len(rows) < 2 * LEAST:
        raise CannotMeasure(f"{len(rows)} images were given; modes need {2 * LEAST} at least.")
    rows = rows[np.lexsort(rows.T[:4])][:: -(-len(rows) // GROWN)]
    mean = rows.mean(axis=0)
    axes = principal_axes(rows - mean, dimensions)
    flat = (rows - mean) @ axes
    merges = linkage(flat, "ward")
    which = fcluster(merges, max(2, min(leaves, len(rows) // LEAST)), "maxclust") - 1
    centres = np.stack([flat[which == leaf].mean(axis=0) for leaf in range(which.max() + 1)])
    sizes = np.bincount(which)
    branches = [branch for branch in _branches(merges, which) if LEAST <= sizes[branch].sum() < len(rows)]
    return ModeTree(mean, axes, centres, np.array(branches, bool).reshape(-1, len(centres)))


def principal_axes(centred: np.ndarray, count: int) -> np.ndarray:
    """(d, count) orthonormal axes of most variance, from the smaller of both cross products."""
    from scipy.linalg import eigh

    n, d = centred.shape
    small = centred.T @ centred if d <= n else centred @ centred.T
    count = min(count, len(small))
    values, vectors = eigh(small, subset_by_index=(len(small) - count, len(small) - 1), check_finite=False)
    kept = values > 1e-12 * max(values[-1], 1e-300)
    vectors = vectors[:, kept] if kept.any() else vectors[:, -1:]
    if d > n:
        vectors = centred.T @ vectors
        vectors /= np.maximum(np.linalg.norm(vectors, axis=0), 1e-300)
    return vectors[:, ::-1]


def _branches(merges: np.ndarray, which: np.ndarray) -> list[np.ndarray]:
    """Every union of leaves that the tree makes, the leaves themselves first; the last is everything."""
    branches = list(np.eye(which.max() + 1, dtype=bool))
    below = [branches[leaf] for leaf in which]
    for left, right in merges[:, :2].astype(int).tolist():
        if below[left] is below[right]:  # within a leaf, as most merges are
            below.append(below[left])
            continue
        union = below[left] | below[right]
        if not (union == below[left]).all() and not (union == below[right]).all():
            branches.append(union)
        below.append(union)
    return branches


@dataclass(frozen=True)
class Bins:
    """How unlike two sets fill the leaves. ndb, 0 to 1: share of leaves filled differently; js, 0 to 1: divergence in bits."""

    ndb: float
    js: float
    leaves: int


def binned(real: Any, synthetic: Any) -> Bins:
    """Number of statistically different bins over the number of bins (Richardson & Weiss, NeurIPS 2018, section 3) and the
    Jensen-Shannon divergence of both sets' shares (base 2), from (n, d) and (m, d) features; bins are the leaves of the
    real set's tree on principal components of both sets together (of the real set's alone the real images would be spread more).

    A bin differs where a two-proportion z test says so at .05, so about one in twenty does by chance, and more because bins fit
    the images that they were made from: compare with real against real at the same size. Raises CannotMeasure below 2 LEAST images.
    """
    a, b = as_pair(real, synthetic)
    axes = principal_axes(np.vstack([a, b]) - np.vstack([a, b]).mean(axis=0), DIMENSIONS)
    a, b = a @ axes, b @ axes
    tree = grow_modes(a)
    counts = np.stack([np.bincount(tree.leaf_of(rows), minlength=len(tree.centres)) for rows in (a, b)])
    n, m = len(a), len(b)
    pooled = counts.sum(axis=0) / (n + m)
    error = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    gap = np.abs(counts[0] / n - counts[1] / m)
    return Bins(
        float((gap > 1.959964 * error).mean()), jensen_shannon(counts[0] / n, counts[1] / m), len(error)
    )


def jensen_shannon(p: np.ndarray, q: np.ndarray) -> float:
    """Divergence in bits, 0 to 1, of two distributions (k,)."""
    from scipy.special import rel_entr

    middle = (p + q) / 2
    return float(max(0.0, (rel_entr(p, middle).sum() + rel_entr(q, middle).sum()) / (2 * np.log(2))))
