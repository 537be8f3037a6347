"""The parts of a design as forms: one for the rules, one for each source and phase; its questions are in forms_question."""

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from imagesets.models import ImageSet

from .forms import SetsField
from .forms_fields import key_field, whole
from .models import Role, Study, Truth
from .presets import STANDARD, as_lines, from_lines, standard
from .protocol import Phase, Plan, Preset, Protocol, Source
from .questions import Question

UNITS = [("image", _("one image")), ("volume", _("a volume: a set's images of one patient key, scrolled"))]
RULES = (
    "unit",
    "max_run",
    "grey_interval_ms",
    "allow_revision",
    "hide_progress",
    "allow_phones",
    "lock_window",
    "ask_profile",
)


class RulesForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("For you; readers never see it."))
    unit = forms.ChoiceField(label=_("A case is"), choices=UNITS)
    primary_endpoint = forms.ChoiceField(label=_("Primary endpoint"), choices=Study.Endpoint.choices, help_text=_("Area needs steps of confidence; else it is accuracy."))  # fmt: skip
    primary_question = forms.ChoiceField(
        label=_("Primary question"),
        required=False,
        help_text=_("What is judged. The same key in two phases is one question."),
    )
    margin = forms.FloatField(label=_("Margin"), min_value=0.05, max_value=3.0, help_text=_("As d′: 0.51 is 60 per cent right, or an area of .64."))  # fmt: skip
    control_bound = forms.FloatField(label=_("Bound for positive controls"), min_value=0.5, max_value=0.99, help_text=_("Controls have to be told apart more often than this before anything is called equivalent."))  # fmt: skip
    max_run = whole(
        _("Longest run of one kind"), 2, 4000, required=False, help_text=_("Empty: any order may come.")
    )
    grey_interval_ms = whole(
        _("Grey pause between images"), 0, 5000, help_text=_("Milliseconds, 0 for none.")
    )
    allow_revision = forms.BooleanField(
        label=_("Readers may go back one case and correct it"), required=False
    )
    hide_progress = forms.BooleanField(label=_("Hide how far the reader is"), required=False)
    allow_phones = forms.BooleanField(label=_("Phones are allowed"), required=False)
    lock_window = forms.BooleanField(label=_("Window and level are fixed"), required=False)
    presets = forms.CharField(
        label=_("Windows by name"), max_length=2000, required=False, widget=forms.Textarea({"rows": 4}),
        help_text=_("One a line, on the keys 1 to 9: “Lung: -1350 to 150” in the unit of the sets, “Middle: 20 to 80 %” of the range, “Tissue: 1 to 99 percentile”."),
    )  # fmt: skip
    standard = forms.ChoiceField(
        label=_("Add the usual windows"), required=False, choices=[("", _("none")), *((name, entry[0]) for name, entry in STANDARD.items())]
    )  # fmt: skip
    ask_profile = forms.BooleanField(label=_("Ask readers for specialty, years and experience with generated images"), required=False)  # fmt: skip
    seed = whole(
        _("Seed"), 0, 2**63 - 1, help_text=_("The same seed draws the same images and orders again.")
    )

    def __init__(self, *args: Any, design: Protocol, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = _("the first one about the truth")
        self.fields["primary_question"].choices = [
            ("", first), *((key, key) for key in dict.fromkeys((*design.about_the_truth, design.plan.question)) if key)
        ]  # fmt: skip

    @staticmethod
    def typed(study: Study) -> dict[str, Any]:
        design = study.designed
        rules = {name: getattr(design, name) for name in RULES}
        plan = {
            "primary_endpoint": design.plan.endpoint,
            "margin": design.plan.margin,
            "control_bound": design.plan.control_bound,
            "primary_question": design.plan.question,
            "presets": as_lines(design.presets),
        }
        return {"name": study.name, "seed": study.seed, **rules, **plan}

    def clean_presets(self) -> tuple[Preset, ...]:
        try:
            return from_lines(self.cleaned_data["presets"])
        except ValueError as line:
            raise forms.ValidationError(_("“%(line)s” is no window: write “Lung: -1350 to 150”, “Middle: 20 to 80 %%” or “Tissue: 1 to 99 percentile”."), params={"line": str(line)}) from line  # fmt: skip

    def applied(self, design: Protocol) -> Protocol:
        said = self.cleaned_data
        named = {one.name for one in said["presets"]}
        usual = standard(said["standard"]) if said["standard"] else ()
        windows = (*said["presets"], *(one for one in usual if one.name not in named))
        plan: Plan = replace(design.plan, question=said["primary_question"], endpoint=said["primary_endpoint"], margin=said["margin"], control_bound=said["control_bound"])  # fmt: skip
        return replace(design, plan=plan, presets=windows, **{name: said[name] for name in RULES})


class SourceForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=120, required=False, help_text=_("As it stands in tables.")
    )
    key = key_field()
    truth = forms.ChoiceField(label=_("Its images are"), choices=Truth.choices)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, help_text=_("Controls are fakes that anybody should recognise; catch trials show who is awake; training cases are read with feedback."))  # fmt: skip
    count = whole(_("Cases"), 1, 5000)
    strata = forms.CharField(label=_("By label"), max_length=1000, required=False, help_text=_("“benign 18, malignant 18”; empty: whatever the label."))  # fmt: skip
    sets = SetsField(
        queryset=None, label=_("Image sets"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sets"].queryset = ImageSet.objects.visible_to(user).usable()

    @staticmethod
    def typed(study: Study, source: Source) -> dict[str, Any]:
        strata = ", ".join(f"{label} {count}" for label, count in source.strata)
        return vars(source) | {"strata": strata, "sets": list(study.sets_for(source.key))}

    def clean_strata(self) -> tuple[tuple[str, int], ...]:
        pairs = []
        for part in filter(None, (part.strip() for part in self.cleaned_data["strata"].split(","))):
            label, _space, count = part.rpartition(" ")
            if not label or not count.isdecimal() or len(count) > 5:
                raise forms.ValidationError(_("“%(part)s” is no label with a number: write “benign 18, malignant 18”."), params={"part": part})  # fmt: skip
            pairs.append((label.strip(), int(count)))
        return tuple(pairs)

    def source(self) -> Source:
        said = self.cleaned_data
        return Source(said["key"], said["truth"], said["count"], said["name"], said["role"], said["strata"])


class PhaseForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=120, required=False, help_text=_("Readers see it."))
    key = key_field()
    informed = forms.BooleanField(label=_("Readers are told that some images are synthetic"), required=False)
    prevalence = forms.ChoiceField(
        label=_("What readers are told about the mix"), choices=Study.Prevalence.choices
    )
    training = forms.BooleanField(label=_("Training: the truth is shown after each answer"), required=False)
    sources = forms.MultipleChoiceField(label=_("Sources"), widget=forms.CheckboxSelectMultiple, required=False, help_text=_("None ticked: all but the training ones."))  # fmt: skip
    share_percent = whole(
        _("Share of their cases"), 1, 100, help_text=_("Per cent, of each source and label.")
    )
    fresh = forms.BooleanField(label=_("Only cases that no earlier phase shows"), required=False)
    repeats = whole(_("Cases shown twice"), 0, 1000, help_text=_("For agreement with oneself."))
    washout_days = whole(_("Wash-out"), 0, 3650, help_text=_("Days after the end of the phase before."))
    block = whole(_("Cases between breaks"), 1, 5000)
    instructions = forms.CharField(
        label=_("Instructions"), max_length=5000, required=False, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, *args: Any, design: Protocol, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sources"].choices = [
            (source.key, source.name or source.key) for source in design.sources
        ]

    @staticmethod
    def typed(phase: Phase) -> dict[str, Any]:
        return vars(phase) | {"share_percent": round(100 * phase.share)}

    def phase(self, questions: tuple[Question, ...], ends: tuple[Question, ...]) -> Phase:
        said = {name: value for name, value in self.cleaned_data.items() if name != "share_percent"}
        said |= {"sources": tuple(said["sources"]), "share": self.cleaned_data["share_percent"] / 100}
        return Phase(questions=questions, ends=ends, **said)
