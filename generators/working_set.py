"""A stored image set as the pipeline needs it: read one picture at a time, with all that travels along."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from imagesets.models import ImageSet, Picture

from .parameters import UnusableInput


class Lazy(Sequence):
    """What `read` says of each picture, by position, read when asked for."""

    def __init__(self, pictures: Sequence[Picture], read: Callable[[Picture], Any]) -> None:
        self.pictures, self.read = pictures, read

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: Any) -> Any:
        return self.read(self.pictures[index])


class WorkingSet:
    """most: no more than so many pictures, evenly chosen.

    Raises UnusableInput where stored values do not mean the same in all pictures, or nobody said what they span."""

    def __init__(self, source: ImageSet, *, most: int | None = None) -> None:
        self.source = source
        rows = source.pictures.all()
        if most is not None and source.count > most:
            rows = rows.filter(position__in=[number * source.count // most for number in range(most)])
        self.pictures = list(rows)
        self.scale, self.data_range = _stored_range(source, self.pictures)

    @cached_property
    def classes(self) -> list[str]:
        """Names of the classes in their order; empty where the pictures have no labels."""
        names = sorted({picture.label for picture in self.pictures})
        return [] if names == [""] else names

    @property
    def labels(self) -> list[int] | None:
        return [self.classes.index(picture.label) for picture in self.pictures] if self.classes else None

    def inputs(self) -> dict[str, Any]:
        """Arguments of `pipeline.run` and `replay`."""
        has_masks = all(picture.mask_file for picture in self.pictures)
        return {
            "images": Lazy(self.pictures, Picture.pixels),
            "labels": self.labels,
            "masks": Lazy(self.pictures, Picture.mask) if has_masks else None,
            "boxes": self._marks("boxes"),
            "keypoints": self._marks("points"),
        }

    def _marks(self, kind: str) -> Lazy | None:
        """Rows of numbers, the name's number last; None where no picture has any."""
        if not any((picture.annotations or {}).get(kind) for picture in self.pictures):
            return None
        number = {name: n for n, name in enumerate(self.mark_names)}
        columns = 5 if kind == "boxes" else 3

        def read(picture: Picture) -> Any:
            import numpy as np

            rows = [[*row[:-1], number[row[-1]]] for row in (picture.annotations or {}).get(kind, [])]
            return np.array(rows, np.float64).reshape(-1, columns)

        return Lazy(self.pictures, read)

    @cached_property
    def mark_names(self) -> list[str]:
        found = [(picture.annotations or {}).values() for picture in self.pictures]
        return sorted({row[-1] for lists in found for rows in lists for row in rows})

    def facts_of(self, case: Any, *, patient: str = "") -> dict[str, Any]:
        """What SetBuilder.add is told of an output besides its pixels."""
        soft = None
        if case.label is not None:
            soft = {name: float(share) for name, share in zip(self.classes, case.label) if share}
        marks = {"boxes": case.boxes, "points": case.keypoints}
        return {
            "label": next(iter(soft)) if soft and len(soft) == 1 else "",
            "soft_label": soft,
            "mask": case.mask,
            "annotations": {kind: self._named(rows) for kind, rows in marks.items() if rows is not None},
            "slope": self.scale[0],
            "intercept": self.scale[1],
            "patient": patient,
        }

    def _named(self, rows: Any) -> list[list[Any]]:
        return [[*row[:-1], self.mark_names[int(row[-1])]] for row in rows.round(4).tolist()]

    def patient_of(self, parameters: dict[str, Any]) -> str:
        """The patient that an output shows: none where pictures of several were mixed."""
        named = {parameters["source"], *(p for step in parameters["steps"] for p in step["partners"])}
        patients = {self.pictures[index].patient for index in named}
        return patients.pop() if len(patients) == 1 else ""


def _stored_range(
    source: ImageSet, pictures: Sequence[Picture]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """((slope, intercept), (darkest, brightest stored value)); mixing works on stored pixels, which must mean the same."""
    scales = {(picture.slope, picture.intercept) for picture in pictures}
    if source.intensity is None:
        raise UnusableInput(
            _("Nobody has said which values the pictures of “%(set)s” span. State its intensity range first.")
            % {"set": source}
        )
    if len(scales) != 1:
        raise UnusableInput(
            _(
                "The pictures of “%(set)s” have different scales (DICOM rescale slopes); mixing them would mix units."
            )
            % {"set": source}
        )
    (slope, intercept) = scales.pop()
    low, high = ((value - intercept) / slope for value in source.intensity)
    depth = pictures[0].depth
    return (slope, intercept), ((max(low, 0.0), min(high, 2.0**depth - 1)) if depth < 32 else (low, high))
