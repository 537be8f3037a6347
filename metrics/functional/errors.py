"""The one refusal of the pure numbers, and the checks that all of them share."""

from typing import Any

import numpy as np


class CannotMeasure(ValueError):
    """The number is not defined for what was given; the message says what was given, what is allowed, what to do."""


CHUNK = 4096  # rows looked at at once, so that memory-mapped features stay on disk


def as_features(features: Any, name: str, *, least: int = 2, keep_float32: bool = False) -> np.ndarray:
    """(n, d) float64 from an array or a torch tensor; float32 stays so, uncopied, where asked.

    Raises CannotMeasure for another shape, too few rows or NaN.
    """
    array = np.asarray(features)
    if not (keep_float32 and array.dtype == np.float32):
        array = np.asarray(array, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] == 0:
        raise CannotMeasure(f"The {name} features have shape {array.shape}; give (images, dimensions).")
    if len(array) < least:
        raise CannotMeasure(f"The {name} set has {len(array)} image(s); at least {least} are needed.")
    parts = (array[start : start + CHUNK] for start in range(0, len(array), CHUNK))
    is_whole = (
        np.concatenate([np.isfinite(part).all(axis=1) for part in parts]) if len(array) else np.ones(0, bool)
    )
    if not is_whole.all():
        rows = np.flatnonzero(~is_whole)
        raise CannotMeasure(
            f"{len(rows)} of the {name} images have features that are no numbers (the first is number {rows[0]}). "
            "Look at that image and at the encoder's weights."
        )
    return array


def as_pair(
    real: Any, synthetic: Any, *, least: int = 2, keep_float32: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    a = as_features(real, "real", least=least, keep_float32=keep_float32)
    b = as_features(synthetic, "synthetic", least=least, keep_float32=keep_float32)
    if a.dtype != b.dtype:
        a, b = a.astype(np.float64), b.astype(np.float64)
    if a.shape[1] != b.shape[1]:
        raise CannotMeasure(
            f"The real features have {a.shape[1]} dimensions and the synthetic ones {b.shape[1]}; use one encoder for both."
        )
    return a, b
