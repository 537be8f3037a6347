"""The hash chain of a session's answers: removing, adding or changing one breaks every digest after it."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from .models import Answer


def chained_fields(answer: Answer) -> dict[str, Any]:
    """What the digest covers, in the form the export prints it, so that it can be checked without this program."""
    return {
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


def digest_of(answer: Answer) -> str:
    canonical = json.dumps(chained_fields(answer), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def link(answer: Answer, previous: Answer | None) -> Answer:
    """Put an unsaved answer at the end of its session's chain."""
    answer.sequence = previous.sequence + 1 if previous else 0
    answer.previous_digest = previous.digest if previous else ""
    answer.digest = digest_of(answer)
    return answer


def first_break(answers: Iterable[Answer]) -> int | None:
    """The first sequence number at which the chain of one session (in order) does not hold; None when it holds."""
    previous = ""
    for expected, answer in enumerate(answers):
        whole = answer.sequence == expected and answer.previous_digest == previous
        if not whole or answer.digest != digest_of(answer):
            return expected
        previous = answer.digest
    return None
