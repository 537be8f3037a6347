"""Feature statistics that hospitals may exchange in place of images: export, merge, distance; and the cache kept small. Uses no database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from metrics import statistics
from metrics.encoders.registry import ENCODERS, get_encoder
from metrics.functional.errors import CannotMeasure
from metrics.images import EvaluationRefused
from metrics.scanning import scan
from metrics.tidying import tidy
from metrics.wording import said


class Command(BaseCommand):
    help = "Export count, mean and covariance of a folder's features without its images, merge such files of several sites, and compare them."
    requires_system_checks: list[str] = []  # the database's checks would ask for one

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(
            dest="action", required=True, metavar="export | merge | distance | clean"
        )
        export = actions.add_parser("export", help="a folder of images to one file of statistics")
        export.add_argument("--images", type=Path, required=True, metavar="DIR")
        export.add_argument("--output", type=Path, required=True, metavar="FILE.npz")
        export.add_argument("--encoder", choices=list(ENCODERS), default="radiomics", metavar="NAME", help="default: radiomics")  # fmt: skip
        export.add_argument(
            "--low", type=float, help="value that counts as black (default: as the files declare)"
        )
        export.add_argument(
            "--high", type=float, help="value that counts as white (default: as the files declare)"
        )
        export.add_argument("--threads", type=int, default=1, help="processors for the encoder (default: 1)")
        merge = actions.add_parser(
            "merge", help="several files to one, exactly as if all images lay in one place"
        )
        merge.add_argument("files", type=Path, nargs="+", metavar="FILE.npz")
        merge.add_argument("--output", type=Path, required=True, metavar="FILE.npz")
        distance = actions.add_parser("distance", help="the squared Fréchet distance between two files")
        distance.add_argument("real", type=Path, metavar="REAL.npz")
        distance.add_argument("synthetic", type=Path, metavar="SYNTHETIC.npz")
        clean = actions.add_parser("clean", help="the features kept in the data folder: the oldest go until they fit")  # fmt: skip
        clean.add_argument("--keep", type=float, required=True, metavar="GB", help="how many gigabytes may stay; 0 for none")  # fmt: skip

    def handle(self, *args: Any, action: str, **given: Any) -> None:
        try:
            getattr(self, f"_{action}")(**given)
        except EvaluationRefused as refusal:
            raise CommandError(said(refusal.sentence)) from refusal
        except CannotMeasure as error:
            raise CommandError(str(error)) from error

    def _export(self, *, images: Path, output: Path, encoder: str, low: float | None, high: float | None, threads: int, **_more: Any) -> None:  # fmt: skip
        if (low is None) != (high is None):
            raise CommandError("Give both --low and --high, or neither.")
        found = scan(images, intensity=None if low is None or high is None else (low, high))
        for name, reason in found.refused:
            self.stderr.write(f"left out {name}: {reason}")
        chosen = get_encoder(encoder, folder=Path(settings.ENCODERS_DIR))
        made = statistics.statistics_of(
            found.images, chosen, cache=Path(settings.FEATURES_DIR), threads=threads
        )
        statistics.write(made, output)
        self._told(made, output)

    def _merge(self, *, files: list[Path], output: Path, **_more: Any) -> None:
        made = statistics.merged([statistics.read(file) for file in files])
        statistics.write(made, output)
        self._told(made, output)

    def _clean(self, *, keep: float, **_more: Any) -> None:
        if not 0 <= keep < float("inf"):
            raise CommandError(f"--keep {keep:g} was given; name the gigabytes that may stay, 0 or more.")
        done = tidy(Path(settings.FEATURES_DIR), keep=int(keep * 1e9))
        self.stdout.write(f"{done.removed:,} files removed ({done.removed_bytes / 1e9:.2f} GB), {done.kept:,} kept ({done.kept_bytes / 1e9:.2f} GB).")  # fmt: skip

    def _distance(self, *, real: Path, synthetic: Path, **_more: Any) -> None:
        a, b = statistics.read(real), statistics.read(synthetic)
        value = statistics.distance(a, b)
        d = len(a.moments.mean)
        self.stdout.write(
            f"squared Fréchet distance, {a.encoder}, {a.moments.n:,} against {b.moments.n:,} images: {value:.10g}"
        )
        if min(a.moments.n, b.moments.n) < 2 * d:
            self.stdout.write(
                f"Too few images for {d:,} features: {2 * d:,} in each set are needed. The value means little."
            )

    def _told(self, made: statistics.Statistics, output: Path) -> None:
        self.stdout.write(
            f"{output}: {made.moments.n:,} images, {len(made.moments.mean):,} features by {made.encoder}; no image, no name"
        )
