"""How what a network gives becomes stored pixels. No torch."""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Output:
    """How the range [-1, 1] of a network becomes stored pixels: values low to high at 8 or 16 bits.

    A physical value is stored * slope + intercept, so that a range such as -1024..3071 HU fits unsigned pixels.
    """

    low: float
    high: float
    depth: int = 8
    slope: float = 1.0
    intercept: float = 0.0

    def pixels(self, values: np.ndarray) -> np.ndarray:
        dtype: Any = np.uint8 if self.depth == 8 else np.uint16
        physical = self.low + (values.astype(np.float64) + 1) / 2 * (self.high - self.low)
        stored = np.rint((physical - self.intercept) / self.slope)
        return np.clip(stored, 0, np.iinfo(dtype).max).astype(dtype)
