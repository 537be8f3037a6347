"""Memory as the number of images grows: images made on the fly, one at a time, through the streams that a report uses.

    python -m benchmarks.memory [N ...]      (10000 30000 100000)

moments    pictures are drawn, encoded and forgotten; count, mean and squared deviations are merged batch by batch: constant.
manifold   features are written to a file as they come and read back by blocks; k neighbours of each image are held: k x n.
"""

from benchmarks.peers import peak_mib  # isort: skip  (sets the thread count before numpy is loaded)

import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from metrics.encoders.base import Intensity
from metrics.encoders.pixelview import PixelView
from metrics.functional.frechet import Moments, frechet_from_moments
from metrics.functional.manifold import prdc

SIDE, BATCH, DIMENSION, NEIGHBOURS = 32, 512, 32, 5


def pictures(n: int, seed: int) -> Iterator[np.ndarray]:
    rng = np.random.default_rng(seed)
    for _picture in range(n):
        yield rng.normal(120 + 4 * seed, 30, (SIDE, SIDE)).astype(np.float32)


def encoded(n: int, seed: int) -> Iterator[np.ndarray]:
    """(at most BATCH, d) rows as they come."""
    rows = PixelView((SIDE, SIDE)).encode(pictures(n, seed), intensity=Intensity(0, 255))
    while batch := list(islice(rows, BATCH)):
        yield np.stack(batch)


def moments(n: int) -> None:
    found = []
    for seed in (0, 1):
        total = None
        for batch in encoded(n, seed):
            part = Moments.of(batch)
            total = part if total is None else total.merge(part)
        found.append(total)
    first, second = found
    frechet_from_moments(first.mean, first.covariance, second.mean, second.covariance)


def manifold(n: int) -> None:
    """Features of DIMENSION numbers: a fixed projection of the pictures' pixels."""
    axes = np.random.default_rng(9).normal(size=(SIDE * SIDE, DIMENSION)).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        sets = []
        for seed in (0, 1):
            path, done = Path(folder) / f"{seed}.npy", 0
            rows = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(n, DIMENSION))
            source = pictures(n, seed)
            while batch := list(islice(source, BATCH)):
                rows[done : done + len(batch)] = np.stack(batch).reshape(len(batch), -1) @ axes
                done += len(batch)
            rows.flush()
            sets.append(np.load(path, mmap_mode="r"))
        prdc(*sets, k=NEIGHBOURS)


def main() -> None:
    sizes = [int(text) for text in sys.argv[1:]] or [10_000, 30_000, 100_000]
    for name, function in {"moments": moments, "manifold": manifold}.items():
        for n in sizes:
            began = time.perf_counter()
            memory = peak_mib(lambda: function(n))  # noqa: B023
            print(
                f"{name}, {n:,} and {n:,} images: {memory:.0f} MiB, {time.perf_counter() - began:.0f} s",
                flush=True,
            )


if __name__ == "__main__":
    main()
