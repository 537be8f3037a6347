import csv

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from tests.paths import REFERENCES, needs_references
from turing.analysis.errors import CannotAnalyse
from turing.analysis.mrmc import obuchowski_rockette, single_modality
from turing.analysis.roc import auc, curve, placements
from turing.analysis.timing import times
from turing.analysis.verdict import holm_rejects, verdict


def vandyke() -> tuple[np.ndarray, np.ndarray]:
    rows = list(csv.DictReader((REFERENCES / "mrmc_vandyke.csv").open()))
    names = sorted({row["case"] for row in rows}, key=int)
    ratings, truth = np.full((2, 5, len(names)), np.nan), np.zeros(len(names), int)
    for row in rows:
        case = names.index(row["case"])
        ratings[int(row["treatment"]) - 1, int(row["reader"]) - 1, case] = float(row["rating"])
        truth[case] = int(row["truth"])
    return truth, ratings


@needs_references
def test_van_dyke_by_delong_covariances():
    found = obuchowski_rockette(*vandyke())
    assert found.f == pytest.approx(4.484854, abs=5e-7)
    assert found.df2 == pytest.approx(15.06611, abs=5e-6)
    assert found.p_value == pytest.approx(0.051233, abs=5e-7)


@needs_references
def test_one_modality_is_the_comparisons_own_part():
    truth, ratings = vandyke()
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


def test_degenerate_studies_have_defined_answers():
    truth = np.repeat([0, 1], 10)
    perfect = single_modality(truth, np.tile(truth, (5, 1)).astype(float), "accuracy")
    assert (perfect.estimate, perfect.standard_error, perfect.interval) == (1.0, 0.0, (1.0, 1.0))
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
