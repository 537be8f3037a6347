"""The sets of an evaluation as the pure floor takes them: images from a loader, and what one pass over their pixels saw."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from .reports import Sentence

BINS = 64
MINIMUM = 10  # images in a set: below it no interval can be had
FEWEST_GROUPS = 4  # patients that intervals can be had from

Step = Callable[[int, int], None]  # (done, total) of one stage; it may raise to stop the work


class EvaluationRefused(ValueError):
    """These sets cannot be evaluated; the sentence says what was given, what is allowed and what to do."""

    def __init__(self, template: str, **values: object) -> None:
        self.sentence = Sentence(template, dict(values))
        super().__init__(str(self.sentence))


@dataclass(frozen=True)
class Images:
    """An ordered set: `load(position)` gives the physical values, (h, w) or (h, w, 3), float32 or integer.

    `intensity` is the declared lowest and highest value of the set, None where nobody has said. `groups` names the patient
    (or volume, or source image) of each image, `labels` its class; empty where unknown.
    """

    name: str
    digests: tuple[str, ...]
    load: Callable[[int], np.ndarray]
    intensity: tuple[float, float] | None
    unit: str = ""
    groups: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.digests)

    @property
    def digest(self) -> str:
        return hashlib.sha256("".join(self.digests).encode()).hexdigest()

    def group_numbers(self) -> np.ndarray:
        """(n,) integers: equal for images that belong together; an image without a group stands for itself.

        With fewer than FEWEST_GROUPS hardly anything is left when one is left out, so that each image stands for itself.
        """
        if len(set(self.groups)) < FEWEST_GROUPS:
            return np.arange(len(self))
        keys = [group or f"\0{position}" for position, group in enumerate(self.groups)]
        return np.unique(keys, return_inverse=True)[1]

    def scaled(self, position: int) -> np.ndarray:
        """float32, 0 to 1 over the declared range, clipped; colours averaged to grey."""
        assert self.intensity is not None  # refused before anything is measured
        low, high = self.intensity
        values = np.asarray(self.load(position), np.float32)
        grey = values.mean(axis=-1) if values.ndim == 3 else values
        return np.clip((grey - low) / (high - low), 0, 1)


@dataclass(frozen=True)
class Look:
    """What one pass over the pixels saw, one row an image. shape (n, 3) is height, width, channels; histogram (n, BINS) are
    pixel counts over the declared range, values outside it counted in the end bins and in `outside`."""

    shape: np.ndarray
    low: np.ndarray
    high: np.ndarray
    outside: np.ndarray  # share of pixels outside the declared range
    histogram: np.ndarray = field(repr=False)

    @property
    def constant(self) -> np.ndarray:
        return np.flatnonzero(self.low == self.high)

    @property
    def finite(self) -> np.ndarray:
        return np.isfinite(self.low) & np.isfinite(self.high)

    def sizes(self) -> tuple[str, ...]:
        counts = Counter((int(height), int(width)) for height, width, _channels in self.shape)
        return tuple(f"{width} × {height}" for (height, width), _n in counts.most_common())


@dataclass(frozen=True)
class Sets:
    """The sets of one evaluation with what was seen in them; training is None where unknown. `others` are further synthetic
    sets, for a comparison."""

    real: Images
    synthetic: Images
    training: Images | None
    looks: dict[str, Look]
    others: tuple[Images, ...] = ()

    def named(self) -> dict[str, Images]:
        every = {"real": self.real, "synthetic": self.synthetic, "training": self.training}
        every |= {f"synthetic {number}": images for number, images in enumerate(self.others, 2)}
        return {role: images for role, images in every.items() if images is not None}
