"""Does each network learn? Short real trainings that anyone can repeat; curves and grids go to docs/training.

    python -m benchmarks.learning dcgan [--data ../shared/data] [--output docs/training]

The measure is the Fréchet distance, on 64 features of a fixed random network, between 256 made pictures and those the network
learns from. It must fall by the stated factor. Its floor is the same distance between as many real pictures and all of them.
"""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from benchmarks.learning_chart import chart
from generators import checkpoints, training_log
from generators.catalogue import NETWORKS
from generators.training import train
from generators.training_data import gather
from generators.watching import Watch
from metrics.functional.frechet import frechet_distance


@dataclass(frozen=True)
class Record:
    """One training. `factor`: the distance must fall at least by this. `begins_from`: another record's finished run."""

    network: str
    data: Callable[[Path], np.ndarray]
    words: str  # what it learns from
    options: dict[str, Any]
    training: dict[str, Any]
    factor: float
    begins_from: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def xrays(count: int, size: int) -> Callable[[Path], np.ndarray]:
    """`count` NIH chest X-rays of both classes, evenly from the list by name, reduced to `size` pixels by Pillow's box filter."""

    def read(data: Path) -> np.ndarray:
        paths = sorted((data / "cxr_nih" / "images_256").rglob("*.png"))
        chosen = paths[:: len(paths) // count][:count]
        reduced = [
            Image.open(path).convert("L").resize((size, size), Image.Resampling.BOX) for path in chosen
        ]
        return np.stack([np.asarray(picture) for picture in reduced])

    return read


def pneumonia(data: Path) -> np.ndarray:
    """PneumoniaMNIST's 4,708 training pictures of 28 x 28."""
    with np.load(next((data / "cxr_pneumoniamnist_28").glob("*.npz"))) as arrays:
        return arrays["train_images"]


MNIST, NIH = (
    "4,708 training pictures of PneumoniaMNIST, 28 x 28",
    "1,000 chest X-rays of NIH, reduced to 32 x 32",
)
SMALL = {"latent": 64, "width": 16, "size": 32}
RECORDS: dict[str, Record] = {
    "dcgan": Record("dcgan", pneumonia, MNIST, {"latent": 64, "width": 16, "size": 28},
                    {"images_seen": 60_000, "batch": 32}, 5),
    "wgan_gp": Record("wgan_gp", xrays(1000, 32), NIH, SMALL, {"images_seen": 160_000, "batch": 32}, 5),
    "pggan": Record("pggan", xrays(1000, 32), NIH, {"latent": 64, "size": 32, "base_maps": 512, "most_maps": 64},
                    {"images_seen": 80_000, "phase_images": 9_000, "batch": 16, "average": 0.99}, 5),
    "ddpm": Record("ddpm", pneumonia, MNIST, {"width": 16, "levels": 3, "size": 28, "sampling_steps": 25},
                   {"images_seen": 24_000, "batch": 32, "average": 0.99, "learning_rate": 1e-3, "watch": 256}, 5),
    "transfer": Record("transfer", xrays(200, 28), "200 chest X-rays of NIH, reduced to 28 x 28",
                       {"latent": 64, "width": 16, "size": 28, "frozen_generator": 1, "frozen_discriminator": 1},
                       {"images_seen": 40_000, "batch": 16}, 3, begins_from="dcgan"),
    "gan": Record("gan", pneumonia, MNIST, {"width": 256}, {"images_seen": 80_000, "batch": 32}, 3),
    "wgan": Record("wgan", pneumonia, MNIST, {"latent": 64, "width": 16, "size": 28},
                   {"images_seen": 200_000, "batch": 32}, 2),
}  # fmt: skip


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("record", choices=list(RECORDS))
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--output", type=Path, default=Path("docs/training"))
    parser.add_argument("--runs", type=Path, default=Path(tempfile.gettempdir()) / "evalsite-learning")
    given = parser.parse_args(arguments)
    row = follow(given.record, given.data, given.runs, given.output)
    print(json.dumps(row, indent=1))
    return 0 if row["distance"] * RECORDS[given.record].factor <= row["start"] else 1


def follow(name: str, data: Path, runs: Path, output: Path) -> dict[str, Any]:
    """Train, and write NAME.json, NAME.svg, NAME-start.png and NAME.png into `output`."""
    record = RECORDS[name]
    entry = NETWORKS[record.network]
    images, folder = record.data(data), runs / name
    seen = record.training["images_seen"]
    options = entry.options(**record.options)
    training = entry.training(  # type: ignore[misc]
        **{
            "sample_every_images": seen // 12,
            "checkpoint_every_images": seen // 12,
            "keep": "best",
            **record.training,
        }
    )
    start = _start(record, data, runs, output)
    began = time.monotonic()
    summary = train(
        images, network=record.network, options=options, training=training, intensity=(0, 255), folder=folder, start=start,
        report=lambda event: print(f"{event.images_seen:,} {event.losses}", file=sys.stderr, flush=True)
        if event.images_seen % 5000 < training.batch * 12 else None,
    )  # fmt: skip
    seconds = time.monotonic() - began
    watched = list(summary.watched)
    best = min(watched, key=lambda row: row["distance"])
    row = {
        "network": record.network, "learns_from": record.words, "images_seen": summary.images_seen,
        "options": record.options, "training": record.training, "start": watched[0]["distance"], "distance": best["distance"],
        "factor": watched[0]["distance"] / best["distance"], "best_at": best["images_seen"], "floor": _floor(images, options, training),
        "diversity": best["diversity"], "nearest": best["nearest"], "copies": best["copies"],
        "seconds": round(seconds), "load": round(os.getloadavg()[1], 1),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, 1 thread, torch {torch.__version__}",
        "command": f"python -m benchmarks.learning {name}", "watched": watched,
    }  # fmt: skip
    output.mkdir(parents=True, exist_ok=True)
    (output / f"{name}.json").write_text(json.dumps(row, indent=1) + "\n")
    log = training_log.read_log(folder)
    (output / f"{name}.svg").write_text(chart(watched, log, row["floor"]))
    for suffix, seen in (("-start", 0), ("", best["images_seen"])):
        shutil.copyfile(folder / "samples" / f"{seen:010d}.png", output / f"{name}{suffix}.png")
    return {key: value for key, value in row.items() if key != "watched"}


def _start(record: Record, data: Path, runs: Path, output: Path) -> dict[str, torch.Tensor] | None:
    """The whole system of the run that this one goes on from; trained first where it is missing."""
    if not record.begins_from:
        return None
    folder = runs / record.begins_from / "checkpoints"
    if checkpoints.latest(folder) is None:
        follow(record.begins_from, data, runs, output)
    return checkpoints.system_of(folder)


def _floor(images: np.ndarray, options: Any, training: Any) -> float:
    """The distance of as many real pictures as are made, drawn with the run's seed, from all real ones."""
    data, _notes = gather(
        images, None, None, None, paired=False, options=options, batch=2, intensity=(0, 255)
    )
    watch = Watch(data.images)
    rows = np.random.default_rng(training.seed).choice(
        len(images), max(64, min(training.watch, len(images) // 2)), replace=False
    )
    return frechet_distance(watch.features, watch.features[rows])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
