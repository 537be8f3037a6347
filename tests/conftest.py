"""People, sets and a way to let the waiting jobs work, for every test."""

import os

# One thread in every library, before any of them is imported: two cores are shared by all workers.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the test's thread

import pytest

from tests import factories


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
