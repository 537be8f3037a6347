"""A quick encoder in place of the real ones: 8 x 8 pixels, so that pages and jobs are tested without waiting for features."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metrics.encoders import registry


class Thumbnails:
    """64 block means; the sizes of the test pictures are multiples of eight."""

    name, title, dimension = "radiomics", "thumbnails", 64

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder

    def available(self) -> str | None:
        return None

    def protocol(self) -> dict[str, Any]:
        return {"name": "thumbnails", "version": "1", "weights": None, "preprocessing": "8 × 8 block means"}

    def encode(
        self, images: Iterable[np.ndarray], *, intensity: Any, threads: int = 1
    ) -> Iterator[np.ndarray]:
        for image in images:
            scaled = intensity.scaled(image)
            grey = scaled.mean(axis=-1) if scaled.ndim == 3 else scaled
            side = grey.shape[0] // 8
            yield grey[: 8 * side, : 8 * side].reshape(8, side, 8, side).mean(axis=(1, 3)).ravel()


@pytest.fixture
def thumbnails(monkeypatch):
    """The encoder `radiomics` becomes the quick one; `inception` stays, without weights."""
    entry = registry.Entry("radiomics", "thumbnails", "tests.metrics.conftest:Thumbnails")
    monkeypatch.setitem(registry.ENCODERS, "radiomics", entry)
