"""What an open study may still change, as a form."""

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .forms_fields import whole
from .models import Study
from .protocol import Plan, Protocol

PAGE_RULES = ("grey_interval_ms", "allow_revision", "hide_progress", "allow_phones")
PHASE_WORDS = ("instructions", "washout_days")


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
