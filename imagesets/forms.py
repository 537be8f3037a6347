from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import ImageSet, Origin


class ManyFiles(forms.FileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return (
            [super(ManyFilesField, self).clean(file, initial) for file in data]
            if isinstance(data, list | tuple)
            else []
        )


class RangeMixin(forms.Form):
    """Lowest and highest value together, or neither."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        low, high = data.get("intensity_low"), data.get("intensity_high")
        if (low is None) != (high is None):
            self.add_error("intensity_high", _("Give the lowest and the highest value, or neither."))
        elif low is not None and high is not None and low >= high:
            self.add_error(
                "intensity_high",
                _("%(high)g was given; it must be above the lowest value, %(low)g.")
                % {"high": high, "low": low},
            )
        return data


class NewSetForm(RangeMixin, forms.ModelForm):
    files = ManyFilesField(
        label=gettext_lazy("Files"),
        help_text=gettext_lazy(
            "PNG, JPEG, TIFF, BMP, DICOM, NIfTI, .npz, or ZIPs of these. A CSV among them may name label, patient, boxes and points of each file."
        ),
        required=False,
    )
    labels_from_folders = forms.BooleanField(
        label=gettext_lazy("Folder names are labels"), required=False, initial=True,
        help_text=gettext_lazy("For files in sub-folders or a ZIP with folders, such as normal/ and pneumonia/."),
    )  # fmt: skip
    token = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = ImageSet
        fields = (
            "files",
            "token",
            "name",
            "origin",
            "labels_from_folders",
            "intensity_low",
            "intensity_high",
            "intensity_unit",
        )
        labels = {
            "intensity_low": gettext_lazy("Lowest value"),
            "intensity_high": gettext_lazy("Highest value"),
        }
        help_texts = {
            "origin": gettext_lazy("Where these images come from. A study never shows it."),
            "intensity_low": gettext_lazy(
                "What the darkest pixel of any image could be. Left empty, the files' own format decides, if it is one for all."
            ),
            "intensity_unit": gettext_lazy("For example: HU."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["origin"].choices = Origin.choices
        self.fields["origin"].initial = Origin.REAL


class EditSetForm(RangeMixin, forms.ModelForm):
    class Meta:
        model = ImageSet
        fields = ("name", "description", "intensity_low", "intensity_high", "intensity_unit", "is_shared")
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        labels = {"is_shared": gettext_lazy("Shared with all researchers")}
        help_texts = {
            "intensity_low": gettext_lazy(
                "In the unit below. Every number says which range it was measured with."
            )
        }
