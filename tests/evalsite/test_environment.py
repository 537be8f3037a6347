import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from evalsite import environment as env
from tests.paths import ROOT


@pytest.fixture
def given(monkeypatch):
    return lambda value: monkeypatch.setenv("EVALSITE_TEST", value)


def test_what_is_left_out_or_empty_takes_the_default(given, tmp_path):
    given("  ")
    assert env.text("EVALSITE_TEST", "d") == "d"
    assert env.flag("EVALSITE_TEST", True) is True
    assert env.number("EVALSITE_TEST", 3, low=1, high=9) == 3
    assert env.names("EVALSITE_TEST", ["a"]) == ["a"]
    assert env.folder("EVALSITE_TEST", tmp_path) == tmp_path


@pytest.mark.parametrize("value", ["maybe", "2", "truee"])
def test_a_flag_is_yes_or_no(given, value):
    given(value)
    with pytest.raises(ImproperlyConfigured, match="allowed are yes and no"):
        env.flag("EVALSITE_TEST", False)


@pytest.mark.parametrize("value", ["0", "10", "-1", "1.5", "x", "\u0663"])
def test_a_number_lies_in_its_range(given, value):
    given(value)
    with pytest.raises(ImproperlyConfigured, match="from 1 to 9"):
        env.number("EVALSITE_TEST", 3, low=1, high=9)


def test_a_folder_is_absolute_and_no_file(given, tmp_path):
    given("relative/path")
    with pytest.raises(ImproperlyConfigured, match="absolute"):
        env.folder("EVALSITE_TEST", tmp_path)
    (tmp_path / "file").write_text("")
    given(str(tmp_path / "file"))
    with pytest.raises(ImproperlyConfigured, match="name a folder"):
        env.folder("EVALSITE_TEST", tmp_path)


@pytest.mark.parametrize("url", ["mysql://a/b", "postgres://host", "x"])
def test_a_database_is_sqlite_or_postgresql(given, url, tmp_path):
    given(url)
    with pytest.raises(ImproperlyConfigured, match="allowed are sqlite"):
        env.database("EVALSITE_TEST", tmp_path / "s")


def test_a_database_url_is_taken_apart(given, tmp_path):
    given("postgres://us%40er:p%2Fw@db:6543/name?sslmode=require")
    database = env.database("EVALSITE_TEST", tmp_path / "s")
    assert [database[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == [
        "name",
        "us@er",
        "p/w",
        "db",
        "6543",
    ]
    assert database["OPTIONS"] == {"sslmode": "require"}
    given("")
    assert env.database("EVALSITE_TEST", tmp_path / "s")["NAME"] == str(tmp_path / "s")


def test_a_secret_is_made_once_and_kept_private(given, tmp_path):
    given("")
    file = tmp_path / "new" / "secret"
    first = env.secret("EVALSITE_TEST", file)
    assert len(first) >= 50
    assert env.secret("EVALSITE_TEST", file) == first
    assert file.stat().st_mode & 0o077 == 0
    given("short")
    with pytest.raises(ImproperlyConfigured, match="at least 32"):
        env.secret("EVALSITE_TEST", file)


def test_a_site_set_up_as_the_documents_say_passes_djangos_own_inspection(tmp_path):
    production = {
        "EVALSITE_DATA": str(tmp_path), "EVALSITE_HTTPS": "yes", "EVALSITE_BEHIND_PROXY": "yes", "EVALSITE_HOSTS": "site.example.org",
    }  # fmt: skip
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    around = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    done = subprocess.run(command, cwd=ROOT, env={**around, **production}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
