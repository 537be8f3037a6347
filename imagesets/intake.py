"""How files become a set: started by a page or a command, done by a job that can be killed and goes on."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from jobs.models import Job
from jobs.progress import JobError, Progress
from jobs.queueing import start_job

from .building import SetBuilder
from .child import Decoder
from .labels import BadTable, NotATable, Row, Table, folder_labels, read_table
from .models import ImageSet
from .reading import ReadImage, UnreadableImage
from .staging import Staged, Staging, expand, is_tried

MOST_REFUSALS = 1000


def start_import(
    *, staging: Staging, owner: Any, name: str, origin: str, intensity: tuple[float, float] | None, unit: str = "",
    description: str = "", labels_from_folders: bool = True,
) -> Job:  # fmt: skip
    low, high = intensity or (None, None)
    with transaction.atomic():
        image_set = ImageSet.objects.create(
            name=name, owner=owner, origin=origin, description=description,
            intensity_low=low, intensity_high=high, intensity_unit=unit,
        )  # fmt: skip
        job = start_job(
            kind="imagesets.import", title=_("Read the files of “%(name)s”") % {"name": name}, owner=owner,
            arguments={"image_set_pk": image_set.pk, "token": staging.token, "labels_from_folders": labels_from_folders},
            result_url=reverse("imagesets:detail", args=[image_set.pk]),
        )  # fmt: skip
        image_set.job = job
        image_set.save(update_fields=["job"])
    return job


def read_files(progress: Progress, *, image_set_pk: int, token: str, labels_from_folders: bool) -> None:
    """The job: each staged file through the decoder into the set; refusals are kept with name and reason."""
    image_set = ImageSet.objects.select_related("owner").get(pk=image_set_pk)
    if image_set.state == ImageSet.State.READY:
        return  # an earlier attempt finished and died before it could say so
    staging = Staging(image_set.owner, token)
    if not staging.exists:
        raise JobError(_("The uploaded files are gone: they are kept for two days. Upload them again."))
    reader = _Reader(progress, image_set, staging, labels_from_folders)
    reader.run()
    staging.remove()


class _Reader:
    def __init__(
        self, progress: Progress, image_set: ImageSet, staging: Staging, labels_from_folders: bool
    ) -> None:
        self.progress, self.image_set = progress, image_set
        self.builder = SetBuilder(into=image_set, progress=progress)
        kept = image_set.summary.get("checkpoint", {})
        self.files_done, self.pictures_done = kept.get("files", 0), kept.get("pictures", 0)
        self.refused: list[dict[str, str]] = kept.get("refused", [])
        self.facts = {part: Counter(kept.get(part, {})) for part in ("ranges", "notes", "units")}
        self.files, early = self._files(staging)
        if not self.files_done:
            self.refused += early
        self.table = self._table()
        names = [file.name for file in self.files]
        self.folders = folder_labels(names) if labels_from_folders and self.table is None else {}

    def _files(self, staging: Staging) -> tuple[list[Staged], list[dict[str, str]]]:
        self.progress.update(0, None, _("Looking through the files"))
        found: list[Staged] = []
        refused = []
        self.tables: list[Staged] = []
        for item in expand(staging.files(), staging.folder):
            if isinstance(item, tuple):
                refused.append({"name": item[0], "reason": item[1]})
            elif item.name.lower().endswith(".csv"):
                self.tables.append(item)
            elif is_tried(item.name):
                found.append(item)
            else:
                refused.append({"name": item.name, "reason": _("it is no image of a kind that is read here")})
        return found, refused

    def _table(self) -> Table | None:
        found = []
        for staged in self.tables:
            try:
                found.append((staged.name, read_table(staged.path.read_bytes())))
            except NotATable as error:
                if not self.files_done:
                    self.refused.append({"name": staged.name, "reason": str(error)})
            except BadTable as error:
                raise self._fail(f"{staged.name}: {error}") from error
        if len(found) > 1:
            names = ", ".join(name for name, _rows in found[:3])
            raise self._fail(
                _("Several CSV files name labels or patients (%(names)s); send one.") % {"names": names}
            )
        return found[0][1] if found else None

    def _fail(self, words: str) -> JobError:
        self.builder.fail()
        return JobError(words)

    def run(self) -> None:
        total = len(self.files)
        with Decoder() as decoder:
            for index in range(self.files_done, total):
                self._one(decoder, self.files[index], index)
                self._remember(index + 1)
                words = _("%(done)s of %(total)s files read") % {
                    "done": f"{index + 1:,}",
                    "total": f"{total:,}",
                }
                self.progress.update(index + 1, total, words + self._refusal_words())
        self._finish()

    def _refusal_words(self) -> str:
        return ", " + _("%(n)d refused") % {"n": len(self.refused)} if self.refused else ""

    def _one(self, decoder: Decoder, file: Staged, index: int) -> None:
        try:
            image = decoder.read(file.path, file.name)
            row = self._row(file.name)
        except UnreadableImage as error:
            self.refused.append({"name": file.name, "reason": str(error)})
            return
        self.facts["ranges"][f"{image.data_range[0]!r} {image.data_range[1]!r}"] += 1
        self.facts["units"][image.meaning.unit] += 1
        self.facts["notes"].update(image.meaning.notes)
        already = (
            self.builder.written + self.builder.waiting - self.pictures_done
        )  # of this file, by a killed attempt
        for number, (pixels, label, mask) in enumerate(_frames(image)):
            if number < already:
                continue
            group = row.patient or (
                f"file {index + 1}"
                if image.frames > 1 and image.labels is None and image.masks is None
                else ""
            )
            self.builder.add(
                pixels, label=label or row.label, patient=group, mask=mask, annotations=row.annotations(),
                slope=image.meaning.slope, intercept=image.meaning.intercept,
            )  # fmt: skip
            if number % 500 == 499:
                self.progress.check()

    def _row(self, name: str) -> Row:
        if self.table is None:
            return Row(label=self.folders.get(name, "")[:80])
        row = self.table.row_of(name)
        if row is None:
            raise UnreadableImage(_("the CSV has no line for it"))
        return row

    def _remember(self, files: int) -> None:
        self.files_done, self.pictures_done = files, self.builder.written + self.builder.waiting
        self.builder.checkpoint = {
            "files": files, "pictures": self.pictures_done, "refused": self.refused[:MOST_REFUSALS],
            **{part: dict(counts) for part, counts in self.facts.items()},
        }  # fmt: skip

    def _finish(self) -> None:
        if self.builder.written + self.builder.waiting == 0:
            self.image_set.refused = self.refused[:MOST_REFUSALS]
            self.image_set.save(update_fields=["refused"])
            first = self.refused[0] if self.refused else None
            words = (
                _("None of the files could be read.") if first else _("There was no image among the files.")
            )
            raise self._fail(words + (f" {first['name']}: {first['reason']}." if first else ""))
        image_set = self.image_set
        image_set.refused = self.refused[:MOST_REFUSALS]
        self._declare_range(image_set)
        image_set.provenance = self._provenance()
        with self.progress.writing():
            image_set.save(update_fields=["provenance", "intensity_low", "intensity_high", "intensity_unit"])
        self.progress.update(
            len(self.files), len(self.files) or None, _("Counting and looking for duplicates")
        )
        self.builder.finish()
        words = _("%(n)s images") % {"n": f"{self.builder.written:,}"} + self._refusal_words()
        self.progress.update(len(self.files), len(self.files) or None, words)

    def _declare_range(self, image_set: ImageSet) -> None:
        """Where nobody stated a range and all files have one format range, that is declared; else it stays open."""
        if image_set.intensity is None and len(self.facts["ranges"]) == 1 and self._is_whole():
            low, high = next(iter(self.facts["ranges"])).split()
            image_set.intensity_low, image_set.intensity_high = float(low), float(high)
        if not image_set.intensity_unit and len(self.facts["units"]) == 1:
            image_set.intensity_unit = next(iter(self.facts["units"]))[:40]

    def _is_whole(self) -> bool:
        return "values of the file" not in self.facts["units"]

    def _provenance(self) -> dict[str, Any]:
        kept, files = self.pictures_done, len(self.files)
        words = [
            _("%(kept)s images from %(files)s files, %(refused)s refused.")
            % {"kept": f"{kept:,}", "files": f"{files:,}", "refused": len(self.refused)}
        ]
        warnings = [note for note in self.facts["notes"] if note.startswith("Burned-in")]
        notes = [f"{note} ({count:,})" for note, count in self.facts["notes"].items() if note not in warnings]
        return {
            "maker": "import",
            "words": words,
            "notes": notes,
            "warnings": [f"{note} ({self.facts['notes'][note]:,})" for note in warnings],
        }


def _frames(image: ReadImage) -> Iterator[tuple[Any, str, Any]]:
    for number, pixels in enumerate(image.pictures()):
        label = image.labels[number] if image.labels else ""
        yield pixels, label, image.masks[number] if image.masks is not None else None


def stage_paths(owner: Any, paths: list[Path]) -> Staging:
    """Files and folders of this machine, read where they lie."""
    staging = Staging.new(owner)
    for path in paths:
        inside = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        for file in inside:
            staging.add_path(file, file.relative_to(path.parent if path.is_file() else path).as_posix())
    return staging


def remove_forever(image_set: ImageSet) -> None:
    """Delete a set in the trash, and the pixel files that no other set uses."""
    from .models import Picture

    files = set(image_set.pictures.values_list("file", flat=True)) | set(
        image_set.pictures.values_list("mask_file", flat=True)
    )
    with transaction.atomic():
        image_set.delete()
    for file in files - {""}:
        if (
            not Picture.objects.filter(file=file).exists()
            and not Picture.objects.filter(mask_file=file).exists()
        ):
            (Path(settings.DATA_DIR) / file).unlink(missing_ok=True)
