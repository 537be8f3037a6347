from dataclasses import replace
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from imagesets import choosing
from imagesets.models import ImageSet, Origin

from .models import Reader, Study
from .protocol import Protocol, Source, simple

STEPS = [
    (3, _("Real or synthetic, each sure, fairly sure or guess (six answers)")),
    (1, _("Real or synthetic")),
]


class SetsField(choosing.SetsField):
    def label_from_instance(self, row: ImageSet) -> str:
        return f"{row.name} ({row.count})"


class StudyForm(forms.ModelForm):
    """The common study in one page: one informed phase, real or synthetic, as many of each kind."""

    real_sets = SetsField(queryset=None, label=_("Real images"), widget=forms.CheckboxSelectMultiple)
    synthetic_sets = SetsField(
        queryset=None,
        label=_("Synthetic images"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Several sets are several generators: each gives an equal share of the synthetic images and is judged by itself too."),
    )  # fmt: skip
    images_per_side = forms.IntegerField(
        label=_("Images of each kind"), min_value=2, max_value=2000, initial=50,
        help_text=_("Drawn at random, without exact duplicates. 50 of each kind tell one reader's accuracy to about 10 points."),
    )  # fmt: skip
    question = forms.CharField(
        label=_("Question"), max_length=200, initial=_("Is this image real or synthetic?"), help_text=_("Stands above every image.")
    )  # fmt: skip
    confidence_steps = forms.TypedChoiceField(
        label=_("Answers"), choices=STEPS, coerce=int, initial=3, widget=forms.RadioSelect
    )
    prevalence = forms.ChoiceField(
        label=_("What readers are told about the mix"), choices=Study.Prevalence.choices, initial=Study.Prevalence.ABOUT_HALF
    )  # fmt: skip
    max_run = forms.IntegerField(
        label=_("Longest run of one kind"), min_value=2, max_value=4000, required=False,
        help_text=_("Empty: any order may come. A bound makes the order a little predictable."),
    )  # fmt: skip
    allow_revision = forms.BooleanField(
        label=_("Readers may go back one case and correct it"), required=False, initial=True
    )
    hide_progress = forms.BooleanField(
        label=_("Hide how far the reader is"),
        required=False,
        help_text=_("Else readers see “Case 14 of 60”."),
    )
    allow_phones = forms.BooleanField(
        label=_("Phones are allowed"), required=False,
        help_text=_("Else a screen below 600 pixels is refused with a reason: detail is lost on it. Tablets may read."),
    )  # fmt: skip
    grey_interval_ms = forms.IntegerField(
        label=_("Grey pause between images"), min_value=0, max_value=5000, initial=0,
        help_text=_("Milliseconds of mid-grey between two images, 0 for none. A flash is unpleasant in a dark room."),
    )  # fmt: skip
    primary_endpoint = forms.ChoiceField(
        label=_("Primary endpoint"), choices=Study.Endpoint.choices, initial=Study.Endpoint.AUC,
        help_text=_("Judged first, and fixed at launch. With two answers only, it is balanced accuracy."),
    )  # fmt: skip
    margin = forms.FloatField(
        label=_("Margin"), min_value=0.05, max_value=3.0, initial=0.51,
        help_text=_("How well readers may tell them apart and the images still count as equivalent, as d′: 0.51 is 60 per cent right, or an area of .64. Fixed at launch."),
    )  # fmt: skip

    field_order = (
        "name", "real_sets", "synthetic_sets", "images_per_side", "question", "confidence_steps", "prevalence", "max_run",
        "allow_revision", "hide_progress", "allow_phones", "grey_interval_ms", "primary_endpoint", "margin", "seed",
    )  # fmt: skip

    class Meta:
        model = Study
        fields = ("name", "seed")
        help_texts = {
            "name": _("For you; readers never see it."),
            "seed": _("The same seed draws the same images and orders again."),
        }

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        study = kwargs.get("instance")
        if study is not None:
            kwargs["initial"] = _typed(study) | (kwargs.get("initial") or {})
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
        sides, sets = cleaned.get("images_per_side"), cleaned.get("synthetic_sets")
        if sides and sets is not None and len(sets) > sides:
            self.add_error(
                "images_per_side", _("Fewer than there are synthetic sets: each gives one at least.")
            )
        return cleaned

    def save(self, commit: bool = True) -> Study:
        said = self.cleaned_data
        self.instance.design = _designed(said).as_json()
        with transaction.atomic():
            study = super().save(commit)
            study.supplies.all().delete()
            study.supply("real", said["real_sets"])
            for source, image_set in zip(_made(said), said["synthetic_sets"]):
                study.supply(source.key, [image_set])
        return study

    @property
    def sets_offered(self) -> tuple[QuerySet, QuerySet]:
        return self.fields["real_sets"].queryset, self.fields["synthetic_sets"].queryset


def _made(said: dict[str, Any]) -> list[Source]:
    """A source for each synthetic set, sharing the images as evenly as they go."""
    sets, total = list(said["synthetic_sets"]), said["images_per_side"]
    if len(sets) == 1:
        return [Source("synthetic", "synthetic", total, sets[0].name)]
    return [
        Source(f"synthetic-{n + 1}", "synthetic", total // len(sets) + (n < total % len(sets)), one.name)
        for n, one in enumerate(sets)
    ]


def _designed(said: dict[str, Any]) -> Protocol:
    asked = simple(
        per_side=said["images_per_side"], prompt=said["question"], steps=said["confidence_steps"], prevalence=said["prevalence"],
        endpoint=said["primary_endpoint"], margin=said["margin"], max_run=said["max_run"], allow_revision=said["allow_revision"],
        hide_progress=said["hide_progress"], allow_phones=said["allow_phones"], grey_interval_ms=said["grey_interval_ms"],
    )  # fmt: skip
    return replace(asked, sources=(asked.sources[0], *_made(said)))


def _typed(study: Study) -> dict[str, Any]:
    """A simple study as it would be typed into the form."""
    design = study.designed
    phase, rules = (
        design.phases[0],
        ("max_run", "allow_revision", "hide_progress", "allow_phones", "grey_interval_ms"),
    )
    return {name: getattr(design, name) for name in rules} | {
        "images_per_side": design.cases_of("real"), "question": phase.questions[0].prompt, "prevalence": phase.prevalence,
        "confidence_steps": phase.questions[0].steps, "primary_endpoint": design.plan.endpoint, "margin": design.plan.margin,
        "real_sets": list(study.real_sets), "synthetic_sets": list(study.synthetic_sets),
    }  # fmt: skip


def is_simple(study: Study) -> bool:
    """Whether the common study's form says everything of it."""
    design, first = study.designed, study.phase(0).questions[:1]
    if len(design.phases) > 1 or not first or first[0].steps not in dict(STEPS) or not study.synthetic_sets:
        return False
    said = _typed(study)
    return replace(_designed(said), sources=()) == replace(design, sources=()) and {
        (source.truth, source.role, source.strata) for source in design.sources
    } == {("real", "ordinary", ()), ("synthetic", "ordinary", ())}


class ReaderForm(forms.ModelForm):
    class Meta:
        model = Reader
        fields = ("name", "experience", "group", "account")
        help_texts = {
            "name": _("Shown to you only. “Reader 1” will do."),
            "experience": _("For the table of results: “thoracic radiologist, 9 years”."),
            "group": _("Compared with the other groups in the results: “resident”, “thoracic radiologist”."),
            "account": _(
                "The study then stands on the reader's own list too. The link works without one. Accounts that can see the truth are not offered."
            ),
        }

    def __init__(self, *args: Any, study: Study, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        users = get_user_model().objects.filter(is_active=True)
        knowing = [user.pk for user in users if study.truth_is_known_to(user)]
        taken = study.readers.exclude(account=None).values("account")
        self.fields["account"].empty_label = _("no account")
        free = users.exclude(pk__in=taken).exclude(pk__in=knowing)
        self.fields["account"].queryset = free.order_by("username")
