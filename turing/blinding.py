"""What leaves the site for a reader: an allow-list, and headers that are alike for every case.

Nothing here may look at a case's truth, picture or set; what a staircase or a training round has to tell comes from
turing.progressing. tests/turing/test_blinding.py flips truths and compares bytes.
"""

from typing import Any

from django.http import HttpResponse, JsonResponse

from . import progressing, rendering
from .models import Session, Study, Trial

AHEAD = 12  # cases that a page may load before they are needed; on a quick line it takes four
STATE_FIELDS = (
    "stage", "phase", "number", "total", "saved", "token", "resumed", "ahead", "previous", "outcome", "exposure_ms", "feedback", "until", "block_left", "texts",
)  # fmt: skip


def sealed(response: HttpResponse) -> HttpResponse:
    """Take away whatever a cache, a search engine or a curious reader could compare."""
    for header in ("ETag", "Last-Modified", "Content-Disposition"):
        if header in response:
            del response[header]
    # A proxy that compresses gives buffers of one length a length each: that of real images told them apart.
    response["Cache-Control"] = "no-store, no-transform"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def may_see(trial: Trial, study: Study) -> bool:
    """Images of phases that have begun; after a short exposure the image is gone for good."""
    session = trial.session
    if session.set_aside or not session.stages.filter(phase=trial.phase).exists():
        return False
    return study.phase(trial.phase).questions[0].kind != "hype" or not trial.answers.exists()


def places(trial: Trial, study: Study) -> int:
    """How many buffers a trial has: the two of a pair, or as many as the study's longest volume."""
    return 2 if trial.other_id else study.buffers.get("frames", 1)


def buffer_response(trial: Trial, study: Study, place: int = 0) -> HttpResponse:
    """The pixels of one case (left and right are 0 and 1, slices 0, 1, ...): always the same length, type and headers within a study."""
    if trial.other is None:
        data = rendering.read_buffer(trial.case, place)
    else:
        data = rendering.read_buffer(trial.other if (place == 1) != trial.swapped else trial.case)
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
    here = progressing.where(session, study)
    trials = session.trials.select_related("case") if study.buffers.get("texts") else session.trials
    left = (
        list(trials.filter(phase=here.phase).unanswered().order_by("position")[: AHEAD + 1])
        if here.trial
        else []
    )
    previous = progressing.previous_trial(session, study)
    state: dict[str, Any] = {
        "stage": here.stage,
        "phase": here.phase,
        "token": left[0].token if left else "",
        "resumed": resumed,
        "ahead": [trial.token for trial in left[1:]],
        "previous": previous.token if previous else "",
        "outcome": outcome,
    }
    if study.buffers.get("texts"):
        state["texts"] = {one.token: one.case.text for one in (*left, previous) if one}
    if left and left[0].exposure_ms is not None:
        state["exposure_ms"] = left[0].exposure_ms
    if here.trial:
        state["block_left"] = progressing.block_left(session, study, here.phase)
    if here.until:
        state["until"] = here.until.isoformat()
    # The last case of a practice is told about too, although the next phase waits by then.
    waiting = here.stage in (progressing.INTRO, progressing.WASHOUT)
    if told := progressing.feedback(session, study, max(0, here.phase - waiting)):
        state["feedback"] = told
    if not study.designed.hide_progress:
        state |= progressing.progress(session, study, here.phase)
    return {name: state[name] for name in STATE_FIELDS if name in state}


def state_response(state: dict[str, Any], status: int = 200) -> HttpResponse:
    return sealed(JsonResponse(state, status=status))
