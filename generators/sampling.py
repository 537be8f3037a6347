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
