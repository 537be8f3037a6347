"""Build a set picture by picture: files first, rows in short batches, visible only when complete."""

from collections import Counter
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction

from jobs.models import Job
from jobs.progress import Progress

from .models import ImageSet, Picture
from .storage import store_pixels

BATCH = 50  # rows a transaction: 10 ms alone, below 100 on a machine that is busy with other work
BINS = 64


class SetBuilder:
    """Files are written as they come; rows go in batches into a set that stays BUILDING until finish().

    With `progress` each batch is fenced by the job's attempt. With `into`, an unfinished set of an earlier attempt is
    gone on with: `written` pictures are there already, and add() continues after them.
    """

    def __init__(
        self,
        *,
        name: str = "",
        owner: Any = None,
        origin: str = "",
        intensity: tuple[float, float] | None = None,
        provenance: dict[str, Any] | None = None,
        unit: str = "",
        parents: Iterable[ImageSet] = (),
        description: str = "",
        job: Job | None = None,
        progress: Progress | None = None,
        into: ImageSet | None = None,
    ) -> None:
        self._progress = progress
        if into is None:
            low, high = intensity or (None, None)
            with self._writing():
                into = ImageSet.objects.create(
                    name=name, owner=owner, origin=origin, provenance=provenance or {}, description=description, job=job,
                    intensity_low=low, intensity_high=high, intensity_unit=unit,
                )  # fmt: skip
                into.parents.set(parents)
        self.image_set = into
        self.written = into.pictures.count()
        self._waiting: list[Picture] = []
        self.checkpoint: dict[str, Any] | None = (
            None  # written with each batch, so that both are there or neither
        )

    def add(
        self,
        pixels: np.ndarray,
        *,
        label: str = "",
        patient: str = "",
        mask: np.ndarray | None = None,
        soft_label: dict[str, float] | None = None,
        parameters: dict[str, Any] | None = None,
        annotations: dict[str, list] | None = None,
        slope: float = 1.0,
        intercept: float = 0.0,
    ) -> None:
        root = Path(settings.DATA_DIR)
        digest, file = store_pixels(root, pixels)
        mask_file = store_pixels(root, mask)[1] if mask is not None else ""
        self._waiting.append(
            Picture(
                image_set=self.image_set, position=self.written + len(self._waiting), digest=digest, file=file,
                height=pixels.shape[0], width=pixels.shape[1], channels=1 if pixels.ndim == 2 else pixels.shape[2],
                depth=8 * pixels.dtype.itemsize, slope=slope, intercept=intercept, label=label[:80], patient=patient[:80],
                mask_file=mask_file, soft_label=soft_label, parameters=parameters,
                annotations=annotations or None,
            )
        )  # fmt: skip
        if len(self._waiting) >= BATCH:
            self.flush()

    @property
    def waiting(self) -> int:
        """Pictures whose files are there and whose rows are not yet."""
        return len(self._waiting)

    def flush(self) -> None:
        if self._waiting:
            with self._writing():
                Picture.objects.bulk_create(self._waiting)
                if self.checkpoint is not None:
                    ImageSet.objects.filter(pk=self.image_set.pk).update(
                        summary={"checkpoint": self.checkpoint}
                    )
            self.written += len(self._waiting)
            self._waiting = []

    def finish(self) -> ImageSet:
        """Mark exact duplicates, count what pages show, and make the set visible."""
        self.flush()
        self._mark_duplicates()
        image_set = self.image_set
        image_set.count, image_set.digest = self.written, image_set.compute_digest()
        image_set.summary = summarise(image_set)
        image_set.state = ImageSet.State.READY
        with self._writing():
            image_set.save(update_fields=["count", "digest", "summary", "state", "refused"])
        return image_set

    def fail(self) -> None:
        with self._writing():
            ImageSet.objects.filter(pk=self.image_set.pk).update(state=ImageSet.State.FAILED)

    def _mark_duplicates(self) -> None:
        first: dict[str, int] = {}
        equal = []
        for picture in self.image_set.pictures.only("position", "digest", "image_set_id").iterator():
            if picture.digest in first:
                picture.duplicate_of = first[picture.digest]
                equal.append(picture)
            first.setdefault(picture.digest, picture.position)
        for start in range(0, len(equal), BATCH):
            with self._writing():
                Picture.objects.bulk_update(equal[start : start + BATCH], ["duplicate_of"])

    def _writing(self) -> AbstractContextManager:
        return self._progress.writing() if self._progress else transaction.atomic()


def summarise(image_set: ImageSet) -> dict[str, Any]:
    """Counts that pages show, made once: sizes, depths, channels, labels, patients, duplicates and a histogram."""
    rows = image_set.pictures.values_list(
        "width", "height", "depth", "channels", "label", "patient", "duplicate_of"
    )
    sizes, depths, channels, labels = Counter(), Counter(), Counter(), Counter()  # type: ignore[var-annotated]
    patients, duplicates = set(), 0
    for (
        width,
        height,
        depth,
        channel,
        label,
        patient,
        first,
    ) in rows.iterator():  # a set may be large: row by row
        sizes[f"{width} × {height}"] += 1
        depths[depth] += 1
        channels[channel] += 1
        labels[label] += 1
        patients.add(patient)
        duplicates += first is not None
    return {
        "sizes": _counted(sizes),
        "depths": _counted(depths),
        "channels": _counted(channels),
        "labels": _counted(labels),
        "patients": len(patients - {""}),
        "duplicates": duplicates,
        "histogram": _histogram(image_set),
    }


def _counted(counts: Counter) -> dict[str, int]:
    """The commonest first."""
    return {str(value): count for value, count in counts.most_common()}


def _histogram(image_set: ImageSet, pictures: int = 500) -> dict[str, Any]:
    """Shares of pixels in 64 bins over the values seen; of an even selection when there are many pictures."""
    step = -(-image_set.count // pictures) or 1
    chosen = list(image_set.pictures.filter(position__in=range(0, image_set.count, step)).defer("parameters"))
    limits = [(float(v.min()), float(v.max())) for v in (picture.values() for picture in chosen)]
    if not limits:
        return {}
    low, high = min(a for a, _b in limits), max(b for _a, b in limits)
    counts = np.zeros(BINS)
    for picture in chosen:
        counts += np.histogram(picture.values(), bins=BINS, range=(low, high if high > low else low + 1))[0]
    return {"low": low, "high": high, "shares": [round(float(c), 6) for c in counts / counts.sum()]}
