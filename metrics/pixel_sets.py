"""Numbers of two sets of pixels that need no network: the classifier test on small pixels, the spectrum distance. Pure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .classifying import c2st_number
from .encoders.pixelview import FEWEST_RINGS, SIDE, PixelView
from .feature_sets import Features, blank
from .functional.spectrum import spectrum_distance
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
        numbers.append(spectrum_number(profiles, view, rng))
    return numbers


def spectrum_number(profiles: Features, view: PixelView, rng: np.random.Generator) -> Number:
    if not view.has_spectrum:
        reason = Sentence(_("Images need at least %(least)s pixels a side."), {"least": 2 * FEWEST_RINGS})
        return replace(blank(profiles, "spectrum"), source="pixels", absent=reason)
    number = two_sample(profiles, "spectrum", _spectrum, rng, {"unit": "dB"})
    return replace(number, source=f"pixels, {view.rings} rings")


def _spectrum(real: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
    return np.array([spectrum_distance(real, synthetic)])
