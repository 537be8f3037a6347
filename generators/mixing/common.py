"""What the mixing methods share: the shapes they accept, who is mixed with whom, and the result.

Every method is two functions. `draw(rng, images, **options)` draws all chance into frozen parameters (JSON by
`to_dict`); `apply(images, labels, masks, parameters)` has no chance in it, so stored parameters replay a picture bit
for bit. Nothing that is passed in is changed.

    images  (n, h, w) or (n, h, w, c) with c from 1 to 4; uint8, uint16, float32 or float64. The type is kept.
    labels  (n, classes) numbers, soft or one-hot, or None. Returned as float64, so that shares sum to one.
    masks   (n, h, w) whole numbers (a class per pixel, 0 for background), or None.
    boxes   n arrays (k, 4 or more): x0, y0, x1, y1 in pixels, x1 and y1 excluded, then numbers that go along; or None.
    keypoints  n arrays (k, 2 or more): x, y with whole numbers at the centres of pixels, then numbers; or None. Boxes and
            points that can no longer be seen are dropped.

By default output i is made from picture i. `sources` (and `partners`) in `draw` name other pictures by index, so that
a caller may ask for one output out of many pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from generators.parameters import DTYPES, UnusableInput, whole


class MixingError(UnusableInput):
    """Images, labels, masks or parameters that cannot be mixed; the message says what to do."""


@dataclass(frozen=True)
class Mixed:
    """What `apply` returns, one row per output.

    class_mask  (m, h, w): the class of each pixel where the method draws a border (Perlin mixing), else None."""

    images: np.ndarray
    labels: np.ndarray | None
    masks: np.ndarray | None
    boxes: list[np.ndarray] | None = None
    class_mask: np.ndarray | None = None
    keypoints: list[np.ndarray] | None = None


def check_images(images: np.ndarray) -> tuple[int, int]:
    """(height, width); raises MixingError unless images are as the module says."""
    shape: tuple[int, ...] = getattr(images, "shape", ())
    if len(shape) not in (3, 4) or 0 in shape or (len(shape) == 4 and shape[3] > 4):
        raise MixingError(f"Images have shape {shape}; give (n, h, w), or (n, h, w, c) with 1 to 4 channels.")
    if str(images.dtype) not in DTYPES:
        raise MixingError(f"Images are {images.dtype}; give one of {', '.join(DTYPES)}.")
    return shape[1], shape[2]


def check_inputs(
    images: np.ndarray, labels: Any, masks: Any, boxes: Any, keypoints: Any, indices: Sequence[int]
) -> None:
    """Raises MixingError unless everything has one row per image and the parameters name images that are there."""
    check_images(images)
    n = len(images)
    if labels is not None and (np.ndim(labels) != 2 or len(labels) != n):
        raise MixingError(
            f"Labels have shape {np.shape(labels)}; give (n, classes) with n = {n}, e.g. by one_hot."
        )
    if masks is not None and (
        np.shape(masks) != images.shape[:3] or np.asarray(masks).dtype.kind not in "biu"
    ):
        raise MixingError(
            f"Masks have shape {np.shape(masks)} and type {np.asarray(masks).dtype}; the images ask for whole numbers "
            f"of shape {images.shape[:3]}."
        )
    for lists, what in ((boxes, "boxes"), (keypoints, "key points")):
        if lists is not None and len(lists) != n:
            raise MixingError(f"There are {len(lists)} lists of {what} for {n} images.")
    if min(indices) < 0 or max(indices) >= n:
        raise MixingError(f"The parameters name image {max(indices)}, but there are {n}, counted from 0.")


def check_size(images: np.ndarray, height: int, width: int) -> None:
    if images.shape[1:3] != (height, width):
        raise MixingError(
            f"The parameters were drawn for {height} x {width} pixels, the images have {images.shape[1:3]}."
        )


def choose_sources(n: int, sources: Sequence[int] | None) -> tuple[int, ...]:
    return tuple(range(n)) if sources is None else whole(sources)


def choose_partners(
    rng: np.random.Generator, n: int, sources: tuple[int, ...], partners: Sequence[int] | None, asked: bool
) -> tuple[int, ...]:
    """One partner per output. Not given: a random order of the batch, as the papers do; where sources were asked for
    by name, any other picture."""
    if partners is not None:
        if len(partners) != len(sources):
            raise MixingError(f"{len(partners)} partners were given for {len(sources)} outputs.")
        return whole(partners)
    if not asked:
        return whole(rng.permutation(n))
    if n == 1:
        return sources
    return tuple((source + int(rng.integers(1, n))) % n for source in sources)


def take(rows: np.ndarray, indices: tuple[int, ...]) -> np.ndarray:
    """A copy of the named rows."""
    if indices == tuple(range(len(rows))):
        return rows.copy()
    return rows[list(indices)]


def one_hot(classes: ArrayLike, count: int | None = None) -> np.ndarray:
    """(n,) class numbers from 0 -> (n, count) float64."""
    numbers = np.asarray(classes)
    if numbers.ndim != 1 or numbers.dtype.kind not in "iu" or (numbers.size and numbers.min() < 0):
        raise MixingError(
            f"Classes have shape {numbers.shape} and type {numbers.dtype}; give (n,) whole numbers from 0."
        )
    count = int(numbers.max(initial=-1)) + 1 if count is None else count
    if numbers.size and numbers.max() >= count:
        raise MixingError(f"Class {numbers.max()} was given, but there are {count}, counted from 0.")
    return np.eye(count)[numbers]


def blend_labels(labels: ArrayLike, indices: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Sum of weights (m, k) times labels[indices (m, k)] -> (m, classes) float64, added in the order of k."""
    rows = np.asarray(labels, dtype=np.float64)
    total = np.zeros((len(indices), rows.shape[1]))
    for k in range(indices.shape[1]):
        total += weights[:, k, None] * rows[indices[:, k]]
    return total
