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
from scipy.stats import fisher_exact

from .errors import CannotMeasure, as_pair
from .manifold import nearest_neighbours, radii


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
