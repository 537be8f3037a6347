"""385 features against those that the published implementation computed for 20 MRI pictures."""

import csv
from itertools import groupby

import numpy as np
import pytest
from PIL import Image
from skimage.feature import graycomatrix, graycoprops

from metrics.encoders.base import Indescribable, Intensity
from metrics.encoders.radiomics import NAMES, ConstantImage, Radiomics, frd_distance, radiomic_features
from metrics.encoders.radiomics.glcm import NAMES as GLCM_NAMES
from metrics.encoders.radiomics.glcm import glcm
from metrics.encoders.radiomics.ngtdm import ngtdm
from metrics.encoders.radiomics.runs import RUN_NAMES, ZONE_NAMES, glrlm, glszm
from metrics.features import BrokenFeatures, features
from tests.paths import REFERENCES, needs_references


def published(folder: str) -> tuple[np.ndarray, list[np.ndarray]]:
    rows = list(csv.DictReader((REFERENCES / "frd" / f"frd_v1_features_{folder}.csv").open()))
    rows = [row for row in rows if row["image_path"].endswith(".png")]
    names = [row["image_path"].rsplit("/", 1)[1] for row in rows]
    pictures = [
        np.asarray(Image.open(REFERENCES / "frd" / "frd_images" / folder / name).convert("L"))
        for name in names
    ]
    return np.array([[float(row[name]) for name in NAMES] for row in rows]), pictures


@pytest.fixture(scope="module")
def both():
    expected, pictures = zip(*(published(folder) for folder in ("d1", "d2")))
    ours = np.array([[radiomic_features(picture) for picture in folder] for folder in pictures])
    return ours, np.array(expected)


@needs_references
def test_the_picture_and_its_low_band_agree_to_rounding(both):
    ours, expected = both
    plain = [
        n for n, name in enumerate(NAMES) if not name.startswith("wavelet") or name.startswith("wavelet-LL")
    ]
    # One feature averages over the pixels between two percentiles, which in flat backgrounds are equal but for rounding.
    plain = [n for n in plain if "RobustMeanAbsoluteDeviation" not in NAMES[n]]
    error = np.abs(ours - expected)[..., plain] / np.maximum(np.abs(expected[..., plain]), 1e-4)
    assert len(plain) == 152
    assert error.max() < 1e-6


@needs_references
def test_the_high_bands_agree_but_for_the_sign_of_nothing(both):
    """In flat backgrounds a high band is zero up to rounding, and the sign of that decides on a bin."""
    ours, expected = both
    error = np.abs(ours - expected) / np.maximum(np.abs(expected), 1e-4)
    first = [
        n
        for n, name in enumerate(NAMES)
        if "firstorder" in name
        and not name.endswith(("Median", "Entropy", "Uniformity", "RobustMeanAbsoluteDeviation"))
    ]
    assert error[..., first].max() < 1e-4
    assert np.median(error) < 1e-6
    assert np.quantile(error, 0.95) < 0.05


@needs_references
def test_the_distance_is_that_of_the_published_features(both):
    ours, expected = both
    assert frd_distance(*ours) == pytest.approx(frd_distance(*expected), rel=1e-3)


def levels(seed: int = 0, size: int = 20) -> np.ndarray:
    return np.random.default_rng(seed).integers(1, 9, (size, size + 3))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Contrast", "contrast"),
        ("Correlation", "correlation"),
        ("Idm", "homogeneity"),
        ("JointEnergy", "ASM"),
    ],
)
def test_co_occurrence_is_scikit_images(ours, theirs):
    x = levels()
    matrix = graycomatrix(
        x.astype(np.uint8), [1], [0, np.pi / 2, np.pi / 4, 3 * np.pi / 4], 9, symmetric=True, normed=True
    )
    assert glcm(x)[GLCM_NAMES.index(ours)] == pytest.approx(graycoprops(matrix, theirs).mean(), rel=1e-9)


def test_runs_and_zones_of_a_picture_that_can_be_counted_by_hand():
    x = np.array([[1, 1, 2], [1, 2, 2], [3, 3, 3]])
    zones = dict(zip(ZONE_NAMES, glszm(x)))
    assert zones["ZonePercentage"] == pytest.approx(3 / 9)
    assert zones["LargeAreaEmphasis"] == pytest.approx(9)
    assert zones["HighGrayLevelZoneEmphasis"] == pytest.approx((1 + 4 + 9) / 3)
    rows_only = glrlm(np.array([[1, 1, 2, 2, 2]]))
    run = dict(zip(RUN_NAMES, rows_only))
    # Along the row: runs of 2 and 3. Along the other three directions: five runs of 1.
    assert run["LongRunEmphasis"] == pytest.approx(((4 + 9) / 2 + 3 * 1) / 4)
    assert run["RunPercentage"] == pytest.approx((2 / 5 + 3 * 1) / 4)


def test_neighbours_by_brute_force():
    x = levels(3, 7)
    h, w = x.shape
    s, count = np.zeros(9), np.zeros(9)
    for y in range(h):
        for c in range(w):
            around = [
                x[a, b]
                for a in range(max(0, y - 1), min(h, y + 2))
                for b in range(max(0, c - 1), min(w, c + 2))
                if (a, b) != (y, c)
            ]
            s[x[y, c]] += abs(x[y, c] - np.mean(around))
            count[x[y, c]] += 1
    p = count / count.sum()
    assert ngtdm(x)[1] == pytest.approx(1 / (p * s).sum(), rel=1e-12)


@pytest.mark.parametrize("shape", [(28, 28), (32, 32, 3), (33, 17), (5, 5), (128, 64)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_any_picture_has_385_finite_features(shape, dtype):
    top = 1.0 if dtype == np.float32 else np.iinfo(dtype).max
    picture = (np.random.default_rng(0).random(shape) * top).astype(dtype)
    (row,) = Radiomics().encode([picture], intensity=Intensity(0, top))
    assert row.shape == (385,)
    assert np.isfinite(row).all()


def test_brightness_and_contrast_do_not_matter_and_threads_neither():
    pictures = [np.random.default_rng(n).random((40, 40)) for n in range(4)]
    one = list(Radiomics().encode(pictures, intensity=Intensity(0, 1)))
    two = list(Radiomics().encode(pictures, intensity=Intensity(0, 1), threads=2))
    np.testing.assert_array_equal(one, two)
    np.testing.assert_allclose(radiomic_features(pictures[0] * 8 + 16), one[0], rtol=1e-3, atol=1e-9)


@pytest.mark.parametrize("family", [glcm, glrlm, glszm])
def test_levels_far_apart_are_counted_without_a_table_of_them(monkeypatch, family):
    x = levels()
    plain = family(x)
    monkeypatch.setattr("metrics.encoders.radiomics.counting.SPARSE", 0)
    np.testing.assert_allclose(family(x), plain, rtol=1e-13)
    monkeypatch.undo()
    x[3, 4] = 10**5
    assert np.isfinite(family(x)).all(), "a table of all pairs would hold 10^10 cells"


def test_runs_by_brute_force():
    x = np.random.default_rng(1).integers(1, 4, (9, 12))
    h, w = x.shape
    sides = [[x.diagonal(k) for k in range(-h, w)], [x[:, ::-1].diagonal(k) for k in range(-h, w)], x, x.T]
    lengths = [np.array([len(list(run)) for line in side for _level, run in groupby(line)]) for side in sides]
    found = dict(zip(RUN_NAMES, glrlm(x)))
    assert found["LongRunEmphasis"] == pytest.approx(
        np.mean([(each**2).mean() for each in lengths]), rel=1e-12
    )
    assert found["RunVariance"] == pytest.approx(np.mean([each.var() for each in lengths]), rel=1e-12)
    assert found["RunPercentage"] == pytest.approx(np.mean([len(each) for each in lengths]) / x.size)


@pytest.mark.parametrize("shape", [(1, 9), (2, 2), (40, 2)])
def test_a_picture_too_small_for_texture_is_refused_in_words(shape):
    with pytest.raises(Indescribable, match=f"{shape[1]} x {shape[0]} pixels; texture needs at least 3"):
        radiomic_features(np.random.default_rng(0).random(shape))


def test_one_grey_level_is_refused_in_words():
    with pytest.raises(ConstantImage, match="one grey level"):
        radiomic_features(np.full((30, 30), 7))


def test_a_set_with_a_picture_of_one_grey_level_is_refused_in_words(tmp_path):
    pictures = [np.random.default_rng(n).random((20, 20)) for n in range(3)] + [np.full((20, 20), 0.5)]
    images = [(str(n), lambda picture=picture: picture) for n, picture in enumerate(pictures)]
    with pytest.raises(BrokenFeatures, match="cannot describe image 3: It has one grey level.*Remove it"):
        features(images, encoder=Radiomics(), intensity=Intensity(0, 1), cache=tmp_path)
