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


def medians(
    runs: int, clock: Callable[[], float] = time.process_time, **work: Callable[[], object]
) -> dict[str, float]:
    """Median seconds of each, taken in turns so that a busy neighbour slows all of them.

    Seconds of the processor, all threads added up, unless another `clock` is given: with one thread they are what a watch shows
    on a quiet machine, and on a busy one they leave out the waiting. Work for several threads is timed by time.perf_counter.
    """
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for _run in range(runs):
        for name, function in work.items():
            start = clock()
            function()
            seconds[name].append(clock() - start)
    return {name: float(np.median(each)) for name, each in seconds.items()}


def show(title: str, seconds: dict[str, float], goals: dict[str, float]) -> None:
    """One row of docs/speed.md's table a peer; `goals` gives the ratio to reach against each."""
    for peer, goal in goals.items():
        ratio = seconds[peer] / seconds["ours"]
        met = "met" if ratio >= goal else "**missed**"
        row(
            title,
            f"{seconds['ours']:.3g} s",
            f"{peer} {seconds[peer]:.3g} s",
            f"{ratio:.2f}",
            f"{goal:g}, {met}",
        )


def row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


def peak_mib(function: Callable[[], object]) -> float:
    """Memory of its own that a call needs at most, sampled every 2 ms in a forked process (Linux); mapped files do not count.

    Call it before anything large was freed here, or the child finds that memory at hand and asks for none.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, f"{_peak(function):.1f}".encode())
        os._exit(0)
    os.waitpid(child, 0)
    return float(os.read(reader, 64) or "nan")


def _peak(function: Callable[[], object]) -> float:
    done, peak = threading.Event(), [0.0]

    def watch() -> None:
        while not done.wait(0.002):
            peak[0] = max(peak[0], anonymous_mib())

    before, watcher = anonymous_mib(), threading.Thread(target=watch)
    watcher.start()
    function()
    done.set()
    watcher.join()
    return max(peak[0], anonymous_mib()) - before


def anonymous_mib() -> float:
    """Resident memory of this process without mapped files."""
    line = next(
        each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("RssAnon")
    )
    return int(line.split()[1]) / 1024
