"""A dozen examples of what a recipe does to a set, made within a request and kept for the next one."""

import hashlib
import io
import json
import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image

from imagesets.models import ImageSet
from imagesets.thumbnails import windowed
from jobs.wording import percent

from .recipes import Recipe
from .working_set import WorkingSet

EXAMPLES = 12
AMONG = 48  # pictures of the set, evenly chosen, that examples are made from
SECONDS = 4.0  # large pictures: as many examples as fit
SIDE = 256  # pixels; what is larger is shown smaller
KEPT = 100  # previews of one set
VERSION = 1  # of what is drawn here; another number makes all anew


class Example(NamedTuple):
    source: int  # primary key of the picture it was made from
    words: str


class Preview(NamedTuple):
    key: str
    examples: list[Example]


def preview(recipe: Recipe, source: ImageSet, *, seed: int = 1, count: int = EXAMPLES) -> Preview:
    """Raises UnusableInput where the recipe cannot work on the set."""
    facts = [VERSION, recipe.to_dict(), source.digest, source.intensity, seed, count]
    key = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]
    kept = folder_of(source) / key
    if not (kept / "examples.json").exists():
        _make(recipe, source, seed, count, kept)
    examples = json.loads((kept / "examples.json").read_text())
    return Preview(key, [Example(*example) for example in examples])


def folder_of(source: ImageSet) -> Path:
    return Path(settings.DATA_DIR) / "previews" / str(source.pk)


def _make(recipe: Recipe, source: ImageSet, seed: int, count: int, kept: Path) -> None:
    from .pipeline import run

    pictures = WorkingSet(source, most=AMONG)
    outputs = run(
        replace(recipe, balance="as_is"), **pictures.inputs(), count=count, seed=seed, data_range=pictures.data_range
    )  # fmt: skip
    end, examples = time.monotonic() + SECONDS, []
    kept.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=kept.parent, prefix=".part-"))
    try:
        for number, output in enumerate(outputs):
            _draw(output.image, pictures, part / f"{number}.png")
            original = pictures.pictures[output.parameters["source"]]
            examples.append(Example(original.pk, _words(output, pictures, recipe)))
            if time.monotonic() > end:
                break
        (part / "examples.json").write_text(json.dumps(examples))
        part.rename(kept)
    except OSError:
        if not kept.exists():  # else somebody has just made the same
            raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
    _forget_old(kept.parent)


def _draw(pixels: Any, pictures: WorkingSet, path: Path) -> None:
    slope, intercept = pictures.scale
    image = Image.fromarray(windowed(pixels * slope + intercept, *pictures.source.intensity))  # type: ignore[misc]
    image.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=3)
    path.write_bytes(out.getvalue())


def _words(output: Any, pictures: WorkingSet, recipe: Recipe) -> str:
    """The shares of a mixed label; else which of the steps were taken, where not all were."""
    if output.label is not None and (output.label > 0).sum() > 1:
        shares = sorted(zip(output.label, pictures.classes), reverse=True)
        return ", ".join(f"{percent(float(share), 0)} {name}" for share, name in shares if share > 0)
    taken, all_steps = len(output.parameters["steps"]), len(recipe.steps)
    if taken == 0:
        return _("unchanged")
    return "" if taken == all_steps else _("%(n)d of %(all)d steps") % {"n": taken, "all": all_steps}


def _forget_old(folder: Path) -> None:
    kept = sorted(
        (p for p in folder.iterdir() if not p.name.startswith(".")), key=lambda p: p.stat().st_mtime
    )
    for old in kept[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
