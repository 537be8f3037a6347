"""What a picture is without any network: a small copy of its pixels, and its radial power spectrum. Kept like features.

Not offered as an encoder of its own: the classifier test on pixels and the spectrum distance are made from it.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from PIL import Image

from ..functional.spectrum import RINGS, radial_spectrum
from .base import Intensity

SIDE = 32
FEWEST_RINGS = 8


class PixelView:
    """For pictures of one size, (height, width): SIDE x SIDE pixels of 0 to 1 in rows, then the spectrum in dB."""

    name = "pixels"
    title = "small pixels and power spectrum"

    def __init__(self, size: tuple[int, int]) -> None:
        self.rings = min(RINGS, min(size) // 2)
        self.has_spectrum = self.rings >= FEWEST_RINGS
        self.dimension = SIDE * SIDE + self.rings * self.has_spectrum

    def available(self) -> str | None:
        return None

    def protocol(self) -> dict[str, Any]:
        return {
            "name": self.name, "version": "1", "weights": None,
            "preprocessing": f"declared range to 0..1, colours averaged; Pillow float bicubic to {SIDE} x {SIDE}; spectrum of {self.rings} rings, Hann window",
        }  # fmt: skip

    def encode(
        self, images: Iterable[np.ndarray], *, intensity: Intensity, threads: int = 1
    ) -> Iterator[np.ndarray]:
        for image in images:
            scaled = intensity.scaled(image)
            grey = scaled.mean(axis=-1) if scaled.ndim == 3 else scaled
            small = np.asarray(Image.fromarray(grey).resize((SIDE, SIDE), Image.Resampling.BICUBIC)).ravel()
            spectrum = radial_spectrum(grey, self.rings) if self.has_spectrum else np.empty(0)
            yield np.concatenate([small, spectrum]).astype(np.float32)

    def parts(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(n, SIDE * SIDE) pixels and (n, rings) spectra of encoded rows."""
        return rows[:, : SIDE * SIDE], rows[:, SIDE * SIDE :]
