"""Modes, missing ones, classes, variance within: against scikit-learn and SciPy, and by what is known of the sets."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.functional.errors import CannotMeasure
from metrics.functional.missing import mode_coverage
from metrics.functional.modes import binned, grow_modes, jensen_shannon
from metrics.functional.permuting import Sums, lowest
from metrics.functional.quantification import class_shares, shifted_prior
from metrics.functional.shares import missing_share, wilson
from metrics.functional.spread import near_repeats, within_spread


def islands(n: int, shares: list[float], seed: int, d: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """n rows of well separated normal modes with these shares, and which mode each is of."""
    rng = np.random.default_rng(seed)
    which = rng.choice(len(shares), n, p=np.array(shares) / sum(shares))
    centres = 12 * np.eye(d)[: len(shares)]
    return centres[which] + rng.normal(size=(n, d)), which


def test_leaves_are_those_of_scikit_learns_ward():
    from sklearn.cluster import AgglomerativeClustering
    from sklearn.metrics import adjusted_rand_score

    rows, _which = islands(200, [1, 1, 1], 0)
    tree = grow_modes(rows, leaves=3)
    theirs = AgglomerativeClustering(3, linkage="ward").fit_predict(rows)
    assert adjusted_rand_score(theirs, tree.leaf_of(rows)) == 1


def test_every_branch_is_a_union_of_two_smaller_ones_or_a_leaf():
    rows, _which = islands(300, [3, 2, 1], 1)
    tree = grow_modes(rows)
    sizes = tree.branches.sum(axis=1)
    for branch in tree.branches[sizes > 1]:
        inside = tree.branches[(tree.branches <= branch).all(axis=1) & (sizes < branch.sum())]
        assert (np.any(inside, axis=0) <= branch).all()
    assert not tree.branches.all(axis=1).any()


def test_a_dropped_mode_of_one_in_twenty_is_found_and_its_share_is_right():
    real, which = islands(1000, [0.55, 0.4, 0.05], 2)
    synthetic, other = islands(1100, [0.55, 0.4, 0.05], 3)
    found = mode_coverage(real, synthetic[other != 2][:1000], rng=np.random.default_rng(0))
    assert [mode.is_missing for mode in found.found] == [True]
    flagged = np.isin(found.real, found.found[0].leaves)
    assert (flagged == (which == 2)).mean() > 0.99
    assert found.share == pytest.approx(0.05, abs=0.015)
    assert found.interval[0] < 0.05 < found.interval[1]


def test_two_dropped_modes_are_both_found():
    real, which = islands(1000, [0.5, 0.3, 0.1, 0.1], 4)
    synthetic, other = islands(1000, [0.5, 0.3, 0.1, 0.1], 5)
    found = mode_coverage(real, synthetic[other < 2], rng=np.random.default_rng(0))
    flagged = np.isin(found.real, np.concatenate([mode.leaves for mode in found.found]))
    assert (flagged == (which >= 2)).mean() > 0.99
    assert found.share == pytest.approx(0.2, abs=0.03)


def test_nothing_is_missing_from_more_of_the_same():
    wrong = 0
    for seed in range(20):
        real, _which = islands(240, [0.6, 0.4], seed)
        synthetic, _other = islands(240, [0.6, 0.4], 100 + seed)
        wrong += bool(mode_coverage(real, synthetic, rng=np.random.default_rng(seed), permutations=199).found)
    assert wrong <= 2  # .02 of 20 are meant


def test_patients_are_whole_in_the_test():
    """Ten visits of each patient: as if there were a tenth of the images, so that a plain test would alarm all the time."""
    rng = np.random.default_rng(0)
    wrong = 0
    for seed in range(20):
        own = rng.normal(size=(60, 4)) * 3
        real = np.repeat(own[:30], 10, axis=0) + rng.normal(0, 0.1, (300, 4))
        synthetic = np.repeat(own[30:], 10, axis=0) + rng.normal(0, 0.1, (300, 4))
        groups = np.repeat(np.arange(30), 10)
        found = mode_coverage(
            real, synthetic, rng=np.random.default_rng(seed), real_groups=groups, synthetic_groups=groups, permutations=199
        )  # fmt: skip
        wrong += bool(found.found)
    assert wrong <= 2


def test_the_findable_share_shrinks_with_more_images():
    shares = [
        mode_coverage(
            islands(n, [1, 1], 0)[0], islands(n, [1, 1], 1)[0], rng=np.random.default_rng(0)
        ).findable
        for n in (100, 400, 1600)
    ]
    assert shares[0] > shares[1] > shares[2]


@given(st.floats(0, 0.9), st.floats(0, 0.9))
def test_the_missing_share_undoes_what_dropping_does(kept, missing):
    """A part `missing` is dropped, so that what is left, of which `kept` is in the modes found, spreads over the whole."""
    p, q = missing + kept * (1 - missing), kept
    share, (low, high) = missing_share(p, q, wilson(p, 400), wilson(q, 400))
    assert share == pytest.approx(missing, abs=1e-9)
    assert low <= share <= high


@pytest.mark.parametrize("patient", [1, 4])
def test_what_is_said_to_be_findable_is_found(patient):
    """Sets as a report has them: half of the real images grow the tree, so that twice as many synthetic ones are counted."""
    found = []
    for seed in range(12):
        real, _which = islands(400, [1, 1], seed)
        groups = np.arange(400) // patient
        told = mode_coverage(real, islands(400, [1, 1], seed + 50)[0], rng=np.random.default_rng(seed), real_groups=groups, permutations=199)  # fmt: skip
        share = told.findable + 0.01
        rng = np.random.default_rng([seed, 1])
        rare = np.repeat(rng.random(len(groups) // patient) < share, patient)
        real[rare] += 40
        judged = mode_coverage(real, islands(400, [1, 1], seed + 90)[0], rng=rng, real_groups=groups, permutations=199)  # fmt: skip
        found.append(bool(judged.found))
    assert sum(found) >= 10


def test_the_interval_of_a_share_is_wilsons():
    from statsmodels.stats.proportion import proportion_confint

    for k, n in ((0, 40), (3, 40), (40, 40)):
        assert wilson(k / n, n) == pytest.approx(proportion_confint(k, n, method="wilson"), abs=1e-6)
    assert wilson(0.1, 400, 0.1 * 0.9 / 100) == pytest.approx(wilson(0.1, 100))


def test_the_missing_share_of_a_mode_without_synthetic_images_has_the_interval_of_its_share():
    share, (low, high) = missing_share(0.1, 0.0, wilson(0.1, 200), (0.0, 0.0))
    assert share == pytest.approx(0.1)
    assert (low, high) == pytest.approx(wilson(0.1, 200))


def test_jensen_shannon_is_scipys():
    from scipy.spatial.distance import jensenshannon

    p, q = np.array([0.5, 0.3, 0.2, 0.0]), np.array([0.1, 0.2, 0.3, 0.4])
    assert jensen_shannon(p, q) == pytest.approx(jensenshannon(p, q, base=2) ** 2)
    assert jensen_shannon(np.array([1.0, 0]), np.array([0, 1.0])) == 1


def test_sets_of_different_islands_fill_no_bin_alike():
    real, which = islands(400, [1, 1], 0)
    found = binned(real[which == 0], real[which == 1])
    assert found.js > 0.5
    assert found.ndb == 1 or found.leaves > 1


def test_a_single_mean_has_the_p_of_scipys_permutation_test():
    from scipy.stats import permutation_test

    rng = np.random.default_rng(0)
    a, b = rng.normal(0.25, 1, 40), rng.normal(0, 1, 40)
    sums = Sums.of(a[:, None], np.arange(40), b[:, None], np.arange(40))
    ours = lowest(sums, rng=rng, permutations=9999)
    theirs = permutation_test(
        (b, a), lambda x, y: x.mean() - y.mean(), alternative="less", n_resamples=9999, rng=1
    )
    assert ours.p_value[0] == pytest.approx(theirs.pvalue, abs=0.02)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0.05, 1), min_size=3, max_size=3), st.integers(0, 99))
def test_shares_of_classes_are_found_from_perfect_and_from_blunt_ratings(weights, seed):
    """Ratings that are true posteriors of one-dimensional normal classes, at any shares of them."""
    shares, rng = np.array(weights) / sum(weights), np.random.default_rng(seed)
    x = rng.choice(3, 6000, p=shares) * 2.5 + rng.normal(size=6000)
    likely = np.exp(-0.5 * (x[:, None] - 2.5 * np.arange(3)) ** 2)
    ratings = likely / likely.sum(axis=1, keepdims=True)  # as learned where all three are equally frequent
    assert shifted_prior(ratings, np.full(3, 1 / 3)) == pytest.approx(shares, abs=0.05)


def test_a_missing_class_is_named():
    real, which = islands(600, [0.6, 0.35, 0.05], 6)
    synthetic, other = islands(600, [0.6, 0.35, 0.05], 7)
    labels = np.array(["lung", "heart", "device"])[which]
    found = class_shares(real, labels, synthetic[other < 2], rng=np.random.default_rng(0))
    by_name = {each.name: each for each in found.classes}
    assert by_name["device"].is_missing
    assert by_name["device"].auc > 0.99
    assert by_name["device"].power > 0.95
    assert not by_name["heart"].is_found
    assert by_name["heart"].interval[0] <= (other[other < 2] == 1).mean() <= by_name["heart"].interval[1]
    assert found.share == pytest.approx((which == 2).mean())


def test_labels_that_mean_nothing_cannot_be_judged():
    rng = np.random.default_rng(0)
    found = class_shares(
        rng.normal(size=(200, 5)), rng.integers(0, 2, 200), rng.normal(size=(200, 5)), rng=rng
    )
    assert not any(each.is_separable or each.is_missing for each in found.classes)
    assert max(each.power for each in found.classes) < 0.5


def test_variance_within_modes_is_measured_and_tested():
    real, _which = islands(800, [0.7, 0.3], 8)
    synthetic, other = islands(800, [0.7, 0.3], 9)
    centres = 12 * np.eye(6)[other]
    same = within_spread(real, synthetic, rng=np.random.default_rng(0))
    half = within_spread(real, centres + np.sqrt(0.5) * (synthetic - centres), rng=np.random.default_rng(0))
    assert same.ratio == pytest.approx(1, abs=0.12)
    assert same.p_value > 0.05
    assert half.ratio == pytest.approx(0.55, abs=0.12)
    assert half.p_value <= 0.002


def test_the_birthday_test_counts_a_known_support():
    """600 draws from 3,000 different images: about 60 pairs are the same."""
    rng = np.random.default_rng(0)
    support = rng.normal(size=(3000, 8))
    found = near_repeats(
        rng.normal(size=(500, 8)), support[rng.integers(0, 3000, 600)] + rng.normal(0, 1e-3, (600, 8))
    )
    assert found.interval[0] <= 3000 <= found.interval[1]
    assert found.support == pytest.approx(600 * 599 / 2 / found.pairs)


def test_images_of_one_patient_do_not_repeat_one_another():
    real = np.random.default_rng(0).normal(size=(100, 8))
    twice = np.repeat(real[:20], 2, axis=0)
    assert near_repeats(real, twice).pairs == 20
    assert near_repeats(real, twice).together == 2
    assert near_repeats(real, np.tile(twice[::2], (3, 1))).together == 3
    assert near_repeats(real, twice, groups=np.repeat(np.arange(20), 2)).pairs == 0


def test_what_cannot_be_measured_is_refused_in_words():
    rng, rows = np.random.default_rng(0), np.random.default_rng(1).normal(size=(60, 3))
    with pytest.raises(CannotMeasure, match="one patient"):
        mode_coverage(rows, rows, rng=rng, real_groups=np.zeros(60))
    with pytest.raises(CannotMeasure, match="one each"):
        mode_coverage(rows, rows, rng=rng, real_groups=np.zeros(3))
    with pytest.raises(CannotMeasure, match="at least 2"):
        class_shares(rows, np.zeros(60), rows, rng=rng)
    with pytest.raises(CannotMeasure, match="needed to learn"):
        class_shares(rows, np.arange(60) < 4, rows, rng=rng)
    with pytest.raises(CannotMeasure, match="no images"):
        lowest(Sums(np.zeros((3, 1)), np.ones(3), np.ones(3, bool)), rng=rng)
