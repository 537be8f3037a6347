"""The Inception network of the FID, run through onnxruntime from weights that the operator supplies.

Heusel et al., NeurIPS 2017; the network is TensorFlow's of December 2015, whose 2,048 pooled features and 1,008 class
probabilities define FID and Inception Score. Nothing is downloaded: `manage.py encoders install inception FILE` keeps a
file of the operator's as one ONNX file, and its hash goes into every result.

The resize rule is part of the number's name: antialiased bicubic here, not the legacy FID's bilinear without antialias.
"""

import hashlib
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from .base import Intensity

FILE = "inception.onnx"
SIDE, DIMENSION, CLASSES, BATCH = 299, 2048, 1008, 8
HOW = "manage.py encoders install inception FILE"


class Inception:
    name = "inception"
    title = "Inception network of the FID"
    dimension = DIMENSION

    def __init__(self, folder: Path | None = None) -> None:
        self.path = folder / FILE if folder else None

    def available(self) -> str | None:
        if self.path and self.path.is_file():
            return None
        return f"The Inception network's weights are not installed. An administrator adds them with: {HOW}"

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
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        session = onnxruntime.InferenceSession(str(self._file()), options, providers=["CPUExecutionProvider"])
        source = iter(images)
        while batch := [prepared(image, intensity) for image in islice(source, BATCH)]:
            features, logits = session.run(["features", "logits"], {"images": np.stack(batch)})
            yield from zip(features, softmax(logits))

    def _file(self) -> Path:
        reason = self.available()
        if reason or self.path is None:
            raise ValueError(reason)
        return self.path


def prepared(image: np.ndarray, intensity: Intensity) -> np.ndarray:
    """(3, 299, 299) float32 in -1..1 from (h, w) or (h, w, 3); one grey channel is resized once and copied after."""
    scaled = intensity.scaled(image)
    channels = [scaled] if scaled.ndim == 2 else [scaled[..., c] for c in range(3)]
    resized = [
        np.asarray(Image.fromarray(np.ascontiguousarray(c)).resize((SIDE, SIDE), Image.Resampling.BICUBIC))
        for c in channels
    ]
    whole = np.stack(resized if len(resized) == 3 else resized * 3)
    return whole * np.float32(2) - np.float32(1)


def softmax(logits: np.ndarray) -> np.ndarray:
    shifted = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)
