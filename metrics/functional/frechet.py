"""Frechet distance between two Gaussians fitted to features.

Dowson & Landau, "The Frechet distance between multivariate normal distributions", J. Multivariate Analysis 12 (1982);
as a distance between image sets: Heusel et al., NeurIPS 2017. With Inception features it is the FID; on other features
it is never called that.

    d^2 = |mu_a - mu_b|^2 + tr S_a + tr S_b - 2 tr (S_a S_b)^(1/2)

The trace of the root is a sum of singular values, so no matrix square root is taken: with S = F F' for any factor F,
tr (S_a S_b)^(1/2) = |F_a' F_b|_* (nuclear norm). For n <= d the centred features themselves are the factors.

It misleads at small n: the plug-in value is biased upwards by a term of order d / n, so values at different n are not
comparable and a small set looks worse than it is.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import linalg

from .errors import CannotMeasure, as_features, as_pair

CHUNK = 1024  # rows centred at once


@dataclass(frozen=True)
class Moments:
    """Count, mean (d,) and sum of squared deviations (d, d), float64; merged exactly, so sites need not share pictures."""

    n: int
    mean: np.ndarray
    m2: np.ndarray

    @classmethod
    def of(cls, features: Any) -> "Moments":
        rows = as_features(features, "given", least=1)
        mean = rows.mean(axis=0)
        centred = rows - mean
        return cls(len(rows), mean, centred.T @ centred)

    def merge(self, other: "Moments") -> "Moments":
        """Chan, Golub & LeVeque 1979, pairwise update."""
        n = self.n + other.n
        delta = other.mean - self.mean
        m2 = self.m2 + other.m2 + np.outer(delta, delta) * (self.n * other.n / n)
        return Moments(n, self.mean + delta * (other.n / n), m2)

    @property
    def covariance(self) -> np.ndarray:
        """Unbiased (n - 1). Raises CannotMeasure for fewer than two images."""
        if self.n < 2:
            raise CannotMeasure(f"A covariance needs at least 2 images; {self.n} given.")
        return self.m2 / (self.n - 1)


def frechet_distance(real: Any, synthetic: Any) -> float:
    """Squared Frechet distance of Gaussians fitted to features (n, d) and (m, d); 0 for equal moments, no upper bound.

    The plug-in value with unbiased covariances, as every published FID. Raises CannotMeasure for fewer than two rows,
    other dimensions, or values that are not finite.
    """
    a, b = as_pair(real, synthetic, keep_float32=True)
    mean_a, mean_b = (rows.mean(axis=0, dtype=np.float64) for rows in (a, b))
    if max(len(a), len(b)) > a.shape[1]:
        return _distance(mean_a, _lower_covariance(a, mean_a), mean_b, _lower_covariance(b, mean_b))
    fa, fb = (a - mean_a) / np.sqrt(len(a) - 1), (b - mean_b) / np.sqrt(len(b) - 1)
    cross = linalg.svdvals(fa @ fb.T, overwrite_a=True, check_finite=False).sum()
    difference = mean_a - mean_b
    value = difference @ difference + np.einsum("ij,ij", fa, fa) + np.einsum("ij,ij", fb, fb) - 2 * cross
    return max(0.0, float(value))


def frechet_from_moments(mean_a: Any, cov_a: Any, mean_b: Any, cov_b: Any) -> float:
    """The same from means (d,) and covariances (d, d), symmetric and positive semi-definite up to rounding."""
    mean_a, mean_b = np.asarray(mean_a, np.float64), np.asarray(mean_b, np.float64)
    cov_a, cov_b = np.asarray(cov_a, np.float64), np.asarray(cov_b, np.float64)
    d = len(mean_a)
    if mean_b.shape != (d,) or cov_a.shape != (d, d) or cov_b.shape != (d, d):
        raise CannotMeasure(
            f"Means {mean_a.shape}, {mean_b.shape} and covariances {cov_a.shape}, {cov_b.shape} do not fit."
        )
    if not all(np.isfinite(part).all() for part in (mean_a, mean_b, cov_a, cov_b)):
        raise CannotMeasure("The moments hold values that are no numbers.")
    return _distance(mean_a, cov_a, mean_b, cov_b)


def _lower_covariance(rows: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """(d, d) unbiased covariance in float64, of which only the lower triangle is filled: half the work. Rows are centred a chunk
    at a time, so that float32 features (memory-mapped ones too) are never copied whole."""
    total = np.zeros((rows.shape[1],) * 2, order="F")
    for start in range(0, len(rows), CHUNK):
        centred = rows[start : start + CHUNK] - mean
        total = linalg.blas.dsyrk(1 / (len(rows) - 1), centred.T, beta=1.0, c=total, lower=1, overwrite_c=1)
    return total


def _distance(mean_a: np.ndarray, cov_a: np.ndarray, mean_b: np.ndarray, cov_b: np.ndarray) -> float:
    """From covariances of which the lower triangles count: S_b = L L', and the eigenvalues of L' S_a L."""
    difference = mean_a - mean_b
    eigenvalues = linalg.eigvalsh(_sandwiched(cov_a, cov_b), overwrite_a=True, check_finite=False)
    cross = np.sqrt(np.clip(eigenvalues, 0, None)).sum()
    return max(0.0, float(difference @ difference + np.trace(cov_a) + np.trace(cov_b) - 2 * cross))


def _sandwiched(inner: np.ndarray, outer: np.ndarray) -> np.ndarray:
    """L' S L for outer = L L', lower triangle: LAPACK's reduction of a generalised problem (dsygst) does just that.

    A singular outer (features that depend on one another) has only a factor of fewer columns, by Cholesky with pivots: a triangle
    on top of a few rows more, which add to the reduction by the triangle.
    """
    try:
        return _reduced(inner, linalg.cholesky(outer, lower=True, check_finite=False))
    except linalg.LinAlgError:
        packed, pivots, rank, _failed = linalg.lapack.dpstrf(outer, lower=1)
    order = pivots - 1
    whole = (np.tril(inner) + np.tril(inner, -1).T)[np.ix_(order, order)]
    top, below = np.tril(packed[:rank, :rank]), packed[rank:, :rank]
    cross = below.T @ (whole[rank:, :rank] @ top + 0.5 * whole[rank:, rank:] @ below)
    return _reduced(whole[:rank, :rank], top) + cross + cross.T


def _reduced(inner: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """factor' inner factor for a triangular factor, lower triangle."""
    reduced, failed = linalg.lapack.dsygst(inner, factor, itype=2, lower=1)
    assert not failed
    return reduced
