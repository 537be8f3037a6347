"""The quick path of OpenCV shows what SciPy shows: another version of it that interpolates in steps would fail here."""

import numpy as np
import pytest
from scipy import ndimage

from generators.classical import sampling

ANGLE = np.radians(17.3)
TURN = np.array([[np.cos(ANGLE), np.sin(ANGLE)], [-np.sin(ANGLE), np.cos(ANGLE)]])
MODES = {"constant": "grid-constant", "nearest": "nearest", "reflect": "reflect"}


def field(dtype, channels=None, height=60, width=47):
    rng = np.random.default_rng(3)
    shape = (height, width) if channels is None else (height, width, channels)
    unit = rng.random(shape)  # no smoothness that would hide a wrong place
    peak = 1 if dtype[0] == "f" else np.iinfo(dtype).max
    return (unit * peak).astype(dtype)


def tolerance(dtype):
    """Half a level of rounding; and float32 rounds places below 64 to 2**-18 along two axes, between neighbours that may
    differ by the whole range."""
    place = 2 * 2**-18
    return {"uint8": 0.5 + 255 * place, "uint16": 0.5 + 65535 * place, "float32": 2 * place}[dtype]


@pytest.mark.parametrize("border", MODES)
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("channels", [None, 1, 3, 4])
def test_affine_equals_scipy(dtype, channels, border):
    picture = field(dtype, channels)
    offset, fill = np.array([6.3, -4.1]), 0.25 if dtype == "float32" else 40.0  # a level of the type
    planes = picture[..., None] if channels is None else picture
    for order in (0, 1):
        out = sampling.affine(picture, TURN, offset, order, border, fill)
        assert (out.shape, out.dtype) == (picture.shape, picture.dtype)
        expected = np.stack(
            [
                ndimage.affine_transform(
                    planes[..., c].astype(np.float64),
                    TURN,
                    offset,
                    order=order,
                    mode=MODES[border],
                    cval=fill,
                )
                for c in range(planes.shape[2])
            ],
            axis=2,
        )
        wrong = np.abs(out.reshape(planes.shape) - expected) > tolerance(dtype)
        assert wrong.mean() <= (0.001 if order == 0 else 0), (
            "a tie between two nearest pixels may fall either way"
        )


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_remapping_equals_scipy(dtype):
    picture = field(dtype)
    grid = np.stack(np.mgrid[:60, :47]).astype(np.float64)
    coordinates = grid + np.random.default_rng(0).normal(0, 3, grid.shape)
    out = sampling.remapped(picture, coordinates, 1, "reflect", 0)
    shown = coordinates.astype(np.float32).astype(np.float64)
    expected = ndimage.map_coordinates(picture.astype(np.float64), shown, order=1, mode="reflect")
    assert np.abs(out - expected).max() <= tolerance(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("sigma", [0.05, 0.4, 1.3, 9.0])
def test_smoothing_equals_scipy(dtype, sigma):
    picture = field(dtype, channels=1)
    expected = ndimage.gaussian_filter(picture[..., 0].astype(np.float64), sigma)
    out = sampling.smoothed(picture, sigma)
    assert out.dtype == picture.dtype
    np.testing.assert_allclose(out[..., 0], expected, atol=1e-6 if dtype == "float32" else 1e-12)


@pytest.mark.parametrize("side", [3, 9, 31])
def test_correlation_equals_scipy(side):
    picture, kernel = field("float32"), np.random.default_rng(1).random((side, side))
    kernel /= kernel.sum()
    expected = ndimage.correlate(picture.astype(np.float64), kernel, mode="reflect")
    np.testing.assert_allclose(sampling.correlated(picture, kernel), expected, atol=2e-6)


@pytest.mark.parametrize("border", MODES)
def test_the_slow_path_agrees_with_the_quick_one(border):
    picture = field("float32", channels=3)
    args = (TURN, np.array([3.0, 2.0]), 1, border, 0.5)
    np.testing.assert_allclose(
        sampling.affine(picture.astype(np.float64), *args), sampling.affine(picture, *args), atol=2e-5
    )
    mask = field("uint8")
    args = (TURN, np.array([3.0, 2.0]), 0, border, 0)
    np.testing.assert_array_equal(sampling.affine(mask.astype(np.int64), *args), sampling.affine(mask, *args))
