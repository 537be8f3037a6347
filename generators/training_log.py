"""The log of a training: one JSON object a line, so that a kill loses at most the last one. No torch: pages read it."""

import json
from pathlib import Path
from typing import Any


def append(folder: Path, row: dict[str, Any]) -> None:
    with (folder / "log.jsonl").open("a") as log:
        log.write(json.dumps(row) + "\n")


def read_log(folder: Path) -> list[dict[str, Any]]:
    """Rows in order; half a line at the end, or none at all, is no error."""
    path = folder / "log.jsonl"
    rows = []
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue
    return rows


def cut(folder: Path, images_seen: int) -> None:
    """Forget what was logged after a checkpoint that is gone back to."""
    rows = [row for row in read_log(folder) if row["images_seen"] <= images_seen]
    path = folder / "log.jsonl"
    temporary = path.with_suffix(".part")
    temporary.write_text("".join(json.dumps(row) + "\n" for row in rows))
    temporary.replace(path)
