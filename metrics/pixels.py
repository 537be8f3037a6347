"""Numbers made from pixels alone: likeness within a set, differences of pairs, and the histogram of intensities. Pure.

Images reach the functions as float32 from 0 to 1 over their set's declared range, so data_range is 1 everywhere.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .functional.information import nmi
from .functional.similarity import mae, ms_ssim, mse, psnr, ssim
from .functional.tails import t_quantile
from .images import EvaluationRefused, Images, Look, Step
from .reports import gettext_noop as _

LIKENESS = "MS-SSIM, version 1"
PAIRS = 400  # of a set, drawn disjoint: independent of one another, so that the mean has a plain interval
BATCH = 16


@dataclass(frozen=True)
class PairedRows:
    """One value a pair, by position; psnr is infinite where the two images are equal."""

    mae: np.ndarray  # in the unit of the pixels
    mse: np.ndarray  # in the squared unit of the pixels
    psnr: np.ndarray  # dB
    ssim: np.ndarray
    ms_ssim_paired: np.ndarray
    nmi: np.ndarray


def likeness_within(
    images: Images, size: tuple[int, int], *, rng: np.random.Generator, step: Step, cache: Path
) -> np.ndarray:
    """MS-SSIM of disjoint random pairs of one set, (pairs,) float; both images resized to `size` where they differ from it.

    Pairs never come from one group (two images of one patient are alike for a reason that has nothing to do with variety).
    The values of these pairs are kept in `cache`, as features are.
    """
    pairs = _disjoint_pairs(images.group_numbers(), rng)[:PAIRS]
    digests = [[images.digests[at] for at in pair] for pair in pairs.tolist()]
    asked = json.dumps([LIKENESS, [int(side) for side in size], images.intensity, digests])
    kept = cache / "likeness" / f"{hashlib.sha256(asked.encode()).hexdigest()[:32]}.npy"
    try:
        return np.load(kept, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        values = _likeness(images, size, pairs, step)
    kept.parent.mkdir(parents=True, exist_ok=True)
    part = kept.with_name(f".{kept.stem}-{os.getpid()}.npy")
    np.save(part, values)
    os.replace(part, kept)
    return values


def _likeness(images: Images, size: tuple[int, int], pairs: np.ndarray, step: Step) -> np.ndarray:
    values = [np.empty(0)]
    for start in range(0, len(pairs), BATCH):
        step(start, len(pairs))
        chunk = pairs[start : start + BATCH]
        first = np.stack([fitted(images.scaled(int(a)), size) for a, _b in chunk])
        second = np.stack([fitted(images.scaled(int(b)), size) for _a, b in chunk])
        values.append(np.asarray(ms_ssim(first, second, data_range=1.0), float))
    return np.concatenate(values)


def _disjoint_pairs(groups: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(pairs, 2) positions, each used once, the two of a pair from different groups; images are shuffled first."""
    order = rng.permutation(len(groups))
    half = len(order) // 2
    pairs = np.stack([order[:half], order[half : 2 * half]], axis=1)
    return pairs[groups[pairs[:, 0]] != groups[pairs[:, 1]]]


def smallest_size(*looks: Look) -> tuple[int, int]:
    """(height, width) that every image is brought to before pixels are compared."""
    shapes = np.concatenate([look.shape[:, :2] for look in looks])
    return int(shapes[:, 0].min()), int(shapes[:, 1].min())


def fitted(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A grey float32 image at `size`, by Pillow's antialiased bicubic filter on floats; unchanged where it already fits."""
    return image if image.shape == size else np.clip(resized(image, size), 0, 1)


def resized(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """(h, w) or (h, w, channels) of any scale at (height, width), float32, by the same filter; its overshoot is cut off."""
    from PIL import Image

    if image.shape[:2] == size:
        return image
    planes = image[..., None] if image.ndim == 2 else image
    out = [
        np.asarray(
            Image.fromarray(np.ascontiguousarray(planes[..., c], np.float32)).resize(
                size[::-1], Image.Resampling.BICUBIC
            )
        )
        for c in range(planes.shape[2])
    ]
    whole = np.clip(np.stack(out, axis=-1), image.min(), image.max())
    return whole[..., 0] if image.ndim == 2 else whole


def paired(real: Images, synthetic: Images, *, step: Step) -> PairedRows:
    """Differences of image i of one set and image i of the other; pairs of unlike size are refused, never resized."""
    if len(real) != len(synthetic):
        raise EvaluationRefused(
            _(
                "Paired sets need as many synthetic as real images; “%(real)s” has %(n)s and “%(synthetic)s” has %(m)s. "
                "Evaluate them as unpaired sets."
            ),
            real=real.name, n=len(real), synthetic=synthetic.name, m=len(synthetic),
        )  # fmt: skip
    assert real.intensity is not None
    span = real.intensity[1] - real.intensity[0]
    rows = []
    for position in range(len(real)):
        step(position, len(real))
        rows.append(_pair(real.scaled(position), synthetic.scaled(position), position, span))
    return PairedRows(*np.array(rows, float).T)


def _pair(reference: np.ndarray, image: np.ndarray, position: int, span: float) -> tuple[float, ...]:
    if reference.shape != image.shape:
        raise EvaluationRefused(
            _(
                "Pair %(position)s differs in size: %(real)s against %(synthetic)s. Paired images must have one size."
            ),
            position=position, real=_size(reference), synthetic=_size(image),
        )  # fmt: skip
    return (
        span * float(mae(reference, image)),
        span**2 * float(mse(reference, image)),
        _psnr(reference, image),
        float(ssim(reference, image, data_range=1.0)),
        float(ms_ssim(reference, image, data_range=1.0)),
        float(nmi(reference, image)),
    )


def _psnr(reference: np.ndarray, image: np.ndarray) -> float:
    return np.inf if np.array_equal(reference, image) else float(psnr(reference, image, data_range=1.0))


def _size(image: np.ndarray) -> str:
    return f"{image.shape[1]} × {image.shape[0]}"


def intensity_shares(look: Look) -> np.ndarray:
    """(bins,) mean over images of the share of pixels in each bin, so that a large image weighs as much as a small one."""
    return (look.histogram / look.histogram.sum(axis=1, keepdims=True)).mean(axis=0)


def mean_interval(values: np.ndarray) -> tuple[float, float]:
    """95 % interval of a mean of independent values, by Student's t. Needs at least two."""
    half = t_quantile(0.975, len(values) - 1) * float(values.std(ddof=1) / np.sqrt(len(values)))
    return float(values.mean()) - half, float(values.mean()) + half
