"""The findings as tables of text: the page, the printed report and the report of imported answers show the same ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from jobs.wording import decimals, percent

from .analysis.detection import Proportion
from .analysis.mrmc import OneModality
from .analysis.report import StudyReport
from .analysis.subgroups import Part
from .results import Results
from .results_words import area_span, p_words, span


@dataclass(frozen=True)
class Table:
    """anchor: its place on a page; note may be empty; the first cell of a row is its heading. long: folded away on a page."""

    anchor: str
    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    long: bool = False


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
INTERVAL = lambda: _("Interval (95 %)")  # noqa: E731


def tables(found: Results) -> tuple[Table, ...]:
    """In the order of the report; those that the study does not allow are left out."""
    report = found.report
    made = (
        over_readers(report), each_reader(found), sources(found), generators(report), differences(report), subgroups(found), rates(report),
        agreement(report), pairs(found), selves(found), course(report), times(found), hype(report),
    )  # fmt: skip
    return tuple(table for table in made if table is not None and table.rows)


def around(interval: Sequence[float], places: int = 2) -> str:
    return f"{decimals(interval[0], places)} {_('to')} {decimals(interval[1], places)}"


def share(rate: Proportion | None) -> tuple[str, str]:
    return (percent(rate.value, 0), span(rate.wilson)) if rate else ("", "")


def over_readers(found: StudyReport) -> Table | None:
    name = _("Pairs named rightly") if found.kind == "pair" else _("Balanced accuracy")
    wanted = (
        (name, found.accuracy, percent, span),
        (_("Area under the ROC curve"), found.auc, _area, area_span),
        (_("Accuracy, readers without gaps"), found.complete_accuracy, percent, span),
        (_("Area, readers without gaps"), found.complete_auc, _area, area_span),
        (_("Accuracy on positive controls"), found.controls, percent, span),
    )
    rows = [_figure(name, over, value, spanned) for name, over, value, spanned in wanted if over]
    for name, rate in (
        (_("Sensitivity, mean (SD)"), found.sensitivity),
        (_("Specificity, mean (SD)"), found.specificity),
    ):
        if rate and found.kind != "pair":
            rows.append((name, percent(rate[0]), _("SD %(sd)s") % {"sd": percent(rate[1])}, "", ""))
    if found.dprime is not None:
        side = (
            ""
            if found.first_side is None
            else _("left side named in %(share)s") % {"share": percent(found.first_side, 0)}
        )
        rows.append((_("d′ of pairs"), decimals(found.dprime, 2), side, "", ""))
    note = _(
        "Readers and images both count as samples. The prediction interval is where a new reader like these would lie."
    )
    if found.clustered:
        note += " " + _("Images of one patient or source are counted as a cluster.")
    columns = (_("Figure"), _("Value"), INTERVAL(), _("New reader"), _("Against chance"))
    return Table("figures", _("Over readers"), note, columns, tuple(rows))


def _area(value: float) -> str:
    return decimals(value, 3)


def _figure(
    name: str, over: OneModality, value: Callable[[float], str], spanned: Callable[[tuple[float, float]], str]
) -> tuple[str, ...]:
    new = spanned(over.prediction) if over.prediction else _("needs five readers without gaps")
    return name, value(over.estimate), spanned(over.interval), new, p_words(over.p_value)


def each_reader(found: Results) -> Table | None:
    rows = []
    for person, one in found.readers:
        s, signal = one.summary, one.summary.signal if one.summary else None
        rates_ = (s.sensitivity, s.specificity) if s else (one.pairs,)
        rows.append((
            person.name, *(with_interval(rate) for rate in rates_), decimals(one.auc.value, 3) if one.auc else "",
            decimals(signal.dprime, 2) if signal else "", decimals(signal.criterion, 2) if signal else "",
            decimals(signal.beta, 2) if signal else "", "" if one.p_value is None else p_words(one.p_value),
            "" if one.p_adjusted is None else p_words(one.p_adjusted),
        ))  # fmt: skip
    shares = (_("Pairs right"),) if found.report.kind == "pair" else (_("Sensitivity"), _("Specificity"))
    columns = (_("Reader"), *shares, _("AUC"), "d′", "c", "β", _("Alone"), _("After Holm"))
    note = _(
        "In brackets: Wilson's interval (95 %). p against chance: Fisher's exact test of truth and answer (of pairs: exact binomial test). Criterion c above 0: readily says real."
    )
    return Table("detail", _("Each reader in detail"), note, columns, tuple(rows))


def with_interval(rate: Proportion | None) -> str:
    if rate is None:
        return ""
    low, high = (decimals(100 * end, 0) for end in rate.wilson)
    return f"{percent(rate.value, 0)} ({low} {_('to')} {high})"


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
    return Table("selves", _("Agreement of each reader with himself"), note, columns, rows)


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
    value, spanned = (_area, area_span) if found.auc is not None else (percent, span)
    rows = [_figure(name, over, value, spanned) for name, over in found.generators.each.items()]
    overall = found.generators.overall
    note = _(
        "Each generator against the same real images. That all are equal: F = %(f)s, %(p)s (images nested in generators, Hillis 2014)."
    ) % {"f": decimals(overall.f, 2), "p": p_words(overall.p_value)}
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
         *_pair(part.accuracy, percent, span), *_pair(part.auc, _area, area_span))
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
