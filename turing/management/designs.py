"""What the command `study` does with designs: taken from a file or a published study, fed with sets, written as a file."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction

from imagesets.models import ImageSet
from turing.models import Study, new_seed
from turing.protocol import Protocol, from_json
from turing.published import PUBLISHED


def add_design_arguments(create: ArgumentParser) -> None:
    create.add_argument("--published", choices=PUBLISHED, help="the design of a published study")
    create.add_argument("--design", type=Path, metavar="FILE", help="a design that was written as a file")
    create.add_argument(
        "--source", nargs="+", action="append", metavar=("KEY", "SET"), default=[],
        help="with a design: the numbers of the sets that feed one of its sources; once for each",
    )  # fmt: skip


def chosen_design(options: dict[str, Any]) -> Protocol | None:
    if options.get("published"):
        return PUBLISHED[options["published"]].design()
    if options.get("design") is None:
        return None
    try:
        return from_json(json.loads(options["design"].read_bytes()))
    except (OSError, ValueError, RecursionError) as error:  # Misshapen is a ValueError
        raise CommandError(f"{options['design']} is no design: {error}") from error


def draft_of(name: str, user: Any, design: Protocol, options: dict[str, Any]) -> Study:
    """A draft of any design; sets feed the sources that the options name."""
    keys = [source.key for source in design.sources]
    feeding = {}
    for key, *numbers in options.get("source") or []:
        if key not in keys or not all(number.isdecimal() for number in numbers):
            raise CommandError(
                f"--source {key} {' '.join(numbers)}: the design's sources are {', '.join(keys)}; sets are named by number."
            )
        feeding[key] = existing_sets([int(number) for number in numbers])
    with transaction.atomic():
        seed = new_seed() if options.get("seed") is None else options["seed"]
        study = Study.objects.create(owner=user, name=name[:120], design=design.as_json(), seed=seed)
        for key, numbers in feeding.items():
            study.supply(key, ImageSet.objects.visible_to(user).filter(pk__in=numbers))
    return study


def existing_sets(numbers: list[int]) -> list[int]:
    missing = set(numbers) - set(ImageSet.objects.filter(pk__in=numbers).values_list("pk", flat=True))
    if missing:
        raise CommandError(f"There is no image set {', '.join(map(str, sorted(missing)))}.")
    return numbers


def existing_study(number: int) -> Study:
    row = Study.objects.filter(pk=number).first()
    if row is None:
        raise CommandError(f"There is no study {number}.")
    return row


def write_json(file: Path, whole: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
