"""A classifier of features that real labels teach: logistic regression on a plane and on a Gaussian kernel, their ratings averaged.

A plane does not tell an unsharp or a noisy image from one as taken, which differ in how far features lie from their mean rather than
in where; a kernel does. But far from all real images, where those of a generator may lie, a kernel sees nothing, and rates all of them
alike: of an ordinary DCGAN's images it named 70 per cent noisy, where the mean of both went with the plane. Principal components are
scaled to the root of their spread, half way between as they are and all alike, so that fine components speak without drowning the
others. Kernel, components and penalties were chosen by log loss on the small chest X-rays with graded changes and the features of the
random network (docs/metrics.md).
"""

from collections.abc import Callable

import numpy as np

from .logistic import fitted
from .modes import principal_axes

FOLDS = 5  # of patients, where images are to be rated by probes that have not seen them
COMPONENTS = 64  # at most
LANDMARKS = 150  # images that the kernel is told by, at most
PENALTIES = 0.1, 27.0  # inverse strengths, of the plane and of the kernel


def learned(
    rows: np.ndarray, which: np.ndarray, rng: np.random.Generator
) -> Callable[[np.ndarray], np.ndarray]:
    """Ratings (m, classes) of (m, d) features, rows summing to 1, as learned from (n, d) with the (n,) class numbers `which`.

    Each rating is the normalised geometric mean of two, so that log odds are averaged: logistic regression on the principal
    components, and on the kernel exp(-|x - y|^2 / h) among them, h the median squared distance, in the space that LANDMARKS of the
    images span (Williams & Seeger, NeurIPS 2000). Classes are the numbers 0 to max(which), all of them among the images. The
    order of the images plays no part.

    Misleads far from every image that it learned from: it does not say that it does not know.
    """
    order = np.lexsort(rows.T[:4])
    rows, which = rows[order], which[order]
    flat, known = _flattened(rows)
    seen = _spanned(known, known[rng.permutation(len(known))[:LANDMARKS]])
    plane, kernel = (
        fitted(given, which, strength) for strength, given in zip(PENALTIES, (known, seen(known)))
    )

    def rated(given: np.ndarray) -> np.ndarray:
        x = flat(given)
        both = np.sqrt(plane(x) * kernel(seen(x)))
        return both / both.sum(axis=1, keepdims=True)

    return rated


def _spanned(known: np.ndarray, landmarks: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Coordinates in the space of the landmarks, whose products are the kernel there."""
    wide = float(np.median(_squared(known, landmarks))) or 1.0
    values, vectors = np.linalg.eigh(np.exp(-_squared(landmarks, landmarks) / wide))
    kept = values > 1e-6 * values[-1]
    whitened = vectors[:, kept] / np.sqrt(values[kept])
    return lambda given: np.exp(-_squared(given, landmarks) / wide) @ whitened


def folds(which: np.ndarray, groups: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(groups,) fold of each patient; the patients of each class (a patient's first image) spread evenly."""
    first = np.unique(groups, return_index=True)[1]
    order = rng.permutation(len(first))
    order = order[np.argsort(which[first[order]], kind="stable")]
    fold = np.empty(len(first), int)
    fold[order] = np.arange(len(first)) % FOLDS
    return fold


def _flattened(rows: np.ndarray) -> tuple[Callable[[np.ndarray], np.ndarray], np.ndarray]:
    """Principal components of features in standard deviations, each divided by the root of its own one; and those of the rows."""
    mean, spread = rows.mean(axis=0), rows.std(axis=0)
    spread = np.where(spread > 1e-12, spread, 1.0)
    standard = rows - mean
    standard /= spread
    axes = principal_axes(standard, COMPONENTS)
    known = standard @ axes
    scale = np.sqrt(np.maximum(known.std(axis=0), 1e-12))
    onto = axes / spread[:, None] / scale
    return lambda given: (given - mean) @ onto, known / scale


def _squared(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    found = (rows**2).sum(axis=1)[:, None] - 2 * rows @ others.T + (others**2).sum(axis=1)
    return np.maximum(found, 0)
