"""Numbers and sentences of a report as text: translated, rounded, with the interval and floor in words."""

import math
from dataclasses import dataclass

from django.utils.translation import gettext as _

from jobs.wording import NARROW, decimals

from .catalogue import METRICS
from .charts import powers_of_ten
from .protocol_words import told_protocol
from .reports import Number, Sentence

LARGE = 1e6  # from here on nobody reads the digits of a distance


def written(value: float, digits: int) -> str:
    return powers_of_ten(value, 1) if abs(value) >= LARGE else decimals(value, digits)


def said(sentence: Sentence | None) -> str:
    if sentence is None:
        return ""
    template = _(sentence.template)
    return template % sentence.values if sentence.values else template


@dataclass(frozen=True)
class Shown:
    """One number as text."""

    key: str
    title: str
    source: str
    value: str
    corrected: str
    interval: str
    floor: str
    floor_name: str
    matched: str
    floor_n: int
    n_real: int
    n_synthetic: int
    unfit: bool
    caution: str
    absent: str
    command: str
    meaning: str
    protocol: dict[str, str]


def shown(number: Number) -> Shown:
    widths = [ends[1] - ends[0] for ends in (number.interval, number.floor) if ends and ends[1] > ends[0]]
    digits = places(min(widths, default=0.0), number.value or 0.0)
    share = number.metric == "copies"

    def text(value: float | None) -> str:
        if value is None:
            return ""
        return f"{decimals(100 * value, 2)}{NARROW}%" if share else written(value, digits)

    def span(ends: tuple[float, float] | None) -> str:
        if ends is None:
            return ""
        low = text(ends[0]).removesuffix(f"{NARROW}%")  # the sign stands once, at the end
        return _("%(low)s to %(high)s") % {"low": low, "high": text(ends[1])}

    return Shown(
        number.key, said(number.title), number.source, text(number.value), text(number.corrected), span(number.interval), span(number.floor), _floor_name(number),
        text(number.matched), number.floor_n, number.n_real, number.n_synthetic, number.unfit, said(number.caution),
        said(number.absent), number.command, _(METRICS[number.metric].meaning), told_protocol(number.protocol),
    )  # fmt: skip


def _floor_name(number: Number) -> str:
    if number.group == "memorisation":
        return _("unseen real images")
    return _("real set") if METRICS[number.metric].direction == "as real" else _("real against real")


def places(width: float, value: float) -> int:
    """Decimals that show two changing digits of the interval; three leading digits where there is none."""
    if width > 0:
        return min(5, max(0, 1 - math.floor(math.log10(width))))
    return min(5, max(0, 2 - math.floor(math.log10(abs(value))))) if value else 2


def state_words() -> dict[str, str]:
    return {"fine": _("fine"), "warning": _("warning"), "alarm": _("alarm"), "none": _("not checked")}
