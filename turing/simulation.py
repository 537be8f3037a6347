"""Readers made of chance, for the demo and for tests. They are called simulated wherever they appear."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from numpy.random import Generator

from .chain import last_event, link
from .models import Answer, EndAnswer, Session, Stage, Study, Trial
from .progressing import is_right
from .protocol import Phase
from .questions import Question, asked_after
from .staircase import next_exposure

SLOWEST_FIRST = 0.6  # log-seconds: how much slower than later the first cases are read
KNOWS_LABELS = 0.8  # how often a diagnosis is right


@dataclass
class Mind:
    """A reader's skill and chance: right about a synthetic image with probability `sensitivity`, about a real one with `specificity`."""

    sensitivity: float
    specificity: float
    rng: Generator
    seconds: float = 7.0

    def is_right(self, truth: str) -> bool:
        return bool(self.rng.random() < (self.specificity if truth == "real" else self.sensitivity))

    def pick(self, values: list[str]) -> str:
        return values[int(self.rng.integers(len(values)))]

    def confidence(self, steps: int, right: bool) -> int:
        return 1 + int(self.rng.binomial(steps - 1, 0.62 if right else 0.38))

    def spent(self, place: int) -> float:
        mean = math.log(self.seconds) + SLOWEST_FIRST * math.exp(-place / 8)
        return math.exp(mean + self.rng.normal(0, 0.45))


@dataclass
class Made:
    """What a simulation will write, in one go."""

    trials: list[Trial] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    ends: list[EndAnswer] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)


def simulate_reader(
    session: Session, *, sensitivity: float, specificity: float, rng: Generator, seconds: float = 7.0
) -> None:
    """Answer what is left of a session, all phases to their ends; surer when right; response times log-normal around
    `seconds`, slower at the start; a wash-out is waited for on the simulation's own clock."""
    if not session.reader.is_simulated:
        raise ValueError(
            f"Reader {session.reader.name!r} is not marked as simulated; answers are never made up for a person."
        )
    for name, value in (("sensitivity", sensitivity), ("specificity", specificity)):
        if not 0 <= value <= 1:
            raise ValueError(f"{name} is {value}; it is a probability, 0 to 1.")
    mind, made = Mind(sensitivity, specificity, rng, seconds), Made()
    clock, previous = session.consented, last_event(session)
    begun = {stage.phase: stage for stage in session.stages.all()}
    study = session.reader.study
    for number, phase in enumerate(study.designed.phases):
        stage = begun.get(number) or Stage(
            session=session, phase=number, begun=clock + timedelta(days=phase.washout_days)
        )
        if stage.finished is None:
            clock = max(clock, stage.begun)
            clock, previous = _read_phase(session, study, stage, phase, mind, made, clock, previous)
            stage.finished = clock
            made.stages.append(stage)
    _save(session, made, clock)


def _read_phase(
    session: Session, study: Study, stage: Stage, phase: Phase, mind: Mind, made: Made, clock: datetime, previous: Any
) -> tuple[datetime, Any]:  # fmt: skip
    unread = (
        session.trials.filter(phase=stage.phase)
        .unanswered()
        .select_related("case", "other")
        .order_by("position")
    )
    rule, tracks = phase.questions[0].exposure, {}
    for trial in unread:
        trial.issued, spent = clock, mind.spent(trial.position)
        if rule is not None:
            trial.exposure_ms = next_exposure(rule, tracks.setdefault(trial.track, []))
        clock += timedelta(milliseconds=round(1000 * spent))
        answer = _answer(trial, study, phase, mind, clock, spent)
        if rule is not None:
            tracks[trial.track].append(is_right(trial, answer.said))
        previous = link(answer, previous)
        made.answers.append(answer)
        made.trials.append(trial)
    if phase.ends:
        replies = {question.key: reply_to(question, None, mind) for question in phase.ends}
        end = EndAnswer(session=session, phase=stage.phase, replies=replies, received=clock, submission=f"simulated-end-{stage.phase}", version=study.version)  # fmt: skip
        previous = link(end, previous)
        made.ends.append(end)
    return clock, previous


def _answer(trial: Trial, study: Study, phase: Phase, mind: Mind, received: datetime, spent: float) -> Answer:
    first, *others = phase.questions
    reply = reply_to(first, trial, mind)
    replies = {} if "said" in reply else {first.key: reply}
    replies |= {one.key: reply_to(one, trial, mind) for one in others if asked_after(one, reply)}
    return Answer(
        session=trial.session, trial=trial, said=reply.get("said", ""), confidence=reply.get("confidence", 1), replies=replies,
        version=study.version, issued=trial.issued, received=received, client={"active_ms": round(1000 * spent)}, submission=f"simulated-{trial.position}",
    )  # fmt: skip


def reply_to(question: Question, trial: Trial | None, mind: Mind) -> dict[str, Any]:
    """A reply in the shape of its kind (see turing.questions); of questions about the truth, right as often as the mind is."""
    values = [option.value for option in question.options]
    if question.kind in SAID:
        right = mind.is_right(trial.case.truth) if trial else False
        said = SAID[question.kind](values, trial, right, mind)
        return {"said": said, "confidence": mind.confidence(question.steps, right)}
    return OTHERS[question.kind](question, values, mind)


def _binary(values: list[str], trial: Trial | None, right: bool, mind: Mind) -> str:
    is_real = trial is not None and trial.case.truth == "real"
    return "real" if is_real == right else "synthetic"


def _side(values: list[str], trial: Trial | None, right: bool, mind: Mind) -> str:
    right = mind.rng.random() < (mind.sensitivity + mind.specificity) / 2
    on_the_right = trial is not None and trial.swapped
    return "right" if on_the_right == right else "left"


def _class(values: list[str], trial: Trial | None, right: bool, mind: Mind) -> str:
    truth = trial.case.truth if trial else ""
    return truth if right and truth in values else mind.pick([value for value in values if value != truth])


def _label(values: list[str], trial: Trial | None, right: bool, mind: Mind) -> str:
    known = trial is not None and trial.case.label in values and mind.rng.random() < KNOWS_LABELS
    return trial.case.label if trial and known else mind.pick(values)


def _choice(values: list[str], trial: Trial | None, right: bool, mind: Mind) -> str:
    return mind.pick(values)


def _rating(question: Question, values: list[str], mind: Mind) -> dict[str, Any]:
    return {"rating": 1 + int(mind.rng.integers(question.points))}


def _rubric(question: Question, values: list[str], mind: Mind) -> dict[str, Any]:
    return {"ratings": {value: 1 + int(mind.rng.integers(question.points)) for value in values}}


def _items(question: Question, values: list[str], mind: Mind) -> dict[str, Any]:
    return {"items": [value for value in values if mind.rng.random() < 0.3]}


def _marks(question: Question, values: list[str], mind: Mind) -> dict[str, Any]:
    corner = [int(one) for one in mind.rng.integers(0, 8, 2)]
    return {"marks": [corner if question.shape == "point" else [*corner, corner[0] + 4, corner[1] + 4]]}


def _text(question: Question, values: list[str], mind: Mind) -> dict[str, Any]:
    return {"text": mind.pick(["too smooth", "edges", "nothing in particular"])}


SAID: dict[str, Callable[[list[str], Trial | None, bool, Mind], str]] = {
    "detect": _binary, "hype": _binary, "pair": _side, "class": _class, "diagnosis": _label, "choice": _choice,
}  # fmt: skip
OTHERS: dict[str, Callable[[Question, list[str], Mind], dict[str, Any]]] = {
    "realism": _rating, "rating": _rating, "rubric": _rubric, "checklist": _items, "mark": _marks, "text": _text,
}  # fmt: skip


def _save(session: Session, made: Made, finished: datetime) -> None:
    with transaction.atomic():
        Trial.objects.bulk_update(made.trials, ["issued", "exposure_ms"])
        Answer.objects.bulk_create(made.answers)
        EndAnswer.objects.bulk_create(made.ends)
        for stage in made.stages:
            stage.save()
        session.finished = finished
        session.save(update_fields=["finished"])
