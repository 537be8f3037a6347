"""RICAP: random image cropping and patching (Takahashi et al. 2018, arXiv:1811.09030, section 3).

A boundary point (x, y) = (round(width * Beta(beta, beta)), round(height * Beta(beta, beta))) splits the output into
four rectangles. Each is filled by a crop of that size, from anywhere in its own picture: top left (the source), top
right, bottom left, bottom right. Labels are weighted by the four areas.

The weights are multiples of 2**-52, hence exact in float64, and sum to exactly one whatever the order of addition."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from generators.mixing import points
from generators.mixing.boxes import joined, moved, within
from generators.mixing.common import (
    Mixed,
    MixingError,
    blend_labels,
    check_images,
    check_inputs,
    check_size,
    choose_sources,
)
from generators.parameters import Parameters, nested


@dataclass(frozen=True)
class RICAPParameters(Parameters):
    """members: the four pictures of each output. points: (x, y). corners: left and top of each crop in its picture.
    weights: share of each of the four."""

    members: tuple[tuple[int, int, int, int], ...]
    points: tuple[tuple[int, int], ...]
    corners: tuple[tuple[tuple[int, int], ...], ...]
    weights: tuple[tuple[float, ...], ...]
    height: int
    width: int


parameters_type = RICAPParameters


def draw(
    rng: np.random.Generator,
    images: np.ndarray,
    *,
    beta: float = 0.3,
    sources: Sequence[int] | None = None,
    partners: Sequence[Sequence[int]] | None = None,
) -> RICAPParameters:
    """beta > 0: small values leave one picture nearly whole. partners: three per output, else three random orders of
    the batch (three random pictures where sources are named)."""
    height, width = check_images(images)
    if not beta > 0:
        raise MixingError(f"beta is {beta}; it must be above 0.")
    members = _members(rng, len(images), sources, partners)
    points = np.rint(rng.beta(beta, beta, (len(members), 2)) * (width, height)).astype(int)
    x, y = points.T
    free_x, free_y = (
        np.stack([width - x, x, width - x, x], axis=1),
        np.stack([height - y, height - y, y, y], axis=1),
    )
    corners = np.stack([rng.integers(0, free_x + 1), rng.integers(0, free_y + 1)], axis=2)
    weights = [
        _weights([w * h for w, h in _sizes(p, height, width)], height * width) for p in points.tolist()
    ]
    return RICAPParameters(members, nested(points), nested(corners), tuple(weights), height, width)  # type: ignore[arg-type]


def _members(rng, n: int, sources, partners) -> tuple[tuple[int, ...], ...]:
    first = choose_sources(n, sources)
    if partners is not None:
        if np.shape(partners) != (len(first), 3):
            raise MixingError(
                f"partners have shape {np.shape(partners)}; give three per output: ({len(first)}, 3)."
            )
        others = np.asarray(partners)
    elif sources is None:
        others = np.stack([rng.permutation(n) for _ in range(3)], axis=1)
    else:
        others = rng.integers(0, n, (len(first), 3))
    return nested(np.column_stack([first, others]))


def _sizes(point: Sequence[int], height: int, width: int) -> list[tuple[int, int]]:
    """(width, height) of the four rectangles: top left, top right, bottom left, bottom right."""
    x, y = point
    return [(x, y), (width - x, y), (x, height - y), (width - x, height - y)]


def _weights(areas: list[int], total: int) -> tuple[float, ...]:
    units = [area * 2**52 // total for area in areas]
    units[areas.index(max(areas))] += 2**52 - sum(units)
    return tuple(unit / 2**52 for unit in units)


def apply(
    images: np.ndarray, labels: Any, masks: Any, parameters: RICAPParameters, boxes: Any = None, keypoints: Any = None
) -> Mixed:  # fmt: skip
    """Shapes as in generators.mixing.common."""
    p = parameters
    check_inputs(images, labels, masks, boxes, keypoints, [index for four in p.members for index in four])
    check_size(images, p.height, p.width)
    out = np.empty((len(p.members), *images.shape[1:]), images.dtype)
    given = None if masks is None else np.asarray(masks)
    out_masks = None if given is None else np.empty((len(p.members), p.height, p.width), given.dtype)
    out_boxes: list[np.ndarray] | None = None if boxes is None else []
    out_points: list[np.ndarray] | None = None if keypoints is None else []
    for i in range(len(p.members)):
        crops = _crops(p, i)
        for member, (x0, y0, x1, y1), right, down in crops:
            to = np.s_[i, y0 + down : y1 + down, x0 + right : x1 + right]
            out[to] = images[member, y0:y1, x0:x1]
            if out_masks is not None and given is not None:
                out_masks[to] = given[member, y0:y1, x0:x1]
        if out_boxes is not None:
            out_boxes.append(
                joined(*(moved(within(boxes[m], crop), right, down) for m, crop, right, down in crops))
            )
        if out_points is not None:
            seen = [
                points.shifted(points.inside(keypoints[m], crop), right, down)
                for m, crop, right, down in crops
            ]
            out_points.append(joined(*seen))
    mixed = None if labels is None else blend_labels(labels, np.array(p.members), np.array(p.weights))
    return Mixed(out, mixed, out_masks, out_boxes, keypoints=out_points)


def _crops(parameters: RICAPParameters, i: int) -> list[tuple[int, tuple[int, int, int, int], int, int]]:
    """Of output i: picture, its region (x0, y0, x1, y1), and how far that is moved to the right and down."""
    x, y = parameters.points[i]
    starts = ((0, 0), (x, 0), (0, y), (x, y))
    sizes = _sizes((x, y), parameters.height, parameters.width)
    return [
        (member, (left, top, left + w, top + h), to_x - left, to_y - top)
        for member, (to_x, to_y), (w, h), (left, top) in zip(
            parameters.members[i], starts, sizes, parameters.corners[i]
        )
    ]
