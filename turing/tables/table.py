"""What a table of findings is, and how its cells are written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from jobs.wording import decimals, percent

from ..analysis.detection import Proportion
from ..analysis.mrmc import OneModality
from ..results_words import p_words, span

INTERVAL = lambda: _("Interval (95 %)")  # noqa: E731


@dataclass(frozen=True)
class Table:
    """anchor: its place on a page; note may be empty; the first cell of a row is its heading. long: folded away on a page."""

    anchor: str
    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    long: bool = False


def around(interval: Sequence[float], places: int = 2) -> str:
    return f"{decimals(interval[0], places)} {_('to')} {decimals(interval[1], places)}"


def share(rate: Proportion | None) -> tuple[str, str]:
    return (percent(rate.value, 0), span(rate.wilson)) if rate else ("", "")


def area(value: float) -> str:
    return decimals(value, 3)


def figure(
    name: str, over: OneModality, value: Callable[[float], str], spanned: Callable[[tuple[float, float]], str]
) -> tuple[str, ...]:
    new = spanned(over.prediction) if over.prediction else _("needs five readers without gaps")
    return name, value(over.estimate), spanned(over.interval), new, p_words(over.p_value)
