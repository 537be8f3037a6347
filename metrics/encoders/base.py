"""What every encoder is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np


@dataclass(frozen=True)
class Intensity:
    """The declared meaning of pixel values, one for a whole set, never guessed per image."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.low) and np.isfinite(self.high) and self.low < self.high):
            raise ValueError(
                f"The intensity range is {self.low} to {self.high}; the highest must be above the lowest."
            )

    def scaled(self, image: np.ndarray) -> np.ndarray:
        """float32 in [0, 1]: the declared range, values outside it clipped (they were declared not to mean more)."""
        values = image.astype(np.float32)
        if self.low:
            values -= np.float32(self.low)
        values /= np.float32(self.high - self.low)
        if image.dtype == np.uint8 and self.low <= 0 and self.high >= 255:
            return values  # nothing lies outside: a pass over the pixels less
        return np.clip(values, 0.0, 1.0, out=values)


class Indescribable(ValueError):
    """An encoder has no features for a picture; the message says why, in one plain sentence."""


class Ended(RuntimeError):
    """A process that encodes was ended from outside; the message says what can be done."""


class Encoder(Protocol):
    name: str  # as metrics.encoders.registry knows it
    title: str  # plain words for what it is
    dimension: int

    def available(self) -> str | None:
        """None when ready; else one plain sentence with the command that makes it so."""

    def protocol(self) -> dict[str, Any]:
        """Name, version, SHA-256 of weights or None, preprocessing in words: stands beside each number."""

    def encode(
        self, images: Iterable[np.ndarray], *, intensity: Intensity, threads: int = 1
    ) -> Iterator[np.ndarray]:
        """(h, w) or (h, w, 3) pictures of any real dtype -> one (dimension,) float vector each, in order. Raises Indescribable, Ended."""


def luminance(image: np.ndarray) -> np.ndarray:
    """(h, w) of a grey picture as it is, of a colour picture by ITU-R BT.601 weights, float32."""
    if image.ndim == 2:
        return image.astype(np.float32)
    return image[..., :3].astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
