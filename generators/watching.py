"""Is a training getting better, copying, or collapsing? Numbers for each snapshot, on features of an encoder.

They follow one run over time; they are no measure of quality between runs or for a paper: few pictures are made, and the usual
encoder is a fixed random network.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from metrics.encoders.base import Intensity
from metrics.encoders.registry import get_encoder
from metrics.functional.frechet import frechet_distance
from metrics.functional.memorisation import correlation, suspected_copies

from .training_data import TrainingError

COPY_CORRELATION = 0.98  # a suspected copy is confirmed in its pixels
COPY_SHARE = 0.05  # of the pictures made: alarm at or above
COLLAPSE = 0.25  # of the real pictures' spread: alarm below


@dataclass(frozen=True)
class Watched:
    """`distance`: Fréchet distance to the real pictures, 0 ideal. `diversity`: mean distance between two made pictures as a
    share of that between two real ones, about 1 ideal. `nearest`: median distance to the nearest training picture, in
    units of that picture's own nearest-neighbour distance, about 1 for new pictures, 0 for copies. `copies`: share whose
    nearest training picture is closer than half of that and correlates with them by 0.98. `error`: mean absolute difference
    from the true picture, on the scale from -1 to 1, where there is one: with pairs the partner, with masks what they hid."""

    distance: float
    diversity: float
    nearest: float
    copies: float
    error: float | None = None

    @property
    def alarms(self) -> list[str]:
        """No copying where the true picture is known: to come near it is then what is learnt."""
        found = ["copying"] if self.copies >= COPY_SHARE and self.error is None else []
        return found + (["collapse"] if self.diversity < COLLAPSE else [])


class Watch:
    """Knows the real pictures, (n, channels, h, w) in [-1, 1]; measures made ones against them.

    Raises TrainingError where the encoder's weights are not installed in `folder`."""

    def __init__(self, real: Tensor, encoder: str = "random", folder: Path | None = None) -> None:
        self.encoder: Any = get_encoder(encoder, folder=folder)
        if reason := self.encoder.available():
            raise TrainingError(reason)
        self.real = real.cpu()
        self.features = self.encode(real)
        self.spread = mean_distance(self.features)

    def encode(self, pictures: Tensor) -> np.ndarray:
        """(n, channels, h, w) in [-1, 1] -> (n, d)."""
        rows: Any = pictures.float().clamp(-1, 1).cpu().permute(0, 2, 3, 1).numpy()
        rows = rows[..., 0] if rows.shape[3] == 1 else rows
        return np.stack(list(self.encoder.encode(rows, intensity=Intensity(-1, 1)))).astype(np.float64)

    def measure(self, made: Tensor, true: Tensor | None = None, inside: Tensor | None = None) -> Watched:
        """`true`: what should have been made, in its order, if that is known; `inside`: (n, 1, h, w) where to compare them."""
        points = self.encode(made)
        found = suspected_copies(points, self.features)
        copies = [
            correlation(made[i].cpu().numpy(), self.real[int(found.nearest[i])].numpy()) >= COPY_CORRELATION
            for i in np.flatnonzero(found.is_suspected)
        ]
        nearest = float(np.median(np.minimum(found.closeness, 1e6)))
        diversity = mean_distance(points) / self.spread if self.spread else 1.0
        error = (
            None if true is None else mean_error(made, true.cpu(), None if inside is None else inside.cpu())
        )
        distance = frechet_distance(self.features, points)
        return Watched(distance, diversity, nearest, sum(copies) / len(made), error)


def mean_error(made: Tensor, true: Tensor, inside: Tensor | None) -> float:
    """Mean absolute difference of all pixels, or of those inside of the masks."""
    difference = (made - true).abs().mean(dim=1, keepdim=True)
    if inside is None:
        return float(difference.mean())
    return float((difference * inside).sum() / inside.sum().clamp_min(1))


def mean_distance(points: np.ndarray) -> float:
    """Root mean squared Euclidean distance between two different rows: sqrt(2 * trace of the covariance)."""
    return float(np.sqrt(2 * points.var(axis=0, ddof=1).sum()))
