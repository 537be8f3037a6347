"""A whole site in a folder of its own: database, a launched study, a real gunicorn that can be started and killed."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tests.paths import ROOT

START_SECONDS = 60


class Site:
    """`folder` holds all data; `database` is a DATABASE_URL, by default SQLite in the folder."""

    def __init__(self, folder: Path, *, database: str = "", workers: int = 2) -> None:
        self.folder, self.workers = folder, workers
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "EVALSITE_DATA": str(folder),
            "EVALSITE_STATIC": str(folder / "static"),
            "EVALSITE_LOG": "ERROR",
            "EVALSITE_DEBUG": "no",
            "DATABASE_URL": database or f"sqlite:///{folder / 'evalsite.sqlite3'}",
            "DJANGO_SETTINGS_MODULE": "evalsite.settings",
            "OMP_NUM_THREADS": "1",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def prepare(self, empty: Path | None = None) -> None:
        """Tables, which a copy of `empty` may bring, and static files; afterwards this process may use the models."""
        if empty is not None:
            shutil.copy(empty, self.folder / "evalsite.sqlite3")
        commands = [["collectstatic", "--noinput", "--verbosity", "0"]]
        for command in commands if empty else [["migrate", "--verbosity", "0"], *commands]:
            subprocess.run(
                [sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment, check=True
            )
        os.environ.update(self.environment)
        import django

        django.setup()

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "evalsite.wsgi", "--bind", f"127.0.0.1:{self.port}"]
        command += ["--workers", str(self.workers), "--threads", "4", "--preload", "--log-level", "critical"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, start_new_session=True)
        self.wait()

    def wait(self) -> None:
        """Until it answers."""
        give_up = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up:
            try:
                urlopen(self.url + "/static/img/icon.svg", timeout=5).close()
                return
            except OSError:
                time.sleep(0.02)
        raise TimeoutError(f"The site at {self.url} did not answer within {START_SECONDS} s.")

    def kill_workers(self) -> None:
        """SIGKILL to every process that serves requests; the parent makes new ones."""
        assert self.process is not None
        children = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True)
        for pid in children.stdout.split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)

    def kill(self) -> None:
        """SIGKILL to the server and all its workers, as a power cut would."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


def study_of(*, per_side: int, size: int = 16, **fields: Any) -> Any:
    """A launched study of the product's own making, for an owner of its own."""
    from tests import factories
    from tests.turing import studies

    owner = factories.user("researcher", f"owner-{time.monotonic_ns()}")
    return studies.launched(owner, per_side=per_side, size=size, **fields)


def enlarge(study: Any, size: int) -> None:
    """Give every case of a launched study a 16-bit buffer of `size` x `size`: what the reader's page meets, without the
    minutes that decoding and auditing as many files takes."""
    import numpy as np

    from tests import factories
    from turing import rendering

    some = factories.blobs(8, size=size, dtype=np.uint16)
    for index, case in enumerate(study.cases.order_by("position")):
        rendering.write_buffer(case, np.roll(some[index % 8], 17 * index, axis=index % 2).astype("<u2"))
    study.buffers = {"width": size, "height": size, "name": "grey16", "levels": 65536, "window": [0, 65535]}
    study.buffers["length"] = 2 * size * size
    study.save()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
