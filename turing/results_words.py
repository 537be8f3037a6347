"""The findings in sentences, numbers written the journal's way."""

from typing import Any

from django.utils.translation import gettext as _

from jobs.wording import decimals, percent

from . import charts
from .analysis import verdict as words
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
REASONS = {
    "above": lambda: _("The interval lies above chance and reaches beyond the margin."),
    "small": lambda: _("The interval lies above chance, but inside the margin that was fixed at launch."),
    "inside": lambda: _(
        "The interval lies inside the margin, and no single reader differs from chance after Holm's correction. There were no positive controls in this study, so that its readers could have told visible fakes apart is assumed, not shown."
    ),
    "wide": lambda: _(
        "The interval holds chance and reaches beyond the margin: more readers or more images would be needed."
    ),
    "reader": lambda: _(
        "The interval lies inside the margin, but single readers differ from chance after Holm's correction, so the average hides them."
    ),
    "assay": lambda: _(
        "The interval lies inside the margin, but the positive controls were not told apart either."
    ),
    "below": lambda: _(
        "The interval lies below chance: readers saw a difference and named it the wrong way round."
    ),
}


def headline(found: Results) -> dict[str, Any] | None:
    """glyph, title, why, rule; None when there is nothing to judge."""
    over = found.auc if found.endpoint == "auc" else found.accuracy
    if found.verdict is None or over is None:
        return None
    glyph, title = TITLES[found.verdict.name]
    figures = {"n": found.complete, "p": p_words(over.p_value)}
    if found.endpoint == "auc":
        figures |= {
            "value": decimals(over.estimate, 3),
            "span": area_span(over.interval),
            "margin": decimals(found.margin, 2),
        }
        why = (
            _(
                "Over %(n)d readers the area under the ROC curve is %(value)s (95 %% interval %(span)s; chance 0.5, %(p)s)."
            )
            % figures
        )
        rule = (
            _("Primary endpoint: area under the ROC curve, margin ±%(margin)s, both fixed at launch.")
            % figures
        )
    else:
        figures |= {
            "value": percent(over.estimate),
            "span": span(over.interval),
            "margin": decimals(100 * found.margin, 0),
        }
        why = (
            _("Over %(n)d readers the accuracy is %(value)s (95 %% interval %(span)s; chance 50 %%, %(p)s).")
            % figures
        )
        rule = (
            _("Primary endpoint: balanced accuracy, margin ±%(margin)s points, both fixed at launch.")
            % figures
        )
    return {
        "glyph": glyph,
        "title": title(),
        "why": f"{why} {REASONS[found.verdict.reason]()}",
        "rule": f"{rule} {_method(over)}",
    }


def _method(over: Any) -> str:
    if over.scope == "these readers only":
        return _(
            "Fewer than five readers finished, so the interval holds for these readers only, over cases like these."
        )
    return _("Obuchowski–Rockette analysis, Hillis degrees of freedom %(df)s.") % {
        "df": decimals(over.df, 1) if over.df < 1e6 else "∞"
    }


def reader_rows(found: Results) -> list[dict[str, Any]]:
    """The table of readers, and what it draws."""
    margin = found.margin if found.endpoint == "accuracy" else 0.1
    rows = []
    for row in found.readers:
        summary = row.summary
        drawn = ""
        if summary.accuracy is not None and summary.accuracy_interval is not None:
            label = _("95 %% interval %(span)s") % {"span": span(summary.accuracy_interval)}
            drawn = charts.strip(summary.accuracy, summary.accuracy_interval, margin=margin, label=label)
        rows.append({"row": row, "strip": drawn, "span": span(summary.accuracy_interval) if summary.accuracy_interval else "",
                     "auc_span": area_span(row.auc.interval) if row.auc else "",
                     "sensitivity_span": span(summary.sensitivity.wilson) if summary.sensitivity else "",
                     "specificity_span": span(summary.specificity.wilson) if summary.specificity else ""})  # fmt: skip
    if found.accuracy:
        label = _("95 %% interval %(span)s") % {"span": span(found.accuracy.interval)}
        over = charts.strip(
            found.accuracy.estimate, found.accuracy.interval, margin=margin, label=label, over=True
        )
        rows.append({"total": found.accuracy, "strip": over, "span": span(found.accuracy.interval)})
    return rows
