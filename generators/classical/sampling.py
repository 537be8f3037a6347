"""Pictures sampled at other places, and smoothed: OpenCV for 8- and 16-bit and float32 pictures, SciPy for the rest.

OpenCV 5 interpolates without the steps of 1/32 pixel that earlier versions have, so both agree to float32's rounding; it is
ten to sixty times as quick. Its float64 path still has those steps and is not used.

border: "constant" (fill beyond the edge, blended over one pixel), "nearest" (the edge goes on) or "reflect" (mirrored)."""

from collections.abc import Sequence

import cv2
import numpy as np
from scipy import ndimage

cv2.setNumThreads(1)  # workers share the machine; one picture is too small to be split

Coordinates = Sequence[np.ndarray] | np.ndarray
_FAST = ("uint8", "uint16", "float32")
_BORDERS = {"constant": cv2.BORDER_CONSTANT, "nearest": cv2.BORDER_REPLICATE, "reflect": cv2.BORDER_REFLECT}
_LARGEST = 32_000  # pixels a side; OpenCV counts them in 16 bits


def affine(
    picture: np.ndarray, matrix: np.ndarray, offset: np.ndarray, order: int, border: str, fill: float
) -> np.ndarray:
    """Output pixel p shows input matrix @ p + offset, in (y, x). picture: (h, w) or (h, w, c), its type is kept.
    order: 1 bilinear, 0 nearest."""
    if _is_fast(picture):
        swapped = np.array([[matrix[1, 1], matrix[1, 0], offset[1]], [matrix[0, 1], matrix[0, 0], offset[0]]])
        height, width = picture.shape[:2]
        flags = cv2.WARP_INVERSE_MAP | _interpolation(order)
        out = cv2.warpAffine(
            np.ascontiguousarray(picture), swapped, (width, height), flags=flags,
            borderMode=_BORDERS[border], borderValue=(fill,) * 4,
        )  # fmt: skip
        return out.reshape(picture.shape)
    mode = "grid-constant" if border == "constant" else border
    return _planes(
        lambda plane, work: ndimage.affine_transform(
            plane, matrix, offset, output=work, order=order, mode=mode, cval=fill
        ),
        picture,
        order,
    )


def flipped(picture: np.ndarray, axis: int) -> np.ndarray:
    """A copy with top and bottom (axis 0) or left and right (1) exchanged."""
    if _is_fast(picture):
        return cv2.flip(np.ascontiguousarray(picture), axis).reshape(picture.shape)
    return np.flip(picture, axis).copy()


def looked_up(table: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """table[picture] for uint8 or uint16 `picture`; the table is of the same type, and need not be longer than the largest value asks."""
    whole = np.zeros(np.iinfo(picture.dtype).max + 1, table.dtype)
    whole[: len(table)] = table
    return cv2.LUT(np.ascontiguousarray(picture), whole).reshape(picture.shape)


def remapped(
    picture: np.ndarray, coordinates: Coordinates, order: int, border: str, fill: float
) -> np.ndarray:
    """coordinates: the y and the x of the input that each output pixel shows, two arrays that broadcast to its shape."""
    shape = np.broadcast_shapes(*(part.shape for part in coordinates))
    if _is_fast(picture):
        y, x = (np.ascontiguousarray(np.broadcast_to(part.astype(np.float32), shape)) for part in coordinates)
        out = cv2.remap(
            np.ascontiguousarray(picture), x, y, _interpolation(order),
            borderMode=_BORDERS[border], borderValue=(fill,) * 4,
        )  # fmt: skip
        return out.reshape(picture.shape)
    mode = "grid-constant" if border == "constant" else border
    places = np.stack([np.broadcast_to(part, shape) for part in coordinates])
    return _planes(
        lambda plane, work: ndimage.map_coordinates(
            plane, places, output=work, order=order, mode=mode, cval=fill
        ),
        picture,
        order,
    )


def smoothed(picture: np.ndarray, sigma: float, truncate: float = 4.0) -> np.ndarray:
    """A Gaussian of sigma pixels, mirrored at the border, cut at truncate * sigma; float32 or float64 in and out."""
    radius = int(truncate * sigma + 0.5)
    if radius == 0:
        return picture.copy()
    size = (2 * radius + 1, 2 * radius + 1)
    out = cv2.GaussianBlur(np.ascontiguousarray(picture), size, sigma, borderType=cv2.BORDER_REFLECT)
    return out.reshape(picture.shape)


def correlated(picture: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Each pixel the kernel's weighted sum around it, mirrored at the border; float32 or float64 in and out."""
    out = cv2.filter2D(np.ascontiguousarray(picture), -1, kernel, borderType=cv2.BORDER_REFLECT)
    return out.reshape(picture.shape)


def _is_fast(picture: np.ndarray) -> bool:
    return picture.dtype.name in _FAST and max(picture.shape[:2]) <= _LARGEST


def _interpolation(order: int) -> int:
    return cv2.INTER_LINEAR if order == 1 else cv2.INTER_NEAREST


def _planes(function, picture: np.ndarray, order: int) -> np.ndarray:
    """Channel by channel; whole numbers are interpolated in float32 and rounded."""
    if picture.ndim == 3:
        return np.stack([_planes(function, plane, order) for plane in np.moveaxis(picture, 2, 0)], axis=2)
    if order == 0 or picture.dtype.kind == "f":
        return function(picture, picture.dtype)
    return np.rint(function(picture, np.dtype(np.float32))).astype(picture.dtype)
