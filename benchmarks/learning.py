"""Does each network learn? Short real trainings that anyone can repeat; curves and grids go to docs/training.

    python -m benchmarks.learning dcgan [--data ../shared/data] [--output docs/training]
    python -m benchmarks.learning page

A network that makes pictures from chance is measured by the Fréchet distance, on 64 features of a fixed random network, between the
pictures it makes and those it learns from, against the untrained network's. One that makes pictures from pictures is measured against
the source pictures left as they are: by the same distance, or, with pairs, by the mean absolute error. The floor is the distance
between as many real pictures and all of them. `page` writes README.md from the records that are there.
"""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.learning_chart import chart
from benchmarks.learning_page import page
from benchmarks.learning_records import RECORDS, Record
from generators import checkpoints
from generators.catalogue import NETWORKS
from generators.grids import GRID
from generators.system import Batch
from generators.training import train
from generators.training_data import gather
from generators.watching import Watch
from metrics.functional.frechet import frechet_distance

SNAPSHOTS = 10


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("record", choices=[*RECORDS, "page"])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--output", type=Path, default=Path("docs/training"))
    parser.add_argument("--runs", type=Path, default=Path(tempfile.gettempdir()) / "evalsite-learning")
    given = parser.parse_args(arguments)
    if given.record == "page":
        (given.output / "README.md").write_text(page(given.output))
        return 0
    row = follow(given.record, given.data, given.runs, given.output)
    print(json.dumps(row, indent=1))
    return 0 if row["factor"] >= row["wanted"] else 1


def follow(name: str, data: Path, runs: Path, output: Path) -> dict[str, Any]:
    """Train, and write NAME.json, NAME.svg, NAME-start.png and NAME.png into `output`."""
    record = RECORDS[name]
    folder, arrays = runs / name, record.data(data)
    options, training = settings(record)
    start = beginning(record, data, runs, output)
    began, worked = time.monotonic(), time.process_time()
    summary = train(
        **arrays, network=record.network, options=options, training=training, intensity=(0, 255), folder=folder, start=start,
        report=lambda event: print(f"{event.images_seen:,} {event.losses}", file=sys.stderr, flush=True)
        if event.images_seen % 5000 < training.batch * 12 else None,
    )  # fmt: skip
    seconds, worked = time.monotonic() - began, time.process_time() - worked
    watched = list(summary.watched)
    batch = whole(arrays, options)
    best = min(watched, key=lambda row: row[record.measure])
    level = (
        watched[0][record.measure]
        if record.against == "start"
        else unchanged(batch, training)[record.measure]
    )
    row = {
        "network": record.network, "learns_from": record.words, "images_seen": summary.images_seen,
        "options": record.options, "training": record.training, "measure": record.measure, "against": record.against,
        "level": level, "reached": best[record.measure], "factor": level / best[record.measure], "wanted": record.factor,
        "best_at": best["images_seen"], "floor": floor(batch, training) if record.measure == "distance" else None,
        "diversity": best["diversity"], "nearest": best["nearest"], "copies": best["copies"], "notes": list(summary.notes),
        "seconds": round(seconds), "processor_seconds": round(worked), "load": round(os.getloadavg()[1], 1),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, 1 thread, torch {torch.__version__}",
        "watched": watched,
    }  # fmt: skip
    output.mkdir(parents=True, exist_ok=True)
    (output / f"{name}.json").write_text(json.dumps(row, indent=1) + "\n")
    (output / f"{name}.svg").write_text(chart(watched, record.measure, level, row["floor"]))
    for suffix, seen in (("-start", 0), ("", best["images_seen"])):
        shutil.copyfile(folder / "samples" / f"{seen:010d}.png", output / f"{name}{suffix}.png")
    return {key: value for key, value in row.items() if key != "watched"}


def settings(record: Record) -> tuple[Any, Any]:
    entry, every = NETWORKS[record.network], record.training["images_seen"] // SNAPSHOTS
    values = {
        "sample_every_images": every, "checkpoint_every_images": every, "keep": "best", **record.training
    }  # fmt: skip
    return entry.options(**record.options), entry.training(**values)  # type: ignore[misc]


def whole(arrays: dict[str, Any], options: Any) -> Batch:
    batch, _notes = gather(
        arrays["images"], arrays.get("labels"), arrays.get("partners"), arrays.get("masks"),
        paired=arrays.get("paired", False), options=options, batch=2, intensity=(0, 255),
    )  # fmt: skip
    return batch


def beginning(record: Record, data: Path, runs: Path, output: Path) -> dict[str, torch.Tensor] | None:
    """The whole system of the run that this one goes on from; trained first where it is missing."""
    if not record.begins_from:
        return None
    folder = runs / record.begins_from / "checkpoints"
    if checkpoints.latest(folder) is None:
        follow(record.begins_from, data, runs, output)
    return checkpoints.system_of(folder)


def unchanged(batch: Batch, training: Any) -> dict[str, Any]:
    """The watch numbers of the source pictures as they are, as many and the same as are made at each snapshot."""
    rows = torch.linspace(0, len(batch) - 1, max(GRID * GRID, training.watch)).long()
    assert batch.partners is not None
    true = batch.partners[rows] if len(batch.partners) == len(batch) else None
    return vars(Watch(batch.partners).measure(batch.images[rows], true))


def floor(batch: Batch, training: Any) -> float:
    """The distance of as many real pictures as are made, drawn with the run's seed, from all real ones."""
    real = batch.images if batch.partners is None else batch.partners
    watch = Watch(real)
    count = max(GRID * GRID, min(training.watch, len(real) // 2))
    rows = np.random.default_rng(training.seed).choice(len(real), count, replace=False)
    return frechet_distance(watch.features, watch.features[rows])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
