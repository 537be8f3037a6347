"""The curves of a training, drawn by the server: numbers -> SVG."""

from collections.abc import Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

POINTS = 300  # more are averaged down: a curve is read by eye


def loss_chart(log: Sequence[dict[str, Any]]) -> SafeString:
    """Loss of generator and discriminator against images seen. Empty for fewer than two entries."""
    rows = _thinned([row for row in log if "loss_g" in row and "loss_d" in row])
    if len(rows) < 2:
        return mark_safe("")
    seen = [float(row["images_seen"]) for row in rows]
    top = max(1.0, *(float(row[name]) for row in rows for name in ("loss_g", "loss_d")))
    curves = [_path(seen, [float(row[name]) for row in rows], top) for name in ("loss_g", "loss_d")]
    last = rows[-1]
    says = _("Generator %(g).2f, discriminator %(d).2f after %(n)d images.") % {
        "g": last["loss_g"], "d": last["loss_d"], "n": last["images_seen"]
    }  # fmt: skip
    return format_html(
        '<figure class="figure"><figcaption><span>{}</span></figcaption>'
        '<div class="legend"><span><svg aria-hidden="true"><line class="line" x1="0" x2="100%" y1="50%" y2="50%"/></svg>{}</span>'
        '<span><svg aria-hidden="true"><line class="diagonal" x1="0" x2="100%" y1="50%" y2="50%"/></svg>{}</span></div>'
        '<svg class="plot" role="img" aria-labelledby="loss-t loss-d"><title id="loss-t">{}</title><desc id="loss-d">{}</desc>'
        "{}"
        '<svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%" overflow="visible">'
        '<path class="line" d="{}"/><path class="diagonal" d="{}"/></svg>'
        '<line class="axis" x1="0" x2="100%" y1="100%" y2="100%"/>{}</svg></figure>',
        _("Loss by thousand images seen. Neither has to fall: a balance is what is looked for."),
        _("Generator"), _("Discriminator"), _("Losses of the training"), says,
        _grid(top), curves[0], curves[1], _ticks(seen[-1]),
    )  # fmt: skip


def _thinned(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    step = -(-len(rows) // POINTS) or 1
    groups = [rows[start : start + step] for start in range(0, len(rows), step)]
    return [
        {**group[-1], **{name: sum(row[name] for row in group) / len(group) for name in ("loss_g", "loss_d")}}
        for group in groups
    ]


def _path(xs: Sequence[float], ys: Sequence[float], top: float) -> str:
    last = xs[-1] or 1.0
    return "M" + "L".join(f"{100 * x / last:.2f} {100 - 100 * min(y / top, 1):.2f}" for x, y in zip(xs, ys))


def _grid(top: float) -> SafeString:
    levels = [(f"{100 - 100 * share:.2f}", f"{top * share:.1f}") for share in (0.25, 0.5, 0.75, 1.0)]
    return format_html_join(
        "",
        '<line class="grid" x1="0" x2="100%" y1="{0}%" y2="{0}%"/><text class="end" x="-8" y="{0}%" dy="4">{1}</text>',
        levels,
    )


def _ticks(last: float) -> SafeString:
    places = [(f"{100 * share:.0f}", f"{last * share / 1000:.4g}") for share in (0, 0.5, 1.0)]
    return format_html_join("", '<text class="mid" x="{}%" y="100%" dy="18">{}</text>', places)
