"""Noise has the size it says, and coarse pixels are means of boxes."""

import numpy as np
import pytest
from scipy import stats

from generators.classical import corruption

FLAT = np.full((300, 300), 0.5)


def noise(strength, low=0.0, high=1.0):
    return corruption.NoiseParameters(7, strength, low, high)


def test_gaussian_noise_is_gaussian_of_its_sigma():
    out = corruption.apply_gaussian_noise(FLAT, None, None, None, noise(0.05)).image
    assert stats.kstest((out - 0.5).ravel(), stats.norm(0, 0.05).cdf).pvalue > 0.001


def test_shot_noise_counts_photons():
    out = corruption.apply_shot_noise(FLAT, None, None, None, noise(40.0)).image
    counts = np.rint(out * 40).astype(int)
    np.testing.assert_allclose(out * 40, counts, atol=1e-9)
    seen = out[out < 1]  # more than 40 are cut at the brightest value
    assert seen.mean() == pytest.approx(0.5, abs=4 * np.sqrt(20) / 40 / 300)
    assert np.var(counts) == pytest.approx(20, rel=0.03)


def test_impulse_noise_takes_its_share_half_each():
    out = corruption.apply_impulse_noise(FLAT, None, None, None, noise(0.1)).image
    for value in (0.0, 1.0):
        assert stats.binomtest(int((out == value).sum()), out.size, 0.05).pvalue > 0.001
    colour = corruption.apply_impulse_noise(np.stack([FLAT] * 3, axis=2), None, None, None, noise(0.1)).image
    assert (np.ptp(colour, axis=2) == 0).all()


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64"])
def test_coarse_pixels_are_means(dtype):
    rng = np.random.default_rng(0)
    peak = 1 if dtype[0] == "f" else np.iinfo(dtype).max
    image = (rng.random((12, 20)) * peak).astype(dtype)
    out = corruption.apply_pixelate(image, None, None, None, corruption.PixelateParameters(3, 5)).image
    means = image.reshape(3, 4, 5, 4).astype(float).mean(axis=(1, 3))
    assert np.abs(out - np.kron(means, np.ones((4, 4)))).max() <= (1e-6 if peak == 1 else 0.51)
