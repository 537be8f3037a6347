"""The form in which a generator is told to make pictures."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imagesets.models import ImageSet

from .forms import OptionsForm, channels_differ, form_field
from .models import Generator
from .options import InvalidOptions, make_options, option_fields


class MakeForm(OptionsForm):
    """How many, from which seed, out of which set where pictures are made from pictures, and with which options changed."""

    name = forms.CharField(label=gettext_lazy("Name of the new set"), max_length=120)
    image_set = forms.ModelChoiceField(
        ImageSet.objects.none(),
        label=gettext_lazy("Made from"),
        empty_label=gettext_lazy("Choose a set"),
        help_text=gettext_lazy("The set whose pictures are changed or mixed."),
    )
    count = forms.IntegerField(
        label=gettext_lazy("Number of pictures"), initial=200, min_value=1, max_value=100_000
    )
    seed = forms.IntegerField(
        label=gettext_lazy("Seed"),
        help_text=gettext_lazy("The same seed makes the same pictures, bit for bit."),
        initial=1, min_value=0, max_value=2**31 - 1,
    )  # fmt: skip

    def __init__(self, generator: Generator, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].initial = generator.name
        self.generator = generator
        if generator.is_network and not generator.translates:
            del self.fields["image_set"]
        else:
            sets = ImageSet.objects.visible_to(user).usable().filter(intensity_low__isnull=False)
            self.fields["image_set"].queryset = sets
        if generator.translates:
            self.add_source()
        if generator.is_network:
            self.add_changes()
        if generator.is_network and generator.snapshots:
            self.add_snapshots()

    def add_source(self) -> None:
        classes = self.generator.class_names
        if classes or self.generator.network == "lesion":
            labels = [("", _("That of each source"))] + [(name, name) for name in classes]
            target = self.generator.training_set
            if not classes and target:
                labels += [(name, name) for name in target.summary.get("labels", {}) if name]
            self.fields["label"] = forms.ChoiceField(
                label=_("Class of the pictures"), choices=labels, required=False,
                initial=labels[1][0] if self.generator.network == "lesion" and len(labels) == 2 else "",
            )  # fmt: skip
        if not self.generator.entries[0].has_chance:
            self.fields["count"].required = False
            self.fields["count"].initial = None
            self.fields["count"].help_text = _("One for each picture of the source if left empty.")

    def add_snapshots(self) -> None:
        steps = [
            (str(seen), _("After %(seen)s images") % {"seen": f"{seen:,}"})
            for seen in self.generator.snapshots
        ]
        self.fields["snapshots"] = forms.MultipleChoiceField(
            label=_("Snapshots"), choices=steps, required=False, widget=forms.CheckboxSelectMultiple,
            help_text=_("A set for each one chosen, named by it; none: the weights that were kept."),
        )  # fmt: skip

    def add_changes(self) -> None:
        """Options that may differ from the generator's own each time."""
        for field in option_fields(self.generator.entries[0].options):
            if field.name in self.generator.entries[0].at_making:
                self.fields["option_" + field.name] = form_field(field)
                self.fields["option_" + field.name].initial = self.generator.config.get(
                    field.name, field.default
                )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        names = [name for name in data if name.startswith("option_")]
        changed = {name.removeprefix("option_"): data.pop(name) for name in names}
        if changed:
            try:
                make_options(self.generator.entries[0].options, self.generator.config | changed)
            except InvalidOptions as error:
                self.add_error(None, str(error))
        data["changes"] = {k: v for k, v in changed.items() if v != self.generator.config.get(k)}
        data["snapshots"] = [int(seen) for seen in data.get("snapshots", [])]
        if self.generator.translates and data.get("image_set"):
            self.check_source(data)
        return data

    def check_source(self, data: dict[str, Any]) -> None:
        source, entry, output = data["image_set"], self.generator.entries[0], self.generator.output
        trained = (output.get("input_low"), output.get("input_high"))
        if None not in trained and source.intensity != trained:
            words = _(
                "Its values span %(low)g to %(high)g; the network learnt from %(a)g to %(b)g. Choose a set of that range."
            )
            facts = {
                "low": source.intensity[0],
                "high": source.intensity[1],
                "a": trained[0],
                "b": trained[1],
            }
            self.add_error("image_set", words % facts)
        if channels_differ(source, self.generator.config.get("channels", 1)):
            self.add_error(
                "image_set", _("Its pictures have other channels than those that the network learnt from.")
            )
        if entry.needs == "masks" and (bare := source.pictures.filter(mask_file="").count()):
            words = _("%(bare)d of %(count)d pictures have no mask; this network fills masks.")
            self.add_error("image_set", words % {"bare": bare, "count": source.count})
        if not entry.has_chance:
            data["count"] = data.get("count") or source.count
            if data["count"] > source.count:
                words = _("The source has %(count)d pictures, and each gives one.")
                self.add_error("count", words % {"count": source.count})
