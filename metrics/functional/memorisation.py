"""Did the generator copy the images it was trained on?

An image is suspected when it lies unusually close to a training image: closer than `ratio` times the distance from that
training image to its own nearest neighbour in the training set. Held-out real images measure how often that happens
without any copying, so the verdict is about sets: share flagged among the synthetic against share flagged among the
held-out, by Fisher's exact test. Closeness in features is confirmed in the pixels by normalised cross-correlation.

Other visits of one patient lie close without being copies: keep patients whole when a set is split. Copying is not
re-identification, and finding none is no proof of privacy.

Authenticity: Alaa et al., ICML 2022, section 4: an image is authentic when it is farther from its nearest training image
than that one is from its own nearest neighbour.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import CannotMeasure, as_pair
from .frechet import frechet_distance
from .modes import grow_modes
from .neighbours import nearest_neighbours, radii
from .tails import normal_share


@dataclass(frozen=True)
class Copies:
    """What was found, by image and for the sets. `p_value` None where no held-out images were given."""

    is_suspected: np.ndarray  # (m,) bool, synthetic
    nearest: np.ndarray  # (m,) index of the nearest training image
    closeness: np.ndarray  # (m,) distance to it / its own nearest-neighbour distance: 0 is an exact copy
    share: float
    held_out_share: float | None
    p_value: float | None  # one-sided: more among the synthetic than among the held-out


def suspected_copies(synthetic: Any, training: Any, held_out: Any = None, *, ratio: float = 0.5) -> Copies:
    """From features (m, d), (n, d) and (k, d). Raises CannotMeasure below two training images or for ratio outside (0, 1]."""
    from scipy.stats import fisher_exact

    t, s = as_pair(training, synthetic, least=1)
    if not 0 < ratio <= 1:
        raise CannotMeasure(f"ratio is {ratio}; allowed is above 0 and at most 1.")
    nearest, closeness = _closeness(s, t)
    suspected = closeness < ratio
    if held_out is None:
        return Copies(suspected, nearest, closeness, float(suspected.mean()), None, None)
    _t, h = as_pair(training, held_out, least=1)
    control = _closeness(h, t)[1] < ratio
    table = [[int(suspected.sum()), int((~suspected).sum())], [int(control.sum()), int((~control).sum())]]
    p = float(fisher_exact(table, alternative="greater").pvalue)
    return Copies(suspected, nearest, closeness, float(suspected.mean()), float(control.mean()), p)


def authenticity(synthetic: Any, training: Any) -> float:
    """Share of authentic images, 0 to 1; about one half for new images of the same distribution."""
    t, s = as_pair(training, synthetic, least=1)
    return float((_closeness(s, t)[1] >= 1).mean())


def _closeness(queries: np.ndarray, training: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if len(training) < 2:
        raise CannotMeasure(f"The training set has {len(training)} image; at least 2 are needed.")
    index, distance = nearest_neighbours(queries, training)
    own = radii(training, 1)[index[:, 0]]
    with np.errstate(divide="ignore", invalid="ignore"):
        closeness = distance[:, 0] / own
    # A training image that has an exact copy in its own set says nothing by ratio: only an exact copy is then suspected.
    closeness = np.where(own == 0, np.where(distance[:, 0] == 0, 0.0, np.inf), closeness)
    return index[:, 0], closeness


def correlation(first: Any, second: Any) -> float:
    """Normalised cross-correlation of two pictures of one shape, -1 to 1; 0 where one of them is constant."""
    a, b = np.asarray(first, np.float64).ravel(), np.asarray(second, np.float64).ravel()
    if a.shape != b.shape:
        raise CannotMeasure(f"The pictures have {a.size} and {b.size} pixels; bring them to one size first.")
    a, b = a - a.mean(), b - b.mean()
    norm = np.linalg.norm(a) * np.linalg.norm(b)
    return float(a @ b / norm) if norm > 0 else 0.0


CELLS = 5  # regions of the training set that the C_T test looks at one by one
NEAR = 0.1  # mean cosine distance below which MiFID raises a Frechet distance


@dataclass(frozen=True)
class Copying:
    """The test of Meehan et al.: value, a z score; below -1.64 the synthetic images lie closer to the training set than unseen ones."""

    value: float
    p_value: float  # one-sided, of copying
    by_cell: np.ndarray  # (cells,) z, NaN where either set has too few images there


def copying_test(synthetic: Any, training: Any, held_out: Any) -> Copying:
    """C_T of Meehan, Chaudhuri & Dasgupta (AISTATS 2020, section 3), from features (m, d), (n, d) and (k, d).

    In each cell of the training set the distances of synthetic and of unseen images to their nearest training image are ranked
    (Mann & Whitney); the z of the cells are averaged by the share of unseen images there. Cells are clusters of the training
    images; those with fewer than 10 images of either set are left out. It sees a generator that hugs its training images, copies or not, and
    is blind to a few exact copies among many good images. The p value takes cells as independent.
    Raises CannotMeasure where no cell holds 10 images of both sets.
    """
    t, s = as_pair(training, synthetic, least=1)
    _t, h = as_pair(training, held_out, least=1)
    near = [nearest_neighbours(rows, t)[1][:, 0] for rows in (s, h)]
    return ranked_in_cells(*near, *cells_of(t, s, h))


def cells_of(training: Any, *others: Any) -> list[np.ndarray]:
    """Of each image of each other set the cell of the training set that it lies in, integers from 0 to CELLS - 1."""
    tree = grow_modes(training, leaves=CELLS)
    return [tree.leaf_of(rows) for rows in others]


def ranked_in_cells(near: Any, unseen_near: Any, cells: Any, unseen_cells: Any) -> Copying:
    """The test from distances (m,), (k,) to the nearest training image and the cells (m,), (k,) where the images lie."""
    z, weights = np.full(CELLS, np.nan), np.zeros(CELLS)
    for cell in range(CELLS):
        made, unseen = near[cells == cell], unseen_near[unseen_cells == cell]
        if min(len(made), len(unseen)) >= 10:
            z[cell], weights[cell] = _rank_z(made, unseen), len(unseen)
    if not weights.any():
        raise CannotMeasure(
            "No part of the training set has 10 synthetic and 10 unseen images near it; more are needed."
        )
    weights /= weights.sum()
    value = float(np.nansum(weights * z))
    return Copying(value, normal_share(value / np.sqrt((weights**2).sum())), z)


def _rank_z(made: np.ndarray, unseen: np.ndarray) -> float:
    """z of Mann and Whitney's U with its correction for ties: negative where `made` is smaller."""
    from scipy.stats import rankdata

    ranks = rankdata(np.concatenate([made, unseen]))
    n, m = len(made), len(unseen)
    u = ranks[:n].sum() - n * (n + 1) / 2
    _values, ties = np.unique(ranks, return_counts=True)
    spread = n * m / 12 * ((n + m + 1) - (ties**3 - ties).sum() / ((n + m) * (n + m - 1)))
    return float((u - n * m / 2) / np.sqrt(spread)) if spread > 0 else 0.0


def distance_ratio(synthetic: Any, training: Any, held_out: Any) -> float:
    """Geometric mean of (distance to the nearest training image / to the nearest unseen one) over the synthetic images.

    From features (m, d), (n, d), (k, d); of the larger of training and unseen set as many images are taken as the smaller has,
    evenly in an order of their features, since the nearest of more is nearer. 1 where the generator is as far from both, below 1 where it
    keeps to what it saw. Images that lie on one of both to rounding count as a thousandth of the median distance.
    """
    t, s = as_pair(training, synthetic, least=1)
    _t, h = as_pair(training, held_out, least=1)
    size = min(len(t), len(h))
    return ratio_of(*(nearest_neighbours(s, rows[evenly(rows, size)])[1][:, 0] for rows in (t, h)))


def ratio_of(to_train: np.ndarray, to_unseen: np.ndarray) -> float:
    """The same from (m,) distances to the nearest training and to the nearest unseen image."""
    least = 1e-3 * float(np.median(np.concatenate([to_train, to_unseen])))
    if least == 0:
        raise CannotMeasure(
            "Most synthetic images equal a training image; a ratio of distances is not defined then."
        )
    return float(np.exp(np.mean(np.log(np.maximum(to_train, least)) - np.log(np.maximum(to_unseen, least)))))


def evenly(rows: np.ndarray, size: int) -> np.ndarray:
    """(size,) positions, evenly in an order of the features."""
    order = np.lexsort(rows.T[:4])
    return order[np.linspace(0, len(rows) - 1, size).round().astype(int)]


def mifid(synthetic: Any, training: Any) -> float:
    """Memorisation-informed Frechet distance (Bai et al., KDD 2021): the distance to the training set, raised where images copy it.

    The mean cosine distance of a synthetic image to its nearest training image, below NEAR, divides the Frechet distance; at NEAR and
    above nothing is changed. The step at NEAR is the authors' own and depends on the features: for comparison with other work.
    """
    distance, cosine = mifid_parts(synthetic, training)
    return distance / cosine if cosine < NEAR else distance


def mifid_parts(synthetic: Any, training: Any) -> tuple[float, float]:
    """The Frechet distance to the training set, and the mean cosine distance to the nearest training image, above 0 to 1."""
    t, s = as_pair(training, synthetic)
    return frechet_distance(t, s), max(_cosine(s, t), 1e-15)


def _cosine(s: np.ndarray, t: np.ndarray) -> float:
    unit = [rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12) for rows in (s, t)]
    far = [
        1 - np.abs(unit[0][start : start + 1024] @ unit[1].T).max(axis=1) for start in range(0, len(s), 1024)
    ]
    return float(np.concatenate(far).mean())
