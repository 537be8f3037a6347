"""Near copies, and what distances to the training set tell: by what was done to the pictures, and against SciPy and torchmetrics."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, zoom

from metrics.functional.errors import CannotMeasure
from metrics.functional.memorisation import copying_test, distance_ratio, mifid
from metrics.functional.near_copies import _resized, near_copies
from metrics.functional.noisy_copies import noise_power, rest
from metrics.pixels import fitted


def textures(n: int, seed: int) -> np.ndarray:
    """(n, 64, 64) smooth random pictures, 0 to 1."""
    rng = np.random.default_rng(seed)
    rows = np.stack([gaussian_filter(rng.normal(size=(64, 64)), 3) for _k in range(n)])
    return ((rows - rows.min()) / np.ptp(rows)).astype(np.float32)


@pytest.fixture(scope="module")
def training() -> np.ndarray:
    return textures(40, 0)


CHANGES = {
    "as it is": lambda picture: picture,
    "mirrored": lambda picture: picture[:, ::-1],
    "noise": lambda picture: picture + np.random.default_rng(1).normal(0, 0.05, picture.shape),
    "brighter": lambda picture: 0.6 * picture + 0.2,
    "shifted": lambda picture: np.roll(picture, (3, -3), (0, 1)),
    "cropped": lambda picture: zoom(picture[3:61, 4:62], 64 / 58, order=1),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_near_copy_is_told_and_its_original_named(change, training):
    found = near_copies(np.stack([CHANGES[change](training[k]) for k in range(8)]), training)
    assert found.is_copy.all()
    assert found.nearest.tolist() == list(range(8))
    assert (found.mirrored == (change == "mirrored")).all()


def test_other_pictures_of_the_kind_are_no_copies(training):
    found = near_copies(textures(20, 1), training)
    assert not found.is_copy.any()
    assert found.likeness.max() < 0.9


def test_a_flat_picture_is_like_none_and_wrong_shapes_are_refused(training):
    assert near_copies(np.full((1, 64, 64), 0.5), training).likeness[0] == 0
    with pytest.raises(CannotMeasure, match="needed"):
        near_copies(training[:, :32, :32], training)
    with pytest.raises(CannotMeasure, match="no numbers"):
        near_copies(np.full((1, 64, 64), np.nan), training)


def sets(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(300, 5)), rng.normal(size=(300, 5)), rng.normal(size=(300, 5))


def test_new_images_give_a_copying_z_of_about_nothing_and_hugging_ones_a_low_one():
    values = [copying_test(*sets(seed)).value for seed in range(12)]
    assert abs(np.mean(values)) < 0.5
    fresh, training, unseen = sets()
    hugging = copying_test(training + 0.3 * fresh, training, unseen)
    assert hugging.value < -3
    assert hugging.p_value < 1e-3
    assert distance_ratio(fresh, training, unseen) == pytest.approx(1, abs=0.05)
    assert distance_ratio(training + 0.3 * fresh, training, unseen) < 0.7


def test_one_cell_gives_the_z_of_scipys_rank_test():
    from scipy.stats import mannwhitneyu, norm

    from metrics.functional.memorisation import _rank_z

    rng = np.random.default_rng(0)
    made, unseen = rng.integers(0, 30, 60).astype(float), rng.integers(5, 35, 50).astype(float)
    theirs = mannwhitneyu(made, unseen, alternative="less", use_continuity=False, method="asymptotic").pvalue
    assert norm.cdf(_rank_z(made, unseen)) == pytest.approx(theirs)


def test_mifid_is_torchmetrics_on_features():
    import torch
    from torchmetrics.image.mifid import _compute_cosine_distance

    from metrics.functional.frechet import frechet_distance
    from metrics.functional.memorisation import NEAR, mifid_parts

    rng = np.random.default_rng(0)
    training = rng.normal(size=(200, 4)) + 3
    for images in (training[:150] + rng.normal(0, 0.05, (150, 4)), -rng.normal(size=(150, 4))):
        theirs = float(_compute_cosine_distance(torch.tensor(images), torch.tensor(training)))
        cosine = mifid_parts(images, training)[1]
        assert (cosine if cosine < NEAR else 1.0) == pytest.approx(theirs, rel=1e-9)
        assert mifid(images, training) == pytest.approx(frechet_distance(training, images) / theirs, rel=1e-9)


def test_too_few_near_are_refused():
    fresh, training, unseen = sets()
    with pytest.raises(CannotMeasure, match="needed"):
        copying_test(fresh[:5], training, unseen)


def faint(n: int, seed: int) -> np.ndarray:
    """(n, 28, 28) pictures that noise will weigh a third of."""
    return (0.5 + 0.25 * (textures(n, seed)[:, 18:46, 18:46] - 0.5)).astype(np.float32)


def enlarged(pictures: np.ndarray) -> np.ndarray:
    return np.stack([fitted(picture, (64, 64)) for picture in pictures])


def test_a_small_copy_is_told_under_noise_and_a_noisy_other_is_not():
    rng, small = np.random.default_rng(3), faint(60, 4)
    noisy = [
        pictures + rng.normal(0, 0.011, pictures.shape).astype(np.float32)
        for pictures in (small[:20], faint(20, 5))
    ]
    copies, others = (near_copies(enlarged(pictures), enlarged(small), side=28) for pictures in noisy)
    assert (copies.likeness < 0.97).all()  # noise alone takes it below
    assert copies.is_copy.sum() >= 17  # one or two show next to nothing in their coarse waves
    assert copies.nearest.tolist() == list(range(20))
    assert not others.is_copy.any()


def test_the_power_of_noise_is_that_of_noise_enlarged():
    from scipy.fft import dctn

    rng, cut, size = np.random.default_rng(6), 6, 58
    told = noise_power(28, size, cut, 64)
    noise = [rng.normal(size=(28, 28)).astype(np.float32) for _draw in range(400)]
    brought = [_resized(_resized(each, 64), size)[cut:-cut, cut:-cut] for each in noise]
    seen = np.mean([dctn(each, norm="ortho") ** 2 for each in brought], axis=0)
    visible = told > 0.25 * told.max()
    assert seen[visible].mean() == pytest.approx(told[visible].mean(), rel=0.01)
    assert np.abs(seen / told - 1)[visible].mean() < 0.1  # chance alone makes it .056


def test_noise_leaves_no_rest_and_another_picture_leaves_what_it_does_not_share():
    rng, (one, two) = np.random.default_rng(7), textures(2, 8).astype(float)
    flat = np.ones((64, 64))
    left = [rest(one + rng.normal(0, 0.1, one.shape), one, flat) for _draw in range(20)]
    shares = np.array([each.share for each in left])
    assert abs(shares.mean()) < 0.01
    assert shares.std() == pytest.approx(np.mean([each.error for each in left]), rel=0.5)
    assert np.mean([each.noise for each in left]) == pytest.approx(0.01, rel=0.05)
    both = one + 0.4 * (two - two.mean()) * one.std() / two.std()
    assert rest(both, one, flat).share == pytest.approx(0.16, abs=0.06)


def test_a_generators_own_noise_makes_no_copy():
    """A mean of pictures under more noise than picture, as an unfinished generator draws it: what little is left of it is no evidence."""
    rng, small = np.random.default_rng(5), faint(60, 6)
    middle = (small[0] + small[1:8].mean(axis=0)) / 2
    made = middle + rng.normal(0, middle.std(), (40, 28, 28))
    assert not near_copies(enlarged(made.astype(np.float32)), enlarged(small), side=28).is_copy.any()
