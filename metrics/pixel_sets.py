"""Numbers of two sets of pixels that need no network: the classifier test on small pixels, the spectrum distance. Pure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .classifying import c2st_number
from .encoders.pixelview import FEWEST_RINGS, SIDE, PixelView
from .feature_sets import Features, blank
from .functional.spectrum import squared_spectrum_difference
from .images import Sets
from .pixels import smallest_size
from .reports import Number, Sentence
from .reports import gettext_noop as _
from .two_sets import two_sample

CHOICES = {"c2st", "spectrum"}


def view_of(sets: Sets) -> PixelView:
    """For the size that pictures of these sets are brought to."""
    return PixelView(smallest_size(*sets.looks.values()))


def pixel_set_numbers(
    sets: Sets, view: PixelView, raw: dict[str, np.ndarray], chosen: set[str], rng: np.random.Generator
) -> list[Number]:
    """From the encoded views of the real and the synthetic set."""
    small, spectra = zip(*(view.parts(raw[role]) for role in ("real", "synthetic")))
    protocol = {str(name): str(value) for name, value in view.protocol().items() if value}
    groups = sets.real.group_numbers(), sets.synthetic.group_numbers()
    numbers = []
    if "c2st" in chosen:
        pixels = Features("", view.title, small[0], small[1], *groups, protocol)
        numbers.append(replace(c2st_number(pixels, rng), source=f"pixels, {SIDE} × {SIDE}"))
    if "spectrum" in chosen:
        profiles = Features("", view.title, spectra[0], spectra[1], *groups, protocol)
        numbers.append(_spectrum(profiles, view, rng))
    return numbers


def _spectrum(profiles: Features, view: PixelView, rng: np.random.Generator) -> Number:
    """In dB: the interval and the floor of the squared difference, and the root of all of them."""
    source = f"pixels, {view.rings} rings"
    if not view.has_spectrum:
        reason = Sentence(_("Images need at least %(least)s pixels a side."), {"least": 2 * FEWEST_RINGS})
        return replace(blank(profiles, "spectrum"), source="pixels", absent=reason)
    number = replace(two_sample(profiles, "spectrum", _squared, rng, {"unit": "dB"}), source=source)
    if number.value is None:
        return number
    floor = None if number.floor is None else _roots(number.floor)
    interval = None if number.interval is None else _roots(number.interval)
    matched = None if number.matched is None else _root(number.matched)
    return replace(number, value=_root(number.value), interval=interval, floor=floor, matched=matched)


def _squared(real: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
    return np.array([squared_spectrum_difference(real, synthetic)])


def _root(value: float) -> float:
    return float(np.sqrt(max(0.0, value)))


def _roots(ends: tuple[float, float]) -> tuple[float, float]:
    return _root(ends[0]), _root(ends[1])
