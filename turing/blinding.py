"""What leaves the site for a reader: an allow-list, and headers that are alike for every case.

Nothing here may look at a case's truth, picture or set. tests/turing/test_blinding.py flips truths and compares bytes.
"""

from typing import Any

from django.http import HttpResponse, JsonResponse

from . import rendering, sessions
from .models import Session, Study, Trial

AHEAD = 4  # images loaded before they are needed
STATE_FIELDS = ("stage", "number", "total", "saved", "token", "resumed", "ahead", "previous", "outcome")


def sealed(response: HttpResponse) -> HttpResponse:
    """Take away whatever a cache, a search engine or a curious reader could compare."""
    for header in ("ETag", "Last-Modified", "Content-Disposition"):
        if header in response:
            del response[header]
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def buffer_response(trial: Trial, study: Study) -> HttpResponse:
    """The pixels of one case: always the same length, type and headers within a study."""
    data = rendering.read_buffer(trial.case)
    if len(data) != study.buffers["length"]:
        raise ValueError(
            f"The buffer of trial {trial.pk} has {len(data)} bytes, not {study.buffers['length']}."
        )
    response = HttpResponse(data, content_type="application/octet-stream")
    response["Content-Length"] = str(len(data))
    return sealed(response)


def reader_state(
    session: Session, study: Study, *, resumed: bool = False, outcome: str = ""
) -> dict[str, Any]:
    """Where the reader is: everything the page is told, and nothing else."""
    left = list(session.trials.unanswered().order_by("position").values_list("token", flat=True)[: AHEAD + 1])
    total, saved = session.trials.count(), session.trials.answered().count()
    previous = sessions.previous_trial(session, study)
    state: dict[str, Any] = {
        "stage": "case" if left else "finished",
        "token": left[0] if left else "",
        "resumed": resumed,
        "ahead": left[1:],
        "previous": previous.token if previous else "",
        "outcome": outcome,
    }
    if not study.hide_progress:
        state |= {"number": min(saved + 1, total), "total": total, "saved": saved}
    return {name: state[name] for name in STATE_FIELDS if name in state}


def state_response(state: dict[str, Any], status: int = 200) -> HttpResponse:
    return sealed(JsonResponse(state, status=status))
