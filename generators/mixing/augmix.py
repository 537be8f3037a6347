"""AugMix: the average of several chains of small changes, averaged again with the picture itself (Hendrycks et al.
2019, arXiv:1912.02781, algorithm 1): m * original + (1 - m) * sum_i w_i chain_i, with w ~ Dirichlet(alpha, ...) and
m ~ Beta(alpha, alpha). Each chain applies 1 to `depth` of nine operations drawn with replacement.

Label, mask, boxes and key points stay as they are: the chains move the anatomy a little, so borders of a mask are only near.
Chains are rounded to the pictures' own type before averaging, and every output pixel lies between the least and the
greatest of original and chains."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from generators.mixing import points
from generators.mixing.augmix_operations import OPERATIONS, draw_magnitude
from generators.mixing.boxes import moved
from generators.mixing.common import Mixed, MixingError, check_images, check_inputs, choose_sources, take
from generators.parameters import Parameters, full_range, real


@dataclass(frozen=True)
class AugMixParameters(Parameters):
    """chains: per output, per chain, (operation, magnitude) pairs. weights: per output, per chain, summing to one.
    original: weight of the picture itself. low, high: the data range."""

    sources: tuple[int, ...]
    chains: tuple[tuple[tuple[tuple[str, float], ...], ...], ...]
    weights: tuple[tuple[float, ...], ...]
    original: tuple[float, ...]
    low: float
    high: float


parameters_type = AugMixParameters


def draw(
    rng: np.random.Generator,
    images: np.ndarray,
    *,
    width: int = 3,
    depth: int = 3,
    severity: float = 3.0,
    alpha: float = 1.0,
    data_range: tuple[float, float] | None = None,
    sources: Sequence[int] | None = None,
) -> AugMixParameters:
    """width: chains. depth: longest chain. severity: strength up to 10. data_range: needed for floats beyond 0 to 1."""
    check_images(images)
    if min(width, depth) < 1 or not 0 < severity <= 10 or not alpha > 0:
        raise MixingError(
            f"width {width}, depth {depth}, severity {severity}, alpha {alpha}: width and depth must be at least 1, "
            "severity above 0 and at most 10, alpha above 0."
        )
    chosen = choose_sources(len(images), sources)
    chains = tuple(tuple(_draw_chain(rng, depth, severity) for _ in range(width)) for _ in chosen)
    weights = tuple(real(row) for row in rng.dirichlet([alpha] * width, len(chosen)))
    original = real(rng.beta(alpha, alpha, len(chosen)))
    return AugMixParameters(chosen, chains, weights, original, *full_range(images, data_range))


def _draw_chain(rng: np.random.Generator, depth: int, severity: float) -> tuple[tuple[str, float], ...]:
    names = list(OPERATIONS)
    drawn = [names[int(k)] for k in rng.integers(0, len(names), int(rng.integers(1, depth + 1)))]
    return tuple((name, draw_magnitude(rng, name, severity)) for name in drawn)


def apply(
    images: np.ndarray, labels: Any, masks: Any, parameters: AugMixParameters, boxes: Any = None, keypoints: Any = None
) -> Mixed:  # fmt: skip
    """Shapes as in generators.mixing.common. Raises MixingError where a picture leaves the data range."""
    p = parameters
    check_inputs(images, labels, masks, boxes, keypoints, p.sources)
    out = np.empty((len(p.sources), *images.shape[1:]), images.dtype)
    for i in range(len(p.sources)):
        _mix(images[p.sources[i]], chain_pictures(images, p, i), p.weights[i], p.original[i], out[i])
    kept = None if labels is None else take(np.asarray(labels, np.float64), p.sources)
    kept_masks = None if masks is None else take(np.asarray(masks), p.sources)
    kept_boxes = None if boxes is None else [moved(boxes[s], 0, 0) for s in p.sources]
    kept_points = None if keypoints is None else [points.rows_of(keypoints[s]) for s in p.sources]
    return Mixed(out, kept, kept_masks, kept_boxes, keypoints=kept_points)


def chain_pictures(images: np.ndarray, parameters: AugMixParameters, i: int) -> np.ndarray:
    """The chains of output i, (width, h, w[, c]) in the images' type."""
    low, span = parameters.low, parameters.high - parameters.low
    picture = images[parameters.sources[i]]
    if picture.min() < low or picture.max() > parameters.high:
        raise MixingError(
            f"A picture has values from {picture.min()} to {picture.max()}, outside the data range {low} to "
            f"{parameters.high}; declare the range they live in."
        )
    work = picture.dtype if picture.dtype.kind == "f" else np.dtype(np.float32)
    unit = ((picture - work.type(low)) / work.type(span)).astype(work)
    chains = np.empty((len(parameters.chains[i]), *picture.shape), picture.dtype)
    for k, chain in enumerate(parameters.chains[i]):
        changed = unit
        for name, magnitude in chain:
            changed = OPERATIONS[name](changed, magnitude).astype(work, copy=False)
        scaled = (changed * work.type(span) + work.type(low)).clip(low, parameters.high)
        chains[k] = np.rint(scaled) if picture.dtype.kind == "u" else scaled
    return chains


def _mix(
    picture: np.ndarray, chains: np.ndarray, weights: tuple[float, ...], original: float, out: np.ndarray
) -> None:
    work = picture.dtype if picture.dtype.kind == "f" else np.dtype(np.float32)
    total = picture * work.type(original)
    least, most = picture.copy(), picture.copy()
    for chain, weight in zip(chains, weights):
        total += chain * work.type((1 - original) * weight)
        np.minimum(least, chain, out=least)
        np.maximum(most, chain, out=most)
    if picture.dtype.kind == "u":
        np.rint(total, out=total)
    np.clip(total, least, most, out=total)
    out[...] = total
