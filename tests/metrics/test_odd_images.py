"""A KID that a few images make: said, with what it is without them."""

import numpy as np
import pytest

from metrics.distances import kid_number
from metrics.feature_sets import Features
from metrics.functional.kernel import kid
from metrics.reports import Number
from metrics.side_by_side import side_by_side
from tests.metrics.examples import images


def number_with(*far_out: float) -> tuple[Number, np.ndarray, np.ndarray]:
    """Of 80 images a set from one distribution, the first synthetic ones moved that many times farther out."""
    rng = np.random.default_rng(4)
    real, synthetic = rng.normal(size=(80, 12)), rng.normal(size=(80, 12))
    for row, times in enumerate(far_out):
        synthetic[row] *= times
    features = Features("radiomics", "Radiomics", real, synthetic, np.arange(80), np.arange(80), {})
    return kid_number(features, np.random.default_rng(0)), real, synthetic


@pytest.mark.parametrize(("far_out", "words"), [((300,), "made by one synthetic image, number 0"), ((40, 200, 60), "made by 3 synthetic images")])  # fmt: skip
def test_images_far_out_that_make_the_value_are_told(far_out, words):
    number, real, synthetic = number_with(*far_out)
    assert abs(number.value) > 1000 * number.floor[1]
    assert words in str(number.caution)
    assert f"number {int(np.argmax(far_out))}" in str(number.caution)
    without = kid(real, synthetic[len(far_out):])  # fmt: skip
    assert f"would be {without:.2g}" in str(number.caution)


def test_a_comparison_tells_it_of_the_set_that_it_holds_for(tmp_path, monkeypatch):
    rng = np.random.default_rng(4)
    features = {role: rng.normal(size=(40, 12)) for role in ("real", "synthetic", "synthetic 2")}
    features["synthetic 2"][3] *= 300
    monkeypatch.setattr("metrics.side_by_side.on_one_scale", lambda *_given: features)
    sets = [images(40, seed=seed, name=name) for seed, name in ((2, "plain"), (3, "odd"))]
    found = side_by_side(images(40, seed=1), sets, cache=tmp_path)
    told = [str(note) for note in found.notes if "KID" in str(note)]
    assert len(told) == 1
    assert told[0].startswith("The KID of “odd” comes from one of its images, number 3,")


def test_nothing_is_told_of_ordinary_sets_or_of_one_that_lies_elsewhere_as_a_whole():
    assert number_with()[0].caution is None
    assert number_with(*[3.0] * 80)[0].caution is None
