"""Several pictures on one sheet, from arrays. No torch."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

GAP = 2  # pixels between pictures
LARGEST = 128  # a picture larger than this is shown smaller


def shown(values: np.ndarray) -> np.ndarray:
    """8-bit grey or colour from values of -1 to 1, reduced to at most LARGEST pixels a side."""
    pixels = Image.fromarray(np.rint((np.clip(values, -1, 1) + 1) * 127.5).astype(np.uint8))
    pixels.thumbnail((LARGEST, LARGEST), Image.Resampling.BOX)
    return np.asarray(pixels)


def sheet(pictures: Sequence[np.ndarray], columns: int = 8) -> Image.Image:
    """Pictures of one size, (h, w) or (h, w, 3) uint8, in rows."""
    height, width = pictures[0].shape[:2]
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    page = np.zeros(
        (rows * (height + GAP) - GAP, columns * (width + GAP) - GAP, *pictures[0].shape[2:]), np.uint8
    )
    for index, picture in enumerate(pictures):
        top, left = index // columns * (height + GAP), index % columns * (width + GAP)
        page[top : top + height, left : left + width] = picture
    return Image.fromarray(page)
