"""A report as CSV: one row a number, or one row an image. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from .reports import Number, Report

NUMBER_COLUMNS = (
    "metric", "title", "group", "source", "value", "bias_corrected", "low_95", "high_95", "floor_low", "floor_high", "value_at_floor_n",
    "floor_n", "n_real", "n_synthetic", "unfit", "caution", "absent", "protocol",
)  # fmt: skip


def numbers_csv(report: Report) -> str:
    """One row a number, with its interval, floor, counts and protocol; absent numbers say why."""
    return _csv(NUMBER_COLUMNS, (_number_row(number) for number in report.numbers))


def images_csv(report: Report) -> str:
    """One row a synthetic image."""
    names = list(dict.fromkeys(name for row in report.images for name in row.values))
    rows = (
        [row.position, row.name, row.nearest_real, *(row.values.get(name) for name in names)]
        for row in report.images
    )
    return _csv(("position", "name", "nearest_real", *names), rows)


def _number_row(number: Number) -> list[Any]:
    low, high = number.interval or (None, None)
    floor_low, floor_high = number.floor or (None, None)
    protocol = "; ".join(f"{name}: {value}" for name, value in number.protocol.items())
    return [
        number.metric, number.title, number.group, number.source, number.value, number.corrected, low, high, floor_low, floor_high,
        number.matched, number.floor_n or None, number.n_real, number.n_synthetic, number.unfit, number.caution or "",
        number.absent or "", protocol,
    ]  # fmt: skip


def _csv(head: tuple[str, ...], rows: Iterator[list[Any]]) -> str:
    """Cells that a spreadsheet would take for a formula are quoted with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    for row in rows:
        writer.writerow([cell(value) for value in row])
    return out.getvalue()


def cell(value: Any) -> Any:
    if value is None or isinstance(value, int | float):
        return "" if value is None else value
    text = str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
