import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from turing.analysis.detection import dprime_2afc, equivalence, proportion, reader_summary, signal_detection
from turing.analysis.errors import CannotAnalyse


@pytest.mark.parametrize(("k", "n"), [(0, 10), (7, 10), (59, 100), (300, 300)])
def test_intervals_are_statsmodels(k, n):
    found = proportion(k, n)
    assert found.clopper_pearson == pytest.approx(proportion_confint(k, n, method="beta"), abs=1e-10)
    assert found.wilson == pytest.approx(proportion_confint(k, n, method="wilson"), abs=1e-10)
    assert found.p_value == pytest.approx(stats.binomtest(k, n).pvalue)


def test_pooled_counts_of_park_2021_do_not_give_the_published_p():
    """1781 of 3000 is no chance result when pooled: the pooled binomial ignores readers and cases."""
    assert proportion(1781, 3000).p_value < 1e-20


@pytest.mark.parametrize(("margin", "n"), [(0.15, 100), (0.10, 227), (0.05, 888)])
def test_the_exact_equivalence_test_has_the_planners_sizes(margin, n):
    """Power 80 % at truth .5 from these n on, and not just before."""

    def power(size: int) -> float:
        counts = [k for k in range(size + 1) if equivalence(k, size, margin=margin).verdict == "equivalent"]
        return float(stats.binom.pmf(counts, size, 0.5).sum()) if counts else 0.0

    assert power(n) >= 0.8
    assert power(n - 1) < 0.8


def test_signal_detection_by_hand():
    found = signal_detection(80, 20, 30, 70)
    hit, false = (80.5 / 101), (30.5 / 101)
    assert found.dprime == pytest.approx(stats.norm.ppf(hit) - stats.norm.ppf(false), rel=1e-12)
    assert found.criterion == pytest.approx(-(stats.norm.ppf(hit) + stats.norm.ppf(false)) / 2, rel=1e-12)
    ratio = stats.norm.pdf(stats.norm.ppf(hit)) / stats.norm.pdf(stats.norm.ppf(false))
    assert found.beta == pytest.approx(ratio, rel=1e-9)
    assert np.isfinite(signal_detection(100, 0, 0, 100).dprime)


def test_two_alternatives():
    assert dprime_2afc(0.76) == pytest.approx(np.sqrt(2) * stats.norm.ppf(0.76))
    with pytest.raises(CannotAnalyse, match="between 0 and 1"):
        dprime_2afc(1.0)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=40))
def test_a_reader_summary_is_defined_for_any_answers(pairs):
    truth, said = zip(*pairs)
    found = reader_summary(truth, said)
    if len(set(truth)) < 2:
        assert found.accuracy is None
        return
    low, high = found.accuracy_interval
    assert 0 <= low <= found.accuracy <= high <= 1
    swapped = reader_summary([1 - t for t in truth], [1 - s for s in said])
    assert swapped.accuracy == pytest.approx(found.accuracy)
    assert swapped.p_value == pytest.approx(found.p_value)
    assert swapped.signal.dprime == pytest.approx(found.signal.dprime)


def test_a_constant_answer_is_no_discrimination():
    found = reader_summary([1] * 70 + [0] * 30, [1] * 100)
    assert (found.accuracy, found.p_value) == (0.5, 1.0)


def test_the_interval_of_balanced_accuracy_covers():
    rng = np.random.default_rng(0)
    truth, covered = [1] * 30 + [0] * 30, 0
    for _study in range(600):
        said = np.where(np.array(truth) == 1, rng.random(60) < 0.8, rng.random(60) < 0.4).astype(int)
        low, high = reader_summary(truth, said).accuracy_interval
        covered += low <= 0.7 <= high
    assert covered / 600 > 0.93


@pytest.mark.parametrize("bad", [([0, 2], [0, 1]), ([0], [0, 1]), ([], [])])
def test_what_is_no_answer_is_refused(bad):
    with pytest.raises(CannotAnalyse):
        reader_summary(*bad)
