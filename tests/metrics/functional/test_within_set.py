"""MS-SSIM between the images of one set, against scikit-image pair by pair."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.metrics import structural_similarity
from skimage.transform import downscale_local_mean

from metrics.functional.diversity import _pairs, within_set_ms_ssim
from metrics.functional.errors import CannotMeasure


@given(st.integers(2, 60))
@settings(max_examples=30, deadline=None)
def test_all_pairs_once_when_all_are_asked_for(n):
    found = _pairs(n, n * n, np.random.default_rng(n))
    assert sorted(map(tuple, found.tolist())) == [(i, j) for i in range(n) for j in range(i + 1, n)]


def test_pairs_of_a_large_set_are_pairs():
    found = _pairs(100_000, 5000, np.random.default_rng(0))
    assert (found[:, 0] < found[:, 1]).all()
    assert found.min() >= 0
    assert found.max() < 100_000
    assert len(np.unique(found, axis=0)) == 5000


def by_scikit_image(x: np.ndarray, y: np.ndarray) -> float:
    """Five scales from its SSIM: a huge K1 makes the luminance 1 and leaves the contrast-structure term."""
    value = 1.0
    for scale, weight in enumerate((0.0448, 0.2856, 0.3001, 0.2363, 0.1333)):
        options = {} if scale == 4 else {"K1": 1e6}
        term = structural_similarity(
            x, y, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1.0, **options
        )
        value *= max(term, 0) ** weight
        even = tuple(slice(side // 2 * 2) for side in x.shape)
        x, y = (downscale_local_mean(picture[even], (2, 2)) for picture in (x, y))
    return value


def test_the_mean_is_scikit_images_over_the_same_pairs():
    """Not torchmetrics': it averages the last scale over a reflected border, which is most of an 11 pixel picture."""
    rng = np.random.default_rng(0)
    base = rng.random((180, 180))
    images = np.stack([np.clip(base + rng.normal(0, 0.2, base.shape), 0, 1) for _image in range(4)])
    found = within_set_ms_ssim(images, data_range=1.0, pairs=6, rng=rng)
    theirs = [by_scikit_image(images[i], images[j]) for i, j in found.pairs]
    assert found.scales == 5
    np.testing.assert_allclose(found.values, theirs, rtol=1e-7)
    assert found.value == pytest.approx(np.mean(theirs), rel=1e-7)


def test_equal_images_are_one_and_one_seed_is_one_number():
    images = np.random.default_rng(0).random((12, 32, 32))
    same = within_set_ms_ssim(np.repeat(images[:1], 5, axis=0), data_range=1.0, rng=np.random.default_rng(0))
    assert (same.value, same.scales, len(same.values)) == (pytest.approx(1), 2, 10)
    twice = [
        within_set_ms_ssim(images, data_range=1.0, pairs=9, rng=np.random.default_rng(4)).value for _ in "ab"
    ]
    assert twice[0] == twice[1] < 0.5


@pytest.mark.parametrize(
    ("shape", "pairs", "words"),
    [
        ((1, 20, 20), 5, "2 images"),
        ((4, 20, 20), 0, "1 pair"),
        ((4, 8, 8), 5, "at least 11"),
        ((4, 20, 20, 3), 5, "grey"),
    ],
)
def test_what_has_no_pairs_is_refused(shape, pairs, words):
    with pytest.raises(CannotMeasure, match=words):
        within_set_ms_ssim(np.zeros(shape), data_range=1.0, pairs=pairs, rng=np.random.default_rng(0))
