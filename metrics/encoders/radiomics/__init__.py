"""385 radiomic features: 77 of the picture and 77 of each of four wavelet bands, those of the Frechet radiomics distance.

Konz, Osuala et al., "Frechet radiomic distance (FRD)", Medical Image Analysis 2026, version 1; features by the definitions of
pyradiomics (van Griethuysen et al., Cancer Research 2017), written anew. No weights, no training: it describes intensities
and texture at the scale of a few pixels, not anatomy. FRD itself is the logarithm of the squared Frechet distance of features
in standard deviations of the reference.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..base import Intensity, luminance
from . import firstorder as first
from . import glcm as cooccurrence
from . import ngtdm as neighbours
from . import runs
from .filters import BANDS, ConstantImage, bands, binned, prepared

__all__ = ["NAMES", "ConstantImage", "Radiomics", "frd_distance", "radiomic_features"]

_FAMILIES = (
    ("firstorder", first.NAMES), ("glcm", cooccurrence.NAMES), ("glrlm", runs.RUN_NAMES), ("glszm", runs.ZONE_NAMES),
    ("ngtdm", neighbours.NAMES),
)  # fmt: skip
NAMES = tuple(
    ("" if band == "original" else f"{band}_") + f"{family}_{name}"
    for band in BANDS for family, names in _FAMILIES for name in names
)  # fmt: skip


def radiomic_features(picture: np.ndarray) -> np.ndarray:
    """(385,) float64 in the order of NAMES, of a (h, w) picture of any real dtype and scale. Raises ConstantImage, and Indescribable
    below 3 pixels a side."""
    values: list[float] = []
    for band in bands(prepared(picture)).values():
        levels = binned(band)
        values += first.firstorder(band, levels)
        values += cooccurrence.glcm(levels)
        values += runs.glrlm(levels)
        values += runs.glszm(levels)
        values += neighbours.ngtdm(levels)
    return np.array(values, np.float64)


class Radiomics:
    name = "radiomics"
    title = "385 radiomic features"
    dimension = len(NAMES)

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` is for encoders with weights; this one has none."""

    def available(self) -> str | None:
        return None

    def protocol(self) -> dict[str, Any]:
        return {
            "name": self.name, "version": "FRD v1", "weights": None,
            "preprocessing": "luminance, each picture to mean 0 and standard deviation 100, cubic B-spline to half size, bins of 5",
        }  # fmt: skip

    def encode(
        self, images: Iterable[np.ndarray], *, intensity: Intensity, threads: int = 1
    ) -> Iterator[np.ndarray]:
        """(385,) float64 of each picture. The declared range does not matter: each picture is normalised by itself.

        `threads` are processes: the many small steps hold the interpreter, and a second thread was no quicker.
        """
        pictures = (luminance(image) for image in images)
        if threads == 1:
            yield from map(radiomic_features, pictures)
            return
        from ..processes import in_order

        yield from in_order(radiomic_features, pictures, threads)


def frd_distance(real: np.ndarray, synthetic: np.ndarray) -> float:
    """FRD v1: log of the squared Frechet distance of (n, 385) and (m, 385) features, z-scored on the real ones.

    Exact also for fewer images than features, where a matrix square root is not: from the published features of two sets of
    ten pictures it is 6.904, and the published program printed 6.992."""
    from ...functional.frechet import frechet_distance

    mean, spread = real.mean(axis=0), real.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    return float(np.log(frechet_distance((real - mean) / spread, (synthetic - mean) / spread)))
