"""A KID that few images make, told with what it would be without them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .charts import figure_text
from .functional.kernel import kid

FAR, FEW = 2.0, 0.25  # times as far out as any real image; share of the set that is still a few


@dataclass(frozen=True)
class OddImages:
    """How many there are, the position of the farthest and how many times farther it lies than any real image, and the KID without them."""

    count: int
    farthest: int
    times: float
    without: float

    def words(self) -> dict[str, object]:
        return {"farthest": self.farthest, "times": _rounded(self.times), "without": _rounded(self.without)}


def odd_images(
    real: np.ndarray, synthetic: np.ndarray, value: float, interval: tuple[float, float]
) -> OddImages | None:
    """The synthetic images that make a KID which is large, or far below zero, and yet uncertain; None where they do not.

    real (n, d), synthetic (m, d): features as the kernel takes them. It is cubic in how far from their zero an image lies, so that
    a few may outweigh all others: looked for where the 95 % `interval` holds zero, told where the KID without them is at most
    half as large.
    """
    if not interval[0] <= 0 <= interval[1]:
        return None
    own, other = (np.linalg.norm(part, axis=1) for part in (real, synthetic))
    odd = other > FAR * own.max()
    if not 0 < odd.sum() <= FEW * len(odd):
        return None
    without = kid(real, synthetic[~odd])
    if abs(without) > abs(value) / 2:
        return None
    return OddImages(int(odd.sum()), int(other.argmax()), float(other.max() / own.max()), without)


def _rounded(value: float) -> str:
    return figure_text(float(f"{value:.2g}"))
