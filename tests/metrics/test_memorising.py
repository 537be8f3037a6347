"""Copies: what counts as unseen, what is confirmed in the pixels, and the verdict of the set."""

import numpy as np
import pytest
from scipy.stats import binomtest, fisher_exact

from metrics.evaluation import evaluate
from metrics.feature_sets import Features
from metrics.memorising import Flagged, _exact, _more_than, _unseen, _verdict
from metrics.training_distances import training_distances
from tests.factories import blobs
from tests.metrics.examples import images


def flagged(copies: int, of: int, likeness: float = 0.97) -> Flagged:
    is_copy = np.arange(of) < copies
    return Flagged(np.where(is_copy, 0.2, 1.0), np.zeros(of, int), np.where(is_copy, likeness, 0.5), is_copy)


def test_few_equal_pictures_do_not_hide_many_near_ones():
    likeness = np.where(np.arange(100) < 3, 1.0, 0.98)
    found = Flagged(np.full(100, 0.2), np.zeros(100, int), likeness, np.ones(100, bool))
    words = str(_verdict(found, None, None, "radiomics").finding)
    assert "100 of 100" in words
    assert "3 are the same pixel for pixel" in words


@pytest.mark.parametrize(("k", "n"), [(0, 304), (3, 1000), (5, 5), (1, 2)])
def test_the_interval_of_a_share_is_the_exact_one(k, n):
    expected = binomtest(k, n).proportion_ci(method="exact")
    assert _exact(np.arange(n) < k) == pytest.approx((expected.low, expected.high))


def test_more_than_among_unseen_is_fishers_test():
    expected = fisher_exact([[8, 92], [1, 99]], alternative="greater").pvalue
    assert _more_than(flagged(8, 100), flagged(1, 100)) == pytest.approx(expected)
    assert _more_than(flagged(8, 100), None) is None


@pytest.mark.parametrize(
    ("found", "control", "state", "words"),
    [
        (flagged(0, 100), flagged(0, 100), "fine", "No copy"),
        (flagged(1, 100), flagged(0, 100), "warning", "One of 100"),
        (flagged(2, 100), None, "warning", "2 of 100"),
        (flagged(12, 100), flagged(1, 100), "alarm", "12 of 100"),
        (flagged(12, 100), flagged(12, 100), "warning", "12 of 100"),
        (flagged(1, 100, likeness=1.0), flagged(0, 100), "alarm", "pixel for pixel"),
    ],
)
def test_the_verdict_of_a_set(found, control, state, words):
    verdict = _verdict(found, control, _more_than(found, control), "radiomics")
    assert verdict.state == state
    assert words in str(verdict.finding)
    assert str(verdict.consequence)


def test_unseen_means_neither_the_image_nor_its_patient():
    pictures = blobs(12, seed=1)
    real = images(pixels=pictures, groups=tuple(f"p{k // 2}" for k in range(12)))
    training = images(pixels=pictures[:1], groups=("p5",))
    assert _unseen(real, training).tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert _unseen(real, images(pixels=pictures[:2])).tolist() == list(range(2, 12))


@pytest.mark.usefixtures("thumbnails")
def test_noisy_copies_are_found_and_their_originals_named(tmp_path):
    rng = np.random.default_rng(0)
    training = blobs(60, seed=9)
    made = blobs(60, seed=2)
    for k in range(8):
        made[k] = np.clip(training[40 + k] + rng.normal(0, 4, (32, 32)), 0, 255).astype(np.uint8)
    report = evaluate(
        images(pixels=blobs(60, seed=1)), images(pixels=made), training=images(pixels=training), cache=tmp_path
    )  # fmt: skip
    assert report.verdicts[0].subject == "memorisation"
    assert report.verdicts[0].state == "alarm"
    assert {(pair.synthetic, pair.training) for pair in report.pairs} <= {(k, 40 + k) for k in range(8)}
    assert [row.position for row in report.images if row.values["copy"]] == list(range(8))


@pytest.mark.usefixtures("thumbnails")
def test_a_real_set_that_is_the_training_set_gives_no_floor(tmp_path):
    training = images(pixels=blobs(40, seed=9))
    report = evaluate(training, images(pixels=blobs(40, seed=2)), training=training, cache=tmp_path)
    assert report.number("copies:radiomics").floor is None


def test_mifid_near_its_step_holds_both_sides_of_it():
    """Half of these draws lie on each side of the step, where the number is ten times another."""
    rng = np.random.default_rng(3)
    training = np.random.default_rng(1).normal(size=(800, 16)) + 1
    values, ends = [], []
    for _draw in range(12):
        made = rng.normal(size=(200, 16)) + 1
        hugs = rng.random(200) < 0.33
        made[hugs] = training[rng.integers(0, 800, hugs.sum())] + 0.3 * (made[hugs] - 1)
        features = Features("", "", made[:40], made, np.arange(40), np.arange(200), {})
        number = training_distances(features, training, None)[0]
        values.append(number.value)
        ends.append(number.interval)
    assert min(values) < 1 < 3 < max(values)
    both = [low < 1 and high > 3 for low, high in ends]
    assert np.mean(both) >= 0.75
