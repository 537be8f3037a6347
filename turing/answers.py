"""The answers a protocol allows: words and keys, in the order in which they lie on the keyboard and on the page."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import Study, Truth
from .protocol import Phase
from .questions import Question, asked_after, check

# Confidence to (word, key for real, key for synthetic); keys are physical places, as event.code names them.
WORDS: dict[int, dict[int, tuple[str | Promise, str, str]]] = {
    3: {3: (_("Sure"), "S", "L"), 2: (_("Fairly sure"), "D", "K"), 1: (_("Guess"), "F", "J")},
    1: {1: ("", "F", "J")},
}


@dataclass(frozen=True)
class Choice:
    said: str
    confidence: int
    word: str | Promise
    key: str

    @property
    def value(self) -> str:
        return f"{self.said}-{self.confidence}"

    @property
    def code(self) -> str:
        return f"Key{self.key}"


def choices_for(study: Study) -> list[tuple[str | Promise, list[Choice]]]:
    """[(Real, choices from sure to guess), (Synthetic, from guess to sure)]."""
    words = WORDS.get(study.confidence_steps, WORDS[1])
    real = [Choice("real", step, word or _("Real"), left) for step, (word, left, _right) in words.items()]
    synthetic = [
        Choice("synthetic", step, word or _("Synthetic"), right)
        for step, (word, _left, right) in words.items()
    ]
    return [(Truth.REAL.label, real), (Truth.SYNTHETIC.label, synthetic[::-1])]


def parse(value: str) -> tuple[str, int]:
    """'real-3' to ('real', 3); a value that is no answer comes back as one that no study admits."""
    said, _dash, confidence = value.partition("-")
    return said, int(confidence) if confidence.isdecimal() and len(confidence) < 3 else 0


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
