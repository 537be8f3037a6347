"""Which images of the sets become cases: drawn by the study's seed, source by source and stratum by stratum, each image once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from django.utils.translation import gettext as _

from imagesets.models import ImageSet, Picture

from .models import Case, Study
from .protocol import Source

Unit = tuple[Picture, ...]  # one picture, or the slices of a volume


class NotReady(Exception):
    """The study cannot go on; the words are for its owner."""


@dataclass
class Drawn:
    """A case that is not saved yet, with the slices of a volume."""

    case: Case
    slices: Sequence[Picture] = field(default_factory=tuple)

    @property
    def pictures(self) -> list[Picture]:
        """What is shown, in the order in which it is rendered."""
        return list(self.slices) or [self.case.picture]


def candidates(sets: Iterable[ImageSet], unit: str = "image") -> list[Unit]:
    """Every different picture of the sets once, in a fixed order; or every volume, which is a set's pictures of one patient key."""
    rows = Picture.objects.filter(image_set__in=sets).select_related("image_set")
    if unit == "volume":
        volumes: dict[tuple[int, str], list[Picture]] = defaultdict(list)
        for picture in rows.order_by("image_set_id", "position"):
            volumes[picture.image_set_id, picture.patient or f"#{picture.position}"].append(picture)
        return [tuple(slices) for slices in volumes.values()]
    different: dict[str, Picture] = {}
    for picture in rows.order_by("image_set_id", "position"):
        different.setdefault(picture.digest, picture)
    return [(picture,) for picture in different.values()]


def too_few(study: Study) -> list[str]:
    """What the sets lack, in words; empty when every source can be drawn."""
    found, taken = [], set()
    for source in study.designed.sources:
        there = [
            unit
            for unit in candidates(study.sets_for(source.key), study.designed.unit)
            if unit[0].digest not in taken
        ]
        for label, count in source.strata or (("", source.count),):
            fitting = [unit for unit in there if not label or unit[0].label == label]
            if len(fitting) < count:
                found.append(_lacking(study, source, label, len(fitting), count))
            taken |= {unit[0].digest for unit in fitting[:count]}
    return found


def _lacking(study: Study, source: Source, label: str, there: int, need: int) -> str:
    words = {"there": there, "kind": source.name or _truth_word(source.truth), "need": need, "label": label}
    if study.designed.unit == "volume":
        return (
            _(
                "There are %(there)d volumes of %(kind)s %(label)s and the study needs %(need)d. Lower the number or add a set; a volume is a set's images of one patient key."
            )
            % words
        )
    if label:
        return (
            _(
                "There are %(there)d different images of %(kind)s with the label %(label)s and the study needs %(need)d. Lower the number of images or add a set."
            )
            % words
        )
    return (
        _(
            "There are %(there)d different %(kind)s images and the study needs %(need)d. Lower the number of images or add a set."
        )
        % words
    )


def _truth_word(truth: str) -> str:
    return {"real": _("real"), "synthetic": _("synthetic"), "augmented": _("augmented")}[truth]


def draw(study: Study) -> list[Drawn]:
    """Cases in a shuffled order; the study's seed draws the same ones from the same sets. Raises NotReady."""
    design, rng = study.designed, np.random.default_rng([study.seed, 0])
    _refuse_both_sides(study)
    taken: set[str] = set()
    drawn = [one for source in design.sources for one in _draw_source(study, source, rng, taken)]
    if len({picture.channels for one in drawn for picture in one.pictures}) > 1:
        raise NotReady(
            _("Some images are grey and some are in colour: that alone would tell many of them apart.")
        )
    for place, index in enumerate(rng.permutation(len(drawn))):
        drawn[index].case.position = place
    return sorted(drawn, key=lambda one: one.case.position)


def _draw_source(study: Study, source: Source, rng: np.random.Generator, taken: set[str]) -> list[Drawn]:
    out, units = [], candidates(study.sets_for(source.key), study.designed.unit)
    for label, count in source.strata or (("", source.count),):
        there = [
            unit for unit in units if unit[0].digest not in taken and (not label or unit[0].label == label)
        ]
        if len(there) < count:
            raise NotReady(_lacking(study, source, label, len(there), count))
        chosen = [there[index] for index in sorted(rng.choice(len(there), count, replace=False))]
        taken |= {unit[0].digest for unit in chosen}
        out += [_drawn(study, source, unit) for unit in chosen]
    return out


def _drawn(study: Study, source: Source, unit: Unit) -> Drawn:
    first = unit[0]
    case = Case(
        study=study, picture=first, truth=source.truth, source=source.key, role=source.role, label=first.label, cluster=first.patient
    )  # fmt: skip
    return Drawn(case, unit if study.designed.unit == "volume" else ())


def _refuse_both_sides(study: Study) -> None:
    sides = [
        {unit[0].digest for unit in candidates(sets)} for sets in (study.real_sets, study.synthetic_sets)
    ]
    if common := sides[0] & sides[1]:
        raise NotReady(
            _("%(count)d images are in a real and in a synthetic set, pixel for pixel. Take them away from one side.")
            % {"count": len(common)}
        )  # fmt: skip
