"""Readers that are programs: a classifier's or a language model's answers, from a table, shown beside people's and never pooled.

`pixels` gives a program the images as people get them, by case number and without the truth. Its answers come back as CSV with the columns
case (that number), said (real or synthetic, or the value of an option), optional confidence (1 is a guess) and optional phase (1, 2, ...; else
the answer holds for every phase that asks the primary question)."""

import csv
import io
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from . import rendering
from .chain import link
from .drawing import NotReady
from .models import Answer, Reader, Session, Stage, Study, Trial
from .ordering import reader_seed
from .questions import check
from .scheduling import trials_for

LARGEST = 5_000_000  # characters
Given = dict[tuple[int, int], dict[str, Any]]  # (case number, phase number or 0 for any) -> reply


def pixels(study: Study) -> dict[str, np.ndarray]:
    """ "cases": (n,) numbers from 1; "pixels": (n, frames, h, w) or (n, frames, h, w, 3), unsigned integers as sent to readers;
    "texts": (n,) clinical texts, where there are any."""
    target = rendering.Format.from_json(study.buffers)
    cases = list(study.cases.order_by("position"))
    stacks = [[rendering.read_array(case, target, place) for place in range(target.frames)] for case in cases]
    texts = {"texts": np.array([case.text for case in cases])} if study.buffers.get("texts") else {}
    return {"cases": np.array([case.position + 1 for case in cases]), "pixels": np.array(stacks)} | texts


def add_machine(study: Study, *, name: str, text: str) -> Reader:
    """A machine reader with its answers, whole or not at all. Raises NotReady with the line and the reason."""
    if not study.is_open:
        raise NotReady(_("A machine's answers are taken while the study is open, as people's are."))
    if any(study.designed.pairs(phase) for phase in study.designed.phases):
        raise NotReady(
            _("A machine's answers to pairs cannot be taken: sides are dealt anew for every reader.")
        )
    given = _read(study, text)
    with transaction.atomic():
        Study.objects.select_for_update().get(pk=study.pk)
        number = (study.readers.aggregate(last=Max("number"))["last"] or 0) + 1
        reader = Reader.objects.create(study=study, number=number, name=name[:80], is_machine=True)
        _answer(reader, study, given)
    return reader


def _read(study: Study, text: str) -> Given:
    if len(text) > LARGEST:
        raise NotReady(
            _("The table has %(n)d characters; at most %(most)d are read.")
            % {"n": len(text), "most": LARGEST}
        )
    table = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    columns = {name.strip().lower(): name for name in table.fieldnames or []}
    if not {"case", "said"} <= set(columns):
        raise NotReady(
            _("The table has the columns %(given)s; needed are case and said.")
            % {"given": ", ".join(columns) or _("none")}
        )
    given: Given = {}
    try:
        for row in table:
            cells = {name: (row.get(column) or "").strip() for name, column in columns.items()}
            key, reply = _line(study, cells, table.line_num)
            if key in given:
                raise NotReady(
                    _("Line %(line)d: case %(case)d was answered before.")
                    % {"line": table.line_num, "case": key[0]}
                )
            given[key] = reply
    except csv.Error as error:
        raise NotReady(
            _("Line %(line)d cannot be read: %(why)s.") % {"line": table.line_num, "why": error}
        ) from error
    if not given:
        raise NotReady(_("The table has no answers."))
    return given


def _line(study: Study, cells: dict[str, str], line: int) -> tuple[tuple[int, int], dict[str, Any]]:
    case, phase, confidence = (
        _number(cells.get(name) or fallback)
        for name, fallback in (("case", ""), ("phase", "0"), ("confidence", "1"))
    )
    if case is None or not 1 <= case <= study.cases.count():
        raise NotReady(_("Line %(line)d: “%(given)s” is no case; they are numbered from 1 to %(last)d.") % {
            "line": line, "given": cells["case"], "last": study.cases.count()})  # fmt: skip
    if phase is None or phase > len(study.designed.phases):
        raise NotReady(
            _("Line %(line)d: there is no phase “%(given)s”.") % {"line": line, "given": cells.get("phase")}
        )
    question = study.phase(phase - 1).questions[0] if phase else study.primary
    reply = question and check(question, {"said": cells["said"].lower(), "confidence": confidence})
    if not reply:
        raise NotReady(_("Line %(line)d: “%(said)s” with confidence “%(confidence)s” is no answer to the question.") % {
            "line": line, "said": cells["said"], "confidence": cells.get("confidence", "")})  # fmt: skip
    return (case, phase), reply


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 6 else None


def _answer(reader: Reader, study: Study, given: Given) -> None:
    now = timezone.now()
    session = Session.objects.create(
        reader=reader, seed=reader_seed(study.seed, reader.number), consented=now
    )
    Stage.objects.bulk_create(
        Stage(session=session, phase=n, begun=now, finished=now) for n in range(len(study.designed.phases))
    )
    Trial.objects.bulk_create(trials_for(session))
    answers: list[Answer] = []
    for trial in session.trials.filter(showing=0).select_related("case").order_by("position"):
        reply = given.get((trial.case.position + 1, trial.phase + 1))
        if reply is None and study.designed.counts(study.phase(trial.phase)):
            reply = given.get((trial.case.position + 1, 0))
        if reply is not None:
            answer = Answer(
                session=session,
                trial=trial,
                received=now,
                submission=f"imported-{trial.position}",
                version=study.version,
                **reply,
            )
            answers.append(link(answer, answers[-1] if answers else None))  # type: ignore[arg-type]
    Answer.objects.bulk_create(answers)
    if not session.trials.filter(counts=True).unanswered().exists():
        session.finished = now
        session.save(update_fields=["finished"])
