"""AugMix: its nine operations against Pillow's, its draws against their laws, its output inside the hull."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps
from scipy import stats

from generators.mixing import augmix
from generators.mixing.augmix_operations import OPERATIONS, draw_magnitude, equalize
from generators.mixing.common import MixingError


def picture(seed=0, height=40, width=56):
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    smooth = 100 + 60 * np.sin(x / 9) * np.cos(y / 7) + rng.normal(0, 3, (height, width))
    return np.clip(np.rint(smooth), 0, 255).astype(np.uint8)


def ours(name, pixels, magnitude):
    unit = pixels.astype(np.float32) / np.float32(255)
    return OPERATIONS[name](unit, magnitude) * 255


@pytest.mark.parametrize("bits", [1, 2, 3, 4])
def test_posterize_equals_pillow(bits):
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    expected = np.asarray(ImageOps.posterize(Image.fromarray(levels), bits))
    np.testing.assert_array_equal(np.rint(ours("posterize", levels, bits)), expected)


def test_solarize_equals_pillow():
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    expected = np.asarray(ImageOps.solarize(Image.fromarray(levels), 180))
    np.testing.assert_array_equal(np.rint(ours("solarize", levels, 180 / 255)), expected)


def test_autocontrast_equals_pillow_to_its_truncation():
    pixels = picture()
    expected = np.asarray(ImageOps.autocontrast(Image.fromarray(pixels))).astype(int)
    assert np.abs(ours("autocontrast", pixels, 0) - expected).max() <= 1 + 1e-3  # Pillow cuts decimals off


def test_equalize_follows_the_definition():
    pixels = picture()
    counts = np.bincount(pixels.ravel(), minlength=256)
    cdf = np.cumsum(counts)
    first = counts[counts > 0][0]
    np.testing.assert_allclose(
        ours("equalize", pixels, 0), 255 * (cdf[pixels] - first) / (pixels.size - first), atol=1e-3
    )
    constant = np.full((5, 5), 0.3, np.float32)
    np.testing.assert_array_equal(equalize(constant, 0), constant)


@pytest.mark.parametrize("degrees", [-9.0, 4.5])
def test_rotate_equals_pillow_inside(degrees):
    """Both turn counter-clockwise, bilinearly. The edge, where Pillow drops and we fade, is left out."""
    pixels = picture()
    expected = np.asarray(
        Image.fromarray(pixels.astype(np.float32)).rotate(degrees, Image.Resampling.BILINEAR)
    )
    inner = np.s_[10:-10, 10:-10]
    np.testing.assert_allclose(ours("rotate", pixels, degrees)[inner], expected[inner], atol=0.05)


@pytest.mark.parametrize(("name", "sign"), [("shear_x", 1), ("shear_y", -1)])
def test_shear_equals_pillow_inside(name, sign):
    """Pillow shears from the corner, we from the middle: its offset is set to match."""
    pixels, f = picture(), 0.08 * sign
    ch, cw = (40 - 1) / 2 + 0.5, (56 - 1) / 2 + 0.5
    data = (1, f, -f * ch, 0, 1, 0) if name == "shear_x" else (1, 0, 0, f, 1, -f * cw)
    image = Image.fromarray(pixels.astype(np.float32))
    expected = np.asarray(
        image.transform(image.size, Image.Transform.AFFINE, data, Image.Resampling.BILINEAR)
    )
    inner = np.s_[10:-10, 10:-10]
    np.testing.assert_allclose(ours(name, pixels, f)[inner], expected[inner], atol=0.05)


def test_translate_moves_whole_pixels():
    pixels = picture()
    right = ours("translate_x", pixels, 5 / 56)
    np.testing.assert_allclose(right[:, 5:], pixels[:, :-5], atol=1e-3)
    assert (right[:, :5] == 0).all()
    up = ours("translate_y", pixels, -3 / 40)
    np.testing.assert_allclose(up[:-3], pixels[3:], atol=1e-3)
    assert (up[-3:] == 0).all()


@pytest.mark.parametrize("name", OPERATIONS)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), severity=st.floats(0.05, 10))
def test_operations_stay_in_range_keep_type_and_treat_channels_alike(name, seed, severity):
    rng = np.random.default_rng(seed)
    grey = rng.random((9, 12)).astype(np.float32)
    magnitude = draw_magnitude(rng, name, severity)
    colour = OPERATIONS[name](np.stack([grey, grey, 1 - grey], axis=2), magnitude)
    alone = OPERATIONS[name](grey, magnitude)
    assert alone.dtype == np.float32
    assert alone.min() >= 0
    assert alone.max() <= 1
    np.testing.assert_array_equal(colour[..., 0], alone)


@pytest.mark.parametrize(
    ("name", "largest"),
    [("rotate", 30), ("shear_x", 0.3), ("translate_y", 1 / 3), ("solarize", 0.99), ("posterize", 4)],
)
def test_magnitudes_are_those_of_the_reference_at_level_ten(name, largest):
    drawn = np.array([draw_magnitude(np.random.default_rng(k), name, 10) for k in range(2000)])
    assert 0.98 * largest < np.abs(drawn).max() <= largest
    if name in ("rotate", "shear_x", "translate_y"):
        level = np.abs(drawn) / largest * 10
        assert stats.kstest(level, stats.uniform(0.1, 9.9).cdf).pvalue > 0.001
        assert stats.binomtest(int((drawn > 0).sum()), len(drawn)).pvalue > 0.001
    if name == "posterize":
        assert set(drawn) == {1, 2, 3, 4}


def test_draws_follow_the_papers_laws():
    parameters = augmix.draw(np.random.default_rng(9), np.zeros((1500, 1, 1), np.uint8))
    assert stats.kstest(parameters.original, "uniform").pvalue > 0.001
    weights = np.array(parameters.weights)
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-12)
    assert stats.kstest(weights[:, 0], stats.beta(1, 2).cdf).pvalue > 0.001  # a margin of Dirichlet(1, 1, 1)
    chains = [chain for three in parameters.chains for chain in three]
    assert {len(three) for three in parameters.chains} == {3}
    assert stats.chisquare(np.bincount([len(c) for c in chains], minlength=4)[1:]).pvalue > 0.001
    names = [name for chain in chains for name, _magnitude in chain]
    assert stats.chisquare([names.count(name) for name in OPERATIONS]).pvalue > 0.001


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_output_lies_in_the_hull_of_original_and_chains(dtype, seed):
    rng = np.random.default_rng(seed)
    peak = 1 if dtype == "float32" else np.iinfo(dtype).max
    images = (rng.random((2, 15, 18)) * peak).astype(dtype)
    parameters = augmix.draw(rng, images, severity=10)
    out = augmix.apply(images, None, None, parameters).images
    for i in range(2):
        corners = np.concatenate([images[i][None], augmix.chain_pictures(images, parameters, i)])
        assert (out[i] >= corners.min(axis=0)).all()
        assert (out[i] <= corners.max(axis=0)).all()


def test_weights_are_used_as_written():
    images = picture()[None]
    chains = ((("solarize", 0.5),), (("posterize", 1.0),))
    parameters = augmix.AugMixParameters((0,), (chains,), ((0.25, 0.75),), (0.4,), 0.0, 255.0)
    a, b = augmix.chain_pictures(images, parameters, 0).astype(float)
    expected = 0.4 * images[0] + 0.6 * (0.25 * a + 0.75 * b)
    assert np.abs(augmix.apply(images, None, None, parameters).images[0] - expected).max() <= 0.5 + 1e-4


def test_a_picture_beyond_its_declared_range_is_refused():
    images = np.linspace(-1000, 2000, 64, dtype=np.float32).reshape(1, 8, 8)
    with pytest.raises(MixingError, match="declare the range"):
        augmix.apply(images, None, None, augmix.draw(np.random.default_rng(0), images))
    wide = augmix.draw(np.random.default_rng(0), images, data_range=(-1024, 3071))
    assert augmix.apply(images, None, None, wide).images.min() >= -1024
