"""django-tasks-db's worker made safe: a locked database is waited for, dead attempts are swept, a stop loses nothing."""

import logging
import os
import signal
import threading
import time
from types import FrameType

from django.db import OperationalError, close_old_connections
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.utils import is_locked_database_exception

from . import shutdown
from .sweeping import sweep

logger = logging.getLogger(__name__)

SWEEP_EVERY = 10.0  # seconds
GRACE = 6.0  # seconds between the request to stop and leaving whatever the task is doing


class SafeWorker(Worker):
    """Works off what is ready, sweeps, sleeps; the first signal releases the job in hand for another worker."""

    def __init__(self, **options) -> None:
        self.until_empty = options.pop("batch")
        super().__init__(batch=True, **options)
        self._last_sweep = -SWEEP_EVERY

    def run(self) -> None:
        logger.info("worker %s is ready for queues %s", self.worker_id[:8], ",".join(self.queue_names))
        while self.running:
            try:
                self._sweep_now_and_then()
                super().run()
            except OperationalError as error:
                if not is_locked_database_exception(error):
                    raise
                logger.warning("the database is busy; trying again")
            if self.until_empty or self._has_run_enough():
                return
            if self.running:
                time.sleep(self.interval)

    def _has_run_enough(self) -> bool:
        return self.max_tasks is not None and self._run_tasks >= self.max_tasks

    def _sweep_now_and_then(self) -> None:
        if time.monotonic() - self._last_sweep >= SWEEP_EVERY:
            close_old_connections()
            sweep()
            self._last_sweep = time.monotonic()

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """Tasks see the request at their next look and are queued again; one that does not look is left after a grace."""
        self.running = False
        shutdown.request()
        if not self.running_task:
            raise SystemExit(0)
        logger.info("%s: releasing the job in hand", signal.strsignal(signum))
        leave = threading.Timer(GRACE, _leave)
        leave.daemon = True
        leave.start()


def _leave() -> None:
    from .runner import release_current

    release_current()
    os._exit(0)
