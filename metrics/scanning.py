"""A folder of images as a set, with no database: any format that imagesets.reading reads, in the order of the names. Pure."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from dataclasses import astuple, dataclass, field
from pathlib import Path

import numpy as np

from imagesets.reading import ReadImage, UnreadableImage, is_image_name, read_image

from .images import EvaluationRefused, Images
from .reports import gettext_noop as _

FOLDERS = "folders"
KEPT_BYTES = 512 * 1024**2  # decoded pictures held in memory; beyond it files are read again


@dataclass(frozen=True)
class Scanned:
    images: Images
    refused: tuple[tuple[str, str], ...]  # (file name, reason) of what could not be read


@dataclass(frozen=True)
class Facts:
    """What a scan asks of a file: the range and unit that it declares, whether its values are floats, and how many images it holds."""

    low: float
    high: float
    unit: str
    is_float: bool
    frames: int


@dataclass
class Shelf:
    """Where each image is: file and frame; the first ones stay decoded. A file whose `facts` an earlier scan has kept, by its
    digest, is decoded only when one of its images is asked for."""

    folder: Path
    known: dict[str, Facts] = field(default_factory=dict)
    facts: dict[str, Facts] = field(default_factory=dict)
    places: list[tuple[str, int]] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    ranges: set[tuple[float, float]] = field(default_factory=set)
    units: set[str] = field(default_factory=set)
    kept: dict[int, np.ndarray] = field(default_factory=dict)
    bytes: int = 0
    is_declared: bool = True

    def add(self, name: str) -> None:
        data = (self.folder / name).read_bytes()
        key = hashlib.sha256(data).hexdigest()
        facts = self.known.get(key)
        if facts is None:
            found = read_image(data, name)
            frames = _frames(found)
            self._keep(len(self.places), frames)
            low, high = map(float, found.data_range)
            facts = Facts(low, high, found.meaning.unit, found.pixels.dtype.kind == "f", len(frames))
        self.facts[key] = facts
        self.ranges.add((facts.low, facts.high))
        self.is_declared &= not facts.is_float  # floats have no range but what they happen to hold
        self.units.add(facts.unit)
        for number in range(facts.frames):
            self.places.append((name, number))
            self.digests.append(key if facts.frames == 1 else f"{key}-{number}")

    def load(self, position: int) -> np.ndarray:
        if position in self.kept:
            return self.kept[position]
        name, number = self.places[position]
        frames = _frames(read_image((self.folder / name).read_bytes(), name))
        self._keep(position - number, frames)
        return frames[number]

    def _keep(self, first: int, frames: list[np.ndarray]) -> None:
        for position, frame in enumerate(frames, first):
            if position not in self.kept and self.bytes + frame.nbytes <= KEPT_BYTES:
                self.kept[position] = frame
                self.bytes += frame.nbytes


def _frames(found: ReadImage) -> list[np.ndarray]:
    """Physical values, frame by frame; stored pixels as they are where they mean themselves."""
    slope, intercept = found.meaning.slope, found.meaning.intercept
    pixels = found.pixels
    if (slope, intercept) != (1, 0):
        pixels = pixels.astype(np.float32) * np.float32(slope) + np.float32(intercept)
    return list(pixels) if found.frames > 1 else [pixels]


def scan(
    folder: Path, *, intensity: tuple[float, float] | None, patients: Path | None = None, labels: Path | str | None = None,
    cache: Path | None = None,
) -> Scanned:  # fmt: skip
    """Every readable image below `folder`, sub-folders included; hidden files are passed over.

    `intensity` None takes the range that the files' format declares, refused where files of one folder disagree. `patients` and
    `labels` are tables of names; labels may be FOLDERS instead: the first sub-folder of each image. What files declare is kept in
    `cache`, by their digests, so that another scan decodes none of them.
    """
    _refuse_no_folder(folder)
    place = (
        cache / "scans" / f"{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:24]}.json"
        if cache
        else None
    )
    shelf, refused = Shelf(folder, _known(place)), []
    for name in _names(folder):
        try:
            shelf.add(name)
        except UnreadableImage as error:
            refused.append((name, str(error)))
    if not shelf.places:
        _refuse_nothing_read(folder, refused)
    groups = _told(patients, "patient", shelf) if patients else ()
    if labels == FOLDERS:
        classes = tuple(Path(name).parts[0] if len(Path(name).parts) > 1 else "" for name, _n in shelf.places)
        if not any(classes):
            raise EvaluationRefused(
                _("The images of %(folder)s lie in no sub-folder, so that folders name no class. Give a table to --labels."),
                folder=str(folder),
            )  # fmt: skip
    else:
        classes = _told(Path(labels), "label", shelf) if labels else ()
    if place and shelf.facts != shelf.known:
        _write(place, shelf.facts)
    images = Images(
        name=folder.resolve().name, digests=tuple(shelf.digests), load=shelf.load,
        intensity=intensity or _declared(folder, shelf), groups=groups,
        unit=next(iter(shelf.units)) if len(shelf.units) == 1 else "",
        names=tuple(name if number == 0 else f"{name}#{number}" for name, number in shelf.places), labels=classes,
    )  # fmt: skip
    return Scanned(images, tuple(refused))


def _refuse_no_folder(folder: Path) -> None:
    if folder.is_file():
        raise EvaluationRefused(
            _("%(folder)s is a file. Name the folder that the images lie in."), folder=str(folder)
        )
    if not folder.is_dir():
        raise EvaluationRefused(
            _("There is no folder %(folder)s. Name a folder of images."), folder=str(folder)
        )


def _refuse_nothing_read(folder: Path, refused: list[tuple[str, str]]) -> None:
    if not refused:
        raise EvaluationRefused(
            _("The folder %(folder)s holds no image that can be read: no file in it has the name of one (such as .png, .jpg, .tif, .dcm, .nii.gz or .npz)."),
            folder=str(folder),
        )  # fmt: skip
    name, reason = refused[0]
    raise EvaluationRefused(
        _("The folder %(folder)s holds no image that can be read; of %(name)s, for one: %(reason)s."),
        folder=str(folder), name=name, reason=reason,
    )  # fmt: skip


def _known(place: Path | None) -> dict[str, Facts]:
    try:
        text = place.read_text(encoding="utf-8") if place else "{}"
        return {digest: Facts(*row) for digest, row in json.loads(text).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}  # none yet, or cut off: files are read again


def _write(place: Path, facts: dict[str, Facts]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f".{place.stem}-{os.getpid()}.part")
    part.write_text(json.dumps({digest: astuple(one) for digest, one in facts.items()}), encoding="utf-8")
    os.replace(part, place)


def _names(folder: Path) -> list[str]:
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    seen = (path for path in found if not any(part.startswith(".") for part in path.parts))
    return sorted(str(path) for path in seen if is_image_name(path.name))


def _declared(folder: Path, shelf: Shelf) -> tuple[float, float]:
    ranges = shelf.ranges
    if len(ranges) > 1 or not shelf.is_declared:
        some = ", ".join(f"{low:g} to {high:g}" for low, high in sorted(ranges)[:3])
        raise EvaluationRefused(
            _(
                "The files in %(folder)s do not declare one intensity range (%(some)s), and a metric may not guess. "
                "Say it with --low and --high."
            ),
            folder=str(folder), some=some,
        )  # fmt: skip
    return next(iter(ranges))


def _told(table: Path, column: str, shelf: Shelf) -> tuple[str, ...]:
    """What a CSV with the columns name and `column` tells of each image by file name; unknown ones are empty."""
    try:
        with open(table, newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            if not {"name", column} <= set(rows.fieldnames or ()):
                raise EvaluationRefused(
                    _("The table %(file)s needs the columns name and %(column)s; it has %(given)s."),
                    file=str(table), column=column, given=", ".join(rows.fieldnames or ()) or "none",
                )  # fmt: skip
            known = {row["name"]: row[column] for row in rows}
    except OSError as error:
        cause = error.strerror or str(error)
        raise EvaluationRefused(_("The table %(file)s cannot be read: %(cause)s."), file=str(table), cause=cause) from error  # fmt: skip
    except (UnicodeDecodeError, csv.Error) as error:
        raise EvaluationRefused(
            _("The table %(file)s is no text in UTF-8. Save it as CSV (UTF-8)."), file=str(table)
        ) from error
    return tuple(known.get(name, known.get(Path(name).name, "")) for name, _number in shelf.places)
