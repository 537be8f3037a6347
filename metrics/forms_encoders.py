from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foreign.arriving import refuse_pickles, staged
from foreign.checking import MOST_BYTES
from foreign.refusal import Refused, filled

from .encoders.declaration import FAMILIES, FILTERS, FITS, POOLINGS, Declaration
from .encoders.foreign import ForeignEncoder, install
from .encoders.registry import ENCODERS


class Numbers(forms.CharField):
    """One number, or one for each channel."""

    def to_python(self, value: Any) -> tuple[float, ...]:  # type: ignore[override]
        try:
            return tuple(float(part) for part in str(value).replace(";", ",").split(","))
        except ValueError:
            raise ValidationError(_("Enter one number, or three with commas between.")) from None


def _choices(words: dict[str, str]) -> list[tuple[str, str]]:
    return [(name, _(text)) for name, text in words.items()]


class EncoderForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Network"),
        help_text=gettext_lazy(
            "One self-contained .onnx file that takes pictures and gives a row of numbers for each."
        ),
    )
    name = forms.CharField(
        label=gettext_lazy("Short name"), max_length=31,
        help_text=gettext_lazy("Small letters, digits, hyphens: what commands and files call it, for example dinov2-b14."),
    )  # fmt: skip
    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=80, help_text=gettext_lazy("What reports call it.")
    )
    family = forms.ChoiceField(
        label=gettext_lazy("Is it"),
        required=False,
        help_text=gettext_lazy("CMMD is computed only with a CLIP image encoder."),
    )
    side = forms.IntegerField(label=gettext_lazy("Side of its input, pixels"), initial=224)
    channels = forms.TypedChoiceField(
        label=gettext_lazy("Channels"), coerce=int, initial=3,
        choices=[(3, gettext_lazy("3: grey is shown three times")), (1, gettext_lazy("1: colour becomes luminance"))],
    )  # fmt: skip
    fit = forms.ChoiceField(label=gettext_lazy("Pictures that are not square"))
    resized = forms.IntegerField(
        label=gettext_lazy("Shorter side before the middle is cut"), required=False,
        help_text=gettext_lazy("256 for most networks of ImageNet. Empty: as the input."),
    )  # fmt: skip
    filter = forms.ChoiceField(
        label=gettext_lazy("Resized by"), help_text=gettext_lazy("Always antialiased.")
    )
    low = forms.FloatField(label=gettext_lazy("The darkest value becomes"), initial=0)
    high = forms.FloatField(label=gettext_lazy("The brightest value becomes"), initial=1)
    mean = Numbers(
        label=gettext_lazy("Minus"),
        initial="0.485, 0.456, 0.406",
        help_text=gettext_lazy("The mean of each channel. 0: nothing."),
    )
    std = Numbers(
        label=gettext_lazy("Over"),
        initial="0.229, 0.224, 0.225",
        help_text=gettext_lazy("The deviation of each channel. 1: nothing."),
    )
    output = forms.IntegerField(
        label=gettext_lazy("Output"),
        initial=0,
        min_value=0,
        help_text=gettext_lazy("Its number in the file, counted from 0."),
    )
    pooling = forms.ChoiceField(label=gettext_lazy("Its numbers are taken"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in (("fit", FITS), ("filter", FILTERS), ("pooling", POOLINGS), ("family", FAMILIES)):
            self.fields[name].choices = _choices(words)  # type: ignore[attr-defined]

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The form under headings, in the order in which a picture meets them."""
        named = (
            (_("File"), ("file", "name", "title", "family")),
            (_("Size"), ("side", "channels", "fit", "resized", "filter")),
            (_("Values"), ("low", "high", "mean", "std")),
            (_("Features"), ("output", "pooling")),
        )
        return [(heading, [self[name] for name in names]) for heading, names in named]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if not self.errors:
            facts = {name: value for name, value in data.items() if name not in ("file", "name")}
            try:
                self.declaration = Declaration.from_data(facts | {"resized": data["resized"] or 0})
            except Refused as refusal:
                field = str(refusal.values.get("name", ""))
                self.add_error(
                    field if field in self.fields else None, filled(_(refusal.words), refusal.values)
                )
        return data

    def install(self, folder: Path) -> ForeignEncoder:
        """Raises Refused."""
        given: UploadedFile = self.cleaned_data["file"]
        with staged(given, Path(settings.STAGING_DIR), min(MOST_BYTES, settings.UPLOAD_MAX_BYTES)) as path:
            refuse_pickles(path, given.name or "")
            return install(path, self.cleaned_data["name"], self.declaration, folder, ENCODERS)
