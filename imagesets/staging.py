"""Files on their way in: kept in a folder of the uploader's own until a job has read them. Nothing is in the database yet."""

import json
import re
import shutil
import time
import uuid
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from .reading import is_image_name

MANIFEST = "manifest.jsonl"
KEEP_SECONDS = 2 * 24 * 3600
CHUNK = 1024 * 1024
MOST_ENTRIES = 200_000


class StagingError(Exception):
    """An upload that cannot go on; the message is for the user."""


@dataclass(frozen=True)
class Staged:
    """One file: where it lies and what its owner called it (relative, with /)."""

    path: Path
    name: str


class Staging:
    def __init__(self, owner: Any, token: str) -> None:
        if not re.fullmatch(r"[0-9a-f]{32}", token):
            raise StagingError(_("This upload is not known. Load the page again and start anew."))
        self.token = token
        self.folder = Path(settings.STAGING_DIR) / str(owner.pk) / token

    @classmethod
    def new(cls, owner: Any) -> "Staging":
        staging = cls(owner, uuid.uuid4().hex)
        staging.folder.mkdir(parents=True)
        _forget_abandoned(staging.folder.parent)
        return staging

    @property
    def exists(self) -> bool:
        return self.folder.is_dir()

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """Write one file under a number; its own name is only written down, so it can name no place on the disk."""
        if not self.exists:
            raise StagingError(_("This upload is not known any more. Load the page again and start anew."))
        path = self.folder / uuid.uuid4().hex
        room = settings.UPLOAD_MAX_BYTES - self.size()
        try:
            with path.open("wb") as out:
                for chunk in chunks:
                    room -= len(chunk)
                    if room < 0:
                        raise StagingError(too_large())
                    out.write(chunk)
            self._note(path.name, clean_name(name))
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def add_path(self, path: Path, name: str) -> None:
        """A file that already lies on this machine is read where it is."""
        self._note(str(path.resolve()), name)

    def _note(self, path: str, name: str) -> None:
        with (self.folder / MANIFEST).open("a") as manifest:
            manifest.write(json.dumps({"path": path, "name": name}) + "\n")

    def size(self) -> int:
        return sum(path.stat().st_size for path in self.folder.iterdir() if path.is_file())

    def files(self) -> list[Staged]:
        """In the order of their names, so that a set does not depend on how its files arrived."""
        manifest = self.folder / MANIFEST
        rows = [json.loads(line) for line in manifest.read_text().splitlines()] if manifest.exists() else []
        return sorted(
            (Staged(self.folder / row["path"], row["name"]) for row in rows), key=lambda file: file.name
        )

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def too_large() -> str:
    megabytes = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
    return _("The files are larger than the %(most)s MB that one upload may bring. Send them in parts.") % {
        "most": f"{megabytes:,}"
    }


def clean_name(name: str) -> str:
    """A relative name with forward slashes, for labels and refusals; never a path on this machine."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", "..", ".")]
    return "/".join(parts)[-300:] or "unnamed"


def expand(staged: list[Staged], folder: Path) -> Iterator[Staged | tuple[str, str]]:
    """Files as they are, ZIPs taken apart; yields (name, reason) for a ZIP that is refused. Done again, it does the same."""
    for file in staged:
        if not (file.name.lower().endswith(".zip")):
            yield file
            continue
        try:
            yield from _unzip(file, folder)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
            yield file.name, _("it is damaged or locked (%(cause)s)") % {"cause": str(error)[:100]}


def _unzip(file: Staged, folder: Path) -> Iterator[Staged | tuple[str, str]]:
    target = folder / f"{file.path.name}.unzipped"
    target.mkdir(exist_ok=True)
    with zipfile.ZipFile(file.path) as archive:
        entries = [e for e in archive.infolist() if not e.is_dir() and not _is_litter(e.filename)]
        if len(entries) > MOST_ENTRIES or sum(e.file_size for e in entries) > settings.UPLOAD_MAX_BYTES:
            yield file.name, too_large()
            return
        for number, entry in enumerate(sorted(entries, key=lambda e: e.filename)):
            name = clean_name(entry.filename)
            if name.lower().endswith(".zip"):
                yield f"{file.name}: {name}", _("it is a ZIP inside a ZIP; take it apart first")
                continue
            path = target / f"{number:06d}"
            if not path.exists() or path.stat().st_size != entry.file_size:
                with archive.open(entry) as source, path.open("wb") as out:
                    _copy(source, out, entry.file_size)  # type: ignore[arg-type]
            yield Staged(path, name)


def _copy(source: BinaryIO, out: BinaryIO, declared: int) -> None:
    """No more than the archive said there would be: a ZIP bomb says little and unpacks much."""
    left = declared
    while chunk := source.read(min(CHUNK, left + 1)):
        left -= len(chunk)
        if left < 0:
            raise ValueError("an entry is larger than it says")
        out.write(chunk)


def _is_litter(name: str) -> bool:
    last = name.rsplit("/", 1)[-1]
    return name.startswith("__MACOSX/") or last.startswith(".") or last in ("Thumbs.db", "DICOMDIR")


def is_tried(name: str) -> bool:
    return not _is_litter(name) and is_image_name(name)


def _forget_abandoned(folder: Path) -> None:
    for old in folder.iterdir():
        if old.stat().st_mtime < time.time() - KEEP_SECONDS:
            shutil.rmtree(old, ignore_errors=True)
