"""Figures over all answers: who said what of which image, how sure, and how long it took. SVG from the report's own arrays."""

from collections.abc import Iterable

import numpy as np
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from .analysis.readings import Readings

CELL, GAP = 6, 2


def answer_matrix(readings: Readings) -> SafeString:
    """A row a reader, a column an image: filled where 'synthetic' was said. Real images first, each side by how often it was said."""
    said = readings.said
    if not said.size:
        return mark_safe("")
    order = _columns(readings)
    real = int((readings.truth == 0).sum())
    cells = said[:, order]
    width, height = len(order) * CELL + GAP * 4, len(said) * CELL
    shift = np.where(np.arange(len(order)) >= real, GAP * 4, 0)
    layers = format_html_join(
        "",
        '<path class="{}" d="{}"/>',
        (
            ("cell-real", _cells(cells == 0, shift)),
            ("cell-syn", _cells(cells == 1, shift)),
        ),
    )
    return format_html(
        '<svg class="matrix" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        width, height,
        _("Answers of %(readers)d readers to %(real)d real and %(synthetic)d synthetic images")
        % {"readers": len(said), "real": real, "synthetic": len(order) - real},
        layers,
    )  # fmt: skip


def _columns(readings: Readings) -> np.ndarray:
    counts = np.maximum((~np.isnan(readings.said)).sum(axis=0), 1)
    share = np.nansum(readings.said, axis=0) / counts
    return np.lexsort((share, readings.truth))


def _cells(mask: np.ndarray, shift: np.ndarray) -> str:
    return "".join(
        f"M{x * CELL + shift[x]} {y * CELL}h{CELL - 1}v{CELL - 1}h-{CELL - 1}z" for y, x in np.argwhere(mask)
    )


def confidence(readings: Readings) -> SafeString:
    """Share of each answer, from sure real to sure synthetic: bars of real images filled, of synthetic ones open."""
    values = np.unique(readings.ratings[~np.isnan(readings.ratings)])
    if len(values) < 3:
        return mark_safe("")
    shares = [_shares(readings.ratings[:, readings.truth == kind], values) for kind in (0, 1)]
    top, slot = max(map(max, shares)) or 1.0, 100 / len(values)
    bars = [
        (name, f"{slot * (place + 0.1 + 0.42 * kind):.2f}", f"{100 - 100 * share / top:.2f}", f"{slot * 0.38:.2f}", f"{100 * share / top:.2f}")
        for kind, name in enumerate(("bar-real", "bar-syn"))
        for place, share in enumerate(shares[kind])
    ]  # fmt: skip
    drawn = format_html_join("", '<rect class="{}" x="{}%" y="{}%" width="{}%" height="{}%"/>', bars)
    return format_html(
        '<svg class="plot plot-low" role="img" aria-label="{}">{}<line class="axis" x1="0" x2="100%" y1="100%" y2="100%"/>'
        '<text x="0" y="100%" dy="18">{}</text><text class="end" x="100%" y="100%" dy="18">{}</text>'
        '<text class="end" x="-6" y="0" dy="4">{}&#8239;%</text></svg>',
        _("Answers by how sure they were, for real and for synthetic images"),
        drawn,
        _("sure: real"),
        _("sure: synthetic"),
        round(100 * top),
    )


def _shares(ratings: np.ndarray, values: np.ndarray) -> list[float]:
    given = ratings[~np.isnan(ratings)]
    return [float((given == value).mean()) if given.size else 0.0 for value in values]


def along(blocks: Iterable[tuple[int, int, float]], *, what: str, unit: str, top: float | None = None) -> SafeString:  # fmt: skip
    """A line over blocks of the order read; top: upper end of the axis, None for the largest value."""
    points = list(blocks)
    if len(points) < 2:
        return mark_safe("")
    last, high = points[-1][1], top or 1.1 * max(value for _first, _last, value in points) or 1.0
    places = [(100 * (a + b) / 2 / last, 100 - 100 * value / high) for a, b, value in points]
    path = "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in places)
    dots = format_html_join(
        "", '<circle class="dot" cx="{}%" cy="{}%" r="3.5"/>', ((f"{x:.2f}", f"{y:.2f}") for x, y in places)
    )
    return format_html(
        '<svg class="plot plot-low" role="img" aria-label="{}"><svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%" overflow="visible">'
        '<path class="line" d="{}"/></svg>{}<line class="axis" x1="0" x2="100%" y1="100%" y2="100%"/>'
        '<text x="0" y="100%" dy="18">1</text><text class="end" x="100%" y="100%" dy="18">{}</text><text class="end" x="-6" y="0" dy="4">{}{}</text></svg>',
        what, path, dots, last, f"{high * (100 if unit == '%' else 1):.0f}", unit,
    )  # fmt: skip
