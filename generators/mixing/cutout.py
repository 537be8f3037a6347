"""Cutout: one square of each picture is blanked (DeVries and Taylor 2017, arXiv:1708.04552, section 3).

The centre lies anywhere in the picture, so the square may be cut by the border and is then smaller. The label stays;
the mask becomes background there, boxes shrink to what can still be seen and key points in it go. Misleads where the square hides the very
finding that the label speaks of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from generators.mixing import points
from generators.mixing.boxes import without
from generators.mixing.common import (
    Mixed,
    MixingError,
    check_images,
    check_inputs,
    check_size,
    choose_sources,
    take,
)
from generators.parameters import Parameters, full_range, nested


@dataclass(frozen=True)
class CutoutParameters(Parameters):
    """boxes are (x0, y0, x1, y1) after clipping, x1 and y1 excluded; fill is a grey level of the pictures."""

    sources: tuple[int, ...]
    boxes: tuple[tuple[int, int, int, int], ...]
    fill: float
    height: int
    width: int


parameters_type = CutoutParameters


def draw(
    rng: np.random.Generator,
    images: np.ndarray,
    *,
    size: int = 16,
    fill: float = 0.0,
    data_range: tuple[float, float] | None = None,
    sources: Sequence[int] | None = None,
) -> CutoutParameters:
    """size: side of the square in pixels. fill: 0 is the darkest value of the data range, 1 the brightest."""
    height, width = check_images(images)
    if size < 1 or not 0 <= fill <= 1:
        raise MixingError(
            f"size is {size} and fill {fill}; size must be at least 1 and fill between 0 and 1."
        )
    low, high = full_range(images, data_range)
    chosen = choose_sources(len(images), sources)
    y, x = rng.integers(0, (height, width), size=(len(chosen), 2)).T
    boxes = nested(clipped_boxes(y, x, size, size, height, width))
    return CutoutParameters(chosen, boxes, low + fill * (high - low), height, width)


def clipped_boxes(
    y: np.ndarray, x: np.ndarray, rows: Any, columns: Any, height: int, width: int
) -> np.ndarray:
    """(n, 4): the boxes x0, y0, x1, y1 of rows x columns pixels around (y, x), clipped to the picture."""
    top, left = y - rows // 2, x - columns // 2
    edges = [
        np.maximum(left, 0),
        np.maximum(top, 0),
        np.minimum(left + columns, width),
        np.minimum(top + rows, height),
    ]
    return np.stack(edges, axis=1)


def apply(
    images: np.ndarray, labels: Any, masks: Any, parameters: CutoutParameters, boxes: Any = None, keypoints: Any = None
) -> Mixed:  # fmt: skip
    """Shapes as in generators.mixing.common."""
    check_inputs(images, labels, masks, boxes, keypoints, parameters.sources)
    check_size(images, parameters.height, parameters.width)
    sources = parameters.sources
    out = take(images, sources)
    out_masks = None if masks is None else take(np.asarray(masks), sources)
    for i, (x0, y0, x1, y1) in enumerate(parameters.boxes):
        out[i, y0:y1, x0:x1] = parameters.fill
        if out_masks is not None:
            out_masks[i, y0:y1, x0:x1] = 0
    kept = None if labels is None else take(np.asarray(labels, np.float64), sources)
    cut = None if boxes is None else [without(boxes[s], box) for s, box in zip(sources, parameters.boxes)]
    seen = None if keypoints is None else [
        points.outside(keypoints[s], box) for s, box in zip(sources, parameters.boxes)
    ]  # fmt: skip
    return Mixed(out, kept, out_masks, cut, keypoints=seen)
