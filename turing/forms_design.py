"""The parts of a design as forms: one for the rules, one for each source, phase and question."""

from dataclasses import replace
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from imagesets.models import ImageSet

from .forms import SetsField
from .models import Role, Study, Truth
from .prompts import PROMPTS
from .protocol import Phase, Plan, Protocol, Source
from .questions import KINDS, Exposure, Option, Question

KIND_WORDS = {
    "detect": _("real or synthetic"),
    "pair": _("two images: which is synthetic"),
    "hype": _("real or synthetic after a short exposure"),
    "realism": _("how realistic"),
    "class": _("real, augmented or synthetic"),
    "diagnosis": _("diagnosis, right when it is the image's label"),
    "rating": _("a rating"),
    "rubric": _("several ratings"),
    "choice": _("a choice"),
    "checklist": _("a check-list"),
    "mark": _("mark a place on the image"),
    "text": _("free text"),
}
UNITS = [("image", _("one image")), ("volume", _("a volume: a set's images of one patient key, scrolled"))]
DETAILS = {  # which fields a kind of question has, beside kind, key and prompt
    "detect": ("steps", "gestures"),
    "pair": ("steps", "gestures"),
    "hype": ("start_ms", "shortest_ms", "longest_ms", "down_ms", "up_ms", "rights", "tracks", "mask_ms"),
    "realism": ("points", "low", "high"),
    "class": ("options", "steps"),
    "diagnosis": ("options", "steps"),
    "rating": ("points", "low", "high"),
    "rubric": ("options", "points", "low", "high"),
    "choice": ("options",),
    "checklist": ("options",),
    "mark": ("shape",),
    "text": (),
}
KEY = RegexValidator(r"^[a-z0-9_-]+$", _("Small letters, digits, - and _ only."))


def key_field() -> forms.CharField:
    return forms.CharField(
        label=_("Key"), max_length=40, validators=[KEY], help_text=_("Names it in files and tables.")
    )


def whole(label: Any, low: int, high: int, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=low, max_value=high, **more)


class RulesForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("For you; readers never see it."))
    unit = forms.ChoiceField(label=_("A case is"), choices=UNITS)
    primary_endpoint = forms.ChoiceField(label=_("Primary endpoint"), choices=Study.Endpoint.choices, help_text=_("Area needs steps of confidence; else it is accuracy."))  # fmt: skip
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
    ask_profile = forms.BooleanField(label=_("Ask readers for specialty, years and experience with generated images"), required=False)  # fmt: skip
    seed = whole(
        _("Seed"), 0, 2**63 - 1, help_text=_("The same seed draws the same images and orders again.")
    )

    @staticmethod
    def typed(study: Study) -> dict[str, Any]:
        design = study.designed
        rules = {name: getattr(design, name) for name in RULES}
        plan = {
            "primary_endpoint": design.plan.endpoint,
            "margin": design.plan.margin,
            "control_bound": design.plan.control_bound,
        }
        return {"name": study.name, "seed": study.seed, **rules, **plan}

    def applied(self, design: Protocol) -> Protocol:
        said = self.cleaned_data
        plan: Plan = replace(design.plan, endpoint=said["primary_endpoint"], margin=said["margin"], control_bound=said["control_bound"])  # fmt: skip
        return replace(design, plan=plan, **{name: said[name] for name in RULES})


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


class QuestionForm(forms.Form):
    """Shows the fields of the kind as stored: another kind's appear once it is saved."""

    kind = forms.ChoiceField(label=_("Kind"))
    key = key_field()
    prompt = forms.CharField(label=_("Words"), max_length=300, required=False)
    options = forms.CharField(label=_("Answers"), required=False, max_length=4000, widget=forms.Textarea({"rows": 3}), help_text=_("One a line: “value: what stands on the page”. About the truth the values are real, augmented, synthetic; about the label, labels."))  # fmt: skip
    steps = whole(
        _("Steps of confidence"), 1, 5, required=False, help_text=_("For each answer; 1 asks for none.")
    )
    gestures = forms.TypedChoiceField(label=_("Confidence is given"), coerce=int, required=False, choices=[(1, _("with the answer, in one gesture")), (2, _("after the answer"))])  # fmt: skip
    points = whole(_("Points of the scale"), 2, 10, required=False)
    low = forms.CharField(label=_("Words at its low end"), max_length=80, required=False)
    high = forms.CharField(label=_("Words at its high end"), max_length=80, required=False)
    shape = forms.ChoiceField(
        label=_("Mark"), required=False, choices=[("point", _("a point")), ("box", _("a box"))]
    )
    start_ms = whole(_("First exposure (ms)"), 1, 60_000, required=False)
    shortest_ms = whole(_("Shortest (ms)"), 1, 60_000, required=False)
    longest_ms = whole(_("Longest (ms)"), 1, 60_000, required=False)
    down_ms = whole(_("Shorter after a right answer by (ms)"), 1, 5000, required=False)
    up_ms = whole(_("Longer after a wrong answer by (ms)"), 1, 5000, required=False)
    rights = whole(_("Right answers in a row to shorten"), 1, 5, required=False)
    tracks = whole(_("Interleaved staircases"), 1, 5, required=False)
    mask_ms = whole(_("Mask (ms)"), 0, 5000, required=False)
    only_if = forms.CharField(label=_("Only after the answer"), max_length=80, required=False, help_text=_("The value of an answer to the phase's first question: “synthetic”."))  # fmt: skip
    required = forms.BooleanField(label=_("Has to be answered"), required=False)

    def __init__(self, *args: Any, question: Question, place: str, **kwargs: Any) -> None:
        super().__init__(*args, initial=_question_typed(question), **kwargs)
        self.was = question
        self.fields["kind"].choices = [
            (name, KIND_WORDS[name]) for name, kind in KINDS.items() if place in kind.places
        ]
        self.fields["prompt"].help_text = _("Empty: “%(words)s”") % {"words": PROMPTS[question.kind]}
        shown = {"kind", "key", "prompt", *DETAILS[question.kind]} | (
            {"only_if", "required"} if place == "case" else set()
        )
        for name in set(self.fields) - (shown | ({"required"} if place == "end" else set())):
            del self.fields[name]

    @property
    def kind_words(self) -> Any:
        return KIND_WORDS[self.was.kind]

    def clean_options(self) -> tuple[Option, ...]:
        lines = [line.strip() for line in self.cleaned_data["options"].splitlines() if line.strip()]
        pairs = [
            (value.strip(), label.strip()) for value, _colon, label in (line.partition(":") for line in lines)
        ]
        return tuple(Option(value[:80], label[:200] or value[:80]) for value, label in pairs)

    def question(self) -> Question:
        said = {
            name: value
            for name, value in self.cleaned_data.items()
            if value not in (None, "") or name in ("prompt", "low", "high", "only_if")
        }
        steps = {name: said.pop(name) for name in list(said) if name in EXPOSURE}
        asked = replace(self.was, **said)
        if asked.kind != "hype":
            return replace(asked, exposure=None)
        return replace(asked, exposure=replace(asked.exposure or Exposure(), **steps), steps=1)


EXPOSURE = DETAILS["hype"]


def _question_typed(question: Question) -> dict[str, Any]:
    options = "\n".join(f"{option.value}: {option.label}" for option in question.options)
    return vars(question) | {"options": options} | vars(question.exposure or Exposure())


class AmendForm(forms.Form):
    """What an open study may still change: words, rules of the page, waiting times and the numbers of the plan."""

    reason = forms.CharField(label=_("Why it is changed"), max_length=5000, widget=forms.Textarea({"rows": 3}), help_text=_("Printed in the report, with the day and the new digest."))  # fmt: skip
    primary_endpoint = forms.ChoiceField(label=_("Primary endpoint"), choices=Study.Endpoint.choices)
    margin = forms.FloatField(label=_("Margin"), min_value=0.05, max_value=3.0)
    control_bound = forms.FloatField(label=_("Bound for positive controls"), min_value=0.5, max_value=0.99)
    grey_interval_ms = whole(_("Grey pause between images"), 0, 5000)
    allow_revision = forms.BooleanField(
        label=_("Readers may go back one case and correct it"), required=False
    )
    hide_progress = forms.BooleanField(label=_("Hide how far the reader is"), required=False)
    allow_phones = forms.BooleanField(label=_("Phones are allowed"), required=False)

    def __init__(self, *args: Any, design: Protocol, **kwargs: Any) -> None:
        plan = {
            "primary_endpoint": design.plan.endpoint,
            "margin": design.plan.margin,
            "control_bound": design.plan.control_bound,
        }
        phases = {
            f"{name}_{n}": getattr(phase, name)
            for n, phase in enumerate(design.phases)
            for name in PHASE_WORDS
        }
        super().__init__(
            *args, initial={name: getattr(design, name) for name in PAGE_RULES} | plan | phases, **kwargs
        )
        self.was = design
        for n, phase in enumerate(design.phases):
            called = {"phase": phase.title or phase.key}
            self.fields[f"instructions_{n}"] = forms.CharField(label=_("Instructions of “%(phase)s”") % called, max_length=5000, required=False, widget=forms.Textarea({"rows": 3}))  # fmt: skip
            self.fields[f"washout_days_{n}"] = whole(_("Wash-out before “%(phase)s”, days") % called, 0, 3650)

    def design(self) -> Protocol:
        said = self.cleaned_data
        phases = tuple(
            replace(phase, **{name: said[f"{name}_{n}"] for name in PHASE_WORDS})
            for n, phase in enumerate(self.was.phases)
        )
        plan: Plan = replace(self.was.plan, endpoint=said["primary_endpoint"], margin=said["margin"], control_bound=said["control_bound"])  # fmt: skip
        return replace(self.was, phases=phases, plan=plan, **{name: said[name] for name in PAGE_RULES})


PAGE_RULES = ("grey_interval_ms", "allow_revision", "hide_progress", "allow_phones")
PHASE_WORDS = ("instructions", "washout_days")
