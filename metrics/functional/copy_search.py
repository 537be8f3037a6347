"""Which training picture does each picture resemble most, seen whole or through a frame, as it is or mirrored? And which one next?

Pictures are brought to 24 x 24 and stripped of what all pictures of a kind share (the difference of two Gaussians), so that many can
be compared at once; metrics.functional.near_copies lays those found upon each other.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

COARSE, FINE = 24, 64  # pixels a side of the search and of the pictures given
EDGE = 2  # pixels of a coarse picture that its smoothing makes unsure
FRAMES = (1.0, 0.92, 0.85)
MOVED = 0.85  # the frame through which the middle of a picture is looked for too: it finds a shift without a change of size
SHIFT = 0.0  # stands for that frame among those that pictures are found through
COARSE_BAND = (0.6, 2.5)
ROWS = 512


@dataclass
class Best:
    """The best so far of one way of searching: correlation, training picture, whether mirrored, and the frame through which."""

    value: np.ndarray
    nearest: np.ndarray
    mirrored: np.ndarray
    frames: np.ndarray

    @classmethod
    def nothing(cls, count: int) -> "Best":
        return cls(np.full(count, -np.inf), np.zeros(count, int), np.zeros(count, bool), np.ones(count))

    def places(self) -> Iterator[tuple[int, bool, float]]:
        return zip(self.nearest.tolist(), self.mirrored.tolist(), self.frames.tolist())

    def take(self, other: "Best", chosen: np.ndarray) -> None:
        for name in ("value", "nearest", "mirrored", "frames"):
            getattr(self, name)[chosen] = getattr(other, name)[chosen]


@dataclass
class Found(Best):
    """With the best among the other training pictures."""

    second: Best

    @classmethod
    def nothing(cls, count: int) -> "Found":
        return cls(**vars(Best.nothing(count)), second=Best.nothing(count))

    def look(self, query: np.ndarray, seen: np.ndarray, start: int, flip: bool, frame: float) -> None:
        found, rows = query @ seen.T, np.arange(len(query))
        for _place in range(min(2, len(seen))):
            top = found.argmax(axis=1)
            self._meet(
                Best(found[rows, top], start + top, np.full(len(rows), flip), np.full(len(rows), frame))
            )
            found[rows, top] = -np.inf

    def _meet(self, other: Best) -> None:
        better, is_same = other.value > self.value, other.nearest == self.nearest
        self.second.take(self, better & ~is_same)
        self.second.take(other, ~better & ~is_same & (other.value > self.second.value))
        self.take(other, better)


def search(pictures: np.ndarray, training: np.ndarray) -> tuple[Found, Found]:
    """The training picture that each (m,) resembles most, seen whole or cropped; and the one that it may be shifted from."""
    whole, moved = Found.nothing(len(pictures)), Found.nothing(len(pictures))
    sides, middle = (pictures, pictures[:, :, ::-1]), (FINE - round(FINE * MOVED)) // 2
    queries = [(_coarse(side, 1.0, 0, 0), _coarse(side, MOVED, middle, middle)) for side in sides]
    for start in range(0, len(training), ROWS):
        part = training[start : start + ROWS]
        for frame in FRAMES:
            for y, x in _places(frame):
                seen = _coarse(part, frame, y, x)
                for flip, (all_of_it, its_middle) in enumerate(queries):
                    whole.look(all_of_it, seen, start, bool(flip), frame)
                    if frame == MOVED:
                        moved.look(its_middle, seen, start, bool(flip), SHIFT)
    return whole, moved


def _places(frame: float) -> list[tuple[int, int]]:
    room = FINE - round(FINE * frame)
    steps = np.linspace(0, room, 1 + -(-room // 4)).round().astype(int).tolist()
    return [(y, x) for y in steps for x in steps]


def _coarse(stack: np.ndarray, frame: float, y: int, x: int) -> np.ndarray:
    """(n, k) unit rows: the frame's content at 24 x 24, band-passed, its edge left out."""
    side = round(FINE * frame)
    window = stack[:, y : y + side, x : x + side]
    narrow, wide = (_kernel(sigma) @ _sampling(side) for sigma in COARSE_BAND)
    band = narrow @ window @ narrow.T - wide @ window @ wide.T
    rows = band[:, EDGE:-EDGE, EDGE:-EDGE].reshape(len(stack), -1)
    rows = rows - rows.mean(axis=1, keepdims=True)
    norm = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.where(norm > 1e-6, rows / np.maximum(norm, 1e-6), 0).astype(np.float32)


def _sampling(side: int) -> np.ndarray:
    """(24, side) means over equal parts of a side."""
    edges = np.linspace(0, side, COARSE + 1)
    low, high = np.arange(side), np.arange(1, side + 1)
    overlap = np.minimum(edges[1:, None], high) - np.maximum(edges[:-1, None], low)
    return (np.clip(overlap, 0, None) * COARSE / side).astype(np.float32)


def _kernel(sigma: float) -> np.ndarray:
    """(24, 24) Gaussian smoothing, each row summing to 1."""
    away = np.arange(COARSE)[:, None] - np.arange(COARSE)
    rows = np.exp(-0.5 * (away / sigma) ** 2)
    return (rows / rows.sum(axis=1, keepdims=True)).astype(np.float32)
