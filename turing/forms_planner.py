"""What a plan is made from."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import Study


class PlannerForm(forms.Form):
    readers = forms.IntegerField(label=_("Readers"), min_value=2, max_value=30, initial=6)
    images = forms.IntegerField(
        label=_("Images"),
        min_value=4,
        max_value=600,
        initial=100,
        help_text=_("Of both kinds together, half of them real."),
    )
    accuracy = forms.FloatField(
        label=_("Accuracy that you would not want to miss"), min_value=0.51, max_value=0.99, initial=0.6,
        help_text=_("0.6: readers right in 60 per cent, without bias."),
    )  # fmt: skip
    margin = forms.FloatField(
        label=_("Margin"), min_value=0.05, max_value=2.0, initial=0.51,
        help_text=_("As d′: 0.51 is an accuracy of 60 per cent, or an area of .64."),
    )  # fmt: skip
    reader_sd = forms.FloatField(
        label=_("Standard deviation between readers"), min_value=0.0, max_value=0.3, initial=0.05,
        help_text=_("Of their true accuracies. 0.05 for readers alike; published studies had up to 0.19."),
    )  # fmt: skip
    case_correlation = forms.FloatField(
        label=_("Correlation by image"), min_value=0.0, max_value=0.9, initial=0.1,
        help_text=_("Of two readers' right or wrong about one image: some images are harder than others."),
    )  # fmt: skip
    pilot = forms.ModelChoiceField(
        label=_("Take both from a closed study"), queryset=Study.objects.none(), required=False, empty_label=_("no pilot: as typed above"),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pilot"].queryset = Study.objects.visible_to(user).filter(state=Study.State.CLOSED)  # type: ignore[attr-defined]
