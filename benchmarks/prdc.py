"""Precision, recall, density and coverage of 5000 x 5000 x 2048 against the authors' package: time, memory, and what takes the time.

    python -m benchmarks.prdc           against the package
    python -m benchmarks.prdc 50000     ours alone on memory-mapped features, 50,000 x 50,000 x 2048

The package computes three full tables of distances through scikit-learn. Ours needs two tables' worth of products (both sets
with themselves are symmetric) and holds a block of each. Where the products alone, timed here too, take most of the time, no
exact program can be much quicker in this precision.
"""

from benchmarks.peers import features, medians, peak_mib, row, show  # isort: skip  (sets the thread count before numpy is loaded)

import contextlib
import io
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from prdc import compute_prdc

from metrics.functional.manifold import prdc
from metrics.functional.neighbours import CHUNK

GIB = 1024


def theirs(a, b) -> dict[str, float]:
    with contextlib.redirect_stdout(io.StringIO()):
        return {name: float(value) for name, value in compute_prdc(a, b, nearest_k=5).items()}


def products(a, b) -> None:
    """Only the products of the blocks that ours looks at."""
    for first, second, half in ((a, a, True), (b, b, True), (b, a, False)):
        for start in range(0, len(first), CHUNK):
            for across in range(start if half else 0, len(second), CHUNK):
                first[start : start + CHUNK] @ second[across : across + CHUNK].T


def against_the_package() -> None:
    real, synthetic = features(5000, 2048, 0), features(5000, 2048, 1, 0.02)
    work = {"ours": lambda: prdc(real, synthetic), "prdc": lambda: theirs(real, synthetic)}
    memory = {name: peak_mib(function) for name, function in work.items()}
    show("5000 x 5000 x 2048, k = 5", medians(3, **work), {"prdc": 3.3})
    bound = medians(3, products=lambda: products(real, synthetic))["products"]
    print(f"  matrix products alone: {bound:.3f} s")
    ratio = memory["prdc"] / memory["ours"]
    met = "met" if ratio >= 3 else "**missed**"
    row(
        "its memory",
        f"{memory['ours']:.0f} MiB",
        f"prdc {memory['prdc']:.0f} MiB",
        f"{ratio:.1f}",
        f"3, {met}",
    )
    ours = work["ours"]()
    print("  values:", {name: (getattr(ours, name), value) for name, value in work["prdc"]().items()})


def mapped(path: Path, n: int, seed: int) -> np.memmap:
    rows = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(n, 2048))
    for start in range(0, n, 5000):
        rows[start : start + 5000] = features(min(5000, n - start), 2048, seed + start, 0.02 * (seed > 0))
    rows.flush()
    return np.load(path, mmap_mode="r")


def alone(n: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        real, synthetic = (
            mapped(Path(folder) / "real.npy", n, 0),
            mapped(Path(folder) / "synthetic.npy", n, 1),
        )

        def work() -> None:
            began = time.perf_counter()
            result = prdc(real, synthetic)
            values = [
                f"{getattr(result, name):.4f}" for name in ("precision", "recall", "density", "coverage")
            ]
            print(f"{n} x {n} x 2048: {time.perf_counter() - began:.0f} s, {', '.join(values)}", flush=True)

        memory = peak_mib(work)
    met = "met" if memory <= GIB else "**missed**"
    row(
        f"precision to coverage {n:,} × {n:,} × 2048",
        f"{memory:.0f} MiB beyond the mapped features",
        "",
        "",
        f"{GIB} MiB, {met}",
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        alone(int(sys.argv[1]))
    else:
        against_the_package()
