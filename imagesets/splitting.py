"""Cut a set in two by patient, so that what is evaluated against was never learnt from."""

from typing import Any

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from .building import BATCH, summarise
from .models import ImageSet, Picture


class CannotSplit(ValueError):
    """The message says why, for the user."""


def split_by_patient(
    image_set: ImageSet, *, owner: Any, share: float, seed: int
) -> tuple[ImageSet, ImageSet]:
    """(training, held out): new sets of the same files. Pictures with one patient key, and equal pictures, stay together."""
    pictures = list(image_set.pictures.all())
    groups = _groups(pictures)
    names = sorted(set(groups))
    if len(names) < 2:
        raise CannotSplit(_("All pictures belong to one patient, so nothing can be kept out."))
    order = np.random.default_rng(seed).permutation(len(names))
    kept_out = {names[i] for i in order[: min(len(names) - 1, max(1, round(share * len(names))))]}
    parts = (
        (_("%(name)s, training"), [p for p, group in zip(pictures, groups) if group not in kept_out]),
        (_("%(name)s, held out"), [p for p, group in zip(pictures, groups) if group in kept_out]),
    )
    made = [
        _subset(image_set, owner, name % {"name": image_set.name}, rows, share, seed) for name, rows in parts
    ]
    return made[0], made[1]


def _groups(pictures: list[Picture]) -> list[str]:
    first_of_digest: dict[str, str] = {}
    return [
        first_of_digest.setdefault(p.digest, p.patient or f"#{p.position}") if not p.patient else p.patient
        for p in pictures
    ]


def _subset(
    source: ImageSet, owner: Any, name: str, pictures: list[Picture], share: float, seed: int
) -> ImageSet:
    patients = len({p.patient for p in pictures if p.patient})
    words = _("%(n)d images of “%(set)s”, split by patient with %(share)d %% kept out, seed %(seed)d.")
    new = ImageSet.objects.create(
        name=name[:120], owner=owner, origin=source.origin, intensity_low=source.intensity_low,
        intensity_high=source.intensity_high, intensity_unit=source.intensity_unit,
        provenance={
            "maker": "split", "seed": seed, "share": share, "patients": patients,
            "words": [words % {"n": len(pictures), "set": source, "share": round(100 * share), "seed": seed}],
        },
    )  # fmt: skip
    new.parents.add(source)
    for start in range(0, len(pictures), BATCH):
        rows = pictures[start : start + BATCH]
        for offset, row in enumerate(rows):
            row.pk, row.image_set, row.position, row.duplicate_of = None, new, start + offset, None
            row._state.adding = True
        with transaction.atomic():
            Picture.objects.bulk_create(rows)
    new.count, new.digest = len(pictures), new.compute_digest()
    new.summary = summarise(new)
    new.state = ImageSet.State.READY
    new.save()
    return new
