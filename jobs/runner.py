"""One attempt at one job: claim it, keep its heart beating, run its task, write how it ended."""

import logging
import threading
import uuid

from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from .models import HEARTBEAT_EVERY, Job
from .progress import JobError, Progress, Stopped, Superseded

logger = logging.getLogger(__name__)


def run_attempt(job_pk: int, attempt: int) -> None:
    now = timezone.now()
    claimed = Job.objects.filter(pk=job_pk, attempt=attempt, status=Job.Status.WAITING).update(
        status=Job.Status.RUNNING, started=now, heartbeat=now
    )
    if not claimed:
        return  # stopped while waiting, or another attempt has taken over
    job = Job.objects.get(pk=job_pk)
    with Heartbeat(job):
        status, error = _outcome(job)
    Job.objects.filter(pk=job_pk, attempt=attempt, status=Job.Status.RUNNING).update(
        status=status, error=error, finished=timezone.now()
    )


def _outcome(job: Job) -> tuple[str, str]:
    try:
        import_string(settings.JOB_KINDS[job.kind])(Progress(job), **job.arguments)
    except Stopped:
        return Job.Status.STOPPED, ""
    except Superseded:
        logger.warning("job %s attempt %s was superseded", job.pk, job.attempt)
        return Job.Status.FAILED, ""  # refused by the caller's condition on the attempt
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
    import errno

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
    """Says every five seconds that this attempt is alive, from a thread and connection of its own."""

    def __init__(self, job: Job) -> None:
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
                except OperationalError:
                    logger.warning("heartbeat missed: the database is busy")
        finally:
            connection.close()
