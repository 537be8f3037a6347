"""What the commands that measure folders share: options, progress on one line, words for what was left out."""

import shlex
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, OutputWrapper

from metrics.encoders.registry import known_encoders
from metrics.scanning import Scanned
from metrics.wording import said


def add_measuring(parser: ArgumentParser) -> None:
    parser.add_argument("--encoder", action="append", choices=list(known_encoders(Path(settings.ENCODERS_DIR))), metavar="NAME", help="what turns images into features; may be given more than once, the first leads (default: radiomics)")  # fmt: skip
    parser.add_argument("--low", type=float, help="value that counts as black (default: as the files declare)")  # fmt: skip
    parser.add_argument("--high", type=float, help="value that counts as white (default: as the files declare)")  # fmt: skip
    parser.add_argument("--patients", type=Path, metavar="CSV", help="columns name and patient: keeps a patient's images together in intervals")  # fmt: skip
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same report (default: 0)")  # fmt: skip
    parser.add_argument("--threads", type=int, default=1, help="for the encoder (default: 1)")


def intensity_of(given: dict[str, Any]) -> tuple[float, float] | None:
    if (given["low"] is None) != (given["high"] is None):
        raise CommandError("Give both --low and --high, or neither.")
    return None if given["low"] is None else (given["low"], given["high"])


def tell_left_out(stderr: OutputWrapper, sets: Iterable[Scanned]) -> None:
    for found in sets:
        for name, reason in found.refused:
            stderr.write(f"left out {name}: {reason}")


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
