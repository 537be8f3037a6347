"""Synthetic images one by one: realism, rarity, nearest real image, suspected copy; sorted, and in pages."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from .reports import ImageRow, Report, gettext_noop
from .wording import decimals

COLUMNS = {  # name in the report, head, decimals
    "realism": (gettext_noop("Realism"), 2),
    "rarity": (gettext_noop("Rarity"), 2),
    "distance_to_real": (gettext_noop("Distance to it"), 2),
    "closeness_to_training": (gettext_noop("Closeness to training"), 2),
    "mae": (gettext_noop("MAE"), 2),
    "psnr": (gettext_noop("PSNR, dB"), 1),
    "ssim": (gettext_noop("SSIM"), 3),
}
ROWS, PAGE = 12, 50

PictureLink = Callable[[str, int], str]  # (role, position) -> address; "" where it may not be seen


@dataclass(frozen=True)
class Order:
    """By which column; what has no value comes last either way."""

    column: str
    descending: bool = False

    def sorted(self, rows: tuple[ImageRow, ...]) -> list[ImageRow]:
        sign = -1.0 if self.descending else 1.0
        if self.column == "name":
            return sorted(rows, key=lambda row: row.position, reverse=self.descending)
        return sorted(rows, key=lambda row: sign * row.values.get(self.column, sign * math.inf))


def columns_of(report: Report) -> list[str]:
    return [name for name in COLUMNS if any(name in row.values for row in report.images)]


def worst_images(report: Report, link: PictureLink) -> dict[str, Any]:
    """The least realistic images (by SSIM where there is no realism) for the report; empty where nothing is known of any."""
    names = columns_of(report)
    if not names:
        return {}
    worst = Order("realism" if "realism" in names else names[-1]).sorted(report.images)[:ROWS]
    return {**_table(worst, names, report, link), "shown": len(worst), "count": len(report.images)}


def image_page(report: Report, link: PictureLink, order: Order, number: int) -> dict[str, Any]:
    """One page of all images; `number` from 1, an impossible one gives the nearest page there is."""
    names = columns_of(report)
    if order.column not in {"name", "copy", *names}:
        order = Order("name")
    pages = max(1, math.ceil(len(report.images) / PAGE))
    number = min(max(1, number), pages)
    rows = order.sorted(report.images)[PAGE * (number - 1) : PAGE * number]
    return {
        **_table(rows, names, report, link), "order": order, "number": number, "pages": pages, "count": len(report.images),
        "first": PAGE * (number - 1) + 1, "last": PAGE * (number - 1) + len(rows),
        "previous": number - 1 if number > 1 else None, "next": number + 1 if number < pages else None,
    }  # fmt: skip


def _table(rows: list[ImageRow], names: list[str], report: Report, link: PictureLink) -> dict[str, Any]:
    return {
        "heads": [(name, _(COLUMNS[name][0])) for name in names],
        "has_training": report.training is not None,
        "rows": [_row(row, names, link) for row in rows],
    }


def _row(row: ImageRow, names: list[str], link: PictureLink) -> dict[str, Any]:
    training = row.values.get("nearest_training")
    return {
        "name": row.name,
        "link": link("synthetic", row.position),
        "nearest": row.nearest_real,
        "nearest_link": "" if row.nearest_real is None else link("real", row.nearest_real),
        "training": None if training is None else int(training),
        "training_link": "" if training is None else link("training", int(training)),
        "is_copy": bool(row.values.get("copy", 0)),
        "cells": [
            decimals(row.values[name], COLUMNS[name][1]) if name in row.values else "" for name in names
        ],
    }
