"""32-pixel patches of two real pictures that come with scikit-image: immunohistochemistry and a retina.

Training and held-out patches are cut from regions apart from each other, with a gap of a patch's width between them, so
no pixel and no neighbouring texture is in both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

SIZE = 32
BLOCK = 128  # patches that overlap or touch lie in one block and count as one patient


@dataclass(frozen=True)
class Patch:
    pixels: np.ndarray  # (32, 32, 3) uint8
    label: str
    block: str


@dataclass(frozen=True)
class Source:
    label: str
    file: str
    cut: float  # share of the width, from the left, that is for training
    stride: dict[str, int]


SOURCES = (
    Source("tissue", "ihc.png", 0.62, {"training": 12, "held out": 16}),
    Source("retina", "retina.jpg", 0.62, {"training": 32, "held out": 36}),
)


def patches(split: str) -> list[Patch]:
    """All patches of `training` or `held out`, tissue first."""
    return [patch for source in SOURCES for patch in _cut(source, split)]


def _cut(source: Source, split: str) -> Iterator[Patch]:
    picture = _picture(source.file)
    height, width = picture.shape[:2]
    border = int(source.cut * width)
    left, right = (0, border) if split == "training" else (border + SIZE, width)
    step = source.stride[split]
    for y in range(0, height - SIZE + 1, step):
        for x in range(left, right - SIZE + 1, step):
            pixels = picture[y : y + SIZE, x : x + SIZE]
            if _is_inside(pixels):
                yield Patch(
                    np.ascontiguousarray(pixels), source.label, f"{source.label} {y // BLOCK}-{x // BLOCK}"
                )


def _picture(name: str) -> np.ndarray:
    from PIL import Image

    with files("skimage.data").joinpath(name).open("rb") as file, Image.open(file) as image:
        return np.asarray(image.convert("RGB"))


def _is_inside(pixels: np.ndarray) -> bool:
    """Not the black around the retina."""
    return bool(pixels.max(axis=2).min() > 40)
