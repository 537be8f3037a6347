"""Tables with the figures that draw them, ready for a template."""

from typing import Any

from django.utils.translation import gettext as _

from . import figures
from .analysis.readings import Findings, Readings
from .results_tables import tables


def shown(found: Findings, readings: Readings) -> list[dict[str, Any]]:
    """[{table, rows: [[(column, cell)]], figures: [{title, drawn}]}] of turing.results_tables.tables."""
    drawn = {
        "figures": [(_("How sure they were: real images filled, synthetic ones open"), figures.confidence(readings))],
        "course": [
            (_("Share right, block by block"), figures.along(found.accuracy_blocks, what=_("Share right"), unit="%", top=1.0)),
            (_("Mean time, block by block"), figures.along(found.seconds_blocks, what=_("Mean time"), unit=" s")),
        ],
    }  # fmt: skip
    return [
        {
            "table": table,
            "rows": [list(zip(table.columns, row)) for row in table.rows],
            "figures": [{"title": title, "drawn": svg} for title, svg in drawn.get(table.anchor, []) if svg],
        }
        for table in tables(found)
    ]
