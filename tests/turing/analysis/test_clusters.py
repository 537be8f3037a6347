"""Images that come in clusters: every case twice in one cluster must say no more than every case once."""

from dataclasses import replace

import numpy as np
import pytest

from tests.turing.analysis.test_report import study
from turing.analysis.agreement import fleiss_kappa, gwet_ac, krippendorff_alpha, percent_agreement
from turing.analysis.overall import overall
from turing.analysis.readings import Readings
from turing.analysis.report import Judging, report
from turing.analysis.ustatistic import u_statistic_these_readers

JUDGING = Judging("accuracy", 0.1, 0.14)


def doubled(one: Readings) -> Readings:
    """Each case twice, as two images of one patient."""
    twice = {name: np.tile(getattr(one, name), 2) for name in ("truth", "sources", "strata")}
    tables = {
        name: np.tile(getattr(one, name), (1, 2))
        for name in ("said", "ratings", "places", "seconds", "idle", "interrupted", "phases")
    }
    names = np.tile(np.array([f"patient {i}" for i in range(one.said.shape[1])], object), 2)
    return replace(one, clusters=names, **twice, **tables)


@pytest.mark.parametrize("gaps", [0.0, 0.2])
@pytest.mark.parametrize("readers", [3, 7])
def test_a_doubled_case_counts_once_in_every_figure_over_readers(readers, gaps):
    once = study(readers, 60, 1.0, gaps=gaps)
    alone, twice = report(once, JUDGING), report(doubled(once), JUDGING)
    for name in ("accuracy", "auc", "sensitivity_over", "specificity_over"):
        ours, theirs = getattr(twice, name), getattr(alone, name)
        assert ours.estimate == pytest.approx(theirs.estimate, rel=1e-9)
        assert ours.standard_error == pytest.approx(theirs.standard_error, rel=0.03 if gaps else 1e-9), name


def test_a_doubled_case_counts_once_between_generators():
    sources = np.array([""] * 40 + ["a"] * 20 + ["b"] * 20, object)
    once = replace(study(6, 80, 1.0), truth=(sources != "").astype(int), sources=sources)
    alone, twice = report(once, JUDGING).generators, report(doubled(once), JUDGING).generators
    assert twice.overall.p_value == pytest.approx(alone.overall.p_value, rel=1e-9)
    assert twice.differences[0].interval == pytest.approx(alone.differences[0].interval, rel=1e-9)
    assert twice.differences[0].dprime_interval == pytest.approx(
        alone.differences[0].dprime_interval, abs=0.1
    )


def test_a_doubled_pair_counts_once():
    once = replace(study(6, 40), truth=np.ones(40, int), kind="pair", graded=False)
    alone, twice = overall(once, "accuracy"), overall(doubled(once), "accuracy")
    assert twice.interval == pytest.approx(alone.interval, rel=1e-9)


@pytest.mark.parametrize("coefficient", [percent_agreement, fleiss_kappa, krippendorff_alpha, gwet_ac])
def test_a_doubled_case_counts_once_in_agreement(coefficient):
    said = (np.random.default_rng(0).random((5, 40)) < 0.6).astype(float)
    groups = np.tile(np.arange(40), 2)
    alone, twice = coefficient(said), coefficient(np.tile(said, 2), clusters=groups)
    assert twice.standard_error == pytest.approx(alone.standard_error, rel=0.02)
    assert coefficient(np.tile(said, 2)).standard_error < 0.97 * alone.standard_error


def test_the_jackknife_over_clusters_leaves_them_out_whole():
    one = study(3, 40, 1.0, gaps=0.2)
    groups = np.arange(40) // 4
    left = []
    for group in range(10):
        part = one.on(groups != group)
        left.append(u_statistic_these_readers(part.truth, part.ratings).auc)
    brute = 9 / 10 * ((np.array(left) - np.mean(left)) ** 2).sum()
    assert u_statistic_these_readers(one.truth, one.ratings, clusters=groups).variance == pytest.approx(
        brute, rel=1e-9
    )


def test_pairs_with_gaps_have_a_verdict_over_all_readers():
    """The error of these readers' mean share is that of leaving each pair out in turn."""
    one = replace(study(3, 120, gaps=0.2), truth=np.ones(120, int), kind="pair", graded=False)
    found = overall(one, "accuracy")
    assert found.readers == pytest.approx(np.nanmean(one.right, axis=1))
    left = [np.nanmean(np.delete(one.right, i, axis=1), axis=1).mean() for i in range(120)]
    brute = 119 / 120 * ((np.array(left) - np.mean(left)) ** 2).sum()
    assert found.standard_error**2 == pytest.approx(brute, rel=0.02)
    assert report(one, JUDGING).verdict is not None
