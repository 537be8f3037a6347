"""How many readers and images: power before the launch, kept with the protocol where it is a draft's."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from jobs.ownership import editable_or_404, researcher_required

from .forms_planner import PlannerForm
from .launching import back_to_draft
from .models import Study

ASKED = ("readers", "images", "accuracy", "margin", "reader_sd", "case_correlation")


@researcher_required
def planner(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Everything by GET, so that a plan has an address; POST keeps it with a draft."""
    study = editable_or_404(Study.objects, request.user, pk=pk) if pk is not None else None
    given = request.POST if request.method == "POST" else request.GET
    form = PlannerForm(_with_defaults(given, study, request.user), user=request.user)
    context: dict[str, Any] = {"form": form, "study": study}
    if form.is_valid():
        context |= _plan(form.cleaned_data, study)
        if request.method == "POST" and study is not None and "kept" in context:
            return _keep(request, study, context["kept"])
    return render(request, "turing/planner.html", context)


def _with_defaults(given: Any, study: Study | None, user: Any) -> dict[str, Any]:
    """What was asked, else what the study says, else the usual."""
    typed = {name: field.initial for name, field in PlannerForm(user=user).fields.items()}
    if study is not None:
        typed |= {"images": study.images, "margin": study.margin}
        typed |= {name: value for name, value in (study.designed.plan.planned or {}).items() if name in ASKED}
    return typed | {name: given[name] for name in typed if name in given}


def _plan(asked: dict[str, Any], study: Study | None) -> dict[str, Any]:
    from .analysis.errors import CannotAnalyse  # SciPy: only who plans pays for it
    from .planned import axes, in_words, independent, kept, pilot_of, planned_cells, table

    numbers = {name: asked[name] for name in ASKED}
    context: dict[str, Any] = {}
    if asked["pilot"]:
        try:
            found, spread = pilot_of(asked["pilot"])
        except CannotAnalyse as refusal:
            return {"refusal": str(refusal)}
        numbers |= {
            "reader_sd": round(spread.reader_sd, 4),
            "case_correlation": round(spread.case_correlation, 4),
        }
        context["pilot"] = {"study": asked["pilot"], "accuracy": found, "spread": spread}
    readers, images = axes(numbers["readers"], numbers["images"])
    steps = study.confidence_steps if study else 3
    endpoint = study.primary_endpoint if study else "auc"
    rest = (numbers["accuracy"], numbers["margin"], numbers["reader_sd"], numbers["case_correlation"], steps)
    cells = planned_cells(readers, images, *rest)
    chosen = next(
        cell for cell in cells if (cell.readers, cell.images) == (numbers["readers"], numbers["images"])
    )
    return context | {
        "tables": [(figure, table(cells, readers, chosen, figure)) for figure in chosen.apart], "images": images, "chosen": chosen, "endpoint": endpoint, "asked": numbers,
        "words": in_words(chosen, numbers, endpoint), "kept": kept(chosen, numbers, endpoint),
        "independent": independent(numbers["readers"], numbers["images"], numbers["accuracy"], numbers["margin"]),
    }  # fmt: skip


def _keep(request: HttpRequest, study: Study, planned: dict[str, Any]) -> HttpResponse:
    if not study.is_editable:
        messages.error(
            request, _("The study is being prepared or has been launched: its plan cannot be changed.")
        )
    else:
        design = study.designed
        study.design = replace(design, plan=replace(design.plan, planned=planned)).as_json()
        study.save(update_fields=["design"])
        back_to_draft(study)
        messages.success(request, _("The plan is kept with the protocol and will be printed in its reports."))
    return redirect("turing:detail", study.pk)
