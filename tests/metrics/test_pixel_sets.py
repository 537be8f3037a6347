"""The interval of the spectrum distance: how far the allowed profiles reach."""

import numpy as np
import pytest
from scipy.optimize import minimize

from metrics.pixel_sets import _farthest


@pytest.mark.parametrize("seed", range(4))
def test_the_farthest_point_of_an_ellipsoid_is_scipys(seed):
    rng = np.random.default_rng(seed)
    gap, reach = rng.normal(size=5), 0.3 * rng.normal(size=(5, 3))

    def negative(u):
        return -np.sqrt(np.mean((gap + reach @ (u / np.linalg.norm(u))) ** 2))

    best = min(minimize(negative, rng.normal(size=3)).fun for _start in range(8))
    assert _farthest(gap, reach) == pytest.approx(-best, rel=1e-5)


def test_no_uncertainty_reaches_nowhere():
    assert _farthest(np.array([3.0, 4.0]), np.zeros((2, 1))) == pytest.approx(np.sqrt(12.5))
