from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from imagesets.models import ImageSet, Origin

from .models import Reader, Study

STEPS = [
    (3, _("Real or synthetic, each sure, fairly sure or guess (six answers)")),
    (1, _("Real or synthetic")),
]


class SetsField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, row: ImageSet) -> str:
        return f"{row.name} ({row.count})"


class StudyForm(forms.ModelForm):
    real_sets = SetsField(queryset=None, label=_("Real images"), widget=forms.CheckboxSelectMultiple)
    synthetic_sets = SetsField(
        queryset=None, label=_("Synthetic images"), widget=forms.CheckboxSelectMultiple
    )
    confidence_steps = forms.TypedChoiceField(
        label=_("Answers"), choices=STEPS, coerce=int, initial=3, widget=forms.RadioSelect
    )

    class Meta:
        model = Study
        fields = (
            "name", "real_sets", "synthetic_sets", "images_per_side", "question", "confidence_steps", "prevalence",
            "max_run", "allow_revision", "hide_progress", "allow_phones", "grey_interval_ms", "primary_endpoint", "margin", "seed",
        )  # fmt: skip
        help_texts = {
            "name": _("For you; readers never see it."),
            "question": _("Stands above every image."),
            "images_per_side": _("Drawn at random, without exact duplicates. 50 of each kind tell one reader's accuracy to about 10 points."),
            "max_run": _("Empty: any order may come. A bound makes the order a little predictable."),
            "hide_progress": _("Else readers see “Case 14 of 60”."),
            "allow_phones": _("Else a screen below 600 pixels is refused with a reason: detail is lost on it. Tablets may read."),
            "grey_interval_ms": _("Milliseconds of mid-grey between two images, 0 for none. A flash is unpleasant in a dark room."),
            "primary_endpoint": _("Judged first, and fixed at launch. With two answers only, it is balanced accuracy."),
            "margin": _("How well readers may tell them apart and the images still count as equivalent, as d′: 0.51 is 60 per cent right, or an area of .64. Fixed at launch."),
            "seed": _("The same seed draws the same images and orders again."),
        }  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = ImageSet.objects.visible_to(user).usable()
        self.fields["real_sets"].queryset = mine.filter(origin=Origin.REAL)
        self.fields["synthetic_sets"].queryset = mine.exclude(origin=Origin.REAL)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("confidence_steps") == 1:
            cleaned["primary_endpoint"] = Study.Endpoint.ACCURACY
        if cleaned.get("prevalence") == Study.Prevalence.EXACT and cleaned.get("max_run"):
            self.add_error(
                "max_run",
                _("Not together with telling readers the exact mix: the last answers could be worked out. Give up one of the two."),
            )  # fmt: skip
        return cleaned

    @property
    def sets_offered(self) -> tuple[QuerySet, QuerySet]:
        return self.fields["real_sets"].queryset, self.fields["synthetic_sets"].queryset


class ReaderForm(forms.ModelForm):
    class Meta:
        model = Reader
        fields = ("name", "experience", "account")
        help_texts = {
            "name": _("Shown to you only. “Reader 1” will do."),
            "experience": _("For the table of results: “thoracic radiologist, 9 years”."),
            "account": _("The study then stands on the reader's own list too. The link works without one."),
        }

    def __init__(self, *args: Any, study: Study, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = get_user_model().objects.filter(is_active=True).exclude(pk=study.owner_id)
        taken = study.readers.exclude(account=None).values("account")
        self.fields["account"].empty_label = _("no account")
        self.fields["account"].queryset = accounts.exclude(pk__in=taken).order_by("username")
