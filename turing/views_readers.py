"""An owner's deeds on the readers of a study: add people and machines, links, beginning anew."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jobs.ownership import editable_or_404, researcher_required

from . import launching, machines, sessions
from .forms import ReaderForm
from .models import Reader, Study, new_key


@require_POST
@researcher_required
def add_reader(request: HttpRequest, pk: int) -> HttpResponse:
    study = editable_or_404(Study.objects, request.user, pk=pk)
    form = ReaderForm(request.POST, study=study)
    if study.is_closed:
        messages.error(request, _("The study is closed: nobody can read it any more."))
    elif form.is_valid():
        _enrol(study, form.instance)
        messages.success(request, _("%(reader)s was added. Send the link below.") % {"reader": form.instance})
    else:
        for errors in form.errors.values():
            messages.error(request, " ".join(errors))
    return redirect("turing:detail", pk)


@require_POST
@researcher_required
def rehearse(request: HttpRequest, pk: int) -> HttpResponse:
    """The study as its readers see it, for those who may not be its readers."""
    study = editable_or_404(Study.objects, request.user, pk=pk)
    if not study.is_open:
        messages.error(request, _("Only an open study can be rehearsed."))
        return redirect("turing:detail", pk)
    reader = study.readers.active().filter(is_rehearsal=True).first()
    if reader is None:
        reader = _enrol(study, Reader(name=_("Rehearsal"), is_rehearsal=True))
    return redirect("turing:read", reader.key)


def _enrol(study: Study, reader: Reader) -> Reader:
    with transaction.atomic():
        Study.objects.select_for_update().get(pk=study.pk)
        reader.study = study
        reader.number = (study.readers.aggregate(last=Max("number"))["last"] or 0) + 1
        reader.save()
    return reader


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


def _reader(request: HttpRequest, pk: int, number: int) -> Reader:
    study = editable_or_404(Study.objects, request.user, pk=pk)
    reader = study.readers.filter(number=number).first()
    if reader is None:
        raise Http404
    return reader


def listed(request: HttpRequest, study: Study) -> list[dict[str, Any]]:
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
            "notes": _notes(study, reader),
            "total": reader.total,
            "done": any(one.finished and not one.set_aside for one in reader.sessions.all()),
            "link": request.build_absolute_uri(f"/read/{reader.key}/"),
        }
        for reader in rows
    ]


def _notes(study: Study, reader: Reader) -> list[str]:
    by_owner = reader.is_rehearsal or any(session.by_owner for session in reader.sessions.all())
    refused = study.is_open and reader.account is not None and study.truth_is_known_to(reader.account)
    notes = [
        reader.experience,
        reader.account.username if reader.account else "",
        _("not counted: could see the truth") if by_owner else "",
        _("this account can see the truth: its link is refused") if refused else "",
    ]
    return [note for note in notes if note]
