"""Pictures as a training takes them: [-1, 1], one size, checked before anything is built."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from .system import Batch


class TrainingError(ValueError):
    """The training cannot begin or go on; the message says why and what to do."""


def prepare(images: np.ndarray, options: Any, intensity: tuple[float, float]) -> tuple[Tensor, list[str]]:
    """(n, channels, size, size) float32 in [-1, 1]; the declared range is mapped, nothing is clipped in silence."""
    low, high = intensity
    if not low < high:
        raise TrainingError(
            f"The intensity range is {low:g} to {high:g}; the highest value must be above the lowest."
        )
    if images.min() < low or images.max() > high:
        raise TrainingError(
            f"The pictures hold values from {images.min():g} to {images.max():g}, outside the declared range "
            f"{low:g} to {high:g}. Declare a range that covers them."
        )
    channels = 1 if images.ndim == 3 else images.shape[3]
    if channels != options.channels:
        raise TrainingError(
            f"The pictures have {channels} channel(s) and the network {options.channels}. Make them equal."
        )
    scaled = (images.astype(np.float32) - low) * np.float32(2 / (high - low)) - 1
    data = (
        torch.from_numpy(scaled if images.ndim == 4 else scaled[..., None]).permute(0, 3, 1, 2).contiguous()
    )
    if data.shape[2:] == (options.size, options.size):
        return data, []
    was = f"{data.shape[3]} × {data.shape[2]}"
    data = torch.nn.functional.interpolate(
        data, (options.size, options.size), mode="bilinear", antialias=True
    )
    return data.clamp(-1, 1), [
        f"The pictures were resized from {was} to {options.size} × {options.size} pixels."
    ]


def gather(
    images: np.ndarray, labels: np.ndarray | None, partners: np.ndarray | None, masks: np.ndarray | None,
    *, paired: bool, options: Any, batch: int, intensity: tuple[float, float],
    partners_intensity: tuple[float, float] | None = None,
) -> tuple[Batch, list[str]]:  # fmt: skip
    """The whole data as one Batch, and sentences for the user. Raises TrainingError for what cannot be trained on."""
    pictures, notes = prepare(images, options, intensity)
    _check_count(pictures, "pictures", batch)
    second = None
    if partners is not None:
        second, more = prepare(partners, options, partners_intensity or intensity)
        notes += [note for note in more if note not in notes]
        _check_count(second, "pictures of the second set", batch)
        if paired and len(second) != len(pictures):
            raise TrainingError(
                f"There are {len(pictures)} pictures and {len(second)} partners; pairs need as many."
            )
    covers = None if masks is None else prepare_masks(masks, len(pictures), options.size)
    if getattr(options, "with_mask", False):
        if covers is None:
            raise TrainingError("The network makes pictures with their masks, and these pictures have none.")
        pictures, covers = torch.cat([pictures, 2 * covers - 1], dim=1), None
    classes = getattr(options, "classes", 0)
    _check_labels(labels, classes)
    numbers = torch.from_numpy(np.asarray(labels)) if classes and labels is not None else None
    return Batch(pictures, numbers, second, covers), notes


def prepare_masks(masks: np.ndarray, count: int, size: int) -> Tensor:
    """(n, h, w), nothing but zero and non-zero told apart -> (n, 1, size, size) of 0 and 1, nearest neighbour."""
    if len(masks) != count:
        raise TrainingError(f"There are {count} pictures and {len(masks)} masks; each picture needs its own.")
    flags = torch.from_numpy((np.asarray(masks) != 0).astype(np.float32))[:, None]
    return torch.nn.functional.interpolate(flags, (size, size), mode="nearest-exact")


def _check_count(data: Tensor, what: str, batch: int) -> None:
    if len(data) < batch:
        raise TrainingError(
            f"There are {len(data)} {what} and a batch takes {batch}. Add some, or lower the batch."
        )


def _check_labels(labels: np.ndarray | None, classes: int) -> None:
    if classes and labels is None:
        raise TrainingError(f"The network knows {classes} classes, and the pictures have no labels.")
    if classes and labels is not None and int(labels.max()) >= classes:
        raise TrainingError(f"The labels name {int(labels.max()) + 1} classes and the network {classes}.")
