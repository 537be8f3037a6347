from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from imagesets.models import ImageSet
from jobs.models import Job
from jobs.ownership import Owned, OwnedQuerySet

from .catalogue import FOREIGN, NETWORKS, STEPS, Entry, network_entry
from .options import make_options, option_fields


class GeneratorQuerySet(OwnedQuerySet):
    def usable(self) -> "GeneratorQuerySet":
        return self.filter(trashed__isnull=True)


class Generator(Owned):
    """Something that makes images: a trained network with its weights, or a recipe of mixing and classical steps."""

    class Kind(models.TextChoices):
        NETWORK = "network", _("trained network")
        RECIPE = "recipe", _("recipe")

    class Source(models.TextChoices):
        TRAINED = "trained", _("trained here")
        UPLOADED = "uploaded", _("uploaded")
        COMPOSED = "composed", _("composed here")

    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    # The rest of its card: what a set of this site says of itself is not repeated here.
    trained_on = models.TextField(_("trained on"), blank=True)
    made_by = models.CharField(_("made by"), max_length=200, blank=True)
    intended_use = models.TextField(_("intended use"), blank=True)
    grid_file = models.CharField(max_length=200, blank=True)  # sample pictures; relative to settings.DATA_DIR
    record = models.JSONField(
        default=list, blank=True
    )  # evaluations and studies that an imported card tells of
    kind = models.CharField(max_length=8, choices=Kind.choices)
    source = models.CharField(max_length=8, choices=Source.choices)
    recipe = models.JSONField(null=True, blank=True)
    network = models.CharField(max_length=32, blank=True)  # a key of NETWORKS, or FOREIGN's name
    config = models.JSONField(default=dict, blank=True)
    weights_file = models.CharField(max_length=200, blank=True)  # relative to settings.DATA_DIR
    weights_digest = models.CharField(max_length=64, blank=True)
    # How a network's output becomes stored pixels: {"low", "high", "unit", "depth", "slope", "intercept"}.
    output = models.JSONField(default=dict, blank=True)
    training_set = models.ForeignKey(
        ImageSet, models.SET_NULL, null=True, blank=True, related_name="generators"
    )
    trashed = models.DateTimeField(null=True, blank=True)

    objects = GeneratorQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_network(self) -> bool:
        return self.kind == self.Kind.NETWORK

    @property
    def is_foreign(self) -> bool:
        """Whether it is an ONNX file of a stranger, which runs in a confined child."""
        return self.network == FOREIGN.name

    @property
    def translates(self) -> bool:
        """Whether it makes pictures from pictures of another set."""
        return self.is_network and self.entries[0].translates

    @property
    def class_names(self) -> list[str]:
        """Of a conditional network, in the order of their numbers."""
        if self.is_foreign:
            return list(make_options(FOREIGN.options, self.config).labels)
        count = self.config.get("classes", 0)
        if not count or self.training_set is None:
            return [str(number) for number in range(count)]
        return sorted(set(self.training_set.pictures.values_list("label", flat=True)))

    @property
    def entries(self) -> list[Entry]:
        """The catalogue's words for what it consists of."""
        if self.is_network:
            return [network_entry(self.network)]
        return [STEPS[step["name"]] for step in (self.recipe or {}).get("steps", [])]

    @property
    def weights_path(self) -> Path:
        return Path(settings.DATA_DIR) / self.weights_file

    @property
    def grid_path(self) -> Path | None:
        """Sample pictures on one sheet, where there are any."""
        if self.grid_file:
            return Path(settings.DATA_DIR) / self.grid_file
        run = getattr(self, "run", None)
        return run.folder / "samples" / run.snapshots[-1] if run and run.snapshots else None

    @property
    def snapshots(self) -> list[int]:
        """Images seen at the snapshots of its training from which pictures can be drawn."""
        run = getattr(self, "run", None)
        return run.kept_snapshots if run else []

    def weights_at(self, images_seen: int | None) -> Path:
        """Of a snapshot, or those that are kept."""
        return self.weights_path if images_seen is None else self.run.snapshot_weights(images_seen)

    @property
    def parameters_words(self) -> str:
        """Its options as the form calls them."""
        fields = {field.name: field for field in option_fields(self.entries[0].options)}
        rows = []
        for name, value in self.config.items():
            field = fields.get(name)
            if value == "" or field is None:
                continue
            word = dict(field.choices).get(value)
            rows.append(f"{gettext(field.label)}: {gettext(word) if word else value}")
        return "; ".join(rows)

    def trash(self) -> None:
        self.trashed = timezone.now()
        self.save(update_fields=["trashed"])


class Run(Owned):
    """One training of a network, with its checkpoints, log and sample grids in a folder of its own."""

    name = models.CharField(_("name"), max_length=120)
    network = models.CharField(max_length=32)
    options = models.JSONField(default=dict)
    training = models.JSONField(default=dict)
    image_set = models.ForeignKey(ImageSet, models.PROTECT, related_name="runs")
    # The second domain, or the partners in the same order, where the network learns from two sets.
    second_set = models.ForeignKey(
        ImageSet, models.PROTECT, null=True, blank=True, related_name="runs_as_second"
    )
    starts_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="continued_by"
    )
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+")
    generator = models.OneToOneField(Generator, models.SET_NULL, null=True, blank=True, related_name="run")
    # A network that learns both directions leaves two generators: this one leads from the second set to the first.
    back = models.OneToOneField(Generator, models.SET_NULL, null=True, blank=True, related_name="run_back")

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def entry(self) -> Entry:
        return NETWORKS[self.network]

    def ends(self, direction: str) -> tuple[ImageSet | None, ImageSet]:
        """(set that pictures are made from, set that they should resemble) of the run's `generator` or of its `back`."""
        if self.second_set is None:
            return None, self.image_set
        ends = (self.image_set, self.second_set)
        return ends if direction == "generator" else ends[::-1]

    @property
    def folder(self) -> Path:
        return Path(settings.RUNS_DIR) / str(self.pk)

    @property
    def snapshots(self) -> list[str]:
        """Names of the sample grids written so far, oldest first."""
        return sorted(path.name for path in (self.folder / "samples").glob("*.png"))

    @property
    def kept_snapshots(self) -> list[int]:
        """Images seen at the snapshots whose weights were kept, fewest first."""
        return sorted(int(path.stem) for path in (self.folder / "snapshots").glob("*.safetensors"))

    def snapshot_weights(self, images_seen: int) -> Path:
        return self.folder / "snapshots" / f"{images_seen:010d}.safetensors"

    def watched(self) -> list[dict[str, Any]]:
        """Watch numbers of each snapshot, oldest first."""
        from .training_log import WATCH, read_log

        return read_log(self.folder, WATCH)

    def log(self) -> list[dict[str, Any]]:
        from .training_log import read_log

        return read_log(self.folder)
