"""A generator as one file that another site can take: a ZIP with its card, its weights or recipe, and sample pictures.

    card.json                 what it is, by whom, from what, for what, what its values mean, what was measured so far
    generator.safetensors     or generator.onnx; a recipe stands in the card itself
    samples.png               pictures drawn one after another, where there are any

A file that is imported is checked like any upload: nothing in it is believed but words, and those are shown as its own.
"""

import json
import math
import re
import zipfile
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from foreign.refusal import Refused
from imagesets.child import Decoder
from imagesets.reading import UnreadableImage

from .bringing import arrived, bring_network, bring_weights, keep_sheet
from .catalogue import FOREIGN
from .models import Generator
from .options import InvalidOptions, make_options
from .recipes import InvalidRecipe, Recipe

NOT_KEPT = re.compile("[\0\ud800-\udfff]")  # in a text field of PostgreSQL
FORMAT, VERSION = "evalsite-generator-card", 1
CARD, SAMPLES = "card.json", "samples.png"
WEIGHTS = {False: "generator.safetensors", True: "generator.onnx"}
MOST_CARD, MOST_SAMPLES, MOST_ROWS = 1024**2, 20 * 1024**2, 200
FACTS = {
    "name": 120,
    "description": 20_000,
    "licence": 120,
    "trained_on": 20_000,
    "made_by": 200,
    "intended_use": 20_000,
}
ROW = {"kind": 20, "title": 250, "date": 10, "words": 1_000}


def card_of(generator: Generator, record: list[dict[str, str]]) -> dict[str, Any]:
    """`record` are evaluations and studies so far: rows of kind, title, date and words."""
    learnt = generator.training_set
    return {
        "format": FORMAT, "version": VERSION, "kind": generator.kind, "made": f"{generator.created:%Y-%m-%d}",
        "exported": f"{timezone.now():%Y-%m-%d}",
        **{name: getattr(generator, name) for name in FACTS},
        "trained_on": generator.trained_on or (f"{learnt.name}, {learnt.count:,} images" if learnt else ""),
        "made_by": generator.made_by or str(generator.owner),
        "network": generator.network, "config": generator.config, "recipe": generator.recipe,
        "output": generator.output, "sha256": generator.weights_digest, "record": [*generator.record, *record],
    }  # fmt: skip


def write(generator: Generator, record: list[dict[str, str]], target: Any) -> None:
    """The ZIP into a path or an open file."""
    with zipfile.ZipFile(target, "w") as archive:
        card = json.dumps(card_of(generator, record), indent=1, ensure_ascii=False)
        archive.writestr(CARD, card + "\n", zipfile.ZIP_DEFLATED)
        if generator.is_network:
            archive.write(generator.weights_path, WEIGHTS[generator.is_foreign], zipfile.ZIP_STORED)
        if generator.grid_path and generator.grid_path.is_file():
            archive.write(generator.grid_path, SAMPLES, zipfile.ZIP_STORED)


def read(path: Path, owner: Any) -> Generator:
    """A new generator of `owner` from a card's file. Raises Refused."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = _members(archive)
            card = _card(archive)
            generator = _made(archive, names, card, owner)
            _add_samples(archive, names, generator)
            return generator
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Refused(
            _("It is no card file, or it is damaged: %(cause)s."), cause=str(error)[:200]
        ) from error


def _members(archive: zipfile.ZipFile) -> set[str]:
    names = archive.namelist()
    unknown = sorted(set(names) - {CARD, SAMPLES, *WEIGHTS.values()})
    if unknown or len(names) != len(set(names)) or CARD not in names:
        found = ", ".join(unknown or names)[:200]
        raise Refused(
            _("It is no card file: it holds %(found)s. Export one on a generator's page."),
            found=found or "nothing",
        )
    return set(names)


def _card(archive: zipfile.ZipFile) -> dict[str, Any]:
    with archive.open(CARD) as file:
        data = file.read(MOST_CARD + 1)
    try:
        card = json.loads(data) if len(data) <= MOST_CARD else None
    except (ValueError, RecursionError):
        card = None
    if not isinstance(card, dict) or card.get("format") != FORMAT or card.get("version") != VERSION:
        raise Refused(_("Its card.json is not a generator's card of version %(version)s."), version=VERSION)
    for name, most in FACTS.items():
        if not isinstance(card.get(name), str) or len(card[name]) > most or NOT_KEPT.search(card[name]):
            raise Refused(WRONG, name=name)
    if not card["name"].strip():
        raise Refused(WRONG, name="name")
    card["record"] = _record(card.get("record"))
    return card


WRONG = gettext_noop("The card's entry “%(name)s” is missing or is not what it should be.")


def _record(rows: Any) -> list[dict[str, str]]:
    if not isinstance(rows, list) or len(rows) > MOST_ROWS:
        raise Refused(WRONG, name="record")
    for row in rows:
        right = isinstance(row, dict) and row.keys() == ROW.keys()
        if not right or not all(
            isinstance(row[name], str) and len(row[name]) <= most for name, most in ROW.items()
        ):
            raise Refused(WRONG, name="record")
    return rows


def _output(card: dict[str, Any]) -> dict[str, Any]:
    given = card.get("output")
    right = (
        isinstance(given, dict)
        and all(
            type(given.get(name)) in (int, float) and math.isfinite(given[name]) for name in ("low", "high")
        )
        and given["low"] < given["high"]
        and isinstance(given.get("unit"), str)
        and len(given["unit"]) <= 40
    )
    if not right:
        raise Refused(WRONG, name="output")
    return {name: given[name] for name in ("low", "high", "unit")}


def _made(archive: zipfile.ZipFile, names: set[str], card: dict[str, Any], owner: Any) -> Generator:
    facts = {name: card[name] for name in FACTS} | {"record": card["record"]}
    if card.get("kind") == Generator.Kind.RECIPE:
        return _made_of_recipe(card, facts, owner)
    foreign = card.get("network") == FOREIGN.name
    if card.get("kind") != Generator.Kind.NETWORK or WEIGHTS[foreign] not in names:
        raise Refused(WRONG, name="kind")
    given: dict[str, Any] = {
        "owner": owner, "filename": WEIGHTS[foreign], "output": _output(card), "facts": facts, "digest": str(card.get("sha256")),
    }  # fmt: skip
    with archive.open(WEIGHTS[foreign]) as file:
        if foreign:
            return bring_network(file=file, options=_options(card.get("config")), **given)[0]
        return bring_weights(file=file, network=str(card.get("network")), config=card.get("config"), **given)


def _options(config: Any) -> Any:
    try:
        return make_options(FOREIGN.options, config if isinstance(config, dict) else {"": config})
    except InvalidOptions as error:
        raise Refused(_("Configuration: %(cause)s"), cause=str(error)) from error


def _made_of_recipe(card: dict[str, Any], facts: dict[str, Any], owner: Any) -> Generator:
    try:
        recipe = Recipe.from_dict(card.get("recipe"))  # type: ignore[arg-type]
    except (InvalidRecipe, InvalidOptions) as error:
        raise Refused(_("Recipe: %(cause)s"), cause=str(error)) from error
    return Generator.objects.create(
        owner=owner,
        kind=Generator.Kind.RECIPE,
        source=Generator.Source.UPLOADED,
        recipe=recipe.to_dict(),
        **facts,
    )


def _add_samples(archive: zipfile.ZipFile, names: set[str], generator: Generator) -> None:
    """Its own sample pictures, where none were drawn here: decoded in a child, and written anew."""
    if SAMPLES not in names or generator.grid_file:
        return
    try:
        with archive.open(SAMPLES) as file, arrived(file, MOST_SAMPLES) as path, Decoder() as decoder:
            pixels = decoder.read(path, SAMPLES).pixels
    except (Refused, UnreadableImage):
        return  # a card without pictures is a card all the same
    if pixels.dtype == "uint8" and pixels.ndim in (2, 3) and pixels.size <= MOST_SAMPLES:
        generator.grid_file = keep_sheet([pixels])
        generator.save(update_fields=["grid_file"])
