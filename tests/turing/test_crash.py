"""A real server, killed in the middle of the readers' answers: what it acknowledged is there afterwards, once and in its chain.

benchmarks/crash.py does the same hundreds of times, on PostgreSQL too.
"""

import subprocess
import sys

from tests.paths import ROOT

RUN = "import sys; from pathlib import Path; from benchmarks.crash import run; sys.exit(run(6, 4, empty=Path(sys.argv[1])))"


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(empty_database):
    command = [sys.executable, "-c", RUN, str(empty_database)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "6 kills" in ran.stdout
    assert "nothing lost, nothing twice, every chain holds" in ran.stdout
