"""People, sets and a way to let the waiting jobs work, for every test."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

# One thread in every library, before any of them is imported: two cores are shared by all workers.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the test's thread

import hypothesis
import pytest

from tests import factories
from tests.paths import ROOT

# A machine that is busy with something else is no failure.
hypothesis.settings.register_profile("any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])  # fmt: skip
hypothesis.settings.load_profile("any machine")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory):
    """SQLite in a file, as on a real site: in memory, a server's thread and a worker's lock each other's tables."""
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, empty_file):
    """As pytest-django makes it, where a test asks for one; on SQLite a copy is put aside before the first test writes a row."""
    from django.db import connection

    facts = connection.settings_dict
    if connection.vendor == "sqlite" and facts["NAME"] == facts["TEST"]["NAME"]:
        with django_db_blocker.unblock(), closing(sqlite3.connect(empty_file)) as copy:
            connection.ensure_connection()
            connection.connection.backup(copy)


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory):
    return tmp_path_factory.mktemp("empty") / "empty.sqlite3"


@pytest.fixture(scope="session")
def empty_database(django_db_setup, empty_file):
    """An SQLite file with every table, for tests whose workers are processes of their own: they copy it."""
    if not empty_file.exists():  # the tests are asked of another database, or none of them of any
        environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{empty_file}",
            "EVALSITE_DATA": str(empty_file.parent),
        }
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    return empty_file


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path):
    """Every test writes below its own temporary folder, never into the checkout's data."""
    settings.DATA_DIR = tmp_path / "data"
    for name in ("ENCODERS_DIR", "FEATURES_DIR", "STAGING_DIR", "RUNS_DIR"):
        setattr(settings, name, settings.DATA_DIR / name.removesuffix("_DIR").lower())
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return settings.DATA_DIR


@pytest.fixture
def administrator(db):
    return factories.user("administrator", "admin")


@pytest.fixture
def researcher(db):
    return factories.user("researcher", "rosa")


@pytest.fixture
def other_researcher(db):
    return factories.user("researcher", "omar")


@pytest.fixture
def reader(db):
    return factories.user("reader", "rita")


@pytest.fixture
def work(db):
    """Call it to run every waiting job to its end, in this process; returns the jobs."""
    return factories.run_waiting_jobs


SKIPPED: list[tuple[str, str]] = []


def pytest_runtest_logreport(report):
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        SKIPPED.append((report.nodeid, reason))


def pytest_sessionfinish(session):
    """Under CI=true a test that was skipped without being allowed to is a failure: silence is not success."""
    if os.environ.get("CI") != "true" or hasattr(session.config, "workerinput"):
        return
    allowed = [
        line.split("#")[0].strip() for line in (ROOT / "tests" / "allowed_skips").read_text().splitlines()
    ]
    allowed = [line for line in allowed if line]
    wrong = [(name, why) for name, why in SKIPPED if not name.startswith(tuple(allowed) or ("\0",))]
    for name, why in wrong:
        print(f"\nskipped and not in tests/allowed_skips: {name} ({why})")
    if wrong and session.exitstatus == 0:
        session.exitstatus = 1
