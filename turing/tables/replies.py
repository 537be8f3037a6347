"""What the tables of one question share: the replies, by truth, and a table's heading."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from ..gathering import Gathered, Given
from ..models import Truth
from ..prompts import prompt_of
from ..questions import Question
from .table import Table

Reply = tuple[Given, dict[str, Any]]


def replies_to(gathered: Gathered, phase: int, question: Question) -> list[Reply]:
    """First showings, all roles but training; of people who count."""
    return [
        (one, reply) for one in gathered.given
        if one.phase == phase and not one.showing and gathered.people[one.row].counts
        and (reply := one.reply(gathered.study, question)) is not None
    ]  # fmt: skip


def _title(gathered: Gathered, phase: int, question: Question) -> str:
    phases = gathered.study.designed.phases
    name = prompt_of(question)
    return (
        name if len(phases) == 1 else f"{phases[phase].title or _('Phase %(n)d') % {'n': phase + 1}}: {name}"
    )


def asked_table(
    gathered: Gathered, phase: int, question: Question, columns: Iterable[str], rows: Iterable[tuple[str, ...]], note: str = "", *, long: bool = False, part: str = ""
) -> Table:  # fmt: skip
    return Table(
        f"asked-{phase}-{question.key}{part}",
        _title(gathered, phase, question),
        note,
        tuple(columns),
        tuple(rows),
        long,
    )


def truths(gathered: Gathered, replies: list[Reply]) -> list[tuple[str, list[Reply]]]:
    """By truth, in the order of the protocol; the cases' own class where several truths exist."""
    groups: dict[str, list[Reply]] = defaultdict(list)
    for reply in replies:
        groups[gathered.every_case[reply[0].case].truth].append(reply)
    return [(str(Truth(name).label), groups[name]) for name in Truth.values if groups[name]]
