"""A closed study as one JSON document: frozen protocol, readers, orders, and every answer with its chain of digests."""

from typing import Any

from django.conf import settings

from .chain import chained_fields, first_break
from .launching import NotReady, digest
from .models import Reader, Session, Study

FORMAT = "evalsite study, version 1"


def archive(study: Study) -> dict[str, Any]:
    if not study.is_closed:
        raise NotReady(f"“{study}” is {study.get_state_display()}: a study is exported after it was closed.")
    return {
        "format": FORMAT,
        "program": settings.VERSION,
        "protocol": study.protocol,
        "protocol_digest": study.protocol_digest,
        "protocol_holds": digest(study.protocol) == study.protocol_digest,
        "launched": study.launched.isoformat() if study.launched else None,
        "closed": study.closed.isoformat() if study.closed else None,
        "readers": [_reader(reader) for reader in study.readers.order_by("number")],
    }


def _reader(reader: Reader) -> dict[str, Any]:
    return {
        "number": reader.number,
        "experience": reader.experience,
        "simulated": reader.is_simulated,
        "revoked": reader.revoked.isoformat() if reader.revoked else None,
        "sessions": [_session(session) for session in reader.sessions.order_by("number")],
    }


def _session(session: Session) -> dict[str, Any]:
    trials = session.trials.select_related("case").order_by("position")
    answers = list(session.answers.select_related("trial").order_by("sequence"))
    return {
        "number": session.number,
        "seed": session.seed,
        "consented": session.consented.isoformat(),
        "finished": session.finished.isoformat() if session.finished else None,
        "by_owner": session.by_owner,
        "display": session.display,
        "trials": [
            {"token": one.token, "position": one.position, "case": one.case.position} for one in trials
        ],
        "answers": [{**chained_fields(answer), "digest": answer.digest} for answer in answers],
        "chain_breaks_at": first_break(answers),
    }
