"""The maps under SSIM: means in Wang's Gaussian window, where it fits whole, by products with small banded matrices.

Sixteen rows of the result need 26 of the picture, so a picture is filtered by as many products of a (16, 26) matrix as there
are such strips, down and then across: half the work of shifted slices and all of it inside the BLAS.
"""

from functools import lru_cache

import numpy as np

WINDOW = 11
STRIP = 16
_offsets = np.arange(WINDOW) - WINDOW // 2
TAPS = np.exp(-(_offsets**2) / (2 * 1.5**2))
TAPS = TAPS / TAPS.sum()


def structure_means(x: np.ndarray, y: np.ndarray, data_range: float) -> tuple[float, float]:
    """(mean SSIM, mean contrast-structure) of two (h, w) pictures, in their type, float32 or float64.

    A common level is taken off first, which variances do not feel: float32 then keeps 1e-6 of an SSIM. It is put back for
    the luminance. Wang et al., IEEE TIP 13 (2004), equations 6 and 13.
    """
    kind = x.dtype.type
    c1, c2 = kind((0.01 * data_range) ** 2), kind((0.03 * data_range) ** 2)
    level = kind((float(x.mean()) + float(y.mean())) / 2)
    mu_x, mu_y, squares, products = filtered(_moments(x - level, y - level))
    mu_xy, mu_squares = mu_x * mu_y, mu_x * mu_x
    mu_squares += mu_y * mu_y
    products -= mu_xy
    products *= 2
    products += c2
    squares -= mu_squares
    squares += c2
    contrast = np.divide(products, squares, out=products)
    shift = np.add(mu_x, mu_y, out=mu_x)
    shift *= level
    shift += level * level
    mu_xy += shift
    mu_squares += 2 * shift
    luminance = np.divide(2 * mu_xy + c1, mu_squares + c1, out=mu_xy)
    luminance *= contrast
    return float(luminance.mean(dtype=np.float64)), float(contrast.mean(dtype=np.float64))


def _moments(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(4, h, w): both pictures, the sum of their squares, their product."""
    maps = np.empty((4, *x.shape), x.dtype)
    maps[0], maps[1] = x, y
    np.multiply(x, x, out=maps[2])
    maps[2] += y * y
    np.multiply(x, y, out=maps[3])
    return maps


def filtered(maps: np.ndarray) -> np.ndarray:
    """(k, h, w) -> (k, h - 10, w - 10) weighted means in the window."""
    k, h, w = maps.shape
    rows, columns = h - WINDOW + 1, w - WINDOW + 1
    band = _band(maps.dtype.char)
    down = np.empty((k, rows, w), maps.dtype)
    for i in range(0, rows, STRIP):
        n = min(STRIP, rows - i)
        np.matmul(band[:n, : n + WINDOW - 1], maps[:, i : i + n + WINDOW - 1], out=down[:, i : i + n])
    flat, out = down.reshape(k * rows, w), np.empty((k * rows, columns), maps.dtype)
    across = np.ascontiguousarray(band.T)
    for j in range(0, columns, STRIP):
        n = min(STRIP, columns - j)
        np.matmul(flat[:, j : j + n + WINDOW - 1], across[: n + WINDOW - 1, :n], out=out[:, j : j + n])
    return out.reshape(k, rows, columns)


@lru_cache(maxsize=2)
def _band(kind: str) -> np.ndarray:
    """(16, 26): the taps, one place further right in each row."""
    band = np.zeros((STRIP, STRIP + WINDOW - 1), kind)
    for row in range(STRIP):
        band[row, row : row + WINDOW] = TAPS
    return band
