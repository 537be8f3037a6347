"""Mixup: two pictures and their labels are blended in the same proportion (Zhang et al. 2017, arXiv:1710.09412,
equation 2): x = lam * source + (1 - lam) * partner, lam ~ Beta(alpha, alpha). lam is the weight of the source.

Whole numbers are rounded to the nearest. A class mask cannot be blended: the mask of the heavier picture is kept (the
source's at lam = 0.5), which is why Mixup is weak for segmentation. Boxes and key points of both pictures stay."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from generators.mixing import points
from generators.mixing.boxes import joined, moved
from generators.mixing.common import (
    Mixed,
    MixingError,
    blend_labels,
    check_images,
    check_inputs,
    choose_partners,
    choose_sources,
    take,
)
from generators.parameters import Parameters, real


@dataclass(frozen=True)
class MixupParameters(Parameters):
    sources: tuple[int, ...]
    partners: tuple[int, ...]
    lam: tuple[float, ...]


parameters_type = MixupParameters


def draw(
    rng: np.random.Generator,
    images: np.ndarray,
    *,
    alpha: float = 1.0,
    sources: Sequence[int] | None = None,
    partners: Sequence[int] | None = None,
) -> MixupParameters:
    """alpha > 0 shapes Beta(alpha, alpha): near 0 one picture dominates, 1 is uniform, above 1 near halves."""
    check_images(images)
    if not alpha > 0:
        raise MixingError(f"alpha is {alpha}; it must be above 0.")
    chosen = choose_sources(len(images), sources)
    others = choose_partners(rng, len(images), chosen, partners, sources is not None)
    return MixupParameters(chosen, others, real(rng.beta(alpha, alpha, len(chosen))))


def apply(
    images: np.ndarray, labels: Any, masks: Any, parameters: MixupParameters, boxes: Any = None, keypoints: Any = None
) -> Mixed:  # fmt: skip
    """Shapes as in generators.mixing.common. Values stay within those of the two pictures (floats outside 0 to 1: but
    for the last bit)."""
    sources, partners, lam = parameters.sources, parameters.partners, parameters.lam
    check_inputs(images, labels, masks, boxes, keypoints, sources + partners)
    out = np.empty((len(sources), *images.shape[1:]), images.dtype)
    blend = _blend_integers if images.dtype.kind == "u" else _blend_floats
    blend(images, sources, partners, lam, out)
    mixed_labels = None
    if labels is not None:
        weights = np.array([(share, 1 - share) for share in lam])
        mixed_labels = blend_labels(labels, np.column_stack([sources, partners]), weights)
    heavier = tuple(s if share >= 0.5 else p for s, p, share in zip(sources, partners, lam))
    mixed_masks = None if masks is None else take(np.asarray(masks), heavier)
    both = None if boxes is None else [
        joined(moved(boxes[s], 0, 0), moved(boxes[p], 0, 0)) for s, p in zip(sources, partners)
    ]  # fmt: skip
    both_points = None if keypoints is None else [
        joined(points.rows_of(keypoints[s]), points.rows_of(keypoints[p])) for s, p in zip(sources, partners)
    ]  # fmt: skip
    return Mixed(out, mixed_labels, mixed_masks, both, keypoints=both_points)


def _blend_floats(images, sources, partners, lam, out) -> None:
    # 1 - w is taken in the pictures' own precision: then w + (1 - w) rounds to 1 and values in 0 to 1 stay there.
    one = images.dtype.type(1)
    other = np.empty(images.shape[1:], images.dtype)
    for i, (source, partner, share) in enumerate(zip(sources, partners, lam)):
        weight = images.dtype.type(share)
        np.multiply(images[source], weight, out=out[i])
        np.multiply(images[partner], one - weight, out=other)
        out[i] += other


def _blend_integers(images, sources, partners, lam, out) -> None:
    blended = np.empty((1, *images.shape[1:]), np.float32)
    for i, (source, partner, share) in enumerate(zip(sources, partners, lam)):
        pair = np.stack([images[source], images[partner]]).astype(np.float32)
        _blend_floats(pair, (0,), (1,), (share,), blended)
        np.rint(blended[0], out=blended[0])
        out[i] = blended[0]
