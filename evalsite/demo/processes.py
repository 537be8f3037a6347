"""Web server and workers as children of one command: started together, ended together."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

GRACE = 9.0  # seconds from the request to stop until what still runs is killed


class Processes:
    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = {**os.environ, **environment}
        self.running: dict[str, subprocess.Popen] = {}
        self._stopping = False

    def start(self, name: str, *arguments: str) -> None:
        # A session of its own: Ctrl-C reaches this process alone, which then ends the others in its own way.
        self.running[name] = subprocess.Popen(
            [sys.executable, *arguments], env=self.environment, start_new_session=True
        )

    def wait(self, restart: Callable[[str], None]) -> None:
        """Until a signal; a child that ended by itself is started again."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        while not self._stopping:
            for name, process in list(self.running.items()):
                if process.poll() is not None and not self._stopping:
                    time.sleep(1)
                    restart(name)
            time.sleep(0.2)

    def _ask_to_stop(self, *signal_and_frame: object) -> None:
        self._stopping = True

    def stop(self) -> None:
        end = time.monotonic() + GRACE
        for process in self.running.values():
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        for process in self.running.values():
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
