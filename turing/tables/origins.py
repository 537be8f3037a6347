"""What was said of the images by where they come from: sources, generators side by side, parts of the study."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from jobs.wording import decimals, percent

from ..analysis.mrmc import THESE, OneModality
from ..analysis.report import StudyReport
from ..analysis.subgroups import Part
from ..results import Results
from ..results_words import area_span, p_words, span
from .table import INTERVAL, Table, area, around, figure


def sources(found: Results) -> Table | None:
    sign = -1 if found.turned else 1
    rows = tuple(
        (one.source or _("real images"), str(one.n), percent(one.said_synthetic.value), span(one.said_synthetic.wilson),
         "" if one.mean is None else decimals(sign * one.mean, 3), "" if one.sd is None else decimals(one.sd, 2))
        for one in found.report.sources
    )  # fmt: skip
    note = _(
        "All answers together, as if each were independent: this describes them. The comparison of generators is below, where there are several."
    )
    scale = _("Mean answer, higher is real") if found.turned else _("Mean answer, higher is synthetic")
    columns = (_("Origin"), _("Answers"), _("Called synthetic"), INTERVAL(), scale, _("SD"))
    return Table("sources", _("What was said of each origin"), note, columns, rows)


def generators(found: StudyReport) -> Table | None:
    if not found.generators:
        return None
    value, spanned = (area, area_span) if found.auc is not None else (percent, span)
    rows = [figure(name, over, value, spanned) for name, over in found.generators.each.items()]
    overall = found.generators.overall
    df2 = decimals(overall.df2, 1) if overall.df2 < 1e6 else "∞"
    note = _(
        "Each generator against the same real images. That all are equal: F = %(f)s on %(df1)d and %(df2)s degrees of freedom, %(p)s (images nested in generators, Hillis 2014)."
    ) % {"f": decimals(overall.f, 2), "df1": len(overall.estimates) - 1, "df2": df2, "p": p_words(overall.p_value)}  # fmt: skip
    if overall.scope == THESE:
        note += " " + _("Fewer than five readers: the images alone count as a sample.")
    note += " " + _("Against chance: not corrected for how many generators there are.")
    if found.whole < found.counted:
        note += " " + _("Of the %(n)d readers who answered every image.") % {"n": found.whole}
    columns = (_("Generator"), _("Value"), INTERVAL(), _("New reader"), _("Against chance"))
    return Table("generators", _("Generators side by side"), note, columns, tuple(rows))


def differences(found: StudyReport) -> Table | None:
    if not found.generators:
        return None
    rows = tuple(
        (f"{pair.first} − {pair.second}", decimals(pair.estimate, 3), area_span(pair.interval), p_words(pair.adjusted),
         decimals(pair.dprime, 2), around(pair.dprime_interval))
        for pair in found.generators.differences
    )  # fmt: skip
    columns = (_("Pair"), _("Difference"), INTERVAL(), _("p after Holm"), "Δd′", INTERVAL())
    note = _("Differences of d′ are differences of z(hits): both generators face the same false alarms.")
    return Table("differences", _("Differences between generators"), note, columns, rows)


KINDS: dict[str, Callable[[], str]] = {
    "group": lambda: _("Readers"),
    "stratum": lambda: _("Images"),
    "phase": lambda: _("Phase"),
}


def subgroups(found: Results) -> Table | None:
    rows = tuple(
        (f"{KINDS[part.kind]()}: {_part_name(found, part)}", str(part.readers), str(part.cases),
         *_pair(part.accuracy, percent, span), *_pair(part.auc, area, area_span))
        for part in found.report.parts
    )  # fmt: skip
    note = _(
        "Exploratory: no part was promised before, and nothing is corrected for how many were looked at. With fewer than five readers in a part its interval is for these readers only."
    )
    columns = (_("Part"), _("Readers"), _("Images"), _("Accuracy"), INTERVAL(), _("AUC"), INTERVAL())
    return Table("parts", _("Groups of readers, kinds of images, phases"), note, columns, rows)


def _part_name(found: Results, part: Part) -> str:
    if part.kind != "phase" or found.gathered is None:
        return part.name
    phase = found.gathered.study.phase(int(part.name))
    return phase.title or str(int(part.name) + 1)


def _pair(
    over: OneModality | None, value: Callable[[float], str], spanned: Callable[[tuple[float, float]], str]
) -> tuple[str, str]:
    return (value(over.estimate), spanned(over.interval)) if over else ("", "")


def rates(found: StudyReport) -> Table | None:
    rows = tuple(
        (one.source or _("real images"), one.stratum, str(one.rate.n), percent(one.rate.value, 0), span(one.rate.wilson))
        for one in found.rates
    )  # fmt: skip
    note = _(
        "Pooled over readers, as if every answer were independent: it describes these answers and proves nothing."
    )
    columns = (_("Generator"), _("Images"), _("Answers"), _("Called synthetic"), INTERVAL())
    return Table("rates", _("Generator by kind of image"), note, columns, rows, long=len(rows) > 12)
