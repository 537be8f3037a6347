"""One question of a design as a form: which fields it has follows from its kind."""

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .forms_fields import key_field, whole
from .prompts import PROMPTS
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
EXPOSURE = DETAILS["hype"]


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
    tracks = whole(_("Interleaved staircases"), 2, 5, required=False)
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


def _question_typed(question: Question) -> dict[str, Any]:
    options = "\n".join(f"{option.value}: {option.label}" for option in question.options)
    return vars(question) | {"options": options} | vars(question.exposure or Exposure())
