"""A reader's pass through a study: begin it, answer, correct, go on. Every answer is appended before it is acknowledged."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .answers import accepted, end_replies
from .chain import last_event, link
from .drawing import NotReady
from .models import Answer, EndAnswer, Reader, Session, Stage, Study, Trial
from .ordering import reader_seed
from .progressing import INTRO, QUESTIONS, current_trial, issue, previous_trial, progress, where
from .questions import storable
from .scheduling import trials_for

__all__ = [
    "current_trial",
    "issue",
    "last_event",
    "previous_trial",
    "progress",
    "where",
]  # what pages ask beside what is done here

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
    "exposed_ms",  # how long a short exposure really lasted
    "exposed_frames",  # display frames of it
)
DISPLAY_FIELDS = (
    "screen_width",
    "screen_height",
    "view_width",
    "view_height",
    "colour_depth",
    "ratio_percent",
    "dark_seen",  # screen check: the square of 5 % on black, that of 95 % on white, 0 or 1
    "bright_seen",
    "ambient",  # light in the room: 0 dark, 1 dim, 2 bright
)
PROFILE_FIELDS = ("specialty", "years", "seen_generated", "time_zone", "language")
LONGEST_PROFILE = 120
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
    replies: dict[str, Any] = field(
        default_factory=dict
    )  # to the phase's other questions, by key: see turing.questions


def open_session(
    *,
    reader: Reader,
    display: dict[str, Any] | None = None,
    profile: dict[str, Any] | None = None,
) -> Session:
    """The reader's session, begun now if there is none yet: its trials are drawn and its first phase begins."""
    with transaction.atomic():
        Reader.objects.select_for_update().get(pk=reader.pk)
        session = current_session(reader)
        if session is None:
            if profile:
                reader.profile = kept_profile(profile)
                reader.save(update_fields=["profile"])
            session = _begin(reader, whole_numbers(display or {}, DISPLAY_FIELDS))
    return session


def current_session(reader: Reader) -> Session | None:
    return reader.sessions.counted().order_by("-number").first()


def _begin(reader: Reader, display: dict[str, int]) -> Session:
    number, now = reader.sessions.count() + 1, timezone.now()
    seed = reader_seed(reader.study.seed, reader.number + 10_000 * (number - 1))
    session = Session.objects.create(
        reader=reader,
        number=number,
        seed=seed,
        consented=now,
        by_owner=reader.is_rehearsal,
        display=display,
    )
    Stage.objects.create(session=session, phase=0, begun=now)
    Trial.objects.bulk_create(trials_for(session))
    return session


def begin_phase(session: Session, study: Study, *, now: datetime | None = None) -> bool:
    """Begin the next phase if its turn has come; False when it has not (another tab was first, or the wash-out is not over)."""
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session.pk)
        here = where(session, study, now)
        if here.stage != INTRO or not _is_open(study):
            return False
        Stage.objects.create(session=session, phase=here.phase, begun=now or timezone.now())
    return True


def set_aside(reader: Reader, reason: str) -> None:
    """Let a reader begin anew; what was answered stays, with the reason, and no longer counts."""
    if not reason.strip():
        raise NotReady(_("Write down why the reader begins anew: the reason is kept with the answers."))
    reader.sessions.counted().update(set_aside=timezone.now(), set_aside_reason=reason.strip())


def record(session: Session, study: Study, given: Submission, *, now: datetime | None = None) -> Outcome:
    """Append one answer. Safe against double clicks, two tabs and posts that are sent again."""
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session.pk)  # one writer to a chain
        trial = _named(session, study, given)
        said = trial and accepted(study.phase(trial.phase), given.said, given.confidence, given.replies)
        if trial is None or said is None:
            return Outcome.REFUSED
        if trial.answers.filter(submission=given.submission).exists():
            return Outcome.REPEATED
        outcome = _admit(session, study, trial, given)
        if outcome is Outcome.SAVED:
            _append(session, study, trial, given, said, now or timezone.now())
            issue(where(session, study).trial)
    return outcome


def record_end(session: Session, study: Study, phase: int, submission: str, replies: Any) -> Outcome:
    """Append the replies to the questions at the end of a phase, once."""
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session.pk)
        if session.end_answers.filter(phase=phase).exists():
            return Outcome.REPEATED
        here = where(session, study)
        kept = here.stage == QUESTIONS and here.phase == phase and end_replies(study.phase(phase), replies)
        if not isinstance(kept, dict) or not NAME.fullmatch(submission) or not _is_open(study):
            return Outcome.REFUSED
        now = timezone.now()
        end = EndAnswer(
            session=session,
            phase=phase,
            replies=kept,
            version=study.version,
            received=now,
            submission=submission,
        )
        link(end, last_event(session)).save()
        _finish(session, study, phase, now)
    return Outcome.SAVED


def _is_open(study: Study) -> bool:
    """Asked of the database: the study may have been closed since the page was asked for."""
    return Study.objects.filter(pk=study.pk, state=Study.State.OPEN).exists()


def _named(session: Session, study: Study, given: Submission) -> Trial | None:
    possible = NAME.fullmatch(given.token) and NAME.fullmatch(given.submission)
    if not possible or session.set_aside or not _is_open(study):
        return None
    return session.trials.filter(token=given.token).first()


def _admit(session: Session, study: Study, trial: Trial, given: Submission) -> Outcome:
    if trial == where(session, study).trial:
        return Outcome.SAVED
    if not trial.answers.exists():
        return Outcome.REFUSED  # a case that has not been reached: its image is only loaded ahead
    may_correct = given.corrects and trial == previous_trial(session, study)
    return Outcome.SAVED if may_correct else Outcome.STALE


def _append(
    session: Session,
    study: Study,
    trial: Trial,
    given: Submission,
    said: tuple[str, int, dict],
    now: datetime,
) -> None:
    client = whole_numbers(given.client, CLIENT_FIELDS)
    answer = Answer(
        session=session,
        trial=trial,
        revision=trial.answers.count(),
        said=said[0],
        confidence=said[1],
        replies=said[2],
        version=study.version,
        issued=trial.issued,
        received=now,
        client=client,
        interrupted=given.interrupted or bool(client.get("hidden_ms") or client.get("paused_ms")),
        submission=given.submission,
    )
    link(answer, last_event(session)).save()
    left = session.trials.filter(phase=trial.phase).unanswered().exists()
    if not left and not study.phase(trial.phase).ends:
        _finish(session, study, trial.phase, now)


def _finish(session: Session, study: Study, phase: int, now: datetime) -> None:
    session.stages.filter(phase=phase, finished=None).update(finished=now)
    if session.finished is None and phase + 1 == len(study.designed.phases):
        session.finished = now
        session.save(update_fields=["finished"])


def kept_profile(given: dict[str, Any]) -> dict[str, str]:
    said = {name: storable(str(given.get(name) or ""))[:LONGEST_PROFILE] for name in PROFILE_FIELDS}
    return {name: text for name, text in said.items() if text}


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
