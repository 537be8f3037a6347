"""Cutout, Mixup, CutMix and RICAP against their papers' formulas, and the traps of known libraries."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from generators.mixing import cutmix, cutout, mixup, ricap
from generators.mixing.boxes import without
from generators.mixing.cutout import clipped_boxes

N, H, W = 400, 32, 32


def flat(n=N, height=H, width=W, dtype=np.uint16):
    """Picture k is k everywhere: every output pixel tells where it came from."""
    return np.broadcast_to(np.arange(n, dtype=dtype)[:, None, None], (n, height, width)).copy()


def test_cutout_blanks_one_clipped_square_and_nothing_else():
    images = flat() + 7
    masks = np.ones((N, H, W), int)
    parameters = cutout.draw(np.random.default_rng(0), images, size=16)
    mixed = cutout.apply(images, np.eye(N), masks, parameters)
    np.testing.assert_array_equal(mixed.labels, np.eye(N))
    blank = mixed.images == 0
    np.testing.assert_array_equal(mixed.masks == 0, blank)
    np.testing.assert_array_equal(mixed.images[~blank], images[~blank])
    for hole, (x0, y0, x1, y1) in zip(blank, parameters.boxes):
        ys, xs = np.nonzero(hole)
        assert (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1) == (x0, y0, x1, y1)
        assert len(ys) == (x1 - x0) * (y1 - y0)


def test_cutout_centres_are_uniform_over_the_whole_picture():
    """Expected mean hole on 32 px by 16 px: a centre c shows min(c + 8, 32) - max(c - 8, 0) rows."""
    parameters = cutout.draw(np.random.default_rng(1), np.zeros((4000, H, W), np.uint8), size=16)
    sides = np.array([(x1 - x0, y1 - y0) for x0, y0, x1, y1 in parameters.boxes])
    c = np.arange(32)
    expected = np.minimum(c + 8, 32) - np.maximum(c - 8, 0)
    counts = np.bincount(sides.ravel(), minlength=17)
    wanted = np.bincount(expected, minlength=17) * len(sides) * 2 / 32
    seen = wanted > 0
    assert counts[~seen].sum() == 0
    assert stats.chisquare(counts[seen], wanted[seen]).pvalue > 0.001


def test_cutout_fill_follows_the_data_range():
    images = np.zeros((3, 8, 8), np.uint16)
    parameters = cutout.draw(np.random.default_rng(0), images, size=99, fill=0.5, data_range=(0, 4094))
    assert cutout.apply(images, None, None, parameters).images.max() == 2047


@given(st.integers(0, 31), st.integers(0, 31), st.integers(0, 40), st.integers(0, 40))
def test_a_clipped_box_lies_in_the_picture_and_keeps_its_side_when_it_fits(y, x, rows, columns):
    x0, y0, x1, y1 = clipped_boxes(np.array([y]), np.array([x]), rows, columns, H, W)[0]
    assert 0 <= x0 <= x1 <= W
    assert 0 <= y0 <= y1 <= H
    if columns // 2 <= x <= W - (columns - columns // 2):
        assert x1 - x0 == columns


def test_mixup_is_the_weighted_sum_and_lam_is_the_weight_of_the_source():
    images = np.random.default_rng(0).random((5, 6, 7)).astype(np.float32)
    parameters = mixup.MixupParameters((0, 1, 2), (3, 3, 4), (0.9, 0.25, 1.0))
    mixed = mixup.apply(images, np.eye(5), np.arange(5)[:, None, None] * np.ones((1, 6, 7), int), parameters)
    a, b = images[[0, 1, 2]].astype(float), images[[3, 3, 4]].astype(float)
    lam = np.array([0.9, 0.25, 1.0])[:, None, None]
    np.testing.assert_allclose(mixed.images, lam * a + (1 - lam) * b, rtol=0, atol=2e-7)
    np.testing.assert_array_equal(mixed.images[2], images[2])
    np.testing.assert_array_equal(mixed.labels[0], [0.9, 0, 0, 1 - 0.9, 0])
    assert mixed.masks[:, 0, 0].tolist() == [0, 3, 2]


@pytest.mark.parametrize("alpha", [0.2, 1.0, 4.0])
def test_lam_follows_beta(alpha):
    """kornia draws Mixup's lam uniformly whatever alpha is."""
    lam = mixup.draw(np.random.default_rng(5), np.zeros((4000, 1, 1), np.uint8), alpha=alpha).lam
    assert stats.kstest(lam, stats.beta(alpha, alpha).cdf).pvalue > 0.001


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1), st.integers(0, 65535), st.integers(0, 65535))
def test_whole_numbers_are_rounded_and_stay_between_their_pictures(lam, a, b):
    images = np.array([a, b], np.uint16)[:, None, None]
    got = int(mixup.apply(images, None, None, mixup.MixupParameters((0,), (1,), (lam,))).images[0, 0, 0])
    assert min(a, b) <= got <= max(a, b)
    assert abs(got - (lam * a + (1 - lam) * b)) <= 0.5 + 65535 * 2**-22  # half a level and float32's rounding


@settings(max_examples=200, deadline=None)
@given(st.floats(0, 1), st.lists(st.floats(0, 1, width=32), min_size=2, max_size=2))
def test_floats_between_zero_and_one_stay_there(lam, values):
    images = np.array([*values, 1.0], np.float32)[:, None, None]
    for pair in [(0, 1), (2, 2), (2, 0)]:
        out = mixup.apply(images, None, None, mixup.MixupParameters((pair[0],), (pair[1],), (lam,))).images
        assert out.min() >= 0
        assert out.max() <= 1


def test_cutmix_labels_equal_the_true_area():
    images = flat()
    parameters = cutmix.draw(np.random.default_rng(2), images)
    mixed = cutmix.apply(images, np.eye(N), images.astype(int), parameters)
    np.testing.assert_array_equal(mixed.masks, mixed.images)
    for i, partner in enumerate(parameters.partners):
        kept = np.mean(mixed.images[i] == i)
        assert partner == i or mixed.labels[i, i] == pytest.approx(kept, abs=1e-15)
        assert mixed.labels[i].sum() == 1
    assert any(box[0] == 0 or box[3] == H for box in parameters.boxes)


def test_cutmix_keeps_the_label_when_nothing_was_cut():
    """MONAI 1.6.1 hands a one-hot label wholly to the partner."""
    images = flat(2)
    parameters = cutmix.CutMixParameters((0,), (1,), ((5, 5, 5, 5),), (1.0,), H, W)
    mixed = cutmix.apply(images, np.eye(2), None, parameters)
    np.testing.assert_array_equal(mixed.labels, [[1, 0]])
    np.testing.assert_array_equal(mixed.images[0], images[0])


def test_cutmix_box_before_clipping_has_the_drawn_area():
    """Of boxes that the border did not cut, the area is uniform for alpha 1 given that they fit: a box of side s fits
    with probability (1 - s)^2, so the density of s^2 = a is proportional to (1 - sqrt a)^2."""
    size = 1000
    images = np.zeros((6000, 1, 1), np.uint8)
    big = np.lib.stride_tricks.as_strided(images, (6000, size, size), (1, 0, 0))
    boxes = np.array(cutmix.draw(np.random.default_rng(3), big).boxes)
    inside = (boxes[:, :2] > 0).all(axis=1) & (boxes[:, 2:] < size).all(axis=1)
    side = (boxes[inside, 2] - boxes[inside, 0]) / size
    # CDF of s: integral of 2 s (1 - s)^2 over 0..s, times 6.
    assert stats.kstest(side, lambda s: 6 * s**2 - 8 * s**3 + 3 * s**4).pvalue > 0.001


def test_boxes_are_pasted_and_cut():
    boxes = [np.array([[0, 0, 10, 10, 1.0]]), np.array([[4, 4, 20, 20, 2.0]])]
    parameters = cutmix.CutMixParameters((0,), (1,), ((5, 0, 32, 32),), (5 / 32,), H, W)
    mixed = cutmix.apply(flat(2), None, None, parameters, boxes)
    np.testing.assert_array_equal(mixed.boxes[0], [[0, 0, 5, 10, 1], [5, 4, 20, 20, 2]])
    hole = cutout.CutoutParameters((0,), ((0, 0, 32, 32),), 0.0, H, W)
    assert cutout.apply(flat(2), None, None, hole, boxes).boxes[0].shape == (0, 5)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=8, max_size=8))
def test_what_is_left_of_a_box_is_what_the_pixels_say(edges):
    x0, x1, y0, y1 = [f(pair) for pair in (edges[:2], edges[2:4]) for f in (min, max)]
    a0, a1, b0, b1 = [f(pair) for pair in (edges[4:6], edges[6:]) for f in (min, max)]
    seen = np.zeros((12, 12), bool)
    seen[y0:y1, x0:x1] = True
    seen[b0:b1, a0:a1] = False
    left = without([[x0, y0, x1, y1]], (a0, b0, a1, b1))
    ys, xs = np.nonzero(seen)
    expected = [[xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]] if len(ys) else np.empty((0, 4))
    np.testing.assert_array_equal(left, expected)


def test_ricap_patches_four_crops_and_its_weights_sum_to_one_exactly():
    rng = np.random.default_rng(4)
    images = rng.integers(0, 65536, (50, 23, 31)).astype(np.uint16)
    parameters = ricap.draw(rng, images)
    mixed = ricap.apply(images, np.eye(50), images.astype(int), parameters)
    np.testing.assert_array_equal(mixed.masks, mixed.images)
    for i, (four, (x, y), corners, weights) in enumerate(
        zip(parameters.members, parameters.points, parameters.corners, parameters.weights)
    ):
        parts = [
            mixed.images[i][:y, :x],
            mixed.images[i][:y, x:],
            mixed.images[i][y:, :x],
            mixed.images[i][y:, x:],
        ]
        for part, member, (left, top), weight in zip(parts, four, corners, weights):
            h, w = part.shape
            np.testing.assert_array_equal(part, images[member, top : top + h, left : left + w])
            assert weight == pytest.approx(part.size / (23 * 31), abs=2**-50)
        for order in (weights, weights[::-1], sorted(weights)):
            assert sum(order) == 1.0
        assert mixed.labels[i].sum() == 1.0


def test_ricap_boundary_follows_beta_and_crops_are_uniform():
    big = np.lib.stride_tricks.as_strided(np.zeros(1, np.uint8), (3000, 5000, 5000), (0, 0, 0))
    parameters = ricap.draw(np.random.default_rng(6), big, beta=0.3)
    share = np.array(parameters.points) / 5000
    # The smallest 0.1 % at each end cannot be told from 0 and 1 after rounding to pixels, so the middle is compared.
    middle = share[(share > 0.05) & (share < 0.95)]
    beta = stats.beta(0.3, 0.3)
    low, high = beta.cdf(0.05), beta.cdf(0.95)
    assert stats.kstest(middle, lambda s: (beta.cdf(s) - low) / (high - low)).pvalue > 0.001
    x = np.array(parameters.points)[:, 0]
    left = np.array([corners[0][0] for corners in parameters.corners])
    free = 5000 - x > 500
    assert stats.kstest(left[free] / (5000 - x[free]), "uniform").pvalue > 0.001
