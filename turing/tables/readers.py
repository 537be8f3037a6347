"""The readers' accuracy: over all of them, and each alone."""

from django.utils.translation import gettext as _

from jobs.wording import decimals, percent

from ..analysis.detection import Proportion
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
