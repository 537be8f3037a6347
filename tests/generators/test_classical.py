"""The classical transforms: against scikit-image and closed forms, on 8 and 16 bits, grey and colour; masks, boxes and
key points must go where the pixels went."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, stats
from skimage import exposure, filters, transform

from generators.catalogue import CLASSICAL, make_options
from generators.classical import filters as our_filters
from generators.classical import geometry, intensity, warps
from generators.classical.common import TransformError
from generators.parameters import UnusableInput

LOADED = {name: (entry.load(), entry.options()) for name, entry in CLASSICAL.items()}
GEOMETRIC = ["horizontal_flip", "vertical_flip", "elastic", "grid_distortion", "optical_distortion",
             "rotation", "shift", "zoom", "crop"]  # fmt: skip
each_transform = pytest.mark.parametrize("name", LOADED)
each_geometric = pytest.mark.parametrize("name", GEOMETRIC)


def smooth(seed=0, height=40, width=52, dtype="uint8", channels=None):
    """A smooth picture that uses the middle of its range."""
    rng = np.random.default_rng(seed)
    shape = (height, width) if channels is None else (height, width, channels)
    field = ndimage.gaussian_filter(rng.standard_normal(shape), (3, 3, 0)[: len(shape)])
    unit = 0.1 + 0.8 * (field - field.min()) / np.ptp(field)
    peak = 1 if dtype[0] == "f" else np.iinfo(dtype).max
    return (unit if peak == 1 else np.rint(unit * peak)).astype(dtype)


@each_transform
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64"])
@pytest.mark.parametrize("channels", [None, 1, 3])
def test_types_and_inputs_are_kept_and_stored_parameters_replay(name, dtype, channels):
    if name == "channel_shuffle" and channels in (None, 1):
        return
    loaded, options = LOADED[name]
    image = smooth(dtype=dtype, channels=channels)
    mask = (smooth(1)[:, :] // 64).astype(np.int32)
    boxes, keypoints = np.array([[5.0, 6, 30, 20, 7]]), np.array([[12.0, 13, 1]])
    before = [a.copy() for a in (image, mask, boxes, keypoints)]
    for array in (image, mask, boxes, keypoints):
        array.setflags(write=False)
    parameters = loaded.draw(np.random.default_rng(3), image, options)
    out = loaded.apply(image, mask, boxes, keypoints, parameters)
    for old, now in zip(before, (image, mask, boxes, keypoints)):
        np.testing.assert_array_equal(old, now)
    assert (out.image.dtype, out.image.shape) == (image.dtype, image.shape)
    assert (out.mask.dtype, out.mask.shape) == (mask.dtype, mask.shape)
    assert set(np.unique(out.mask)) <= set(np.unique(mask)) | {0}
    assert out.image.min() >= 0
    assert out.image.max() <= (1 if dtype[0] == "f" else np.iinfo(dtype).max)
    assert not np.shares_memory(out.image, image)
    assert not np.shares_memory(out.mask, mask)
    assert out.boxes[0, 4] == 7
    assert out.keypoints[0, 2] == 1
    stored = loaded.parameters_type.from_dict(json.loads(json.dumps(parameters.to_dict())))
    assert stored == parameters
    again = loaded.apply(image, mask, boxes, keypoints, stored)
    for one, other in zip((out.image, out.mask, out.boxes), (again.image, again.mask, again.boxes)):
        np.testing.assert_array_equal(one, other)


@each_transform
def test_sixteen_bits_survive(name):
    """A 16-bit result is not an 8-bit one scaled up: the last 8 bits are used, and it looks like the 8-bit result."""
    loaded, options = LOADED[name]
    image = smooth(dtype="uint16", channels=3 if name == "channel_shuffle" else None)
    parameters = loaded.draw(np.random.default_rng(5), image, options)
    out = loaded.apply(image, None, None, None, parameters).image
    assert len(np.unique(out & 255)) > 200


@each_transform
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32), height=st.integers(2, 20), width=st.integers(2, 20))
def test_any_size_and_seed_gives_a_picture_in_range(name, seed, height, width):
    loaded, options = LOADED[name]
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
    boxes = [[0, 0, width, height], [0, 0, 1, 1]]
    out = loaded.apply(image, image[..., 0], boxes, [[0, 0]], loaded.draw(rng, image, options))
    assert out.image.shape == image.shape
    assert (out.boxes[:, :2] >= 0).all()
    assert (out.boxes[:, 2:] <= (width, height)).all()
    assert np.isfinite(out.keypoints).all()


def spot(x, y, height=96, width=120, sigma=2.0):
    ys, xs = np.mgrid[:height, :width]
    return np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / (2 * sigma**2)).astype(np.float32)


@each_geometric
@pytest.mark.parametrize("seed", range(6))
def test_keypoints_boxes_and_masks_go_where_the_pixels_went(name, seed):
    loaded, options = LOADED[name]
    rng = np.random.default_rng(seed)
    x, y = 60 + 20 * rng.uniform(-1, 1), 48 + 16 * rng.uniform(-1, 1)
    image = spot(x, y)
    mask = (image > 0.1).astype(np.uint8)
    ys, xs = np.nonzero(mask)
    box = [[xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]]
    out = loaded.apply(image, mask, box, [[x, y]], loaded.draw(rng, image, options))
    oy, ox = ndimage.center_of_mass(out.image.astype(float))
    assert out.keypoints[0] == pytest.approx((ox, oy), abs=0.35)
    ys, xs = np.nonzero(out.mask)
    found = np.array([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1])
    x0, y0, x1, y1 = out.boxes[0]
    assert (found[:2] >= np.floor([x0, y0]) - 1).all()
    assert (found[2:] <= np.ceil([x1, y1]) + 1).all()
    assert (x1 - x0) < 1.6 * (found[2] - found[0])


@each_geometric
def test_the_mask_shows_the_nearest_pixel_of_what_the_image_shows(name):
    """A picture of its own coordinates is sampled exactly by bilinear interpolation: the mask must be its rounding."""
    loaded, options = LOADED[name]
    for plane in np.mgrid[:60, :50]:
        image = plane.astype(np.float64)
        out = loaded.apply(
            image,
            plane,
            None,
            None,
            loaded.draw(np.random.default_rng(2), image, options, data_range=(0, 60)),
        )
        inner = np.s_[10:-10, 10:-10]
        assert np.abs(out.mask - out.image)[inner].max() <= 0.5 + 1e-9


@pytest.mark.parametrize(
    "name", ["elastic", "grid_distortion", "optical_distortion", "rotation", "zoom", "crop"]
)
def test_points_land_on_the_pixels_that_show_them(name):
    """Sampling the picture's own coordinates tells, for each output pixel, the input it shows; moving that input as a
    key point must give the pixel back."""
    loaded, options = LOADED[name]
    ys, xs = np.mgrid[:80, :100].astype(np.float64)
    parameters = loaded.draw(np.random.default_rng(11), xs, options, data_range=(-1, 100))
    seen_x, seen_y = (loaded.apply(plane, None, None, None, parameters).image for plane in (xs, ys))
    inner = np.s_[15:-15:7, 15:-15:7]
    points = np.column_stack([seen_x[inner].ravel(), seen_y[inner].ravel()])
    back = loaded.apply(xs, None, None, points, parameters).keypoints
    np.testing.assert_allclose(back, np.column_stack([xs[inner].ravel(), ys[inner].ravel()]), atol=1e-3)


def test_flips_are_exact_and_undo_themselves():
    image = smooth()
    boxes, points = [[3, 5, 20, 9]], [[3, 5]]
    for name, flipped in [("horizontal_flip", image[:, ::-1]), ("vertical_flip", image[::-1])]:
        loaded, options = LOADED[name]
        parameters = loaded.draw(np.random.default_rng(0), image, options)
        once = loaded.apply(image, image, boxes, points, parameters)
        np.testing.assert_array_equal(once.image, flipped)
        np.testing.assert_array_equal(once.mask, flipped)
        twice = loaded.apply(once.image, None, once.boxes, once.keypoints, parameters)
        np.testing.assert_array_equal(twice.image, image)
        np.testing.assert_array_equal(twice.boxes, boxes)
        np.testing.assert_array_equal(twice.keypoints, points)
    assert LOADED["horizontal_flip"][0].apply(
        image, None, boxes, points, geometry.FlipParameters(1)
    ).boxes.tolist() == [[32, 5, 49, 9]]


def test_rotation_equals_scikit_image():
    image = smooth(dtype="float64")
    parameters = geometry.draw_rotation(
        np.random.default_rng(1), image, make_options(CLASSICAL["rotation"].options, {})
    )
    angle = np.degrees(np.arctan2(parameters.matrix[1], parameters.matrix[0]))
    expected = transform.rotate(image, angle, order=1, mode="constant")
    inner = np.s_[8:-8, 8:-8]
    out = geometry.apply_affine(image, None, None, None, parameters).image
    np.testing.assert_allclose(out[inner], expected[inner], atol=1e-6)


def test_shift_moves_whole_pixels():
    image = smooth()
    parameters = geometry.AffineParameters((1.0, 0.0, 0.0, 1.0), (-3.0, 4.0), "constant", 0.0, 40, 52)
    out = geometry.apply_affine(image, None, None, None, parameters).image
    np.testing.assert_array_equal(out[3:, :-4], image[:-3, 4:])
    assert (out[:3] == 0).all()
    assert (out[:, -4:] == 0).all()


def test_crop_keeps_the_part_and_enlarges_it():
    image = smooth()
    small = geometry.CropParameters(4, 10, 20, 26, False, 40, 52)
    out = geometry.apply_crop(image, image, [[0, 0, 12, 6]], [[12, 6]], small)
    np.testing.assert_array_equal(out.image, image[4:24, 10:36])
    assert out.boxes.tolist() == [[0, 0, 2, 2]]
    assert out.keypoints.tolist() == [[2, 2]]
    large = geometry.CropParameters(4, 10, 20, 26, True, 40, 52)
    enlarged = geometry.apply_crop(image.astype(float) / 255, None, None, None, large).image
    part = image[4:24, 10:36] / 255
    expected = transform.resize(part, (40, 52), order=1, mode="edge", anti_aliasing=False)
    # scikit-image stops at the edge of the part, we look one pixel beyond it.
    np.testing.assert_allclose(enlarged[1:-1, 1:-1], expected[1:-1, 1:-1], atol=1e-6)


def test_elastic_field_has_the_asked_size():
    image = np.zeros((64, 80), np.uint8)
    options = make_options(CLASSICAL["elastic"].options, {"displacement": 0.05})
    field = warps.elastic_field(warps.draw_elastic(np.random.default_rng(0), image, options))
    np.testing.assert_allclose(np.sqrt((field**2).mean(axis=(1, 2))), 0.05 * 64, rtol=1e-12)


def test_no_distortion_changes_nothing():
    image = smooth(dtype="uint16")
    even = tuple(np.linspace(0, 1, 6))
    for apply, parameters in [
        (warps.apply_grid_distortion, warps.GridDistortionParameters(even, even, 40, 52)),
        (warps.apply_optical_distortion, warps.OpticalDistortionParameters(0.0, "constant", 0.0, 40, 52)),
        (warps.apply_elastic, warps.ElasticParameters(1, 0.0, 3.0, "constant", 0.0, 40, 52)),
        (our_filters.apply_gaussian_blur, our_filters.GaussianBlurParameters(0.0)),
        (our_filters.apply_motion_blur, our_filters.MotionBlurParameters(1.0, 30.0)),
        (our_filters.apply_sharpen, our_filters.SharpenParameters(0.0, 1.0, 0.0, 65535.0)),
        (intensity.apply_gamma, intensity.GammaParameters(1.0, 0.0, 65535.0)),
        (intensity.apply_brightness_contrast, intensity.BrightnessContrastParameters(0.0, 1.0, 0.0, 65535.0)),
    ]:
        np.testing.assert_array_equal(apply(image, None, None, None, parameters).image, image)


def test_optical_distortion_leaves_the_centre_and_moves_by_the_formula():
    image = np.zeros((81, 101), np.uint8)
    k, half = 0.2, np.hypot(81, 101) / 2
    parameters = warps.OpticalDistortionParameters(k, "constant", 0.0, 81, 101)
    shown = np.array([80.0, 60.0])  # output (x, y); centre is (50, 40)
    source = np.array([50, 40]) + (shown - [50, 40]) * (1 + k * (30**2 + 20**2) / half**2)
    out = warps.apply_optical_distortion(image, None, None, [[50, 40], source], parameters).keypoints
    np.testing.assert_allclose(out, [[50, 40], shown], atol=1e-9)


def test_filters_equal_scikit_image():
    image = smooth(dtype="float64")
    blurred = our_filters.apply_gaussian_blur(
        image, None, None, None, our_filters.GaussianBlurParameters(1.3)
    ).image
    np.testing.assert_allclose(blurred, filters.gaussian(image, 1.3, mode="reflect"), atol=1e-12)
    sharp = our_filters.apply_sharpen(
        image, None, None, None, our_filters.SharpenParameters(0.7, 2.0, 0.0, 1.0)
    ).image
    expected = filters.unsharp_mask(image, radius=2.0, amount=0.7)
    np.testing.assert_allclose(sharp[10:-10, 10:-10], expected[10:-10, 10:-10], atol=1e-12)


@given(st.floats(1, 60), st.floats(0, 180))
@settings(max_examples=60, deadline=None)
def test_motion_kernel_is_a_centred_path_of_its_length(length, angle):
    kernel = our_filters.motion_kernel(length, angle)
    assert kernel.sum() == pytest.approx(1)
    assert kernel.min() >= 0
    ys, xs = np.mgrid[: kernel.shape[0], : kernel.shape[1]] - (kernel.shape[0] - 1) / 2
    assert (kernel * xs).sum() == pytest.approx(0, abs=1e-9)
    assert (kernel * ys).sum() == pytest.approx(0, abs=1e-9)
    along = xs * np.cos(np.radians(angle)) - ys * np.sin(np.radians(angle))
    spread = np.sqrt((kernel * along**2).sum())
    # A line of length L - 1 has spread (L - 1) / sqrt(12); sharing among pixels adds at most a quarter per axis.
    assert (length - 1) / np.sqrt(12) - 1e-9 <= spread <= np.sqrt(((length - 1) ** 2 / 12) * 1.4 + 0.5)


def test_a_flat_row_kernel_is_a_plain_mean():
    image = smooth(dtype="float64")
    out = our_filters.apply_motion_blur(
        image, None, None, None, our_filters.MotionBlurParameters(1.0, 0.0)
    ).image
    np.testing.assert_allclose(out, image, atol=1e-12)
    kernel = our_filters.motion_kernel(7.0, 0.0)
    assert (kernel[kernel.shape[0] // 2] > 0).sum() == 7
    assert np.delete(kernel, kernel.shape[0] // 2, axis=0).sum() == pytest.approx(0, abs=1e-12)


def test_gamma_and_inversion_equal_scikit_image():
    image = smooth(dtype="uint16")
    out = intensity.apply_gamma(image, None, None, None, intensity.GammaParameters(0.8, 0.0, 65535.0)).image
    expected = exposure.adjust_gamma(image / 65535, 0.8) * 65535
    assert np.abs(out - expected).max() <= 0.5 + 65535 * 2**-22
    inverted = intensity.apply_inversion(
        image, None, None, None, intensity.RangeParameters(0.0, 65535.0)
    ).image
    np.testing.assert_array_equal(inverted, 65535 - image)
    twelve = (image >> 4).astype(np.uint16)
    inverted = intensity.apply_inversion(
        twelve, None, None, None, intensity.RangeParameters(0.0, 4095.0)
    ).image
    np.testing.assert_array_equal(inverted, 4095 - twelve)


@pytest.mark.parametrize(
    ("low", "high", "dtype"),
    [(0, 65535, "uint16"), (0, 4095, "uint16"), (60_000, 65_535, "uint16"), (10, 255, "uint8")],
)
def test_levels_by_table_equal_levels_by_formula(low, high, dtype):
    """Large pictures go through a table, small ones do not; inversion is exact wherever the range lies."""
    rng = np.random.default_rng(0)
    large, small = (rng.integers(low, high + 1, (side, side)).astype(dtype) for side in (400, 6))
    large[0, :2] = low, high
    parameters = intensity.GammaParameters(0.7, float(low), float(high))
    for image in (large, small):
        out = intensity.apply_gamma(image, None, None, None, parameters).image
        unit = (image.astype(np.float64) - low) / (high - low)
        assert np.abs(out - (low + unit**0.7 * (high - low))).max() <= 0.5 + (high - low) * 2**-20
        turned = intensity.apply_inversion(
            image, None, None, None, intensity.RangeParameters(float(low), float(high))
        )
        np.testing.assert_array_equal(turned.image, low + high - image.astype(int))


@pytest.mark.parametrize(("dtype", "bins"), [("uint8", 256), ("uint16", 65536)])
def test_equalisation_equals_scikit_image_but_for_its_offset(dtype, bins):
    """scikit-image gives cdf(x); the textbook's (cdf - least) / (1 - least) follows from it."""
    image = smooth(dtype=dtype)
    peak = bins - 1
    counts = np.bincount(image.ravel(), minlength=bins)
    cdf = np.cumsum(counts) / image.size
    least = cdf[image.min()]
    if dtype == "uint8":
        np.testing.assert_allclose(exposure.equalize_hist(image, nbins=256), cdf[image], atol=1e-9)
    out = intensity.apply_equalisation(
        image, None, None, None, intensity.RangeParameters(0.0, float(peak))
    ).image
    expected = (cdf[image] - least) / (1 - least) * peak
    assert np.abs(out - expected).max() <= 0.5 + peak * 2**-22
    assert (out.min(), out.max()) == (0, peak)


@pytest.mark.parametrize(
    ("low", "high", "dtype"), [(0, 4095, "uint16"), (60_000, 65_535, "uint16"), (10, 255, "uint8")]
)
def test_equalisation_within_a_range_equals_the_ranks(low, high, dtype):
    """Each value goes to the share of pixels at or below it, counted from that of the least value; borders of the range are kept."""
    image = np.random.default_rng(0).integers(low, high + 1, (60, 70)).astype(dtype)
    parameters = intensity.RangeParameters(float(low), float(high))
    out = intensity.apply_equalisation(image, None, None, None, parameters).image
    at_or_below = stats.rankdata(image, "max").reshape(image.shape) - (image == image.min()).sum()
    expected = low + at_or_below / at_or_below.max() * (high - low)
    assert np.abs(out - expected).max() <= 0.5 + (high - low) * 2**-20
    assert (out.min(), out.max()) == (low, high)
    beyond = intensity.RangeParameters(float(image.min()) + 1, float(high))
    with pytest.raises(TransformError, match="declare the range"):
        intensity.apply_equalisation(image, None, None, None, beyond)


def test_equalisation_and_clahe_keep_the_hues():
    image = smooth(dtype="float64", channels=3)
    for name in ("equalisation", "clahe"):
        loaded, options = LOADED[name]
        out = loaded.apply(
            image, None, None, None, loaded.draw(np.random.default_rng(0), image, options)
        ).image
        darkest_first = np.argsort(image, axis=2)
        ordered = np.take_along_axis(out, darkest_first, axis=2)
        assert (np.diff(ordered, axis=2) >= -1e-9).all()


@pytest.mark.parametrize("name", ["clahe", "equalisation"])
def test_a_constant_picture_stays(name):
    loaded, options = LOADED[name]
    image = np.full((20, 20), 77, np.uint8)
    parameters = loaded.draw(np.random.default_rng(0), image, options)
    np.testing.assert_array_equal(loaded.apply(image, None, None, None, parameters).image, image)


def test_clahe_raises_local_contrast():
    image = (smooth(dtype="uint16") // 8 + 20000).astype(np.uint16)
    loaded, options = LOADED["clahe"]
    out = loaded.apply(image, None, None, None, loaded.draw(np.random.default_rng(0), image, options)).image
    assert out.std() > 4 * image.std()


def test_channel_shuffle_reorders_and_refuses_grey():
    image = smooth(channels=3)
    parameters = intensity.ChannelShuffleParameters((2, 0, 1))
    out = intensity.apply_channel_shuffle(image, None, None, None, parameters).image
    np.testing.assert_array_equal(out, np.stack([image[..., 2], image[..., 0], image[..., 1]], axis=2))
    with pytest.raises(TransformError, match="grey"):
        LOADED["channel_shuffle"][0].draw(np.random.default_rng(0), smooth(), LOADED["channel_shuffle"][1])


def test_draws_follow_their_laws():
    rng, image = np.random.default_rng(4), np.zeros((100, 100), np.uint8)

    def drawn(name, **values):
        loaded = LOADED[name][0]
        options = make_options(CLASSICAL[name].options, values)
        return [loaded.draw(rng, image, options) for _ in range(1500)]

    angles = [np.degrees(np.arctan2(p.matrix[1], p.matrix[0])) for p in drawn("rotation", degrees=20.0)]
    assert stats.kstest(angles, stats.uniform(-20, 40).cdf).pvalue > 0.001
    zooms = np.log([1 / p.matrix[0] for p in drawn("zoom", low=0.5, high=2.0)])
    assert stats.kstest(zooms, stats.uniform(np.log(0.5), np.log(4)).cdf).pvalue > 0.001
    gammas = np.log([p.gamma for p in drawn("gamma", low=0.5, high=2.0)])
    assert stats.kstest(gammas, stats.uniform(np.log(0.5), np.log(4)).cdf).pvalue > 0.001
    blurs = [p.sigma for p in drawn("gaussian_blur", sigma=3.0)]
    assert stats.kstest(blurs, stats.uniform(0, 3).cdf).pvalue > 0.001
    crops = drawn("crop", low=0.5)
    assert all(0 <= p.top <= 100 - p.rows and 0 <= p.left <= 100 - p.columns and p.rows >= 50 for p in crops)


@pytest.mark.parametrize(
    ("image", "mask", "boxes", "keypoints", "words"),
    [
        (np.zeros(5, np.uint8), None, None, None, "shape"),
        (np.zeros((5, 5), np.int32), None, None, None, "int32"),
        (np.zeros((5, 5), np.uint8), np.zeros((4, 5), int), None, None, "mask"),
        (np.zeros((5, 5), np.uint8), np.zeros((5, 5)), None, None, "whole numbers"),
        (np.zeros((5, 5), np.uint8), None, [[1, 2, 3]], None, "Boxes"),
        (np.zeros((5, 5), np.uint8), None, None, [1, 2], "Key points"),
    ],
)
def test_wrong_input_is_refused_in_words(image, mask, boxes, keypoints, words):
    with pytest.raises(TransformError, match=words):
        geometry.apply_flip(
            image, mask, boxes, keypoints, geometry.FlipParameters(1 if image.ndim > 1 else 0)
        )


def test_values_outside_the_range_and_other_sizes_are_refused():
    image = np.full((8, 8), -1000, np.float32)
    with pytest.raises(TransformError, match="declare the range"):
        intensity.apply_gamma(image, None, None, None, intensity.GammaParameters(1.0, 0.0, 1.0))
    with pytest.raises(TransformError, match="declare the range"):
        intensity.apply_gamma(image * np.nan, None, None, None, intensity.GammaParameters(1.0, 0.0, 1.0))
    with pytest.raises(TransformError, match="drawn for 9 x 9"):
        geometry.apply_affine(
            image, None, None, None, geometry.AffineParameters((1, 0, 0, 1), (0, 0), "nearest", 0, 9, 9)
        )
    with pytest.raises(UnusableInput, match="data range"):
        intensity.draw_gamma(np.random.default_rng(0), image, LOADED["gamma"][1], data_range=(5, 5))
