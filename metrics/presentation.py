"""A report as pages show it: sentences translated, numbers written the journal's way, charts drawn, pictures linked.

The site's page and the folder that `evaluate` writes share this and one template; only the links of the pictures differ.
"""

import math
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from . import charts
from .catalogue import GROUPS
from .image_table import PictureLink, worst_images
from .modes_section import modes_section
from .protocol_words import told_protocol
from .reports import Number, Report
from .sections import class_table, scorecard_rows
from .verdicts import SUBJECTS
from .wording import Shown, said, shown, state_words

MANIFOLD = ("precision", "recall", "density", "coverage")


def report_context(
    report: Report, link: PictureLink, *, figure: tuple[int, int] | None = None
) -> dict[str, Any]:
    """All that templates/metrics/_report.html shows; `figure` draws for print, in pixels."""
    present = [number for number in report.numbers if number.value is not None]
    return {
        "report": report,
        "findings": _findings(report),
        "notes": [said(note) for note in report.notes],
        "groups": _groups(present),
        "absent": [shown(number) for number in report.numbers if number.value is None],
        "manifold": _manifold(present),
        "pairs": _pairs(report, link),
        "pairs_heading": _pairs_heading(report),
        "modes": modes_section(report, link),
        "stacks": _stacks(report, link),
        "least_realistic": [
            {"link": link("synthetic", tile.position), "position": tile.position, "value": tile.distance}
            for tile in report.least_realistic
        ],
        "table": worst_images(report, link),
        "maps": [_map(drawn, index) for index, drawn in enumerate(report.maps)],
        "histograms": [_histogram(drawn, figure) for drawn in report.histograms],
        "classes": class_table(report),
        "scorecard": scorecard_rows(report),
        "protocol": told_protocol(report.protocol),
    }


def _findings(report: Report) -> list[dict[str, Any]]:
    words = state_words()
    found = []
    for verdict in report.verdicts:
        number = report.number(verdict.number) if verdict.number else None
        found.append(
            {
                "subject": _(SUBJECTS[verdict.subject]),
                "key": verdict.subject,
                "state": verdict.state,
                "word": words[verdict.state],
                "finding": said(verdict.finding),
                "consequence": said(verdict.consequence),
                "number": shown(number) if number and number.value is not None else None,
            }
        )
    return found


def _groups(present: list[Number]) -> list[tuple[str, list[Shown]]]:
    rows = [(_(title), [shown(n) for n in present if n.group == group]) for group, title in GROUPS.items()]
    return [(title, numbers) for title, numbers in rows if numbers]


def _manifold(present: list[Number]) -> dict[str, Any]:
    """Precision to coverage as strips on one axis; a second encoder is a second line of the same row."""
    chosen = [number for number in present if number.metric in MANIFOLD]
    if not chosen:
        return {}
    highest = max([1.0, *(end for n in chosen for end in (n.interval or ()) + (n.floor or ()))])
    axis = charts.Axis(0.0, 0.1 * math.ceil(10 * highest))
    return {
        "rows": [(shown(number), _strip(number, axis)) for number in chosen],
        "axis": mark_safe(charts.strip_axis(axis)),
    }


def _strip(number: Number, axis: charts.Axis) -> SafeString:
    text = shown(number)
    label = _("%(title)s %(value)s, 95%% interval %(interval)s") % {
        "title": text.title, "value": text.value, "interval": text.interval,
    }  # fmt: skip
    assert number.value is not None
    row = charts.Row(number.value, number.interval)
    return mark_safe(charts.strip([row], axis, label=label, band=number.floor))


def _pairs_heading(report: Report) -> str:
    """The finding where there is one, else what is shown."""
    found = next((v for v in report.verdicts if v.subject == "memorisation"), None)
    if found is not None and found.state in {"alarm", "warning"}:
        return said(found.finding).rstrip(".")
    return _("The closest pairs of synthetic and training images")


def _pairs(report: Report, link: PictureLink) -> list[dict[str, Any]]:
    return [
        {
            "synthetic": pair.synthetic,
            "training": pair.training,
            "left": link("synthetic", pair.synthetic),
            "right": link("training", pair.training),
            "distance": pair.distance,
            "correlation": pair.correlation,
        }
        for pair in report.pairs
    ]


def _stacks(report: Report, link: PictureLink) -> list[dict[str, Any]]:
    return [
        {
            "position": stack.position,
            "link": link("synthetic", stack.position),
            "neighbours": [
                {
                    "link": link("real", near.position),
                    "position": near.position,
                    "distance": near.distance,
                    "rank": rank,
                }
                for rank, near in enumerate(stack.neighbours, 1)
            ],
        }
        for stack in report.stacks
    ]


def _map(drawn: Any, index: int) -> dict[str, Any]:
    describe = _(
        "%(real)s real and %(synthetic)s synthetic images on the first two principal components of their features (%(source)s), which hold %(first)s and %(second)s per cent of the variance."
    ) % {
        "real": len(drawn.real), "synthetic": len(drawn.synthetic), "source": drawn.source,
        "first": round(100 * drawn.shares[0]), "second": round(100 * drawn.shares[1]),
    }  # fmt: skip
    points = (*drawn.real, *drawn.synthetic)
    if n := charts.outside(points, charts.map_axes(points)):
        more = ngettext("One lies farther out than the map reaches; it is drawn at its edge.", "%(n)s lie farther out than the map reaches; they are drawn at its edge.", n)  # fmt: skip
        describe += " " + more % {"n": n}
    svg = charts.scatter_map(
        drawn.real,
        drawn.synthetic,
        name=f"map-{index}",
        title=_("Two-dimensional map of the features"),
        describe=describe,
    )
    return {"svg": mark_safe(svg), "source": drawn.source, "describe": describe}


def _histogram(drawn: Any, size: tuple[int, int] | None = None) -> dict[str, Any]:
    title, caption = said(drawn.title), said(drawn.caption)
    describe = _(
        "Two histograms of %(bins)s bins from %(low)s to %(high)s: %(real)s real and %(synthetic)s synthetic images."
    ) % {
        "bins": len(drawn.real), "low": charts.figure_text(drawn.low), "high": charts.figure_text(drawn.high),
        "real": drawn.n_real, "synthetic": drawn.n_synthetic,
    }  # fmt: skip
    limit = (drawn.limit, _("limit %(value)s") % {"value": f"{drawn.limit:.2f}"}) if drawn.limit else None
    svg = charts.histogram(
        drawn.real, drawn.synthetic, charts.Axis(drawn.low, drawn.high), name=f"histogram-{drawn.name}",
        title=title, describe=describe, limit=limit, size=size,
    )  # fmt: skip
    return {
        "svg": mark_safe(svg),
        "title": title,
        "caption": caption,
        "n_real": drawn.n_real,
        "n_synthetic": drawn.n_synthetic,
    }


def scale(summary: Any) -> SafeString:
    """The declared range of a set in words."""
    low, high = (charts.figure_text(end) for end in summary.intensity)
    return format_html("{}", _("%(low)s to %(high)s %(unit)s") % {"low": low, "high": high, "unit": summary.unit})  # fmt: skip


def role_rows(report: Report, urls: dict[str, str]) -> list[dict[str, Any]]:
    """The sets for the side column; a set that may not be seen has no link."""
    rows = [
        ("synthetic", _("Synthetic set"), report.synthetic),
        ("real", _("Real set"), report.real),
        ("training", _("Training set"), report.training),
    ]
    return [
        {"title": title, "summary": summary, "scale": scale(summary), "url": urls.get(role, "")}
        for role, title, summary in rows
        if summary is not None
    ]
