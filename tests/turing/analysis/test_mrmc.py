import json

import numpy as np
import pytest
from scipy import stats
from scipy.stats import binomtest
from sklearn.metrics import roc_auc_score

from tests.paths import REFERENCES, needs_references
from tests.van_dyke import van_dyke
from turing.analysis.errors import CannotAnalyse
from turing.analysis.mrmc import obuchowski_rockette, single_modality, u_statistic
from turing.analysis.planning import detection_power, equivalence_sample_size, mrmc_power
from turing.analysis.roc import auc, curve, placements
from turing.analysis.timing import times
from turing.analysis.verdict import holm_rejects, verdict


@needs_references
def test_van_dyke_by_delong_covariances():
    found = obuchowski_rockette(*van_dyke())
    assert found.f == pytest.approx(4.484854, abs=5e-7)
    assert found.df2 == pytest.approx(15.06611, abs=5e-6)
    assert found.p_value == pytest.approx(0.051233, abs=5e-7)


@needs_references
def test_one_modality_is_the_comparisons_own_part():
    truth, ratings = van_dyke()
    both, one = obuchowski_rockette(truth, ratings), single_modality(truth, ratings[0])
    assert one.estimate == pytest.approx(both.estimates[0].mean(), rel=1e-12)
    assert one.interval[0] < one.estimate < one.interval[1]
    jackknife = single_modality(truth, ratings[0], covariance="jackknife")
    assert jackknife.standard_error == pytest.approx(one.standard_error, rel=0.05)


def test_the_area_is_scikit_learns_and_its_variance_delongs():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 80)
    rating = np.round(truth + rng.normal(size=80), 1)
    found = auc(truth, rating)
    assert found.value == pytest.approx(roc_auc_score(truth, rating), rel=1e-12)
    first, second = placements(rating[truth == 1], rating[truth == 0])
    assert found.variance == pytest.approx(
        first.var(ddof=1) / len(first) + second.var(ddof=1) / len(second), rel=1e-12
    )
    line = curve(truth, rating)
    assert np.trapezoid(line.true_positive, line.false_positive) == pytest.approx(found.value, rel=1e-12)


def test_hanley_and_mcneil_1982():
    """Their table of 109 CT images rated 1 to 5: area .893."""
    normal, abnormal = [33, 6, 6, 11, 2], [3, 2, 2, 11, 33]
    rating = np.repeat([1, 2, 3, 4, 5] * 2, normal + abnormal)
    truth = np.repeat([0, 1], [sum(normal), sum(abnormal)])
    found = auc(truth, rating)
    assert found.value == pytest.approx(0.893, abs=5e-4)
    assert np.sqrt(found.variance) == pytest.approx(0.032, abs=2e-3)


def test_a_perfect_area_has_an_interval():
    found = auc([0, 0, 0, 1, 1, 1], [1, 1, 2, 3, 3, 4])
    assert found.value == 1
    assert found.interval[0] < 0.8
    with pytest.raises(CannotAnalyse, match="at least 2 of each"):
        auc([1, 1, 1], [1, 2, 3])


def study(
    rng, readers: int, cases: int, spread: float = 0.05, accuracy: float = 0.6
) -> tuple[np.ndarray, np.ndarray]:
    """Answers of readers whose true accuracies differ, on cases whose difficulties are drawn too."""
    truth = np.repeat([0, 1], cases // 2)
    skill = np.clip(accuracy + spread * rng.normal(size=(readers, 1)), 0.02, 0.98)
    right = rng.random((readers, cases)) < skill
    return truth, np.where(right, truth, 1 - truth).astype(float)


@pytest.mark.parametrize(("readers", "spread"), [(5, 0.05), (10, 0.15)])
def test_the_interval_over_readers_covers(readers, spread):
    rng = np.random.default_rng(readers)
    covered = 0
    for _study in range(400):
        found = single_modality(*study(rng, readers, 100, spread), "accuracy")
        covered += found.interval[0] <= 0.6 <= found.interval[1]
    assert covered / 400 >= 0.93 - 2 * np.sqrt(0.93 * 0.07 / 400)


@pytest.mark.parametrize(("readers", "spread"), [(5, 0.05), (10, 0.05), (5, 0.15)])
def test_the_prediction_interval_holds_the_skill_of_a_new_reader(readers, spread):
    rng = np.random.default_rng(readers)
    held = 0
    for _study in range(300):
        low, high = single_modality(*study(rng, readers, 100, spread), "accuracy").prediction
        held += low <= np.clip(0.6 + spread * rng.normal(), 0.02, 0.98) <= high
    assert held / 300 >= 0.93 - 2 * np.sqrt(0.93 * 0.07 / 300)


def test_degenerate_studies_have_defined_answers():
    truth = np.repeat([0, 1], 10)
    perfect = single_modality(truth, np.tile(truth, (5, 1)).astype(float), "accuracy")
    assert (perfect.estimate, perfect.standard_error) == (1.0, 0.0)
    assert perfect.interval == pytest.approx((0.05 ** (1 / 10), 1.0)), "as 10 of 10 right, one-sided exactly"
    assert perfect.p_value == pytest.approx(0.5**10)
    same = obuchowski_rockette(truth, np.tile(truth, (2, 5, 1)).astype(float))
    assert (same.f, same.p_value, same.difference) == (0.0, 1.0, 0.0)
    few = single_modality(truth, np.tile(truth, (2, 1)).astype(float), "accuracy")
    assert few.scope == "these readers only"
    with pytest.raises(CannotAnalyse, match="missing"):
        single_modality(truth, np.full((3, 20), np.nan), "accuracy")


@pytest.mark.parametrize(
    ("interval", "extra", "name"),
    [
        ((0.56, 0.70), {}, "told apart"),
        ((0.51, 0.58), {}, "told apart but within the margin"),
        ((0.45, 0.55), {}, "equivalent"),
        ((0.45, 0.65), {}, "inconclusive"),
        ((0.30, 0.45), {}, "told apart with labels reversed"),
        ((0.45, 0.55), {"reader_p_values": [0.001, 0.6, 0.7]}, "inconclusive"),
        ((0.45, 0.55), {"assay_sensitive": False}, "inconclusive"),
        ((0.45, 0.55), {"assay_sensitive": True, "reader_p_values": [0.03, 0.6]}, "equivalent"),
    ],
)
def test_the_verdict_follows_from_the_interval(interval, extra, name):
    assert verdict(interval, margin=0.1, **extra).name == name


def test_holm_is_statsmodels():
    from statsmodels.stats.multitest import multipletests

    p = [0.01, 0.04, 0.03, 0.005, 0.5]
    assert holm_rejects(p).tolist() == multipletests(p, 0.05, "holm")[0].tolist()


def test_times_leave_out_interruptions():
    found = times([1.0, 2.0, 4.0, 900.0, None], [False, False, False, True, False])
    assert (found.n, found.left_out, found.median) == (3, 2, 2.0)
    assert found.geometric_mean == pytest.approx(2.0)
    assert times([None], [False]) is None


@needs_references
def test_the_u_statistic_of_the_fdas_example_with_gaps():
    """iMRMC 4.0.3 on 5 readers and 80 cases of which a quarter was not read: area, variance and its components."""
    example = json.loads((REFERENCES / "imrmc" / "single_modality_missing.json").read_text())
    names = list(example["truth"])
    readers = sorted({row[0] for row in example["rows"]})
    ratings = np.full((len(readers), len(names)), np.nan)
    for reader, case, score in example["rows"]:
        ratings[readers.index(reader), names.index(case)] = score
    found = u_statistic([example["truth"][name] for name in names], ratings)
    assert found.auc == pytest.approx(example["expected"]["AUC"], rel=1e-8)
    assert found.variance == pytest.approx(example["expected"]["varAUC"], rel=1e-8)
    printed = {
        "N": 0.0240599,
        "D": 0.0324656,
        "ND": 0.00510469,
        "R": -0.0011674,
        "NR": 0.0324721,
        "DR": 0.0296997,
        "RND": 0.0636593,
    }
    for name, value in printed.items():
        assert found.components[name] == pytest.approx(value, rel=1e-5), name
    assert found.df == pytest.approx(example["expected"]["dfBDG"], rel=1e-8)
    whole = stats.t.ppf(0.975, int(found.df)) * np.sqrt(
        found.variance
    )  # iMRMC cuts the degrees of freedom to whole ones
    assert (found.auc - whole, found.auc + whole) == pytest.approx(example["expected"]["ciBDG"], rel=1e-8)
    assert found.interval == pytest.approx(example["expected"]["ciBDG"], abs=2e-5)


def test_the_u_statistic_without_gaps_and_with_one_reader_is_delongs():
    """One reader: cases alone are random, and the unbiased variance is close to DeLong's."""
    rng = np.random.default_rng(1)
    truth = np.repeat([0, 1], 60)
    rating = truth + rng.normal(size=120)
    assert u_statistic(truth, rating[None]).variance == pytest.approx(auc(truth, rating).variance, rel=0.05)
    assert u_statistic(truth, rating[None]).auc == pytest.approx(roc_auc_score(truth, rating))


def test_the_u_statistics_variance_is_unbiased():
    """Its mean over simulated studies is the variance of the area over those studies."""
    rng = np.random.default_rng(2)
    truth, areas, variances = np.repeat([0, 1], 12), [], []
    for _study in range(800):
        case, reader = rng.normal(size=24), rng.normal(size=(4, 1))
        ratings = truth * (1 + 0.4 * reader) + 0.7 * case + rng.normal(size=(4, 24))
        ratings[rng.random(ratings.shape) < 0.2] = np.nan
        found = u_statistic(truth, ratings)
        areas.append(found.auc)
        variances.append(found.variance)
    assert np.mean(variances) == pytest.approx(np.var(areas, ddof=1), rel=0.15)


def test_a_design_without_a_pair_is_refused():
    with pytest.raises(CannotAnalyse, match="both a real and a synthetic"):
        u_statistic([0, 0, 1, 1], np.array([[1.0, 2.0, np.nan, np.nan], [np.nan, np.nan, 1.0, 2.0]]))
    with pytest.raises(CannotAnalyse, match="share a case"):
        u_statistic([0, 1], np.array([[1.0, 2.0]]))


@pytest.mark.parametrize(("margin", "n"), [(0.15, 100), (0.10, 227), (0.05, 888)])
def test_sample_sizes_for_equivalence(margin, n):
    assert equivalence_sample_size(margin) == n


def test_power_to_detect_is_the_binomial_tests_by_simulation():
    rng = np.random.default_rng(0)
    counts = rng.binomial(80, 0.62, 4000)
    rejected = {int(k): binomtest(int(k), 80).pvalue <= 0.05 for k in np.unique(counts)}
    assert detection_power(80, 0.62) == pytest.approx(np.mean([rejected[int(k)] for k in counts]), abs=0.03)


def test_more_readers_help_where_more_images_do_not():
    """A wide spread of readers is not mended by images: the point of planning with it."""
    few_readers = mrmc_power(3, 1000, reader_sd=0.19)
    assert few_readers < 0.2
    assert mrmc_power(20, 100, reader_sd=0.05) > 0.95
    assert mrmc_power(10, 100, reader_sd=0.05, margin=None) < 0.08, (
        "the size of the test where nothing is to be found"
    )
    assert mrmc_power(6, 100, reader_sd=0.05) == mrmc_power(6, 100, reader_sd=0.05)
