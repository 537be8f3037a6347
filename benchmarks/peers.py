"""What every benchmark of metrics needs: features alike those of a network, medians of alternating runs, ratios in print."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np


def features(n: int, d: int, seed: int, shift: float = 0.0) -> np.ndarray:
    """(n, d) float32, non-negative, with a spectrum that falls as those of pooled activations do."""
    rng = np.random.default_rng(seed)
    scale = 1 / np.sqrt(1 + np.arange(d) / 20)
    return np.abs(rng.normal(size=(n, d)) * scale + 0.3 + shift).astype(np.float32)


def medians(runs: int, **work: Callable[[], object]) -> dict[str, float]:
    """Median seconds of each, taken in turns so that a busy neighbour slows all of them."""
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for _run in range(runs):
        for name, function in work.items():
            start = time.perf_counter()
            function()
            seconds[name].append(time.perf_counter() - start)
    return {name: float(np.median(each)) for name, each in seconds.items()}


def show(title: str, seconds: dict[str, float], goals: dict[str, float]) -> None:
    """Lines of medians; `goals` gives the ratio to reach against each peer."""
    print(f"{title}: ours {seconds['ours']:.3f} s")
    for peer, goal in goals.items():
        ratio = seconds[peer] / seconds["ours"]
        print(
            f"  {peer}: {seconds[peer]:.3f} s, {ratio:.2f} x, goal {goal:g} x, {'met' if ratio >= goal else 'MISSED'}"
        )


def peak_mib(function: Callable[[], object]) -> float:
    """Resident memory above what was held before, sampled every 2 ms (Linux)."""
    page, done, peak = os.sysconf("SC_PAGE_SIZE"), threading.Event(), [0]

    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * page

    def watch() -> None:
        while not done.wait(0.002):
            peak[0] = max(peak[0], resident())

    before, watcher = resident(), threading.Thread(target=watch)
    watcher.start()
    function()
    done.set()
    watcher.join()
    return (max(peak[0], before) - before) / 2**20
