"""Reading: who reads, in which order, and what was said. What was said is append-only."""

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from ..append_only import AppendOnly, AppendOnlyQuerySet
from .study import Case, Study, Truth


def new_key() -> str:
    return secrets.token_urlsafe(24)


def new_token() -> str:
    return secrets.token_urlsafe(16)


class ReaderQuerySet(models.QuerySet):
    def active(self) -> "ReaderQuerySet":
        return self.filter(revoked__isnull=True)


class Reader(models.Model):
    """A person (or a simulation or machine, always called one) who reads one study through a personal link."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="readers")
    number = models.PositiveIntegerField()  # 1, 2, ... in the study; its order of cases is drawn from it
    name = models.CharField(_("name"), max_length=80)  # shown to the owner only
    experience = models.CharField(_("experience"), max_length=120, blank=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    key = models.CharField(max_length=48, unique=True, default=new_key)
    revoked = models.DateTimeField(null=True, blank=True)
    group = models.CharField(
        _("group"), max_length=60, blank=True
    )  # compared with the other groups in the results
    is_simulated = models.BooleanField(default=False)
    is_machine = models.BooleanField(
        default=False
    )  # a classifier or a language model: shown beside, never pooled
    is_rehearsal = models.BooleanField(default=False)  # for those who know the truth: read, and never counted
    profile = models.JSONField(default=dict)  # the reader's own words: see turing.sessions.PROFILE_FIELDS
    created = models.DateTimeField(auto_now_add=True)

    objects = ReaderQuerySet.as_manager()

    class Meta:
        ordering = ["study", "number"]
        constraints = [models.UniqueConstraint(fields=["study", "number"], name="one_reader_a_number")]

    def __str__(self) -> str:
        kind = _("simulated") if self.is_simulated else _("machine") if self.is_machine else ""
        return f"{self.name} ({kind})" if kind else self.name


class SessionQuerySet(models.QuerySet):
    def counted(self) -> "SessionQuerySet":
        """Those that were not set aside for another attempt: at most one a reader."""
        return self.filter(set_aside__isnull=True)


class Session(models.Model):
    """One reader's pass through all phases of a study, in orders that were drawn and stored when it began."""

    reader = models.ForeignKey(Reader, models.PROTECT, related_name="sessions")
    number = models.PositiveSmallIntegerField(default=1)
    seed = models.PositiveBigIntegerField()
    consented = models.DateTimeField()
    finished = models.DateTimeField(null=True, blank=True)  # when the last phase ended
    set_aside = models.DateTimeField(
        null=True, blank=True
    )  # the reader begins anew; what was answered is kept
    set_aside_reason = models.TextField(blank=True)
    by_owner = models.BooleanField(default=False)  # by somebody who can see the truth: in no figure
    display = models.JSONField(default=dict)  # screen size, pixel ratio, colour depth, as the browser says

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["reader", "number"]
        constraints = [models.UniqueConstraint(fields=["reader", "number"], name="one_session_a_number")]

    def __str__(self) -> str:
        return f"{self.reader} / {self.number}"


class Stage(models.Model):
    """A phase that a reader has begun: its instructions were read and agreed to."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="stages")
    phase = models.PositiveSmallIntegerField()  # place in the design's phases
    begun = models.DateTimeField()
    finished = models.DateTimeField(null=True, blank=True)  # all cases and the questions at the end answered

    class Meta:
        ordering = ["session", "phase"]
        constraints = [models.UniqueConstraint(fields=["session", "phase"], name="one_stage_a_phase")]

    def __str__(self) -> str:
        return f"{self.session_id}/{self.phase}"


class TrialQuerySet(models.QuerySet):
    def answered(self) -> "TrialQuerySet":
        return self.filter(Exists(Answer.objects.filter(trial=OuterRef("pk"))))

    def unanswered(self) -> "TrialQuerySet":
        return self.filter(~Exists(Answer.objects.filter(trial=OuterRef("pk"))))


class Trial(models.Model):
    """One case shown to one reader, known outside by a random token and by nothing else."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="trials")
    case = models.ForeignKey(Case, models.PROTECT, related_name="trials")  # of a pair the synthetic one
    other = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+")  # of a pair the real one
    phase = models.PositiveSmallIntegerField(default=0)
    position = models.PositiveIntegerField()  # 0, 1, ... in this reader's order over all phases
    showing = models.PositiveSmallIntegerField(
        default=0
    )  # 1: the same case once more, for agreement with oneself
    counts = models.BooleanField(default=True)  # first showing of an ordinary case under the primary question
    swapped = models.BooleanField(default=False)  # of a pair: the synthetic image stands on the right
    track = models.PositiveSmallIntegerField(default=0)  # which of the interleaved staircases it belongs to
    exposure_ms = models.PositiveIntegerField(
        null=True, blank=True
    )  # asked for, when it was issued; the page says what was achieved
    token = models.CharField(max_length=32, unique=True, default=new_token)
    issued = models.DateTimeField(null=True, blank=True)  # first time the server made it the current case

    objects = TrialQuerySet.as_manager()

    class Meta:
        ordering = ["session", "position"]
        constraints = [
            models.UniqueConstraint(fields=["session", "position"], name="one_trial_a_position"),
            models.UniqueConstraint(
                fields=["session", "phase", "case", "showing"], name="a_case_once_a_showing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id}/{self.position:04d}"

    @property
    def synthetic_side(self) -> str:
        return "right" if self.swapped else "left"


class AnswerQuerySet(AppendOnlyQuerySet):
    def of_study(self, study: Study) -> "AnswerQuerySet":
        return self.filter(session__reader__study=study)

    def current(self) -> "AnswerQuerySet":
        """The last answer of each trial: what counts. Earlier ones stay as the audit trail."""
        later = Answer.objects.filter(trial=OuterRef("trial"), revision__gt=OuterRef("revision"))
        return self.filter(~Exists(later))

    def counted(self) -> "AnswerQuerySet":
        """What the primary endpoint is made of: current answers to trials that count, of sessions not set aside."""
        return self.current().filter(session__set_aside__isnull=True, trial__counts=True)


class Answer(AppendOnly):
    """What a reader said about a case, when, and in place of what: an event, never changed and never removed."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="answers")
    trial = models.ForeignKey(Trial, models.PROTECT, related_name="answers")
    sequence = models.PositiveIntegerField()  # 0, 1, ... in the session: the place in the hash chain
    revision = models.PositiveIntegerField(default=0)  # 0 is the first answer to the trial
    said = models.CharField(
        max_length=80, blank=True
    )  # to the phase's first question: a truth, a side, the value of an option
    confidence = models.PositiveSmallIntegerField(default=1)  # 1 is a guess, the question's `steps` is sure
    replies = models.JSONField(
        default=dict
    )  # to the other questions, by key (the first one's too, where it is no said and confidence)
    version = models.PositiveIntegerField(default=1)  # of the protocol under which it was given
    issued = models.DateTimeField(null=True)  # server clock: the case was made current
    received = models.DateTimeField()  # server clock: the answer came in
    client = models.JSONField(default=dict)  # see turing.sessions.CLIENT_FIELDS
    interrupted = models.BooleanField(default=False)  # paused or out of sight: left out of timing
    submission = models.CharField(max_length=48)  # made by the page: the same one twice is one answer
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ["session", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["session", "sequence"], name="one_answer_a_place_in_the_chain"),
            models.UniqueConstraint(fields=["trial", "revision"], name="one_answer_a_revision"),
            models.UniqueConstraint(fields=["trial", "submission"], name="one_answer_a_submission"),
            models.CheckConstraint(condition=Q(confidence__gte=1), name="confidence_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.trial}: {self.said} {self.confidence}"

    @property
    def said_synthetic(self) -> bool:
        return self.said == Truth.SYNTHETIC

    def reply(self, key: str) -> dict[str, Any] | None:
        """What was replied to a question of the trial's phase, in the shape that turing.questions says; None: not asked, not answered."""
        if key in self.replies:
            return self.replies[key]
        first = self.session.reader.study.phase(self.trial.phase).questions[0]
        return {"said": self.said, "confidence": self.confidence} if key == first.key and self.said else None

    def rating(self, steps: int) -> int:
        """1 (real, sure) to 2 * steps (synthetic, sure)."""
        return steps + self.confidence if self.said_synthetic else steps + 1 - self.confidence

    @property
    def seconds(self) -> float | None:
        """Time spent looking: the page's active time, else the server's from issue to receipt."""
        if "active_ms" in self.client:
            return self.client["active_ms"] / 1000
        return (self.received - self.issued).total_seconds() if self.issued else None


class EndAnswer(AppendOnly):
    """A reader's replies to the questions at the end of a phase: an event in the same chain as the answers."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="end_answers")
    phase = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    replies = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    received = models.DateTimeField()
    submission = models.CharField(max_length=48)
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["session", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["session", "phase"], name="one_end_a_phase"),
            models.UniqueConstraint(fields=["session", "sequence"], name="one_end_a_place_in_the_chain"),
        ]

    def __str__(self) -> str:
        return f"{self.session_id}/{self.phase} end"
