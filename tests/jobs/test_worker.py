"""The real worker in a process of its own, on a real SQLite file, killed and stopped for real."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.paths import ROOT

START = """
from jobs.queueing import start_job
from evalsite.models import User
import json, sys
owner, _ = User.objects.get_or_create(username="w", role="researcher")
for kind, arguments in json.loads(sys.argv[1]): start_job(kind=kind, title=kind, owner=owner, arguments=arguments)
"""


class Site:
    """A database file, a copy of an empty one with its tables, and workers on it."""

    def __init__(self, folder: Path, empty: Path) -> None:
        self.file, self.log = folder / "site.sqlite3", folder / "worker.log"
        shutil.copy(empty, self.file)
        self.environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{self.file}",
            "EVALSITE_DATA": str(folder),
            "DJANGO_SETTINGS_MODULE": "tests.jobs.worker_settings",
        }
        self.workers: list[subprocess.Popen] = []

    def manage(self, *arguments: str) -> None:
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment, check=True)

    def start(self, *jobs: tuple[str, dict]) -> None:
        code = f"import sys; sys.argv = ['', {json.dumps(json.dumps(jobs))}]\n{START}"
        self.manage("shell", "-v0", "-c", code)

    def worker(self, *more: str) -> subprocess.Popen:
        command = [sys.executable, "manage.py", "db_worker", "--interval", "0.1", *more]
        with self.log.open("ab") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stderr=log)
        self.workers.append(process)
        return process

    def query(self, sql: str, *values: object) -> list[tuple]:
        connection = sqlite3.connect(self.file, timeout=20)
        try:
            with connection:
                return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def job(self, column: str = "status") -> object:
        return self.query(f"select {column} from jobs_job order by id limit 1")[0][0]

    def age_heartbeats(self) -> None:
        self.query("update jobs_job set heartbeat = datetime('now', '-60 seconds') where status = 'running'")


def wait_for(fact: Callable[[], bool], what: str, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, f"waited {seconds} s for: {what}"
        time.sleep(0.05)


@pytest.fixture
def site(tmp_path: Path, empty_database: Path) -> Iterator[Site]:
    site = Site(tmp_path, empty_database)
    yield site
    for process in site.workers:
        process.kill()
        process.wait()


def lines(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def test_killed_in_the_middle_it_is_resumed_by_the_next_worker(site, tmp_path):
    site.start(("test.count", {"file": str(tmp_path / "n"), "to": 40}))
    first = site.worker()
    wait_for(lambda: len(lines(tmp_path / "n")) > 5, "the job to be under way")
    first.send_signal(signal.SIGKILL)
    first.wait()
    site.age_heartbeats()
    site.worker()
    wait_for(lambda: site.job() == "done", "the second attempt to finish")
    assert lines(tmp_path / "n") == list(range(40))
    assert (site.job("attempt"), site.job("deaths")) == (2, 1)
    statuses = [
        row[0]
        for row in site.query("select status from django_tasks_database_dbtaskresult order by enqueued_at")
    ]
    assert statuses[0] == "FAILED", "the killed attempt's row does not stay RUNNING"


def test_two_deaths_make_a_job_failed_and_the_next_one_still_runs(site, tmp_path):
    site.start(("test.abort", {}), ("test.count", {"file": str(tmp_path / "n"), "to": 2}))
    for _death in range(2):
        worker = site.worker()
        assert worker.wait(timeout=20) == -signal.SIGABRT
        site.age_heartbeats()
    site.worker()
    wait_for(lambda: site.job() == "failed", "the job to be given up")
    assert "died twice" in str(site.job("error"))
    wait_for(lambda: lines(tmp_path / "n") == [0, 1], "the other job")


@pytest.mark.parametrize("kind", ["count", "stubborn"])
def test_a_stop_of_the_worker_gives_the_job_back_within_ten_seconds(site, tmp_path, kind):
    arguments = {"file": str(tmp_path / "n"), "to": 10_000} if kind == "count" else {}
    site.start((f"test.{kind}", arguments))
    worker = site.worker()
    wait_for(lambda: site.job() == "running", "the job to run")
    asked = time.monotonic()
    worker.send_signal(signal.SIGINT)
    assert worker.wait(timeout=10) == 0
    assert time.monotonic() - asked < 10
    assert (site.job(), site.job("attempt"), site.job("deaths")) == ("waiting", 2, 0)


def test_a_locked_database_is_waited_for(site, tmp_path):
    site.manage("check")
    worker = site.worker()
    wait_for(lambda: b"is ready for queues" in site.log.read_bytes(), "the worker to be there")
    connection = sqlite3.connect(site.file, isolation_level=None)
    connection.execute("begin exclusive")
    time.sleep(2.5)  # longer than the second that a connection waits under these settings
    connection.execute("rollback")
    connection.close()
    assert worker.poll() is None, (
        "the worker must outlive a database that was locked for longer than its time-out"
    )
    site.start(("test.count", {"file": str(tmp_path / "n"), "to": 2}))
    wait_for(lambda: site.job() == "done", "the job after the lock")
