"""Flips, rotation, shift, zoom and crop. All but the flips and the plain crop are one affine map, bilinear for the
image and nearest for the mask: input = matrix @ output + offset, in (y, x) where whole numbers are centres of pixels."""

import math
from dataclasses import dataclass

import numpy as np

from generators.classical.common import (
    Transform,
    Transformed,
    check_drawn_size,
    check_image,
    checked,
    moved_boxes,
    moved_points,
)
from generators.classical.sampling import affine, flipped
from generators.options import CropOptions, NoOptions, RotationOptions, ShiftOptions, ZoomOptions
from generators.parameters import Parameters, full_range, real


@dataclass(frozen=True)
class FlipParameters(Parameters):
    """axis 0 changes top and bottom, 1 left and right."""

    axis: int


def _draw_flip(axis: int):
    def draw(
        rng: np.random.Generator, image: np.ndarray, options: NoOptions, data_range=None
    ) -> FlipParameters:
        check_image(image)
        return FlipParameters(axis)

    return draw


def apply_flip(image: np.ndarray, mask, boxes, keypoints, parameters: FlipParameters) -> Transformed:
    axis = parameters.axis
    mask, boxes, keypoints = checked(image, mask, boxes, keypoints)
    last = image.shape[axis] - 1

    def move(points):
        points = points.copy()
        points[:, axis] = last - points[:, axis]
        return points

    return Transformed(
        flipped(image, axis),
        None if mask is None else flipped(mask, axis),
        moved_boxes(boxes, move, *image.shape[:2]),
        moved_points(keypoints, move),
    )


@dataclass(frozen=True)
class AffineParameters(Parameters):
    """matrix (four numbers by rows) and offset lead from output to input. fill: value beyond a constant border."""

    matrix: tuple[float, ...]
    offset: tuple[float, float]
    border: str
    fill: float
    height: int
    width: int


def _around_centre(
    image, matrix: np.ndarray, border: str, data_range, moved_by=(0.0, 0.0)
) -> AffineParameters:
    height, width = check_image(image)
    centre = np.array([(height - 1) / 2, (width - 1) / 2])
    offset = centre - matrix @ (centre + np.asarray(moved_by))
    low, _high = full_range(image, data_range)
    return AffineParameters(real(matrix.ravel()), real(offset), border, low, height, width)  # type: ignore[arg-type]


def draw_rotation(rng, image, options: RotationOptions, data_range=None) -> AffineParameters:
    """Angle uniform within +- degrees; positive turns counter-clockwise."""
    angle = math.radians(rng.uniform(-options.degrees, options.degrees))
    matrix = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return _around_centre(image, matrix, options.border, data_range)


def draw_shift(rng, image, options: ShiftOptions, data_range=None) -> AffineParameters:
    """Whole pixels, each axis uniform within +- fraction of its side."""
    size = check_image(image)
    moved_by = np.rint(rng.uniform(-options.fraction, options.fraction, 2) * size)
    return _around_centre(image, np.eye(2), options.border, data_range, moved_by)


def draw_zoom(rng, image, options: ZoomOptions, data_range=None) -> AffineParameters:
    """Factor uniform between low and high in its logarithm, so that 1/2 is as likely as 2."""
    factor = math.exp(rng.uniform(math.log(options.low), math.log(options.high)))
    return _around_centre(image, np.eye(2) / factor, options.border, data_range)


def apply_affine(image: np.ndarray, mask, boxes, keypoints, parameters: AffineParameters) -> Transformed:
    p = parameters
    mask, boxes, keypoints = checked(image, mask, boxes, keypoints)
    check_drawn_size(image, p.height, p.width)
    matrix, offset = np.reshape(p.matrix, (2, 2)), np.array(p.offset)
    back = np.linalg.inv(matrix)

    def move(points):
        return (points - offset) @ back.T

    return Transformed(
        affine(image, matrix, offset, 1, p.border, p.fill),
        None if mask is None else affine(mask, matrix, offset, 0, p.border, 0),
        moved_boxes(boxes, move, p.height, p.width),
        moved_points(keypoints, move),
    )


@dataclass(frozen=True)
class CropParameters(Parameters):
    """The part kept: rows top to top + rows, columns left to left + columns. resize: brought back to height x width."""

    top: int
    left: int
    rows: int
    columns: int
    resize: bool
    height: int
    width: int


def draw_crop(rng, image, options: CropOptions, data_range=None) -> CropParameters:
    """Each side keeps a share uniform between low and 1, the place is uniform."""
    height, width = check_image(image)
    share = rng.uniform(options.low, 1)
    rows, columns = max(round(height * share), 1), max(round(width * share), 1)
    top, left = int(rng.integers(0, height - rows + 1)), int(rng.integers(0, width - columns + 1))
    return CropParameters(top, left, rows, columns, options.resize, height, width)


def apply_crop(image: np.ndarray, mask, boxes, keypoints, parameters: CropParameters) -> Transformed:
    """Without resize the result is smaller than the image."""
    p = parameters
    mask, boxes, keypoints = checked(image, mask, boxes, keypoints)
    check_drawn_size(image, p.height, p.width)
    if p.resize:
        scale = np.array([p.rows / p.height, p.columns / p.width])
        offset = np.array([p.top, p.left]) + 0.5 * scale - 0.5
        enlarged = AffineParameters(
            real(np.diag(scale).ravel()), real(offset), "nearest", 0.0, p.height, p.width  # type: ignore[arg-type]
        )  # fmt: skip
        return apply_affine(image, mask, boxes, keypoints, enlarged)
    part = np.s_[p.top : p.top + p.rows, p.left : p.left + p.columns]

    def move(points):
        return points - (p.top, p.left)

    return Transformed(
        image[part].copy(),
        None if mask is None else mask[part].copy(),
        moved_boxes(boxes, move, p.rows, p.columns),
        moved_points(keypoints, move),
    )


HORIZONTAL_FLIP = Transform(_draw_flip(1), apply_flip, FlipParameters)
VERTICAL_FLIP = Transform(_draw_flip(0), apply_flip, FlipParameters)
ROTATION = Transform(draw_rotation, apply_affine, AffineParameters)
SHIFT = Transform(draw_shift, apply_affine, AffineParameters)
ZOOM = Transform(draw_zoom, apply_affine, AffineParameters)
CROP = Transform(draw_crop, apply_crop, CropParameters)
