"""An owner's pages: design, prepare, launch, close."""

import csv
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jobs.ownership import editable_or_404, is_number, researcher_required, visible_or_404

from . import launching, rendering, texts
from .editing import ChangedMeanwhile, claim, to_show
from .exports import safe_row
from .forms import ReaderForm, StudyForm, is_simple
from .models import ImportedStudy, Reader, Study
from .views_readers import listed
from .words import audit_words, in_words


@login_required
def index(request: HttpRequest) -> HttpResponse:
    studies = Study.objects.visible_to(request.user).select_related("owner").with_counts()
    mine = Reader.objects.active().filter(account=request.user).select_related("study").order_by("-created")
    reading = [reader for reader in mine if reader.study.is_launched]
    imported = ImportedStudy.objects.visible_to(request.user)
    return render(request, "turing/list.html", {"studies": studies, "reading": reading, "imported": imported})


@researcher_required
def new(request: HttpRequest) -> HttpResponse:
    chosen = {"real_sets": request.GET.getlist("real"), "synthetic_sets": request.GET.getlist("synthetic")}
    form = StudyForm(request.POST or None, user=request.user, initial=_only_numbers(chosen))
    if request.method == "POST" and form.is_valid():
        form.instance.owner = request.user
        return redirect("turing:detail", form.save().pk)
    return render(request, "turing/form.html", {"form": form})


@researcher_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    study = editable_or_404(Study.objects, request.user, pk=pk)
    if not study.is_editable:
        messages.error(request, _("The study is being prepared or has been launched: it cannot be changed."))
        return redirect("turing:detail", pk)
    if not is_simple(study):
        return redirect("turing:design", pk)
    form, told = StudyForm(request.POST or None, instance=study, user=request.user), False
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                claim(study, request.POST.get("seen", ""))
                form.save()
        except ChangedMeanwhile:
            told = True
        else:
            launching.back_to_draft(study)
            return redirect("turing:detail", pk)
    context = {"form": form, "study": study} | to_show(study, request.POST, told)
    return render(request, "turing/form.html", context)


@researcher_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    study = visible_or_404(Study.objects.select_related("owner", "job"), request.user, pk=pk)
    context = {
        "study": study,
        "editable": study.is_editable_by(request.user),
        "problems": launching.problems(study) if study.is_editable else [],
        "words": in_words(study),
        "audit": audit_words(study),
        "readers": listed(request, study),
        "amendments": study.amendments.select_related("author"),
        "form": ReaderForm(study=study),
    }
    return render(request, "turing/detail.html", context)


@require_POST
@researcher_required
def prepare(request: HttpRequest, pk: int) -> HttpResponse:
    study = editable_or_404(Study.objects, request.user, pk=pk)
    _try(request, lambda: launching.prepare(study, request.user), "")
    return redirect("turing:detail", pk)


@researcher_required
def clinical_texts(request: HttpRequest, pk: int) -> HttpResponse:
    """The table of cases to be filled in, and the texts that come back. It names every truth, so only before the launch."""
    study = editable_or_404(Study.objects, request.user, pk=pk)
    if request.method == "POST":
        _try(request, lambda: texts.take(study, _table_of(request)), _("The texts were taken and audited."))
        return redirect("turing:detail", pk)
    if study.state != Study.State.READY:
        messages.error(request, _("The table of cases is there between the preparation and the launch."))
        return redirect("turing:detail", pk)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="study-{study.pk}-cases.csv"'
    csv.writer(answer).writerows(map(safe_row, texts.table(study)))
    return answer


def _table_of(request: HttpRequest) -> str:
    file = request.FILES.get("file")
    if file is None or file.size > 4 * texts.LARGEST:
        raise launching.NotReady(_("Give a table of at most %(n)d characters.") % {"n": texts.LARGEST})
    try:
        return file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise launching.NotReady(_("The table is not written in UTF-8.")) from error


@researcher_required
def launch(request: HttpRequest, pk: int) -> HttpResponse:
    study = editable_or_404(Study.objects, request.user, pk=pk)
    if study.state != Study.State.READY:
        messages.error(
            request, _("Only a study that has been prepared, and was not changed since, can be launched.")
        )
        return redirect("turing:detail", pk)
    if request.method == "POST":
        reason = request.POST.get("reason", "")
        done = _try(
            request, lambda: launching.launch(study, reason=reason), _("Launched. Give each reader a link.")
        )
        if done:
            return redirect("turing:detail", pk)
    return render(
        request,
        "turing/launch.html",
        {"study": study, "words": in_words(study), "audit": audit_words(study)},
    )


@researcher_required
def close(request: HttpRequest, pk: int) -> HttpResponse:
    study = editable_or_404(Study.objects, request.user, pk=pk)
    if not study.is_open:
        messages.error(request, _("Only an open study can be closed."))
        return redirect("turing:detail", pk)
    if request.method == "POST":
        _try(
            request,
            lambda: launching.close(study),
            _("Closed. No more answers are taken; the results may be looked at."),
        )
        return redirect("turing:detail", pk)
    return render(request, "turing/close.html", {"study": study, "readers": listed(request, study)})


@require_POST
@researcher_required
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    study = editable_or_404(Study.objects, request.user, pk=pk)
    if not study.is_editable or study.readers.filter(sessions__isnull=False).exists():
        messages.error(
            request, _("A study that was launched is kept, with every answer. Only a draft can be removed.")
        )
        return redirect("turing:detail", pk)
    with transaction.atomic():
        study.readers.all().delete()
        rendering.discard(study)
        study.delete()
    messages.success(request, _("The draft “%(study)s” was removed.") % {"study": study})
    return redirect("turing:list")


@require_POST
@researcher_required
def share(request: HttpRequest, pk: int) -> HttpResponse:
    study = editable_or_404(Study.objects, request.user, pk=pk)
    wanted = request.POST.get("shared") == "yes"
    reading = [
        reader for reader in study.readers.active().exclude(account=None) if reader.account.is_researcher
    ]
    if wanted and reading and not study.is_closed:
        messages.error(
            request,
            _("%(readers)s could then see the truth and read no further. Share the study after its close.")
            % {"readers": ", ".join(map(str, reading))},
        )
        return redirect("turing:detail", pk)
    study.is_shared = wanted
    study.save(update_fields=["is_shared"])
    return redirect("turing:detail", pk)


@researcher_required
def protocol(request: HttpRequest, pk: int) -> HttpResponse:
    """The frozen protocol as JSON; it names the truth of every case, so only after the close."""
    study = visible_or_404(Study.objects, request.user, pk=pk)
    if not study.is_closed:
        raise Http404
    answer = JsonResponse(
        {"digest": study.protocol_digest, "protocol": study.protocol}, json_dumps_params={"indent": 1}
    )
    answer["Content-Disposition"] = f'attachment; filename="study-{study.pk}-protocol.json"'
    return answer


def _try(request: HttpRequest, deed: Any, praise: str) -> bool:
    try:
        deed()
    except launching.NotReady as refusal:
        messages.error(request, str(refusal))
        return False
    if praise:
        messages.success(request, praise)
    return True


def _only_numbers(chosen: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: [value for value in values if is_number(value)] for name, values in chosen.items()}
