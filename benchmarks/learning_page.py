"""docs/training/README.md out of the records: what each network learnt from, how far it came, its curve and its pictures."""

import json
from pathlib import Path
from typing import Any

from benchmarks.learning_records import RECORDS
from generators.catalogue import NETWORKS

HEAD = """# Short trainings

Written by `python -m benchmarks.learning page` from the records beside this file; `python -m benchmarks.learning NAME` makes one record
anew. They show that each network learns, on one thread of a CPU within minutes and with networks far smaller than those of the papers; they
do not show how good a network can become.

**Distance** is the Fréchet distance on 64 features of a fixed random network between the pictures made at a snapshot and all that should
be resembled; its *floor* is that of as many real pictures. **Error** is the mean absolute difference from the true partner, or from what
the mask hid, on the scale from -1 to 1. *Before* is the untrained network's (for transfer, that of
the network it goes on from), or, for networks that change pictures, that of the pictures left unchanged. The factor wanted was set before
the run; where it was not reached the table says so. A copy is a picture that repeats one it learnt from.

| network | measure | before | reached | factor | wanted | diversity | copies | images seen | processor |
|---|---|---|---|---|---|---|---|---|---|
"""


def page(folder: Path) -> str:
    rows = {
        name: json.loads((folder / f"{name}.json").read_text())
        for name in RECORDS
        if (folder / f"{name}.json").exists()
    }
    missing = [NETWORKS[record.network].title for name, record in RECORDS.items() if name not in rows]
    parts = [HEAD + "\n".join(_line(row) for row in rows.values()) + "\n"]
    if missing:
        parts.append(f"\nNot recorded yet: {', '.join(missing)}.\n")
    parts += [_section(name, row) for name, row in rows.items()]
    return "".join(parts)


def _line(row: dict[str, Any]) -> str:
    reached = "" if row["factor"] >= row["wanted"] else " (not reached)"
    copies = (
        "" if row["measure"] == "error" else f"{row['copies']:.1%}"
    )  # to come near the true picture is no copying
    floor = f" (floor {row['floor']:.3g})" if row["floor"] else ""
    cells = (
        NETWORKS[row["network"]].title, row["measure"], f"{row['level']:.3g}, {row['against']}", f"{row['reached']:.3g}{floor}",
        f"{row['factor']:.1f}", f"{row['wanted']:g}{reached}", f"{row['diversity']:.2f}", copies,
        f"{row['images_seen']:,}", f"{row['processor_seconds'] / 60:.1f} min",
    )  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def _section(name: str, row: dict[str, Any]) -> str:
    entry = NETWORKS[row["network"]]
    options = ", ".join(f"{key} {value}" for key, value in (row["options"] | row["training"]).items())
    grid = (
        "rows in turns: sources, and what was made of them"
        if entry.translates
        else "the same random numbers both times"
    )
    departs = _departures(row)
    notes = "".join(f" {note}" for note in row["notes"] if "Perceptual" in note)
    return f"""
## {entry.title}

Learnt from {row["learns_from"]}. Options: {options}. Best snapshot after {row["best_at"]:,} pictures, shown on the right; before training on the
left ({grid}). {row["machine"]}, load {row["load"]}.{departs}{notes}

![{row["measure"]} by pictures seen]({name}.svg)

| before | best snapshot |
|---|---|
| ![before training]({name}-start.png) | ![best snapshot]({name}.png) |
"""


_LENGTHS = ("images_seen", "watch", "best_by", "sample_every_images", "checkpoint_every_images")


def _departures(row: dict[str, Any]) -> str:
    """Training options that differ from the defaults; lengths and what is only watched are left out."""
    usual = NETWORKS[row["network"]].training()  # type: ignore[misc]
    changed = [
        f"{name} {value:g} for {getattr(usual, name):g}"
        for name, value in row["training"].items()
        if name not in _LENGTHS and value != getattr(usual, name)
    ]
    return (
        f" Other than the defaults, which are the paper's where it names a value: {', '.join(changed)}."
        if changed
        else ""
    )
