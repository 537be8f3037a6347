"""Tables with the figures that draw them, ready for a template."""

from typing import Any

from django.utils.translation import gettext as _

from . import figures, forests
from .results import Results
from .tables import Table, every_table


def shown(found: Results) -> list[dict[str, Any]]:
    """[{table, rows: [[(column, cell)]], figures: [{title, drawn}]}] of turing.tables.every_table."""
    report, readings = found.report, found.readings.people()
    drawn = {
        "figures": [
            (_("How sure they were: real images filled, synthetic ones open"), figures.confidence(readings)),
        ],
        "generators": [
            (_("Each generator over readers: dashed chance, grey the margin"), forests.generators(found)),
        ],
        "course": [
            (_("Share right, block by block"), figures.along(report.accuracy_blocks, what=_("Share right"), unit="%", top=1.0)),
            (_("Mean time, block by block"), figures.along(report.seconds_blocks, what=_("Mean time"), unit=" s")),
        ],
    }  # fmt: skip
    return [_item(table, drawn.get(table.anchor, [])) for table in every_table(found)]


def _item(table: Table, drawn: list[tuple[str, Any]]) -> dict[str, Any]:
    return {
        "table": table,
        "rows": [list(zip(table.columns, row)) for row in table.rows],
        "figures": [{"title": title, "drawn": svg} for title, svg in drawn if svg],
    }
