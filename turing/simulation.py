"""Readers made of chance, for the demo and for tests. They are called simulated wherever they appear."""

import math
from datetime import timedelta

from django.db import transaction
from numpy.random import Generator

from .chain import last_event, link
from .models import Answer, Session, Trial, Truth

SLOWEST_FIRST = 0.6  # log-seconds: how much slower than later the first cases are read
OTHER = {Truth.REAL.value: Truth.SYNTHETIC.value, Truth.SYNTHETIC.value: Truth.REAL.value}


def simulate_reader(
    session: Session, *, sensitivity: float, specificity: float, rng: Generator, seconds: float = 7.0
) -> None:
    """Answer what is left of a session: right about a synthetic image with probability `sensitivity`, about a real
    one with `specificity`; surer when right; response times log-normal around `seconds`, slower at the start."""
    if not session.reader.is_simulated:
        raise ValueError(
            f"Reader {session.reader.name!r} is not marked as simulated; answers are never made up for a person."
        )
    for name, value in (("sensitivity", sensitivity), ("specificity", specificity)):
        if not 0 <= value <= 1:
            raise ValueError(f"{name} is {value}; it is a probability, 0 to 1.")
    steps = session.reader.study.confidence_steps
    clock, previous = session.consented, last_event(session)
    answers, trials = [], list(session.trials.unanswered().select_related("case").order_by("position"))
    for trial in trials:
        share = sensitivity if trial.case.truth == Truth.SYNTHETIC else specificity
        right = bool(rng.random() < share)
        trial.issued = clock
        spent = math.exp(
            math.log(seconds) + SLOWEST_FIRST * math.exp(-trial.position / 8) + rng.normal(0, 0.45)
        )
        clock += timedelta(milliseconds=round(1000 * spent))
        answer = _answer(
            trial, right, 1 + int(rng.binomial(steps - 1, 0.62 if right else 0.38)), clock, spent
        )
        previous = link(answer, previous)
        answers.append(answer)
    _save(session, trials, answers, clock)


def _answer(trial: Trial, right: bool, confidence: int, received, spent: float) -> Answer:
    return Answer(
        session=trial.session,
        trial=trial,
        said=trial.case.truth if right else OTHER[trial.case.truth],
        confidence=confidence,
        issued=trial.issued,
        received=received,
        client={"active_ms": round(1000 * spent)},
        submission=f"simulated-{trial.position}",
    )


def _save(session: Session, trials: list[Trial], answers: list[Answer], finished) -> None:
    with transaction.atomic():
        Trial.objects.bulk_update(trials, ["issued"])
        Answer.objects.bulk_create(answers)
        session.stages.update(finished=finished)
        session.finished = finished
        session.save(update_fields=["finished"])
