"""An owner's pages: design, prepare, launch, readers and their links, close."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jobs.ownership import editable_or_404, researcher_required, visible_or_404

from . import launching, machines, rendering, sessions
from .forms import ReaderForm, StudyForm, is_simple
from .models import ImportedStudy, Reader, Study, new_key
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
    form = StudyForm(request.POST or None, instance=study, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        launching.back_to_draft(study)
        return redirect("turing:detail", pk)
    return render(request, "turing/form.html", {"form": form, "study": study})


@researcher_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    study = visible_or_404(Study.objects.select_related("owner", "job"), request.user, pk=pk)
    context = {
        "study": study,
        "editable": study.is_editable_by(request.user),
        "problems": launching.problems(study) if study.is_editable else [],
        "words": in_words(study),
        "audit": audit_words(study.audit),
        "readers": _readers(request, study),
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
        {"study": study, "words": in_words(study), "audit": audit_words(study.audit)},
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
    return render(request, "turing/close.html", {"study": study, "readers": _readers(request, study)})


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
    study.is_shared = request.POST.get("shared") == "yes"
    study.save(update_fields=["is_shared"])
    return redirect("turing:detail", pk)


@require_POST
@researcher_required
def add_reader(request: HttpRequest, pk: int) -> HttpResponse:
    study = editable_or_404(Study.objects, request.user, pk=pk)
    form = ReaderForm(request.POST, study=study)
    if study.is_closed:
        messages.error(request, _("The study is closed: nobody can read it any more."))
    elif form.is_valid():
        with transaction.atomic():
            Study.objects.select_for_update().get(pk=study.pk)
            form.instance.study = study
            form.instance.number = (study.readers.aggregate(last=Max("number"))["last"] or 0) + 1
            form.save()
        messages.success(request, _("%(reader)s was added. Send the link below.") % {"reader": form.instance})
    else:
        for errors in form.errors.values():
            messages.error(request, " ".join(errors))
    return redirect("turing:detail", pk)


@require_POST
@researcher_required
def add_machine(request: HttpRequest, pk: int) -> HttpResponse:
    study = editable_or_404(Study.objects, request.user, pk=pk)
    name, file = request.POST.get("name", "").strip(), request.FILES.get("file")
    try:
        if not name or file is None:
            raise launching.NotReady(_("Give the machine a name and a table of its answers."))
        if file.size > machines.LARGEST:
            raise launching.NotReady(
                _("The table has %(n)d bytes; at most %(most)d are read.")
                % {"n": file.size, "most": machines.LARGEST}
            )
        reader = machines.add_machine(study, name=name, text=file.read().decode("utf-8-sig"))
    except UnicodeDecodeError:
        messages.error(request, _("The table is not written in UTF-8."))
    except launching.NotReady as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(reader)s was added with its answers.") % {"reader": reader})
    return redirect("turing:detail", pk)


@require_POST
@researcher_required
def new_link(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The old link stops working, the reading goes on where it was."""
    reader = _reader(request, pk, number)
    reader.key, reader.revoked = new_key(), None
    reader.save(update_fields=["key", "revoked"])
    messages.success(
        request, _("%(reader)s has a new link; the old one no longer works.") % {"reader": reader}
    )
    return redirect("turing:detail", pk)


@require_POST
@researcher_required
def revoke(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    reader = _reader(request, pk, number)
    reader.revoked = reader.revoked or timezone.now()
    reader.save(update_fields=["revoked"])
    messages.success(
        request,
        _("The link of %(reader)s no longer works. Answers given so far are kept.") % {"reader": reader},
    )
    return redirect("turing:detail", pk)


@require_POST
@researcher_required
def again(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A reader begins anew; what was answered is kept with the reason and no longer counts."""
    reader = _reader(request, pk, number)
    try:
        if not reader.study.is_open or sessions.current_session(reader) is None:
            raise launching.NotReady(
                _("There is no reading to begin anew: the study is not open, or the reader has not begun.")
            )
        sessions.set_aside(reader, request.POST.get("reason", ""))
    except launching.NotReady as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("%(reader)s begins anew. The answers given so far are kept and do not count.")
            % {"reader": reader},
        )
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


def _reader(request: HttpRequest, pk: int, number: int) -> Reader:
    study = editable_or_404(Study.objects, request.user, pk=pk)
    reader = study.readers.filter(number=number).first()
    if reader is None:
        raise Http404
    return reader


def _readers(request: HttpRequest, study: Study) -> list[dict[str, Any]]:
    """How far each reader is; nothing of what was answered."""
    mine = Q(sessions__set_aside=None)
    counted = Count(
        "sessions__trials", filter=mine & Q(sessions__trials__answers__isnull=False), distinct=True
    )
    everything = Count("sessions__trials", filter=mine, distinct=True)
    rows = (
        study.readers.select_related("account")
        .annotate(saved=counted, total=everything)
        .prefetch_related("sessions")
    )
    return [
        {
            "row": reader,
            "saved": reader.saved,
            "notes": _notes(reader),
            "total": reader.total,
            "done": any(one.finished and not one.set_aside for one in reader.sessions.all()),
            "link": request.build_absolute_uri(f"/read/{reader.key}/"),
        }
        for reader in rows
    ]


def _notes(reader: Reader) -> list[str]:
    by_owner = any(session.by_owner for session in reader.sessions.all())
    notes = [reader.experience, reader.account.username if reader.account else ""]
    return [
        note for note in (*notes, _("read by somebody who may know the truth") if by_owner else "") if note
    ]


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
    return {
        name: [value for value in values if value.isdecimal() and len(value) < 19]
        for name, values in chosen.items()
    }
