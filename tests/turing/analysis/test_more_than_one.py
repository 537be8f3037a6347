"""Clusters, generators, learning, HYPE, classes and pairs: each against a closed form, another library or a simulated truth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import confusion_matrix, recall_score

from turing.analysis.classes import class_table
from turing.analysis.errors import CannotAnalyse
from turing.analysis.forced_choice import forced_choice
from turing.analysis.hype import hype_infinity, next_exposure, staircase
from turing.analysis.learning import blocks, learning
from turing.analysis.mrmc import single_modality
from turing.analysis.roc import auc
from turing.analysis.sources import compare_generators, shared_real_covariance
from turing.analysis.verdict import assay_sensitive, holm_adjusted


def ratings(seed: int, readers: int = 6, cases: int = 60) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.permutation(np.repeat([0, 1], cases // 2))
    return truth, np.round(truth * rng.uniform(0.3, 1.2, (readers, 1)) + rng.normal(size=(readers, cases)), 1)


@pytest.mark.parametrize("figure", ["auc", "accuracy"])
def test_cases_alone_are_delongs_and_a_doubled_case_counts_once(figure):
    """Obuchowski 1997 with clusters of one is DeLong; with every case twice in one cluster it is the undoubled variance."""
    truth, rated = ratings(0)
    rated = rated if figure == "auc" else (rated > 0.5).astype(float)
    alone = single_modality(truth, rated, figure, clusters=np.arange(60))
    assert alone.standard_error == pytest.approx(
        single_modality(truth, rated, figure).standard_error, rel=1e-12
    )
    twice = single_modality(np.tile(truth, 2), np.tile(rated, 2), figure, clusters=np.tile(np.arange(60), 2))
    assert twice.standard_error == pytest.approx(alone.standard_error, rel=1e-12)


def test_clusters_that_hold_both_truths_agree_with_the_jackknife_over_clusters():
    truth, rated = ratings(1, cases=200)
    clusters = np.arange(200) // 4
    ours = single_modality(truth, rated, clusters=clusters).standard_error
    jackknife = single_modality(truth, rated, covariance="jackknife", clusters=clusters).standard_error
    assert ours == pytest.approx(jackknife, rel=0.03)


def test_on_the_logit_scale_interval_and_p_agree_and_stay_inside():
    truth, rated = ratings(5)
    plain, logit = single_modality(truth, rated), single_modality(truth, rated, scale="logit")
    assert (plain.estimate, plain.standard_error, plain.df) == (
        logit.estimate,
        logit.standard_error,
        logit.df,
    )
    assert (logit.interval[0] > 0.5) == (logit.p_value < 0.05)
    middle = (stats.logistic.ppf(logit.interval[0]) + stats.logistic.ppf(logit.interval[1])) / 2
    assert middle == pytest.approx(stats.logistic.ppf(logit.estimate), rel=1e-9)
    high = single_modality(
        truth, (truth + (np.arange(60) == 0)).clip(0, 1) * np.ones((6, 1)), "accuracy", scale="logit"
    )
    assert 0 <= high.interval[0] <= high.interval[1] <= 1


def three_sources(seed: int, readers: int = 5, shifts: tuple[float, float] = (1.0, 0.4)):
    rng = np.random.default_rng(seed)
    labels = np.array([""] * 40 + ["a"] * 30 + ["b"] * 30)
    shift = np.select([labels == "a", labels == "b"], shifts, 0.0)
    case = 0.5 * rng.normal(size=100)
    rated = (
        shift + case + 0.2 * rng.normal(size=(readers, 1)) * (labels != "") + rng.normal(size=(readers, 100))
    )
    return labels, rated


def test_generators_share_what_the_real_cases_bring():
    """The covariance against brute force: leave each case out, within its kind."""
    labels, rated = three_sources(2)
    _theta, cov = shared_real_covariance(labels, rated, ["a", "b"], "auc", np.arange(100))
    expected = np.zeros_like(cov)
    for kind in ("", "a", "b"):
        left = []
        for case in np.flatnonzero(labels == kind):
            kept = np.arange(100) != case
            part = [[auc((labels[kept][m] != "").astype(int), row[kept][m]).value for row in rated]
                    for name in "ab" for m in [np.isin(labels[kept], ["", name])]]  # fmt: skip
            left.append(np.concatenate(part))
        centred = np.stack(left) - np.mean(left, axis=0)
        expected += (len(left) - 1) / len(left) * centred.T @ centred
    assert cov == pytest.approx(expected, rel=1e-9, abs=1e-15)


def test_equal_generators_are_seldom_called_different():
    rejected = 0
    for seed in range(120):
        labels, rated = three_sources(seed, shifts=(0.8, 0.8))
        found = compare_generators(labels, rated, (rated > 0.5).astype(float))
        rejected += found.overall.p_value <= 0.05
        assert found.overall.p_value == pytest.approx(found.differences[0].p_value)
    assert stats.binomtest(rejected, 120, 0.05).pvalue > 0.001


def test_generators_that_differ_in_sharpness_differ_in_dprime():
    labels, rated = three_sources(3, readers=8, shifts=(2.5, 0.2))
    found = compare_generators(labels, rated, (rated > 0.5).astype(float))
    (pair,) = found.differences
    hits = [(rated[:, labels == name] > 0.5).sum(axis=1) for name in "ab"]
    z = [stats.norm.ppf((count + 0.5) / 31) for count in hits]
    assert pair.dprime == pytest.approx((z[0] - z[1]).mean(), rel=1e-12)
    assert pair.interval[0] > 0
    assert pair.dprime_interval[0] < pair.dprime < pair.dprime_interval[1]
    with pytest.raises(CannotAnalyse, match="1 generators"):
        compare_generators(np.where(labels == "b", "a", labels), rated, rated > 0)


def test_holms_adjusted_p_is_statsmodels():
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(0).random(12) ** 3
    assert holm_adjusted(p) == pytest.approx(multipletests(p, 0.05, "holm")[1], rel=1e-12)


def test_assay_sensitivity_needs_the_whole_interval_above_the_bound():
    assert assay_sensitive(0.71, 0.7)
    assert not assay_sensitive(0.70, 0.7)
    with pytest.raises(CannotAnalyse):
        assay_sensitive(0.9, 1.0)


def test_learning_is_scipys_slope_and_its_t_test():
    rng = np.random.default_rng(1)
    right = (rng.random((7, 50)) < 0.6).astype(float)
    right[2, 10:15] = np.nan
    found = learning(right)
    x = np.log2(np.arange(1, 51))
    theirs = [stats.linregress(x[~np.isnan(row)], row[~np.isnan(row)]).slope for row in right]
    assert found.slopes == pytest.approx(theirs, rel=1e-9)
    test = stats.ttest_1samp(theirs, 0)
    assert found.p_value == pytest.approx(test.pvalue, rel=1e-9)
    assert found.interval == pytest.approx(tuple(test.confidence_interval(0.95)), rel=1e-9)
    assert learning(right[:1]).p_value is None
    with pytest.raises(CannotAnalyse):
        learning(np.full((2, 9), np.nan))


def test_blocks_share_out_all_answers():
    right = np.arange(20.0).reshape(2, 10)
    assert blocks(right, 4) == [(1, 4, 6.5), (5, 8, 10.5), (9, 10, 13.5)]
    with pytest.raises(CannotAnalyse):
        blocks(right, 0)


def test_hype_infinity_is_one_minus_accuracy_by_truth():
    found = hype_infinity([1, 1, 1, 0], [0, 1, 1, 1])
    assert (found.value, found.synthetic, found.real) == pytest.approx((0.5, 1 / 3, 1.0))
    assert hype_infinity([1], [1]).real is None


def test_a_staircase_finds_the_exposure_of_three_in_four():
    """An observer whose share right rises with the logarithm of the exposure, three quarters at 400 ms."""
    rng, level, levels, right = np.random.default_rng(0), 500.0, [], []
    for _trial in range(4000):
        share = 0.5 + 0.5 * stats.norm.cdf(np.log(level / 400) / 0.5)
        levels.append(level)
        right.append(bool(rng.random() < share))
        level = next_exposure(level, right[-1])
    found = staircase(levels, right)
    assert found.target == 0.75
    assert found.threshold == pytest.approx(400, rel=0.05)
    assert staircase([500.0], [True]).threshold is None
    with pytest.raises(CannotAnalyse):
        staircase([0.0], [True])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=50))
def test_tables_of_classes_are_scikit_learns(pairs):
    truth, said = map(list, zip(*pairs))
    found = class_table(truth, said, "abc")
    assert (found.table == confusion_matrix(truth, said, labels=list("abc"))).all()
    for rate, theirs in zip(
        found.sensitivities, recall_score(truth, said, labels=list("abc"), average=None, zero_division=0)
    ):
        assert (rate.value if rate else 0) == pytest.approx(theirs)


def test_an_unknown_class_is_refused():
    with pytest.raises(CannotAnalyse, match="no class"):
        class_table(["a"], ["d"], ["a", "b"])


def test_forced_choice_over_readers_and_pairs():
    rng = np.random.default_rng(4)
    covered = 0
    for _study in range(200):
        skill = np.clip(0.7 + 0.08 * rng.normal(size=(6, 1)), 0, 1)
        found = forced_choice((rng.random((6, 60)) < skill).astype(float))
        covered += found.over.interval[0] <= 0.7 <= found.over.interval[1]
    assert covered / 200 >= 0.93 - 2 * np.sqrt(0.93 * 0.07 / 200)
    assert found.dprime == pytest.approx(np.sqrt(2) * stats.norm.ppf(found.over.estimate), rel=1e-12)
    for answers in ([[np.nan, np.nan]], [[1]], [[1, 2]]):
        with pytest.raises(CannotAnalyse):
            forced_choice(answers)
