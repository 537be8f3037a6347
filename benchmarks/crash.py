"""Kill the server again and again while readers answer: nothing that was acknowledged may be missing afterwards.

    python -m benchmarks.crash [KILLS] [READERS AT A TIME] [postgresql]        300 kills, 6 readers and SQLite by default

Each reader posts as the page does, again and again with the same submission until the site acknowledges it, and writes down
what was acknowledged. At random moments of the load every process that serves requests gets SIGKILL, every tenth time the
parent process as well. At the end: every acknowledged answer is in the database as it was given, no case has two answers, every hash chain holds. SIGKILL
ends processes and not the machine: what a power cut does to a disk is the database's promise (synchronous=FULL), not shown here.
Exit status 1 when anything is missing.
"""

import json
import random
import shutil
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from benchmarks.site import Site, study_of
from tests import postgresql

CASES_PER_SIDE = 50
LONGEST_LIFE = 1.5  # seconds between two kills
WHOLE = 10  # every so many kills the parent process dies too
VALUES = [f"{side}-{step}" for side in ("real", "synthetic") for step in (1, 2, 3)]


@dataclass
class Log:
    acknowledged: dict[tuple[str, str], str] = field(default_factory=dict)  # (token, submission): value
    resent: int = 0
    repeated: int = 0  # acknowledged only at a second sending: the first had been saved, its answer lost
    finished: int = 0


class People:
    """Threads, each reading one link after another until told to stop."""

    def __init__(self, base: str, keys: list[str], count: int) -> None:
        self.base, self.keys, self.log = base, list(keys), Log()
        self.lock, self.over = threading.Lock(), threading.Event()
        self.threads = [
            threading.Thread(target=self.work, args=(seed,), daemon=True) for seed in range(count)
        ]

    def work(self, seed: int) -> None:
        rng = random.Random(seed)
        while not self.over.is_set():
            with self.lock:
                if not self.keys:
                    return
                key = self.keys.pop()
            self.read(key, rng)

    def read(self, key: str, rng: random.Random) -> None:
        state = self.ask(f"{self.base}/read/{key}/state/")
        while state["stage"] == "case" and not self.over.is_set():
            sent = {
                "trial": state["token"],
                "answer": rng.choice(VALUES),
                "submission": f"{rng.getrandbits(64):x}",
            }
            state, tries = self.post(f"{self.base}/read/{key}/answer/", sent)
            with self.lock:
                self.log.acknowledged[sent["trial"], sent["submission"]] = sent["answer"]
                self.log.resent += tries > 1
                self.log.repeated += state["outcome"] == "repeated"
            if state["outcome"] not in ("saved", "repeated"):
                raise AssertionError(f"A reader alone with a link was told {state['outcome']!r}.")
        self.log.finished += state["stage"] == "finished"

    def post(self, url: str, sent: dict[str, Any]) -> tuple[dict[str, Any], int]:
        tries = 0
        while True:
            tries += 1
            state = self.once(Request(url, json.dumps(sent).encode(), {"Content-Type": "application/json"}))
            if state is not None:
                return state, tries
            time.sleep(0.05)

    def ask(self, url: str) -> dict[str, Any]:
        while (state := self.once(Request(url))) is None:
            time.sleep(0.05)
        return state

    def once(self, request: Request) -> dict[str, Any] | None:
        try:
            with urlopen(request, timeout=20) as response:
                told: dict[str, Any] = json.loads(response.read())
                return told
        except (OSError, ValueError, EOFError):  # refused, reset, cut off in the middle
            return None
        except Exception as problem:  # http.client's own names for a connection that broke
            if type(problem).__module__ == "http.client":
                return None
            raise


def check(log: Log, sessions: list[Any]) -> list[str]:
    """What is wrong, in words."""
    from django.db.models import Count

    from turing.chain import first_break
    from turing.models import Answer

    stored = {
        (answer.trial.token, answer.submission): f"{answer.said}-{answer.confidence}"
        for answer in Answer.objects.select_related("trial")
    }
    lost = [pair for pair, value in log.acknowledged.items() if stored.get(pair) != value]
    twice = Answer.objects.values("trial").annotate(n=Count("pk")).filter(n__gt=1).count()
    broken = [
        session.pk for session in sessions if first_break(session.answers.select_related("trial")) is not None
    ]
    unheard = len(stored) - len(log.acknowledged)
    print(f"{len(stored)} answers stored, {unheard} of them not yet acknowledged when the readers stopped")
    return [
        f"{len(found)} {words}"
        for found, words in ((lost, "acknowledged answers are missing"), (broken, "chains do not hold"))
        if found
    ] + ([f"{twice} cases have two answers"] if twice else [])


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    kills, readers = numbers + [300, 6][len(numbers) :]
    if "postgresql" not in sys.argv:
        sys.exit(run(kills, readers))
    binaries = postgresql.programs()
    if binaries is None:
        sys.exit("No PostgreSQL server on this machine.")
    with postgresql.cluster(binaries) as address:
        sys.exit(run(kills, readers, address))


def run(kills: int, readers: int, database: str = "", empty: Path | None = None) -> int:
    folder = Path(tempfile.mkdtemp(prefix="evalsite-crash-"))
    site = Site(folder, database=database)
    try:
        site.prepare(empty)
        from tests.turing import studies

        study = study_of(per_side=CASES_PER_SIDE, size=8)
        sessions = [studies.begun(study) for _reader in range(10 * readers)]
        people = People(site.url, [session.reader.key for session in sessions], readers)
        rng, begun, moments = random.Random(1), time.monotonic(), 0
        for thread in people.threads:
            thread.start()
        site.start()
        for moments in range(1, kills + 1):
            time.sleep(rng.uniform(0, LONGEST_LIFE))
            if moments % WHOLE == 0:
                site.kill()
                site.start()
            else:
                site.kill_workers()
            if not people.keys and not any(thread.is_alive() for thread in people.threads):
                break
        people.over.set()  # whoever still waits for an acknowledgement gets it now
        for thread in people.threads:
            thread.join()
        seconds = time.monotonic() - begun
        wrong = check(people.log, sessions)
    finally:
        site.kill()
        shutil.rmtree(folder)
    log = people.log
    print(
        f"{'PostgreSQL' if database else 'SQLite'}: {moments} kills in {seconds:.0f} s, {len(log.acknowledged)} answers acknowledged, "
        f"{log.resent} sent more than once, {log.repeated} of these had been saved before the kill, {log.finished} readings finished"
    )
    print("; ".join(wrong) or "nothing lost, nothing twice, every chain holds")
    return int(bool(wrong))


if __name__ == "__main__":
    main()
