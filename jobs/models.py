from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

HEARTBEAT_EVERY = timedelta(seconds=5)
STALE_AFTER = timedelta(seconds=30)
DEATHS_ALLOWED = 2


class JobQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "JobQuerySet":
        if not user.is_authenticated or not user.is_researcher:
            return self.none()
        return self if user.is_administrator else self.filter(owner=user)

    def unfinished(self) -> "JobQuerySet":
        return self.filter(status__in=[Job.Status.WAITING, Job.Status.RUNNING])

    def stale(self) -> "JobQuerySet":
        return self.filter(status=Job.Status.RUNNING, heartbeat__lt=timezone.now() - STALE_AFTER)


class Job(models.Model):
    """Long work. This row is the truth; the queue only carries (job, attempt)."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        STOPPED = "stopped", _("stopped")
        FAILED = "failed", _("failed")

    kind = models.CharField(_("kind"), max_length=64)  # a key of settings.JOB_KINDS
    title = models.CharField(_("title"), max_length=200)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    queue = models.CharField(max_length=32, default="default")
    arguments = models.JSONField(default=dict)
    result_url = models.CharField(max_length=300, blank=True)  # where the finished thing is looked at

    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING, db_index=True)
    attempt = models.PositiveIntegerField(default=1)
    deaths = models.PositiveIntegerField(default=0)
    stop_requested = models.BooleanField(default=False)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)
    error = models.TextField(blank=True)  # the cause in plain words, for the person who asked

    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True, blank=True)
    heartbeat = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-pk"]

    def __str__(self) -> str:
        return f"{self.title} ({self.status})"

    @property
    def is_finished(self) -> bool:
        return self.status in {self.Status.DONE, self.Status.STOPPED, self.Status.FAILED}

    @property
    def place_in_queue(self) -> int:
        ahead = Job.objects.filter(queue=self.queue, status=self.Status.WAITING, pk__lt=self.pk)
        return ahead.count() + 1

    @property
    def percent(self) -> int | None:
        return min(100, 100 * self.done // self.total) if self.total else None

    @property
    def seconds_left(self) -> float | None:
        """Straight-line estimate from this attempt's pace; None while nothing can be said."""
        if self.status != self.Status.RUNNING or not (self.done and self.total and self.started):
            return None
        spent = (timezone.now() - self.started).total_seconds()
        return max(0.0, spent * (self.total - self.done) / self.done)
