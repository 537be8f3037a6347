"""A reader's pages. The link's key is the permission; no password, no session cookie, nothing about the truth.

The views that write are exempt from the CSRF check on purpose: whoever can name the key may answer anyway, and a token
that a log-in in another tab has replaced would lose an answer.
"""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import sessions
from .answers import choices_for, parse
from .blinding import buffer_response, may_see, places, reader_state, sealed, state_response
from .models import Reader, Session, Study, Trial
from .prompts import prompt_of

# Why a link shows no case: status, title, sentence.
DOORS = {
    "unknown": (404, gettext_lazy("This link is not known"), gettext_lazy("Look whether it was copied whole, or ask for a new one whoever sent it to you.")),
    "revoked": (403, gettext_lazy("This link is no longer valid"), gettext_lazy("It has been withdrawn. Ask for a new one whoever sent it to you; answers that were saved are kept.")),
    "closed": (200, gettext_lazy("This study is closed"), gettext_lazy("Thank you for reading. Answers that were saved are kept; no more are taken.")),
    "early": (200, gettext_lazy("This study has not begun"), gettext_lazy("Come back to this page when you are told that it has.")),
}  # fmt: skip
LARGEST_POST = 20_000  # bytes; an answer has a few hundred


@require_safe
def read(request: HttpRequest, key: str) -> HttpResponse:
    """Welcome, the current case, or thanks: wherever the reader is."""
    reader = _reader(key)
    if reason := _why_not(reader):
        return _closed_door(request, reason)
    session = sessions.current_session(reader)
    if session is None:
        return _welcome(request, reader.study)
    correcting = "previous" in request.GET and sessions.previous_trial(session, reader.study)
    trial = correcting or sessions.current_trial(session)
    if trial is None:
        return _thanks(request, session, reader.study)
    return _case(request, session, reader.study, trial, correcting=bool(correcting))


@csrf_exempt
@require_POST
def begin(request: HttpRequest, key: str) -> HttpResponse:
    reader = _reader(key)
    if reason := _why_not(reader):
        return _closed_door(request, reason)
    display = {name: _number(request.POST.get(name)) for name in sessions.DISPLAY_FIELDS}
    sessions.open_session(reader=reader, by_owner=_knows_truth(request, reader.study), display=display)
    return _see(reader)


@require_safe
def state(request: HttpRequest, key: str) -> HttpResponse:
    reader = _reader(key)
    session = reader and sessions.current_session(reader)
    if _why_not(reader) or session is None:
        return state_response({"stage": "reload"})
    return state_response(_state_now(session, reader.study))


@csrf_exempt
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, key: str) -> HttpResponse:
    """One answer, from the script as JSON or from the plain form; both go the same way."""
    reader = _reader(key)
    by_script = request.content_type == "application/json"
    session = reader and sessions.current_session(reader)
    if (reason := _why_not(reader)) or session is None:
        if by_script:
            return state_response({"stage": "reload"})
        return _closed_door(request, reason) if reason else _see(reader)
    if request.method == "GET":  # somebody went back to the address of a form
        return _see(reader)
    given = _from_json(request) if by_script else _from_form(request)
    outcome = sessions.record(session, reader.study, given)
    if not by_script:
        return _see(reader)
    return state_response(_state_now(session, reader.study, outcome=outcome.value, fresh=True))


@require_safe
def image(request: HttpRequest, token: str, place: int = 0) -> HttpResponse:
    """Pixels by the random token of a trial, as long as its reader may read."""
    trial = _trial(token)
    study = trial and trial.case.study
    if trial is None or _why_not(trial.session.reader, study) or not may_see(trial, study):
        return sealed(HttpResponse(status=404))
    if place >= places(trial, study):
        return sealed(HttpResponse(status=404))
    return buffer_response(trial, study, place)


@csrf_exempt
def lost(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Whatever else is asked for below read/: the site's own error page would not be dark and quiet."""
    return _closed_door(request, "unknown")


def _trial(token: str) -> Trial | None:
    rows = Trial.objects.select_related("case__study", "other", "session__reader").defer(
        *_heavy("case__study")
    )
    return rows.filter(token=token).first()


def _reader(key: str) -> Reader | None:
    return Reader.objects.select_related("study").defer(*_heavy("study")).filter(key=key).first()


def _heavy(study: str) -> list[str]:
    """What no reader's page needs of a study: long, and it names the truth."""
    return [f"{study}__protocol", f"{study}__audit"]


def _why_not(reader: Reader | None, study: Study | None = None) -> str:
    """The name of the door that this link finds closed; empty when a case may be shown."""
    if reader is None:
        return "unknown"
    study = study or reader.study
    if reader.revoked:
        return "revoked"
    if study.is_closed:
        return "closed"
    return "" if study.is_open else "early"


def _closed_door(request: HttpRequest, door: str) -> HttpResponse:
    status, title, sentence = DOORS[door]
    context = {"title": title, "sentence": sentence}
    return sealed(render(request, "turing/read_closed.html", context, status=status))


def _page(request: HttpRequest, template: str, study: Study, **context: Any) -> HttpResponse:
    context |= {
        "study": study,
        "design": study.designed,
        "question": prompt_of(study.phase(0).questions[0]),
        "sides": choices_for(study),
        "key": request.resolver_match.kwargs["key"],
    }
    return sealed(render(request, template, context))


def _welcome(request: HttpRequest, study: Study) -> HttpResponse:
    owner, fields = _knows_truth(request, study), sessions.DISPLAY_FIELDS
    return _page(request, "turing/read_welcome.html", study, owner=owner, display_fields=fields)


def _thanks(request: HttpRequest, session: Session, study: Study) -> HttpResponse:
    last = session.answers.order_by("-sequence").values_list("digest", flat=True).first()
    context = _progress(session, study) | {"session": session, "last_digest": last}
    return _page(request, "turing/read_thanks.html", study, **context)


def _case(
    request: HttpRequest, session: Session, study: Study, trial: Trial, *, correcting: bool
) -> HttpResponse:
    context = _progress(session, study) | {
        "trial": trial,
        "correcting": correcting,
        "submission": f"form-{trial.answers.count()}",
        "page": _for_script(session, study, correcting),
    }
    return _page(request, "turing/read_case.html", study, **context)


def _for_script(session: Session, study: Study, correcting: bool) -> dict[str, Any]:
    """What reading.js is told at the start: by name, so that nothing slips in."""
    key = session.reader.key
    urls = {name: reverse(f"turing:{name}", args=[key]) for name in ("read", "state", "answer")}
    shared = ("width", "height", "name", "window", "length")
    return {
        "state": _state_now(session, study),
        "buffers": {name: study.buffers[name] for name in shared},
        "urls": urls | {"image": reverse("turing:image", args=["TOKEN"])},
        "key": key,
        "greyMs": study.designed.grey_interval_ms,
        "showProgress": not study.designed.hide_progress,
        "allowRevision": study.designed.allow_revision,
        "correcting": correcting,
        "words": {
            "case": _("Case {n} of {total}"),
            "saved": _("{n} saved"),
            "saving": _("Saving the last answer"),
            "offline": _("No connection. Your answer is kept here and will be sent again."),
            "waiting": _("Wait: the last answer is still on its way."),
            "correcting": _("Correcting the previous case. Backspace leaves it as it was."),
            "noImage": _("The image has not arrived yet. Trying again."),
            "paused": _("Paused. The image is hidden and the clock stands still."),
            "left": _("You left this page, so it paused. The image is hidden and the clock stands still."),
        },
    }


def _state_now(session: Session, study: Study, *, outcome: str = "", fresh: bool = False) -> dict[str, Any]:
    """The state, after noting that the current case is now in the reader's hands; `resumed` when it was before."""
    trial = sessions.current_trial(session)
    resumed = not fresh and trial is not None and trial.issued is not None
    sessions.issue(trial)
    return reader_state(session, study, resumed=resumed, outcome=outcome)


def _progress(session: Session, study: Study) -> dict[str, Any]:
    phase = sessions.where(session, study).phase
    return sessions.progress(session, study, phase) | {"show_progress": not study.designed.hide_progress}


def _knows_truth(request: HttpRequest, study: Study) -> bool:
    return Study.objects.visible_to(request.user).filter(pk=study.pk).exists()


def _see(reader: Reader) -> HttpResponse:
    return sealed(HttpResponseRedirect(reverse("turing:read", args=[reader.key])))


def _from_form(request: HttpRequest) -> sessions.Submission:
    post = request.POST
    said, confidence = parse(post.get("answer", ""))
    return sessions.Submission(
        token=post.get("trial", ""),
        said=said,
        confidence=confidence,
        submission=post.get("submission", ""),
        corrects=post.get("corrects") == "1",
    )


def _from_json(request: HttpRequest) -> sessions.Submission:
    """What the script sent; anything that is not an answer becomes one that is refused."""
    try:
        given = json.loads(request.body) if len(request.body) <= LARGEST_POST else {}
    except (ValueError, RecursionError):
        given = {}
    given = given if isinstance(given, dict) else {}
    said, confidence = parse(str(given.get("answer", "")))
    return sessions.Submission(
        token=str(given.get("trial", "")),
        said=said,
        confidence=confidence,
        submission=str(given.get("submission", "")),
        corrects=given.get("corrects") is True,
        interrupted=given.get("interrupted") is True,
        client=given.get("client"),
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 9 else None
