"""A backup in processes of its own: from one data folder into another."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.paths import ROOT

MAKE = """
from evalsite.models import User
from tests import factories
print(factories.image_set(User.objects.create_user("a", role="researcher")).digest)
"""
LOOK = """
from imagesets.models import ImageSet
s = ImageSet.objects.get()
print(s.compute_digest(), all(p.path.is_file() for p in s.pictures.all()), s.owner)
"""


@pytest.fixture
def manage(tmp_path):
    def run(data: str, *arguments: str, fails: bool = False) -> str:
        environment = {
            **os.environ,
            "EVALSITE_DATA": str(tmp_path / data),
            "DATABASE_URL": "",
            "EVALSITE_LOG": "ERROR",
        }
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert (done.returncode != 0) == fails, done.stderr
        return done.stderr if fails else done.stdout.strip()

    return run


def test_a_backup_is_put_back_elsewhere_whole(manage, tmp_path, empty_database):
    file = str(tmp_path / "site.tar")
    (tmp_path / "old").mkdir()
    shutil.copy(empty_database, tmp_path / "old" / "evalsite.sqlite3")
    digest = manage("old", "shell", "-v0", "-c", MAKE)
    assert "MB" in manage("old", "backup", file)
    assert "exists already" in manage("old", "backup", file, fails=True)
    assert "Restored a backup of version" in manage("new", "restore", file)
    assert manage("new", "shell", "-v0", "-c", LOOK) == f"{digest} True a"
    assert "There is a database" in manage("old", "restore", file, fails=True)
    (tmp_path / "junk.tar").write_bytes(b"junk")
    assert "cannot be read" in manage("other", "restore", str(tmp_path / "junk.tar"), fails=True)
