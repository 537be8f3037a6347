from typing import Any

from django_tasks_db.management.commands import db_worker as original

from jobs.worker import SafeWorker


class Command(original.Command):
    help = "Run jobs of one or more queues until stopped. Start one for `default` and one for `training`."

    def configure_logging(self, verbosity: int) -> None:
        """settings.LOGGING decides; the library's own worker would add a line a second."""

    def handle(
        self, *, queue_name: str, exclude_queues: str, reload: bool, verbosity: int, **options: Any
    ) -> None:
        # `reload` is read and ignored: a worker that restarts itself when a file changes kills the job in hand.
        known = {"interval", "batch", "backend_name", "max_tasks", "worker_id"}
        worker = SafeWorker(
            queue_names=queue_name.split(","),
            excluded_queue_names=exclude_queues.split(",") if exclude_queues else [],
            startup_delay=False,
            **{name: value for name, value in options.items() if name in known},
        )
        worker.configure_signals()
        worker.run()
