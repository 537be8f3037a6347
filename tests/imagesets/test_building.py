import numpy as np
import pytest

from imagesets.building import SetBuilder
from imagesets.models import ImageSet
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_set_is_invisible_until_it_is_complete(researcher):
    builder = SetBuilder(name="a", owner=researcher, origin="real", intensity=(0, 255))
    builder.add(np.zeros((4, 4), np.uint8))
    assert not ImageSet.objects.usable().exists()
    builder.finish()
    assert ImageSet.objects.usable().get().count == 1


def test_pixels_come_back_as_they_went_in_and_equal_ones_are_marked(researcher):
    rng = np.random.default_rng(0)
    grey, deep = rng.integers(0, 256, (5, 7), np.uint8), rng.integers(0, 65536, (5, 7), np.uint16)
    colour, real = rng.integers(0, 256, (5, 7, 3), np.uint8), rng.normal(size=(5, 7)).astype(np.float32)
    images = [grey, deep, colour, real, grey.copy(), grey.astype(np.uint16)]
    image_set = factories.image_set(researcher, images=images, labels=list("aabbcc"))
    pictures = list(image_set.pictures.all())
    for picture, pixels in zip(pictures, images, strict=True):
        assert picture.pixels().dtype == pixels.dtype
        np.testing.assert_array_equal(picture.pixels(), pixels)
    assert [p.duplicate_of for p in pictures] == [None, None, None, None, 0, None]
    assert image_set.summary["labels"] == {"a": 2, "b": 2, "c": 2}
    assert image_set.summary["duplicates"] == 1
    assert sum(image_set.summary["histogram"]["shares"]) == pytest.approx(1, abs=1e-4)


def test_an_unfinished_set_is_gone_on_with(researcher):
    first = SetBuilder(name="a", owner=researcher, origin="real", intensity=None)
    first.add(np.zeros((4, 4), np.uint8))
    first.flush()
    again = SetBuilder(into=first.image_set)
    assert again.written == 1
    again.add(np.ones((4, 4), np.uint8))
    assert [p.position for p in again.finish().pictures.all()] == [0, 1]
