"""Images of a study as readers get them: fixed-length little-endian buffers, all alike but for their pixels.

A file's name, format, size, compression and bit depth would each tell real from synthetic without a look at the
image, so nothing of a file is ever forwarded: pixels are mapped, padded and written ahead of time to one cache.
"""

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings

from imagesets.models import Picture

from .models import Case, Study

TOP = {"grey16": 65535, "rgb8": 255}
DTYPE = {"grey16": np.dtype("<u2"), "rgb8": np.dtype("u1")}


@dataclass(frozen=True)
class Format:
    """What every buffer of a study has in common; `window` is the range of values shown at first."""

    width: int
    height: int
    name: str  # "grey16": uint16, little-endian; "rgb8": red, green, blue, one byte each
    levels: int  # every image is reduced to the coarsest depth among them
    window: tuple[int, int]
    frames: int = 1  # of every case: as many as the longest volume has slices
    percentiles: tuple[int, ...] = ()  # 0 to 100, of the pixels of all cases: for windows by name

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.height, self.width) + ((3,) if self.name == "rgb8" else ())

    @property
    def length(self) -> int:
        return int(np.prod(self.shape)) * DTYPE[self.name].itemsize

    def as_json(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "window": list(self.window),
            "percentiles": list(self.percentiles),
            "length": self.length,
        }

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> "Format":
        low, high = given["window"]
        return cls(
            given["width"],
            given["height"],
            given["name"],
            given["levels"],
            (low, high),
            given.get("frames", 1),
            tuple(given.get("percentiles", ())),
        )


def common_format(cases: Sequence[Sequence[Picture]]) -> Format:
    pictures = [picture for case in cases for picture in case]
    colour = any(picture.channels == 3 for picture in pictures)
    name = "rgb8" if colour else "grey16"
    shallow = colour or any(picture.depth <= 8 for picture in pictures)
    return Format(
        width=max(picture.width for picture in pictures),
        height=max(picture.height for picture in pictures),
        name=name,
        levels=256 if shallow else 65536,
        window=(0, TOP[name]),
        frames=max(len(case) for case in cases),
    )


def render(values: np.ndarray, intensity: tuple[float, float], target: Format) -> np.ndarray:
    """Physical values (h, w) or (h, w, 3) to the buffer's integers: the declared range to the whole scale, clipped,
    reduced to `levels`, centred on black."""
    low, high = intensity
    share = np.clip((values.astype(np.float64) - low) / (high - low), 0, 1)
    steps = np.round(share * (target.levels - 1))
    whole = np.round(steps * (TOP[target.name] / (target.levels - 1))).astype(DTYPE[target.name])
    if target.name == "rgb8" and whole.ndim == 2:
        whole = np.repeat(whole[..., None], 3, axis=2)
    frame = np.zeros(target.shape, DTYPE[target.name])
    top, left = ((size - given) // 2 for size, given in zip(target.shape, whole.shape[:2]))
    frame[top : top + whole.shape[0], left : left + whole.shape[1]] = whole
    return frame


def first_window(counts: np.ndarray, top: int) -> tuple[int, int]:
    """The range shown at first, one for the whole study, from 256 counts over all its pixels but those at the bottom.

    The whole scale, unless 99.8 % of the pixels lie in less than half of it (CT in Hounsfield units does)."""
    share = np.cumsum(counts) / max(1, counts.sum())
    low, high = int(np.searchsorted(share, 0.001)), int(np.searchsorted(share, 0.999)) + 1
    if not counts.sum() or high - low >= 128:
        return 0, top
    return low * (top + 1) // 256, min(top, high * (top + 1) // 256)


def percentiles(counts: np.ndarray, top: int) -> tuple[int, ...]:
    """Percentiles 0 to 100 from 256 counts over all pixels but those at the bottom, each as the upper end of its bin; without such pixels the scale."""
    if not counts.sum():
        return tuple(round(top * share / 100) for share in range(101))
    share = np.cumsum(counts) / counts.sum()
    bins = np.searchsorted(share, np.arange(101) / 100 - 1e-12)
    return tuple(int(min(top, (at + 1) * (top + 1) // 256)) for at in bins)


def folder(study: Study) -> Path:
    return _folder(study.pk)


def _folder(number: int) -> Path:
    return Path(settings.DATA_DIR) / "studies" / str(number)


def path_of(case: Case, place: int = 0) -> Path:  # place: of a volume the slice
    return _folder(case.study_id) / (
        f"{case.position:05d}-{place:04d}.raw" if place else f"{case.position:05d}.raw"
    )


def write_blanks(case: Case, there: int, target: Format) -> None:
    """A volume with fewer slices than the longest goes on in black: all cases have as many buffers."""
    for place in range(there, target.frames):
        write_buffer(case, np.zeros(target.shape, DTYPE[target.name]), place)


def write_buffer(case: Case, pixels: np.ndarray, place: int = 0) -> None:
    path = path_of(case, place)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pixels.tobytes())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def read_buffer(case: Case, place: int = 0) -> bytes:
    return path_of(case, place).read_bytes()


def read_array(case: Case, target: Format, place: int = 0) -> np.ndarray:
    return np.frombuffer(read_buffer(case, place), DTYPE[target.name]).reshape(target.shape)


def discard(study: Study) -> None:
    shutil.rmtree(folder(study), ignore_errors=True)
