"""The answers a protocol allows: words and keys, in the order in which they lie on the keyboard and on the page."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import Study, Truth

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
    words = WORDS[study.confidence_steps]
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
