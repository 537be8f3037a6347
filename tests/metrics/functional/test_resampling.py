"""Intervals against closed forms, SciPy's bootstrap, and their own simulated coverage."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap, ttest_ind

from metrics.functional.errors import CannotMeasure
from metrics.functional.frechet import frechet_distance, frechet_from_moments
from metrics.functional.resampling import bootstrap_mean, half_split_floor, jackknife


def difference(a: np.ndarray, b: np.ndarray) -> float:
    return float(a.mean() - b.mean())


def test_leaving_one_out_of_a_difference_of_means_is_welchs_interval():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=20), rng.normal(1, 2, size=30)
    ours = jackknife(difference, a, b, rng=rng, folds=30)
    welch = ttest_ind(a, b, equal_var=False).confidence_interval()
    assert (ours.low, ours.high) == pytest.approx((welch.low, welch.high), rel=1e-9)
    assert ours.bias_corrected == pytest.approx(ours.value, abs=1e-12), "a mean has no bias to correct"


def test_the_bias_of_a_variance_is_removed_exactly():
    rows, other = np.random.default_rng(0).normal(size=25), np.arange(4.0)
    ours = jackknife(
        lambda a, b: float(np.var(a) + np.var(b)), rows, other, rng=np.random.default_rng(1), folds=25
    )
    assert ours.bias_corrected == pytest.approx(np.var(rows, ddof=1) + np.var(other, ddof=1), rel=1e-10)


@pytest.mark.slow
@pytest.mark.parametrize(("shift", "scale"), [(0.0, 1.0), (0.3, 1.0), (0.2, 1.3)])
def test_the_interval_of_a_frechet_distance_covers_the_truth(shift, scale):
    n, d, runs = 300, 32, 200
    rng, spread = np.random.default_rng(7), np.linspace(0.5, 1.5, 32)
    truth = frechet_from_moments(
        np.zeros(d), np.diag(spread**2), np.full(d, shift), np.diag((spread * scale) ** 2)
    )
    covered, plug_in = 0, 0
    for _run in range(runs):
        real = rng.normal(size=(n, d)) * spread
        found = jackknife(frechet_distance, real, rng.normal(size=(n, d)) * spread * scale + shift, rng=rng)
        covered += found.low <= truth <= found.high
        plug_in += found.value > found.high
    assert covered / runs >= 0.93
    assert plug_in / runs > 0.9, "the plug-in value lies above its own interval: it is that biased at this n"


def test_patients_stay_whole():
    rng = np.random.default_rng(0)
    patients = np.repeat(np.arange(12), 5)
    seen: list[np.ndarray] = []

    def watch(a: np.ndarray, b: np.ndarray) -> float:
        seen.append(a)
        return float(a.mean())

    jackknife(watch, patients, np.arange(9), rng=rng, real_groups=patients)
    half_split_floor(watch, patients, rng=rng, groups=patients)
    assert all((np.bincount(kept, minlength=12) % 5 == 0).all() for kept in seen)


def test_repeated_images_of_a_patient_widen_the_interval():
    rng = np.random.default_rng(0)
    rows, patients = np.repeat(rng.normal(size=40), 5), np.repeat(np.arange(40), 5)
    loose = jackknife(
        difference, rows, np.arange(9.0), rng=np.random.default_rng(1), folds=40, real_groups=patients
    )
    single = jackknife(difference, rows[::5], np.arange(9.0), rng=np.random.default_rng(1), folds=40)
    assert loose.standard_error == pytest.approx(single.standard_error, rel=1e-9)


def test_the_floor_is_what_equal_sets_give_at_that_size():
    rng = np.random.default_rng(0)
    real = rng.normal(size=(600, 8))
    floor = half_split_floor(frechet_distance, real, rng=rng, size=100, splits=40)
    fresh = [frechet_distance(rng.normal(size=(100, 8)), rng.normal(size=(100, 8))) for _repeat in range(200)]
    assert floor.n == 100
    assert floor.mean == pytest.approx(np.mean(fresh), rel=0.1)
    assert floor.low < floor.mean < floor.high
    with pytest.raises(CannotMeasure, match="Ask for fewer"):
        half_split_floor(frechet_distance, real, rng=rng, size=301)


def test_the_pivots_of_the_bootstrap_are_scipys():
    values = np.random.default_rng(0).gamma(2, size=80)
    mean, error = values.mean(), values.std(ddof=1) / np.sqrt(80)
    ours = bootstrap_mean(values, rng=np.random.default_rng(1), draws=20000)

    def pivot(x: np.ndarray, axis: int) -> np.ndarray:
        return (x.mean(axis=axis) - mean) / (x.std(axis=axis, ddof=1) / np.sqrt(80))

    theirs = bootstrap((values,), pivot, method="percentile", n_resamples=20000, rng=2).confidence_interval
    assert ours.low == pytest.approx(mean - error * theirs.high, abs=0.02)
    assert ours.high == pytest.approx(mean - error * theirs.low, abs=0.02)
    assert ours.standard_error == pytest.approx(error)


def test_the_interval_of_a_mean_of_skewed_rows_covers_also_with_patients():
    rng, truth = np.random.default_rng(3), np.exp(0.32)
    covered = {1: 0, 4: 0}
    for patient in covered:
        groups = np.arange(60 * patient) // patient
        for _run in range(200):
            own = rng.normal(size=60)[groups]
            rows = np.exp(0.8 * (own if patient == 1 else 0.5**0.5 * (own + rng.normal(size=len(groups)))))
            found = bootstrap_mean(rows, rng=rng, groups=groups, draws=500)
            covered[patient] += found.low <= truth <= found.high
    assert min(covered.values()) >= 179, "95 % of 200 less three standard errors and what skewness leaves"


def test_rows_that_are_all_alike_have_an_interval_of_no_width():
    found = bootstrap_mean(np.full(12, 0.7), rng=np.random.default_rng(0))
    assert (found.low, found.high) == pytest.approx((0.7, 0.7))


@given(st.integers(0, 999), st.integers(2, 12))
@settings(max_examples=15, deadline=None)
def test_one_seed_gives_one_interval(seed, folds):
    rows = np.random.default_rng(seed).normal(size=(30, 2))
    first, second = (
        jackknife(difference, rows, rows + 1, rng=np.random.default_rng(seed), folds=folds)
        for _twice in range(2)
    )
    assert first == second
    assert first.low <= first.bias_corrected <= first.high


def test_what_gives_no_interval_is_refused():
    rng, rows = np.random.default_rng(0), np.arange(6.0)
    with pytest.raises(CannotMeasure, match="at least 2"):
        jackknife(difference, rows, rows, rng=rng, real_groups=np.zeros(6))
    with pytest.raises(CannotMeasure, match="one each"):
        jackknife(difference, rows, rows, rng=rng, real_groups=np.arange(5))
    with pytest.raises(CannotMeasure, match="fold"):
        jackknife(difference, rows, rows, rng=rng, folds=1)
    with pytest.raises(CannotMeasure, match="finite"):
        bootstrap_mean([1.0, np.inf], rng=rng)
    with pytest.raises(CannotMeasure, match="between 0 and 1"):
        bootstrap_mean(rows, rng=rng, level=95)
