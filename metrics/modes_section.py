"""The modes of a report as the page shows them: pictures, shares of both sets drawn on one axis, what could not be judged."""

import math
from typing import Any

from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from . import charts
from .charts import figure_text
from .image_table import PictureLink
from .reports import ModeRow, Modes, Report
from .wording import said

SHORT = {"missing", "thin"}
SHOWN = 3  # modes found short whose pictures are shown


def modes_section(report: Report, link: PictureLink) -> dict[str, Any]:
    """Empty where modes were not looked at."""
    modes = report.modes
    if modes is None or not modes.rows:
        return {}
    short = [row for row in modes.classes if row.state in SHORT] or [
        row for row in modes.rows if row.state in SHORT
    ]
    return {
        "heading": _heading(report, short),
        "source": modes.source, "n_real": modes.n_real, "n_synthetic": modes.n_synthetic,
        "findable": figure_text(100 * modes.findable, 1),
        "parts": [_part(modes, rows, link) for rows in (modes.classes, modes.rows) if rows],
        "pictures": [
            {"link": link("real", position), "position": position, "label": row.label}
            for row in short[:SHOWN]
            for position in row.pictures
        ],
    }  # fmt: skip


def _heading(report: Report, short: list[ModeRow]) -> str:
    """The finding where the verdict is about modes."""
    verdict = next((each for each in report.verdicts if each.subject == "diversity"), None)
    if short and verdict is not None and verdict.number.startswith("missing"):
        return said(verdict.finding).rstrip(".")
    return _("Modes of the real images")


def _part(modes: Modes, rows: tuple[ModeRow, ...], link: PictureLink) -> dict[str, Any]:
    highest = max(end for row in rows for end in (row.real_interval[1], row.synthetic_interval[1]))
    axis = charts.Axis(0.0, 5.0 * math.ceil(20 * highest))
    return {
        "named": rows is modes.classes,
        "rows": [_row(row, number, axis, link) for number, row in enumerate(rows, 1)],
        "axis": mark_safe(charts.strip_axis(axis)),
    }


def _row(row: ModeRow, number: int, axis: charts.Axis, link: PictureLink) -> dict[str, Any]:
    words = {"missing": _("missing"), "thin": _("too few"), "unseen": _("not told apart")}
    ends = [(100 * low, 100 * high) for low, high in (row.real_interval, row.synthetic_interval)]
    label = _("Real %(real)s per cent (%(a)s to %(b)s), synthetic %(synthetic)s per cent (%(c)s to %(d)s)") % {
        "real": figure_text(100 * row.real, 1), "a": figure_text(ends[0][0], 1), "b": figure_text(ends[0][1], 1),
        "synthetic": figure_text(100 * row.synthetic, 1), "c": figure_text(ends[1][0], 1), "d": figure_text(ends[1][1], 1),
    }  # fmt: skip
    drawn = [
        charts.Row(100 * row.real, ends[0], "real"),
        charts.Row(100 * row.synthetic, ends[1], "synthetic"),
    ]
    return {
        "name": row.label or str(number),
        "state": row.state,
        "word": words.get(row.state, ""),
        "link": link("real", row.pictures[0]) if row.pictures else "",
        "real": figure_text(100 * row.real, 1),
        "synthetic": figure_text(100 * row.synthetic, 1),
        "auc": "" if row.auc is None else figure_text(row.auc, 2),
        "power": "" if row.power is None else figure_text(100 * row.power, 0),
        "drawn": mark_safe(charts.strip(drawn, axis, label=label)),
    }
