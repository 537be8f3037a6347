"""Planning: the simulated studies against the analysis of the report, closed forms and a study whose spread is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turing.analysis import power
from turing.analysis.errors import CannotAnalyse
from turing.analysis.mrmc import single_modality
from turing.analysis.planning import equivalence_power, equivalence_sample_size, mrmc_power
from turing.analysis.power import Spread, pilot, plan
from turing.analysis.roc import rank_test

MARGINS = {"accuracy": 0.1, "auc": 0.14}


@pytest.mark.parametrize("figure", ["accuracy", "auc"])
def test_many_studies_at_once_are_judged_as_the_report_judges_one(figure):
    studies = next(power._batches(7, 40, 3, Spread(), np.random.default_rng(0)))
    real, synthetic = power._evidence(studies, 0.65, Spread())
    found = power._over_readers(power._components((real, synthetic), figure, 3))
    low, high = found.interval(0.95)
    truth, evidence = np.repeat([0, 1], 20), np.concatenate([real, synthetic], axis=2)
    cut = [0.0] if figure == "accuracy" else np.linspace(-1, 1, 5)
    for i in range(3):
        one = single_modality(truth, np.searchsorted(cut, evidence[i]).astype(float), figure, scale="logit")
        assert (low[i], high[i]) == pytest.approx(one.interval, rel=1e-5)
        assert found.df[i] == pytest.approx(one.df, rel=1e-4)


def test_a_plan_has_what_a_designer_asks_for():
    small, large = plan([6, 12], [100], accuracy=0.62, margins=MARGINS, spread=Spread(), simulations=200)
    for figure in power.FIGURES:
        assert large.apart[figure] > small.apart[figure] > 0.5
        assert large.half_width[figure] < small.half_width[figure]
        assert small.equivalent[figure] <= small.inside[figure]
    assert small.inside["accuracy"] == pytest.approx(mrmc_power(6, 100, simulations=1000), abs=0.1)
    again = plan([6, 12], [100], accuracy=0.62, margins=MARGINS, spread=Spread(), simulations=200)
    assert again == (small, large)
    assert set(
        plan([5], [20], accuracy=0.6, margins=MARGINS, spread=Spread(), steps=1, simulations=9)[0].apart
    ) == {"accuracy"}


def test_readers_who_differ_are_found_by_more_images_and_then_nothing_is_equivalent():
    few, many = plan([10], [100, 400], accuracy=0.6, margins=MARGINS, spread=Spread(0.05), simulations=200)
    assert many.inside["accuracy"] > 0.85
    assert many.equivalent["accuracy"] < few.equivalent["accuracy"]


def test_the_spread_of_a_pilot_is_that_of_its_readers():
    spread, found = Spread(0.08, 0.2), []
    for seed in range(8):
        studies = next(power._batches(40, 600, 1, spread, np.random.default_rng(seed)))
        real, synthetic = power._evidence(studies, 0.6, spread)
        said = (np.concatenate([real, synthetic], axis=2)[0] > 0).astype(float)
        accuracy, estimate = pilot(np.repeat([0, 1], 300), said)
        found.append((accuracy, estimate.reader_sd, estimate.case_correlation))
    assert np.mean(found, axis=0) == pytest.approx((0.6, 0.08, 0.2), abs=0.02)
    with pytest.raises(CannotAnalyse, match="at least 3"):
        pilot(np.repeat([0, 1], 300), said[:2])


@given(st.integers(3, 6), st.integers(0, 2**16))
@settings(max_examples=20, deadline=None)
def test_any_answers_give_a_spread_that_can_be_planned_with(readers, seed):
    said = np.random.default_rng(seed).integers(0, 2, (readers, 12)).astype(float)
    _accuracy, spread = pilot(np.repeat([0, 1], 6), said)
    assert 0 <= spread.reader_sd < 0.5
    assert 0 <= spread.case_correlation < 1


def test_equivalence_of_independent_judgements_reaches_its_power_at_the_sample_size():
    n = equivalence_sample_size(0.1)
    assert equivalence_power(n, 0.1) >= 0.8 > equivalence_power(n - 1, 0.1)


@pytest.mark.parametrize(
    ("given_", "words"),
    [({"readers": [1]}, "at least 2 readers"), ({"images": [3]}, "4 images"), ({"accuracy": 1.0}, "Accuracy"),
     ({"spread": Spread(0.5)}, "standard deviation"), ({"spread": Spread(case_correlation=1.0)}, "correlation")],
)  # fmt: skip
def test_what_cannot_be_planned_is_refused(given_, words):
    asked = {"readers": [5], "images": [50], "accuracy": 0.6, "margins": MARGINS, "spread": Spread()} | given_
    with pytest.raises(CannotAnalyse, match=words):
        plan(**asked)


def test_single_readers_are_held_against_chance_as_the_report_does():
    studies = next(power._batches(5, 60, 3, Spread(), np.random.default_rng(1)))
    evidence = power._evidence(studies, 0.6, Spread())
    found = power._rank_p(evidence, 3)
    real, synthetic = (np.searchsorted(np.linspace(-1, 1, 5), part) for part in evidence)
    truth = np.repeat([0, 1], 30)
    for i, row in enumerate(np.concatenate([real, synthetic], axis=2)):
        assert found[i] == pytest.approx([rank_test(truth, ratings) for ratings in row], rel=1e-4)
