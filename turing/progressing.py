"""Where a reader is: which phase, which case, and what comes next. Reads rows, changes none but the time of issue."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from .models import Session, Study, Trial
from .staircase import next_exposure

INTRO, CASE, QUESTIONS, WASHOUT, FINISHED = "intro", "case", "questions", "washout", "finished"


@dataclass(frozen=True)
class Where:
    """intro: the phase's instructions wait to be agreed to; questions: those at its end; washout: until `until` nothing is shown."""

    stage: str
    phase: int
    trial: Trial | None = None
    until: datetime | None = None


def where(session: Session, study: Study, now: datetime | None = None) -> Where:
    last = session.stages.order_by("-phase").first()
    if last is None:
        return Where(INTRO, 0)
    if last.finished is None:
        trial = session.trials.filter(phase=last.phase).unanswered().order_by("position").first()
        return Where(CASE, last.phase, trial) if trial else Where(QUESTIONS, last.phase)
    if last.phase + 1 >= len(study.designed.phases):
        return Where(FINISHED, last.phase)
    until = last.finished + timedelta(days=study.phase(last.phase + 1).washout_days)
    if (now or timezone.now()) < until:
        return Where(WASHOUT, last.phase + 1, until=until)
    return Where(INTRO, last.phase + 1)


def current_trial(session: Session) -> Trial | None:
    return where(session, session.reader.study).trial


def previous_trial(session: Session, study: Study) -> Trial | None:
    """The one trial that may be corrected: the last answered one of the phase being read, where the protocol allows it and
    nothing was learnt since (feedback in training, the next exposure of a staircase)."""
    here = session.stages.filter(finished=None).first() or session.stages.last()
    if here is None or not study.designed.allow_revision or not may_correct(study, here.phase):
        return None
    last_of_all = here.phase + 1 == len(study.designed.phases)
    if here.finished and not last_of_all:
        return None
    return session.trials.filter(phase=here.phase).answered().order_by("-position").first()


def may_correct(study: Study, phase: int) -> bool:
    return not study.phase(phase).training and study.phase(phase).questions[0].kind != "hype"


def progress(session: Session, study: Study, phase: int) -> dict[str, int]:
    """Of the phase: how many cases, how many answered, and the number of the current one."""
    trials = session.trials.filter(phase=phase)
    total, saved = trials.count(), trials.answered().count()
    return {"number": min(saved + 1, total), "total": total, "saved": saved}


def block_left(session: Session, study: Study, phase: int) -> int:
    """Cases until a break is proposed; says nothing about how many there are in all."""
    block = max(1, study.phase(phase).block)
    return block - session.trials.filter(phase=phase).answered().count() % block


def issue(trial: Trial | None) -> None:
    """Note the server's time at which a case first became the reader's current one, and how long it will be shown."""
    if trial is not None and trial.issued is None:
        trial.issued = timezone.now()
        trial.exposure_ms = _exposure(trial)
        Trial.objects.filter(pk=trial.pk, issued__isnull=True).update(
            issued=trial.issued, exposure_ms=trial.exposure_ms
        )


def _exposure(trial: Trial) -> int | None:
    study = Study.objects.only("design").get(readers__sessions=trial.session_id)
    rule = study.phase(trial.phase).questions[0].exposure
    if rule is None:
        return None
    earlier = trial.session.trials.filter(phase=trial.phase, track=trial.track, position__lt=trial.position)
    answered = earlier.answered().select_related("case").prefetch_related("answers").order_by("position")
    return next_exposure(rule, [is_right(one, list(one.answers.all())[-1].said) for one in answered])


def is_right(trial: Trial, said: str, about: str = "truth") -> bool:
    """Whether an answer about the truth (or, of a diagnosis, the label) is right."""
    if about == "label":
        return said == trial.case.label
    if trial.other_id is not None:
        return said == trial.synthetic_side
    return said == trial.case.truth


def feedback(session: Session, study: Study, phase: int) -> dict[str, Any] | None:
    """After an answer in a training phase, and nowhere else: what the last answered case was."""
    if not study.phase(phase).training:
        return None
    trial = session.trials.filter(phase=phase).answered().order_by("-position").first()
    if trial is None:
        return None
    about = "label" if study.phase(phase).questions[0].kind == "diagnosis" else "truth"
    truth = trial.case.label if about == "label" else trial.case.truth
    if trial.other_id is not None:
        truth = trial.synthetic_side
    answer = trial.answers.order_by("-revision").first()
    return {"token": trial.token, "truth": truth, "right": is_right(trial, answer.said, about)}
