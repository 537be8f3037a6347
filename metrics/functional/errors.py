"""The one refusal of the pure numbers, and the checks that all of them share."""

from typing import Any

import numpy as np


class CannotMeasure(ValueError):
    """The number is not defined for what was given; the message says what was given, what is allowed, what to do."""


def as_features(features: Any, name: str, *, least: int = 2) -> np.ndarray:
    """(n, d) float64 from an array or a torch tensor. Raises CannotMeasure for another shape, too few rows or NaN."""
    array = np.asarray(features, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] == 0:
        raise CannotMeasure(f"The {name} features have shape {array.shape}; give (images, dimensions).")
    if len(array) < least:
        raise CannotMeasure(f"The {name} set has {len(array)} image(s); at least {least} are needed.")
    if not np.isfinite(array).all():
        rows = np.flatnonzero(~np.isfinite(array).all(axis=1))
        raise CannotMeasure(
            f"{len(rows)} of the {name} images have features that are no numbers (the first is number {rows[0]}). "
            "Look at that image and at the encoder's weights."
        )
    return array


def as_pair(real: Any, synthetic: Any, *, least: int = 2) -> tuple[np.ndarray, np.ndarray]:
    a, b = as_features(real, "real", least=least), as_features(synthetic, "synthetic", least=least)
    if a.shape[1] != b.shape[1]:
        raise CannotMeasure(
            f"The real features have {a.shape[1]} dimensions and the synthetic ones {b.shape[1]}; use one encoder for both."
        )
    return a, b
