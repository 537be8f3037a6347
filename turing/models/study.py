"""A study: its design, the sets that feed it, and its cases. What changed after the launch: amendment.py."""

import json
import secrets
from functools import lru_cache
from statistics import NormalDist
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from imagesets.models import ImageSet, Picture
from jobs.models import Job
from jobs.ownership import Owned, OwnedQuerySet

from ..protocol import Phase, Plan, Protocol, from_json, simple
from ..questions import Question


class Truth(models.TextChoices):
    REAL = "real", _("Real")
    SYNTHETIC = "synthetic", _("Synthetic")
    AUGMENTED = "augmented", _("Augmented")


class Role(models.TextChoices):
    ORDINARY = "ordinary", _("ordinary")
    CONTROL = "control", _("positive control")
    CATCH = "catch", _("catch trial")
    TRAINING = "training", _("training")


def new_seed() -> int:
    """Truths follow from the seed and the design, and a reader sees which cases are repeated: too many to try them all. Exact in JSON."""
    return secrets.randbelow(2**53)


@lru_cache(maxsize=64)
def _read(design: str) -> Protocol:
    return from_json(json.loads(design))


def simple_design() -> dict[str, Any]:
    return simple().as_json()


def margins(dprime: float) -> tuple[float, float]:
    """A margin as d', as distances from an accuracy of one half (a reader without bias) and from an area of one half (equal variances)."""
    return NormalDist().cdf(dprime / 2) - 0.5, NormalDist().cdf(dprime / 2**0.5) - 0.5


class StudyQuerySet(OwnedQuerySet):
    def with_counts(self) -> "StudyQuerySet":
        """reader_count and finished_count, for lists."""
        finished = models.Q(readers__sessions__finished__isnull=False, readers__sessions__by_owner=False)
        reading = models.Q(readers__revoked=None, readers__is_rehearsal=False)
        return self.annotate(
            reader_count=models.Count("readers", filter=reading, distinct=True),
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
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT, db_index=True)
    design = models.JSONField(default=simple_design)  # turing.protocol.Protocol: see `designed`
    sets = models.ManyToManyField(ImageSet, through="Supply", related_name="studies")
    seed = models.PositiveBigIntegerField(_("seed"), default=new_seed)

    buffers = models.JSONField(default=dict)  # {"width", "height", "format": "grey16" | "rgb8", "length"}
    audit = models.JSONField(default=dict)  # the leakage audit, see turing.leakage
    audit_reason = models.TextField(blank=True)  # why it was launched although the audit failed
    protocol = models.JSONField(default=dict)  # frozen at launch: version 1; later ones are Amendment rows
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
    def designed(self) -> Protocol:
        """The design as it stands: what an open study is read by, amendments included."""
        return _read(json.dumps(self.design))

    @property
    def plan_at_launch(self) -> Plan:
        """Endpoint, margin and bound before any amendment; a draft's are its own."""
        frozen = self.protocol.get("design") if self.protocol else None
        return _read(json.dumps(frozen)).plan if frozen else self.designed.plan

    def phase(self, number: int) -> Phase:
        return self.designed.phases[number]

    @property
    def version(self) -> int:
        """1 as launched, one more with every amendment."""
        return 1 + self.amendments.count()

    def supply(self, source: str, sets: Any) -> None:
        """Let these image sets feed a source, in place of those that did."""
        self.supplies.filter(source=source).delete()
        Supply.objects.bulk_create(Supply(study=self, source=source, image_set=one) for one in sets)

    def sets_for(self, *sources: str) -> models.QuerySet:
        return ImageSet.objects.filter(supplies__study=self, supplies__source__in=sources).distinct()

    def _sets_of(self, *truths: str) -> models.QuerySet:
        return self.sets_for(*(source.key for source in self.designed.sources if source.truth in truths))

    @property
    def real_sets(self) -> models.QuerySet:
        return self._sets_of("real")

    @property
    def synthetic_sets(self) -> models.QuerySet:
        return self._sets_of("synthetic", "augmented")

    @property
    def primary(self) -> Question | None:
        return self.designed.primary

    @property
    def confidence_steps(self) -> int:
        """Of the primary question."""
        return self.primary.steps if self.primary else 1

    @property
    def margin(self) -> float:
        return self.designed.plan.margin

    @property
    def primary_endpoint(self) -> str:
        return self.designed.endpoint

    @property
    def real_images(self) -> int:
        return self.designed.cases_of("real")

    @property
    def synthetic_images(self) -> int:
        return self.designed.cases_of("synthetic", "augmented")

    @property
    def images(self) -> int:
        """Ordinary cases, whatever their truth."""
        return self.real_images + self.synthetic_images

    @property
    def accuracy_margin(self) -> float:
        return margins(self.margin)[0]

    @property
    def auc_margin(self) -> float:
        return margins(self.margin)[1]

    @property
    def audit_failed_for(self) -> str:
        """The generators that failed the leakage audit alone, quoted; empty where all together did, or none."""
        loud = [one["source"] for one in self.audit.get("generators", []) if one["state"] == "alarm"]
        return ", ".join(f"“{self.designed.source_name(key)}”" for key in loud)

    def truth_is_known_to(self, user: Any) -> bool:
        """Whoever may open the study, a set that holds one of its images (a parent, a half or a copy of one that feeds it too),
        or another study that shows one, can look up which images are synthetic."""
        if not user.is_authenticated or not user.is_researcher:
            return False  # sees neither studies nor sets; the usual reader, whose every picture asks this
        studies, sets = Study.objects.visible_to(user), ImageSet.objects.visible_to(user)
        cases = Case.objects.filter(study=self).values("picture__digest")
        slices = Slice.objects.filter(case__study=self).values("picture__digest")
        ways = (
            studies.filter(pk=self.pk),
            sets.filter(supplies__study=self),
            *(Picture.objects.filter(digest__in=shown, image_set__in=sets) for shown in (cases, slices)),
            Case.objects.filter(picture__digest__in=cases, study__in=studies),
        )
        return any(way.exists() for way in ways)

    def answer_count(self) -> int:
        return sum(self.readers.values_list(models.Count("sessions__answers"), flat=True))


class Supply(models.Model):
    """An image set that feeds one source of a study's design."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="supplies")
    image_set = models.ForeignKey(ImageSet, models.CASCADE, related_name="supplies")
    source = models.CharField(max_length=40)

    class Meta:
        ordering = ["study", "source", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["study", "image_set", "source"], name="a_set_once_a_source")
        ]

    def __str__(self) -> str:
        return f"{self.study_id}/{self.source}: {self.image_set_id}"


class Case(models.Model):
    """One image or volume of a study with its truth. Positions are shuffled, so they say nothing about the truth."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="cases")
    picture = models.ForeignKey(Picture, models.PROTECT, related_name="+")  # of a volume the first slice
    truth = models.CharField(max_length=9, choices=Truth.choices)
    source = models.CharField(max_length=40, default="")  # key of a source of the design
    role = models.CharField(max_length=9, choices=Role.choices, default=Role.ORDINARY)
    label = models.CharField(
        max_length=80, blank=True
    )  # class or anatomy: the stratum, and the truth of a diagnosis
    position = models.PositiveIntegerField()
    cluster = models.CharField(max_length=120, blank=True)  # patient or source image, for clustered variances
    text = models.CharField(max_length=300, blank=True)  # clinical words: of every case or of none

    class Meta:
        ordering = ["study", "position"]
        constraints = [
            models.UniqueConstraint(fields=["study", "position"], name="one_case_a_position"),
            models.UniqueConstraint(fields=["study", "picture"], name="a_picture_once_a_study"),
        ]

    def __str__(self) -> str:
        return f"{self.study_id}/{self.position:04d}"


class Slice(models.Model):
    """One picture of a volume, in the order in which it is scrolled."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="slices")
    picture = models.ForeignKey(Picture, models.PROTECT, related_name="+")
    place = models.PositiveIntegerField()

    class Meta:
        ordering = ["case", "place"]
        constraints = [models.UniqueConstraint(fields=["case", "place"], name="one_slice_a_place")]

    def __str__(self) -> str:
        return f"{self.case} [{self.place}]"
