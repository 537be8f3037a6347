"""Generators that are brought from outside: weights of a registered architecture, or a foreign ONNX file.

Nothing is trusted: what can be told without running anything is told first, the rest in a process of its own."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from foreign.refusal import Refused as RefusedNetwork
from foreign.refusal import filled

from .catalogue import FOREIGN
from .foreign import Trial, try_out
from .models import Generator
from .sheets import sheet, shown
from .uploads import MOST_BYTES, REFUSED, RefusedWeights, check_config, check_file, refuse_pickles
from .weights import keep_weights, output_for

REFUSALS = (RefusedWeights, RefusedNetwork)


def said(refusal: Exception) -> str:
    """A refusal in the reader's language."""
    if isinstance(refusal, RefusedNetwork):
        return filled(_(refusal.words), refusal.values)
    return str(refusal)


@contextmanager
def staged(file: BinaryIO, most: int = MOST_BYTES) -> Iterator[Path]:
    """A copy in the staging folder that is gone afterwards. Raises RefusedWeights where it is longer than `most` bytes."""
    folder = Path(settings.STAGING_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".part") as copy:
        left = most
        while part := file.read(1024**2):
            left -= len(part)
            if left < 0:
                raise RefusedWeights(_("The file is larger than %(most)s bytes.") % {"most": f"{most:,}"})
            copy.write(part)
        copy.flush()
        yield Path(copy.name)


def bring_weights(
    *, owner: Any, file: BinaryIO, filename: str, network: str, config: Any, output: dict[str, Any], facts: dict[str, Any]
) -> Generator:  # fmt: skip
    """A generator from safetensors. `facts` are the fields of its card. Raises RefusedWeights."""
    options = check_config(network, config)
    with staged(file) as path:
        check_file(path, filename)
        check_network(path, filename, network, options)
        kept, digest = keep_weights(path)
    return _create(owner, network, asdict(options), kept, digest, output, facts)


def bring_network(
    *, owner: Any, file: BinaryIO, filename: str, options: Any, output: dict[str, Any], facts: dict[str, Any]
) -> tuple[Generator, Trial]:  # fmt: skip
    """A generator from an ONNX file, and the pictures that it was tried with. Raises one of REFUSALS."""
    with staged(file) as path:
        refuse_pickles(path, filename)
        trial = try_out(path, options)
        kept, digest = keep_weights(path, suffix=".onnx")
    grid = keep_sheet([shown(picture) for picture in trial.pictures])
    return _create(
        owner, FOREIGN.name, asdict(options), kept, digest, output, facts | {"grid_file": grid}
    ), trial


def _create(
    owner: Any, network: str, config: dict[str, Any], kept: str, digest: str, output: dict[str, Any], facts: dict[str, Any]
) -> Generator:  # fmt: skip
    return Generator.objects.create(
        owner=owner, kind=Generator.Kind.NETWORK, source=Generator.Source.UPLOADED, network=network, config=config,
        weights_file=kept, weights_digest=digest, output=output_for(**output), **facts,
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
    """Names, shapes and values against the architecture, in a process of its own: a web request never imports torch."""
    arguments = [str(path), name, network, json.dumps(asdict(options))]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "generators.uploads", *arguments],
            capture_output=True, text=True, timeout=120, cwd=settings.BASE_DIR,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        raise RefusedWeights(_("%(name)s took more than two minutes to load.") % {"name": name}) from late
    if done.returncode == REFUSED:
        raise RefusedWeights(done.stdout.strip())
    if done.returncode:
        raise RefusedWeights(
            _("%(name)s could not be loaded; it may need more memory than there is.") % {"name": name}
        )
