"""The classifier test: what it must find, what it must not learn from."""

import numpy as np
import pytest

from metrics.functional.classifier import RIDGE, _left_out, c2st, c2st_of_parts, standard_squares
from metrics.functional.errors import CannotMeasure


def seeded() -> np.random.Generator:
    return np.random.default_rng(9)


def test_equal_sets_are_chance_on_average_and_distant_ones_are_told_apart():
    rng = np.random.default_rng(0)
    areas = [c2st(rng.normal(size=(60, 5)), rng.normal(size=(60, 5)), rng=rng).auc for _draw in range(60)]
    assert np.mean(areas) == pytest.approx(0.5, abs=3 * np.std(areas) / 60**0.5)
    assert c2st(rng.normal(size=(60, 5)), rng.normal(6, 1, (60, 5)), rng=rng).auc == 1


def test_a_difference_of_spread_alone_is_found():
    rng = np.random.default_rng(1)
    assert c2st(rng.normal(size=(300, 4)), rng.normal(0, 0.4, (300, 4)), rng=rng).auc > 0.85


def test_patients_are_never_on_both_sides():
    """Each patient has a look of his own and nothing else differs: only a classifier that has seen him tells."""
    rng = np.random.default_rng(2)
    patients = np.repeat(np.arange(30), 6)
    real, synthetic = (rng.normal(size=(30, 12))[patients] + rng.normal(0, 0.05, (180, 12)) for _ in "ab")
    leaking = c2st(real, synthetic, rng=seeded()).auc
    whole = [
        c2st(real, synthetic, rng=rng, real_groups=patients, synthetic_groups=patients).auc for _ in range(8)
    ]
    assert leaking > 0.99
    assert np.mean(whole) < 0.75


def test_unlike_counts_do_not_pull_the_ratings():
    rng = np.random.default_rng(3)
    areas = [c2st(rng.normal(size=(200, 3)), rng.normal(size=(40, 3)), rng=rng).auc for _draw in range(40)]
    assert np.mean(areas) == pytest.approx(0.5, abs=3 * np.std(areas) / 40**0.5)


def test_exact_copies_are_rated_as_their_twins():
    real = np.random.default_rng(4).normal(size=(80, 6))
    found = c2st(real, real[::-1], rng=seeded())
    assert found.auc == 0.5
    np.testing.assert_array_equal(found.real_ratings, found.synthetic_ratings[::-1])


def test_parts_of_a_set_are_told_apart_as_sets_of_their_own():
    rng = np.random.default_rng(6)
    rows, groups = rng.normal(size=(120, 5)), np.arange(120) // 2
    rows[80:] += 0.4
    first, second = np.arange(70), np.arange(80, 120)
    square = standard_squares(rows)
    found = c2st_of_parts(rows, square, first, second, groups=groups, rng=seeded())
    alone = c2st(
        rows[first], rows[second], real_groups=groups[first], synthetic_groups=groups[second], rng=seeded()
    )
    assert found.auc == pytest.approx(alone.auc, abs=0.01)  # but for the scale, that of all 120
    everyone = np.arange(80), np.arange(80, 120)
    found = c2st_of_parts(rows, square, *everyone, groups=groups, rng=seeded())
    alone = c2st(rows[:80], rows[80:], real_groups=groups[:80], synthetic_groups=groups[80:], rng=seeded())
    np.testing.assert_array_equal(found.real_ratings, alone.real_ratings)


def test_a_rating_is_that_of_the_classifier_fitted_without_its_fold():
    from sklearn.kernel_ridge import KernelRidge

    rng = np.random.default_rng(7)
    rows, fold = rng.normal(size=(60, 4)), np.arange(60) % 5
    square = standard_squares(rows)
    kernel = np.exp(-square / np.median(square))
    label = np.where(np.arange(60) < 24, -60 / 48, 60 / 72)
    ratings = _left_out(square, 24, fold, 5)
    for each in range(5):
        inside, rest = fold == each, fold != each
        ridge = KernelRidge(alpha=RIDGE * 60**0.5, kernel="precomputed")
        expected = ridge.fit(kernel[np.ix_(rest, rest)], label[rest]).predict(kernel[np.ix_(inside, rest)])
        np.testing.assert_allclose(ratings[inside], expected, atol=2e-9)


def test_too_few_patients_are_refused():
    rows = np.random.default_rng(5).normal(size=(40, 3))
    with pytest.raises(CannotMeasure, match="9 images or patients; 10 are needed"):
        c2st(rows, rows + 1, rng=seeded(), real_groups=np.arange(40) % 9)
