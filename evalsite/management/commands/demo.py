import socket
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from evalsite.demo.people import people
from evalsite.demo.processes import Processes
from evalsite.models import Role
from jobs.models import Job
from jobs.queueing import retry_job, start_job

ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


class Command(BaseCommand):
    help = (
        "Set up a site with a demonstration in it, start web server and workers, and stop them all on Ctrl-C."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--load-only", action="store_true", help="set up and queue the demo, start nothing"
        )

    def handle(self, *, port: int, load_only: bool, **options: Any) -> None:
        Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        logins = people()
        self._queue(next(user for user, _password in logins if user.role == Role.RESEARCHER))
        if load_only:
            return
        port = free_port(port)
        processes = Processes(ONE_THREAD)
        starts = commands(port)
        for name, arguments in starts.items():
            processes.start(name, *arguments)
        threading.Thread(target=self._greet, args=(port, logins), daemon=True).start()
        try:
            processes.wait(lambda name: processes.start(name, *starts[name]))
        finally:
            self.stdout.write("\nStopping …")
            processes.stop()
            self.stdout.write("Stopped. Everything is kept; `make demo` goes on from here.")

    def _queue(self, owner: Any) -> None:
        """Load the demo once; one that failed or was stopped is tried again."""
        last = Job.objects.filter(kind="evalsite.demo").first()
        if last is None:
            start_job(
                kind="evalsite.demo", title="Load the demo", owner=owner, arguments={"owner_pk": owner.pk}
            )
        elif last.is_finished:
            retry_job(last)  # does nothing to one that is done

    def _greet(self, port: int, logins: list[tuple[Any, str]]) -> None:
        address = f"http://127.0.0.1:{port}/"
        while not _answers(address):
            time.sleep(0.2)
        lines = [f"\n  evalsite is at {address}\n"]
        lines += [
            f"  {user.username:<15}{password or 'the password that was chosen for it'}"
            for user, password in logins
        ]
        lines += [
            "\n  The demo goes on being made while you look: its jobs are on the first page.",
            "  Stop with Ctrl-C.\n",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()


def commands(port: int) -> dict[str, list[str]]:
    web = ["-m", "gunicorn", "evalsite.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "4",
           "--graceful-timeout", "3", "--log-level", "warning", "--chdir", str(settings.BASE_DIR)]  # fmt: skip
    worker = [str(settings.BASE_DIR / "manage.py"), "db_worker", "--interval", "0.5", "--queue-name"]
    return {"web": web, "default": [*worker, "default"], "training": [*worker, "training"]}


def free_port(wanted: int) -> int:
    """The port asked for, or one of the next ten."""
    for port in range(wanted, wanted + 10):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise CommandError(f"Ports {wanted} to {wanted + 9} are all taken. Name another with --port.")


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as response:
            return response.status == 200
    except OSError:
        return False
