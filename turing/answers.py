"""The replies a protocol admits to what is asked of a case, and at the end of a phase."""

from typing import Any

from .protocol import Phase
from .questions import Question, asked_after, check


def accepted(
    phase: Phase, said: str, confidence: int, replies: Any
) -> tuple[str, int, dict[str, Any]] | None:
    """(said, confidence, replies) as they are stored; None when something required is missing or is no reply."""
    replies = replies if isinstance(replies, dict) else {}
    first, *others = phase.questions
    answer = check(first, replies.get(first.key, {"said": said, "confidence": confidence}))
    if answer is None:
        return None
    kept = _kept([question for question in others if asked_after(question, answer)], replies)
    if kept is None:
        return None
    if "said" in answer:
        return answer["said"], answer["confidence"], kept
    return "", 1, {first.key: answer, **kept}


def end_replies(phase: Phase, replies: Any) -> dict[str, Any] | None:
    return _kept(list(phase.ends), replies if isinstance(replies, dict) else {})


def _kept(asked: list[Question], replies: dict[str, Any]) -> dict[str, Any] | None:
    kept = {}
    for question in asked:
        reply = check(question, replies[question.key]) if question.key in replies else None
        if reply is not None:
            kept[question.key] = reply
        elif question.required or question.key in replies:
            return None
    return kept
