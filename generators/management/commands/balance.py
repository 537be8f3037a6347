from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from generators.balanced import WAYS, lacking, start_balancing
from generators.models import Generator
from imagesets.models import ImageSet
from jobs.runner import run_attempt

from .train import find_set


class Command(BaseCommand):
    help = "Make a set with equally many pictures of each class, here and now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("set", help="the set, by name or number")
        parser.add_argument("way", choices=WAYS)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--fill", action="append", default=[], metavar="CLASS=GENERATOR", help="for equal: who makes this class"
        )  # fmt: skip
        parser.add_argument("--name", default="")

    def handle(self, *, set: str, way: str, seed: int, fill: list[str], name: str, **options: Any) -> None:
        image_set = find_set(set)
        missing = lacking(image_set)
        if not missing:
            raise CommandError(f"All classes of {image_set.name} have the same number of pictures already.")
        fills = dict(_generator(pair) for pair in fill)
        if way == "equal" and fills.keys() != missing.keys():
            wanted = ", ".join(f"{label} ({more})" for label, more in missing.items())
            raise CommandError(f"Name the generator of each class that lacks pictures with --fill: {wanted}.")
        job = start_balancing(
            image_set=image_set, owner=image_set.owner, name=name or f"{image_set.name}, balanced", way=way, seed=seed,
            fills=fills,
        )  # fmt: skip
        run_attempt(job.pk, job.attempt)
        job.refresh_from_db()
        made = ImageSet.objects.get(pk=job.arguments["image_set_pk"])
        if job.status != "done":
            raise CommandError(job.error or f"It ended as: {job.status}.")
        self.stdout.write(f"{made.name}: {made.count} images, set {made.pk}, digest {made.digest[:8]}")


def _generator(pair: str) -> tuple[str, Generator]:
    label, _equals, number = pair.rpartition("=")
    found = Generator.objects.usable().filter(pk=number).first() if number.isdigit() else None
    if found is None:
        raise CommandError(f"--fill is {pair}; give CLASS=NUMBER with the number of a generator.")
    return label, found
