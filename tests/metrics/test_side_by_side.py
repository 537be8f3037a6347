"""Several sets beside one real set: who is nearer, by how much, and when that is certain."""

import json

import numpy as np
import pytest

from metrics.functional.kernel import kid
from metrics.images import EvaluationRefused
from metrics.reports import ReportError
from metrics.side_by_side import COMPARED, SideBySide, side_by_side
from tests.factories import blobs
from tests.metrics.examples import images

pytestmark = pytest.mark.usefixtures("thumbnails")


@pytest.fixture
def real():
    return images(60, seed=1, name="real", groups=tuple(f"p{i // 2}" for i in range(60)))


def flat(seed):
    """Blobs of little contrast and brighter: plainly unlike the others."""
    return [(160 + one / 5).astype(np.uint8) for one in blobs(50, size=32, seed=seed)]


@pytest.fixture
def found(real, tmp_path):
    good, again = images(50, seed=2, name="good"), images(40, seed=3, name="again")
    return side_by_side(real, [good, again, images(pixels=flat(4), count=50, name="flat")], cache=tmp_path)


def test_every_metric_has_a_value_a_set_and_a_difference_a_pair(found):
    assert [line.metric for line in found.lines] == list(COMPARED)
    assert [one.name for one in found.sets] == ["good", "again", "flat"]
    assert found.used == 40
    for line in found.lines:
        assert len(line.values) == len(line.intervals) == 3
        assert [(d.first, d.second) for d in line.differences] == [(0, 1), (0, 2), (1, 2)]
        for d in line.differences:
            assert d.value == pytest.approx(line.values[d.first] - line.values[d.second], abs=1e-12)
            assert d.strict[0] <= d.interval[0] <= d.value <= d.interval[1] <= d.strict[1]


def test_the_worse_set_is_found_and_alike_ones_are_not_told_apart(found):
    line = found.line("kid")
    assert line.order()[-1] == 2
    assert line.difference(0, 2).is_certain
    assert not line.difference(0, 1).is_certain


def test_values_are_those_of_the_metric_itself(real, tmp_path):
    from metrics.encoders.base import Intensity
    from tests.metrics.conftest import Thumbnails

    sets = [images(40, seed=seed, name=str(seed)) for seed in (2, 3)]
    found = side_by_side(real, sets, cache=tmp_path)
    rows = [np.array(list(Thumbnails().encode([one.load(i) for i in range(len(one))], intensity=Intensity(0, 255))), float) for one in (real, *sets)]  # fmt: skip
    mean, spread = rows[0].mean(axis=0), rows[0].std(axis=0)
    scaled = [(one - mean) / spread for one in rows]
    assert found.line("kid").values == pytest.approx([kid(scaled[0], one) for one in scaled[1:]], rel=1e-6)


def test_it_survives_its_file(found):
    assert SideBySide.from_data(json.loads(found.to_json())) == found
    with pytest.raises(ReportError):
        SideBySide.from_data({"real": 3})


def test_the_page_is_told_that_a_method_needs_three_seeds(found):
    assert "three trainings" in str(found.notes[0])
    assert "40 images of each" in str(found.notes[1])


@pytest.mark.parametrize("count", [0, 1, 13])
def test_too_few_and_too_many_sets_are_refused(real, tmp_path, count):
    with pytest.raises(EvaluationRefused, match="two to 12"):
        side_by_side(real, [images(12, seed=2)] * count, cache=tmp_path)


def test_sets_that_do_not_fit_are_refused_in_words(real, tmp_path):
    colour = [np.stack([one] * 3, axis=-1) for one in blobs(12, size=32, seed=5)]
    with pytest.raises(EvaluationRefused, match="colour"):
        side_by_side(real, [images(12, seed=2), images(12, pixels=colour)], cache=tmp_path)
