import time
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from imagesets.intake import stage_paths, start_import
from imagesets.models import ImageSet, Origin
from jobs.models import Job
from jobs.runner import run_attempt


class Command(BaseCommand):
    help = "Read files, folders or ZIPs of this machine into a new image set."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("set", help="name of the new set")
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--owner", help="user name; may be left out where there is one administrator")
        parser.add_argument("--origin", choices=Origin.values, default=Origin.REAL)
        parser.add_argument("--labels", type=Path, help="CSV with the columns file, and label or patient")
        parser.add_argument("--no-folder-labels", action="store_true", help="folders are no labels")
        parser.add_argument("--low", type=float, help="lowest value that pixels can have")
        parser.add_argument("--high", type=float, help="highest value that pixels can have")
        parser.add_argument("--unit", default="")

    def handle(self, *, set: str, paths: list[Path], labels: Path | None, **options: Any) -> None:
        owner = self._owner(options["owner"])
        for path in [*paths, *([labels] if labels else [])]:
            if not path.exists():
                raise CommandError(f"There is no file or folder {path}.")
        if (options["low"] is None) != (options["high"] is None) or (options["low"] or 0) > (
            options["high"] or 0
        ):
            raise CommandError("Give --low and --high together, --low below --high, or neither.")
        if ImageSet.objects.filter(owner=owner, name=set, trashed__isnull=True).exists():
            raise CommandError(f"{owner} has a set called {set!r} already. Choose another name.")
        staging = stage_paths(owner, [*paths, *([labels] if labels else [])])
        intensity = None if options["low"] is None else (options["low"], options["high"])
        job = start_import(
            staging=staging, owner=owner, name=set, origin=options["origin"], intensity=intensity, unit=options["unit"],
            labels_from_folders=not options["no_folder_labels"],
        )  # fmt: skip
        self._wait(job)
        self._tell(job)

    def _owner(self, name: str | None) -> Any:
        people = get_user_model().objects.filter(is_active=True)
        chosen = people.filter(username=name) if name else people.filter(role="administrator")
        if chosen.count() != 1:
            known = (
                ", ".join(people.exclude(role="reader").values_list("username", flat=True)) or "nobody yet"
            )
            raise CommandError(f"Say whose set it is with --owner NAME. People: {known}.")
        return chosen.get()

    def _wait(self, job: Job) -> None:
        run_attempt(job.pk, job.attempt)  # here, unless a worker was quicker
        while not job.is_finished:
            job.refresh_from_db()
            time.sleep(0 if job.is_finished else 0.5)

    def _tell(self, job: Job) -> None:
        image_set = ImageSet.objects.get(pk=job.arguments["image_set_pk"])
        for refusal in image_set.refused:
            self.stderr.write(f"refused: {refusal['name']}: {refusal['reason']}")
        if job.status != Job.Status.DONE:
            raise CommandError(job.error or f"The import ended as: {job.status}.")
        equal = image_set.summary["duplicates"]
        self.stdout.write(
            f"{image_set.name}: {image_set.count} images, {equal} exact duplicates, {len(image_set.refused)} files refused (set {image_set.pk})"
        )
        if image_set.intensity is None:
            self.stdout.write(
                "Its intensity range is not declared: give --low and --high, or state it on the set's page."
            )
