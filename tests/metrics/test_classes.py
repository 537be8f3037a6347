"""Numbers class by class: those of the same images alone, and no numbers where nothing is known."""

import numpy as np
import pytest

from metrics.classes import class_parts
from metrics.course import Course
from metrics.feature_sets import Features
from metrics.functional.kernel import kid
from metrics.images import Sets
from tests.metrics.examples import images

QUIET = Course(None, 1)


def parts(real_labels, synthetic_labels, shift=0.0):
    rng = np.random.default_rng(0)
    real, synthetic = (rng.normal(size=(len(labels), 6)) for labels in (real_labels, synthetic_labels))
    synthetic[np.array(synthetic_labels) == "b"] += shift
    sets = Sets(
        images(len(real_labels), labels=real_labels), images(len(synthetic_labels), labels=synthetic_labels), None, {}
    )  # fmt: skip
    groups = np.arange(len(real)), np.arange(len(synthetic))
    features = Features("x", "x", real, synthetic, *groups, {})
    return features, class_parts(sets, features, {"kid", "recall"}, rng=rng, course=QUIET)


def test_a_class_has_the_value_of_its_images_alone():
    labels = ("a",) * 30 + ("b",) * 25
    features, (first, second) = parts(labels, labels, shift=3.0)
    assert (first.label, first.n_real, second.label, second.n_synthetic) == ("a", 30, "b", 25)
    expected = kid(features.real[30:], features.synthetic[30:])
    assert second.numbers[0].value == pytest.approx(expected, rel=1e-12)
    assert second.numbers[0].value > 100 * abs(first.numbers[0].value)
    assert second.numbers[0].protocol["class"] == "b"


def test_a_class_with_few_images_says_why_it_has_no_numbers():
    _features, found = parts(("a",) * 30 + ("b",) * 30, ("a",) * 30 + ("b",) * 5)
    assert not found[1].numbers
    assert "At least 20" in str(found[1].absent)


def test_a_class_that_only_one_set_has_is_shown():
    _features, found = parts(("a",) * 30 + ("b",) * 30, ("a",) * 30)
    assert [(part.label, part.n_synthetic) for part in found] == [("a", 30), ("b", 0)]


@pytest.mark.parametrize("labels", [(), ("",) * 30, ("a",) * 30, tuple(map(str, range(30)))])
def test_no_labels_one_label_and_too_many_are_no_classes(labels):
    rng = np.random.default_rng(0)
    sets = Sets(images(30, labels=labels), images(30, labels=labels), None, {})
    features = Features("x", "x", rng.normal(size=(30, 3)), rng.normal(size=(30, 3)), np.arange(30), np.arange(30), {})  # fmt: skip
    assert class_parts(sets, features, {"kid"}, rng=rng, course=QUIET) == ()
