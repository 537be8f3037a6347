"""The whole report of a study from its arrays: what is defined, what is kept, and the conditions of the verdict."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turing.analysis.agreement import fleiss_kappa
from turing.analysis.keeping import from_plain, to_plain
from turing.analysis.overall import JACKKNIFE, U_STATISTIC, overall
from turing.analysis.readings import Readings, readings
from turing.analysis.report import Extras, Judging, StudyReport, report
from turing.analysis.subgroups import parts

JUDGING = Judging("accuracy", 0.1, 0.14)


def study(
    readers: int = 6, cases: int = 80, skill: float = 0.0, seed: int = 0, gaps: float = 0.0, **more
) -> Readings:
    rng = np.random.default_rng(seed)
    truth = rng.permutation(np.repeat([0, 1], [cases - cases // 2, cases // 2]))
    ratings = (
        np.searchsorted([-1, -0.5, 0, 0.5, 1], (truth - 0.5) * skill + rng.normal(size=(readers, cases)))
        + 1.0
    )
    ratings[rng.random(ratings.shape) < gaps] = np.nan
    said = np.where(np.isnan(ratings), np.nan, ratings > 3)
    places = np.argsort(rng.random(said.shape), axis=1).astype(float)
    return readings(
        truth,
        said,
        ratings=ratings,
        graded=True,
        places=places,
        seconds=rng.exponential(5, said.shape),
        **more,
    )


@given(
    st.integers(1, 7),
    st.integers(2, 30),
    st.integers(0, 2**16),
    st.sampled_from([0.0, 0.3, 0.95]),
    st.sampled_from(["detect", "pair", "hype"]),
)
@settings(max_examples=30, deadline=None)
def test_any_answers_have_a_report_that_comes_back_from_json(readers, cases, seed, gaps, kind):
    given_ = replace(study(readers, cases, 1.0, seed, gaps), kind=kind, graded=kind == "detect")
    if kind == "pair":
        given_ = replace(given_, truth=np.ones(cases, int))
    made = report(given_, JUDGING)
    text = json.dumps(to_plain(made), allow_nan=False)
    again = from_plain(StudyReport, json.loads(text))
    assert json.dumps(to_plain(again), allow_nan=False) == text
    assert made.verdict is None or kind != "hype"
    if made.primary is not None:
        low, high = made.primary.interval
        assert 0 <= low <= made.primary.estimate <= high <= 1


def test_the_design_chooses_the_method():
    assert overall(study(), "auc").method == "Obuchowski-Rockette"
    assert overall(study(gaps=0.1), "auc").method == U_STATISTIC
    few = overall(study(readers=3, gaps=0.1), "accuracy")
    assert (few.method, few.scope) == (JACKKNIFE, "these readers only")
    assert overall(replace(study(), truth=np.ones(80, int)), "accuracy") is None
    assert overall(replace(study(), graded=False), "auc") is None


def test_with_gaps_the_accuracy_is_close_to_the_one_without():
    whole, holes = study(8, 200, 1.2), study(8, 200, 1.2, gaps=0.2)
    a, b = overall(whole, "accuracy"), overall(holes, "accuracy")
    assert b.estimate == pytest.approx(a.estimate, abs=0.03)
    assert b.standard_error == pytest.approx(a.standard_error, rel=0.6)


@pytest.mark.parametrize(("controls_skill", "name"), [(4.0, "equivalent"), (0.0, "inconclusive")])
def test_equivalence_needs_controls_that_were_told_apart(controls_skill, name):
    guessing = study(10, 120, 0.0, seed=5)
    rng = np.random.default_rng(1)
    seen = (controls_skill / 2 + rng.normal(size=(10, 20)) > 0).astype(float)
    controls = readings(np.ones(20, int), seen)
    found = report(guessing, JUDGING, Extras(controls))
    assert found.controls is not None
    assert (found.verdict.name, found.verdict.reason) == (name, "inside" if name == "equivalent" else "assay")


def test_who_does_not_count_changes_no_figure_over_readers():
    people = study(6, 60, 1.0)
    machine = study(1, 60, 9.0, seed=0)
    both = replace(
        people, **{name: np.concatenate([getattr(people, name), getattr(machine, name)]) for name in
                   ("said", "ratings", "places", "seconds", "idle", "interrupted", "phases", "groups")},
        counted=np.array([True] * 6 + [False]),
    )  # fmt: skip
    alone, beside = report(people, JUDGING), report(both, JUDGING)
    assert (beside.accuracy.interval, beside.verdict, beside.agreement) == (
        alone.accuracy.interval,
        alone.verdict,
        alone.agreement,
    )
    assert beside.readers[-1].p_adjusted is None
    assert len(beside.readers) == 7


def test_parts_are_the_study_on_them_alone():
    rng = np.random.default_rng(2)
    strata, groups = (
        rng.choice(["chest", "head"], 80).astype(object),
        np.array(["a", "a", "a", "b", "b", "b"], object),
    )
    phases = np.tile(np.repeat([0.0, 1.0], 40), (6, 1))
    whole = study(6, 80, 1.0, strata=strata, groups=groups, phases=phases)
    found = {(part.kind, part.name): part for part in parts(whole)}
    assert set(found) == {
        ("group", "a"),
        ("group", "b"),
        ("stratum", "chest"),
        ("stratum", "head"),
        ("phase", "0"),
        ("phase", "1"),
    }
    chest = whole.on(strata == "chest")
    assert found["stratum", "chest"].accuracy.interval == overall(chest, "accuracy").interval
    assert (found["group", "b"].readers, found["phase", "1"].cases) == (3, 40)


def test_a_second_showing_serves_agreement_with_oneself_alone():
    one = study(3, 10)
    first = np.where(np.arange(10) < 4, one.said, np.nan)
    second = first.copy()
    second[0, 0] = 1 - second[0, 0]
    found = report(one, JUDGING, Extras(None, first, second))
    assert [(row.n, row.same.value) for row in found.selves] == [(4, 0.75), (4, 1.0), (4, 1.0)]
    assert report(one, JUDGING).accuracy.interval == found.accuracy.interval


def test_agreement_within_one_truth_is_that_of_its_images():
    one = study(5, 60, 2.0)
    within = next(
        row.found.value
        for row in report(one, JUDGING).agreement
        if (row.name, row.part) == ("fleiss", "real")
    )
    assert within == fleiss_kappa(one.said[:, one.truth == 0]).value


def test_readers_who_always_say_the_same_show_nothing():
    """Balanced accuracy is one half without any error: that is no equivalence, and no interval of width nil."""
    truth = np.repeat([0, 1], 50)
    one = readings(truth, np.repeat([[1.0], [0.0]], 3, axis=0) * np.ones(100))
    found = report(one, JUDGING)
    assert (found.verdict.name, found.verdict.reason) == ("inconclusive", "constant")
    low, high = found.accuracy.interval
    assert low < 0.5 < high
    holes = one.said.copy()
    holes[0, 0] = np.nan
    assert report(replace(one, said=holes), JUDGING).verdict.reason == "constant"


@pytest.mark.parametrize("gaps", [False, True])
def test_readers_who_are_never_wrong_have_an_interval(gaps):
    truth = np.repeat([0, 1], 10)
    said = np.tile(truth, (6, 1)).astype(float)
    if gaps:
        said[0, 0] = np.nan
    found = report(readings(truth, said), JUDGING)
    assert found.verdict.name == "told apart"
    assert found.accuracy.interval == pytest.approx((0.05**0.1, 1.0))
    assert found.sensitivity_over.interval == pytest.approx((0.05**0.1, 1.0))


def test_a_reader_is_held_against_chance_in_the_endpoint():
    """A reader who calls all but a few images synthetic, and is sure of the right ones: seen by confidence, not by the two answers."""
    rng = np.random.default_rng(3)
    truth = np.repeat([0, 1], 60)
    evidence = rng.normal(size=(8, 120))
    evidence[0] += 1.1 * truth + 1.4
    ratings = np.searchsorted([-1, -0.5, 0, 0.5, 1, 1.5, 2], evidence) + 1.0
    one = readings(truth, (ratings > 3).astype(float), ratings=ratings, graded=True)
    by_area, by_accuracy = report(one, Judging("auc", 0.2, 0.2)), report(one, Judging("accuracy", 0.2, 0.2))
    assert by_area.readers[0].rank_p < 0.001
    assert by_area.readers[0].p_adjusted == pytest.approx(8 * by_area.readers[0].rank_p)
    assert by_accuracy.readers[0].p_adjusted == min(1, 8 * by_accuracy.readers[0].p_value) > 0.05
    assert (by_area.verdict.reason, by_accuracy.verdict.reason) == ("reader", "inside")
