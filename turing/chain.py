"""The hash chain of a session's events, answers and ends of phases: removing, adding or changing one breaks every digest after it."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from .models import Answer, EndAnswer, Session

Event = Answer | EndAnswer


def chained_fields(event: Event) -> dict[str, Any]:
    """What the digest covers, in the form the export prints it, so that it can be checked without this program."""
    return _end(event) if isinstance(event, EndAnswer) else _answer(event)


def _answer(answer: Answer) -> dict[str, Any]:
    fields = {
        "previous": answer.previous_digest,
        "trial": answer.trial.token,
        "sequence": answer.sequence,
        "revision": answer.revision,
        "said": answer.said,
        "confidence": answer.confidence,
        "issued": answer.issued.isoformat() if answer.issued else None,
        "received": answer.received.isoformat(),
        "client": answer.client,
        "interrupted": answer.interrupted,
        "submission": answer.submission,
    }
    # Left out where they say nothing: chains of studies from before there were such fields hold as they are.
    if answer.replies:
        fields["replies"] = answer.replies
    if answer.version != 1:
        fields["version"] = answer.version
    return fields


def _end(end: EndAnswer) -> dict[str, Any]:
    return {
        "previous": end.previous_digest,
        "end_of_phase": end.phase,
        "sequence": end.sequence,
        "replies": end.replies,
        "version": end.version,
        "received": end.received.isoformat(),
        "submission": end.submission,
    }


def digest_of(answer: Event) -> str:
    canonical = json.dumps(chained_fields(answer), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def events(session: Session) -> list[Event]:
    """Everything that happened in a session, in order."""
    both: list[Event] = [*session.answers.select_related("trial"), *session.end_answers.all()]
    return sorted(both, key=lambda event: event.sequence)


def last_event(session: Session) -> Event | None:
    last = [session.answers.order_by("-sequence").first(), session.end_answers.order_by("-sequence").first()]
    return max((event for event in last if event), key=lambda event: event.sequence, default=None)


def link(event: Event, previous: Event | None) -> Event:
    """Put an unsaved event at the end of its session's chain."""
    event.sequence = previous.sequence + 1 if previous else 0
    event.previous_digest = previous.digest if previous else ""
    event.digest = digest_of(event)
    return event


def first_break(events: Iterable[Event]) -> int | None:
    """The first sequence number at which the chain of one session (in order) does not hold; None when it holds."""
    previous = ""
    for expected, event in enumerate(events):
        whole = event.sequence == expected and event.previous_digest == previous
        if not whole or event.digest != digest_of(event):
            return expected
        previous = event.digest
    return None
