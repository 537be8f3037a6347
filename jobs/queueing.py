"""Start, stop and try again: the only places that put a job on a queue."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from .models import Job
from .sweeping import enqueue


def start_job(
    *, kind: str, title: str, owner: Any, arguments: dict[str, Any], detail: str = "", queue: str = "default", result_url: str = "",
) -> Job:  # fmt: skip
    if kind not in settings.JOB_KINDS:
        raise ValueError(
            f"Unknown kind of job {kind!r}; settings.JOB_KINDS has {', '.join(settings.JOB_KINDS)}."
        )
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind, title=title[:200], detail=detail[:300], owner=owner, arguments=arguments, queue=queue, result_url=result_url,
        )  # fmt: skip
        enqueue(job)
    return job


def stop_job(job: Job) -> None:
    """A waiting job ends at once; a running one ends at its next look at the flag."""
    now = timezone.now()
    waiting = Job.objects.filter(pk=job.pk, status=Job.Status.WAITING)
    if not waiting.update(status=Job.Status.STOPPED, finished=now):
        Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING).update(stop_requested=True)


def retry_job(job: Job) -> bool:
    """Queue a stopped or failed job again as a new attempt; tasks go on from what the last one kept."""
    with transaction.atomic():
        ended = Job.objects.filter(pk=job.pk, status__in=[Job.Status.STOPPED, Job.Status.FAILED])
        changed = ended.update(
            status=Job.Status.WAITING, attempt=F("attempt") + 1, deaths=0, stop_requested=False,
            error="", message="", started=None, finished=None, heartbeat=None,
        )  # fmt: skip
        if changed:
            enqueue(Job.objects.get(pk=job.pk))
    return bool(changed)
