import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import fleiss_kappa as their_fleiss

from turing.analysis.agreement import (
    cohen_kappa,
    fleiss_kappa,
    gwet_ac,
    icc,
    krippendorff_alpha,
    percent_agreement,
)
from turing.analysis.errors import CannotAnalyse

n = np.nan
KRIPPENDORFF = np.array(
    [[1, 2, 3, 3, 2, 1, 4, 1, 2, n, n, n], [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, n, 3],
     [n, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, n], [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, n]]
)  # fmt: skip
SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
)


@pytest.mark.parametrize(
    ("level", "value"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_krippendorffs_own_matrix(level, value):
    assert krippendorff_alpha(KRIPPENDORFF, level).value == pytest.approx(value, abs=5e-4)


def test_shrout_and_fleiss_1979():
    found = icc(SHROUT_FLEISS)
    published = {"icc1": 0.17, "icc2": 0.29, "icc3": 0.71, "icc1k": 0.44, "icc2k": 0.62, "icc3k": 0.91}
    for name, value in published.items():
        assert getattr(found, name) == pytest.approx(value, abs=5e-3), name


@pytest.fixture
def binary():
    rng = np.random.default_rng(3)
    truth = rng.random(60) < 0.4
    return np.array([np.where(rng.random(60) < 0.75, truth, ~truth) for _reader in range(5)]).astype(float)


def test_fleiss_is_statsmodels(binary):
    counts = np.stack([(binary == 0).sum(axis=0), (binary == 1).sum(axis=0)], axis=1)
    assert fleiss_kappa(binary).value == pytest.approx(their_fleiss(counts), rel=1e-12)


@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
def test_cohen_is_scikit_learns(weights):
    rng = np.random.default_rng(0)
    a = rng.integers(0, 5, 80)
    b = np.clip(a + rng.integers(-1, 2, 80), 0, 4)
    assert cohen_kappa(a, b, weights).value == pytest.approx(
        cohen_kappa_score(a, b, weights=weights), rel=1e-10
    )


def test_gwet_by_hand():
    """Two raters, two answers: AC1 = (po - 2q(1-q)) / (1 - 2q(1-q)), Gwet 2008."""
    table = np.array([[1, 1, 1, 0, 0, 1, 1, 1, 1, 1], [1, 1, 1, 0, 1, 1, 1, 1, 1, 0]], float)
    q, observed = table.mean(), 0.8
    assert percent_agreement(table).value == pytest.approx(observed)
    assert gwet_ac(table).value == pytest.approx(
        (observed - 2 * q * (1 - q)) / (1 - 2 * q * (1 - q)), rel=1e-12
    )


def test_the_kappa_paradox_is_visible():
    table = np.ones((2, 50))
    table[0, 0] = table[1, 1] = 0
    assert percent_agreement(table).value == pytest.approx(0.96)
    assert fleiss_kappa(table).value < 0.05
    assert gwet_ac(table).value > 0.9


@given(st.integers(2, 5), st.integers(3, 15), st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_readers_and_images_have_no_order_and_answers_no_name(raters, items, seed):
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 2, (raters, items)).astype(float)
    table[rng.random(table.shape) < 0.1] = np.nan
    for statistic in (percent_agreement, fleiss_kappa, krippendorff_alpha, gwet_ac):
        try:
            value = statistic(table).value
        except CannotAnalyse:
            continue
        shuffled = table[rng.permutation(raters)][:, rng.permutation(items)]
        assert statistic(shuffled).value == pytest.approx(value, abs=1e-9)
        assert statistic(1 - table).value == pytest.approx(value, abs=1e-9)
        assert value <= 1 + 1e-12


def test_the_interval_widens_with_few_readers_and_never_pairs_one_with_himself(binary):
    wide, narrow = fleiss_kappa(binary[:3]), fleiss_kappa(np.vstack([binary] * 1))
    assert wide.standard_error > narrow.standard_error
    assert fleiss_kappa(binary).value == pytest.approx(fleiss_kappa(binary[::-1]).value)


@pytest.mark.parametrize(
    "table",
    [np.ones((1, 5)), np.full((3, 4), np.nan), np.array([[1, n], [n, 1]]), np.array([[1, np.inf], [1, 1]])],
)
def test_what_cannot_agree_is_refused(table):
    with pytest.raises(CannotAnalyse):
        percent_agreement(table)


@pytest.mark.parametrize("weights", ["linear", "quadratic"])
def test_a_category_that_nobody_used_keeps_its_place_on_the_scale(weights):
    """Six answers of which one was never given: scikit-learn with all six named."""
    rng = np.random.default_rng(2)
    a = rng.choice([1, 2, 5, 6], 60)
    b = np.where(rng.random(60) < 0.7, a, rng.choice([1, 2, 5, 6], 60))
    theirs = cohen_kappa_score(a, b, labels=[1, 2, 3, 4, 5, 6], weights=weights)
    assert cohen_kappa(a, b, weights).value == pytest.approx(theirs, rel=1e-12)
