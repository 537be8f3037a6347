"""What a task holds while it works: progress, the stop flag, and writes fenced by its attempt."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from . import shutdown
from .models import Job

WRITE_EVERY = 0.5  # seconds; progress is looked at by people


class JobError(Exception):
    """The work cannot go on, for a reason that the person who asked can read and act upon."""


class Stopped(Exception):
    """Somebody asked for the job to stop. Tasks let it pass; what is finished so far is kept."""


class Released(Exception):
    """This worker is going down: the job goes back to the queue for another one, and that is not counted as a death."""


class Superseded(Exception):
    """Another attempt has taken over this job: whatever this one still wants to write is refused."""


class Progress:
    def __init__(self, job: Job) -> None:
        self.job = job
        self._mine = Job.objects.filter(pk=job.pk, attempt=job.attempt, status=Job.Status.RUNNING)
        self._last_write = 0.0
        self._held: dict[str, object] = {}  # said too soon after what was written
        self._lock = threading.Lock()  # the heartbeat writes from a thread of its own

    def update(self, done: int, total: int | None = None, message: str | None = None) -> None:
        """Say how far the work is; at most two writes a second, so call it as often as is convenient."""
        said = {"done": done, "total": total, "message": None if message is None else message[:300]}
        with self._lock:
            self._held |= {name: value for name, value in said.items() if value is not None}
        now = time.monotonic()
        if now - self._last_write < WRITE_EVERY and done != total:
            return
        self._last_write = now
        if not self.write_held():
            raise Superseded
        self.check()

    def write_held(self) -> bool:
        """The heartbeat calls it too: a step that takes minutes would else be shown as the one before it. False when superseded."""
        with self._lock:
            held, self._held = self._held, {}
            return not held or bool(self._mine.update(**held))

    def check(self) -> None:
        """Raise Stopped when somebody asked for it; call it between units of work that do not report progress."""
        stop = self._mine.values_list("stop_requested", flat=True).first()
        if stop is None:
            raise Superseded
        if stop:
            raise Stopped
        if shutdown.is_requested():
            raise Released

    def should_stop(self) -> bool:
        """For loops that finish a unit (a checkpoint) before they end; call check() after them, which says why."""
        stop = self._mine.values_list("stop_requested", flat=True).first()
        return stop is None or stop or shutdown.is_requested()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction in which this attempt may write rows; refused when another attempt has taken over."""
        with transaction.atomic():
            if not self._mine.select_for_update().exists():
                raise Superseded
            yield

    def set_result(self, url: str) -> None:
        self._mine.update(result_url=url)
