"""Pictures made from pictures by a trained network: each depends on weights, seed, its number and its source, on nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from .output import Output
from .system import Batch
from .training_data import prepare, prepare_masks


@dataclass(frozen=True)
class Source:
    """`values`: (h, w) or (h, w, 3) float32, physical; `mask`: (h, w), zero outside; `label`: number of the class to make."""

    values: np.ndarray
    mask: np.ndarray | None = None
    label: int | None = None


@dataclass(frozen=True)
class Translated:
    """`pixels` as stored; `mask`: the source's, at the same size; `boxes`: (k, 5) left, top, right, bottom in pixels and score,
    where the network finds any; `scale`: what x and y of the source are multiplied by."""

    index: int
    pixels: np.ndarray
    mask: np.ndarray | None
    boxes: np.ndarray | None
    scale: tuple[float, float]


def translate(
    network: Any, sources: Sequence[Source], *, count: int, seed: int, options: Any, intensity: tuple[float, float],
    output: Output, start: int = 0,
) -> Iterator[Translated]:  # fmt: skip
    """Yield pictures `start` to `count` - 1; picture i is made from source i modulo their number, in a batch of its own.

    `intensity`: the declared range of the sources. Raises TrainingError for values outside of it and for other channels than the
    network's, ValueError where a network that needs masks gets none."""
    network.eval()
    with torch.inference_mode():
        for index in range(start, count):
            source = sources[index % len(sources)]
            given = batch_of(source, options, intensity)
            made = network.translate(given, chance_of(seed, index))[0].permute(1, 2, 0).numpy()
            boxes = network.find(given.images)[0] if hasattr(network, "find") else None
            mask = None if source.mask is None else resized_mask(source.mask, options.size)
            height, width = source.values.shape[:2]
            pixels = output.pixels(made[:, :, 0] if made.shape[2] == 1 else made)
            yield Translated(index, pixels, mask, boxes, (options.size / width, options.size / height))


def batch_of(source: Source, options: Any, intensity: tuple[float, float]) -> Batch:
    images, _notes = prepare(source.values[None], options, intensity)
    masks = None if source.mask is None else prepare_masks(source.mask[None], 1, options.size)
    labels = None if source.label is None else torch.tensor([source.label])
    return Batch(images, labels, None, masks)


def chance_of(seed: int, index: int) -> torch.Generator:
    state = np.random.SeedSequence([seed, index]).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(state >> np.uint64(1)))


def resized_mask(mask: np.ndarray, size: int) -> np.ndarray:
    """Nearest neighbour, so that the numbers of the classes stay."""
    values = torch.from_numpy(np.asarray(mask).astype(np.float64))[None, None]
    small = torch.nn.functional.interpolate(values, (size, size), mode="nearest-exact")[0, 0]
    return small.numpy().astype(mask.dtype)
