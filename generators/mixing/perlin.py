"""Perlin mixing: two classes joined along a natural border (Bae et al. 2018, Sci Rep 8:17687), and the noise itself.

Noise (Perlin 1985, 2002): unit gradient vectors at lattice points; inside a cell the four ramps gradient . (p - corner)
are interpolated with weights fade(t), fade = 6t^5 - 15t^4 + 10t^3, or 3t^2 - 2t^3 as in 1985. Zero at lattice points,
|n| <= sqrt(1/2) for one octave.

Because the weight of a corner is a product of one factor per axis, a field is separable: N = W Gx D' + D Gy W', where a
row of W holds the two weights of a pixel row (or column), and D the same times the signed distance to the lattice
line. Two products of small matrices make a whole field."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from generators.mixing import points
from generators.mixing.boxes import around, joined
from generators.mixing.common import (
    Mixed,
    MixingError,
    blend_labels,
    check_images,
    check_inputs,
    check_size,
    choose_partners,
    choose_sources,
    take,
)
from generators.parameters import Parameters, whole

FADES = ("quintic", "cubic")
_TURN = np.float32(2 * math.pi)


def noise(
    shape: tuple[int, int],
    lattice: int | tuple[int, int],
    rng: np.random.Generator,
    octaves: int = 1,
    fade: str = "quintic",
    dtype: DTypeLike = np.float32,
) -> np.ndarray:
    """A field of Perlin noise, (h, w) of dtype.

    lattice: cells along each side, or (rows, columns) of cells; pixel (i, j) lies at (i * rows / h, j * columns / w).
    octaves: layer k has 2**k times the cells and half the height of the one before, so |n| is at most
    sqrt(1/2) * (2 - 2**(1 - octaves)). Raises MixingError on sizes below 1 or an unknown fade."""
    rows, columns = (lattice, lattice) if isinstance(lattice, int | np.integer) else lattice
    if min(*shape, rows, columns, octaves) < 1 or fade not in FADES:
        raise MixingError(
            f"shape {shape}, lattice {lattice}, octaves {octaves}, fade {fade!r}: "
            f"sizes must be at least 1 and fade one of {', '.join(FADES)}."
        )
    kind = np.dtype(dtype).name
    field = _layer(shape, rows, columns, rng, fade, kind)
    for octave in range(1, octaves):
        field += 0.5**octave * _layer(shape, rows << octave, columns << octave, rng, fade, kind)
    return field


def _layer(
    shape: tuple[int, int], rows: int, columns: int, rng: np.random.Generator, fade: str, dtype: str
) -> Any:
    angles = rng.random((rows + 1, columns + 1), np.float32) * _TURN
    gradients = np.empty((2, rows + 1, columns + 1), dtype)
    np.cos(angles, out=gradients[0], dtype=dtype)
    np.sin(angles, out=gradients[1], dtype=dtype)
    inner = gradients @ _across(shape[1], columns, fade, dtype)
    return _down(shape[0], rows, fade, dtype) @ inner.reshape(2 * (rows + 1), shape[1])


@lru_cache(maxsize=64)
def _down(pixels: int, cells: int, fade: str, dtype: str) -> np.ndarray:
    """(pixels, 2 (cells + 1)): W beside D."""
    return _frozen(np.ascontiguousarray(_axis(pixels, cells, fade, dtype).T))


@lru_cache(maxsize=64)
def _across(pixels: int, cells: int, fade: str, dtype: str) -> np.ndarray:
    """(2, cells + 1, pixels): D', for the gradients' first part, and W'."""
    return _frozen(_axis(pixels, cells, fade, dtype).reshape(2, cells + 1, pixels)[::-1].copy())


def _frozen(matrix: np.ndarray) -> np.ndarray:
    matrix.setflags(write=False)
    return matrix


def _axis(pixels: int, cells: int, fade: str, dtype: str) -> np.ndarray:
    """(2 (cells + 1), pixels): W' above D', for one axis."""
    position = np.arange(pixels) * cells / pixels
    cell = position.astype(int)
    t = position - cell
    f = t**3 * (t * (6 * t - 15) + 10) if fade == "quintic" else t**2 * (3 - 2 * t)
    matrix = np.zeros((2 * (cells + 1), pixels), dtype)
    pixel = np.arange(pixels)
    matrix[cell, pixel], matrix[cell + 1, pixel] = 1 - f, f
    matrix[cells + 1 + cell, pixel], matrix[cells + 2 + cell, pixel] = (1 - f) * t, f * (t - 1)
    return matrix


@dataclass(frozen=True)
class PerlinParameters(Parameters):
    """seeds: one per output, for numpy's default_rng, from which `noise` makes the field."""

    sources: tuple[int, ...]
    partners: tuple[int, ...]
    seeds: tuple[int, ...]
    lattice: int
    octaves: int
    quantile: float
    fade: str
    height: int
    width: int


parameters_type = PerlinParameters


def draw(
    rng: np.random.Generator,
    images: np.ndarray,
    *,
    lattice: int = 4,
    octaves: int = 1,
    quantile: float = 0.5,
    fade: str = "quintic",
    classes: ArrayLike | None = None,
    sources: Sequence[int] | None = None,
    partners: Sequence[int] | None = None,
) -> PerlinParameters:
    """quantile: share of the picture that stays the source's. classes: (n,) class of each picture; partners are then
    drawn from another class, and it is refused where there is only one."""
    height, width = check_images(images)
    if min(lattice, octaves) < 1 or not 0 < quantile < 1 or fade not in FADES:
        raise MixingError(
            f"lattice {lattice}, octaves {octaves}, quantile {quantile}, fade {fade!r}: lattice and octaves must be at "
            f"least 1, quantile between 0 and 1, fade one of {', '.join(FADES)}."
        )
    chosen = choose_sources(len(images), sources)
    if partners is None and classes is not None:
        partners = _of_another_class(rng, np.asarray(classes), chosen)
    others = choose_partners(rng, len(images), chosen, partners, sources is not None)
    seeds = whole(rng.integers(0, 2**53, len(chosen)))
    return PerlinParameters(chosen, others, seeds, lattice, octaves, float(quantile), fade, height, width)


def _of_another_class(rng: np.random.Generator, classes: np.ndarray, sources: tuple[int, ...]) -> list[int]:
    found = [np.flatnonzero(classes != classes[source]) for source in sources]
    if any(len(others) == 0 for others in found):
        raise MixingError("Perlin mixing joins two classes, but all pictures have one class.")
    return [int(rng.choice(others)) for others in found]


def region(parameters: PerlinParameters, i: int) -> np.ndarray:
    """(h, w) bool: where output i shows its partner. The pixels at or below the quantile of the field are the
    source's: the share is exact to one pixel but for ties."""
    p = parameters
    # Matrix products differ in their last bit from processor to processor. In float64 that bit is far below the gaps
    # between pixels, so that the border stays the same everywhere.
    rng = np.random.default_rng(p.seeds[i])
    field = noise((p.height, p.width), p.lattice, rng, p.octaves, p.fade, np.float64)
    kept = min(max(round(p.quantile * field.size), 1), field.size)
    return field > np.partition(field, kept - 1, axis=None)[kept - 1]


def apply(
    images: np.ndarray, labels: Any, masks: Any, parameters: PerlinParameters, boxes: Any = None, keypoints: Any = None
) -> Mixed:  # fmt: skip
    """Shapes as in generators.mixing.common. Labels are weighted by the true areas. class_mask holds the class of each
    pixel: the largest of its picture's labels, or without labels 0 for the source and 1 for the partner."""
    p = parameters
    check_inputs(images, labels, masks, boxes, keypoints, p.sources + p.partners)
    check_size(images, p.height, p.width)
    regions = np.stack([region(p, i) for i in range(len(p.sources))])
    out = _joined_rows(images, p, regions)
    out_masks = None if masks is None else _joined_rows(np.asarray(masks), p, regions)
    share = regions.mean(axis=(1, 2))
    mixed, class_mask = None, regions.astype(np.int32)
    if labels is not None:
        indices = np.column_stack([p.sources, p.partners])
        mixed = blend_labels(labels, indices, np.column_stack([1 - share, share]))
        of = np.argmax(labels, axis=1).astype(np.int32)[indices]
        class_mask = np.where(regions, of[:, 1, None, None], of[:, 0, None, None])
    kept = None if boxes is None else [
        joined(around(boxes[s], ~where), around(boxes[o], where)) for s, o, where in zip(p.sources, p.partners, regions)
    ]  # fmt: skip
    seen = None if keypoints is None else [
        joined(points.on(keypoints[s], ~where), points.on(keypoints[o], where))
        for s, o, where in zip(p.sources, p.partners, regions)
    ]  # fmt: skip
    return Mixed(out, mixed, out_masks, kept, class_mask, seen)


def _joined_rows(rows: np.ndarray, parameters: PerlinParameters, regions: np.ndarray) -> np.ndarray:
    out = take(rows, parameters.sources)
    for i, partner in enumerate(parameters.partners):
        where = regions[i] if rows.ndim == 3 else regions[i, :, :, None]
        np.copyto(out[i], rows[partner], where=where)
    return out
