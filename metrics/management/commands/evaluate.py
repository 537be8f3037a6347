"""Two folders of images in, a report as a folder out. Uses no database and makes none."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from metrics.evaluation import evaluate
from metrics.folder import write_folder
from metrics.images import EvaluationRefused
from metrics.management.telling import (
    add_measuring,
    check_tables,
    command_line,
    intensity_of,
    tell_left_out,
    tell_report,
    teller,
)
from metrics.scanning import scan
from metrics.wording import said


class Command(BaseCommand):
    help = "Compare a folder of synthetic images with a folder of real ones and write a report that opens without a server."
    requires_system_checks: list[str] = []  # the database's checks would ask for one

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--real", type=Path, required=True, metavar="DIR", help="folder of real images")
        parser.add_argument("--synthetic", type=Path, required=True, metavar="DIR", help="folder of synthetic images")  # fmt: skip
        parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="where the report goes; made if absent")  # fmt: skip
        parser.add_argument("--training", type=Path, metavar="DIR", help="real images the generator was trained on: looks for copies")  # fmt: skip
        parser.add_argument("--paired", action="store_true", help="image by image in the order of their names: adds MAE, PSNR and SSIM")  # fmt: skip
        parser.add_argument("--labels", metavar="CSV", help="columns name and label, or the word folders for the sub-folder's name: adds numbers class by class")  # fmt: skip
        add_measuring(parser)

    def handle(self, *args: Any, **given: Any) -> None:
        intensity, encoders = intensity_of(given), given["encoder"] or ("radiomics",)
        try:
            sets = {
                role: scan(
                    given[role],
                    intensity=intensity,
                    patients=given["patients"],
                    labels=given["labels"],
                    cache=Path(settings.FEATURES_DIR),
                )
                for role in ("real", "synthetic", "training")
                if given[role] is not None
            }
            images = {role: found.images for role, found in sets.items()}
            check_tables(self.stderr, list(images.values()), given)
            report = evaluate(
                **images,
                encoders=encoders, encoders_folder=Path(settings.ENCODERS_DIR),
                cache=Path(settings.FEATURES_DIR), paired=given["paired"], seed=given["seed"], version=settings.VERSION,
                progress=teller(self.stderr), threads=given["threads"],
            )  # fmt: skip
        except EvaluationRefused as refusal:
            raise CommandError(said(refusal.sentence)) from refusal
        tell_left_out(self.stderr, sets.values())
        page = write_folder(report, images, given["output"], command=_command(given))
        tell_report(self.stdout, self.stderr, report, encoders)
        self.stdout.write(f"The report is {page}")


def _command(given: dict[str, Any]) -> str:
    named = ("real", "synthetic", "training", "patients", "labels", "output", "low", "high")
    paired = " --paired" if given["paired"] else ""
    return f"{command_line('evaluate', given, named)}{paired} --seed {given['seed']}"
