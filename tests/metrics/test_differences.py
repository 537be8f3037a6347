"""Paired differences against closed forms and by simulation; what is shared cancels."""

import numpy as np
import pytest

from metrics.differences import Rows, paired_halves, paired_jackknife


def rows(rng, n, shift=0.0, d=3, groups=None):
    return Rows(rng.normal(size=(n, d)) + shift, np.arange(n) if groups is None else groups)


def mean_difference(real, synthetic):
    return np.array([real[:, 0].mean() - synthetic[:, 0].mean(), real[:, 1].mean()])


def test_with_one_image_a_fold_means_have_their_textbook_variance():
    """Jackknife of a mean is s^2 / n exactly; what comes from the real set alone cancels in the difference."""
    rng = np.random.default_rng(0)
    real, sets = rows(rng, 40), [rows(rng, 30), rows(rng, 30, 1.0)]
    found = paired_jackknife(mean_difference, real, sets, rng=rng, folds=1000)
    of = [one.values[:, 0].var(ddof=1) / len(one.values) for one in (real, *sets)]
    covariance = found.covariance[0]
    assert covariance[0, 1] == pytest.approx(of[0], rel=1e-9)
    assert covariance[0, 0] == pytest.approx(of[0] + of[1], rel=1e-9)
    low, high = found.difference_interval(0, 1, 0)
    assert (high - low) / 2 == pytest.approx(np.sqrt(of[1] + of[2]) * 2.045230, rel=1e-5)  # t, 29 degrees
    assert found.difference(0, 1, 0) == pytest.approx(
        sets[1].values[:, 0].mean() - sets[0].values[:, 0].mean()
    )
    assert found.difference_interval(0, 1, 1) == pytest.approx((0.0, 0.0), abs=1e-12)
    assert found.corrected is found.values


def test_a_set_is_no_different_from_itself():
    rng = np.random.default_rng(1)
    real, one = rows(rng, 60), rows(rng, 50)
    assert paired_jackknife(mean_difference, real, [one, one], rng=rng).difference(0, 1, 0) == 0


def test_a_bias_that_falls_as_one_over_n_is_taken_off():
    """The plug-in variance is (n - 1) / n of the truth; its jackknife, one image a fold, is the unbiased one exactly."""
    rng = np.random.default_rng(3)
    real, one = rows(rng, 20, d=1), rows(rng, 15, d=1)
    found = paired_jackknife(
        lambda a, b: np.array([b.var(), b.var()]), real, [one], rng=rng, folds=99, biased=(True, False)
    )
    assert found.corrected[0] == pytest.approx([one.values.var(ddof=1), one.values.var()], rel=1e-9)


def test_patients_stay_whole():
    """Each image four times: with its groups the interval is that of the distinct images, without them half as wide."""
    rng = np.random.default_rng(2)
    base = [rng.normal(size=(40, 2)) for _set in range(3)]
    copies = [np.repeat(one, 4, axis=0) for one in base]
    grouped = [Rows(one, np.repeat(np.arange(40), 4)) for one in copies]
    single = [Rows(one, np.arange(160)) for one in copies]
    widths = []
    for real, *sets in (grouped, single, [Rows(one, np.arange(40)) for one in base]):
        low, high = paired_jackknife(mean_difference, real, sets, rng=rng, folds=40).difference_interval(
            0, 1, 0
        )
        widths.append(high - low)
    assert widths[0] == pytest.approx(widths[2], rel=1e-9)
    assert widths[1] < 0.65 * widths[0]


@pytest.mark.parametrize("method", [paired_jackknife, paired_halves])
def test_the_interval_of_a_difference_holds_the_truth(method):
    """150 draws of a ratio, true difference 0.5: a 95 % interval must hold it at least 90 % of the time here."""

    def spread(real, synthetic):
        return np.array([synthetic.var() / real.var()])

    held = 0
    for seed in range(150):
        rng = np.random.default_rng(seed)
        real, first, second = rows(rng, 80, d=1), rows(rng, 80, d=1), rows(rng, 80, d=1)
        second = Rows(second.values * np.sqrt(0.5), second.groups)
        found = method(spread, real, [first, second], rng=rng)
        low, high = found.difference_interval(0, 1, 0)
        held += low <= 0.5 <= high
    assert 135 <= held <= 149, held
