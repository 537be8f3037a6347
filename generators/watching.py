"""Is a training getting better, copying, or collapsing? Numbers for each snapshot, on features of a fixed random network.

They follow one run over time; they are no measure of quality between runs or for a paper (the encoder is untrained).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from metrics.encoders.base import Intensity
from metrics.encoders.random import RandomNetwork
from metrics.functional.frechet import frechet_distance
from metrics.functional.memorisation import correlation, suspected_copies

COPY_CORRELATION = 0.98  # a suspected copy is confirmed in its pixels
COPY_SHARE = 0.05  # of the pictures made: alarm at or above
COLLAPSE = 0.25  # of the real pictures' spread: alarm below


@dataclass(frozen=True)
class Watched:
    """`distance`: Fréchet distance to the real pictures, 0 ideal. `diversity`: mean distance between two made pictures as a
    share of that between two real ones, about 1 ideal. `nearest`: median distance to the nearest training picture, in
    units of that picture's own nearest-neighbour distance, about 1 for new pictures, 0 for copies. `copies`: share whose
    nearest training picture is closer than half of that and correlates with them by 0.98."""

    distance: float
    diversity: float
    nearest: float
    copies: float

    @property
    def alarms(self) -> list[str]:
        found = ["copying"] if self.copies >= COPY_SHARE else []
        return found + (["collapse"] if self.diversity < COLLAPSE else [])


class Watch:
    """Knows the real pictures, (n, channels, h, w) in [-1, 1]; measures made ones against them."""

    def __init__(self, real: Tensor) -> None:
        self.real = real
        self.features = features(real)
        self.spread = mean_distance(self.features)

    def measure(self, made: Tensor) -> Watched:
        points = features(made)
        found = suspected_copies(points, self.features)
        copies = [
            correlation(made[i].cpu().numpy(), self.real[int(found.nearest[i])].cpu().numpy())
            >= COPY_CORRELATION
            for i in np.flatnonzero(found.is_suspected)
        ]
        nearest = float(np.median(np.minimum(found.closeness, 1e6)))
        diversity = mean_distance(points) / self.spread if self.spread else 1.0
        return Watched(frechet_distance(self.features, points), diversity, nearest, sum(copies) / len(made))


def features(pictures: Tensor) -> np.ndarray:
    """(n, channels, h, w) in [-1, 1] -> (n, 64) by the fixed random network."""
    rows: Any = pictures.float().clamp(-1, 1).cpu().permute(0, 2, 3, 1).numpy()
    rows = rows[..., 0] if rows.shape[3] == 1 else rows
    return np.stack(list(RandomNetwork().encode(rows, intensity=Intensity(-1, 1)))).astype(np.float64)


def mean_distance(points: np.ndarray) -> float:
    """Root mean squared Euclidean distance between two different rows: sqrt(2 * trace of the covariance)."""
    return float(np.sqrt(2 * points.var(axis=0, ddof=1).sum()))
