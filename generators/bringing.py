"""Generators that are brought from outside: weights of a registered architecture, or a foreign ONNX file.

Nothing is trusted: what can be told without running anything is told first, the rest in a process of its own."""

import hashlib
import json
import subprocess
import sys
import tempfile
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from foreign.arriving import refuse_pickles, staged
from foreign.refusal import Refused, filled

from .catalogue import FOREIGN
from .foreign import Trial, try_out
from .models import Generator
from .sheets import sheet, shown
from .uploads import MOST_BYTES, REFUSED, RefusedWeights, check_config, check_file
from .weights import keep_weights, output_for

LONGEST_CHECK = 25  # seconds; the check is part of a page, whose server waits 30 s


def said(refusal: Refused) -> str:
    """A refusal in the reader's language."""
    return filled(_(refusal.words), refusal.values)


def arrived(file: Any, most: int = MOST_BYTES) -> AbstractContextManager[Path]:
    return staged(file, Path(settings.STAGING_DIR), min(most, settings.UPLOAD_MAX_BYTES))


def bring_weights(
    *, owner: Any, file: BinaryIO, filename: str, network: str, config: Any, output: dict[str, Any], facts: dict[str, Any],
    digest: str | None = None,
) -> Generator:  # fmt: skip
    """A generator from safetensors. `facts` are the fields of its card; with `digest` the file must have it. Raises Refused."""
    options = check_config(network, config)
    with arrived(file) as path:
        _demand(path, digest)
        check_file(path, filename)
        check_network(path, filename, network, options)
        kept = keep_weights(path)
    return _create(owner, network, asdict(options), kept, output, facts)


def bring_network(
    *, owner: Any, file: BinaryIO, filename: str, options: Any, output: dict[str, Any], facts: dict[str, Any],
    digest: str | None = None,
) -> tuple[Generator, Trial]:  # fmt: skip
    """A generator from an ONNX file, and the pictures that it was tried with. Raises Refused."""
    with arrived(file) as path:
        _demand(path, digest)
        refuse_pickles(path, filename)
        trial = try_out(path, options)
        kept = keep_weights(path, suffix=".onnx")
    grid = keep_sheet([shown(picture) for picture in trial.pictures])
    return _create(owner, FOREIGN.name, asdict(options), kept, output, facts | {"grid_file": grid}), trial


def _demand(path: Path, digest: str | None) -> None:
    """A file that comes with its digest must have it."""
    if digest is None:
        return
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != digest:
            raise Refused(_("The file is not the one that was described: its digest is another."))


def _create(
    owner: Any, network: str, config: dict[str, Any], kept: tuple[str, str], output: dict[str, Any], facts: dict[str, Any]
) -> Generator:  # fmt: skip
    return Generator.objects.create(
        owner=owner, kind=Generator.Kind.NETWORK, source=Generator.Source.UPLOADED, network=network, config=config,
        weights_file=kept[0], weights_digest=kept[1], output=output_for(**output), **facts,
    )  # fmt: skip


def keep_sheet(pictures: list[Any]) -> str:
    """Sample pictures on one sheet, kept under its digest; returns its path relative to the data folder."""
    folder = Path(settings.STAGING_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".png") as file:
        sheet(pictures).save(file, "PNG", optimize=True)
        file.flush()
        return keep_weights(Path(file.name), "grids", ".png")[0]


def check_network(path: Path, name: str, network: str, options: Any) -> None:
    """Names, shapes and values against the architecture, in a process of its own: a web request never imports torch.

    Raises RefusedWeights, also where it took longer than a page may."""
    arguments = [str(path), name, network, json.dumps(asdict(options))]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "generators.uploads", *arguments],
            capture_output=True, text=True, timeout=LONGEST_CHECK, cwd=settings.BASE_DIR,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        raise RefusedWeights(
            _(
                "%(name)s was not checked within %(seconds)s seconds: the network is too large for this machine, or the machine is busy. Try again when it is quieter."
            )
            % {"name": name, "seconds": LONGEST_CHECK}
        ) from late
    if done.returncode == REFUSED:
        raise RefusedWeights(done.stdout.strip())
    if done.returncode:
        raise RefusedWeights(
            _("%(name)s could not be loaded; it may need more memory than there is.") % {"name": name}
        )
