"""The whole default report by the command that users have: first time, again with features kept, and its memory.

    python -m benchmarks.report FOLDER [COUNT]

FOLDER holds real PNG of 256 x 256; the synthetic ones are COUNT (1,000) of them turned a little, brightened and given noise. Goals for
1,000 against 1,000: 90 s the first time, 10 s with features kept, 2 GiB.
"""

from benchmarks.peers import row  # isort: skip  (sets the thread count before numpy is loaded)

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import rotate

GOALS = {"first time": 90.0, "features kept": 10.0}
MEMORY_GIB = 2.0


def make(files: list[Path], folder: Path) -> None:
    rng = np.random.default_rng(0)
    folder.mkdir()
    for number, path in enumerate(files):
        x = np.asarray(Image.open(path).convert("L"), np.float32)
        x = rotate(x, rng.uniform(-5, 5), reshape=False, order=1, mode="nearest") * rng.uniform(0.9, 1.1)
        x += rng.normal(0, 3, x.shape)
        Image.fromarray(np.clip(x, 0, 255).astype(np.uint8)).save(folder / f"{number:05d}.png")


def processor() -> float:
    """Seconds of a processor that the programmes started here have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit("Give a folder of real PNG: python -m benchmarks.report FOLDER [COUNT]")
    source, count = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    files = sorted(source.rglob("*.png"))[:count]
    with tempfile.TemporaryDirectory() as scratch:
        synthetic = Path(scratch) / "synthetic"
        make(files, synthetic)
        environment = {**os.environ, "EVALSITE_DATA": f"{scratch}/data", "EVALSITE_DEBUG": "yes"}
        command = [
            sys.executable, "manage.py", "evaluate", "--real", str(source), "--synthetic", str(synthetic),
            "--output", f"{scratch}/report",
        ]  # fmt: skip
        for name, goal in GOALS.items():
            began, before = time.perf_counter(), processor()
            subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
            seconds, clock = processor() - before, time.perf_counter() - began
            met = "met" if clock <= goal else "**missed**"
            row(
                f"full report, {len(files):,} against {len(files):,}, {name}",
                f"{clock:.1f} s by the clock, {seconds:.1f} s of a processor",
                "",
                "",
                f"{goal:g} s, {met}",
            )
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
        met = "met" if peak <= MEMORY_GIB else "**missed**"
        row("its memory", f"{peak:.2f} GiB", "", "", f"{MEMORY_GIB:g} GiB, {met}")


if __name__ == "__main__":
    main()
