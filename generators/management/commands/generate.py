from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from generators import production
from generators.models import Generator
from generators.parameters import UnusableInput
from generators.replaying import replay_set
from imagesets.models import ImageSet
from jobs.runner import run_attempt

from .train import find_set


class Command(BaseCommand):
    help = "Let a generator make an image set, here and now: the command that each set's provenance ends in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "generator", type=int, nargs="?", help="number of the generator, which its address shows"
        )
        parser.add_argument(
            "--replay", metavar="SET", help="make the pictures of a set again from what is stored with each, and compare"
        )  # fmt: skip
        parser.add_argument("--count", type=int, default=200)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--from", dest="source", help="set that a recipe works on, by name or number")
        parser.add_argument("--name", default="")

    def handle(
        self, *, generator: int | None, replay: str | None, count: int, seed: int, source: str | None, name: str,
        **options: Any,
    ) -> None:  # fmt: skip
        if replay:
            return self.replay(find_set(replay))
        if generator is None:
            raise CommandError("Name a generator by its number, or a set to --replay.")
        found = Generator.objects.usable().filter(pk=generator).first()
        if found is None:
            raise CommandError(f"There is no generator {generator}.")
        if not found.is_network and not source:
            raise CommandError(f"{found.name} works on pictures of a set: name it with --from.")
        if count < 1 or seed < 0:
            raise CommandError(
                f"--count is {count} and --seed {seed}; a count is at least 1, a seed at least 0."
            )
        job = production.start_making(
            generator=found, owner=found.owner, name=name or f"{found.name}, seed {seed}", count=count, seed=seed,
            image_set=find_set(source) if source and not found.is_network else None,
        )  # fmt: skip
        run_attempt(job.pk, job.attempt)
        job.refresh_from_db()
        made = ImageSet.objects.get(pk=job.arguments["image_set_pk"])
        if job.status != "done":
            raise CommandError(job.error or f"It ended as: {job.status}.")
        self.stdout.write(f"{made.name}: {made.count} images, set {made.pk}, digest {made.digest[:8]}")

    def replay(self, image_set: ImageSet) -> None:
        try:
            outcomes = list(replay_set(image_set))
        except UnusableInput as error:
            raise CommandError(str(error)) from error
        others = [outcome.position for outcome in outcomes if not outcome.same]
        if others:
            raise CommandError(
                f"{len(others)} of {len(outcomes)} pictures came out otherwise: {others[:20]}."
            )
        self.stdout.write(f"{image_set.name}: {len(outcomes)} pictures made again, the same bit for bit")
