"""What a person should do next, worked out from what is there: at most five, the most pressing first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from generators.models import Generator
from imagesets.models import ImageSet, Origin
from jobs.models import Job
from metrics.models import Evaluation
from turing.models import Study

AT_MOST = 5


@dataclass(frozen=True)
class Step:
    state: str  # alarm, warning, fine or none: the icon before it
    title: str
    reason: str
    url: str
    button: str


def next_steps(user: Any) -> list[Step]:
    sources = (_failed_jobs, _finished_studies, _undeclared_sets, _first_steps, _unevaluated)
    return list(islice((step for source in sources for step in source(user)), AT_MOST))


def _failed_jobs(user: Any) -> Iterator[Step]:
    recent = Job.objects.filter(
        owner=user, status=Job.Status.FAILED, finished__gt=timezone.now() - timedelta(days=2)
    )
    for job in recent[:2]:
        yield Step(
            "alarm",
            _("“%(job)s” failed") % {"job": job.title},
            job.error,
            reverse("jobs:list"),
            _("Look at it"),
        )


def _finished_studies(user: Any) -> Iterator[Step]:
    for study in Study.objects.editable_by(user).filter(state=Study.State.OPEN, owner=user):
        readers = study.readers.active()
        done = readers.filter(sessions__finished__isnull=False).distinct().count()
        if done and done == readers.count():
            yield Step(
                "fine",
                _("Close the study “%(name)s”") % {"name": study},
                _("Every reader has finished. Results stay hidden from everyone until you close the study."),
                reverse("turing:detail", args=[study.pk]),
                _("Review and close"),
            )


def _undeclared_sets(user: Any) -> Iterator[Step]:
    undeclared = ImageSet.objects.editable_by(user).usable().filter(owner=user, intensity_low__isnull=True)
    for image_set in undeclared[:2]:
        yield Step(
            "warning",
            _("State the intensity range of “%(name)s”") % {"name": image_set},
            _("No range was declared. Metrics, training and studies need one and refuse to guess it."),
            reverse("imagesets:detail", args=[image_set.pk]),
            _("State the range"),
        )


def _first_steps(user: Any) -> Iterator[Step]:
    """The road of a newcomer: the first thing that is not there yet."""
    sets = ImageSet.objects.visible_to(user).usable()
    if not sets.filter(origin=Origin.REAL).exists():
        yield Step("none", _("Load real images"), _("PNG, JPEG, TIFF, DICOM, NIfTI or .npz: files, a folder or a ZIP."),
                   reverse("imagesets:new"), _("Load images"))  # fmt: skip
    elif not sets.filter(origin=Origin.SYNTHETIC).exists():
        has_any = Generator.objects.visible_to(user).usable().exists()
        yield Step("none", _("Make synthetic images"), _("Train a network on your set, mix its pictures, or load images made elsewhere."),
                   reverse("generators:list" if has_any else "generators:choose"), _("Make images"))  # fmt: skip
    elif not Evaluation.objects.visible_to(user).exists():
        yield Step("none", _("Measure how good and how varied they are"), _("A report compares a synthetic set with real images that were kept out of training."),
                   reverse("metrics:new"), _("Evaluate"))  # fmt: skip
    elif not Study.objects.visible_to(user).exists():
        yield Step("none", _("Ask readers"), _("Put real and synthetic images, blinded, before clinicians."),
                   reverse("turing:new"), _("Design a study"))  # fmt: skip


def _unevaluated(user: Any) -> Iterator[Step]:
    synthetic = ImageSet.objects.filter(
        owner=user, origin=Origin.SYNTHETIC, evaluations__isnull=True
    ).usable()
    if Evaluation.objects.visible_to(user).exists():
        for image_set in synthetic[:2]:
            yield Step(
                "none",
                _("Evaluate “%(name)s”") % {"name": image_set},
                _("Nothing has been measured on this set yet."),
                reverse("metrics:new") + f"?synthetic={image_set.pk}",
                _("Evaluate"),
            )
