"""Two folders of images in, a report as a folder out. Uses no database and makes none."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from metrics.encoders.registry import known_encoders
from metrics.evaluation import evaluate
from metrics.folder import write_folder
from metrics.images import EvaluationRefused
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
        parser.add_argument("--encoder", action="append", choices=list(known_encoders(Path(settings.ENCODERS_DIR))), metavar="NAME", help="what turns images into features; may be given more than once, the first leads (default: radiomics)")  # fmt: skip
        parser.add_argument(
            "--low", type=float, help="value that counts as black (default: as the files declare)"
        )
        parser.add_argument(
            "--high", type=float, help="value that counts as white (default: as the files declare)"
        )
        parser.add_argument("--paired", action="store_true", help="image by image in the order of their names: adds MAE, PSNR and SSIM")  # fmt: skip
        parser.add_argument("--patients", type=Path, metavar="CSV", help="columns name and patient: keeps a patient's images together in intervals")  # fmt: skip
        parser.add_argument("--labels", metavar="CSV", help="columns name and label, or the word folders for the sub-folder's name: adds numbers class by class")  # fmt: skip
        parser.add_argument(
            "--seed", type=int, default=0, help="the same seed gives the same report (default: 0)"
        )
        parser.add_argument("--threads", type=int, default=1, help="for the encoder (default: 1)")

    def handle(self, *args: Any, **given: Any) -> None:
        if (given["low"] is None) != (given["high"] is None):
            raise CommandError("Give both --low and --high, or neither.")
        intensity = None if given["low"] is None else (given["low"], given["high"])
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
            report = evaluate(
                **{role: found.images for role, found in sets.items()},
                encoders=given["encoder"] or ("radiomics",), encoders_folder=Path(settings.ENCODERS_DIR),
                cache=Path(settings.FEATURES_DIR), paired=given["paired"], seed=given["seed"], version=settings.VERSION,
                progress=self._tell, threads=given["threads"],
            )  # fmt: skip
        except EvaluationRefused as refusal:
            raise CommandError(said(refusal.sentence)) from refusal
        for found in sets.values():
            for name, reason in found.refused:
                self.stderr.write(f"left out {name}: {reason}")
        images = {role: found.images for role, found in sets.items()}
        page = write_folder(report, images, given["output"], command=_command(given))
        for verdict in report.verdicts:
            self.stdout.write(f"{verdict.subject}: {verdict.state}. {said(verdict.finding)}")
        self.stdout.write(f"The report is {page}")

    def _tell(self, done: int, total: int, sentence: Any) -> None:
        """One line that writes over itself on a terminal; nothing in a log."""
        if self.stderr.isatty() if hasattr(self.stderr, "isatty") else False:
            self.stderr.write(f"\r\033[K{100 * done // total:3d} %  {said(sentence)}", ending="")
            if done == total:
                self.stderr.write("\r\033[K", ending="")


def _command(given: dict[str, Any]) -> str:
    parts = ["manage.py evaluate"]
    for name in ("real", "synthetic", "training", "patients", "labels", "output", "low", "high"):
        if given[name] is not None:
            parts.append(f"--{name} {_quoted(str(given[name]))}")
    parts += [f"--encoder {name}" for name in given["encoder"] or ()]
    parts += ["--paired"] if given["paired"] else []
    return " ".join([*parts, f"--seed {given['seed']}"])


def _quoted(text: str) -> str:
    import shlex

    return shlex.quote(text)
