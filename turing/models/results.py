"""What was made of answers: reports that are kept, and studies whose answers came from elsewhere."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from jobs.models import Job
from jobs.ownership import Owned, OwnedQuerySet

from ..importing import Layout, columns_from
from .reading import Answer
from .study import Study, margins


class ImportedStudy(Owned):
    """Answers of a study that was run elsewhere, as they were given. Blinding, order and protocol are its authors' word."""

    name = models.CharField(_("name"), max_length=120)
    citation = models.CharField(_("where it comes from"), max_length=300, blank=True)
    answers = models.TextField()  # the file, word for word
    digest = models.CharField(max_length=64)  # SHA-256 of the file
    columns = models.TextField(_("columns"), blank=True)
    real = models.CharField(_("how real is written"), max_length=120, blank=True)
    higher_is_real = models.BooleanField(_("a higher rating means more real"), default=False)
    threshold = models.FloatField(_("threshold"), null=True, blank=True)
    modality = models.CharField(_("modality"), max_length=120, blank=True)
    endpoint = models.CharField(
        _("endpoint"), max_length=8, choices=Study.Endpoint.choices, default=Study.Endpoint.AUC
    )
    margin = models.FloatField(
        _("margin"), default=0.51, validators=[MinValueValidator(0.05), MaxValueValidator(3.0)]
    )
    count = models.PositiveIntegerField(default=0)  # answers
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-pk"]

    def __str__(self) -> str:
        return self.name

    def layout(self) -> Layout:
        real = tuple(filter(None, map(str.strip, self.real.split(","))))
        return Layout(
            columns_from(self.columns), real, self.higher_is_real, self.threshold, self.modality or None
        )

    def answer_count(self) -> int:
        return self.count

    @property
    def accuracy_margin(self) -> float:
        return margins(self.margin)[0]

    @property
    def auc_margin(self) -> float:
        return margins(self.margin)[1]


class KeptReport(models.Model):
    """An analysis made once (turing.analysis.report.StudyReport as JSON), by which version of this program."""

    study = models.OneToOneField(Study, models.CASCADE, null=True, related_name="kept")
    imported = models.OneToOneField(ImportedStudy, models.CASCADE, null=True, related_name="kept")
    report = models.JSONField()
    program = models.CharField(max_length=20)
    created = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.study or self.imported}, {self.program}"


class Cue(models.Model):
    """What a coder made of a reader's words about an image: one category. Two coders work apart, and are then compared."""

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="cues")
    question = models.CharField(max_length=40)  # key of the question that was answered in words
    coder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    code = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["answer", "question", "coder"], name="one_code_a_coder"),
        ]

    def __str__(self) -> str:
        return f"{self.answer_id}: {self.code}"
