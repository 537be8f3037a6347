"""CutMix: a box of the partner is pasted into the source (Yun et al. 2019, arXiv:1905.04899, section 3.1).

lam ~ Beta(alpha, alpha) is the share kept; the box has sides height * sqrt(1 - lam) and width * sqrt(1 - lam) rounded
to whole pixels, its centre is uniform over the picture, and it is clipped at the border. lam is then corrected to the
area truly kept: where nothing was pasted the label stays wholly the source's. Masks, boxes and key points are pasted too."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from generators.mixing import points
from generators.mixing.boxes import joined, within, without
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
from generators.mixing.cutout import clipped_boxes
from generators.parameters import Parameters, nested


@dataclass(frozen=True)
class CutMixParameters(Parameters):
    """boxes are (x0, y0, x1, y1) after clipping; lam is the area kept of the source, as a share of the picture."""

    sources: tuple[int, ...]
    partners: tuple[int, ...]
    boxes: tuple[tuple[int, int, int, int], ...]
    lam: tuple[float, ...]
    height: int
    width: int


parameters_type = CutMixParameters


def draw(
    rng: np.random.Generator,
    images: np.ndarray,
    *,
    alpha: float = 1.0,
    sources: Sequence[int] | None = None,
    partners: Sequence[int] | None = None,
) -> CutMixParameters:
    """alpha > 0: 1 makes every area equally likely before clipping."""
    height, width = check_images(images)
    if not alpha > 0:
        raise MixingError(f"alpha is {alpha}; it must be above 0.")
    chosen = choose_sources(len(images), sources)
    others = choose_partners(rng, len(images), chosen, partners, sources is not None)
    side = np.sqrt(1 - rng.beta(alpha, alpha, len(chosen)))
    rows, columns = (np.rint(size * side).astype(np.int64) for size in (height, width))
    y, x = rng.integers(0, (height, width), size=(len(chosen), 2)).T
    boxes = clipped_boxes(y, x, rows, columns, height, width)
    lam = 1 - (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]) / (height * width)
    return CutMixParameters(chosen, others, nested(boxes), nested(lam), height, width)


def apply(
    images: np.ndarray, labels: Any, masks: Any, parameters: CutMixParameters, boxes: Any = None, keypoints: Any = None
) -> Mixed:  # fmt: skip
    """Shapes as in generators.mixing.common."""
    sources, partners = parameters.sources, parameters.partners
    check_inputs(images, labels, masks, boxes, keypoints, sources + partners)
    check_size(images, parameters.height, parameters.width)
    out = take(images, sources)
    given = None if masks is None else np.asarray(masks)
    out_masks = None if given is None else take(given, sources)
    for i, (partner, (x0, y0, x1, y1)) in enumerate(zip(partners, parameters.boxes)):
        out[i, y0:y1, x0:x1] = images[partner, y0:y1, x0:x1]
        if out_masks is not None and given is not None:
            out_masks[i, y0:y1, x0:x1] = given[partner, y0:y1, x0:x1]
    mixed_labels = None
    if labels is not None:
        weights = np.array([(share, 1 - share) for share in parameters.lam])
        mixed_labels = blend_labels(labels, np.column_stack([sources, partners]), weights)
    pasted = None if boxes is None else [
        joined(without(boxes[s], box), within(boxes[p], box)) for s, p, box in zip(sources, partners, parameters.boxes)
    ]  # fmt: skip
    seen = None if keypoints is None else [
        joined(points.outside(keypoints[s], box), points.inside(keypoints[p], box))
        for s, p, box in zip(sources, partners, parameters.boxes)
    ]  # fmt: skip
    return Mixed(out, mixed_labels, out_masks, pasted, keypoints=seen)
