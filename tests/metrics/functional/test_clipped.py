"""Clipped density and coverage do what they were made for, and their calibration is what chance gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.functional.clipped import clipped_density, expected_coverage
from metrics.functional.manifold import prdc


@pytest.mark.parametrize("bad", [0.0, 0.3, 0.6])
def test_both_fall_in_proportion_to_bad_images(bad):
    rng = np.random.default_rng(0)
    real, synthetic = rng.normal(size=(2, 1500, 3))
    synthetic[: int(1500 * bad)] += 1e3
    found = prdc(real, synthetic)
    assert found.clipped_density == pytest.approx(1 - bad, abs=0.05)
    assert found.clipped_coverage == pytest.approx(1 - bad, abs=0.05)


def test_an_outlying_real_image_lifts_density_and_not_its_clipped_form():
    rng = np.random.default_rng(1)
    real, garbage = rng.normal(size=(400, 3)), rng.normal(60, 1, (400, 3))
    real[:6] = rng.normal(60, 40, (6, 3))  # their balls reach over the garbage
    assert prdc(real, garbage).density > 0.3
    assert prdc(real, garbage).clipped_density < 0.05


@pytest.mark.parametrize(("n", "m"), [(300, 300), (300, 80)])
def test_the_expected_coverage_is_what_draws_of_one_distribution_give(n, m):
    rng, k, found = np.random.default_rng(2), 5, []
    for _draw in range(40):
        real, synthetic = rng.normal(size=(n, 2)), rng.normal(size=(m, 2))
        own = np.sort(np.linalg.norm(real[:, None] - real, axis=2), axis=1)[:, k]
        counts = (np.linalg.norm(real[:, None] - synthetic, axis=2) <= own[:, None]).sum(axis=1)
        found.append(np.minimum(counts / k, 1).mean())
    assert np.mean(found) == pytest.approx(expected_coverage(n, m, k)[m], abs=4 * np.std(found) / 40**0.5)


@given(st.integers(2, 60), st.integers(1, 60), st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_the_expectation_rises_from_nothing_to_at_most_one(n, m, k):
    expected = expected_coverage(n + k, m, k)
    assert expected[0] == pytest.approx(0, abs=1e-12)
    assert (np.diff(expected) > -1e-9).all()
    assert expected[-1] <= 1 + 1e-9


def test_real_images_that_are_all_alike_give_no_division_by_zero():
    assert clipped_density(np.zeros(4), np.zeros(6), 5) == 0
