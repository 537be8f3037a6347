"""A set's intensities, drawn by the server."""

from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _


def intensity_chart(histogram: dict[str, Any], origin: str, unit: str) -> SafeString:
    """Shares of pixels in 64 bins, from SetBuilder's summary; empty where there is none."""
    shares = histogram.get("shares")
    if not shares:
        return mark_safe("")
    top, kind = max(shares) * 1.08, "syn" if origin == "synthetic" else "real"
    steps = "".join(f"V{100 - 100 * share / top:.1f}H{bin + 1}" for bin, share in enumerate(shares))
    area = mark_safe(f'<path class="real-area" d="M0 100{steps}V100Z"/>') if kind == "real" else ""
    darkest, brightest = histogram["low"], histogram["high"]
    says = _("Values from %(low)g to %(high)g; the fullest of 64 bins holds %(top).1f per cent of the pixels.") % {
        "low": darkest, "high": brightest, "top": 100 * max(shares)
    }  # fmt: skip
    return format_html(
        '<svg class="plot plot-low" role="img" aria-labelledby="hist-t hist-d"><title id="hist-t">{}</title><desc id="hist-d">{}</desc>{}'
        '<svg viewBox="0 0 64 100" preserveAspectRatio="none" width="100%" height="100%" overflow="visible">{}'
        '<path class="{}-line" d="M0 100{}V100"/></svg><line class="axis" x1="0" x2="100%" y1="100%" y2="100%"/>{}</svg>',
        _("Intensities of the set"), says, _grid(top), area, kind, mark_safe(steps), _ticks(darkest, brightest),
    )  # fmt: skip


def _grid(top: float) -> SafeString:
    step = next(s for s in (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if top / s <= 5)
    rows = [
        (f"{100 - 100 * step * n / top:.2f}", f"{100 * step * n:g} %") for n in range(1, 5) if step * n < top
    ]
    return format_html_join(
        "",
        '<line class="grid" x1="0" x2="100%" y1="{0}%" y2="{0}%"/><text class="end" x="-8" y="{0}%" dy="4">{1}</text>',
        rows,
    )


def _ticks(low: float, high: float) -> SafeString:
    places = [(f"{25 * n}", f"{low + (high - low) * n / 4:.4g}".replace("-", "\u2212")) for n in range(5)]
    return format_html_join("", '<text class="mid" x="{}%" y="100%" dy="18">{}</text>', places)
