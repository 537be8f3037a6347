"""The log of a training: one JSON object a line, so that a kill loses at most the last one. No torch: pages read it."""

import json
import math
from pathlib import Path
from typing import Any

LOG, WATCH = "log.jsonl", "watch.jsonl"  # losses every few steps; watch numbers at each snapshot


def append(folder: Path, row: dict[str, Any], name: str = LOG) -> None:
    with (folder / name).open("a") as log:
        log.write(json.dumps(row) + "\n")


def read_log(folder: Path, name: str = LOG) -> list[dict[str, Any]]:
    """Rows in order; half a line at the end, or none at all, is no error."""
    path = folder / name
    rows = []
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue
    return rows


def badness(watched: dict[str, Any], by: str) -> float:
    """What the best snapshot has least of; without pairs there is no error, and the distance is taken."""
    if by == "diversity":
        return abs(math.log(max(watched["diversity"], 1e-12)))
    error = watched.get("error")
    return error if by == "error" and error is not None else watched["distance"]


def cut(folder: Path, images_seen: int) -> None:
    """Forget what was logged after a checkpoint that is gone back to."""
    for name in (LOG, WATCH):
        rows = [row for row in read_log(folder, name) if row["images_seen"] <= images_seen]
        temporary = (folder / name).with_suffix(".part")
        temporary.write_text("".join(json.dumps(row) + "\n" for row in rows))
        temporary.replace(folder / name)
