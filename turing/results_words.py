"""The findings in sentences, numbers written the journal's way."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jobs.wording import decimals, percent

from . import charts
from .analysis import verdict as words
from .analysis.individual import ReaderReport
from .analysis.mrmc import THESE, OneModality
from .analysis.overall import JACKKNIFE, U_STATISTIC
from .analysis.report import StudyReport
from .gathering import Person
from .results import Results


def span(interval: tuple[float, float]) -> str:
    return _("%(low)s to %(high)s %%") % {
        "low": decimals(100 * interval[0], 1),
        "high": decimals(100 * interval[1], 1),
    }


def area_span(interval: tuple[float, float]) -> str:
    return _("%(low)s to %(high)s") % {
        "low": decimals(interval[0], 3),
        "high": decimals(interval[1], 3),
    }


def p_words(p: float) -> str:
    return "p < .001" if p < 0.001 else "p = " + f"{p:.3f}".lstrip("0")


TITLES = {
    words.APART: ("apart", lambda: _("Told apart")),
    words.WITHIN: ("apart", lambda: _("Told apart, but within the margin")),
    words.EQUIVALENT: ("equivalent", lambda: _("Equivalent within the margin")),
    words.INCONCLUSIVE: ("inconclusive", lambda: _("Inconclusive")),
    words.REVERSED: ("apart", lambda: _("Told apart with the labels reversed")),
}
REASONS: dict[str, Callable[[], str]] = {
    "above": lambda: _("The interval lies above chance; at 90 per cent (%(inner)s) it reaches beyond the margin."),
    "small": lambda: _("The interval lies above chance; at 90 per cent (%(inner)s) it stays inside the margin."),
    "inside": lambda: _(
        "At 90 per cent the interval (%(inner)s) lies inside the margin, and no single reader differs from chance after Holm's correction."
    ),
    "wide": lambda: _(
        "The interval holds chance; at 90 per cent (%(inner)s) it reaches beyond the margin: more readers or more images would be needed."
    ),
    "reader": lambda: _(
        "At 90 per cent the interval (%(inner)s) lies inside the margin, but single readers differ from chance after Holm's correction, so the average hides them."
    ),
    "assay": lambda: _(
        "At 90 per cent the interval (%(inner)s) lies inside the margin, but fakes that anybody should see were not told apart either: these readers could not have shown a difference."
    ),
    "below": lambda: _(
        "The interval lies below chance: readers saw a difference and named it the wrong way round."
    ),
    "constant": lambda: _(
        "Every reader gave one and the same answer to all images. The figure is then one half whatever they can see: nothing was put to the test."
    ),
}  # fmt: skip


def headline(found: Results) -> dict[str, Any]:
    """glyph, title, why, rule: always something, since a reader of the page wants to know why there is no verdict, too."""
    report, over = found.report, found.report.primary
    if report.verdict is None or over is None:
        return {"glyph": "inconclusive", "title": _("No verdict"), "why": _nothing(report), "rule": ""}
    glyph, title = TITLES[report.verdict.name]
    few = over.scope == THESE
    inner = area_span(over.inner) if report.endpoint == "auc" else span(over.inner)
    reason = REASONS[report.verdict.reason]() % {"inner": inner}
    if report.verdict.reason in ("inside", "assay"):
        reason += " " + _controls(report)
    return {
        "glyph": glyph,
        "title": _("%(verdict)s by these readers") % {"verdict": title()} if few else title(),
        "why": f"{_figure(report, over)} {reason}",
        "rule": f"{_endpoint(report)} {_when(found)} {_method(report, over)}",
    }


def _nothing(report: StudyReport) -> str:
    if report.kind == "hype":
        return _(
            "Exposures followed the answers, which holds every reader near the same share right: see the exposure that each needed."
        )
    if not report.readers:
        return _("Nobody who counts answered the question about the truth.")
    if not report.real or not report.synthetic:
        only = _("synthetic") if report.synthetic else _("real")
        return _("All images were %(kind)s. Without the other kind neither accuracy nor an area under the ROC curve is defined: a reader who always says the same would seem perfect.") % {"kind": only}  # fmt: skip
    return _(
        "No reader who counts answered images of both kinds, so nothing can be said over readers. What each answered stands below."
    )


def _figure(report: StudyReport, over: OneModality) -> str:
    values: dict[str, Any] = {"p": p_words(over.p_value), "readers": ngettext("Over one reader", "Over %(n)d readers", len(over.readers)) % {"n": len(over.readers)}}  # fmt: skip
    if report.endpoint == "auc":
        values |= {"value": decimals(over.estimate, 3), "span": area_span(over.interval)}
        return (
            _(
                "%(readers)s the area under the ROC curve is %(value)s (95 %% interval %(span)s; chance 0.5, %(p)s)."
            )
            % values
        )
    values |= {"value": percent(over.estimate), "span": span(over.interval)}
    if report.kind == "pair":
        return (
            _(
                "%(readers)s the synthetic image of a pair was named in %(value)s of answers (95 %% interval %(span)s; chance 50 %%, %(p)s)."
            )
            % values
        )
    return _("%(readers)s the accuracy is %(value)s (95 %% interval %(span)s; chance 50 %%, %(p)s).") % values


def _endpoint(report: StudyReport) -> str:
    if report.endpoint == "auc":
        return _("Primary endpoint: area under the ROC curve, margin ±%(margin)s.") % {
            "margin": decimals(report.margin, 2)
        }
    figures = {"margin": decimals(100 * report.margin, 0)}
    if report.kind == "pair":
        return _("Primary endpoint: share of pairs right, margin ±%(margin)s points.") % figures
    return _("Primary endpoint: balanced accuracy, margin ±%(margin)s points.") % figures


def _when(found: Results) -> str:
    if found.gathered is None:
        return _("Both were chosen at the import, with the answers at hand.")
    study = found.gathered.study
    first, last = study.plan_at_launch, study.designed.plan
    if (first.endpoint, first.margin) == (last.endpoint, last.margin):
        return _("Both were fixed at launch.")
    return _("They were changed while readers read (margin d′ = %(margin)s, endpoint %(endpoint)s at launch): see the amendments under Methods.") % {
        "margin": decimals(first.margin, 2), "endpoint": _("area under the ROC curve") if first.endpoint == "auc" else _("accuracy"),
    }  # fmt: skip


def _controls(report: StudyReport) -> str:
    if report.controls is None:
        return _(
            "There were no positive controls, so that these readers could have told visible fakes apart is assumed, not shown."
        )
    return _("Positive controls: accuracy %(value)s (95 %% interval %(span)s), to lie above %(bound)s.") % {
        "value": percent(report.controls.estimate), "span": span(report.controls.interval), "bound": percent(report.control_bound, 0),
    }  # fmt: skip


def _method(report: StudyReport, over: OneModality) -> str:
    few = _(
        "Fewer than five readers answered, so the interval holds for these readers only, over cases like these."
    )
    if over.method == JACKKNIFE:
        return few + " " + _("Answers are missing: jackknife over cases.")
    if over.method == U_STATISTIC:
        return _(
            "Answers are missing: U-statistic over readers and cases (Gallas), degrees of freedom %(df)s."
        ) % {"df": _df(over)}
    if over.scope == THESE:
        return few
    return _("Obuchowski–Rockette analysis over readers and cases, Hillis degrees of freedom %(df)s.") % {"df": _df(over)}  # fmt: skip


def _df(over: OneModality) -> str:
    return decimals(over.df, 1) if over.df < 1e6 else "∞"


def main_numbers(report: StudyReport) -> list[dict[str, Any]]:
    """At most four, the primary endpoint first: name, value, interval, drawing, one line of protocol."""
    names = {
        "accuracy": _("Pairs named rightly") if report.kind == "pair" else _("Accuracy over readers"),
        "auc": _("AUC over readers"), "sensitivity": _("Sensitivity for synthetic"), "specificity": _("Specificity for real"),
    }  # fmt: skip
    found = {"accuracy": report.accuracy, "auc": report.auc, "sensitivity": report.sensitivity_over, "specificity": report.specificity_over}  # fmt: skip
    protocols = {
        "sensitivity": ngettext("one synthetic image", "%(n)d synthetic images", report.synthetic) % {"n": report.synthetic},
        "specificity": ngettext("one real image", "%(n)d real images", report.real) % {"n": report.real},
        "accuracy": _("chance 50 %%") % {}, "auc": _("answers with confidence, chance 0.5"),
    }  # fmt: skip
    rows = []
    for name in sorted(found, key=lambda name: name != report.endpoint):
        over = found[name]
        if over is None:
            continue
        spanned = area_span(over.interval) if name == "auc" else span(over.interval)
        primary = name == report.endpoint
        line = (
            _("primary endpoint, %(protocol)s") % {"protocol": protocols[name]}
            if primary
            else protocols[name]
        )
        rows.append({
            "name": names[name], "value": decimals(over.estimate, 3) if name == "auc" else percent(over.estimate), "span": spanned, "line": line,
            "strip": charts.strip(over.estimate, over.interval, margin=report.margin if primary else 0.0, label=spanned),
        })  # fmt: skip
    return rows


def readers_heading(found: Results) -> str:
    """The finding of the table of readers, after Holm."""
    judged = [one for person, one in found.readers if person.counts and one.p_adjusted is not None]
    if not judged:
        return _("Accuracy of each reader")
    apart = sum((one.p_adjusted or 0) <= 0.05 for one in judged)
    if not apart:
        return _("No single reader differs from chance")
    return ngettext(
        "One of %(all)d readers differs from chance", "%(n)d of %(all)d readers differ from chance", apart
    ) % {"n": apart, "all": len(judged)}


def reader_rows(found: Results) -> list[dict[str, Any]]:
    """The table of readers, and what it draws; machines under the total, since they are in no figure."""
    report = found.report
    rows = [_reader_row(report, person, one) for person, one in found.readers]
    people = [row for row in rows if not row["person"].is_machine]
    machines = [row for row in rows if row["person"].is_machine]
    if report.accuracy:
        label = _("95 %% interval %(span)s") % {"span": span(report.accuracy.interval)}
        over = charts.strip(
            report.accuracy.estimate,
            report.accuracy.interval,
            margin=report.margin_of_accuracy,
            label=label,
            over=True,
        )
        people.append({"total": report.accuracy, "strip": over, "span": span(report.accuracy.interval)})
    return people + machines


def _reader_row(report: StudyReport, person: Person, one: ReaderReport) -> dict[str, Any]:
    value = interval = None
    if one.pairs:
        value, interval = one.pairs.value, one.pairs.wilson
    elif one.summary:
        value, interval = one.summary.accuracy, one.summary.accuracy_interval
    drawn = ""
    if value is not None and interval is not None:
        label = _("95 %% interval %(span)s") % {"span": span(interval)}
        drawn = charts.strip(value, interval, margin=report.margin_of_accuracy, label=label)
    return {"person": person, "row": one, "value": value, "interval": interval, "span": span(interval) if interval else "", "strip": drawn, "notes": notes(person)}  # fmt: skip


def notes(person: Person) -> list[str]:
    """Why a reader stands in no figure over readers."""
    return [
        *([_("could see the truth; in no figure over readers")] if person.knew else []),
        *([_("machine; in no figure over readers")] if person.is_machine else []),
    ]
