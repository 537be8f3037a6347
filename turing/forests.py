"""What the forest plots of a study show: a figure and its interval a row, with the margin that belongs to them."""

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jobs.figures import Frame

from . import charts
from .results import Results
from .results_words import reader_rows

ROW = 22  # pixels
Row = tuple[str, float, tuple[float, float]]


def of_readers(found: Results) -> list[Row]:
    """In the order of the table of readers; all over readers stands where the table has it."""
    rows: list[Row] = []
    for item in reader_rows(found):
        if "row" not in item:
            rows.append((_("Over readers"), item["total"].estimate, item["total"].interval))
        elif item["value"] is not None and item["interval"] is not None:
            rows.append((item["person"].name, item["value"], item["interval"]))
    return rows


def of_generators(found: Results) -> list[Row]:
    each = found.report.generators.each if found.report.generators else {}
    return [(name, over.estimate, over.interval) for name, over in each.items()]


def readers(found: Results) -> SafeString:
    return charts.forest(of_readers(found), margin=found.report.margin_of_accuracy)


def generators(found: Results) -> SafeString:
    return charts.forest(of_generators(found), margin=found.report.margin)


def frame(rows: list[Row]) -> Frame:
    return Frame(520, ROW * max(len(rows), 1), left=52)
