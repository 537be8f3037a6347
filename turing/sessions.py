"""A reader's pass through a study: begin it, answer, correct, go on. Every answer is appended before it is acknowledged."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from django.db import transaction
from django.utils import timezone

from .chain import link
from .models import Answer, Reader, Session, Study, Trial, Truth
from .ordering import reader_seed, reading_order

# What a page may say about its own clock, in whole milliseconds or counts; anything else is dropped.
CLIENT_FIELDS = (
    "shown_ms",  # performance.now() when the image was drawn
    "answered_ms",  # performance.now() at the key, click or touch
    "active_ms",  # image in sight, not paused, page in front
    "hidden_ms",  # tab out of sight or window without focus
    "paused_ms",
    "hidden_count",
    "paused_count",
    "zoom_percent",
    "window_low",
    "window_high",
    "inverted",
)
DISPLAY_FIELDS = (
    "screen_width",
    "screen_height",
    "view_width",
    "view_height",
    "colour_depth",
    "ratio_percent",
)
LARGEST = 2**31 - 1
NAME = re.compile(r"[A-Za-z0-9_-]{1,48}")  # of a trial's token and of a submission


class Outcome(Enum):
    SAVED = "saved"
    REPEATED = "repeated"  # the same submission again: one answer
    STALE = "stale"  # the case has an answer already and this was not a correction
    REFUSED = "refused"  # not in this session, not yet reached, not a possible answer, or the study is closed


@dataclass(frozen=True)
class Submission:
    token: str
    said: str
    confidence: int
    submission: str
    corrects: bool = False
    interrupted: bool = False
    client: dict[str, Any] = field(default_factory=dict)


def open_session(
    *, reader: Reader, number: int = 1, by_owner: bool = False, display: dict[str, Any] | None = None
) -> Session:
    """The reader's session, begun (order drawn and stored) unless it is there already."""
    with transaction.atomic():
        reader = Reader.objects.select_for_update().select_related("study").get(pk=reader.pk)
        session = reader.sessions.filter(number=number).first()
        if session is None:
            session = _begin(reader, number, by_owner, whole_numbers(display or {}, DISPLAY_FIELDS))
    return session


def _begin(reader: Reader, number: int, by_owner: bool, display: dict[str, int]) -> Session:
    study = reader.study
    seed = reader_seed(study.seed, reader.number + 10_000 * (number - 1))
    cases = list(study.cases.order_by("position"))
    truths = [int(case.truth == Truth.SYNTHETIC) for case in cases]
    order = reading_order(seed, truths, max_run=study.max_run)
    session = Session.objects.create(
        reader=reader, number=number, seed=seed, consented=timezone.now(), by_owner=by_owner, display=display
    )
    Trial.objects.bulk_create(
        Trial(session=session, case=cases[index], position=place) for place, index in enumerate(order)
    )
    return session


def current_trial(session: Session) -> Trial | None:
    return session.trials.unanswered().order_by("position").first()


def previous_trial(session: Session, study: Study) -> Trial | None:
    """The one trial that may be corrected: the last answered one, where the protocol allows it."""
    if not study.allow_revision:
        return None
    return session.trials.answered().order_by("-position").first()


def issue(trial: Trial | None) -> None:
    """Note the server's time at which a case first became the reader's current one."""
    if trial is not None and trial.issued is None:
        trial.issued = timezone.now()
        Trial.objects.filter(pk=trial.pk, issued__isnull=True).update(issued=trial.issued)


def record(session: Session, study: Study, given: Submission, *, now: datetime | None = None) -> Outcome:
    """Append one answer. Safe against double clicks, two tabs and posts that are sent again."""
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session.pk)  # one writer to a chain
        # The study may have been closed since the page was asked for.
        is_open = Study.objects.filter(pk=study.pk, state=Study.State.OPEN).exists()
        possible = is_open and _possible(study, given)
        trial = session.trials.filter(token=given.token).first() if possible else None
        if trial is None:
            return Outcome.REFUSED
        if trial.answers.filter(submission=given.submission).exists():
            return Outcome.REPEATED
        outcome = _admit(session, study, trial, given)
        if outcome is Outcome.SAVED:
            _append(session, trial, given, now or timezone.now())
            issue(current_trial(session))
    return outcome


def _possible(study: Study, given: Submission) -> bool:
    return (
        given.said in Truth.values
        and 1 <= given.confidence <= study.confidence_steps
        and NAME.fullmatch(given.token) is not None
        and NAME.fullmatch(given.submission) is not None
    )


def _admit(session: Session, study: Study, trial: Trial, given: Submission) -> Outcome:
    if trial == current_trial(session):
        return Outcome.SAVED
    if not trial.answers.exists():
        return Outcome.REFUSED  # a case that has not been reached: its image is only loaded ahead
    may_correct = given.corrects and trial == previous_trial(session, study)
    return Outcome.SAVED if may_correct else Outcome.STALE


def _append(session: Session, trial: Trial, given: Submission, now: datetime) -> None:
    client = whole_numbers(given.client, CLIENT_FIELDS)
    answer = Answer(
        session=session,
        trial=trial,
        revision=trial.answers.count(),
        said=given.said,
        confidence=given.confidence,
        issued=trial.issued,
        received=now,
        client=client,
        interrupted=given.interrupted or bool(client.get("hidden_ms") or client.get("paused_ms")),
        submission=given.submission,
    )
    link(answer, session.answers.order_by("-sequence").first()).save()
    if session.finished is None and not session.trials.unanswered().exists():
        session.finished = now
        session.save(update_fields=["finished"])


def whole_numbers(given: Any, allowed: tuple[str, ...]) -> dict[str, int]:
    """Keep the allowed fields that are numbers, as integers: floats would not survive every database to the bit."""
    if not isinstance(given, dict):
        return {}
    kept = {}
    for name in allowed:
        value = given.get(name)
        if isinstance(value, int | float) and -LARGEST <= value <= LARGEST:
            kept[name] = round(value)
    return kept
