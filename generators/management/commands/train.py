import shutil
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from generators import production
from generators.catalogue import NETWORKS
from generators.models import Run
from generators.options import InvalidOptions, make_options, option_fields
from imagesets.models import ImageSet
from jobs.runner import run_attempt


class Command(BaseCommand):
    help = "Train a network on an image set, here and now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("network", choices=list(NETWORKS))
        parser.add_argument("set", help="name or number of the image set")
        parser.add_argument(
            "--second", help="second set, by name or number, for networks that learn from two"
        )
        parser.add_argument("--name", default="")
        parser.add_argument(
            "--option",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="of the network or of its training",
        )
        parser.add_argument("--starts-from", type=int, help="number of the training to go on from (transfer)")
        parser.add_argument(
            "--export", type=Path, help="copy the generator's weights to this .safetensors file"
        )

    def handle(
        self,
        *,
        network: str,
        set: str,
        name: str,
        option: list[str],
        export: Path | None,
        starts_from: int | None,
        second: str | None,
        **options: Any,
    ) -> None:
        image_set = find_set(set)
        entry = NETWORKS[network]
        start = find_start(entry.starts_from, starts_from)
        if entry.needs_second != bool(second):
            raise CommandError(
                f"{entry.title} learns from two sets: name the other one with --second."
                if entry.needs_second
                else f"{entry.title} learns from one set; leave --second out."
            )
        architecture, training = parse_options(option, entry.options, entry.training)
        run = production.start_training(
            name=name or entry.title, owner=image_set.owner, network=network, image_set=image_set,
            options=architecture, training=training, starts_from=start, second_set=find_set(second) if second else None,
        )  # fmt: skip
        run_attempt(run.job.pk, run.job.attempt)
        run.job.refresh_from_db()
        if run.job.status != "done":
            raise CommandError(
                run.job.error or f"The training ended as: {run.job.status}. Resume it from the Jobs page."
            )
        run.refresh_from_db()
        if export:
            shutil.copyfile(run.folder / "generator.safetensors", export)
        self.stdout.write(
            f"{run.generator.name}: generator {run.generator.pk}, weights {run.generator.weights_digest[:8]}"
        )


def find_start(wanted: str, given: int | None) -> Run | None:
    if not wanted and given is None:
        return None
    found = Run.objects.filter(pk=given, network=wanted, generator__isnull=False).first()
    if found is None:
        raise CommandError(
            f"There is no finished {wanted} training {given}. Name one with --starts-from; its address shows the number."
            if wanted
            else "This network begins from nothing; leave --starts-from out."
        )
    return found


def find_set(given: str) -> ImageSet:
    usable = ImageSet.objects.usable()
    found = usable.filter(pk=int(given)) if given.isdecimal() else usable.filter(name=given)
    if found.count() != 1:
        raise CommandError(
            f"{found.count()} sets are called {given!r}. Name one by its number, which its address shows."
        )
    return found.get()


def parse_options(given: list[str], *classes: Any) -> list[Any]:
    """NAME=VALUE pairs for several option classes at once; a name goes where it is known."""
    kinds = {field.name: (cls, field.kind) for cls in classes for field in option_fields(cls)}
    values: dict[Any, dict[str, Any]] = {cls: {} for cls in classes}
    for pair in given:
        name, equals, text = pair.partition("=")
        if not equals or name not in kinds:
            raise CommandError(f"{pair!r} is no option. Allowed: {', '.join(kinds)}, each as NAME=VALUE.")
        cls, kind = kinds[name]
        try:
            values[cls][name] = text == "true" if kind is bool else kind(text)
        except ValueError as error:
            raise CommandError(f"{name} must be {kind.__name__}; {text!r} was given.") from error
    try:
        return [make_options(cls, values[cls]) for cls in classes]
    except InvalidOptions as error:
        raise CommandError(str(error)) from error
