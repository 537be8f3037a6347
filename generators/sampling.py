"""Pictures from a trained generator: each depends on weights, seed and its own number, on nothing else."""

from collections.abc import Iterator

import numpy as np
import torch

from .output import Output
from .system import latent_shape


def sample(
    generator: torch.nn.Module, *, count: int, seed: int, output: Output, start: int = 0, classes: int = 0
) -> Iterator[tuple[np.ndarray, int | None]]:
    """Yield (pixels, class or None) for pictures `start` to `count` - 1; classes take turns.

    Picture i is the same whatever `start` and `count` are: its latent vector comes from (seed, i), and each
    picture goes through the network alone, since a convolution's result depends on the batch beside it in the last bits.
    """
    for values, label in _values(generator, count, seed, start, classes):
        yield output.pixels(values[:, :, 0] if values.shape[2] == 1 else values), label


def sample_with_masks(
    generator: torch.nn.Module, *, count: int, seed: int, output: Output, start: int = 0, classes: int = 0
) -> Iterator[tuple[np.ndarray, int | None, np.ndarray]]:
    """As sample(), for a network whose last channel is the mask: (pixels, class or None, (h, w) uint8 of 0 and 1)."""
    for values, label in _values(generator, count, seed, start, classes):
        pictures = values[:, :, 0] if values.shape[2] == 2 else values[:, :, :-1]
        yield output.pixels(pictures), label, (values[:, :, -1] > 0).astype(np.uint8)


def _values(
    generator: torch.nn.Module, count: int, seed: int, start: int, classes: int
) -> Iterator[tuple[np.ndarray, int | None]]:
    """(h, w, channels) in [-1, 1] and the class."""
    generator.eval()
    shape = latent_shape(generator)
    with torch.inference_mode():
        for index in range(start, count):
            rng = np.random.default_rng([seed, index])
            z = torch.from_numpy(rng.standard_normal((1, *shape), dtype=np.float32))
            label = index % classes if classes else None
            labels = torch.tensor([label]) if classes else None
            yield generator(z, labels)[0].permute(1, 2, 0).numpy(), label
