from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imagesets.models import ImageSet, Origin

from .encoders.registry import get_encoder, known_encoders
from .images import MINIMUM

LEADING = ("radiomics", "inception")


class SetChoice(forms.ModelChoiceField):
    def label_from_instance(self, image_set: ImageSet) -> str:
        return set_words(image_set)


def set_words(image_set: ImageSet) -> str:
    return _("%(name)s, %(count)s images, %(origin)s") % {
        "name": image_set.name,
        "count": f"{image_set.count:,}",
        "origin": image_set.get_origin_display().lower(),
    }


class EvaluationForm(forms.Form):
    synthetic = SetChoice(
        queryset=ImageSet.objects.none(),
        label=gettext_lazy("Set to judge"),
        empty_label=gettext_lazy("Choose a set"),
        help_text=gettext_lazy("The synthetic images."),
    )
    real = SetChoice(
        queryset=ImageSet.objects.none(),
        label=gettext_lazy("Compare with"),
        empty_label=gettext_lazy("Choose a real set"),
        help_text=gettext_lazy("Real images; at best of patients whose images the generator has never seen."),
    )
    training = SetChoice(
        queryset=ImageSet.objects.none(),
        required=False,
        label=gettext_lazy("Real images that the generator was trained on"),
        empty_label=gettext_lazy("As the provenance of the set says, if it does"),
        help_text=gettext_lazy("With them the report looks for copies."),
    )
    encoders = forms.MultipleChoiceField(
        label=gettext_lazy("Encoders"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "What turns an image into the features that are compared. The first one ticked leads the report."
        ),
    )
    paired = forms.BooleanField(
        required=False,
        label=gettext_lazy("The sets are paired: image 1 belongs to image 1, and so on"),
        help_text=gettext_lazy("Adds mean absolute error, PSNR and SSIM."),
    )
    seed = forms.IntegerField(
        label=gettext_lazy("Seed"),
        initial=0,
        min_value=0,
        max_value=2**31 - 1,
        help_text=gettext_lazy("The same seed gives the same report."),
    )
    is_shared = forms.BooleanField(required=False, label=gettext_lazy("Other researchers may see the report"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sets = ImageSet.objects.visible_to(user).usable()
        self.fields["synthetic"].queryset = sets.exclude(origin=Origin.REAL)  # type: ignore[attr-defined]
        self.fields["real"].queryset = sets.filter(origin=Origin.REAL)  # type: ignore[attr-defined]
        self.fields["training"].queryset = sets.filter(origin=Origin.REAL)  # type: ignore[attr-defined]
        only = list(sets.filter(origin=Origin.REAL)[:2])
        if len(only) == 1:
            self.initial.setdefault("real", only[0].pk)
        self.fields["encoders"].choices = encoder_choices()  # type: ignore[attr-defined]
        self.fields["encoders"].initial = default_encoders()

    def clean_encoders(self) -> list[str]:
        """In the registry's order: the first one leads the report."""
        return [name for name in known_encoders(_folder()) if name in self.cleaned_data["encoders"]]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("synthetic", "real", "training"):
            if image_set := data.get(name):
                check_set(self, name, image_set)
        real, synthetic = data.get("real"), data.get("synthetic")
        if real and synthetic and data.get("paired") and real.count != synthetic.count:
            self.add_error(
                "paired",
                _(
                    "Paired sets need as many synthetic as real images; these have %(synthetic)s and %(real)s. Untick it."
                )
                % {"synthetic": synthetic.count, "real": real.count},
            )
        return data


def check_set(form: forms.Form, name: str, image_set: ImageSet) -> None:
    if image_set.count < MINIMUM:
        form.add_error(
            name,
            _("“%(name)s” has %(n)s images; at least %(least)s are needed. Choose a larger set.")
            % {"name": image_set.name, "n": image_set.count, "least": MINIMUM},
        )
    if image_set.intensity is None:
        form.add_error(
            name,
            _(
                "Nobody has said which pixel values are the lowest and the highest of “%(name)s”. Declare its intensity range on "
                "the set's page; a metric may not guess."
            )
            % {"name": image_set.name},
        )


def encoder_choices() -> list[tuple[str, str]]:
    return [(name, _(title)) for name, title in known_encoders(_folder()).items() if not _why_not(name)]


def default_encoders() -> list[str]:
    return [name for name in LEADING if not _why_not(name)]


def unavailable_encoders() -> list[dict[str, str]]:
    """Those that lack something, with the sentence that says how to get it."""
    reasons = [(title, _why_not(name)) for name, title in known_encoders(_folder()).items()]
    return [{"title": _(title), "reason": _(reason)} for title, reason in reasons if reason]


def _why_not(name: str) -> str | None:
    return get_encoder(name, folder=_folder()).available()


def _folder() -> Path:
    return Path(settings.ENCODERS_DIR)
