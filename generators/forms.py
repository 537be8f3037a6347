"""Forms made from the catalogue's frozen options: a field is described once, beside the code that uses it."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imagesets.models import ImageSet

from .catalogue import FOREIGN, NETWORKS
from .models import Run
from .options import InvalidOptions, OptionField, make_options, option_fields


def form_field(field: OptionField) -> forms.Field:
    label, help_text = _(field.label), _(field.help) if field.help else ""
    if field.choices:
        choices = [(value, _(word)) for value, word in field.choices]
        return forms.ChoiceField(label=label, help_text=help_text, choices=choices, initial=field.default)
    if field.kind is bool:
        return forms.BooleanField(label=label, help_text=help_text, required=False, initial=field.default)
    if field.kind is str:
        return forms.CharField(label=label, help_text=help_text, initial=field.default, required=False)
    kind = forms.IntegerField if field.kind is int else forms.FloatField
    return kind(
        label=label,
        help_text=help_text,
        initial=field.default,
        min_value=field.minimum,
        max_value=field.maximum,
    )


class OptionsForm(forms.Form):
    """Base of forms that end in one or more frozen options objects."""

    def add_options(self, options: type, prefix: str = "") -> None:
        for field in option_fields(options):
            self.fields[prefix + field.name] = form_field(field)

    def clean_options(self, options: type, prefix: str = "") -> Any:
        values = {
            field.name: self.cleaned_data[prefix + field.name]
            for field in option_fields(options)
            if prefix + field.name in self.cleaned_data
        }
        try:
            return make_options(options, values)
        except InvalidOptions as error:
            self.add_error(None, str(error))
            return None


class TrainForm(OptionsForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    image_set = forms.ModelChoiceField(
        ImageSet.objects.none(),
        label=gettext_lazy("Pictures to learn from"),
        empty_label=gettext_lazy("Choose a set"),
        help_text=gettext_lazy(
            "A set with a declared intensity range. Keep some patients out, to evaluate against them."
        ),
    )

    def __init__(self, network: str, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entry = NETWORKS[network]
        sets = ImageSet.objects.visible_to(user).usable().filter(intensity_low__isnull=False)
        self.fields["image_set"].queryset = sets
        if self.entry.needs_second:
            self.add_second(sets)
        if self.entry.starts_from:
            self.add_start(user)
        self.add_options(self.entry.options, "option_")
        self.add_options(self.entry.training, "training_")

    LENGTH = tuple(
        f"training_{name}"
        for name in ("images_seen", "batch", "seed", "checkpoint_every_images", "sample_every_images")
    )

    @property
    def facts(self) -> list[Any]:
        return [field for field in self if not field.name.startswith(("option_", "training_"))]

    @property
    def network_fields(self) -> list[Any]:
        return [field for field in self if field.name.startswith("option_")]

    @property
    def length_fields(self) -> list[Any]:
        return [self[name] for name in self.LENGTH]

    @property
    def training_fields(self) -> list[Any]:
        return [f for f in self if f.name.startswith("training_") and f.name not in self.LENGTH]

    @property
    def training_wrong(self) -> bool:
        return any(field.errors for field in self.training_fields)

    def add_second(self, sets: Any) -> None:
        pairs = self.entry.needs_pairs
        self.fields["image_set"].label = _("Pictures to start from")
        self.fields["second_set"] = forms.ModelChoiceField(
            sets,
            label=_("True pictures that belong to them") if pairs else _("Pictures to arrive at"),
            empty_label=_("Choose a set"),
            help_text=_("Picture 1 belongs to picture 1, and so on.") if pairs else _("Another set; it needs no pairs."),
        )  # fmt: skip
        self.order_fields(["name", "image_set", "second_set"])

    def add_start(self, user: Any) -> None:
        network = self.entry.starts_from
        runs = Run.objects.visible_to(user).filter(network=network, generator__isnull=False)
        self.fields["starts_from"] = forms.ModelChoiceField(
            runs,
            label=_("Training to go on from"),
            empty_label=_("Choose a training"),
            help_text=_("A finished %(network)s; its size, width and classes must be those below.")
            % {"network": _(NETWORKS[network].title)},
        )

    def check_start(self) -> None:
        """The shapes of weights must agree with those that they replace."""
        start = self.cleaned_data.get("starts_from")
        if start is None or self.options is None:
            return
        other = [name for name, value in start.options.items() if getattr(self.options, name, value) != value]
        for name in other:
            words = _("“%(run)s” has %(value)s here; weights fit only where both are equal.")
            self.add_error(f"option_{name}", words % {"run": start, "value": start.options[name]})

    def clean(self) -> dict[str, Any]:
        self.options = self.clean_options(self.entry.options, "option_")
        self.training = self.clean_options(self.entry.training, "training_")
        self.check_start()
        first, second = self.cleaned_data.get("image_set"), self.cleaned_data.get("second_set")
        if self.options and self.training:
            for field, image_set in (("image_set", first), ("second_set", second)):
                if image_set:
                    self.check_set(field, image_set)
            if first and second:
                self.check_pair(first, second)
        return self.cleaned_data

    def check_set(self, field: str, image_set: ImageSet) -> None:
        count, batch = image_set.count, self.training.batch
        if count < batch:
            words = _(
                "The set has %(count)d pictures and a batch takes %(batch)d. Choose a larger set or a smaller batch."
            )
            self.add_error("training_batch", words % {"count": count, "batch": batch})
        if channels_differ(image_set, self.options.channels):
            words = _(
                "The pictures of “%(set)s” do not have %(channels)d channel(s). Change the channels or the set."
            )
            self.add_error("option_channels", words % {"set": image_set, "channels": self.options.channels})
        needs_masks = self.entry.needs_masks or getattr(self.options, "with_mask", False)
        if field == "image_set" and needs_masks and (bare := image_set.pictures.filter(mask_file="").count()):
            words = _("%(bare)d of %(count)d pictures have no mask; this network needs one for each.")
            self.add_error(field, words % {"bare": bare, "count": count})

    def check_pair(self, first: ImageSet, second: ImageSet) -> None:
        if first == second:
            self.add_error("second_set", _("Both are the same set. Choose another one here."))
        elif self.entry.needs_pairs and first.count != second.count:
            words = _("Pairs need as many pictures in both sets; here are %(first)d and %(second)d.")
            self.add_error("second_set", words % {"first": first.count, "second": second.count})


def channels_differ(image_set: ImageSet, channels: int) -> bool:
    """From the counts made when the set was complete; nobody knows where there are none."""
    found = image_set.summary.get("channels", {})
    return bool(found) and set(found) != {str(channels)}


class CardForm(OptionsForm):
    """What a generator's card says: by whom, from what, for what, and what its values mean."""

    FACTS = ("name", "made_by", "trained_on", "intended_use", "licence", "description")

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    made_by = forms.CharField(label=gettext_lazy("Made by"), max_length=200, required=False)
    trained_on = forms.CharField(
        label=gettext_lazy("Trained on"),
        help_text=gettext_lazy("Which images, how many, of whom, and who allowed it."),
        required=False, widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    intended_use = forms.CharField(
        label=gettext_lazy("Intended use"),
        help_text=gettext_lazy("What its pictures may be used for, and what not."),
        required=False, widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    licence = forms.CharField(label=gettext_lazy("Licence"), max_length=120, required=False)
    description = forms.CharField(
        label=gettext_lazy("Remarks"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The form under headings: its file and options, what values mean, the card."""
        card, values = list(self.FACTS), [name for name in ("low", "high", "unit") if name in self.fields]
        first = [name for name in self.fields if name not in (*card, *values)]
        named = ((_("File"), first), (_("What its values mean"), values), (_("Card"), card))
        return [(heading, [self[name] for name in names]) for heading, names in named if names]

    @property
    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.FACTS}


class OutputForm(CardForm):
    """Which physical values the darkest and the brightest output stand for."""

    low = forms.FloatField(label=gettext_lazy("Lowest value"), initial=0)
    high = forms.FloatField(label=gettext_lazy("Highest value"), initial=255)
    unit = forms.CharField(label=gettext_lazy("Unit"), initial="stored grey levels", max_length=40)

    @property
    def output(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("low", "high", "unit")}

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if "low" in data and "high" in data and not data["low"] < data["high"]:
            self.add_error("high", _("It must be above the lowest value."))
        return data


class UploadForm(OutputForm):
    network = forms.ChoiceField(label=gettext_lazy("Architecture"))
    weights = forms.FileField(
        label=gettext_lazy("Weights"),
        help_text=gettext_lazy(
            "One .safetensors file. Pickled files (.pt, .pth, .pkl) can run code when opened and are refused."
        ),
    )
    config = forms.JSONField(
        label=gettext_lazy("Configuration"),
        initial=dict,
        help_text=gettext_lazy(
            'The generator\'s options as JSON, for example {"latent": 100, "width": 64, "size": 64, "channels": 1}.'
        ),
    )
    field_order = ("weights", "network", "config")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["network"].choices = [(name, _(entry.title)) for name, entry in NETWORKS.items()]
        self.fields["low"].help_text = _("What the output −1 stands for.")
        self.fields["high"].help_text = _("What the output +1 stands for.")


class ForeignForm(OutputForm):
    weights = forms.FileField(
        label=gettext_lazy("Network"),
        help_text=gettext_lazy("One self-contained .onnx file that takes random numbers and gives pictures."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_options(FOREIGN.options, "option_")
        for field in option_fields(FOREIGN.options):
            if field.default == "":
                self.fields["option_" + field.name].required = False
        self.fields["low"].help_text = _("What the lowest output stands for, for example −1024 HU.")
        self.fields["high"].help_text = _("What the highest output stands for.")
        options = [name for name in self.fields if name.startswith("option_")]
        self.order_fields(["weights", *options])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self.options = self.clean_options(FOREIGN.options, "option_")
        return data


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Card file"),
        help_text=gettext_lazy("A .zip that “Export” of a generator's page made, here or on another site."),
    )

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(_("File"), list(self))]
