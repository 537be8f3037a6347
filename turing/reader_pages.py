"""What a reader's pages say: one function a stage, each with the names its template may use. Nothing here looks at a truth, but
for the mix that the protocol tells and, once a study is closed, the reader's own results."""

import re
import zoneinfo
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from . import presets, progressing, sessions
from .analysis.detection import proportion
from .asking import asked, asked_at_end, direct
from .blinding import reader_state, sealed
from .models import Reader, Session, Study, Trial, Truth
from .protocol import Phase
from .scheduling import pairs_of, phase_cases

SECONDS_A_CASE = 10  # for the minutes told of a block; readers of published studies took 5 to 15
PHONE = re.compile(r"iPhone|iPod|Android.*Mobile|Windows Phone|BlackBerry|Opera Mini")
SMALLEST_SIDE = 600  # CSS pixels of a screen's shorter side, from which on it is no phone


def page(
    request: HttpRequest, reader: Reader, template: str, status: int = 200, **context: Any
) -> HttpResponse:
    """One of the reader's pages, in the reader's own time zone."""
    context |= {"study": reader.study, "design": reader.study.designed, "key": reader.key}
    with timezone.override(zone_of(reader)):
        return sealed(render(request, f"turing/{template}.html", context, status=status))


def zone_of(reader: Reader) -> zoneinfo.ZoneInfo | None:
    """As the reader's browser named it at the beginning; None: the site's."""
    try:
        return zoneinfo.ZoneInfo(reader.profile.get("time_zone", ""))
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return None


def is_phone(request: HttpRequest) -> bool:
    return PHONE.search(request.headers.get("User-Agent", "")) is not None


def welcome(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Instructions of the first phase, screen check, profile and consent."""
    context = _told(reader.study, 0) | {
        "rehearsal": reader.is_rehearsal,
        "display_fields": sessions.DISPLAY_FIELDS,
    }
    return page(request, reader, "read_welcome", language=get_language(), **context)


def phase_begins(request: HttpRequest, reader: Reader, number: int) -> HttpResponse:
    return page(request, reader, "read_phase", **_told(reader.study, number))


def phase_ends(request: HttpRequest, reader: Reader, number: int) -> HttpResponse:
    phase = reader.study.phase(number)
    return page(request, reader, "read_end", phase=phase, number=number, asks=asked_at_end(phase))


def come_back(request: HttpRequest, reader: Reader, here: progressing.Where) -> HttpResponse:
    return page(request, reader, "read_wait", until=here.until, last=here.phase)


def thanks(request: HttpRequest, reader: Reader, session: Session) -> HttpResponse:
    return page(request, reader, "read_thanks", **_certificate(session))


def closed(request: HttpRequest, reader: Reader, title: str, sentence: str) -> HttpResponse:
    """A closed study: the certificate of who finished, and everybody's own results."""
    session = sessions.current_session(reader)
    primary = reader.study.primary
    kinds = len(primary.options) if primary is not None and primary.kind == "class" else 2
    context: dict[str, Any] = {"title": title, "sentence": sentence, "by_chance": 100 / kinds}
    if session is not None and session.answers.exists():
        context |= {"results": own_results(session), **_certificate(session)}
    return page(request, reader, "read_closed", **context)


def case(
    request: HttpRequest, reader: Reader, session: Session, trial: Trial, *, correcting: bool
) -> HttpResponse:
    study, phase = reader.study, reader.study.phase(trial.phase)
    asks = asked(phase)
    progress = sessions.progress(session, study, trial.phase)
    return page(
        request,
        reader,
        "read_case",
        trial=trial,
        number=progress["saved"] if correcting else progress["number"],
        **{name: progress[name] for name in ("total", "saved")},
        show_progress=not study.designed.hide_progress,
        asks=asks,
        direct=direct(asks),
        prompt=asks[0].prompt,
        correcting=correcting,
        submission=f"form-{trial.answers.count()}",
        **_unit(study, phase),
        presets=presets.in_buffers(study),
        page=for_script(session, study, phase, correcting),
    )


def for_script(session: Session, study: Study, phase: Phase, correcting: bool) -> dict[str, Any]:
    """What reading.js is told at the start: by name, so that nothing slips in."""
    key, design = session.reader.key, study.designed
    urls = {name: reverse(f"turing:{name}", args=[key]) for name in ("read", "state", "answer")}
    shared, unit = ("width", "height", "name", "window", "length"), _unit(study, phase)["unit"]
    frames = 2 if unit == "pair" else study.buffers.get("frames", 1)
    exposure = phase.questions[0].exposure
    return {
        "state": state_now(session, study),
        "buffers": {name: study.buffers[name] for name in shared} | {"frames": frames},
        "unit": unit,
        "locked": design.lock_window,
        "presets": [[low, high] for _name, low, high in presets.in_buffers(study)],
        "urls": urls | {"image": reverse("turing:frame", args=["TOKEN", 0]).removesuffix("0/")},
        "key": key,
        "greyMs": design.grey_interval_ms,
        "maskMs": exposure.mask_ms if exposure else None,
        "block": phase.block,
        "training": phase.training,
        "showProgress": not design.hide_progress,
        "allowRevision": progressing.may_correct(study, session.stages.last().phase)
        and design.allow_revision,
        "correcting": correcting,
        "words": _words() | ({"truths": _truths()} if phase.training else {}),
    }


def state_now(session: Session, study: Study, *, outcome: str = "", fresh: bool = False) -> dict[str, Any]:
    """The state, after noting that the current case is now in the reader's hands; `resumed` when it was before."""
    trial = sessions.current_trial(session)
    resumed = not fresh and trial is not None and trial.issued is not None
    sessions.issue(trial)
    return reader_state(session, study, resumed=resumed, outcome=outcome)


def own_results(session: Session) -> list[dict[str, Any]]:
    """Right answers by truth with their intervals; empty where the study judges nothing. Only for a closed study."""
    study = session.reader.study
    if not study.is_closed or study.primary is None:
        return []
    judged = session.answers.current().filter(trial__counts=True).select_related("trial__case")
    by_truth: dict[str, list[bool]] = {}
    for one in judged:
        kind = str(_("Pairs")) if one.trial.other_id else str(Truth(one.trial.case.truth).label)
        by_truth.setdefault(kind, []).append(progressing.is_right(one.trial, one.said))
    return [
        {"truth": kind, "right": sum(right), "n": len(right), **_share(sum(right), len(right))}
        for kind, right in sorted(by_truth.items())
    ]


def _share(right: int, n: int) -> dict[str, float]:
    found = proportion(right, n)
    return {"value": 100 * found.value, "low": 100 * found.wilson[0], "high": 100 * found.wilson[1]}


def _told(study: Study, number: int) -> dict[str, Any]:
    phase, cases = study.phase(number), phase_cases(study)[number]
    asks = asked(phase)
    if study.designed.pairs(phase):
        partners = pairs_of(study, number, cases)
        cases = [one for one in cases if one.position in partners]
    return {
        "phase": phase,
        "number": number,
        "asks": asks,
        "direct": direct(asks),
        "count": len(cases) + phase.repeats,
        "made": sum(one.truth != Truth.REAL for one in cases) if phase.prevalence == "exact" else None,
        **_unit(study, phase),
        "minutes": max(1, round(min(phase.block, len(cases)) * SECONDS_A_CASE / 60)),
        "may_correct": study.designed.allow_revision and progressing.may_correct(study, number),
        "exposure": phase.questions[0].exposure,
    }


def _certificate(session: Session) -> dict[str, Any]:
    last = sessions.last_event(session)
    return {
        "session": session,
        "saved": session.trials.answered().count(),
        "last_digest": last.digest if last else "",
        "revisable": progressing.previous_trial(session, session.reader.study) is not None,
    }


def _unit(study: Study, phase: Phase) -> dict[str, Any]:
    """What a case is on the page, and the canvases it needs: id and name of each."""
    if study.designed.pairs(phase):
        return {"unit": "pair", "canvases": [("view", _("Left image")), ("view-2", _("Right image"))]}
    return {"unit": study.designed.unit, "canvases": [("view", _("Image of this case"))]}


def _words() -> dict[str, str]:
    return {
        "case": _("Case {n} of {total}"),
        "saved": _("{n} saved"),
        "saving": _("Saving the last answer"),
        "offline": _("No connection. Your answer is kept here and will be sent again."),
        "waiting": _("Wait: the last answer is still on its way."),
        "correcting": _("Correcting the previous case. Backspace leaves it as it was."),
        "noImage": _("The image has not arrived yet. Trying again."),
        "paused": _("Paused. The image is hidden and the clock stands still."),
        "left": _("You left this page, so it paused. The image is hidden and the clock stands still."),
        "rest": _("{n} cases in {minutes} min. Rest your eyes; the clock stands still."),
        "ready": _("Look at the middle of the picture. It shows for a moment only."),
        "right": _("Right."),
        "wrong": _("Not so."),
        "truth": _("This one: {truth}."),
        "slice": _("Slice {n} of {total}"),
        "unanswered": _("This needs an answer before you go on."),
        "refused": _("That answer could not be taken. Give it again."),
    }


def _truths() -> dict[str, str]:
    return {**{truth.value: str(truth.label) for truth in Truth}, "left": _("Left"), "right": _("Right")}
