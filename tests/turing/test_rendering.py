"""Buffers: fixed length, declared range to the whole scale, one depth for both kinds, black padding."""

import numpy as np
import pytest

from imagesets.models import Picture
from turing import rendering
from turing.rendering import Format


def picture(width=8, height=6, channels=1, depth=16):
    return Picture(width=width, height=height, channels=channels, depth=depth)


def test_the_common_format_holds_the_largest_and_the_coarsest():
    target = rendering.common_format([[picture(8, 6), picture(5, 9, depth=8)]])
    assert (target.width, target.height, target.name, target.levels) == (8, 9, "grey16", 256)
    assert target.length == 8 * 9 * 2
    assert rendering.common_format([[picture(), picture(depth=32)]]).levels == 65536
    assert rendering.common_format([[picture(channels=3, depth=8)]]).length == 8 * 6 * 3


def test_the_format_survives_json():
    target = Format(8, 9, "grey16", 256, (3, 60000), 2, (0, 60000))
    assert Format.from_json(target.as_json()) == target


def test_the_declared_range_becomes_the_whole_scale_and_the_rest_is_clipped():
    values = np.array([[-1024.0, 0.0, 3071.0], [-2000.0, 5000.0, 1023.5]])
    target = Format(3, 2, "grey16", 65536, (0, 65535))
    out = rendering.render(values, (-1024, 3071), target)
    assert out.dtype == np.dtype("<u2")
    assert out.tolist() == [[0, round(1024 / 4095 * 65535), 65535], [0, 65535, 32768]]


def test_eight_bit_and_sixteen_bit_images_of_one_study_have_the_same_levels():
    target = Format(16, 16, "grey16", 256, (0, 65535))
    fine = rendering.render(np.arange(256.0).reshape(16, 16) * 257, (0, 65535), target)
    coarse = rendering.render(np.arange(256.0).reshape(16, 16), (0, 255), target)
    assert (fine == coarse).all()
    assert set(
        np.unique(rendering.render(np.random.default_rng(0).uniform(0, 65535, (16, 16)), (0, 65535), target))
        % 257
    ) == {0}


def test_smaller_images_lie_in_the_middle_of_black():
    target = Format(6, 5, "grey16", 256, (0, 65535))
    out = rendering.render(np.full((3, 2), 255.0), (0, 255), target)
    assert out.shape == (5, 6)
    assert (out[1:4, 2:4] == 65535).all()
    assert out.sum() == 6 * 65535


def test_colour_keeps_its_bytes():
    rgb = np.random.default_rng(1).integers(0, 256, (4, 4, 3)).astype(float)
    target = Format(4, 4, "rgb8", 256, (0, 255))
    out = rendering.render(rgb, (0, 255), target)
    assert out.dtype == np.uint8
    assert (out == rgb).all()
    grey = rendering.render(rgb[..., 0], (0, 255), target)
    assert (grey == rgb[..., :1]).all()


@pytest.mark.parametrize(
    ("where", "window"), [((0, 256), (0, 65535)), ((60, 90), (60 * 256, 90 * 256)), ((0, 0), (0, 65535))]
)
def test_the_first_window_is_narrow_only_for_narrow_studies(where, window):
    counts = np.zeros(256, int)
    counts[slice(*where)] = 1000
    assert rendering.first_window(counts, 65535) == window


def test_percentiles_of_a_histogram_agree_with_numpy_to_a_bin():
    pixels = np.random.default_rng(1).integers(1, 256, 5000)
    found = rendering.percentiles(np.bincount(pixels, minlength=256), 255)
    theirs = np.percentile(pixels, np.arange(101), method="inverted_cdf")
    assert len(found) == 101
    assert np.abs(np.array(found) - theirs)[1:].max() <= 1
    assert rendering.percentiles(np.zeros(256), 65535)[50] == 32768
