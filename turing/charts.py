"""A study's figures, drawn by the server from the numbers of the tables beside them."""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from .analysis.roc import Curve

LOW, HIGH = 0.0, 1.0


def strip(
    value: float, interval: tuple[float, float] | None, *, margin: float, label: str, over: bool = False
) -> SafeString:
    """One row of a forest plot on 0 to 1: margin as a band, chance as a line."""
    drawn = mark_safe("")
    if interval:
        drawn = format_html(
            '<line class="interval" x1="{}%" x2="{}%" y1="50%" y2="50%"/>', _x(interval[0]), _x(interval[1])
        )
    return format_html(
        '<svg class="strip{}" role="img" aria-label="{}"><rect class="band" x="{}%" width="{}%" height="100%"/>'
        '<line class="chance" x1="50%" x2="50%" y1="0" y2="100%"/>{}<circle class="dot" cx="{}%" cy="50%" r="{}"/></svg>',
        " over" if over else "", label, _x(0.5 - margin), _x(2 * margin), drawn, _x(value), 5 if over else 4.5,
    )  # fmt: skip


def forest(rows: list[tuple[str, float, tuple[float, float]]], *, margin: float) -> SafeString:
    """Named figures with intervals on 0 to 1, one under the other: margin as a band, chance as a line."""
    if not rows:
        return mark_safe("")
    step = 100 / len(rows)
    lines = format_html_join(
        "",
        '<text class="end" x="-8" y="{1}%" dy="4">{0}</text><line class="interval" x1="{2}%" x2="{3}%" y1="{1}%" y2="{1}%"/><circle class="dot" cx="{4}%" cy="{1}%" r="4.5"/>',
        ((str(place + 1), f"{(place + 0.5) * step:.2f}", _x(low), _x(high), _x(value)) for place, (_name, value, (low, high)) in enumerate(rows)),
    )  # fmt: skip
    ticks = format_html_join(
        "",
        '<text class="{}" x="{}%" y="100%" dy="18">{}</text>',
        (("mid", x, x / 100) for x in (0, 25, 50, 75, 100)),
    )
    label = "; ".join(
        f"{place}: {name} {value:.3f}, {low:.3f} {_('to')} {high:.3f}"
        for place, (name, value, (low, high)) in enumerate(rows, 1)
    )
    return format_html(
        '<svg class="plot plot-low" role="img" aria-label="{}"><rect class="band" x="{}%" width="{}%" height="100%"/>'
        '<line class="chance" x1="50%" x2="50%" y1="0" y2="100%"/>{}<line class="axis" x1="0" x2="100%" y1="100%" y2="100%"/>{}</svg>',
        label, _x(0.5 - margin), _x(2 * margin), lines, ticks,
    )  # fmt: skip


def axis() -> SafeString:
    places = [
        ("", "0", "0"),
        ("mid", "25", "25"),
        ("mid", "50", "50"),
        ("mid", "75", "75"),
        ("end", "100", "100"),
    ]
    ticks = format_html_join("", '<text class="{}" x="{}%" y="20">{}</text>', places)
    return format_html(
        '<svg class="strip" aria-hidden="true"><line class="axis" x1="0" x2="100%" y1="2" y2="2"/>{}</svg>',
        ticks,
    )


def _x(share: float) -> str:
    return f"{100 * min(max((share - LOW) / (HIGH - LOW), 0.0), 1.0):.2f}"


def votes(cast: Iterable[bool | None]) -> SafeString:
    """One mark a reader, in the order of the table: diamond said synthetic, disc said real, nothing for no answer."""
    marks, count = [], 0
    for place, vote in enumerate(cast):
        count, x = place + 1, 6 + 12 * place
        if vote:
            marks.append(f'<path class="vote-syn" d="M{x} 1.8l4.2 4.2-4.2 4.2-4.2-4.2Z"/>')
        elif vote is not None:
            marks.append(f'<circle class="vote-real" cx="{x}" cy="6" r="3.4"/>')
    return mark_safe(
        f'<svg class="votes" viewBox="0 0 {max(72, 12 * count)} 12" preserveAspectRatio="xMinYMid meet" aria-hidden="true">{"".join(marks)}</svg>'
    )


def roc(curves: list[Curve], average: Curve | None) -> SafeString:
    """Readers thin, their average thick, chance as the diagonal."""
    if not curves or average is None:
        return mark_safe("")
    thin = format_html_join("", '<path class="line-thin" d="{}"/>', ((_path(line),) for line in curves))
    grid = format_html_join(
        "", '<line class="grid" x1="0" x2="100%" y1="{0}%" y2="{0}%"/>', (("0",), ("50",))
    )
    ticks = format_html_join(
        "", '<text class="mid" x="{}%" y="100%" dy="18">{}</text>', (("0", "0"), ("50", "0.5"), ("100", "1"))
    )
    sides = format_html_join(
        "", '<text class="end" x="-8" y="{}%" dy="4">{}</text>', (("100", "0"), ("50", "0.5"), ("0", "1"))
    )
    return format_html(
        '<svg class="plot plot-square" role="img" aria-labelledby="roc-t roc-d"><title id="roc-t">{}</title><desc id="roc-d">{}</desc>{}'
        '<svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%" overflow="visible">'
        '<path class="diagonal" d="M0 100L100 0"/>{}<path class="line" d="{}"/></svg>'
        '<line class="axis" x1="0" x2="100%" y1="100%" y2="100%"/><line class="axis" x1="0" x2="0" y1="0" y2="100%"/>{}{}'
        '<text class="mid" x="50%" y="100%" dy="36">{}</text><text class="mid" x="-50%" y="-34" transform="rotate(-90)">{}</text></svg>',
        _("ROC curves of the readers"), _("%(n)d readers and their average; the table beside it gives the areas.") % {"n": len(curves)},
        grid, thin, _path(average), ticks, sides, _("real images called synthetic"), _("synthetic images called synthetic"),
    )  # fmt: skip


def _path(line: Curve) -> str:
    points = zip(line.false_positive, line.true_positive)
    return "M" + "L".join(f"{100 * x:.2f} {100 - 100 * y:.2f}" for x, y in points)
