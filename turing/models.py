import secrets
from statistics import NormalDist
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from imagesets.models import ImageSet, Picture
from jobs.models import Job
from jobs.ownership import Owned, OwnedQuerySet

from .append_only import AppendOnly, AppendOnlyQuerySet


class Truth(models.TextChoices):
    REAL = "real", _("Real")
    SYNTHETIC = "synthetic", _("Synthetic")


def new_seed() -> int:
    return secrets.randbelow(2**31)


def new_key() -> str:
    return secrets.token_urlsafe(24)


def new_token() -> str:
    return secrets.token_urlsafe(16)


class StudyQuerySet(OwnedQuerySet):
    def with_counts(self) -> "StudyQuerySet":
        """reader_count and finished_count, for lists."""
        finished = models.Q(readers__sessions__finished__isnull=False)
        return self.annotate(
            reader_count=models.Count("readers", filter=models.Q(readers__revoked=None), distinct=True),
            finished_count=models.Count("readers__sessions", filter=finished, distinct=True),
        )

    def read_by(self, user: Any) -> "StudyQuerySet":
        """Studies in which this account is a reader whose link still works or whose study is closed."""
        return self.filter(readers__account=user, readers__revoked__isnull=True).distinct()


class Study(Owned):
    """A reader-study protocol. Free to change as a draft; frozen, with a digest, from its launch on."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        RENDERING = "rendering", _("being prepared")
        READY = "ready", _("ready to launch")
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    class Prevalence(models.TextChoices):
        NONE = "none", _("Say nothing about the mix")
        ABOUT_HALF = "about_half", _("Say that about half are synthetic")
        EXACT = "exact", _("Say exactly how many are synthetic")

    class Endpoint(models.TextChoices):
        AUC = "auc", _("Area under the ROC curve")
        ACCURACY = "accuracy", _("Balanced accuracy")

    name = models.CharField(_("name"), max_length=120)
    question = models.CharField(_("question"), max_length=200, default=_("Is this image real or synthetic?"))
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT, db_index=True)
    real_sets = models.ManyToManyField(
        ImageSet, related_name="studies_as_real", verbose_name=_("real images")
    )
    synthetic_sets = models.ManyToManyField(
        ImageSet, related_name="studies_as_synthetic", verbose_name=_("synthetic images")
    )
    images_per_side = models.PositiveIntegerField(
        _("images of each kind"), default=50, validators=[MinValueValidator(2), MaxValueValidator(2000)]
    )
    confidence_steps = models.PositiveSmallIntegerField(_("answer"), default=3)  # each side; 1 is binary
    max_run = models.PositiveSmallIntegerField(
        _("longest run of one kind"), null=True, blank=True, validators=[MinValueValidator(2)]
    )
    prevalence = models.CharField(
        _("what readers are told about the mix"),
        max_length=10,
        choices=Prevalence.choices,
        default=Prevalence.ABOUT_HALF,
    )
    allow_revision = models.BooleanField(_("readers may go back one case and correct it"), default=True)
    hide_progress = models.BooleanField(_("hide how far the reader is"), default=False)
    allow_phones = models.BooleanField(_("phones are allowed"), default=False)
    grey_interval_ms = models.PositiveIntegerField(
        _("grey pause between images"), default=0, validators=[MaxValueValidator(5000)]
    )
    margin = models.FloatField(  # as d'; .51 is an accuracy of .60 and an AUC of .64
        _("margin"), default=0.51, validators=[MinValueValidator(0.05), MaxValueValidator(3.0)]
    )
    primary_endpoint = models.CharField(
        _("primary endpoint"), max_length=8, choices=Endpoint.choices, default=Endpoint.AUC
    )
    seed = models.PositiveBigIntegerField(_("seed"), default=new_seed)

    buffers = models.JSONField(default=dict)  # {"width", "height", "format": "grey16" | "rgb8", "length"}
    audit = models.JSONField(default=dict)  # the leakage audit, see turing.leakage
    audit_reason = models.TextField(blank=True)  # why it was launched although the audit failed
    protocol = models.JSONField(default=dict)  # frozen at launch
    protocol_digest = models.CharField(max_length=64, blank=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+")
    launched = models.DateTimeField(null=True, blank=True)
    closed = models.DateTimeField(null=True, blank=True)

    objects = StudyQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED

    @property
    def is_launched(self) -> bool:
        return self.state in {self.State.OPEN, self.State.CLOSED}

    @property
    def is_preparing(self) -> bool:
        return self.state == self.State.RENDERING and self.job is not None and not self.job.is_finished

    @property
    def is_editable(self) -> bool:
        """Not launched, and no job at work on it (one that failed or was stopped leaves the state behind)."""
        return not self.is_launched and not self.is_preparing

    @property
    def images(self) -> int:
        return 2 * self.images_per_side

    @property
    def accuracy_margin(self) -> float:
        """The margin as a distance from an accuracy of one half, for a reader without bias."""
        return NormalDist().cdf(self.margin / 2) - 0.5

    @property
    def auc_margin(self) -> float:
        """The same margin as a distance from an area of one half, equal variances."""
        return NormalDist().cdf(self.margin / 2**0.5) - 0.5


class Case(models.Model):
    """One image of a study with its truth. Positions are shuffled, so they say nothing about the truth."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="cases")
    picture = models.ForeignKey(Picture, models.PROTECT, related_name="+")
    truth = models.CharField(max_length=9, choices=Truth.choices)
    position = models.PositiveIntegerField()
    cluster = models.CharField(max_length=120, blank=True)  # patient or source image, for clustered variances

    class Meta:
        ordering = ["study", "position"]
        constraints = [
            models.UniqueConstraint(fields=["study", "position"], name="one_case_a_position"),
            models.UniqueConstraint(fields=["study", "picture"], name="a_picture_once_a_study"),
        ]

    def __str__(self) -> str:
        return f"{self.study_id}/{self.position:04d}"


class ReaderQuerySet(models.QuerySet):
    def active(self) -> "ReaderQuerySet":
        return self.filter(revoked__isnull=True)


class Reader(models.Model):
    """A person (or a simulation, always called one) who reads one study through a personal link."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="readers")
    number = models.PositiveIntegerField()  # 1, 2, ... in the study; its order of cases is drawn from it
    name = models.CharField(_("name"), max_length=80)  # shown to the owner only
    experience = models.CharField(_("experience"), max_length=120, blank=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    key = models.CharField(max_length=48, unique=True, default=new_key)
    revoked = models.DateTimeField(null=True, blank=True)
    is_simulated = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)

    objects = ReaderQuerySet.as_manager()

    class Meta:
        ordering = ["study", "number"]
        constraints = [models.UniqueConstraint(fields=["study", "number"], name="one_reader_a_number")]

    def __str__(self) -> str:
        return f"{self.name} ({_('simulated')})" if self.is_simulated else self.name


class SessionQuerySet(models.QuerySet):
    def counted(self) -> "SessionQuerySet":
        """First readings: a second one serves agreement with oneself and nothing else."""
        return self.filter(number=1)


class Session(models.Model):
    """One reader's pass through a study, in an order that was drawn and stored when it began."""

    reader = models.ForeignKey(Reader, models.PROTECT, related_name="sessions")
    number = models.PositiveSmallIntegerField(default=1)
    seed = models.PositiveBigIntegerField()
    consented = models.DateTimeField()
    finished = models.DateTimeField(null=True, blank=True)  # when the last case got its first answer
    by_owner = models.BooleanField(default=False)  # begun by somebody logged in who can see the truth
    display = models.JSONField(default=dict)  # screen size, pixel ratio, colour depth, as the browser says

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["reader", "number"]
        constraints = [models.UniqueConstraint(fields=["reader", "number"], name="one_session_a_number")]

    def __str__(self) -> str:
        return f"{self.reader} / {self.number}"


class TrialQuerySet(models.QuerySet):
    def answered(self) -> "TrialQuerySet":
        return self.filter(Exists(Answer.objects.filter(trial=OuterRef("pk"))))

    def unanswered(self) -> "TrialQuerySet":
        return self.filter(~Exists(Answer.objects.filter(trial=OuterRef("pk"))))


class Trial(models.Model):
    """One case shown to one reader, known outside by a random token and by nothing else."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="trials")
    case = models.ForeignKey(Case, models.PROTECT, related_name="trials")
    position = models.PositiveIntegerField()  # 0, 1, ... in this reader's order
    token = models.CharField(max_length=32, unique=True, default=new_token)
    issued = models.DateTimeField(null=True, blank=True)  # first time the server made it the current case

    objects = TrialQuerySet.as_manager()

    class Meta:
        ordering = ["session", "position"]
        constraints = [
            models.UniqueConstraint(fields=["session", "position"], name="one_trial_a_position"),
            models.UniqueConstraint(fields=["session", "case"], name="a_case_once_a_session"),
        ]

    def __str__(self) -> str:
        return f"{self.session_id}/{self.position:04d}"


class AnswerQuerySet(AppendOnlyQuerySet):
    def of_study(self, study: Study) -> "AnswerQuerySet":
        return self.filter(session__reader__study=study)

    def current(self) -> "AnswerQuerySet":
        """The last answer of each trial: what counts. Earlier ones stay as the audit trail."""
        later = Answer.objects.filter(trial=OuterRef("trial"), revision__gt=OuterRef("revision"))
        return self.filter(~Exists(later))

    def counted(self) -> "AnswerQuerySet":
        """What results are made of: current answers of first readings."""
        return self.current().filter(session__number=1)


class Answer(AppendOnly):
    """What a reader said about a case, when, and in place of what: an event, never changed and never removed."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="answers")
    trial = models.ForeignKey(Trial, models.PROTECT, related_name="answers")
    sequence = models.PositiveIntegerField()  # 0, 1, ... in the session: the place in the hash chain
    revision = models.PositiveIntegerField(default=0)  # 0 is the first answer to the trial
    said = models.CharField(max_length=9, choices=Truth.choices)
    confidence = models.PositiveSmallIntegerField(default=1)  # 1 is a guess, confidence_steps is sure
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

    def rating(self, steps: int) -> int:
        """1 (real, sure) to 2 * steps (synthetic, sure)."""
        return steps + self.confidence if self.said_synthetic else steps + 1 - self.confidence

    @property
    def seconds(self) -> float | None:
        """Time spent looking: the page's active time, else the server's from issue to receipt."""
        if "active_ms" in self.client:
            return self.client["active_ms"] / 1000
        return (self.received - self.issued).total_seconds() if self.issued else None
