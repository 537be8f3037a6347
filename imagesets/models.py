import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs.models import Job
from jobs.ownership import Owned, OwnedQuerySet


class Origin(models.TextChoices):
    REAL = "real", _("Real")
    SYNTHETIC = "synthetic", _("Synthetic")
    MIXED = "mixed", _("Mixed")


class ImageSetQuerySet(OwnedQuerySet):
    def usable(self) -> "ImageSetQuerySet":
        """Complete and not in the trash: what lists, forms and other apps offer."""
        return self.filter(state=ImageSet.State.READY, trashed__isnull=True)


class ImageSet(Owned):
    """An ordered collection of images of one origin, with who or what made it. Invisible to use until READY."""

    class State(models.TextChoices):
        BUILDING = "building", _("being loaded")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    origin = models.CharField(_("origin"), max_length=9, choices=Origin.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.BUILDING, db_index=True)
    # The declared meaning of pixel values, one for the whole set; None means nobody has said, and metrics refuse to guess.
    intensity_low = models.FloatField(_("lowest value"), null=True, blank=True)
    intensity_high = models.FloatField(_("highest value"), null=True, blank=True)
    intensity_unit = models.CharField(_("unit"), max_length=40, blank=True)  # "stored grey levels", "HU", ...
    # {"maker": ..., "words": [sentences], "options": {...}, "seed": int, "command": "..."}; written once, by what made the set.
    provenance = models.JSONField(default=dict)
    parents = models.ManyToManyField("self", symmetrical=False, related_name="children", blank=True)
    count = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)  # SHA-256 over the pictures' digests, in order
    summary = models.JSONField(
        default=dict
    )  # sizes, depths, labels, patients, histogram: counted once, when complete
    refused = models.JSONField(default=list)  # [{"name": file name, "reason": plain words}]
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+")
    trashed = models.DateTimeField(null=True, blank=True)

    objects = ImageSetQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def intensity(self) -> tuple[float, float] | None:
        if self.intensity_low is None or self.intensity_high is None:
            return None
        return self.intensity_low, self.intensity_high

    @property
    def is_usable(self) -> bool:
        return self.state == self.State.READY and self.trashed is None

    @property
    def first_pictures(self) -> models.QuerySet:
        """A strip of seven for lists."""
        return self.pictures.all()[:7]

    @property
    def size_words(self) -> str:
        sizes, depths = self.summary.get("sizes", {}), self.summary.get("depths", {})
        shown = next(iter(sizes), "") if len(sizes) == 1 else _("%(n)d sizes") % {"n": len(sizes)}
        bits = "/".join(sorted(depths, key=int))
        kind = _("colour") if "3" in self.summary.get("channels", {}) else _("grey")
        return _("%(size)s, %(bits)s-bit %(kind)s") % {"size": shown, "bits": bits, "kind": kind}

    def trash(self) -> None:
        self.trashed = timezone.now()
        self.save(update_fields=["trashed"])

    def restore(self) -> None:
        self.trashed = None
        self.save(update_fields=["trashed"])

    def compute_digest(self) -> str:
        digests = self.pictures.order_by("position").values_list("digest", flat=True)
        return hashlib.sha256("".join(digests).encode()).hexdigest()


class Picture(models.Model):
    """One de-identified image: pixels and what their values mean, nothing else of the file it came from.

    A physical value is stored * slope + intercept. Files are content-addressed, so equal pixels are kept once.
    """

    image_set = models.ForeignKey(ImageSet, models.CASCADE, related_name="pictures")
    position = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, db_index=True)  # SHA-256 of shape, dtype and pixels
    file = models.CharField(max_length=100)  # relative to settings.DATA_DIR
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    channels = models.PositiveSmallIntegerField(default=1)
    depth = models.PositiveSmallIntegerField(default=8)  # bits per sample as stored: 8, 16, or 32 (float)
    slope = models.FloatField(default=1.0)
    intercept = models.FloatField(default=0.0)
    label = models.CharField(max_length=80, blank=True)
    soft_label = models.JSONField(null=True, blank=True)  # {class: share}, for mixed images
    patient = models.CharField(max_length=80, blank=True)  # grouping key: patient, source image, cluster
    mask_file = models.CharField(max_length=100, blank=True)
    # {"boxes": [[x0, y0, x1, y1, name], ...], "points": [[x, y, name], ...]}; boxes along the borders of pixels (a whole
    # picture is 0, 0, width, height), points with whole numbers at the centres of pixels.
    annotations = models.JSONField(null=True, blank=True)
    parameters = models.JSONField(null=True, blank=True)  # what replays this picture bit for bit
    duplicate_of = models.PositiveIntegerField(null=True, blank=True)  # position of the first equal picture

    class Meta:
        ordering = ["image_set", "position"]
        constraints = [
            models.UniqueConstraint(fields=["image_set", "position"], name="one_picture_a_position")
        ]

    def __str__(self) -> str:
        return f"{self.image_set_id}/{self.position:04d}"

    @property
    def path(self) -> Path:
        return Path(settings.DATA_DIR) / self.file

    def pixels(self) -> Any:
        """Stored pixels, (h, w) or (h, w, 3), uint8, uint16 or float32."""
        from .storage import read_pixels

        return read_pixels(self.path)

    def values(self) -> Any:
        """float32 physical values: stored * slope + intercept."""
        import numpy as np

        return self.pixels().astype(np.float32) * np.float32(self.slope) + np.float32(self.intercept)

    def mask(self) -> Any | None:
        """Integer class mask (h, w), or None."""
        from .storage import read_pixels

        return read_pixels(Path(settings.DATA_DIR) / self.mask_file) if self.mask_file else None
