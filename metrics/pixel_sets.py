"""Numbers of two sets of pixels that need no network: the classifier test on small pixels, the spectrum distance. Pure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .classifying import c2st_number
from .comparing import FOLDS, Statistic, folds_of, jackknifed
from .encoders.pixelview import FEWEST_RINGS, SIDE, PixelView
from .feature_sets import JACKKNIFE, Features, blank
from .functional.spectrum import spectrum_distance
from .functional.tails import t_quantile
from .images import Sets
from .pixels import smallest_size
from .reports import Number, Sentence
from .reports import gettext_noop as _
from .two_sets import two_sample

CHOICES = {"c2st", "spectrum"}
STEPS = 30  # uphill, which settle long before


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
    more = {"unit": "dB", "interval": f"{JACKKNIFE}; upper end also over the profiles that it allows"}
    number = two_sample(profiles, "spectrum", _spectrum, rng, more, _spectrum_interval)
    return replace(number, source=f"pixels, {view.rings} rings")


def _spectrum(real: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
    return np.array([spectrum_distance(real, synthetic)])


def _spectrum_interval(
    statistic: Statistic, real: np.ndarray, synthetic: np.ndarray, groups: np.ndarray, others: np.ndarray, *,
    value: np.ndarray, rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """The jackknife's, its upper end raised to the largest distance of any difference of profiles that the images allow.

    A root of a mean square changes less with the profiles where it is small, so that an interval taken at too small a value is
    too narrow upwards: with 40 patients of unlike brightness 6 of 100 lay below the truth, against 2 as meant.
    """
    kept = folds_of(groups, FOLDS, rng), folds_of(others, FOLDS, rng)
    means = real.mean(axis=0), synthetic.mean(axis=0)
    left_out = (
        np.array([real[rows].mean(axis=0) for rows in kept[0]]) - means[1],
        means[0] - np.array([synthetic[rows].mean(axis=0) for rows in kept[1]]),
    )
    away = [(each - each.mean(axis=0)) * np.sqrt((len(each) - 1) / len(each)) for each in left_out]
    reach = t_quantile(0.975, max(1, min(map(len, away)) - 1)) * np.concatenate(away).T
    half = jackknifed([np.sqrt((each**2).mean(axis=1, keepdims=True)) for each in left_out])
    return value - half, np.maximum(value + half, _farthest(means[0] - means[1], reach))


def _farthest(gap: np.ndarray, reach: np.ndarray) -> float:
    """Largest root mean square of gap + reach @ u over unit vectors u; gap (k,), reach (k, axes): uphill from the gap itself."""
    point = gap
    for _step in range(STEPS):
        uphill = reach.T @ point
        length = np.linalg.norm(uphill)
        if length == 0:
            break
        point = gap + reach @ (uphill / length)
    return float(np.sqrt((point**2).mean()))
