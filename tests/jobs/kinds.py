"""Tasks for the tests of the worker; run in a process of their own under tests.jobs.worker_settings."""

import os
import time
from pathlib import Path

from jobs.progress import JobError, Progress


def count(progress: Progress, *, file: str, to: int, pause: float = 0.05) -> None:
    """Append one line a step, going on from the lines that are there: a task that can be resumed."""
    path = Path(file)
    done = len(path.read_text().split()) if path.exists() else 0
    for number in range(done, to):
        with path.open("a") as out:
            out.write(f"{number}\n")
        progress.update(number + 1, to, f"{number + 1} of {to}")
        progress.check()
        time.sleep(pause)


def abort(progress: Progress) -> None:
    os.abort()


def refuse(progress: Progress) -> None:
    raise JobError("The set has 3 images; at least 10 are needed. Add images.")


def stubborn(progress: Progress) -> None:
    """Never looks at the stop flag."""
    time.sleep(600)


def broken(progress: Progress) -> None:
    raise ZeroDivisionError("secret detail")


def full(progress: Progress) -> None:
    raise OSError(28, "No space left on device")
