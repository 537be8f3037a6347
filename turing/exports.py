"""A closed study's answers as files: every event with its truth, and the input of two programs for reader studies."""

import csv
import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from .models import Answer, Study
from .results import Results
from .workbook import workbook

COLUMNS = (
    "study", "protocol_digest", "version", "reader", "experience", "group", "simulated", "machine", "session", "phase", "position", "showing",
    "counts", "case", "role", "truth", "label", "source", "cluster", "picture_digest", "sequence", "revision", "is_current", "said", "confidence",
    "rating", "replies", "seconds", "exposure_ms", "interrupted", "issued", "received", "digest",
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
        yield writer.writerow(safe_row(_row(study, answer, answer.pk in current)))


def _row(study: Study, answer: Answer, is_current: bool) -> list[Any]:
    session, trial = answer.session, answer.trial
    reader, case = session.reader, trial.case
    counts = trial.counts and session.set_aside is None and not session.by_owner
    binary = answer.said in ("real", "synthetic")
    return [
        study.name, study.protocol_digest, answer.version, reader.number, reader.experience, reader.group, int(reader.is_simulated),
        int(reader.is_machine), session.number, trial.phase + 1, trial.position + 1, trial.showing, int(counts), case.position + 1, case.role,
        case.truth, case.label, case.source, case.cluster, case.picture.digest, answer.sequence + 1, answer.revision, int(is_current),
        answer.said, answer.confidence, answer.rating(study.confidence_steps) if binary else "",
        json.dumps(answer.replies, ensure_ascii=False, sort_keys=True) if answer.replies else "",
        "" if answer.seconds is None else f"{answer.seconds:.3f}", trial.exposure_ms or "", int(answer.interrupted),
        answer.issued.isoformat() if answer.issued else "", answer.received.isoformat(), answer.digest,
    ]  # fmt: skip


def safe_row(row: list[Any]) -> list[Any]:
    return [_safe(value) for value in row]


def _safe(value: Any) -> Any:
    """A spreadsheet would run a cell that begins like a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def imrmc_text(title: str, found: Results) -> str:
    """iMRMC's input file (FDA, DIDSR): front matter, BEGIN DATA:, a truth line for each case, then reader, case, modality, score.

    What counts over readers; scores rise with 'synthetic'."""
    front = " ".join(title.split()).replace("BEGIN DATA", "begin data")
    lines = [f"evalsite: {front}", "Scores rise with 'synthetic'", "BEGIN DATA:"]
    people = found.readings.people()
    lines += [f"truth,case{name},truth,{int(truth)}" for name, truth in zip(found.case_names, people.truth)]
    for number, row in zip(_numbers(found), people.ratings):
        for case in np.flatnonzero(~np.isnan(row)):
            lines.append(f"reader{number},case{found.case_names[case]},turing,{row[case]:g}")
    return "\n".join(lines) + "\n"


def _numbers(found: Results) -> list[int]:
    kept = found.readings.counted & ~np.isnan(found.readings.said).all(axis=1)
    return [person.number for person, counts in zip(found.people, kept) if counts]


def rjafroc_workbook(found: Results) -> bytes:
    """RJafroc's Excel workbook (Chakraborty): sheets TRUTH, TP and FP of the ROC paradigm in a fully crossed design, from readers who
    answered every case, since a gap is no answer there."""
    people = found.readings.people()
    whole = ~np.isnan(people.ratings).any(axis=1)
    readers = [str(number) for number, all_ in zip(_numbers(found), whole) if all_]
    truth: list[list[Any]] = [["CaseID", "LesionID", "Weight", "ReaderID", "ModalityID", "Paradigm"]]
    truth += [[case, int(t), int(t), ", ".join(readers), "0", ""] for case, t in enumerate(people.truth, 1)]
    for row, word in zip(truth[1:], ("ROC", "FCTRL")):
        row[-1] = word
    positive: list[list[Any]] = [["ReaderID", "ModalityID", "CaseID", "LesionID", "TP_Rating"]]
    negative: list[list[Any]] = [["ReaderID", "ModalityID", "CaseID", "FP_Rating"]]
    for reader, ratings in zip(readers, people.ratings[whole]):
        for case, (t, rating) in enumerate(zip(people.truth, ratings), 1):
            (positive if t else negative).append([reader, "0", case, *([1] if t else []), float(rating)])
    return workbook({"TRUTH": truth, "TP": positive, "FP": negative})
