"""Pictures against scikit-image and torchmetrics."""

import numpy as np
import pytest
import torch
from skimage import data, metrics
from torchmetrics.functional.image import multiscale_structural_similarity_index_measure as their_ms_ssim

from metrics.functional.errors import CannotMeasure
from metrics.functional.similarity import mae, ms_ssim, mse, psnr, scales_of, ssim


@pytest.fixture(scope="module")
def pair() -> tuple[np.ndarray, np.ndarray]:
    camera = data.camera().astype(float)
    return camera, np.clip(camera + np.random.default_rng(0).normal(0, 20, camera.shape), 0, 255)


def skimages(a, b, **more):
    return metrics.structural_similarity(
        a, b, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255, **more
    )


def test_ssim_psnr_and_mse_are_scikit_images(pair):
    a, b = pair
    assert ssim(a, b, data_range=255) == pytest.approx(skimages(a, b), rel=1e-10)
    assert psnr(a, b, data_range=255) == pytest.approx(
        metrics.peak_signal_noise_ratio(a, b, data_range=255), rel=1e-12
    )
    assert mse(a, b) == pytest.approx(metrics.mean_squared_error(a, b), rel=1e-12)
    assert mae(a, b) == pytest.approx(np.abs(a - b).mean(), rel=1e-12)


def test_colours_are_the_mean_over_channels():
    a = data.astronaut()[:64, :64].astype(float)
    b = a[::-1].copy()
    assert ssim(a, b, data_range=255, channel_axis=-1) == pytest.approx(
        skimages(a, b, channel_axis=-1), rel=1e-9
    )


def test_five_scales_are_torchmetrics(pair):
    a, b = pair
    theirs = their_ms_ssim(
        torch.tensor(b[None, None]), torch.tensor(a[None, None]), data_range=255.0, normalize="relu"
    )
    assert scales_of((512, 512)) == 5
    assert ms_ssim(a, b, data_range=255) == pytest.approx(float(theirs), rel=1e-3)


@pytest.mark.parametrize(
    ("side", "scales"), [(11, 1), (21, 1), (22, 2), (32, 2), (64, 3), (176, 5), (1024, 5)]
)
def test_small_pictures_have_fewer_scales(side, scales):
    assert scales_of((side, 2000)) == scales


def test_one_scale_is_ssim():
    rng = np.random.default_rng(0)
    a, b = rng.random((20, 20)), rng.random((20, 20))
    assert ms_ssim(a, b, data_range=1) == pytest.approx(max(ssim(a, b, data_range=1), 0), rel=1e-12)


def test_a_stack_is_its_pictures_one_by_one(pair):
    a, b = (np.stack([x[:40, :50], x[100:140, :50]]) for x in pair)
    for metric in (ssim, ms_ssim, psnr):
        np.testing.assert_allclose(
            metric(a, b, data_range=255), [metric(x, y, data_range=255) for x, y in zip(a, b)]
        )


def test_equal_pictures_are_ideal_and_an_inverted_one_is_no_nan(pair):
    a, _b = pair
    assert ssim(a, a, data_range=255) == pytest.approx(1)
    assert ms_ssim(a, a, data_range=255) == pytest.approx(1)
    assert psnr(a, a, data_range=255) == np.inf
    assert ms_ssim(a, 255 - a, data_range=255) == 0
    flat = np.full((30, 30), 7.0)
    assert ssim(flat, flat, data_range=255) == pytest.approx(1), "constant pictures are no special case"


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        (np.zeros((20, 20)), np.zeros((20, 21)), "Resize one first"),
        (np.zeros((20, 20, 3)), np.zeros((20, 20, 3)), "channel_axis=-1"),
        (np.zeros((10, 40)), np.zeros((10, 40)), "at least 11"),
        (np.full((20, 20), np.nan), np.zeros((20, 20)), "no numbers"),
    ],
)
def test_what_cannot_be_compared_is_refused(a, b, words):
    with pytest.raises(CannotMeasure, match=words):
        ssim(a, b, data_range=1)


@pytest.mark.parametrize("data_range", [0, -1, np.nan, np.inf])
def test_the_range_is_never_guessed(data_range):
    with pytest.raises(CannotMeasure, match="data_range"):
        psnr(np.zeros((3, 3)), np.zeros((3, 3)), data_range=data_range)
    with pytest.raises(TypeError):
        psnr(np.zeros((3, 3)), np.zeros((3, 3)))


def test_sixteen_bits_keep_their_digits():
    a = np.zeros((30, 30), np.uint16)
    b = a.copy()
    b[10:20, 10:20] = 3
    assert mae(a, b) == pytest.approx(300 / 900)
    assert psnr(b, a, data_range=65535) == pytest.approx(10 * np.log10(65535**2 / 1.0))
