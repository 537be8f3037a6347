"""Everything else that was asked, as tables: which question gives which, one after another.

Of people who count; a machine's answers and those of who knew the truth are in the exports.
"""

from typing import Any

from ..gathering import Gathered
from ..questions import Question
from .judged import classes, detected, diagnosis, exposures
from .opinions import counted, end, marked, rated, rubric, words
from .replies import Reply, replies_to
from .table import Table


def asked_tables(gathered: Gathered) -> tuple[Table, ...]:
    found: list[Table | None] = []
    for number, phase in enumerate(gathered.study.designed.phases):
        if phase.training:
            continue
        for question in phase.questions:
            replies = replies_to(gathered, number, question)
            if replies:
                found += _tables(gathered, number, question, replies)
        found += [end(gathered, number, question) for question in phase.ends]
    return tuple(table for table in found if table is not None and table.rows)


def _tables(gathered: Gathered, phase: int, question: Question, replies: list[Reply]) -> list[Table | None]:
    primary = gathered.study.primary
    makers: dict[str, list[Any]] = {
        "class": [classes], "hype": [exposures], "diagnosis": [diagnosis, classes], "realism": [rated], "rating": [rated],
        "rubric": [rubric], "choice": [counted], "checklist": [counted], "mark": [marked], "text": [words],
        "detect": [] if primary is not None and primary.key == question.key else [detected],
    }  # fmt: skip
    return [make(gathered, phase, question, replies) for make in makers.get(question.kind, [])]
