"""Intervals and floors against closed forms: the mean, whose standard error is known."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest

from metrics.comparing import compare, floor, half_samples, halves, jackknife
from metrics.neighbourhood import _at_the_end
from metrics.reports import Number, Sentence


def difference(real: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
    return real.mean(axis=0) - synthetic.mean(axis=0)


def test_the_jackknife_of_a_difference_of_means_is_its_standard_error():
    """Averaged over samples, since one jackknife of ten folds is itself a guess."""
    rng = np.random.default_rng(0)
    widths = []
    for _sample in range(60):
        real, synthetic = rng.normal(size=(100, 1)), rng.normal(size=(50, 1))
        low, high = jackknife(
            difference, real, synthetic, np.arange(100), np.arange(50), value=difference(real, synthetic), rng=rng
        )  # fmt: skip
        widths.append(((high - low)[0] / 2 / 2.2622) ** 2)  # Student's t, 9 degrees
    assert np.mean(widths) == pytest.approx(1 / 100 + 1 / 50, rel=0.1)


def test_the_interval_covers():
    rng = np.random.default_rng(1)
    covered = 0
    for _sample in range(200):
        real, synthetic = rng.normal(size=(40, 1)), rng.normal(0.5, size=(40, 1))
        value = difference(real, synthetic)
        low, high = jackknife(difference, real, synthetic, np.arange(40), np.arange(40), value=value, rng=rng)
        covered += low[0] <= -0.5 <= high[0]
    assert covered >= 183  # 95 % of 200 less three standard errors


def test_patients_that_agree_widen_the_interval():
    """Ten images of each patient that are all the same say as much as one."""
    rng = np.random.default_rng(2)
    patients = np.repeat(np.arange(20), 10)
    real = np.repeat(rng.normal(size=(20, 1)), 10, axis=0)
    other = real[::10].repeat(10, axis=0) * 0
    kept = {}
    for name, groups in (("images", np.arange(200)), ("patients", patients)):
        low, high = jackknife(
            difference, real, other, groups, np.arange(200), value=difference(real, other), rng=rng
        )
        kept[name] = (high - low)[0]
    assert kept["patients"] > 2 * kept["images"]


@pytest.mark.parametrize("seed", range(5))
def test_halves_share_no_patient(seed):
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, 15, 80)
    first, second = halves(np.unique(groups, return_inverse=True)[1], rng)
    assert not set(groups[first]) & set(groups[second])
    assert len(first) + len(second) == 80
    assert min(len(first), len(second)) > 20


def test_the_floor_of_equal_sets_holds_the_value():
    rng = np.random.default_rng(4)
    inside = 0
    for _sample in range(40):
        real, synthetic = rng.normal(size=(80, 1)), rng.normal(size=(80, 1))
        low, high, matched, size = floor(
            difference, real, synthetic, np.arange(80), rng=rng, least=5, splits=10
        )
        inside += low[0] <= matched[0] <= high[0]
        assert size == 40
    assert inside >= 36


def test_no_floor_where_the_halves_are_too_small():
    rng = np.random.default_rng(0)
    real = rng.normal(size=(12, 1))
    compared = compare(difference, real, real, np.arange(12), np.arange(12), rng=rng, least=7)
    assert compared.floor_low is None
    assert compared.matched is None


def test_half_samples_give_the_standard_error_of_a_mean():
    rng = np.random.default_rng(5)
    widths = []
    for _sample in range(60):
        real, synthetic = rng.normal(size=(100, 1)), rng.normal(size=(50, 1))
        value = difference(real, synthetic)
        low, high = half_samples(
            difference, real, synthetic, np.arange(100), np.arange(50), value=value, rng=rng
        )
        widths.append(((high - low)[0] / 2 / 2.0930) ** 2)  # Student's t, 19 degrees
    assert np.mean(widths) == pytest.approx(1 / 100 + 1 / 50, rel=0.12)


def test_half_samples_cover_the_precision():
    from metrics.functional.manifold import prdc

    def precision(real, synthetic):
        return np.array([prdc(real, synthetic, k=5).precision])

    def sample(rng):
        return rng.normal(size=(80, 4)), rng.normal(0.5, 1, size=(80, 4))

    rng = np.random.default_rng(6)
    truth = np.mean([precision(*sample(rng)) for _sample in range(150)])
    covered = 0
    for _sample in range(80):
        real, synthetic = sample(rng)
        value = precision(real, synthetic)
        low, high = half_samples(
            precision, real, synthetic, np.arange(80), np.arange(80), value=value, rng=rng
        )
        covered += low[0] <= truth <= high[0]
    assert covered >= 70  # 95 % of 80 less three standard errors


def test_what_chance_lifts_above_the_end_of_a_range_is_shown_at_the_end():
    """Clipped coverage is compared uncapped, so that its interval has a width; nobody is shown a share above 1."""
    from metrics.feature_sets import Features
    from metrics.neighbourhood import manifold_numbers

    shown = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        real, synthetic = rng.normal(size=(2, 120, 3))
        features = Features("random", "random", real, synthetic, np.arange(120), np.arange(120), {})
        numbers = manifold_numbers(features, rng)
        shown += [numbers["clipped_coverage"], numbers["clipped_density"]]
    assert all(0 <= end <= 1 for n in shown for end in (n.value, n.matched, *n.interval, *n.floor))
    assert all(n.interval[0] < n.interval[1] for n in shown)
    assert any(n.value == 1 for n in shown), "else this draw shows nothing"
    assert sum(n.floor[0] <= n.matched <= n.floor[1] for n in shown) >= 10


def test_a_share_of_one_keeps_what_halves_allow_and_what_so_many_images_tell_at_least():
    """Halves of two sets that cover all may still vary: the exact interval alone would then be too narrow."""
    whole = Number("coverage", Sentence("x"), "diversity", "e", "e", value=1.0, n_real=60, n_synthetic=60)
    assert _at_the_end(replace(whole, interval=(0.85, 1.0))).interval == (0.85, 1.0)
    exact = binomtest(60, 60).proportion_ci(method="exact")
    assert _at_the_end(replace(whole, interval=(1.0, 1.0))).interval == pytest.approx((exact.low, 1.0))
