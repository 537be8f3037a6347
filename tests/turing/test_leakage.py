"""The leakage audit against scikit-learn, SciPy and statsmodels, and against traits planted on purpose."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import roc_auc_score
from statsmodels.stats.multitest import multipletests

from tests.factories import blobs
from turing import leakage


def truths(n):
    return np.repeat([0, 1], n)


@given(st.lists(st.integers(0, 6), min_size=8, max_size=40), st.randoms(use_true_random=False))
def test_auc_and_p_agree_with_sklearn_and_scipy(values, random):
    kinds = np.array([random.random() < 0.5 for _value in values], int)
    kinds[:2], kinds[-2:] = 0, 1
    values = np.array(values, float)
    area, low, high, p = leakage.auc_test(kinds, values)
    assert area == pytest.approx(roc_auc_score(kinds, values))
    assert leakage._area(kinds, values) == pytest.approx(area)
    assert low <= area <= high
    if len(set(values)) > 1:
        stranger = mannwhitneyu(
            values[kinds == 1], values[kinds == 0], method="asymptotic", use_continuity=True
        )
        assert p == pytest.approx(min(1.0, stranger.pvalue), abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_agrees_with_statsmodels(p_values):
    assert leakage.holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])


def test_delong_variance_by_a_published_case():
    """Hanley & McNeil 1982, table I (109 CT readings): area .893; their binegative-exponential SE is .032, DeLong's is close."""
    normal, abnormal = [33, 6, 6, 11, 2], [3, 2, 2, 11, 33]
    values = np.concatenate([np.repeat(range(5), normal), np.repeat(range(5), abnormal)]).astype(float)
    kinds = np.repeat([0, 1], [58, 51])
    area, low, high, _p = leakage.auc_test(kinds, values)
    assert area == pytest.approx(0.893, abs=5e-4)
    assert (high - low) / (2 * 1.96) == pytest.approx(0.032, abs=3e-3)


def test_entropy_of_known_histograms():
    assert leakage.entropy(np.arange(256, dtype=np.uint8).reshape(16, 16)) == pytest.approx(8.0)
    assert leakage.entropy(np.full((4, 4), 9, np.uint16)) == 0
    half = np.array([[0, 65535], [65535, 0]], np.uint16)
    assert leakage.entropy(half) == pytest.approx(1.0)


def test_features_see_what_they_are_named_for():
    plain = blobs(1, size=64, seed=1)[0]
    rng = np.random.default_rng(0)
    noisy = np.clip(plain + rng.normal(0, 12, plain.shape), 0, 255).astype(np.uint8)
    # Neighbours of white noise differ by twice its variance along each of two axes.
    assert leakage.high_frequency(rng.normal(0, 9, (400, 400))) == pytest.approx(4, abs=0.05)
    assert leakage.high_frequency(noisy) > 1.5 * leakage.high_frequency(plain)
    blocky = np.kron(plain[::8, ::8], np.ones((8, 8), np.uint8))
    assert leakage.jpeg_grid(blocky + rng.integers(0, 2, blocky.shape).astype(np.uint8)) > 5
    assert leakage.jpeg_grid(noisy) == pytest.approx(1, abs=0.1)
    assert leakage.duplicate_rows(np.kron(noisy, np.ones((2, 2), np.uint8))) == pytest.approx(
        64 / 127, abs=0.01
    )
    padded = np.pad(plain, 4)
    assert leakage.border(padded) == 0 < leakage.border(plain)


def rows_of(images):
    return [leakage.features_of(image, image.shape[1], image.shape[0]) for image in images]


def test_sets_that_differ_by_chance_pass():
    images = blobs(80, size=24, seed=5)
    found = leakage.audit(truths(40), rows_of(images), np.random.default_rng(0))
    assert found.state == "fine"


@pytest.mark.parametrize(
    ("trait", "feature"),
    [
        (lambda image: image // 16 * 16, "levels"),
        (lambda image: np.pad(image[2:-2, 2:-2], 2), "border"),
        (lambda image: np.clip(image, 30, None), "minimum"),
        (lambda image: np.repeat(image[::2], 2, axis=0), "duplicate_rows"),
    ],
)
def test_a_planted_trait_fails_the_audit(trait, feature):
    images = blobs(60, size=24, seed=6)
    images[30:] = [trait(image) for image in images[30:]]
    found = leakage.audit(truths(30), rows_of(images), np.random.default_rng(0))
    assert found.state == "alarm"
    assert feature in {one.feature for one in found.findings if one.state == "alarm"}


def test_the_joint_classifier_sees_what_no_feature_shows_alone():
    """Two features, each without information, whose difference tells everything."""
    rng = np.random.default_rng(2)
    shared = rng.normal(0, 1, 120)
    kinds = truths(60)
    rows = [
        {"a": float(x), "b": float(x + 0.4 * kind + rng.normal(0, 0.1))} for x, kind in zip(shared, kinds)
    ]
    found = leakage.audit(kinds, rows, np.random.default_rng(0))
    assert all(one.state != "alarm" for one in found.findings)
    assert found.together.state == "alarm"
    assert found.together.auc > 0.95


def test_the_discriminant_agrees_with_sklearn_on_what_it_saw():
    rng = np.random.default_rng(3)
    table = rng.normal(size=(200, 4)) + np.outer(truths(100), [1.0, 0.5, 0, -1])
    ours = leakage._discriminant(truths(100), table, table)
    theirs = LinearDiscriminantAnalysis(solver="lsqr").fit(table, truths(100)).decision_function(table)
    assert np.corrcoef(ours, theirs)[0, 1] == pytest.approx(1, abs=1e-3)


def test_the_error_rate_of_the_audit_under_no_difference():
    """300 audits of pure noise: 'warning' or worse on a single feature in about 5 % (binomial 99.9 % limits)."""
    rng = np.random.default_rng(8)
    loud = 0
    for _audit in range(300):
        rows = [dict(enumerate(row)) for row in rng.normal(size=(40, 12))]
        found = leakage.audit(truths(20), rows, rng, permutations=1)
        loud += any(one.state != "fine" for one in found.findings)
    assert loud <= 30


def test_the_joint_p_is_uniform_under_no_difference():
    """120 tests of pure noise, 39 deals each: p at most .1 in about a tenth (binomial 99.9 % limits 3 to 24)."""
    rng = np.random.default_rng(9)
    small = sum(
        leakage.joint_test(truths(12), rng.normal(size=(24, 6)), rng, 39)[3] <= 0.1 for _test in range(120)
    )
    assert 3 <= small <= 24


def test_one_kind_alone_is_refused():
    with pytest.raises(ValueError, match="two real and two synthetic"):
        leakage.audit([0, 0, 0, 1], [{"a": 1.0}] * 4, np.random.default_rng(0))


def test_a_trait_of_one_generator_among_five_is_found_and_named():
    """Its twelve images have a black border; among sixty fakes the feature alone has an AUC of about .4, within LOUD."""
    images = blobs(120, size=24, seed=7)
    images[60:72] = [np.pad(image[2:-2, 2:-2], 2) for image in images[60:72]]
    sources = ["real"] * 60 + [name for name in "abcde" for _image in range(12)]
    rows = rows_of(images)
    pooled = leakage.audit(truths(60), rows, np.random.default_rng(0))
    assert {one.feature: one.state for one in pooled.findings}["border"] != "alarm"
    found = leakage.audit(truths(60), rows, np.random.default_rng(0), 99, sources)
    assert found.state == "alarm"
    states = {one.source: one.state for one in found.generators}
    assert states == {"a": "alarm", "b": "fine", "c": "fine", "d": "fine", "e": "fine"}
    border = next(one for one in found.generators[0].findings if one.feature == "border")
    kinds, values = np.repeat([0, 1], [60, 12]), [row["border"] for row in rows[:72]]
    assert border.auc == pytest.approx(roc_auc_score(kinds, values))


def test_one_generator_is_compared_once():
    images = blobs(40, size=24, seed=5)
    rows = rows_of(images)
    sources = ["real"] * 20 + ["fake"] * 20
    alone = leakage.audit(truths(20), rows, np.random.default_rng(0), 9)
    assert leakage.audit(truths(20), rows, np.random.default_rng(0), 9, sources) == alone


def test_the_error_rate_over_several_generators_under_no_difference():
    """200 audits of noise, four generators: any single feature anywhere but fine in about 5 % (binomial 99.9 % limit)."""
    rng = np.random.default_rng(11)
    sources = ["real"] * 20 + [name for name in "abcd" for _image in range(5)]
    loud = 0
    for _audit in range(200):
        rows = [dict(enumerate(row)) for row in rng.normal(size=(40, 8))]
        found = leakage.audit(truths(20), rows, rng, 1, sources)
        singles = [*found.findings, *(one for each in found.generators for one in each.findings)]
        loud += any(one.state != "fine" for one in singles)
    assert loud <= 22
