"""One attempt at one job: claim it, keep its heart beating, run its task, write how it ended."""

import errno
import logging
import threading
import uuid

from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone, translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from .models import HEARTBEAT_EVERY, Job
from .progress import JobError, Progress, Released, Stopped, Superseded
from .sweeping import requeue, sweep

logger = logging.getLogger(__name__)

LOCK_RETRIES = 5
_current: list[Job] = []  # the job in hand; a worker has one at a time


def run_attempt(job_pk: int, attempt: int) -> None:
    now = timezone.now()
    claimed = Job.objects.filter(pk=job_pk, attempt=attempt, status=Job.Status.WAITING).update(
        status=Job.Status.RUNNING, started=now, heartbeat=now
    )
    if not claimed:
        return  # stopped while waiting, or another attempt has taken over
    job = Job.objects.select_related("owner").get(pk=job_pk)
    _current.append(job)
    try:
        progress = Progress(job)
        with Heartbeat(progress), translation.override(job.owner.language or settings.LANGUAGE_CODE):
            status, error = _outcome(progress)
        _write_end(job, status, error)
    except Released:
        release_current()
    finally:
        _current.remove(job)


def release_current() -> None:
    """Put the job in hand back on its queue: this worker is going down, which is not the job's fault."""
    for job in list(_current):
        mine = Job.objects.filter(pk=job.pk, attempt=job.attempt, status=Job.Status.RUNNING)
        requeue(job, deaths=job.deaths, rows=mine)


def _write_end(job: Job, status: str, error: str) -> None:
    mine = Job.objects.filter(pk=job.pk, attempt=job.attempt, status=Job.Status.RUNNING)
    for _try in range(LOCK_RETRIES):
        try:
            mine.update(status=status, error=error, finished=timezone.now())
            return
        except OperationalError:  # a busy SQLite: the result of hours of work must not hang on 20 s
            logger.warning("job %s has ended but the database is busy", job.pk)
    raise OperationalError(f"the end of job {job.pk} could not be written")


def _outcome(progress: Progress) -> tuple[str, str]:
    job = progress.job
    try:
        import_string(settings.JOB_KINDS[job.kind])(progress, **job.arguments)
    except Stopped:
        return Job.Status.STOPPED, ""
    except Superseded:
        logger.warning("job %s attempt %s was superseded", job.pk, job.attempt)
        return Job.Status.FAILED, ""  # refused by the caller's condition on the attempt
    except Released:
        raise
    except JobError as error:
        return Job.Status.FAILED, str(error)
    except OSError as error:
        return Job.Status.FAILED, _disk_words(error)
    except MemoryError:
        return Job.Status.FAILED, _("There was not enough memory. Try fewer or smaller images.")
    except Exception:
        return Job.Status.FAILED, _unexpected(job)
    return Job.Status.DONE, ""


def _disk_words(error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return _("The disk is full. Ask the administrator for room, then try again; nothing was lost.")
    logger.exception("job failed on a file")
    return _("A file could not be read or written: %(cause)s.") % {"cause": error.strerror or error}


def _unexpected(job: Job) -> str:
    reference = uuid.uuid4().hex[:8]
    logger.exception("job %s (%s) failed, reference %s", job.pk, job.kind, reference)
    return _(
        "Something went wrong on our side. The administrator finds the cause in the log under %(ref)s."
    ) % {"ref": reference}


class Heartbeat:
    """Says every five seconds that this attempt is alive and where it is, from a thread and connection of its own."""

    def __init__(self, progress: Progress) -> None:
        job, self._progress = progress.job, progress
        self._mine = Job.objects.filter(pk=job.pk, attempt=job.attempt, status=Job.Status.RUNNING)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True, name=f"heartbeat-{job.pk}")

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._end.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._end.wait(HEARTBEAT_EVERY.total_seconds()):
                try:
                    self._mine.update(heartbeat=timezone.now())
                    self._progress.write_held()
                    sweep()  # others may have died while this worker is busy for hours
                except OperationalError:
                    logger.warning("heartbeat missed: the database is busy")
        finally:
            connection.close()
