"""Designs beyond the common one: published studies to start from, the designer, files, and changes of an open study."""

import json
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jobs.ownership import editable_or_404, researcher_required, visible_or_404

from . import amending, launching
from .designing import Designer
from .editing import ChangedMeanwhile, claim, to_show
from .forms_amend import AmendForm
from .models import Study
from .plain import Misshapen
from .protocol import from_json, simple
from .published import PUBLISHED

LARGEST_FILE = 1_000_000  # bytes


@researcher_required
def designs(request: HttpRequest) -> HttpResponse:
    """Published studies, a design of one's own, a file: each becomes a draft."""
    if request.method == "POST":
        study = _started(request)
        if study is not None:
            return redirect("turing:design", study.pk)
    return render(request, "turing/designs.html", {"published": PUBLISHED})


def _started(request: HttpRequest) -> Study | None:
    if request.FILES.get("file"):
        design, name = _from_file(request), _("A study from a file")
    elif (entry := PUBLISHED.get(request.POST.get("published", ""))) is not None:
        design, name = entry.design(), _("After %(study)s") % {"study": entry.title}
    else:
        design, name = simple(), _("A study of its own design")
    if design is None:
        return None
    return Study.objects.create(owner=request.user, name=name[:120], design=design.as_json())


def _from_file(request: HttpRequest) -> Any:
    file = request.FILES["file"]
    try:
        if file.size > LARGEST_FILE:
            raise Misshapen(
                _("The file has %(size)d bytes; a protocol has a few thousand.") % {"size": file.size}
            )
        given = json.loads(file.read())
        return from_json(given.get("design", given) if isinstance(given, dict) else given)
    except Misshapen as refusal:
        messages.error(request, str(refusal))
    except (ValueError, RecursionError):
        messages.error(request, _("The file is no JSON. Give one that was saved with “Design as a file”."))
    return None


@researcher_required
def design(request: HttpRequest, pk: int) -> HttpResponse:
    study = editable_or_404(Study.objects, request.user, pk=pk)
    if not study.is_editable:
        messages.error(request, _("The study is being prepared or has been launched: it cannot be changed."))
        return redirect("turing:detail", pk)
    designer, told = Designer(study, request.user, request.POST or None), False
    if request.method == "POST" and designer.is_valid():
        deed = request.POST.get("do", "")
        try:
            designer.save(deed)
        except ChangedMeanwhile:
            told = True
        else:
            return redirect("turing:detail", pk) if deed == "done" else redirect("turing:design", pk)
    context = {"study": study, "designer": designer, "problems": launching.problems(study)}
    return render(request, "turing/design.html", context | to_show(study, request.POST, told))


@researcher_required
@require_safe
def design_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The design without its cases: it names no image and no truth of one."""
    study = visible_or_404(Study.objects, request.user, pk=pk)
    answer = JsonResponse(study.design, json_dumps_params={"indent": 1, "ensure_ascii": False})
    answer["Content-Disposition"] = f'attachment; filename="{slugify(study.name) or study.pk}-design.json"'
    return answer


@researcher_required
def amend(request: HttpRequest, pk: int) -> HttpResponse:
    study = editable_or_404(Study.objects, request.user, pk=pk)
    if not study.is_open:
        messages.error(
            request,
            _("Only an open study is amended: a draft is simply changed, a closed study stays as it is."),
        )
        return redirect("turing:detail", pk)
    form, told = AmendForm(request.POST or None, design=study.designed), False
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                claim(study, request.POST.get("seen", ""))
                row = amending.amend(
                    study, form.design(), reason=form.cleaned_data["reason"], author=request.user
                )
        except launching.NotReady as refusal:
            form.add_error(None, str(refusal))
        except ChangedMeanwhile:
            told = True
        else:
            messages.success(
                request,
                _("Version %(n)d holds from now on; answers say under which they were given.")
                % {"n": row.number},
            )
            return redirect("turing:detail", pk)
    context = {"study": study, "form": form} | to_show(study, request.POST, told)
    return render(request, "turing/amend.html", context)
