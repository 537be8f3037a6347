"""A closed study's answers as files: every event with its truth, and the input of two programs for reader studies."""

import csv
from collections.abc import Iterator
from typing import Any

from .models import Answer, Study, Truth
from .workbook import workbook

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


def imrmc_text(study: Study) -> str:
    """iMRMC's input file (FDA, DIDSR): front matter, BEGIN DATA:, a truth line for each case, then reader, case, modality, score.

    First readings of people who answered and could not see the truth; scores rise with 'synthetic'."""
    lines = [
        f"evalsite study {study.pk}, protocol {study.protocol_digest[:16]}",
        "Scores rise with 'synthetic'",
    ]
    lines += ["BEGIN DATA:"]
    cases = list(study.cases.order_by("position"))
    lines += [f"truth,case{case.position + 1},truth,{int(case.truth == Truth.SYNTHETIC)}" for case in cases]
    for reader, position, rating in _scores(study):
        lines.append(f"reader{reader},case{position + 1},turing,{rating}")
    return "\n".join(lines) + "\n"


def rjafroc_workbook(study: Study) -> bytes:
    """RJafroc's Excel workbook (Chakraborty): sheets TRUTH, TP and FP of the ROC paradigm in a fully crossed design, from readers who
    answered every case, since a gap is no answer there."""
    cases = list(study.cases.order_by("position"))
    given: dict[int, dict[int, int]] = {}
    for reader, position, rating in _scores(study):
        given.setdefault(reader, {})[position] = rating
    whole = {reader: scores for reader, scores in given.items() if len(scores) == len(cases)}
    readers = ", ".join(str(reader) for reader in whole)
    truth: list[list[Any]] = [["CaseID", "LesionID", "Weight", "ReaderID", "ModalityID", "Paradigm"]]
    for case in cases:
        abnormal = int(case.truth == Truth.SYNTHETIC)
        truth.append([case.position + 1, abnormal, abnormal, readers, "0", ""])
    for row, word in zip(truth[1:], ("ROC", "FCTRL")):
        row[-1] = word
    positive: list[list[Any]] = [["ReaderID", "ModalityID", "CaseID", "LesionID", "TP_Rating"]]
    negative: list[list[Any]] = [["ReaderID", "ModalityID", "CaseID", "FP_Rating"]]
    for reader, scores in whole.items():
        for case in cases:
            rating = scores[case.position]
            if case.truth == Truth.SYNTHETIC:
                positive.append([str(reader), "0", case.position + 1, 1, rating])
            else:
                negative.append([str(reader), "0", case.position + 1, rating])
    return workbook({"TRUTH": truth, "TP": positive, "FP": negative})


def _scores(study: Study) -> Iterator[tuple[int, int, int]]:
    """(reader's number, case's position, rating): what counts over readers."""
    rows = Answer.objects.of_study(study).counted().filter(session__by_owner=False)
    rows = rows.select_related("session__reader", "trial__case")
    for answer in rows.order_by("session__reader__number", "trial__case__position"):
        yield (
            answer.session.reader.number,
            answer.trial.case.position,
            answer.rating(study.confidence_steps),
        )
