"""Figures of merit of readers and their covariance over cases: what Obuchowski & Rockette's analysis is made from.

The figure is the area under the ROC curve, or accuracy = (sensitivity + specificity) / 2 of answers of 0 and 1. Covariances come from
DeLong's structural components, stratified by truth (with clusters: Obuchowski 1997), or from a jackknife over cases.
"""

from typing import Any

import numpy as np

from .clusters import clustered_covariance
from .errors import CannotAnalyse
from .roc import placements


def checked(truth: Any, ratings: Any, *, dimensions: int) -> tuple[np.ndarray, np.ndarray]:
    """As arrays. Raises CannotAnalyse for shapes that do not fit, gaps, and fewer than two cases of a truth."""
    t, r = np.asarray(truth), np.asarray(ratings, float)
    if r.ndim != dimensions or t.shape != r.shape[-1:] or not np.isin(t, (0, 1)).all():
        raise CannotAnalyse(
            f"Truth {t.shape} and ratings {r.shape} do not fit: one 0 or 1 for each case is needed."
        )
    if not np.isfinite(r).all():
        raise CannotAnalyse(
            f"{int((~np.isfinite(r)).sum())} ratings are missing; this design needs every reader's answer to every case."
        )
    if (t == 1).sum() < 2 or (t == 0).sum() < 2:
        raise CannotAnalyse(
            f"{int((t == 1).sum())} synthetic and {int((t == 0).sum())} real cases; at least 2 of each are needed."
        )
    return t, r


def accuracy_covariance(truth: Any, said: Any) -> tuple[np.ndarray, np.ndarray]:
    """Readers' accuracies (readers,) and their covariance over cases (readers, readers); arguments as single_modality."""
    return figures(*checked(truth, said, dimensions=2), "accuracy")


def structural(positive: np.ndarray, negative: np.ndarray, figure: str) -> tuple[np.ndarray, np.ndarray]:
    """Each case's part in the figure: (k, synthetic) and (k, real), whose means both equal it (AUC: DeLong's placements)."""
    if figure == "accuracy":
        if not (np.isin(positive, (0, 1)).all() and np.isin(negative, (0, 1)).all()):
            raise CannotAnalyse("Accuracy needs answers of 0 (real) and 1 (synthetic), not ratings.")
        right, rejected = positive, 1 - negative
        return (right + rejected.mean(axis=1, keepdims=True)) / 2, (
            rejected + right.mean(axis=1, keepdims=True)
        ) / 2
    if figure != "auc":
        raise CannotAnalyse(f"figure is {figure!r}; allowed are auc and accuracy.")
    pairs = [placements(p, n) for p, n in zip(positive, negative)]
    return np.stack([p for p, _n in pairs]), np.stack([n for _p, n in pairs])


def figures(
    t: np.ndarray, r: np.ndarray, figure: str, covariance: str = "delong", clusters: Any = None
) -> tuple[np.ndarray, np.ndarray]:
    """(k,) figures of merit and their (k, k) covariance over cases."""
    groups = np.arange(len(t)) if clusters is None else np.asarray(clusters)
    if groups.shape != t.shape:
        raise CannotAnalyse(f"{groups.shape} clusters for {t.shape} cases; one for each is needed.")
    first, second = structural(r[:, t == 1], r[:, t == 0], figure)
    theta = first.mean(axis=1)
    if covariance == "delong":
        return theta, clustered_covariance([first, second], [groups[t == 1], groups[t == 0]])
    if covariance != "jackknife":
        raise CannotAnalyse(f"covariance is {covariance!r}; allowed are delong and jackknife.")
    return theta, _jackknife(t, r, figure, groups)


def _jackknife(t: np.ndarray, r: np.ndarray, figure: str, groups: np.ndarray) -> np.ndarray:
    """Leave one case (or whole cluster) out: (n - 1) / n times the spread of the figures."""
    rows = []
    for group in np.unique(groups):
        kept = groups != group
        s, x = t[kept], r[:, kept]
        rows.append(structural(x[:, s == 1], x[:, s == 0], figure)[0].mean(axis=1))
    left = np.stack(rows)
    centred = left - left.mean(axis=0)
    return (len(left) - 1) / len(left) * centred.T @ centred
