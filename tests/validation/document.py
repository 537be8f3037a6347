"""The document of validation, from the entries of every room and from the stored tables of slow simulations."""

import json
import math
from typing import Any

from tests.paths import ROOT
from tests.validation import ROOMS, Entry, entries

DOCUMENT = ROOT / "docs" / "validation.md"
STORED = ROOT / "docs" / "validation"
HEAD = """# Validation: what every number was compared with

Written by `python -m tests.validation`; do not edit by hand. Each row is a test too (`tests/validation`): the difference between
this project's number and the reference must stay within the tolerance. Differences are absolute unless marked relative.
The sections at the end are simulations too slow to run with the tests; each names the command that makes it.
"""


def write() -> str:
    """Runs every comparison, writes the document and returns a line that says so."""
    parts, count = [HEAD], 0
    for room in ROOMS:
        if listed := entries(room):
            parts.append(_room(room, listed))
            count += len(listed)
    stored = [json.loads(path.read_text()) for path in sorted(STORED.glob("*.json"))]
    DOCUMENT.write_text("\n".join([*parts, *(section(table) for table in stored)]))
    return f"{count} comparisons and {len(stored)} stored tables written to {DOCUMENT.relative_to(ROOT)}"


def _room(room: str, listed: tuple[Entry, ...]) -> str:
    rows = [_row(entry) for entry in listed]
    return table(room, ["what", "compared with", "tolerance", "last difference"], rows)


def _row(entry: Entry) -> list[str]:
    kind = " relative" if entry.relative else ""
    return [f"{entry.name} (`{entry.subject}`)", entry.reference, f"{entry.tolerance:g}{kind}", _short(entry.difference())]  # fmt: skip


def section(stored: dict[str, Any]) -> str:
    """A stored simulation: title, how it was made, its rows; a figure that could not be had is an empty cell."""
    rows = [[_cell(value) for value in row] for row in stored["rows"]]
    note = f"\n{stored['note']}\n" if stored.get("note") else ""
    how = f"`{stored['command']}`. {stored['conditions']}\n{note}\n"
    return table(stored["title"], stored["columns"], rows, how)


def table(title: str, columns: list[str], rows: list[list[str]], before: str = "") -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in (columns, ["---"] * len(columns), *rows)]
    return f"## {title}\n\n{before}" + "\n".join(lines) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _short(value: float) -> str:
    return "0" if value == 0 else f"{value:.1e}" if math.isfinite(value) else str(value)
