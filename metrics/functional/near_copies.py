"""Which pictures are near copies of training pictures: mirrored, cropped, shifted, with noise added, or as they are?

Features that a network or a texture gives do not find these: noise moves textures, a mirror moves everything. So pictures themselves
are compared, in two steps. The search (metrics.functional.copy_search) holds each picture against every training picture seen
whole and through a frame of 92 or 85 per cent in nine or sixteen places, both as it is and mirrored. The nearest one is then laid
upon it: the middle of the picture, at some sizes about that of the frame, is slid over the training picture at 64 x 64, and the
largest normalised cross-correlation is the likeness.

Where noise keeps that below a copy's, it is asked what the likeness would be without (metrics.functional.noisy_copies).

Another visit of a patient is alike in build, not in every rib: it stays below what is told a copy (thresholds: benchmarks.mode_collapse).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .copy_search import FINE, SHIFT, search
from .errors import CannotMeasure
from .noisy_copies import Rest, noise_power, rest

SIZES = {  # at which a picture is laid upon the one it was found in, by the frame that it was found through
    SHIFT: (1.0,), 1.0: (1.0, 0.975, 0.95), 0.92: (1.0, 0.975, 0.95, 0.925, 0.9, 0.88), 0.85: (1.0, 0.9, 0.88, 0.865, 0.85, 0.83)
}  # fmt: skip
MIDDLE = 0.8  # of a picture's side that is laid upon the other: the rest may be shifted out of view
BAND = (1.0, 6.0)  # standard deviations of the Gaussians at 64 pixels
COPY = 0.97  # likeness from which a picture is told a near copy
FOREIGN = 1 / COPY**2 - 1  # share of the rest that a likeness of COPY leaves
# Of a picture's variance that may be noise: the most at which copies were told on the collection that the rules were chosen on. A
# generator's own noise, of .4 and more in the fully connected GANs of benchmarks.collapse_trained, may leave as little by chance.
NOISY = 1 / 3
DOUBT = 0.5  # standard errors by which the rest may lie above that share
APART = 2.0  # standard errors by which it lies below what the next training picture leaves, at least


@dataclass(frozen=True)
class NearCopies:
    """For each of m pictures: nearest (m,) training picture, mirrored (m,) bool, likeness (m,) -1 to 1 when laid upon it, and
    cleaned (m,) the same without white noise, where it is sure enough that there is some."""

    nearest: np.ndarray
    mirrored: np.ndarray
    likeness: np.ndarray
    cleaned: np.ndarray

    @property
    def is_copy(self) -> np.ndarray:
        return self.cleaned >= COPY

    def or_likelier(self, other: "NearCopies") -> "NearCopies":
        """Of each picture the likelier of two training pictures."""
        better = other.cleaned > self.cleaned
        names = ("nearest", "mirrored", "likeness", "cleaned")
        return NearCopies(*(np.where(better, getattr(other, name), getattr(self, name)) for name in names))


def near_copies(pictures: Any, training: Any, *, side: int = FINE) -> NearCopies:
    """From (m, 64, 64) and (n, 64, 64) grey pictures on one scale. A flat picture is like none: its likeness is 0.

    `side` is how many pixels the pictures had before they were brought to 64, at least: noise of small ones is coarser.
    Raises CannotMeasure for other shapes and for no training pictures.
    """
    made, known = (_checked(stack, name) for stack, name in ((pictures, "given"), (training, "training")))
    best = None
    for found in search(made, known):
        laid = [_laid(picture, known, *place) for picture, place in zip(made, found.places())]
        cleaned = [
            _cleaned(one, picture, known, place, side)
            for one, picture, place in zip(laid, made, found.second.places())
        ]
        likeness = np.array([one.likeness for one in laid])
        here = NearCopies(found.nearest, found.mirrored, likeness, np.maximum(likeness, cleaned))
        best = here if best is None else best.or_likelier(here)
    assert best is not None
    return best


@dataclass(frozen=True)
class Laid:
    """One picture laid upon another: likeness, the windows of both and at what size, None where nothing could be compared."""

    likeness: float
    windows: tuple[np.ndarray, np.ndarray, int, int] | None = None

    def rest(self, side: int, level: float | None = None) -> Rest | None:
        if self.windows is None:
            return None
        window, other, size, cut = self.windows
        return rest(window, other, noise_power(side, size, cut, FINE), level)


def _laid(picture: np.ndarray, known: np.ndarray, index: int, flip: bool, frame: float) -> Laid:
    return lay(picture[:, ::-1] if flip else picture, known[index], SIZES[frame])


def _cleaned(
    first: Laid, picture: np.ndarray, known: np.ndarray, second: tuple[int, bool, float], side: int
) -> float:
    """Likeness without noise, COPY at least, where what is left is known well enough, may be as little as a copy leaves, and is surely
    less than the next training picture leaves: under much noise many pictures could be the original. Else 0."""
    left = first.rest(side) if first.likeness < COPY else None
    if left is None or left.noise > NOISY * picture.var() or left.error > FOREIGN:
        return 0.0
    if left.share - DOUBT * left.error > FOREIGN:
        return 0.0
    next_one = _laid(picture, known, *second).rest(side, left.noise)
    if next_one is not None and next_one.share - left.share < APART * left.error:
        return 0.0
    return max(COPY, left.likeness)


def lay(picture: np.ndarray, training: np.ndarray, sizes: tuple[float, ...] = SIZES[1.0]) -> Laid:
    """Largest normalised cross-correlation of the middle of one (64, 64) picture, at these sizes, with a window of the other."""
    from skimage.feature import match_template

    other, edge, best = _band(training, *BAND), FINE * (1 - MIDDLE) / 2, Laid(0.0)
    if np.ptp(picture) == 0 or np.ptp(other) < 1e-9:
        return best
    for size in sizes:
        side, cut = round(FINE * size), round(edge * size)
        plain = _resized(picture, side)
        shown = _band(plain, *BAND)[cut : side - cut, cut : side - cut]
        if np.ptp(shown) > 1e-9:
            found = match_template(other, shown)
            y, x = np.unravel_index(found.argmax(), found.shape)
            if found[y, x] > best.likeness:
                windows = (
                    plain[cut : side - cut, cut : side - cut],
                    training[y:, x:][: len(shown), : len(shown)],
                )
                best = Laid(float(found[y, x]), (*windows, side, cut))
    return best if best.windows is None else Laid(max(best.likeness, _alike(*best.windows[:2])), best.windows)


def _alike(first: np.ndarray, second: np.ndarray) -> float:
    """Correlation of two windows alone: what lay beyond their edges, where one was shifted or cut, plays no part in the smoothing."""
    a, b = (_band(window, *BAND).ravel() for window in (first, second))
    a, b = a - a.mean(), b - b.mean()
    return float(a @ b / max(1e-12, float(np.linalg.norm(a) * np.linalg.norm(b))))


def _checked(stack: Any, name: str) -> np.ndarray:
    rows = np.asarray(stack, np.float32)
    if rows.ndim != 3 or rows.shape[1:] != (FINE, FINE) or not len(rows):
        raise CannotMeasure(
            f"The {name} pictures have shape {rows.shape}; (n, {FINE}, {FINE}) with n of 1 or more are needed."
        )
    if not np.isfinite(rows).all():
        raise CannotMeasure(f"The {name} pictures hold values that are no numbers; leave those pictures out.")
    return rows


def _band(picture: np.ndarray, low: float, high: float) -> np.ndarray:
    from scipy.ndimage import gaussian_filter

    return gaussian_filter(picture, low) - gaussian_filter(picture, high)


def _resized(picture: np.ndarray, side: int) -> np.ndarray:
    from PIL import Image

    if picture.shape == (side, side):
        return picture
    return np.asarray(
        Image.fromarray(np.ascontiguousarray(picture, np.float32)).resize(
            (side, side), Image.Resampling.BICUBIC
        )
    )
