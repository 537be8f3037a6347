"""385 radiomic features of 256 x 256 pictures a second of one thread and of two, and where the time goes.

    python -m benchmarks.radiomics [FOLDER of PNG]

Without a folder, pictures of smoothed noise stand in. There is no peer to run: the original (pyradiomics) does not install by
plain pip, so the figure to reach is given in pictures a second.
"""

from benchmarks.peers import medians, row  # isort: skip  (sets the thread count before numpy is loaded)

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from metrics.encoders.base import Intensity
from metrics.encoders.radiomics import Radiomics, cooccurrence, first, neighbours, runs
from metrics.encoders.radiomics.filters import bands, binned, prepared
from metrics.features import features

GOAL = 40.0
PICTURES = 60


def pictures() -> list[np.ndarray]:
    if len(sys.argv) > 1:
        found = sorted(Path(sys.argv[1]).rglob("*.png"))[:PICTURES]
        return [np.asarray(Image.open(path).convert("L").resize((256, 256))) for path in found]
    rng = np.random.default_rng(0)
    return [gaussian_filter(rng.normal(size=(256, 256)), 2 + i % 4) * 400 + 128 for i in range(PICTURES)]


def profile(images: list[np.ndarray]) -> dict[str, float]:
    """Milliseconds a picture of each step."""
    seconds: dict[str, float] = {}

    def timed(name, function, *values):
        start = time.process_time()
        result = function(*values)
        seconds[name] = seconds.get(name, 0.0) + time.process_time() - start
        return result

    for image in images:
        for band in timed("bands", bands, timed("normalise and resample", prepared, image)).values():
            levels = timed("bins", binned, band)
            timed("first order", first.firstorder, band, levels)
            timed("co-occurrence", cooccurrence.glcm, levels)
            timed("runs", runs.glrlm, levels)
            timed("zones", runs.glszm, levels)
            timed("neighbourhood differences", neighbours.ngtdm, levels)
    return {name: 1000 * each / len(images) for name, each in seconds.items()}


def encoded(images: list[np.ndarray], threads: int = 1) -> np.ndarray:
    """As an evaluation encodes them: every vector is kept on disk too."""
    with tempfile.TemporaryDirectory() as folder:
        loaders = [(str(number), lambda image=image: image) for number, image in enumerate(images)]
        return features(
            loaders, encoder=Radiomics(), intensity=Intensity(0, 255), cache=Path(folder), threads=threads
        )


def main() -> None:
    images = pictures()
    rate = len(images) / medians(5, ours=lambda: encoded(images))["ours"]
    both = len(images) / medians(5, time.perf_counter, ours=lambda: encoded(images, 2))["ours"]
    met = "met" if max(rate, both) >= GOAL else "**missed**"
    row(
        "385 radiomic features, 256 × 256",
        f"{rate:.1f} images/s on one thread, {both:.1f} on two (processes) by the clock",
        "none installs",
        "",
        f"{GOAL:g} on two threads, {met}",
    )
    for name, each in sorted(profile(images).items(), key=lambda item: -item[1]):
        print(f"  {name}: {each:.2f} ms")


if __name__ == "__main__":
    main()
