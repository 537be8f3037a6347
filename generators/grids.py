"""A sample grid: many pictures on one sheet."""

import numpy as np
import torch
from PIL import Image
from torch import Tensor

GRID = 8  # pictures along each side of a sample grid


def beside(above: Tensor, below: Tensor) -> Tensor:
    """Rows of a grid in turns: eight pictures of `above`, then the eight of `below` that belong to them."""
    rows = [torch.cat([above[i : i + GRID], below[i : i + GRID]]) for i in range(0, len(above), GRID)]
    return torch.cat(rows)


def grid(pictures: Tensor) -> Image.Image:
    """(up to 64, channels, h, w) in [-1, 1] -> one 8-bit picture of 8 x 8, two pixels apart."""
    n, channels, height, width = pictures.shape
    rows = -(-n // GRID)
    sheet = np.zeros((rows * (height + 2) - 2, GRID * (width + 2) - 2, channels), np.uint8)
    pixels = ((pictures.float().clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).cpu().numpy()
    for index, picture in enumerate(pixels):
        top, left = index // GRID * (height + 2), index % GRID * (width + 2)
        sheet[top : top + height, left : left + width] = picture
    return Image.fromarray(sheet[:, :, 0] if channels == 1 else sheet)
