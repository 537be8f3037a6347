"""Where does a picture differ from the one it was made from? What a network that translates pictures may have invented. Pure.

Grey levels may change by design (contrast, modality, noise). So each result is compared with its source after the best linear change
of grey levels, result = a * source + b by least squares; what that does not explain is the residual. A smooth residual over a few pixels
that stands out is where to look: noise averages out under a Gaussian of two pixels, a structure does not.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

SMOOTH = 2.0  # pixels
NOTABLE = 0.15  # of the range: a smooth residual above is called notable


@dataclass(frozen=True)
class Change:
    """`mean`: mean absolute difference; `peak`: largest smooth residual; `place`: its (x, y) in pixels; `area`: share of pixels whose smooth
    residual is notable. The first two as shares of the range. `overlap`: Dice coefficient of what is bright (Otsu 1979) before and
    after, 1 where the outline stays."""

    mean: float
    peak: float
    place: tuple[int, int]
    area: float
    overlap: float

    @property
    def is_notable(self) -> bool:
        return self.peak >= NOTABLE


def compare(source: np.ndarray, made: np.ndarray) -> Change:
    """`source`, `made`: (h, w) shares of their ranges, 0 to 1, of one size."""
    smooth = np.abs(gaussian_filter(residual(source, made), SMOOTH))
    y, x = np.unravel_index(int(smooth.argmax()), smooth.shape)
    return Change(
        float(np.abs(made - source).mean()), float(smooth.max()), (int(x), int(y)), float((smooth >= NOTABLE).mean()),
        dice(source > otsu(source), made > otsu(made)),
    )  # fmt: skip


def residual(source: np.ndarray, made: np.ndarray) -> np.ndarray:
    """made - (a * source + b), with a and b by least squares and a not below 0, so that an inverted picture is a change."""
    centred = source - source.mean()
    slope = max(0.0, float((centred * made).sum() / max(float((centred**2).sum()), 1e-12)))
    return made - made.mean() - slope * centred


def otsu(picture: np.ndarray) -> float:
    """The grey level that parts a picture into two classes with the largest variance between them (Otsu 1979); 256 steps."""
    counts, edges = np.histogram(picture, bins=256, range=(0.0, 1.0))
    middles = (edges[:-1] + edges[1:]) / 2
    below, mass = np.cumsum(counts), np.cumsum(counts * middles)
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = mass / below - (mass[-1] - mass) / above
        between = np.where((below > 0) & (above > 0), below * above * apart**2, 0.0)
    return float(edges[1:][int(between.argmax())])


def dice(one: np.ndarray, other: np.ndarray) -> float:
    """2 |A and B| / (|A| + |B|); 1 where both are empty."""
    total = one.sum() + other.sum()
    return float(2 * (one & other).sum() / total) if total else 1.0


def at_size(values: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """A grey picture (h, w) of shares at the size of another, antialiased as a network's input is."""
    if values.shape == shape:
        return values
    image = Image.fromarray(values.astype(np.float32))
    return np.asarray(image.resize(shape[::-1], Image.Resampling.BILINEAR)).astype(np.float64)


def picture_of(source: np.ndarray, made: np.ndarray) -> Image.Image:
    """The residual as a colour picture: grey none, orange brighter than the source explains, blue darker; full colour at 0.3."""
    share = np.clip(gaussian_filter(residual(source, made), 0.7) / 0.3, -1, 1)[..., None]
    ground, more, less = np.array([236, 236, 238]), np.array([196, 84, 0]), np.array([24, 92, 168])
    colour = np.where(share > 0, more, less)
    mixed = ground + np.abs(share) * (colour - ground)
    return Image.fromarray(mixed.round().astype(np.uint8))
