"""A fixed random network, for wiring and tests: its numbers say little about quality.

Naeem et al., ICML 2020, section 5, found randomly initialised embeddings useful where trained ones do not fit; this one is
far smaller than theirs.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from .base import Intensity, luminance

SIDE, HIDDEN, DIMENSION, SEED = 32, 256, 64, 20200713


class RandomNetwork:
    name = "random"
    title = "Fixed random network"
    dimension = DIMENSION

    def __init__(self, folder: Path | None = None) -> None:
        rng = np.random.default_rng(SEED)
        self._first = rng.normal(0, np.sqrt(2 / SIDE**2), (SIDE**2, HIDDEN)).astype(np.float32)
        self._second = rng.normal(0, np.sqrt(2 / HIDDEN), (HIDDEN, DIMENSION)).astype(np.float32)

    def available(self) -> str | None:
        return None

    def protocol(self) -> dict[str, Any]:
        return {
            "name": self.name, "version": "1", "weights": None,
            "preprocessing": f"luminance, Pillow float box resize to {SIDE} x {SIDE}, declared range to -1..1",
        }  # fmt: skip

    def encode(
        self, images: Iterable[np.ndarray], *, intensity: Intensity, threads: int = 1
    ) -> Iterator[np.ndarray]:
        for image in images:
            grey = Image.fromarray(intensity.scaled(luminance(image))).resize(
                (SIDE, SIDE), Image.Resampling.BOX
            )
            flat = np.asarray(grey).ravel() * 2 - 1
            yield np.maximum(flat @ self._first, 0) @ self._second
