"""Features kept between runs: the same picture through the same encoder is encoded once.

A feature vector is keyed by the digest of its picture, the encoder's protocol (name, version, weights, preprocessing) and
the declared intensity range. Vectors are written in shards, each whole or not at all, so a run that was killed goes on
after the last one; a damaged shard is computed again.
"""

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from .encoders.base import Encoder, Ended, Indescribable, Intensity

SHARD = 64  # pictures; what a kill can cost
Loader = Callable[[], np.ndarray]


class BrokenFeatures(ValueError):
    """An encoder gave no finite vector of its dimension, or none; the message names the picture by its position."""

    def __init__(self, words: str, position: int) -> None:
        super().__init__(words)
        self.position = position


def features(
    images: Sequence[tuple[str, Loader]],
    *,
    encoder: Encoder,
    intensity: Intensity,
    cache: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
    threads: int = 1,
) -> np.ndarray:
    """(n, d) float64, one row a picture, in order. `images` are (digest of the stored picture, function that loads it).

    `progress(done, total)` counts pictures and may raise to stop the work: finished shards stay. Raises BrokenFeatures.
    """
    keep_freed_memory()
    folder = cache / key(encoder, intensity)
    known = _read_shards(folder)
    missing = [position for position, (digest, _load) in enumerate(images) if digest not in known]
    first: dict[str, int] = {}
    for position in missing:  # equal pictures are encoded once
        first.setdefault(images[position][0], position)
    todo, done = list(first.values()), len(images) - len(missing)
    progress(done, len(images))
    for start in range(0, len(todo), SHARD):
        shard = todo[start : start + SHARD]
        rows = _encode(
            images, shard, encoder, intensity, threads, partial(_tell, progress, done + start, len(images))
        )
        names = [images[position][0] for position in shard]
        _write_shard(folder, names, rows)
        known.update(zip(names, rows))
    progress(len(images), len(images))
    if not images:
        return np.empty((0, encoder.dimension))
    return np.stack([known[digest] for digest, _load in images]).astype(np.float64)


def keep_freed_memory() -> None:
    """Frees one large block, after which glibc keeps what is freed and asks the system for less: radiomics took a fifth longer
    where every array of a picture came from the system and cost a fault a page (mallopt(3), M_MMAP_THRESHOLD). Elsewhere no effect.
    """
    np.empty(31 << 20, np.uint8)


def _tell(progress: Callable[[int, int], None], before: int, total: int, encoded: int) -> None:
    progress(before + encoded, total)


def key(encoder: Encoder, intensity: Intensity) -> str:
    """Name of the folder: what the vectors depend on, apart from the picture."""
    facts: dict[str, Any] = {**encoder.protocol(), "low": float(intensity.low), "high": float(intensity.high)}
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()
    return f"{encoder.name}-{digest[:24]}"


def _encode(
    images: Sequence[tuple[str, Loader]], positions: list[int], encoder: Encoder, intensity: Intensity, threads: int,
    tell: Callable[[int], None],
) -> list[np.ndarray]:  # fmt: skip
    def loaded() -> Iterator[np.ndarray]:
        for position in positions:
            yield images[position][1]()

    rows: list[np.ndarray] = []
    try:
        for number, row in enumerate(encoder.encode(loaded(), intensity=intensity, threads=threads)):
            if row.shape != (encoder.dimension,) or not np.isfinite(row).all():
                raise BrokenFeatures(
                    f"The encoder {encoder.name} gave no finite features for image {positions[number]}. "
                    "The image may be broken, or the encoder's weights are.",
                    positions[number],
                )
            rows.append(np.asarray(row))
            tell(number + 1)
    except Ended as error:
        raise BrokenFeatures(
            f"At image {positions[len(rows)]} the encoder {encoder.name} stopped. {error}",
            positions[len(rows)],
        ) from error
    except Indescribable as error:
        raise BrokenFeatures(
            f"The encoder {encoder.name} cannot describe image {positions[len(rows)]}: {error} Remove it from the set, or choose another encoder.",
            positions[len(rows)],
        ) from error
    return rows


def _read_shards(folder: Path) -> dict[str, np.ndarray]:
    known: dict[str, np.ndarray] = {}
    for path in sorted(folder.glob("*.npz")):
        try:
            with np.load(path, allow_pickle=False) as shard:
                known.update(zip(map(str, shard["digests"]), shard["features"]))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            path.unlink(missing_ok=True)
    return known


def _write_shard(folder: Path, digests: list[str], rows: list[np.ndarray]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256("".join(digests).encode()).hexdigest()[:32]
    handle, temporary = tempfile.mkstemp(dir=folder, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as out:
            np.savez(out, digests=np.array(digests), features=np.stack(rows))
        os.replace(temporary, folder / f"{name}.npz")
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
