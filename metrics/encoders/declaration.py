"""What an administrator declares of an encoder that comes as an ONNX file: how a picture becomes its input, and which of its numbers
are the features. Kept as JSON beside the file; part of every number that the encoder gives.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import numpy as np
from PIL import Image
from scipy.sparse import csr_array

from foreign.refusal import Refused

from .base import Intensity, luminance


def _(text: str) -> str:
    """Marks a sentence for makemessages; whoever shows it translates it."""
    return text


FITS = {
    "stretch": _("stretch to the square"),
    "crop": _("shorter side first, then the middle"),
    "pad": _("longer side first, then black borders"),
}
FILTERS = {"bilinear": _("bilinear"), "bicubic": _("bicubic"), "box": _("area"), "lanczos": _("Lanczos")}
POOLINGS = {
    "none": _("as they are: one row of numbers a picture"),
    "mean": _("mean over all places or tokens"),
    "first": _("first token (CLS)"),
}
FAMILIES = {"": _("none of these"), "clip": _("CLIP image encoder")}
_CHOICES = {"fit": FITS, "filter": FILTERS, "pooling": POOLINGS, "family": FAMILIES}
_LIMITS = {"side": (8, 1024), "resized": (0, 2048), "output": (0, 31)}

FIELD = _("The declaration's %(name)s is %(given)s; allowed is %(allowed)s.")
UNKNOWN = _("The declaration has unknown parts: %(names)s.")


@dataclass(frozen=True)
class Declaration:
    """side       pixels along each side of the input
    fit        FITS: how a picture that is no square becomes one
    resized    for "crop", the length that the shorter side gets first; 0: `side`
    filter     FILTERS, all antialiased (Pillow, in floating point)
    channels   1 or 3: a grey picture is shown three times, a colour picture becomes its luminance
    low, high  what the declared lowest and highest pixel value of the set become
    mean, std  of each channel (one number stands for all): x -> (x - mean) / std, after low and high
    output     number of the file's output that is used
    pooling    POOLINGS
    family     "clip" where CMMD is defined on its embeddings
    """

    title: str
    side: int
    fit: str = "stretch"
    resized: int = 0
    filter: str = "bilinear"
    channels: int = 3
    low: float = 0.0
    high: float = 1.0
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    output: int = 0
    pooling: str = "none"
    family: str = ""

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            _demand(name, str(getattr(self, name)) in choices, getattr(self, name), ", ".join(choices))
        for name, (least, most) in _LIMITS.items():
            value = getattr(self, name)
            _demand(name, type(value) is int and least <= value <= most, value, f"{least} to {most}")
        _demand(
            "title",
            isinstance(self.title, str) and 0 < len(self.title.strip()) <= 80,
            self.title,
            "up to 80 letters",
        )
        _demand("channels", self.channels in (1, 3), self.channels, "1, 3")
        _demand("high", _finite(self.low, self.high) and self.low < self.high, self.high, "above low")
        for name in ("mean", "std"):
            values = getattr(self, name)
            right = type(values) is tuple and len(values) in (1, self.channels) and _finite(*values)
            _demand(name, right, values, f"1 or {self.channels} numbers")
        _demand("std", all(value > 0 for value in self.std), self.std, "above 0")
        _demand(
            "resized",
            self.resized == 0 or self.resized >= self.side,
            self.resized,
            f"0, or {self.side} and more",
        )

    @classmethod
    def from_data(cls, data: Any) -> Declaration:
        """From parsed JSON. Raises Refused."""
        if not isinstance(data, Mapping):
            raise Refused(UNKNOWN, names=type(data).__name__)
        if unknown := sorted(set(map(str, data)) - {field.name for field in fields(cls)}):
            raise Refused(UNKNOWN, names=", ".join(unknown)[:200])
        given: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in data.items()
        }
        try:
            return cls(**given)
        except TypeError as error:
            raise Refused(UNKNOWN, names=str(error)[:200]) from error

    @property
    def preprocessing(self) -> str:
        """One line for the protocol of a number."""
        fit = {
            "stretch": f"stretched to {self.side} x {self.side}",
            "crop": f"shorter side to {self.resized or self.side}, middle {self.side} x {self.side}",
            "pad": f"longer side to {self.side}, padded to {self.side} x {self.side} with the lowest value",
        }[self.fit]
        channels = "luminance" if self.channels == 1 else "grey shown in 3 channels"
        scale = (
            ""
            if self.mean == (0.0,) and self.std == (1.0,)
            else f", minus {_said(self.mean)}, over {_said(self.std)}"
        )
        return (
            f"declared range to {self.low:g}..{self.high:g}{scale}, {channels}, Pillow float {self.filter} (antialiased), {fit}; "
            f"output {self.output}, pooling {self.pooling}, float32"
        )

    def prepared(self, image: np.ndarray, intensity: Intensity) -> np.ndarray:
        """(channels, side, side) float32 from (h, w) or (h, w, 3) pixels."""
        scaled = intensity.scaled(luminance(image) if self.channels == 1 else image)
        planes = [scaled] if scaled.ndim == 2 else [scaled[..., c] for c in range(3)]
        made = np.stack([self._fitted(plane) for plane in planes])
        made = np.broadcast_to(made, (self.channels, self.side, self.side)) * np.float32(
            self.high - self.low
        ) + np.float32(self.low)
        mean, std = (np.array(v, np.float32).reshape(-1, 1, 1) for v in (self.mean, self.std))
        return ((made - mean) / std).astype(np.float32)

    def _fitted(self, plane: np.ndarray) -> np.ndarray:
        height, width = plane.shape
        if self.fit == "stretch":
            return _resized(plane, self.side, self.side, self.filter)
        whole, other = (min, max) if self.fit == "crop" else (max, min)
        scale = (
            (self.resized or self.side) / whole(height, width)
            if self.fit == "crop"
            else self.side / whole(height, width)
        )
        rows, columns = (max(1, math.floor(side * scale + 0.5)) for side in (height, width))
        plane = _resized(plane, rows, columns, self.filter)
        if self.fit == "crop":
            top, left = round((rows - self.side) / 2), round((columns - self.side) / 2)
            return plane[top : top + self.side, left : left + self.side]
        out = np.zeros((self.side, self.side), np.float32)
        top, left = (self.side - rows) // 2, (self.side - columns) // 2
        out[top : top + rows, left : left + columns] = plane
        return out

    def features(self, given: np.ndarray, count: int) -> np.ndarray:
        """(n, d) features from the chosen output. Raises Refused where it is of another shape than declared."""
        if len(given.shape) < 2 or given.shape[0] != count:
            raise Refused(SHAPE, shape=str(given.shape), count=count)
        if self.pooling == "none":
            flat = given.reshape(count, -1) if given.size == count * max(given.shape[1:]) else None
            if flat is None:
                raise Refused(ROWS, shape=str(given.shape))
            return flat.astype(np.float32)
        if self.pooling == "first":
            if given.ndim != 3:
                raise Refused(TOKENS, shape=str(given.shape))
            return given[:, 0].astype(np.float32)
        if given.ndim == 3:
            return given.mean(axis=1, dtype=np.float64).astype(np.float32)
        if given.ndim != 4:
            raise Refused(PLACES, shape=str(given.shape))
        axes = (
            (2, 3) if given.shape[1] >= given.shape[3] else (1, 2)
        )  # channels first, or last as Keras has them
        return given.mean(axis=axes, dtype=np.float64).astype(np.float32)


SHAPE = _("The output has the shape %(shape)s for %(count)s pictures; its first side must count them.")
ROWS = _(
    "The output has the shape %(shape)s, which is more than one row of numbers a picture. Declare how it is pooled."
)
TOKENS = _(
    "The output has the shape %(shape)s; a first token can be taken of (pictures, tokens, features) only."
)
PLACES = _(
    "The output has the shape %(shape)s; a mean is taken of (pictures, features, height, width) or (pictures, tokens, features)."
)


def _demand(name: str, right: bool, given: Any, allowed: str) -> None:
    if not right:
        raise Refused(FIELD, name=name, given=str(given)[:80], allowed=allowed)


def _finite(*values: Any) -> bool:
    return all(type(value) in (int, float) and math.isfinite(value) for value in values)


def _said(values: tuple[float, ...]) -> str:
    return ", ".join(f"{value:g}" for value in values)


def _resized(plane: np.ndarray, rows: int, columns: int, name: str) -> np.ndarray:
    down, across = _taps(plane.shape[0], rows, name), _taps(plane.shape[1], columns, name)
    return (across @ np.ascontiguousarray((down @ plane).T)).T


@cache
def _taps(before: int, after: int, name: str) -> csr_array:
    """(after, before) weights of Pillow's filter along one axis: what it makes of a picture of the identity."""
    columns = Image.fromarray(np.eye(before, dtype=np.float32))
    return csr_array(np.asarray(columns.resize((before, after), Image.Resampling[name.upper()])))
