"""A closed study's answers as one readable file: every event, the truth beside it."""

import csv
from collections.abc import Iterator
from typing import Any

from .models import Answer, Study

COLUMNS = (
    "study", "protocol_digest", "reader", "experience", "simulated", "session", "position", "case", "truth", "label",
    "cluster", "picture_digest", "sequence", "revision", "is_current", "said", "confidence", "rating", "seconds", "interrupted",
    "issued", "received", "digest",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """What csv.writer writes into: hands each line on."""

    def write(self, line: str) -> str:
        return line


def answers_csv(study: Study) -> Iterator[str]:
    """Lines of a long table, one an event, in the order of the log; corrections stand beside what they replaced."""
    writer = csv.writer(_Line())
    yield writer.writerow(COLUMNS)
    current = set(Answer.objects.of_study(study).current().values_list("pk", flat=True))
    rows = Answer.objects.of_study(study).select_related("session__reader", "trial__case__picture")
    for answer in rows.order_by("session__reader__number", "session__number", "sequence"):
        yield writer.writerow([_safe(value) for value in _row(study, answer, answer.pk in current)])


def _row(study: Study, answer: Answer, is_current: bool) -> list[Any]:
    reader, trial, case = answer.session.reader, answer.trial, answer.trial.case
    return [
        study.name, study.protocol_digest, reader.number, reader.experience, int(reader.is_simulated), answer.session.number,
        trial.position + 1, case.position + 1, case.truth, case.picture.label, case.cluster, case.picture.digest,
        answer.sequence + 1, answer.revision, int(is_current), answer.said, answer.confidence,
        answer.rating(study.confidence_steps), "" if answer.seconds is None else f"{answer.seconds:.3f}", int(answer.interrupted),
        answer.issued.isoformat() if answer.issued else "", answer.received.isoformat(), answer.digest,
    ]  # fmt: skip


def _safe(value: Any) -> Any:
    """A spreadsheet would run a cell that begins like a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
