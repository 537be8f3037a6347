"""What the commands that measure folders share: options, progress on one line, words for what was left out."""

import shlex
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, OutputWrapper

from metrics.encoders.registry import known_encoders
from metrics.images import Images
from metrics.reports import Report
from metrics.scanning import FOLDERS, Scanned
from metrics.wording import said, state_words


def add_measuring(parser: ArgumentParser) -> None:
    parser.add_argument("--encoder", action="append", choices=list(known_encoders(Path(settings.ENCODERS_DIR))), metavar="NAME", help="what turns images into features; may be given more than once, the first leads (default: radiomics)")  # fmt: skip
    parser.add_argument("--low", type=float, help="value that counts as black (default: as the files declare)")  # fmt: skip
    parser.add_argument("--high", type=float, help="value that counts as white (default: as the files declare)")  # fmt: skip
    parser.add_argument("--patients", type=Path, metavar="CSV", help="columns name and patient: keeps a patient's images together in intervals")  # fmt: skip
    parser.add_argument("--seed", type=_at_least(0), default=0, help="the same seed gives the same report (default: 0)")  # fmt: skip
    parser.add_argument("--threads", type=_at_least(1), default=1, help="processors for the encoder: threads of a network, processes of the radiomic features (default: 1)")  # fmt: skip


def _at_least(least: int) -> Callable[[str], int]:
    def number(typed: str) -> int:
        if not typed.strip().isdecimal() or int(typed) < least:
            raise ArgumentTypeError(f"“{typed}” was given; a whole number of at least {least} is needed")
        return int(typed)

    return number


def intensity_of(given: dict[str, Any]) -> tuple[float, float] | None:
    if (given["low"] is None) != (given["high"] is None):
        raise CommandError("Give both --low and --high, or neither.")
    return None if given["low"] is None else (given["low"], given["high"])


def tell_left_out(stderr: OutputWrapper, sets: Iterable[Scanned]) -> None:
    for found in sets:
        for name, reason in found.refused:
            stderr.write(f"left out {name}: {reason}")


def check_tables(stderr: OutputWrapper, sets: Sequence[Images], given: dict[str, Any]) -> None:
    """What the tables of patients and of classes leave open; `sets` begins with the real one. A table that names none of its
    images is another set's."""
    for option, column, what in (("patients", "groups", "patient"), ("labels", "labels", "class")):
        table = given.get(option)
        if table is None or table == FOLDERS:
            continue
        for images in sets:
            unnamed = sum(not one for one in getattr(images, column))
            if unnamed == len(images) and images is sets[0]:
                raise CommandError(f"{table} gives no image of “{images.name}” a {what}: its column name must hold the files' names, such as {images.names[0]}.")  # fmt: skip
            if 0 < unnamed < len(images):
                stderr.write(
                    f"{unnamed} of the {len(images)} images of “{images.name}” have no {what} in {table}"
                )


def tell_report(
    stdout: OutputWrapper, stderr: OutputWrapper, report: Report, encoders: Sequence[str]
) -> None:
    """The notes and the findings as the page has them, and why an encoder that was asked for gave nothing."""
    for note in report.notes:
        stderr.write(f"note: {said(note)}")
    words = state_words()
    for verdict in report.verdicts:
        stdout.write(
            f"{verdict.subject}: {words[verdict.state]}. {said(verdict.finding)} {said(verdict.consequence)}"
        )
    for encoder in encoders:
        numbers = [number for number in report.numbers if number.encoder == encoder]
        if numbers and all(number.absent for number in numbers):
            stderr.write(f"note: {said(numbers[0].absent)}")


def teller(stderr: OutputWrapper) -> Any:
    """One line that writes over itself on a terminal; nothing in a log."""

    def tell(done: int, total: int, sentence: Any) -> None:
        if stderr.isatty() if hasattr(stderr, "isatty") else False:
            stderr.write(f"\r\033[K{100 * done // total:3d} %  {said(sentence)}", ending="")
            if done == total:
                stderr.write("\r\033[K", ending="")

    return tell


def command_line(
    name: str, given: dict[str, Any], options: Sequence[str], arguments: Sequence[Any] = ()
) -> str:
    parts = [f"manage.py {name}", *(shlex.quote(str(argument)) for argument in arguments)]
    parts += [
        f"--{option} {shlex.quote(str(given[option]))}" for option in options if given[option] is not None
    ]
    return " ".join([*parts, *(f"--encoder {encoder}" for encoder in given["encoder"] or ())])
