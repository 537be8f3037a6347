"""The Inception network of the FID, run through onnxruntime from weights that the operator supplies.

Heusel et al., NeurIPS 2017; the network is TensorFlow's of December 2015, whose 2,048 pooled features and 1,008 class
probabilities define FID and Inception Score. Nothing is downloaded: `manage.py encoders install inception FILE` keeps a
file of the operator's as one ONNX file, and its hash goes into every result.

The resize rule is part of the number's name: antialiased bicubic here, not the legacy FID's bilinear without antialias.
"""

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image
from scipy.sparse import csr_array

from foreign.runtime import session

from .base import Intensity

FILE = "inception.onnx"
SIDE, DIMENSION, CLASSES, BATCH = 299, 2048, 1008, 8


def _(text: str) -> str:
    """Marks a sentence for makemessages; whoever shows it translates it."""
    return text


MISSING = _("The Inception network's weights are not installed. An administrator adds them with: manage.py encoders install inception FILE")  # fmt: skip


class Inception:
    name = "inception"
    title = "Inception network of the FID"
    dimension = DIMENSION

    def __init__(self, folder: Path | None = None) -> None:
        self.path = folder / FILE if folder else None

    def available(self) -> str | None:
        if self.path and self.path.is_file():
            return None
        return MISSING

    @cached_property
    def weights_digest(self) -> str:
        return hashlib.sha256(self._file().read_bytes()).hexdigest()

    def protocol(self) -> dict[str, Any]:
        return {
            "name": self.name, "version": "1", "weights": self.weights_digest if self.available() is None else None,
            "preprocessing": f"declared range to -1..1, Pillow float bicubic (antialiased) to {SIDE} x {SIDE}, grey replicated to 3 channels, float32",
        }  # fmt: skip

    def encode(
        self, images: Iterable[np.ndarray], *, intensity: Intensity, threads: int = 1
    ) -> Iterator[np.ndarray]:
        """(2048,) float32 pooled features of each picture."""
        yield from (features for features, _probabilities in self._run(images, intensity, threads))

    def probabilities(
        self, images: Iterable[np.ndarray], *, intensity: Intensity, threads: int = 1
    ) -> Iterator[np.ndarray]:
        """(1008,) float64 class probabilities of each picture, for the Inception Score."""
        yield from (probabilities for _features, probabilities in self._run(images, intensity, threads))

    def _run(
        self, images: Iterable[np.ndarray], intensity: Intensity, threads: int
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        network = session(str(self._file()), threads)
        source = iter(images)
        while batch := [prepared(image, intensity) for image in islice(source, BATCH)]:
            features, logits = network.run(["features", "logits"], {"images": np.stack(batch)})
            yield from zip(features, softmax(logits))

    def _file(self) -> Path:
        reason = self.available()
        if reason or self.path is None:
            raise ValueError(reason)
        return self.path


def prepared(image: np.ndarray, intensity: Intensity) -> np.ndarray:
    """(3, 299, 299) float32 in -1..1 from (h, w) or (h, w, 3); one grey channel is resized once and shown three times."""
    scaled = intensity.scaled(image)
    scaled *= 2
    scaled -= 1
    if scaled.ndim == 2:
        return np.broadcast_to(bicubic(scaled), (3, SIDE, SIDE))
    return np.stack([bicubic(scaled[..., c]) for c in range(3)])


def bicubic(plane: np.ndarray) -> np.ndarray:
    """(299, 299) float32: Pillow's antialiased bicubic filter as two sparse products, a third of the time of its own."""
    down, across = (_taps(side) for side in plane.shape)
    return (across @ cv2.transpose(down @ plane)).T


@cache
def _taps(side: int) -> csr_array:
    """(299, side) weights of Pillow's filter along one axis: what it makes of a picture of the identity."""
    columns = Image.fromarray(np.eye(side, dtype=np.float32))
    return csr_array(np.asarray(columns.resize((side, SIDE), Image.Resampling.BICUBIC)))


def softmax(logits: np.ndarray) -> np.ndarray:
    shifted = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)
