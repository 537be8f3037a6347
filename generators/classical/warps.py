"""Elastic transform, grid distortion and optical distortion: output pixel p shows the input at p + d(p).

The image is sampled bilinearly, the mask by nearest neighbour. Points and boxes go the other way, from input to
output. For the elastic transform q = p + d(p) is solved for p by fixed-point iteration, which converges where the map
does not fold (very large displacements may fold, and a point there is only near); the others are inverted exactly."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from generators.classical.common import (
    Transform,
    Transformed,
    check_drawn_size,
    check_image,
    checked,
    moved_boxes,
    moved_points,
)
from generators.classical.sampling import Coordinates, remapped, smoothed
from generators.options import ElasticOptions, GridDistortionOptions, OpticalDistortionOptions
from generators.parameters import Parameters, full_range, real

ITERATIONS = 60
POINTS_PER_SIDE = 16


def _warped(
    image, mask, boxes, keypoints, coordinates: Coordinates, move, border: str, fill: float
) -> Transformed:
    height, width = image.shape[:2]
    return Transformed(
        remapped(image, coordinates, 1, border, fill),
        None if mask is None else remapped(mask, coordinates, 0, border, 0),
        moved_boxes(boxes, move, height, width, POINTS_PER_SIDE),
        moved_points(keypoints, move),
    )


def _inverse(displacement: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    """displacement: d at points (k, 2) of (y, x)."""

    def move(points: np.ndarray) -> np.ndarray:
        found = points.copy()
        for _ in range(ITERATIONS):
            found = points - displacement(found)
        return found

    return move


def _grid(height: int, width: int) -> np.ndarray:
    return np.stack(np.meshgrid(np.arange(height, dtype=float), np.arange(width, dtype=float), indexing="ij"))


@dataclass(frozen=True)
class ElasticParameters(Parameters):
    """seed: for numpy's default_rng, from which the field is made. rms and sigma in pixels."""

    seed: int
    rms: float
    sigma: float
    border: str
    fill: float
    height: int
    width: int


def draw_elastic(rng, image, options: ElasticOptions, data_range=None) -> ElasticParameters:
    height, width = check_image(image)
    side = min(height, width)
    fill, _high = full_range(image, data_range)
    seed = int(rng.integers(0, 2**53))
    rms, sigma = options.displacement * side, options.smoothness * side
    return ElasticParameters(seed, rms, sigma, options.border, fill, height, width)


def elastic_field(parameters: ElasticParameters) -> np.ndarray:
    """(2, h, w) displacement in pixels: white noise smoothed by a Gaussian of `sigma` (Simard et al. 2003), scaled so
    that each component has a root mean square of exactly `rms`."""
    p = parameters
    white = np.random.default_rng(p.seed).standard_normal((2, p.height, p.width))
    smooth = np.stack([smoothed(part, p.sigma, truncate=3.0) for part in white])
    size = np.sqrt(np.mean(smooth**2, axis=(1, 2), keepdims=True))
    return smooth * (p.rms / size)


def apply_elastic(image: np.ndarray, mask, boxes, keypoints, parameters: ElasticParameters) -> Transformed:
    p = parameters
    mask, boxes, keypoints = checked(image, mask, boxes, keypoints)
    check_drawn_size(image, p.height, p.width)
    field = elastic_field(p)

    def displacement(points):
        return np.column_stack(
            [ndimage.map_coordinates(part, points.T, order=1, mode="nearest") for part in field]
        )

    coordinates = _grid(p.height, p.width) + field
    return _warped(image, mask, boxes, keypoints, coordinates, _inverse(displacement), p.border, p.fill)


@dataclass(frozen=True)
class GridDistortionParameters(Parameters):
    """rows, columns: where each line of the grid lies in the input, as a part of the side, from 0 to 1."""

    rows: tuple[float, ...]
    columns: tuple[float, ...]
    height: int
    width: int


def draw_grid_distortion(
    rng, image, options: GridDistortionOptions, data_range=None
) -> GridDistortionParameters:
    """Every cell's size is changed by a factor uniform within 1 +- limit, then all are scaled to fill the picture."""
    height, width = check_image(image)
    sizes = rng.uniform(1 - options.limit, 1 + options.limit, (2, options.cells))
    ends = np.cumsum(sizes, axis=1) / sizes.sum(axis=1, keepdims=True)
    rows, columns = ((0.0, *real(line[:-1]), 1.0) for line in ends)
    return GridDistortionParameters(rows, columns, height, width)


def apply_grid_distortion(image, mask, boxes, keypoints, parameters: GridDistortionParameters) -> Transformed:
    """Exactly invertible: each axis is a rising broken line."""
    p = parameters
    mask, boxes, keypoints = checked(image, mask, boxes, keypoints)
    check_drawn_size(image, p.height, p.width)
    sizes, lines = (p.height, p.width), (p.rows, p.columns)

    def axis(values, k, forward):
        even, drawn = np.linspace(0, 1, len(lines[k])), np.array(lines[k])
        place = (values + 0.5) / sizes[k]
        mapped = np.interp(place, even, drawn) if forward else np.interp(place, drawn, even)
        outside = place - place.clip(0, 1)
        return (mapped + outside) * sizes[k] - 0.5

    def move(points):
        return np.column_stack([axis(points[:, k], k, forward=False) for k in (0, 1)])

    rows, columns = (axis(np.arange(sizes[k]), k, forward=True) for k in (0, 1))
    coordinates = (rows[:, None], columns[None, :])
    return _warped(image, mask, boxes, keypoints, coordinates, move, "nearest", 0.0)


@dataclass(frozen=True)
class OpticalDistortionParameters(Parameters):
    """k: radial coefficient; the half-diagonal of the picture counts as radius 1."""

    k: float
    border: str
    fill: float
    height: int
    width: int


def draw_optical_distortion(
    rng, image, options: OpticalDistortionOptions, data_range=None
) -> OpticalDistortionParameters:
    height, width = check_image(image)
    fill, _high = full_range(image, data_range)
    k = float(rng.uniform(-options.limit, options.limit))
    return OpticalDistortionParameters(k, options.border, fill, height, width)


def apply_optical_distortion(
    image, mask, boxes, keypoints, parameters: OpticalDistortionParameters
) -> Transformed:
    """Input = centre + (p - centre) (1 + k r^2), the first term of the Brown-Conrady model."""
    p = parameters
    mask, boxes, keypoints = checked(image, mask, boxes, keypoints)
    check_drawn_size(image, p.height, p.width)
    centre = np.array([(p.height - 1) / 2, (p.width - 1) / 2])
    half_diagonal = math.hypot(p.height, p.width) / 2

    def move(points):
        from_centre = points - centre
        shown = np.hypot(*from_centre.T)
        radius = _radius(shown / half_diagonal, p.k) * half_diagonal
        return (
            centre + from_centre * np.divide(radius, shown, out=np.ones_like(shown), where=shown > 0)[:, None]
        )

    down, across = np.arange(p.height)[:, None] - centre[0], np.arange(p.width) - centre[1]
    bend = down**2 + across**2
    bend *= p.k / half_diagonal**2
    bend += 1
    coordinates = (down * bend, across * bend)
    for place, middle in zip(coordinates, centre):
        place += middle
    return _warped(image, mask, boxes, keypoints, coordinates, move, p.border, p.fill)


def _radius(shown: np.ndarray, k: float) -> np.ndarray:
    """r with r (1 + k r^2) = shown, by bisection. Below k = 0 the map folds at r = (-3k)^-1/2, outside the picture:
    what lies beyond is put there."""
    low, high = np.zeros_like(shown), shown if k >= 0 else np.full_like(shown, (-3 * k) ** -0.5)
    for _ in range(ITERATIONS):
        middle = (low + high) / 2
        below = middle * (1 + k * middle**2) < shown
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


ELASTIC = Transform(draw_elastic, apply_elastic, ElasticParameters)
GRID_DISTORTION = Transform(draw_grid_distortion, apply_grid_distortion, GridDistortionParameters)
OPTICAL_DISTORTION = Transform(draw_optical_distortion, apply_optical_distortion, OpticalDistortionParameters)
