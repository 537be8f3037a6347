"""What happens to a picture before its features are counted, as in FRD v1's settings of pyradiomics.

Normalised to mean 0 and standard deviation 100 over the whole picture; resampled to every second pixel by a cubic B-spline
(van Griethuysen et al. 2017, whose grid starts half an old pixel in); then the picture itself and the four bands of one
undecimated step of the Coiflet-1 wavelet, each cut into bins of width 5.
"""

import math

import numpy as np
from scipy.ndimage import convolve1d

from ..base import Indescribable

SCALE, SPACING, BIN_WIDTH = 100.0, 2, 5.0
LEAST = SPACING + 1  # pixels a side, so that two are left of them
POLE = math.sqrt(3) - 2
HORIZON = math.ceil(math.log(1e-10) / math.log(abs(POLE)))
_R = math.sqrt(7)
LOW = np.array([_R - 3, 1 - _R, 14 - 2 * _R, 14 + 2 * _R, 5 + _R, 1 - _R]) / (
    16 * math.sqrt(2)
)  # Coiflet 1, analysis
HIGH = LOW[::-1] * np.array([-1, 1, -1, 1, -1, 1])
BANDS = ("original", "wavelet-LH", "wavelet-HL", "wavelet-HH", "wavelet-LL")


class ConstantImage(Indescribable):
    """A picture of one grey level has no texture to describe."""


def prepared(picture: np.ndarray) -> np.ndarray:
    """(h, w) of any real dtype -> (ceil(h / 2), ceil(w / 2)) float64. Raises ConstantImage, and Indescribable below LEAST a side."""
    if min(picture.shape) < LEAST:
        h, w = picture.shape
        raise Indescribable(f"It has {w} x {h} pixels; texture needs at least {LEAST} a side.")
    x = picture.astype(np.float64)
    x -= x.mean()
    spread = np.sqrt((x * x).sum() / (x.size - 1))
    if spread == 0:
        raise ConstantImage("It has one grey level only, so its texture cannot be described.")
    x /= spread
    x *= SCALE
    return _every_second(_coefficients(x))


def _coefficients(x: np.ndarray) -> np.ndarray:
    """Cubic B-spline coefficients with mirrored ends (Unser, Aldroubi & Eden 1993), along the rows, then the columns.

    The start of the causal filter is summed over 18 samples, which leaves an error of 1e-10: so does the library that the
    published features were made with, and in flat backgrounds the sign of that error decides on which side of zero a
    wavelet coefficient, and with it a bin, falls.
    """
    for axis in (1, 0):
        s = np.moveaxis(x, axis, 0).copy()
        if len(s) > 1:
            _filter_lines(s)
        x = np.moveaxis(s, 0, axis)
    return x


def _filter_lines(s: np.ndarray) -> None:
    """In place, along the first axis; line by line into memory at hand, which halves the time of a plain expression. Of a line's
    256 numbers the call itself costs most, and least where the factor is an array and `out` has no name."""
    s *= (1 - POLE) * (1 - 1 / POLE)
    s[0] = _causal_start(s)
    lines, scaled, pole = list(s), np.empty_like(s[0]), np.array(POLE)
    for before, line in zip(lines, lines[1:]):
        np.add(line, np.multiply(before, pole, scaled), line)
    lines[-1][:] = (POLE / (POLE * POLE - 1)) * (POLE * lines[-2] + lines[-1])
    for after, line in zip(lines[:0:-1], lines[-2::-1]):
        np.multiply(np.subtract(after, line, line), pole, line)


def _causal_start(s: np.ndarray) -> np.ndarray:
    n, power, total = len(s), POLE, s[0].copy()
    if n > HORIZON:
        for k in range(1, HORIZON):
            total += power * s[k]
            power *= POLE
        return total
    mirrored = POLE ** (n - 1)
    total += mirrored * s[n - 1]
    mirrored *= mirrored / POLE
    for k in range(1, n - 1):
        total += (power + mirrored) * s[k]
        power, mirrored = power * POLE, mirrored / POLE
    return total / (1 - power * power)


def _every_second(c: np.ndarray) -> np.ndarray:
    """The spline half way between pixels 0 and 1, 2 and 3, ...: weights 1/48, 23/48, 23/48, 1/48 along each axis."""
    outer, inner = 1 / 48, 23 / 48
    weights = (outer, inner, inner, outer)
    rows, columns = (_mirrored(side) for side in c.shape)
    wide = c[rows][:, columns]
    halves = [np.ascontiguousarray(wide[:, side::SPACING]) for side in range(SPACING)]
    h, w = len(rows) - 3, len(columns) // SPACING - 1
    out = np.zeros((-(-h // SPACING), w))
    term = np.empty_like(out)
    for y, weight_y in enumerate(weights):
        for x, weight_x in enumerate(weights):
            first = x // SPACING
            part = halves[x % SPACING][y : y + h : SPACING, first : first + w]
            out += np.multiply(part, weight_x * weight_y, out=term)
    return out


def _mirrored(side: int) -> np.ndarray:
    """Positions from -1 up to two after the end, as far as the last new pixel's four neighbours go, mirrored at the ends."""
    if side == 1:
        return np.zeros(4, int)
    places = np.abs(np.arange(-1, SPACING * -(-side // SPACING) + 1))
    return np.where(places >= side, 2 * (side - 1) - places, places)


def bands(x: np.ndarray) -> dict[str, np.ndarray]:
    """The picture and its four wavelet bands, all of one size; the first letter is the filter along the rows (x)."""
    even = np.pad(x, [(0, side % 2) for side in x.shape], mode="wrap")
    by_x = {letter: _filtered(even, taps, axis=1) for letter, taps in (("L", LOW), ("H", HIGH))}
    out = {"original": x}
    for name in ("LH", "HL", "HH", "LL"):
        band = _filtered(by_x[name[0]], LOW if name[1] == "L" else HIGH, axis=0)
        out[f"wavelet-{name}"] = band[: x.shape[0], : x.shape[1]]
    return out


def _filtered(x: np.ndarray, taps: np.ndarray, axis: int) -> np.ndarray:
    """Periodic convolution, sum over k of taps[k] x[i + 3 - k]: the phase of the stationary transform for six taps."""
    return convolve1d(x, taps, axis=axis, mode="wrap")


def binned(x: np.ndarray) -> np.ndarray:
    """Levels from 1, in bins of width 5 whose edges are multiples of 5; int32, which is filled and compared in half the time."""
    least = x.min()
    apart = x - (least - least % BIN_WIDTH)
    apart /= BIN_WIDTH
    levels = apart.astype(np.int32)  # none is negative, so that the cast rounds down
    levels += 1
    return levels
