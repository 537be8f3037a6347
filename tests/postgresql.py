"""The tests that write rows, once more on PostgreSQL: a cluster of its own on a socket in a temporary folder, gone afterwards.

    python -m tests.postgresql [pytest arguments]

Without a PostgreSQL server on this machine it says so and passes: SQLite, the default, is what `make test` holds first.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path

from tests.paths import ROOT

ROWS = ("tests/jobs", "tests/turing", "tests/imagesets", "tests/evalsite", "tests/metrics/test_tasks.py",
        "tests/metrics/test_views.py", "tests/generators/test_pages.py")  # fmt: skip
# Below these folders, what asks nothing of a database, has a file of its own, or asks nothing new of this one.
APART = (
    "tests/turing/analysis", "tests/turing/test_leakage.py", "tests/turing/test_ordering.py", "tests/turing/test_protocol.py",
    "tests/turing/test_rendering.py", "tests/turing/test_crash.py", "tests/turing/test_blinding_everywhere.py", "tests/imagesets/test_reading.py",
    "tests/jobs/test_worker.py", "tests/evalsite/test_backup.py", "tests/evalsite/test_environment.py", "tests/evalsite/test_translations.py",
)  # fmt: skip
NOBODY = "postgres"  # the server refuses to run as root


def programs() -> Path | None:
    """The folder with initdb and pg_ctl: Debian keeps it off the path."""
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else []
    places += [Path(place) for place in sorted(glob("/usr/lib/postgresql/*/bin"), reverse=True)]
    return next((place for place in places if (place / "pg_ctl").exists() and (place / "initdb").exists()), None)  # fmt: skip


def run(*command: str | Path) -> None:
    """As the user postgres where we are root, else as ourselves."""
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", NOBODY, "--", *words]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd="/")


@contextmanager
def cluster(binaries: Path) -> Iterator[str]:
    """Address of a fresh cluster that listens on a socket only. Nothing in it outlives the block, so nothing is synced."""
    with tempfile.TemporaryDirectory(prefix="pg") as place:
        folder = Path(place)
        if os.geteuid() == 0:
            shutil.chown(folder, NOBODY)
        run(binaries / "initdb", "-D", folder / "data", "-A", "trust", "-U", NOBODY, "-E", "UTF8", "--locale=C", "-N")  # fmt: skip
        options = (
            f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c max_connections=50"
        )
        run(binaries / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield f"postgres:///postgres?host={folder}&user={NOBODY}"
        finally:
            run(binaries / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")


def main(arguments: list[str]) -> int:
    binaries = programs()
    if binaries is None:
        print("No PostgreSQL server on this machine: the tests that write rows ran on SQLite only.")
        return 0
    chosen = arguments or [
        "-n",
        "3",
        "--dist",
        "loadfile",
        "-q",
        *ROWS,
        *(f"--ignore={path}" for path in APART),
    ]
    with cluster(binaries) as address:
        environment = {**os.environ, "DATABASE_URL": address}
        return subprocess.run([sys.executable, "-m", "pytest", *chosen], cwd=ROOT, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
