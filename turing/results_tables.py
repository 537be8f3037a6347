"""The findings as tables of text: the page, the printed report and the report of imported answers show the same ones."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from jobs.wording import decimals, percent

from .analysis.mrmc import OneModality
from .analysis.readings import Findings
from .results_words import area_span, p_words, span


@dataclass(frozen=True)
class Table:
    """anchor: its place on a page; note may be empty; the first cell of a row is its heading."""

    anchor: str
    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


COEFFICIENTS: dict[str, Callable[[], str]] = {
    "percent": lambda: _("Per cent agreement"),
    "fleiss": lambda: _("Fleiss κ"),
    "alpha": lambda: _("Krippendorff α, nominal"),
    "ac1": lambda: _("Gwet AC1"),
    "ordinal": lambda: _("Krippendorff α, ordinal"),
    "icc2": lambda: _("ICC(2,1), answers with confidence"),
}
PARTS: dict[str, Callable[[], str]] = {
    "all": lambda: _("all images"),
    "synthetic": lambda: _("synthetic images alone"),
    "real": lambda: _("real images alone"),
}


def tables(found: Findings) -> tuple[Table, ...]:
    """In the order of the report; those that the study does not allow are left out."""
    made = (
        over_readers(found), agreement(found), generators(found), differences(found), course(found), hype(found),
    )  # fmt: skip
    return tuple(table for table in made if table is not None and table.rows)


def over_readers(found: Findings) -> Table | None:
    rows = []
    if found.accuracy:
        rows.append(_figure(_("Balanced accuracy"), found.accuracy, percent, span))
    if found.auc:
        rows.append(_figure(_("Area under the ROC curve"), found.auc, lambda x: decimals(x, 3), area_span))
    if found.gaps:
        gaps = found.gaps
        rows.append(
            (
                _("Area, all readers, gaps included"),
                decimals(gaps.auc, 3),
                area_span(gaps.interval),
                "",
                p_words(gaps.p_value),
            )
        )
    note = _(
        "Readers and images both count as samples. The prediction interval is where a new reader like these would lie."
    )
    if found.clustered:
        note += " " + _("Images of one patient or source are counted as a cluster.")
    columns = (_("Figure"), _("Value"), _("Interval (95 %)"), _("New reader"), _("Against chance"))
    return Table("figures", _("Over readers"), note, columns, tuple(rows))


def _figure(
    name: str,
    over: OneModality,
    value: Callable[[float], str],
    around: Callable[[tuple[float, float]], str],
) -> tuple[str, ...]:
    return (
        name,
        value(over.estimate),
        around(over.interval),
        around(over.prediction) if over.prediction else _("needs five readers"),
        p_words(over.p_value),
    )


def agreement(found: Findings) -> Table | None:
    rows, clipped = [], False
    for row in found.agreement:
        share = row.name == "percent"
        value = percent(row.found.value) if share else decimals(row.found.value, 2)
        around = ""
        if row.found.interval:
            low, high = row.found.interval
            around = span((low, high)) if share else f"{decimals(low, 2)} {_('to')} {decimals(high, 2)}"
            around += " *" if row.found.clipped else ""
            clipped |= row.found.clipped
        rows.append((COEFFICIENTS[row.name](), PARTS[row.part](), value, around))
    note = _(
        "Read per cent, α and AC1 together: κ and α fall when one answer is common, AC1 rises. Intervals (95 %) by a jackknife over images and readers."
    )
    if found.implied is not None:
        note += " " + _(
            "Readers who each answer for themselves with this accuracy would reach a κ of %(kappa)s over all images and 0 within one truth; more than that within one truth says that they follow the same cue."
        ) % {"kappa": decimals(found.implied, 3)}
    if clipped:
        note += " " + _(
            "* cut at the end of the coefficient's range: too few images or readers for an interval that means much."
        )
    columns = (_("Coefficient"), _("Images"), _("Value"), _("Interval (95 %)"))
    return Table("agreement", _("Agreement"), note, columns, tuple(rows))


def generators(found: Findings) -> Table | None:
    if not found.generators:
        return None
    graded = found.auc is not None
    rows = [
        _figure(name, over, (lambda x: decimals(x, 3)) if graded else percent, area_span if graded else span)
        for name, over in found.generators.each.items()
    ]
    overall = found.generators.overall
    note = _(
        "Each generator against the same real images. That all are equal: F = %(f)s, %(p)s (images nested in generators, Hillis 2014)."
    ) % {"f": decimals(overall.f, 2), "p": p_words(overall.p_value)}
    columns = (_("Generator"), _("Value"), _("Interval (95 %)"), _("New reader"), _("Against chance"))
    return Table("generators", _("Generators side by side"), note, columns, tuple(rows))


def differences(found: Findings) -> Table | None:
    if not found.generators:
        return None
    rows = [
        (f"{pair.first} − {pair.second}", decimals(pair.estimate, 3), area_span(pair.interval), p_words(pair.adjusted),
         decimals(pair.dprime, 2), f"{decimals(pair.dprime_interval[0], 2)} {_('to')} {decimals(pair.dprime_interval[1], 2)}")
        for pair in found.generators.differences
    ]  # fmt: skip
    columns = (
        _("Pair"),
        _("Difference"),
        _("Interval (95 %)"),
        _("p after Holm"),
        "Δd′",
        _("Interval (95 %)"),
    )
    note = _("Differences of d′ are differences of z(hits): both generators face the same false alarms.")
    return Table("pairs", _("Differences between generators"), note, columns, tuple(rows))


def course(found: Findings) -> Table | None:
    """Learning and fatigue: by block, with the slope's test in the note."""
    spent = {(first, last): mean for first, last, mean in found.seconds_blocks}
    rows = [
        (
            f"{first}–{last}",
            percent(right),
            decimals(spent[first, last], 1) + " s" if (first, last) in spent else "",
        )
        for first, last, right in found.accuracy_blocks
    ]
    note = _("Along the order in which each reader saw the images; interrupted trials are left out of time.")
    slope = found.learning
    if slope and slope.interval and slope.p_value is not None:
        note += " " + _(
            "With each doubling of the position the share right changes by %(mean)s points (95 %% interval %(low)s to %(high)s, %(p)s, t over readers)."
        ) % {"mean": decimals(100 * slope.mean, 1), "low": decimals(100 * slope.interval[0], 1),
             "high": decimals(100 * slope.interval[1], 1), "p": p_words(slope.p_value)}  # fmt: skip
    columns = (_("Images read"), _("Right"), _("Mean time"))
    return Table("course", _("Learning and fatigue"), note, columns, tuple(rows))


def hype(found: Findings) -> Table | None:
    if not found.hype:
        return None
    parts = (
        (_("all answers"), found.hype.value),
        (_("synthetic images taken for real"), found.hype.synthetic),
        (_("real images taken for synthetic"), found.hype.real),
    )
    rows = tuple((name, percent(value)) for name, value in parts if value is not None)
    note = _(
        "The share of wrong answers: the accuracy under another name, given because papers compare by it. It is no evidence beside the accuracy."
    )
    return Table("hype", "HYPE∞", note, (_("Answers"), _("Wrong")), rows)
