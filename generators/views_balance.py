from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imagesets.models import ImageSet
from jobs.ownership import researcher_required, visible_or_404

from .balanced import WAYS, counts_after, lacking, start_balancing, usable_for
from .models import Generator

MOST_CLASSES = 40


class BalanceForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name of the new set"), max_length=120)
    way = forms.ChoiceField(label=gettext_lazy("How"), widget=forms.RadioSelect)
    seed = forms.IntegerField(
        label=gettext_lazy("Seed"),
        help_text=gettext_lazy("The same seed makes the same set, bit for bit."),
        initial=1, min_value=0, max_value=2**31 - 1,
    )  # fmt: skip

    def __init__(self, image_set: ImageSet, user: Any, data: Any = None) -> None:
        name = _("%(set)s, balanced") % {"set": image_set}
        super().__init__(data, initial={"name": name[:120], "way": "under"})
        words = {
            "under": _("Under-sampling: each class as often as the rarest, by leaving pictures out"),
            "over": _("Over-sampling: each class as often as the commonest, by repeating pictures"),
            "equal": _(
                "Fill up: new pictures by a generator until each class is as frequent as the commonest"
            ),
        }
        self.fields["way"].choices = [(way, words[way]) for way in WAYS]
        self.labels = lacking(image_set)
        for number, (label, more) in enumerate(self.labels.items()):
            usable = usable_for(image_set, label, user)
            self.fields[f"fill_{number}"] = forms.ModelChoiceField(
                Generator.objects.filter(pk__in=[generator.pk for generator in usable]),
                label=_("%(n)d more of %(label)s, by") % {"n": more, "label": label or _("no label")},
                required=False, empty_label=_("Choose a generator"), help_text=_("Only for filling up."),
            )  # fmt: skip
        self.order_fields(
            ["name", "way", *(name for name in self.fields if name.startswith("fill_")), "seed"]
        )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("way") == "equal":
            for number in range(len(self.labels)):
                if not data.get(f"fill_{number}") and f"fill_{number}" not in self.errors:
                    self.add_error(f"fill_{number}", _("To fill up, choose the generator that makes these."))
        return data

    @property
    def fills(self) -> dict[str, Generator]:
        return {label: self.cleaned_data[f"fill_{number}"] for number, label in enumerate(self.labels)}


@researcher_required
def balance(request: HttpRequest, pk: int) -> HttpResponse:
    """How often each class is there, before and after, and the job that makes it so."""
    image_set = visible_or_404(ImageSet.objects.usable(), request.user, pk=pk)
    problem = _cannot(image_set)
    form = None if problem else BalanceForm(image_set, request.user, request.POST or None)
    if form is not None and request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        job = start_balancing(
            image_set=image_set, owner=request.user, name=data["name"], way=data["way"], seed=data["seed"],
            fills=form.fills if data["way"] == "equal" else None,
        )  # fmt: skip
        messages.success(request, _("The set is being made. You can leave this page."))
        return redirect("imagesets:detail", job.arguments["image_set_pk"])
    context = {
        "set": image_set,
        "problem": problem,
        "form": form,
        "rows": [] if problem else _rows(image_set),
    }
    counts = list(image_set.summary.get("labels", {}).items())  # the commonest first
    if counts and not problem:
        context |= {"most": counts[0][0], "least": counts[-1][0], "ratio": counts[0][1] / counts[-1][1]}
    return render(request, "generators/balance.html", context)


def _cannot(image_set: ImageSet) -> str:
    counts = image_set.summary.get("labels", {})
    if len(counts) < 2:
        return _("Its pictures are of one class. Balancing needs at least two: load the set with labels.")
    if len(counts) > MOST_CLASSES:
        return _("It has %(n)d classes, more than can be balanced here.") % {"n": len(counts)}
    if image_set.intensity is None:
        return _("Nobody has said which values its pictures span. State its intensity range first.")
    return "" if lacking(image_set) else _("All its classes have the same number of pictures already.")


def _rows(image_set: ImageSet) -> list[dict[str, Any]]:
    """One a class and one in all: now, and after each way."""
    before = image_set.summary["labels"]
    after = [counts_after(image_set, way) for way in WAYS]
    rows = [
        {"label": label, "now": count, "after": [each[label] for each in after]}
        for label, count in before.items()
    ]
    return [
        *rows,
        {"total": True, "now": sum(before.values()), "after": [sum(each.values()) for each in after]},
    ]
