from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from generators import production
from generators.models import Generator
from generators.parameters import UnusableInput
from generators.replaying import replay_set
from imagesets.models import ImageSet
from jobs.runner import run_attempt

from .train import find_set, parse_options


def changes_of(generator: Generator, given: list[str]) -> dict[str, Any]:
    """NAME=VALUE pairs, as far as the network lets them change."""
    if not given:
        return {}
    entry = generator.entries[0]
    (options,) = parse_options(given, entry.options) if generator.is_network else (None,)
    names = [pair.partition("=")[0] for pair in given]
    if others := [name for name in names if not generator.is_network or name not in entry.at_making]:
        allowed = ", ".join(entry.at_making) or "none"
        raise CommandError(f"{others[0]} cannot be changed when pictures are made. Allowed: {allowed}.")
    return {name: getattr(options, name) for name in names}


class Command(BaseCommand):
    help = "Let a generator make an image set, here and now: the command that each set's provenance ends in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "generator", type=int, nargs="?", help="number of the generator, which its address shows"
        )
        parser.add_argument(
            "--replay", metavar="SET", help="make the pictures of a set again from what is stored with each, and compare"
        )  # fmt: skip
        parser.add_argument("--count", type=int, help="200, or as many as the source has, if left out")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--from", dest="source", help="set that pictures are made from, by name or number"
        )
        parser.add_argument(
            "--class", dest="label", default="", help="class to make, other than each source's"
        )
        parser.add_argument(
            "--option", action="append", default=[], metavar="NAME=VALUE", help="of the network, other than its own"
        )  # fmt: skip
        parser.add_argument(
            "--snapshot", type=int, help="images seen at a kept snapshot of its training to draw from"
        )
        parser.add_argument("--name", default="")

    def handle(
        self, *, generator: int | None, replay: str | None, count: int | None, seed: int, source: str | None, name: str,
        label: str, option: list[str], snapshot: int | None, **options: Any,
    ) -> None:  # fmt: skip
        if replay:
            return self.replay(find_set(replay))
        if generator is None:
            raise CommandError("Name a generator by its number, or a set to --replay.")
        found = Generator.objects.usable().filter(pk=generator).first()
        if found is None:
            raise CommandError(f"There is no generator {generator}.")
        works_on_pictures = found.translates or not found.is_network
        if works_on_pictures and not source:
            raise CommandError(f"{found.name} works on pictures of a set: name it with --from.")
        chosen = find_set(source) if source and works_on_pictures else None
        if count is None:
            count = chosen.count if chosen and found.translates else 200
        if count < 1 or seed < 0:
            raise CommandError(
                f"--count is {count} and --seed {seed}; a count is at least 1, a seed at least 0."
            )
        if snapshot is not None and snapshot not in found.snapshots:
            kept = ", ".join(map(str, found.snapshots)) or "none"
            raise CommandError(f"There is no snapshot {snapshot}. Kept: {kept}.")
        job = production.start_making(
            generator=found, owner=found.owner, name=name or f"{found.name}, seed {seed}", count=count, seed=seed,
            image_set=chosen, label=label, changes=changes_of(found, option), images_seen=snapshot,
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
