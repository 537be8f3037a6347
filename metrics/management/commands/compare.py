"""Several folders of synthetic images beside one of real ones; the page of the comparison as a folder. Uses no database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from metrics.comparison_page import comparison_context
from metrics.folder import write_comparison
from metrics.images import EvaluationRefused
from metrics.management.telling import (
    add_measuring,
    check_tables,
    command_line,
    intensity_of,
    tell_left_out,
    teller,
)
from metrics.scanning import scan
from metrics.seeds import Method
from metrics.side_by_side import side_by_side
from metrics.wording import said


class Command(BaseCommand):
    help = "Compare several folders of synthetic images side by side, against one of real ones, and write a page that opens without a server."
    requires_system_checks: list[str] = []  # the database's checks would ask for one

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("real", type=Path, metavar="REAL", help="folder of real images")
        parser.add_argument("sets", type=Path, nargs="+", metavar="SET", help="folders of synthetic images, two to twelve")  # fmt: skip
        parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="where the page goes; made if absent")  # fmt: skip
        parser.add_argument("--method", action="append", default=[], metavar="NAME=SET,SET,...", help="sets of one method whose trainings differ in their seed alone, by their number (from 1) or folder name: adds mean and spread over the trainings; may be given more than once")  # fmt: skip
        add_measuring(parser)

    def handle(self, *args: Any, **given: Any) -> None:
        intensity, methods = intensity_of(given), methods_of(given["method"], given["sets"])
        try:
            real, *sets = [scan(folder, intensity=intensity, patients=given["patients"]) for folder in (given["real"], *given["sets"])]  # fmt: skip
            check_tables(self.stderr, [real.images, *(one.images for one in sets)], given)
            found = side_by_side(
                real.images, [one.images for one in sets], encoders=given["encoder"] or ("radiomics",), methods=methods,
                encoders_folder=Path(settings.ENCODERS_DIR), cache=Path(settings.FEATURES_DIR), seed=given["seed"],
                version=settings.VERSION, progress=teller(self.stderr), threads=given["threads"],
            )  # fmt: skip
        except EvaluationRefused as refusal:
            raise CommandError(said(refusal.sentence)) from refusal
        tell_left_out(self.stderr, (real, *sets))
        named = [part for words in given["method"] for part in ("--method", words)]
        line = command_line(
            "compare",
            given,
            ("output", "patients", "low", "high", "seed"),
            (given["real"], *given["sets"], *named),
        )
        page = write_comparison(found, given["output"], command=line)
        self.stdout.write(comparison_context(found, ())["finding"]["title"])
        self.stdout.write(f"The comparison is {page}")


def methods_of(asked: list[str], folders: list[Path]) -> list[Method | None]:
    """Of each folder its method; the seeds are not known, only that they differ."""
    methods: list[Method | None] = [None] * len(folders)
    known = {str(number): number - 1 for number in range(1, len(folders) + 1)}
    known |= {folder.name: index for index, folder in enumerate(folders)}
    for words in asked:
        name, _equals, listed = words.partition("=")
        for seed, one in enumerate(listed.split(",")):
            if one.strip() not in known:
                raise CommandError(f"--method {words}: “{one.strip()}” is none of the sets; they are {', '.join(folder.name for folder in folders)}.")  # fmt: skip
            methods[known[one.strip()]] = Method(name, name, seed)
    return methods
