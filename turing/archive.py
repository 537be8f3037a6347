"""A closed study as one JSON document: frozen protocol, readers, orders, and every answer with its chain of digests."""

from typing import Any

from django.conf import settings

from .chain import chained_fields, events, first_break
from .drawing import NotReady
from .launching import digest
from .models import Reader, Session, Study

FORMAT = "evalsite study, version 2"


def archive(study: Study) -> dict[str, Any]:
    if not study.is_closed:
        raise NotReady(f"“{study}” is {study.get_state_display()}: a study is exported after it was closed.")
    return {
        "format": FORMAT,
        "program": settings.VERSION,
        "protocol": study.protocol,
        "protocol_digest": study.protocol_digest,
        "protocol_holds": digest(study.protocol) == study.protocol_digest,
        "amendments": [
            {
                "number": one.number,
                "reason": one.reason,
                "created": one.created.isoformat(),
                "digest": one.digest,
                "protocol": one.protocol,
            }
            for one in study.amendments.order_by("number")
        ],
        "launched": study.launched.isoformat() if study.launched else None,
        "closed": study.closed.isoformat() if study.closed else None,
        "readers": [_reader(reader) for reader in study.readers.order_by("number")],
    }


def _reader(reader: Reader) -> dict[str, Any]:
    return {
        "number": reader.number,
        "experience": reader.experience,
        "group": reader.group,
        "profile": reader.profile,
        "machine": reader.is_machine,
        "simulated": reader.is_simulated,
        "rehearsal": reader.is_rehearsal,
        "revoked": reader.revoked.isoformat() if reader.revoked else None,
        "sessions": [_session(session) for session in reader.sessions.order_by("number")],
    }


def _session(session: Session) -> dict[str, Any]:
    trials = session.trials.select_related("case", "other").order_by("position")
    happened = events(session)
    return {
        "number": session.number,
        "seed": session.seed,
        "consented": session.consented.isoformat(),
        "finished": session.finished.isoformat() if session.finished else None,
        "set_aside": session.set_aside.isoformat() if session.set_aside else None,
        "set_aside_reason": session.set_aside_reason,
        "by_owner": session.by_owner,
        "display": session.display,
        "trials": [
            {
                "token": one.token,
                "position": one.position,
                "case": one.case.position,
                "other": one.other.position if one.other else None,
                "phase": one.phase,
                "showing": one.showing,
                "counts": one.counts,
                "swapped": one.swapped,
                "track": one.track,
                "exposure_ms": one.exposure_ms,
            }
            for one in trials
        ],
        "stages": [
            {
                "phase": one.phase,
                "begun": one.begun.isoformat(),
                "finished": one.finished.isoformat() if one.finished else None,
            }
            for one in session.stages.order_by("phase")
        ],
        "answers": [{**chained_fields(event), "digest": event.digest} for event in happened],
        "chain_breaks_at": first_break(happened),
    }
