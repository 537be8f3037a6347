"""Pictures from a trained generator: each depends on weights, seed and its own number, on nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from .system import latent_shape


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


def sample(
    generator: torch.nn.Module, *, count: int, seed: int, output: Output, start: int = 0, classes: int = 0
) -> Iterator[tuple[np.ndarray, int | None]]:
    """Yield (pixels, class or None) for pictures `start` to `count` - 1; classes take turns.

    Picture i is the same whatever `start` and `count` are: its latent vector comes from (seed, i), and each
    picture goes through the network alone, since a convolution's result depends on the batch beside it in the last bits.
    """
    generator.eval()
    shape = latent_shape(generator)
    with torch.inference_mode():
        for index in range(start, count):
            rng = np.random.default_rng([seed, index])
            z = torch.from_numpy(rng.standard_normal((1, *shape), dtype=np.float32))
            label = index % classes if classes else None
            labels = torch.tensor([label]) if classes else None
            values = generator(z, labels)[0].permute(1, 2, 0).numpy()
            yield output.pixels(values[:, :, 0] if values.shape[2] == 1 else values), label
