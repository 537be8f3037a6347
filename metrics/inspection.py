"""Looks at two sets before anything is measured: refuses what cannot be measured, in words, and notes what a reader must know.

Pure: images come from a loader, findings go into a frozen Look. One pass over the pixels, kept beside the features, so that
a second report reads no pixel twice.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from .images import BINS, FEWEST_GROUPS, MINIMUM, EvaluationRefused, Images, Look, Step
from .reports import Sentence, SetSummary, counted
from .reports import gettext_noop as _


def inspect(images: Images, *, cache: Path, step: Step) -> Look:
    """One pass over a set's pixels, or what an earlier pass kept. Refuses what no metric can take."""
    _refuse_undeclared(images)
    low, high = images.intensity  # type: ignore[misc]
    kept = cache / "looks" / f"{images.digest}-{low:g}-{high:g}.npz"
    look = _read(kept)
    if look is None:
        rows = []
        for position in range(len(images)):
            step(position, len(images))
            rows.append(_look_at(images.load(position), low, high))
        look = Look(*(np.array(column) for column in zip(*rows, strict=True)))
        _write(kept, look)
    _refuse_unmeasurable(images, look)
    return look


def _refuse_undeclared(images: Images) -> None:
    if len(images) < MINIMUM:
        raise EvaluationRefused(
            _("“%(name)s” has too few images (%(n)s); at least %(least)s are needed in each set. Add images to it."),
            name=images.name, n=len(images), least=MINIMUM,
        )  # fmt: skip
    if images.intensity is None:
        raise EvaluationRefused(
            _(
                "Nobody has said which pixel values are the lowest and the highest of “%(name)s”, and a metric may not guess. "
                "Declare its intensity range first."
            ),
            name=images.name,
        )
    if not images.intensity[0] < images.intensity[1]:
        raise EvaluationRefused(
            _("The intensity range of “%(name)s” runs from %(low)g to %(high)g; the first must be lower."),
            name=images.name, low=images.intensity[0], high=images.intensity[1],
        )  # fmt: skip


def _look_at(
    pixels: np.ndarray, low: float, high: float
) -> tuple[tuple[int, int, int], float, float, float, np.ndarray]:
    values = np.asarray(pixels, np.float32)
    shape = (values.shape[0], values.shape[1], values.shape[2] if values.ndim == 3 else 1)
    lowest, highest = float(values.min()), float(values.max())
    if not (np.isfinite(lowest) and np.isfinite(highest)):
        return shape, np.nan, np.nan, 0.0, np.zeros(BINS, np.int64)
    # Bins by arithmetic: np.histogram sorts and is ten times slower.
    bins = ((values - low) * (BINS / (high - low))).astype(np.int32).clip(0, BINS - 1)
    outside = 0.0 if low <= lowest and highest <= high else float(((values < low) | (values > high)).mean())
    return shape, lowest, highest, outside, np.bincount(bins.ravel(), minlength=BINS)


def _refuse_unmeasurable(images: Images, look: Look) -> None:
    if not look.finite.all():
        raise EvaluationRefused(
            _(
                "Image %(position)s of “%(name)s” holds values that are no numbers (NaN or infinite), %(n)s such images in all. "
                "Remove them from the set."
            ),
            position=int(np.flatnonzero(~look.finite)[0]), name=images.name, n=int((~look.finite).sum()),
        )  # fmt: skip
    if len(look.constant) == len(images):
        raise EvaluationRefused(
            _("Every image of “%(name)s” is one flat grey; there is nothing to measure."), name=images.name
        )
    if len(set(look.shape[:, 2])) > 1:
        raise EvaluationRefused(
            _("“%(name)s” mixes grey and colour images. Split it into one set of each."), name=images.name
        )


def refuse_unlike(first: Images, look: Look, second: Images, other: Look) -> None:
    """Two sets that do not show the same kind of image."""
    if look.shape[0, 2] != other.shape[0, 2]:
        raise EvaluationRefused(
            _(
                "One of the sets “%(first)s” and “%(second)s” is grey and the other in colour. Choose two of the same kind."
            ),
            first=first.name, second=second.name,
        )  # fmt: skip
    if first.unit and second.unit and first.unit != second.unit:
        raise EvaluationRefused(
            _(
                "The pixels of “%(first)s” are %(unit)s and those of “%(second)s” are %(other)s, so they are not comparable. "
                "Choose two sets of one modality and unit."
            ),
            first=first.name, second=second.name, unit=first.unit, other=second.unit,
        )  # fmt: skip


def summary(images: Images, look: Look) -> SetSummary:
    assert images.intensity is not None
    named = {group for group in images.groups if group}
    return SetSummary(
        name=images.name, count=len(images), groups=len(named), sizes=look.sizes(), channels=int(look.shape[0, 2]),
        intensity=images.intensity, unit=images.unit, digest=images.digest,
    )  # fmt: skip


def notes(real: Images, look: Look, synthetic: Images, other: Look) -> list[Sentence]:
    """What was done and what to beware of, most serious first."""
    found = _overlap(real, synthetic)
    for images, seen in ((real, look), (synthetic, other)):
        found += _within(images, seen)
    if set(look.sizes()) != set(other.sizes()) or len(look.sizes()) > 1:
        sizes = sorted(set(look.sizes()) | set(other.sizes()))
        found.append(
            Sentence(
                _(
                    "The images differ in size (%(sizes)s). Pixels and radiomic features were compared after resizing all images to the "
                    "smallest size, which smooths the larger ones; networks resize by their own rule."
                ),
                {"sizes": ", ".join(sizes[:4]) + (" …" if len(sizes) > 4 else "")},
            )
        )
    if real.intensity != synthetic.intensity:
        found.append(
            Sentence(
                _(
                    "The declared intensity ranges differ (%(real)s against %(synthetic)s); each set was scaled by its own."
                ),
                {"real": _range(real), "synthetic": _range(synthetic)},
            )
        )
    named = len({group for group in real.groups if group})
    if named < FEWEST_GROUPS:
        words = (
            _(
                "No patients are named in the real set, so intervals treat its images as independent and may be too narrow."
            )
            if not named
            else _(
                "The real set is of %(n)s patients only, too few for intervals, which treat its images as independent and are too narrow."
            )
        )
        found.append(Sentence(words, {"n": named} if named else {}))
    return found


def _overlap(real: Images, synthetic: Images) -> list[Sentence]:
    shared = len(set(real.digests) & set(synthetic.digests))
    if not shared:
        return []
    return [
        counted(
            shared,
            _("The sets overlap: one image is, pixel for pixel, in both. Take it out of one set and evaluate again."),
            _("The sets overlap: %(n)s images are, pixel for pixel, in both. Every comparison looks better than it is; take them out of one set and evaluate again."),
        )
    ]  # fmt: skip


def _within(images: Images, look: Look) -> list[Sentence]:
    found = []
    again = len(images) - len(set(images.digests))
    if again:
        found.append(
            counted(
                again, _("One image of “%(name)s” repeats another one exactly."),
                _("%(n)s images of “%(name)s” repeat another one exactly."), name=images.name,
            )
        )  # fmt: skip
    if len(look.constant):
        found.append(
            counted(
                len(look.constant), _("One image of “%(name)s” is one flat grey (number %(position)s); it counts as any other."),
                _("%(n)s images of “%(name)s” are one flat grey (the first is number %(position)s); they count as any other."),
                name=images.name, position=int(look.constant[0]),
            )
        )  # fmt: skip
    if look.outside.mean() > 0.001:
        found.append(
            Sentence(
                _("%(share).1f per cent of the pixels of “%(name)s” lie outside its declared range and were clipped."),
                {"share": 100 * float(look.outside.mean()), "name": images.name},
            )
        )  # fmt: skip
    return found


def _range(images: Images) -> str:
    assert images.intensity is not None
    return f"{images.intensity[0]:g} to {images.intensity[1]:g}"


def _read(path: Path) -> Look | None:
    try:
        with np.load(path, allow_pickle=False) as kept:
            return Look(*(kept[name] for name in ("shape", "low", "high", "outside", "histogram")))
    except (OSError, KeyError, ValueError):
        return None  # none yet, or cut off: looked at again


def _write(path: Path, look: Look) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.stem}-{os.getpid()}.npz")
    np.savez(part, shape=look.shape, low=look.low, high=look.high, outside=look.outside, histogram=look.histogram)  # fmt: skip
    os.replace(part, path)
