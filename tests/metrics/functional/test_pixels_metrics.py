"""Spectra and mutual information: invariances, and what must be seen."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from metrics.functional.errors import CannotMeasure
from metrics.functional.information import nmi
from metrics.functional.spectrum import radial_spectrum, spectrum_distance, squared_spectrum_difference


def pictures(seed: int, count: int = 12, side: int = 64) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.stack([gaussian_filter(rng.random((side, side)), 1.5) for _picture in range(count)])


def profiles(stack: np.ndarray) -> np.ndarray:
    return np.stack([radial_spectrum(picture, 16) for picture in stack])


def test_turning_and_brightening_leave_the_spectrum_alone_and_contrast_lifts_all_of_it():
    picture = pictures(0, 1)[0]
    base = radial_spectrum(picture, 16)
    np.testing.assert_allclose(radial_spectrum(np.rot90(picture), 16), base, atol=1e-9)
    np.testing.assert_allclose(radial_spectrum(picture + 0.3, 16), base, atol=1e-6)
    # Twice the contrast is four times the power: 6.02 dB, but for the faint rings near the floor of 100 dB.
    np.testing.assert_allclose(radial_spectrum(2 * picture, 16)[:6] - base[:6], 20 * np.log10(2), atol=0.01)


def test_white_noise_is_flat_and_its_power_is_its_variance():
    stack = np.random.default_rng(1).normal(0, 0.1, (60, 64, 64))
    np.testing.assert_allclose(profiles(stack)[:, 1:].mean(axis=0), 20 * np.log10(0.1), atol=0.7)


def test_blurred_and_checkered_images_are_far_and_new_ones_near():
    real, new = profiles(pictures(2)), profiles(pictures(3))
    blurred = profiles(np.stack([gaussian_filter(picture, 1) for picture in pictures(3)]))
    checkered = pictures(3)
    checkered[:, ::2, ::2] += 0.02
    assert spectrum_distance(real, new) < 1
    assert spectrum_distance(real, blurred) > 3
    assert spectrum_distance(real, profiles(checkered)) > 3


def test_without_a_difference_the_square_is_zero_on_average():
    rng = np.random.default_rng(4)
    squares = [
        squared_spectrum_difference(rng.normal(size=(15, 8)), rng.normal(size=(11, 8))) for _ in range(500)
    ]
    assert abs(np.mean(squares)) < 3 * np.std(squares) / 500**0.5
    assert min(squares) < 0


@pytest.mark.parametrize("picture", [np.zeros((20, 64)), np.zeros((64, 64, 3)), np.full((64, 64), np.nan)])
def test_no_spectrum_of_what_is_no_picture(picture):
    with pytest.raises(CannotMeasure):
        radial_spectrum(picture, 16)


def test_mutual_information_of_an_inverted_of_an_unrelated_and_of_a_flat_picture():
    rng = np.random.default_rng(5)
    picture = rng.integers(0, 50, (64, 64)).astype(float)
    assert nmi(picture, 255 - 3 * picture) == pytest.approx(2)
    assert nmi(picture, rng.random((64, 64)), bins=8) == pytest.approx(1, abs=0.01)
    assert nmi(picture, np.ones((64, 64))) == pytest.approx(1)
    assert nmi(np.ones((64, 64)), np.ones((64, 64))) == 1
    with pytest.raises(CannotMeasure, match="2 are needed"):
        nmi(picture, picture, bins=1)
