"""Makes pictures again from the parameters stored with them, and compares bit for bit."""

from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _

from imagesets.models import ImageSet
from imagesets.storage import pixel_digest

from .parameters import UnusableInput
from .working_set import WorkingSet


class Replayed(NamedTuple):
    position: int
    same: bool


def replay_set(image_set: ImageSet) -> Iterator[Replayed]:
    """Each picture of the set that a recipe made, with whether pixels and mask came out the same.

    Raises UnusableInput where no picture of the set was made by a recipe, or its source is gone."""
    from .pipeline import replay

    pictures = image_set.pictures.filter(parameters__has_key="steps")
    if not pictures.exists():
        raise UnusableInput(_("No picture of “%(set)s” was made by a recipe.") % {"set": image_set})
    parent = image_set.provenance.get("source") or getattr(image_set.parents.first(), "pk", None)
    source = ImageSet.objects.filter(pk=parent).first()
    if source is None:
        raise UnusableInput(_("The set that “%(set)s” was made from is no longer here.") % {"set": image_set})
    inputs = WorkingSet(source).inputs()
    for picture in pictures.iterator():
        case = replay(**inputs, parameters=picture.parameters)
        same = pixel_digest(case.image) == picture.digest
        if picture.mask_file and case.mask is not None:
            same = same and bool((case.mask == picture.mask()).all())
        yield Replayed(picture.position, same)
