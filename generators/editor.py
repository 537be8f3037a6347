"""The recipe that a page edits: one form a step, in the order in which the page sends them."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.db.models import Case, When
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imagesets.models import ImageSet

from .catalogue import CLASSICAL, MIXING, STEPS
from .forms import OptionsForm
from .options import option_fields
from .recipes import BALANCES, MOST_STEPS, PAIRINGS, InvalidRecipe, Recipe, Step


class StepForm(OptionsForm):
    """The options of one step; its prefix is the step's number on the page."""

    def __init__(self, name: str, key: str, data: QueryDict) -> None:
        super().__init__(data, prefix=key)
        self.entry, self.key = STEPS[name], key
        self.add_options(self.entry.options, "option_")
        if self.entry.partners > 1:
            usual = _("As usual: %(pairing)s") % {"pairing": _(PAIRINGS[self.entry.pairing])}
            choices = [("", usual), *((value, _(words)) for value, words in PAIRINGS.items())]
            self.fields["partners"] = forms.ChoiceField(
                label=_("Mixed with"), choices=choices, required=False
            )
        self.fields["probability"] = forms.FloatField(
            label=_("Probability"), help_text=_("Share of the pictures that it is applied to."),
            min_value=0.0, max_value=1.0,
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        options = self.clean_options(self.entry.options, "option_")
        if options is not None and not self.errors:
            data = self.cleaned_data
            try:
                self.step = Step(self.entry.name, options, data["probability"], data.get("partners", ""))
            except InvalidRecipe as error:
                self.add_error(None, str(error))
        return self.cleaned_data


class RecipeForm(forms.Form):
    """What concerns the whole recipe, and the pictures that it is tried on."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    balance = forms.ChoiceField(
        label=gettext_lazy("Classes"),
        help_text=gettext_lazy("Which pictures of a labelled set the outputs are made from."),
    )
    image_set = forms.ModelChoiceField(
        ImageSet.objects.none(), label=gettext_lazy("Tried on"), required=False, empty_label=None
    )
    seed = forms.IntegerField(min_value=0, max_value=2**31 - 1, initial=1, widget=forms.HiddenInput)

    def __init__(self, user: Any, data: QueryDict) -> None:
        super().__init__(data)
        self.fields["balance"].choices = [(name, _(words).capitalize()) for name, words in BALANCES.items()]
        self.fields["image_set"].queryset = sets_to_try(user)


def sets_to_try(user: Any) -> Any:
    """Sets whose pictures have a declared range; real ones first, then the newest."""
    sets = ImageSet.objects.visible_to(user).usable().filter(intensity_low__isnull=False)
    return sets.order_by(Case(When(origin="real", then=0), default=1), "-pk")


def described(recipe: Recipe) -> list[tuple[str, str]]:
    """Each step by its title, with its options as its form names them."""
    return [(_(step.entry.title), _options_words(step)) for step in recipe.steps]


def _options_words(step: Step) -> str:
    words = []
    for field in option_fields(step.entry.options):
        value = getattr(step.options, field.name)
        shown = {True: _("yes"), False: _("no")}[value] if field.kind is bool else value
        words.append(f"{_(field.label)} {_(dict(field.choices)[value]) if field.choices else shown}")
    if step.entry.partners > 1:
        words.append(_("mixed with %(pairing)s") % {"pairing": _(PAIRINGS[step.pairing])})
    if step.probability != 1:
        words.append(_("probability %(p)g") % {"p": step.probability})
    return ", ".join(words)


class Editor:
    """Forms over what was posted. A recipe that is opened becomes such a post too, so that there is one way in."""

    def __init__(self, user: Any, data: QueryDict) -> None:
        self.data = data.copy()
        self.form = RecipeForm(user, self.data)
        self.steps = [
            StepForm(name, key, self.data)
            for key, name in map(_parsed, self.data.getlist("step"))
            if name in STEPS
        ]

    @classmethod
    def open(cls, user: Any, recipe: Recipe | None, *, name: str, image_set: ImageSet | None) -> "Editor":
        data = QueryDict(mutable=True)
        data.update({"name": name, "seed": "1", "balance": recipe.balance if recipe else "as_is"})
        if image_set:
            data["image_set"] = str(image_set.pk)
        for step in recipe.steps if recipe else ():
            _append(data, step)
        return cls(user, data)

    @property
    def kinds(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """What can be added, by group."""
        groups = ((_("Classical"), CLASSICAL), (_("Mixing"), MIXING))
        return [(title, [(e.name, _(e.title)) for e in entries.values()]) for title, entries in groups]

    def changed(self, user: Any, action: str) -> "Editor":
        """`up:KEY`, `down:KEY`, `remove:KEY`, `add` (of the posted `add_step`), `again` (other examples)."""
        what, _colon, key = action.partition(":")
        order = self.data.getlist("step")
        at = next((n for n, value in enumerate(order) if _parsed(value)[0] == key), None)
        if what == "add" and self.data.get("add_step") in STEPS and len(order) < MOST_STEPS:
            _append(self.data, Step(self.data["add_step"]))
        elif what == "again" and self.data.get("seed", "").isdecimal():
            self.data["seed"] = str((int(self.data["seed"]) + 1) % 2**31)
        elif at is not None and what == "remove":
            del order[at]
            self.data.setlist("step", order)
        elif at is not None and what in ("up", "down"):
            other = at + (1 if what == "down" else -1)
            if 0 <= other < len(order):
                order[at], order[other] = order[other], order[at]
                self.data.setlist("step", order)
        return Editor(user, self.data)

    def is_valid(self) -> bool:
        valid = [self.form.is_valid(), *(step.is_valid() for step in self.steps)]
        if not self.steps:
            self.form.add_error(None, _("The recipe has no steps yet; add one."))
        return all(valid) and bool(self.steps)

    @property
    def recipe(self) -> Recipe:
        """After is_valid()."""
        return Recipe(tuple(form.step for form in self.steps), self.form.cleaned_data["balance"])


def _parsed(value: str) -> tuple[str, str]:
    """(key, name of the method)"""
    key, _colon, name = value.partition(":")
    return key, name


def _append(data: QueryDict, step: Step) -> None:
    """Add the step to a post, as the page would send it, under a number that is not taken."""
    keys = [int(key) for key, _name in map(_parsed, data.getlist("step")) if key.isdecimal()]
    key = str(max(keys, default=0) + 1)
    data.appendlist("step", f"{key}:{step.name}")
    data[f"{key}-probability"] = str(step.probability)
    data[f"{key}-partners"] = step.partners
    for name, value in asdict(step.options).items():
        if value is not False:  # a box that is not ticked is not sent
            data[f"{key}-option_{name}"] = "on" if value is True else str(value)
