"""The reading as it went: learning and fatigue, time, and the share of wrong answers."""

from django.utils.translation import gettext as _

from jobs.wording import decimals, percent

from ..analysis.report import StudyReport
from ..results import Results
from ..results_words import p_words
from .table import Table


def course(found: StudyReport) -> Table | None:
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


def times(found: Results) -> Table | None:
    seconds = lambda value: f"{decimals(value, 1)} s"  # noqa: E731
    rows = [
        (person.name, str(one.times.n), str(one.times.left_out), seconds(one.times.median), seconds(one.times.geometric_mean),
         f"{decimals(one.times.quartiles[0], 1)} {_('to')} {decimals(one.times.quartiles[1], 1)} s",
         "" if one.idle is None else seconds(one.idle))
        for person, one in found.readers if one.times
    ]  # fmt: skip
    note = _("Active time an image: in sight, not paused, the page in front. Interrupted trials are left out here and count in accuracy. Idle: paused or out of sight, over all images.")  # fmt: skip
    columns = (
        _("Reader"),
        _("Images"),
        _("Left out"),
        _("Median"),
        _("Geometric mean"),
        _("Middle half"),
        _("Idle in all"),
    )
    return Table("time", _("Time"), note, columns, tuple(rows))


def hype(found: StudyReport) -> Table | None:
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
