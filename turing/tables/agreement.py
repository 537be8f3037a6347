"""How far readers agree: all together, every two of them, and each with themselves."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from jobs.wording import decimals, percent

from ..analysis.report import StudyReport
from ..results import Results
from ..results_words import span
from .table import INTERVAL, Table, around

COEFFICIENTS: dict[str, Callable[[], str]] = {
    "percent": lambda: _("Per cent agreement"),
    "fleiss": lambda: _("Fleiss κ"),
    "alpha": lambda: _("Krippendorff α, nominal"),
    "ac1": lambda: _("Gwet AC1"),
    "ordinal": lambda: _("Krippendorff α, ordinal, answers with confidence"),
    "interval": lambda: _("Krippendorff α, interval, answers with confidence"),
    "ac2": lambda: _("Gwet AC2, quadratic, answers with confidence"),
    "icc2": lambda: _("ICC(2,1), answers with confidence"),
    "icc3": lambda: _("ICC(3,1), answers with confidence"),
}
PARTS: dict[str, Callable[[], str]] = {
    "all": lambda: _("all images"),
    "synthetic": lambda: _("synthetic images alone"),
    "real": lambda: _("real images alone"),
}


def agreement(found: StudyReport) -> Table | None:
    rows, clipped = [], False
    for row in found.agreement:
        is_share = row.name == "percent"
        value = percent(row.found.value) if is_share else decimals(row.found.value, 2)
        interval = ""
        if row.found.interval:
            interval = span(row.found.interval) if is_share else around(row.found.interval)
            interval += " *" if row.found.clipped else ""
            clipped |= row.found.clipped
        rows.append((COEFFICIENTS[row.name](), PARTS[row.part](), value, interval))
    note = _("Read per cent, α and AC1 together: κ and α fall when one answer is common, AC1 rises.") + " "
    note += (
        _("Intervals (95 %) by a jackknife over images and readers.")
        if found.counted > 2
        else _("Intervals (95 %) by a jackknife over images: they hold for these two readers.")
    )
    if found.implied is not None:
        note += " " + _(
            "Readers who each answer for themselves with this accuracy would reach a κ of %(kappa)s over all images and 0 within one truth; more than that within one truth says that they follow the same cue."
        ) % {"kappa": decimals(found.implied, 3)}
    if clipped:
        note += " " + _(
            "* cut at the end of the coefficient's range: too few images or readers for an interval that means much."
        )
    columns = (_("Coefficient"), _("Images"), _("Value"), INTERVAL())
    return Table("agreement", _("Agreement"), note, columns, tuple(rows))


def pairs(found: Results) -> Table | None:
    rows = tuple(
        (f"{found.people[one.first].name} – {found.people[one.second].name}", str(one.n), decimals(one.kappa, 2),
         "" if one.weighted is None else decimals(one.weighted, 2))
        for one in found.report.pairs
    )  # fmt: skip
    columns = (_("Readers"), _("Images"), _("Cohen κ"), _("Quadratic weights, with confidence"))
    return Table("pairs", _("Agreement of every two readers"), "", columns, rows, long=len(rows) > 6)


def selves(found: Results) -> Table | None:
    rows = tuple(
        (found.people[one.row].name, str(one.n), percent(one.same.value, 0), span(one.same.wilson),
         "" if one.kappa is None else decimals(one.kappa, 2), "" if one.ac1 is None else decimals(one.ac1, 2))
        for one in found.report.selves
    )  # fmt: skip
    note = _("Images that were shown twice. The first answer counts for everything else.")
    columns = (_("Reader"), _("Images"), _("Same answer"), INTERVAL(), _("Cohen κ"), _("Gwet AC1"))
    return Table("selves", _("Agreement of each reader with themselves"), note, columns, rows)
