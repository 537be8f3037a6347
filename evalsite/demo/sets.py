"""The demo's real sets, built from what the dependencies ship."""

from typing import Any

from django.utils.translation import gettext as _

from imagesets.building import SetBuilder
from imagesets.models import ImageSet, Origin
from jobs.progress import Progress

from .patches import patches

NAMES = {"training": "Tissue and retina patches, training", "held out": "Tissue and retina patches, held out"}


def patch_set(split: str, owner: Any, progress: Progress | None = None) -> ImageSet:
    """The set of one split: made once, found again after that."""
    found = ImageSet.objects.usable().filter(owner=owner, name=NAMES[split]).first()
    if found:
        return found
    ImageSet.objects.filter(owner=owner, name=NAMES[split], state=ImageSet.State.BUILDING).delete()
    words = _(
        "Patches of 32 pixels cut from the immunohistochemistry and retina pictures that come with scikit-image; training and held-out patches lie apart."
    )
    builder = SetBuilder(
        name=NAMES[split], owner=owner, origin=Origin.REAL, intensity=(0.0, 255.0), unit="stored grey levels",
        provenance={"maker": "demo", "words": [words]}, progress=progress,
    )  # fmt: skip
    for patch in patches(split):
        builder.add(patch.pixels, label=patch.label, patient=patch.block)
    return builder.finish()
