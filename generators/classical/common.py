"""What the classical transforms share. Each is a `Transform` of two functions:

    draw(rng, image, options, data_range=None) -> parameters       all chance, frozen, JSON by `to_dict`
    apply(image, mask, boxes, keypoints, parameters) -> Transformed  no chance: stored parameters replay bit for bit

    image      (h, w) or (h, w, c) with c from 1 to 4; uint8, uint16, float32 or float64. The type is kept; values stay
               in the data range (the whole of an integer type, 0 to 1 for floats, unless declared).
    mask       (h, w) whole numbers or None; moved with nearest neighbours, so that no new class appears.
    boxes      (k, 4 or more) x0, y0, x1, y1 along pixel borders (a whole picture is 0, 0, w, h), further columns go
               along; the box around the moved box, clipped to the picture; boxes left empty are dropped. Or None.
    keypoints  (k, 2 or more) x, y where whole numbers are centres of pixels, further columns go along; they may end
               outside the picture and are never dropped. Or None.

Nothing that is passed in is changed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from generators.mixing.boxes import within
from generators.parameters import DTYPES, Parameters, UnusableInput

_KINDS = frozenset(map(np.dtype, DTYPES))  # quicker to ask than a type's name


class TransformError(UnusableInput):
    """An image, mask, boxes, key points or parameters that cannot be transformed; the message says what to do."""


@dataclass(frozen=True)
class Transformed:
    image: np.ndarray
    mask: np.ndarray | None
    boxes: np.ndarray | None
    keypoints: np.ndarray | None


@dataclass(frozen=True)
class Transform:
    draw: Callable[..., Any]
    apply: Callable[..., Transformed]
    parameters_type: type[Parameters]


def check_image(image: np.ndarray) -> tuple[int, int]:
    """(height, width); raises TransformError unless the image is as the module says."""
    shape: tuple[int, ...] = getattr(image, "shape", ())
    if len(shape) not in (2, 3) or 0 in shape or (len(shape) == 3 and shape[2] > 4):
        raise TransformError(f"The image has shape {shape}; give (h, w), or (h, w, c) with 1 to 4 channels.")
    if image.dtype not in _KINDS:
        raise TransformError(f"The image is {image.dtype}; give one of {', '.join(DTYPES)}.")
    return shape[0], shape[1]


def checked(image: np.ndarray, mask: Any, boxes: Any, keypoints: Any):
    """The mask as an array, boxes and key points as float copies; raises TransformError where they do not fit."""
    size = check_image(image)
    mask = None if mask is None else np.asarray(mask)
    if mask is not None and (mask.shape != size or mask.dtype.kind not in "biu"):
        raise TransformError(
            f"The mask has shape {mask.shape} and type {mask.dtype}; give whole numbers of shape {size}."
        )
    return mask, _rows(boxes, 4, "Boxes"), _rows(keypoints, 2, "Key points")


def _rows(values: ArrayLike | None, columns: int, what: str) -> np.ndarray | None:
    if values is None:
        return None
    rows = np.array(values, dtype=np.float64)
    if rows.size == 0 and rows.ndim < 2:
        return rows.reshape(0, columns)
    if rows.ndim != 2 or rows.shape[1] < columns:
        raise TransformError(f"{what} have shape {rows.shape}; give (k, {columns}) or more columns.")
    return rows


def check_drawn_size(image: np.ndarray, height: int, width: int) -> None:
    if image.shape[:2] != (height, width):
        raise TransformError(
            f"The parameters were drawn for {height} x {width} pixels, the image has {image.shape[:2]}."
        )


def moved_points(keypoints: np.ndarray | None, move: Callable[[np.ndarray], np.ndarray]) -> np.ndarray | None:
    """`move` maps (k, 2) of (y, x) in the input to (y, x) in the output."""
    if keypoints is None or len(keypoints) == 0:
        return keypoints
    keypoints[:, 1::-1] = move(keypoints[:, 1::-1])
    return keypoints


def moved_boxes(
    boxes: np.ndarray | None,
    move: Callable[[np.ndarray], np.ndarray],
    height: int,
    width: int,
    per_side: int = 1,
) -> np.ndarray | None:
    """The boxes around the moved outlines, clipped to height x width. per_side: points along each side of a box; one
    (its corner) is exact where straight lines stay straight."""
    if boxes is None or len(boxes) == 0:
        return boxes
    along = np.arange(per_side) / per_side
    back = 1 - along
    u = np.concatenate([along, np.ones(per_side), back, np.zeros(per_side)])
    v = np.concatenate([np.zeros(per_side), along, np.ones(per_side), back])
    x0, y0, x1, y1 = boxes[:, :4].T[:, :, None]
    outline = np.stack([y0 + v * (y1 - y0), x0 + u * (x1 - x0)], axis=2) - 0.5
    moved = move(outline.reshape(-1, 2)).reshape(outline.shape) + 0.5
    low, high = moved.min(axis=1), moved.max(axis=1)
    boxes[:, :4] = np.column_stack([low[:, ::-1], high[:, ::-1]])
    return within(boxes, (0, 0, width, height))


def check_range(image: np.ndarray, low: float, high: float) -> None:
    if image.dtype.kind == "u" and low <= 0 and high >= np.iinfo(image.dtype).max:
        return  # nothing can lie outside
    if not (image.min() >= low and image.max() <= high):
        raise TransformError(
            f"The image has values from {image.min()} to {image.max()}, outside the data range {low} to {high}; "
            "declare the range they live in."
        )


def to_unit(image: np.ndarray, low: float, high: float) -> np.ndarray:
    """The image on a scale from 0 to 1, float32 (float64 stays); raises TransformError where it leaves the range."""
    check_range(image, low, high)
    work = image.dtype if image.dtype.kind == "f" else np.dtype(np.float32)
    unit = image.astype(work)
    if low:
        unit -= work.type(low)
    unit /= work.type(high - low)
    return unit


def from_unit(unit: np.ndarray, like: np.ndarray, low: float, high: float) -> np.ndarray:
    """Back to the type and range of `like`, clipped; whole numbers rounded to the nearest."""
    scaled = unit * unit.dtype.type(high - low)
    if low:
        scaled += unit.dtype.type(low)
    np.maximum(scaled, unit.dtype.type(low), out=scaled)
    np.minimum(scaled, unit.dtype.type(high), out=scaled)
    if like.dtype.kind == "u":
        np.rint(scaled, out=scaled)
    return scaled.astype(like.dtype, copy=False)


def per_channel(function: Callable[[np.ndarray], np.ndarray], image: np.ndarray) -> np.ndarray:
    """A function of (h, w) on each channel of (h, w) or (h, w, c)."""
    if image.ndim == 2:
        return function(image)
    return np.stack([function(channel) for channel in np.moveaxis(image, 2, 0)], axis=2)
