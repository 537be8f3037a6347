"""The readers' accuracy: over all of them, and each alone."""

from django.utils.translation import gettext as _

from jobs.wording import decimals, percent

from ..analysis.detection import Proportion
from ..analysis.individual import ReaderReport
from ..analysis.mrmc import THESE
from ..analysis.report import StudyReport
from ..results import Results
from ..results_words import area_span, p_words, span
from .table import INTERVAL, Table, area, figure


def over_readers(found: StudyReport) -> Table | None:
    name = _("Pairs named rightly") if found.kind == "pair" else _("Balanced accuracy")
    wanted = (
        (name, found.accuracy, percent, span),
        (_("Area under the ROC curve"), found.auc, area, area_span),
        (_("Accuracy, readers without gaps"), found.complete_accuracy, percent, span),
        (_("Area, readers without gaps"), found.complete_auc, area, area_span),
        (_("Accuracy on positive controls"), found.controls, percent, span),
    )
    rows = [figure(name, over, value, spanned) for name, over, value, spanned in wanted if over]
    for name, rate, over in (
        (_("Sensitivity, mean (SD)"), found.sensitivity, found.sensitivity_over),
        (_("Specificity, mean (SD)"), found.specificity, found.specificity_over),
    ):
        if rate and found.kind != "pair":
            value = _("%(mean)s (SD %(sd)s)") % {"mean": percent(rate[0]), "sd": percent(rate[1])}
            rows.append((name, value, span(over.interval) if over else "", "", ""))
    if found.dprime is not None:
        side = (
            ""
            if found.first_side is None
            else _("left side named in %(share)s") % {"share": percent(found.first_side, 0)}
        )
        rows.append((_("d′ of pairs"), decimals(found.dprime, 2), side, "", ""))
    if any(over.scope == THESE for over in (found.accuracy, found.auc) if over):
        note = _(
            "Fewer than five readers: the images alone count as a sample, and the intervals hold for these readers only."
        )
    else:
        note = _(
            "Readers and images both count as samples. New reader: where another reader like these would come out (95 per cent prediction interval)."
        )
    if found.clustered:
        note += " " + _("Images of one patient or source are counted as a cluster.")
    columns = (_("Figure"), _("Value"), INTERVAL(), _("New reader"), _("Against chance"))
    return Table("figures", _("Over readers"), note, columns, tuple(rows))


def each_reader(found: Results) -> Table | None:
    rows = []
    for person, one in found.readers:
        s, signal = one.summary, one.summary.signal if one.summary else None
        rates_ = (s.sensitivity, s.specificity) if s else (one.pairs,)
        rows.append((
            person.name, *(with_interval(rate) for rate in rates_), decimals(one.auc.value, 3) if one.auc else "",
            decimals(signal.dprime, 2) if signal else "", decimals(signal.criterion, 2) if signal else "",
            decimals(signal.beta, 2) if signal else "", *(("" if p is None else p_words(p)) for p in _alone(found.report, one)),
            "" if one.p_adjusted is None else p_words(one.p_adjusted),
        ))  # fmt: skip
    shares = (_("Pairs right"),) if found.report.kind == "pair" else (_("Sensitivity"), _("Specificity"))
    tests = (_("Fisher"), _("Ranks")) if found.report.endpoint == "auc" else (_("Alone"),)
    columns = (_("Reader"), *shares, _("AUC"), "d′", "c", "β", *tests, _("After Holm"))
    note = _("In brackets: Wilson's interval (95 %).") + " " + _against_chance(found.report)
    if found.report.clustered:
        note += " " + _("One reader's tests and intervals take images of one patient for independent.")
    return Table("detail", _("Each reader in detail"), note, columns, tuple(rows))


def _alone(report: StudyReport, one: ReaderReport) -> tuple[float | None, ...]:
    return (one.p_value, one.rank_p) if report.endpoint == "auc" else (one.p_value,)


def _against_chance(report: StudyReport) -> str:
    if report.kind == "pair":
        return _("p against chance: exact binomial test; after Holm over the readers who count.")
    criterion = _("Criterion c above 0: readily says real.")
    if report.endpoint == "auc":
        test = _(
            "p against chance: Fisher's exact test of truth and answer, and Mann and Whitney's test of the area, which is the endpoint and is corrected after Holm over the readers who count."
        )
    else:
        test = _(
            "p against chance: Fisher's exact test of truth and answer; after Holm over the readers who count."
        )
    return f"{test} {criterion}"


def with_interval(rate: Proportion | None) -> str:
    if rate is None:
        return ""
    low, high = (decimals(100 * end, 0) for end in rate.wilson)
    return f"{percent(rate.value, 0)} ({low} {_('to')} {high})"
