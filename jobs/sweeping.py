"""Find what died or was lost, and put it right. Safe to call from anywhere, any number of times at once."""

import logging

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from .models import DEATHS_ALLOWED, Job, JobQuerySet
from .tasks import run_job

logger = logging.getLogger(__name__)


def sweep() -> None:
    for job in Job.objects.stale():
        _bury(job)
    _close_orphaned_tasks()
    _requeue_forgotten()


def _bury(job: Job) -> None:
    """Its worker has not been heard of for 30 s: try once more, or end it when that happened before."""
    mine = Job.objects.stale().filter(pk=job.pk, attempt=job.attempt)
    now, deaths = timezone.now(), job.deaths + 1
    if job.stop_requested:
        mine.update(status=Job.Status.STOPPED, deaths=deaths, finished=now)
    elif deaths >= DEATHS_ALLOWED:
        reason = _(
            "The worker died twice while doing this: it was killed, ran out of memory or the machine stopped. "
            "Try with fewer or smaller images, or ask the administrator to look at the worker's log."
        )
        mine.update(status=Job.Status.FAILED, deaths=deaths, finished=now, error=reason)
    else:
        requeue(job, deaths=deaths, rows=mine)


def requeue(job: Job, *, deaths: int, rows: JobQuerySet) -> None:
    """Hand a job to a new attempt, if `rows` still names the old one; the old one can write nothing from then on."""
    with transaction.atomic():
        changed = rows.update(
            status=Job.Status.WAITING, attempt=F("attempt") + 1, deaths=deaths, started=None, heartbeat=None
        )
        if changed:
            enqueue(Job.objects.get(pk=job.pk))
            logger.warning(
                "job %s is back in its queue; its next attempt is number %s", job.pk, job.attempt + 1
            )


def enqueue(job: Job) -> None:
    run_job.using(queue_name=job.queue).enqueue(job.pk, job.attempt)


def _tasks_by_job(status: str) -> dict[tuple[int, int], DBTaskResult]:
    rows = DBTaskResult.objects.filter(status=status, task_path=run_job.module_path)
    return {tuple(row.args_kwargs["args"]): row for row in rows}


def _close_orphaned_tasks() -> None:
    """The queue's row of a killed worker stays RUNNING for ever; it follows its job."""
    running = set(Job.objects.filter(status=Job.Status.RUNNING).values_list("pk", "attempt"))
    waiting = set(Job.objects.filter(status=Job.Status.WAITING).values_list("pk", "attempt"))
    for key, row in _tasks_by_job(TaskResultStatus.RUNNING).items():
        just_claimed = (
            key in waiting and row.started_at and (timezone.now() - row.started_at).total_seconds() < 30
        )
        if key not in running and not just_claimed:
            DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.RUNNING).update(
                status=TaskResultStatus.FAILED, finished_at=timezone.now()
            )


def _requeue_forgotten() -> None:
    """A job that waits with nothing on the queue for it would wait for ever."""
    queued = _tasks_by_job(TaskResultStatus.READY).keys() | _tasks_by_job(TaskResultStatus.RUNNING).keys()
    for job in Job.objects.filter(status=Job.Status.WAITING):
        if (job.pk, job.attempt) not in queued:
            enqueue(job)
