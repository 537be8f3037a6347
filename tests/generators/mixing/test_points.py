"""Key points go where their pixel goes, and are gone where it is. Each pixel of each picture has a value of its own, so
that the output says where it came from."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.catalogue import MIXING
from generators.mixing import points
from generators.mixing.common import MixingError

METHODS = {name: entry.load() for name, entry in MIXING.items()}
PASTING = ["cutout", "cutmix", "ricap", "perlin"]


def numbered(n, height, width):
    """Pictures whose pixels are numbered from 1, and a key point on each pixel: x, y, its number."""
    images = np.arange(1, n * height * width + 1, dtype=np.uint16).reshape(n, height, width)
    ys, xs = np.mgrid[:height, :width]
    return images, [np.column_stack([xs.ravel(), ys.ravel(), picture.ravel()]) for picture in images]


@pytest.mark.parametrize("name", PASTING)
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), height=st.integers(1, 14), width=st.integers(1, 14), n=st.integers(1, 4))
def test_pasted_pixels_take_their_points_along(name, seed, height, width, n):
    images, keypoints = numbered(n, height, width)
    method = METHODS[name]
    mixed = method.apply(
        images, None, None, method.draw(np.random.default_rng(seed), images), None, keypoints
    )
    for picture, found in zip(mixed.images, mixed.keypoints):
        x, y, number = found.T.astype(int)
        np.testing.assert_array_equal(picture[y, x], number)
        assert len(found) == np.count_nonzero(picture), "each pixel that is seen has its point"


def test_blended_pictures_keep_the_points_of_both():
    images, keypoints = numbered(2, 3, 4)
    mixup, augmix = METHODS["mixup"], METHODS["augmix"]
    parameters = mixup.draw(np.random.default_rng(0), images, sources=[0], partners=[1])
    assert mixup.apply(images, None, None, parameters, None, keypoints).keypoints[0].shape == (24, 3)
    parameters = augmix.draw(np.random.default_rng(0), images)
    kept = augmix.apply(images, None, None, parameters, None, keypoints).keypoints
    np.testing.assert_array_equal(kept, keypoints)


@pytest.mark.parametrize("name", METHODS)
def test_inputs_stay_and_empty_lists_are_allowed(name):
    images, keypoints = numbered(3, 6, 5)
    before = np.array(keypoints)
    method = METHODS[name]
    parameters = method.draw(np.random.default_rng(1), images)
    out = method.apply(images, None, None, parameters, None, keypoints).keypoints
    for rows in out:
        rows[:] = -1
    np.testing.assert_array_equal(np.array(keypoints), before)
    assert all(
        len(rows) == 0 for rows in method.apply(images, None, None, parameters, None, [[]] * 3).keypoints
    )
    with pytest.raises(MixingError, match="2 lists of key points for 3"):
        method.apply(images, None, None, parameters, None, keypoints[:2])


def test_a_point_belongs_to_the_pixel_it_lies_in():
    """Whole numbers are centres: pixel 3 reaches from 2.5 to 3.5."""
    at = [[2.4, 0.0], [2.5, 0.0], [3.4, 0.4], [3.5, 0.0], [3.0, 0.5]]
    assert points.inside(at, (3, 0, 4, 1)).tolist() == [[2.5, 0.0], [3.4, 0.4]]
    assert len(points.outside(at, (3, 0, 4, 1))) == 3
    assert points.on([[-3.0, 0.0], [9.0, 9.0]], np.ones((4, 4), bool)).shape == (0, 2)
