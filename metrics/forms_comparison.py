from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imagesets.choosing import SetsField
from imagesets.models import ImageSet, Origin

from .encoders.registry import ENCODERS
from .forms import SetChoice, check_set, default_encoders, encoder_choices, set_words

MOST = 12  # as metrics.side_by_side, which a page may not import: it brings SciPy


class SetsChoice(SetsField):
    def label_from_instance(self, image_set: ImageSet) -> str:
        return set_words(image_set)


class ComparisonForm(forms.Form):
    real = SetChoice(
        queryset=ImageSet.objects.none(), label=gettext_lazy("Compare with"), empty_label=gettext_lazy("Choose a real set"),
        help_text=gettext_lazy("Real images; at best of patients whose images no generator has seen."),
    )  # fmt: skip
    sets = SetsChoice(
        queryset=ImageSet.objects.none(), label=gettext_lazy("Synthetic sets"), widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Two to twelve. Sets drawn at the snapshots of one training become a curve."),
    )  # fmt: skip
    encoders = forms.MultipleChoiceField(
        label=gettext_lazy("Encoders"), widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("What turns an image into the features that are compared. The first one ticked leads."),
    )  # fmt: skip
    seed = forms.IntegerField(label=gettext_lazy("Seed"), initial=0, min_value=0, max_value=2**31 - 1)
    is_shared = forms.BooleanField(
        required=False, label=gettext_lazy("Other researchers may see the comparison")
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sets = ImageSet.objects.visible_to(user).usable()
        self.fields["real"].queryset = sets.filter(origin=Origin.REAL)  # type: ignore[attr-defined]
        self.fields["sets"].queryset = sets.exclude(origin=Origin.REAL)  # type: ignore[attr-defined]
        self.fields["encoders"].choices = encoder_choices()  # type: ignore[attr-defined]
        self.fields["encoders"].initial = default_encoders()[:1]
        self.choices = sets.exclude(origin=Origin.REAL).count()

    def clean_encoders(self) -> list[str]:
        return [name for name in ENCODERS if name in self.cleaned_data["encoders"]]

    def clean_real(self) -> ImageSet:
        check_set(self, "real", self.cleaned_data["real"])
        return self.cleaned_data["real"]

    def clean_sets(self) -> list[ImageSet]:
        chosen = list(self.cleaned_data["sets"])
        if not 2 <= len(chosen) <= MOST:
            words = _("%(n)s sets are ticked; two to %(most)s can be compared at once.")
            raise forms.ValidationError(words % {"n": len(chosen), "most": MOST})
        for image_set in chosen:
            check_set(self, "sets", image_set)
        return chosen
