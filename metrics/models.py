from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from imagesets.models import ImageSet
from jobs.models import Job
from jobs.ownership import Owned, OwnedQuerySet

from .reports import Report


class Measured(Owned):
    """What a job fills once with numbers, and what is needed to repeat them."""

    class State(models.TextChoices):
        PENDING = "pending", _("being made")
        READY = "ready", _("ready")

    name = models.CharField(_("name"), max_length=250)
    encoders = models.JSONField(default=list)  # names in the encoders' registry, the leading one first
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING, db_index=True)
    finished = models.DateTimeField(null=True, blank=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = OwnedQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-created", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY


class Evaluation(Measured):
    """One set of metrics over one real and one synthetic set, with everything needed to repeat it."""

    real = models.ForeignKey(ImageSet, models.PROTECT, related_name="evaluations_as_real")
    synthetic = models.ForeignKey(ImageSet, models.PROTECT, related_name="evaluations")
    training = models.ForeignKey(
        ImageSet, models.PROTECT, related_name="evaluations_as_training", null=True, blank=True
    )
    options = models.JSONField(default=dict)  # {"seed": int, "paired": bool}
    report = models.JSONField(null=True, blank=True)  # metrics.reports.Report, written once
    summary = models.JSONField(default=dict)  # what lists show, so that they need not read whole reports

    def get_absolute_url(self) -> str:
        return reverse("metrics:detail", args=[self.pk])

    def read_report(self) -> Report:
        """Raises ReportError where an older version wrote it."""
        return Report.from_data(self.report)

    def sets(self) -> list[tuple[str, ImageSet]]:
        pairs: list[tuple[str, Any]] = [
            ("real", self.real),
            ("synthetic", self.synthetic),
            ("training", self.training),
        ]
        return [(role, image_set) for role, image_set in pairs if image_set is not None]


class Comparison(Measured):
    """Several synthetic sets against one real set, by paired differences; over a training's snapshots it is a curve."""

    real = models.ForeignKey(ImageSet, models.PROTECT, related_name="comparisons_as_real")
    sets = models.ManyToManyField(ImageSet, related_name="comparisons")  # compared in the order of their keys
    seed = models.PositiveIntegerField(default=0)
    result = models.JSONField(null=True, blank=True)  # metrics.side_by_side.SideBySide, written once
    # Images that the network had seen at each set's snapshot, null where it is none.
    seen = models.JSONField(default=list)

    def get_absolute_url(self) -> str:
        return reverse("metrics:comparison", args=[self.pk])
