"""A reader's pages. The link's key is the permission; no password, no session cookie, nothing about the truth.

The views that write are exempt from the CSRF check on purpose: whoever can name the key may answer anyway, and a token
that a log-in in another tab has replaced would lose an answer.
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from . import asking, progressing, reader_pages, sessions
from .blinding import buffer_response, may_see, places, sealed, state_response
from .models import Reader, Session, Study, Trial

Page = Callable[..., HttpResponse]


def only(*methods: str) -> Callable[[Page], Page]:
    """By these methods alone; whatever is answered is sealed, the refusal of another method too."""

    def limit(view: Page) -> Page:
        limited = require_http_methods(methods)(view)

        @wraps(view)
        def answered(*args: Any, **named: Any) -> HttpResponse:
            return sealed(limited(*args, **named))

        return answered

    return limit


# Why a link shows no case: status, title, sentence.
DOORS = {
    "unknown": (404, gettext_lazy("This link is not known"), gettext_lazy("Look whether it was copied whole, or ask for a new one whoever sent it to you.")),
    "revoked": (403, gettext_lazy("This link is no longer valid"), gettext_lazy("It has been withdrawn. Ask for a new one whoever sent it to you; answers that were saved are kept.")),
    "closed": (200, gettext_lazy("This study is closed"), gettext_lazy("Thank you for reading. Answers that were saved are kept; no more are taken.")),
    "early": (200, gettext_lazy("This study has not begun"), gettext_lazy("Come back to this page when you are told that it has.")),
    "known": (403, gettext_lazy("You can see which images are synthetic"), gettext_lazy("Your account opens this study or the images it is made of, so you cannot be one of its readers; nothing was recorded. To see the pages as readers do, use “Rehearse” on the page of the study. If this computer is lent to a reader, log out first.")),
    "phone": (403, gettext_lazy("This study is not read on a phone"), gettext_lazy("Detail that matters is lost on a small screen. Open the same link on a computer or a tablet.")),
}  # fmt: skip
LARGEST_POST = 50_000  # bytes; an answer has a few hundred, a long text some thousand


@only("GET", "HEAD")
def read(request: HttpRequest, key: str) -> HttpResponse:
    """Wherever the reader is: welcome, a phase's beginning, the current case, a phase's end, a wait, thanks."""
    reader = _reader(key)
    if reason := _why_not(reader, request) or _on_a_phone(reader, request):
        return _closed_door(request, reason, reader)
    if request.GET.get("language") in dict(settings.LANGUAGES):
        return _speak(reader, request.GET["language"])
    session = sessions.current_session(reader)
    if session is None:
        return reader_pages.welcome(request, reader)
    here = progressing.where(session, reader.study)
    correcting = "previous" in request.GET and sessions.previous_trial(session, reader.study)
    if trial := correcting or here.trial:
        return reader_pages.case(request, reader, session, trial, correcting=bool(correcting))
    if here.stage == progressing.INTRO:
        return reader_pages.phase_begins(request, reader, here.phase)
    if here.stage == progressing.QUESTIONS:
        return reader_pages.phase_ends(request, reader, here.phase)
    if here.stage == progressing.WASHOUT:
        return reader_pages.come_back(request, reader, here)
    return reader_pages.thanks(request, reader, session)


@csrf_exempt
@only("POST")
def begin(request: HttpRequest, key: str) -> HttpResponse:
    """Consent, or the agreement to go on with the next phase."""
    reader = _reader(key)
    if reason := _why_not(reader, request) or _on_a_phone(reader, request):
        return _closed_door(request, reason, reader)
    if session := sessions.current_session(reader):
        sessions.begin_phase(session, reader.study)
        return _see(reader)
    post = request.POST
    display = {name: _number(post.get(name)) for name in sessions.DISPLAY_FIELDS}
    if _too_small(display) and not reader.study.designed.allow_phones:
        return _closed_door(request, "phone", reader)
    profile = {name: post.get(name, "") for name in sessions.PROFILE_FIELDS}
    profile["language"] = translation.get_language() or ""
    sessions.open_session(reader=reader, display=display, profile=profile)
    return _see(reader)


@only("GET", "HEAD")
def state(request: HttpRequest, key: str) -> HttpResponse:
    reader = _reader(key)
    session = reader and sessions.current_session(reader)
    if _why_not(reader, request) or session is None:
        return state_response({"stage": "reload"})
    return state_response(reader_pages.state_now(session, reader.study))


@csrf_exempt
@only("GET", "POST")
def answer(request: HttpRequest, key: str) -> HttpResponse:
    """One answer, from the script as JSON or from the plain form; both go the same way."""
    reader = _reader(key)
    by_script = request.content_type == "application/json"
    session = reader and sessions.current_session(reader)
    if (reason := _why_not(reader, request)) or session is None:
        if by_script:
            return state_response({"stage": "reload"})
        return _closed_door(request, reason, reader) if reason else _see(reader)
    if request.method == "GET":  # somebody went back to the address of a form
        return _see(reader)
    given = _from_json(request) if by_script else dict(request.POST.lists())
    outcome = sessions.record(session, reader.study, _submission(session, reader.study, given))
    if not by_script:
        return _see(reader)
    told = reader_pages.state_now(session, reader.study, outcome=outcome.value, fresh=True)
    return state_response(told)


@csrf_exempt
@only("GET", "POST")
def end(request: HttpRequest, key: str) -> HttpResponse:
    """The questions at the end of a phase."""
    reader = _reader(key)
    if reason := _why_not(reader, request):
        return _closed_door(request, reason, reader)
    session = sessions.current_session(reader)
    if request.method == "POST" and session is not None:
        number = _number(request.POST.get("phase"))
        if number is not None and number < len(reader.study.designed.phases):
            replies = asking.end_replies(reader.study.phase(number), dict(request.POST.lists()))
            sessions.record_end(session, reader.study, number, f"end-{number}", replies)
    return _see(reader)


@only("GET", "HEAD")
def image(request: HttpRequest, token: str, place: int = 0) -> HttpResponse:
    """Pixels by the random token of a trial, as long as its reader may read."""
    trial = _trial(token)
    study = trial and trial.case.study
    if trial is None or _why_not(trial.session.reader, request, study) or not may_see(trial, study):
        return sealed(HttpResponse(status=404))
    if place >= places(trial, study):
        return sealed(HttpResponse(status=404))
    return buffer_response(trial, study, place)


@csrf_exempt
def lost(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Whatever else is asked for below read/: the site's own error page would not be dark and quiet."""
    return _closed_door(request, "unknown")


def _trial(token: str) -> Trial | None:
    rows = Trial.objects.select_related("case__study", "other", "session__reader__account")
    rows = rows.defer(*_heavy("case__study"))
    return rows.filter(token=token).first()


def _reader(key: str) -> Reader | None:
    return Reader.objects.select_related("study", "account").defer(*_heavy("study")).filter(key=key).first()


def _heavy(study: str) -> list[str]:
    """What no reader's page needs of a study: long, and it names the truth."""
    return [f"{study}__protocol", f"{study}__audit"]


def _why_not(reader: Reader | None, request: HttpRequest, study: Study | None = None) -> str:
    """The name of the door that this link finds closed; empty when a case may be shown."""
    if reader is None:
        return "unknown"
    study = study or reader.study
    if reader.revoked:
        return "revoked"
    if study.is_closed:
        return "closed"
    if not study.is_open:
        return "early"
    people = [] if reader.is_rehearsal else [request.user, reader.account]
    return "known" if any(one and study.truth_is_known_to(one) for one in people) else ""


def _on_a_phone(reader: Reader, request: HttpRequest) -> str:
    return "phone" if not reader.study.designed.allow_phones and reader_pages.is_phone(request) else ""


def _closed_door(request: HttpRequest, door: str, reader: Reader | None = None) -> HttpResponse:
    status, title, sentence = DOORS[door]
    if door == "closed" and reader is not None:
        return reader_pages.closed(request, reader, title, sentence)
    context = {"title": title, "sentence": sentence}
    return sealed(render(request, "turing/read_closed.html", context, status=status))


def _see(reader: Reader) -> HttpResponse:
    return sealed(HttpResponseRedirect(reverse("turing:read", args=[reader.key])))


def _speak(reader: Reader, language: str) -> HttpResponse:
    response = _see(reader)
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax")
    return response


def _from_json(request: HttpRequest) -> dict[str, Any]:
    try:
        given = json.loads(request.body) if len(request.body) <= LARGEST_POST else {}
    except (ValueError, RecursionError):
        given = {}
    return given if isinstance(given, dict) else {}


def _submission(session: Session, study: Study, given: dict[str, Any]) -> sessions.Submission:
    """What was sent, by script or by form; anything that is not an answer becomes one that is refused."""
    fields = {name: _texts(value) for name, value in given.items() if isinstance(name, str)}

    def one(name: str) -> str:
        return (fields.get(name) or [""])[0]

    named = sessions.NAME.fullmatch(one("trial"))
    trial = session.trials.filter(token=one("trial")).first() if named else None
    phase = study.phase(trial.phase if trial else 0)
    return sessions.Submission(
        token=one("trial"),
        said="",
        confidence=0,
        submission=one("submission"),
        corrects=given.get("corrects") is True or one("corrects") == "1",
        interrupted=given.get("interrupted") is True,
        client=given.get("client") if isinstance(given.get("client"), dict) else {},
        replies=asking.replies(phase, fields),
    )


def _texts(value: Any) -> list[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def _too_small(display: dict[str, int | None]) -> bool:
    sides = [display.get("screen_width"), display.get("screen_height")]
    return any(side and side < reader_pages.SMALLEST_SIDE for side in sides)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 9 else None
