"""What every format ends in: pixels, and what their values mean."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

MOST_PIXELS = 512 * 1024 * 1024  # of one file, all frames together


class UnreadableImage(ValueError):
    """The file cannot go in; the message is a reason in plain words, without the file's name."""


@dataclass(frozen=True)
class Meaning:
    """What stored values mean: physical = stored * slope + intercept, in `unit`.

    window is (low, high) in physical values, as the file suggests for display; notes are sentences for the user.
    """

    unit: str = "stored grey levels"
    slope: float = 1.0
    intercept: float = 0.0
    window: tuple[float, float] | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReadImage:
    """pixels: (h, w) or (h, w, 3) for one frame, else (frames, h, w[, 3]); uint8, uint16 or float32.

    data_range: lowest and highest physical value that the format could hold, not what this image happens to hold; for
    floats, which have none, what it holds. labels and masks: one a frame, where the file has them.
    """

    pixels: np.ndarray
    data_range: tuple[float, float]
    frames: int = 1
    meaning: Meaning = field(default_factory=Meaning)
    labels: tuple[str, ...] | None = None
    masks: np.ndarray | None = (
        None  # (frames, h, w) whole numbers, where the file holds them beside its images
    )

    def pictures(self) -> Iterator[np.ndarray]:
        yield from (self.pixels if self.frames > 1 else [self.pixels])


def as_unsigned(
    stored: np.ndarray, low: int, high: int, slope: float, intercept: float
) -> tuple[np.ndarray, float, float]:
    """Integers within [low, high] as the smallest of uint8, uint16 that holds the range: (pixels, slope, intercept)."""
    if high - low > 65535:
        low, high = int(stored.min()), int(stored.max())
    if high - low > 65535:
        raise UnreadableImage(f"it holds whole numbers from {low} to {high}, more than 16 bits can keep")
    dtype = np.uint8 if high - low <= 255 else np.uint16
    shifted = stored.astype(np.int64) - low if low else stored
    return shifted.astype(dtype), slope, intercept + slope * low


def as_float(stored: np.ndarray) -> np.ndarray:
    """float32; refuses values that are no numbers, or that float32 cannot hold."""
    with np.errstate(over="ignore"):
        pixels = stored.astype(np.float32)
    if not np.isfinite(pixels).all():
        raise UnreadableImage("it holds pixels that are no finite numbers")
    return pixels


def one_channel_if_equal(pixels: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Grey pictures are often saved as three equal channels: one is kept, nothing is lost."""
    first = pixels[..., 0]
    if (pixels[..., 1] == first).all() and (pixels[..., 2] == first).all():
        return np.ascontiguousarray(first), ("Its three colour channels are equal; one is kept.",)
    return pixels, ()


def check_size(pixels: int) -> None:
    if pixels > MOST_PIXELS:
        raise UnreadableImage(
            f"it has {pixels:,} pixels, more than the {MOST_PIXELS:,} that one file may have"
        )
    if pixels <= 0:
        raise UnreadableImage("it has no pixels")
