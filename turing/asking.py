"""Questions as they stand on a reader's page: groups of choices with words and keys, and what a form's fields say in reply.

Keys are physical places as `event.code` names them: an input method or another layout changes nothing. The home row answers, so
that the digits stay windows, as at a reporting station; a rating of more than eight points takes digits all the same.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import Truth
from .prompts import prompt_of
from .protocol import Phase
from .questions import Question

Words = str | Promise
Fields = Mapping[str, Sequence[str]]
LEFT, RIGHT = "FDSAG", "JKL;H"  # from the middle outwards
CODES = {";": "Semicolon"}
SURE: dict[int, list[Words]] = {  # from a guess upwards
    1: [""],
    2: [_("Guess"), _("Sure")],
    3: [_("Guess"), _("Fairly sure"), _("Sure")],
    4: [_("Guess"), _("Not sure"), _("Fairly sure"), _("Sure")],
    5: [_("Guess"), _("Not sure"), _("Fairly sure"), _("Sure"), _("Certain")],
}
SIDES: dict[str, tuple[tuple[str, Words], tuple[str, Words]]] = {
    "detect": (("real", Truth.REAL.label), ("synthetic", Truth.SYNTHETIC.label)),
    "pair": (("left", _("Left")), ("right", _("Right"))),
}
SIDES["hype"] = SIDES["detect"]
BY_HAND = ("checklist", "mark", "text", "rubric")  # gone on from with Enter, not with the answer itself


@dataclass(frozen=True)
class Choice:
    value: str
    word: Words
    key: str = ""

    @property
    def code(self) -> str:
        if self.key.isdecimal():
            return f"Digit{self.key}"
        return CODES.get(self.key, f"Key{self.key}") if self.key else ""


@dataclass(frozen=True)
class Group:
    """Choices of which one is taken; `field` is its name in the form."""

    field: str
    legend: Words
    choices: list[Choice]
    two_sided: bool = False


@dataclass(frozen=True)
class Asked:
    key: str
    kind: str
    prompt: Words
    field: str
    required: bool
    groups: list[list[Group]]  # shown one list after the other; the groups of one list stand side by side
    items: list[Choice]  # of a check-list
    only_if: str
    shape: str

    @property
    def by_hand(self) -> bool:
        return self.kind in BY_HAND


def asked(phase: Phase) -> list[Asked]:
    return [_asked(question, field_of(phase, question)) for question in phase.questions]


def asked_at_end(phase: Phase) -> list[Asked]:
    return [_asked(question, f"more-{question.key}") for question in phase.ends]


def field_of(phase: Phase, question: Question) -> str:
    return "answer" if question is phase.questions[0] else f"more-{question.key}"


def _asked(question: Question, field: str) -> Asked:
    items = _options(question) if question.kind == "checklist" else []
    return Asked(
        question.key, question.kind, prompt_of(question), field, question.required, _groups(question, field), items,
        question.only_if, question.shape,
    )  # fmt: skip


def _groups(question: Question, field: str) -> list[list[Group]]:
    if question.kind in SIDES:
        return _sides(question, field)
    if question.kind in ("class", "diagnosis", "choice"):
        said = [Group(field, "", _options(question))]
        return [said, [_confidence(question, field)]] if question.steps > 1 else [said]
    if question.kind in ("realism", "rating"):
        return [[Group(field, "", _points(question))]]
    if question.kind == "rubric":
        return [[Group(f"{field}.{one.value}", one.label, _points(question)) for one in question.options]]
    return []


def _sides(question: Question, field: str) -> list[list[Group]]:
    if question.gestures == 2 and question.steps > 1:
        choices = [Choice(value, word, key) for (value, word), key in zip(SIDES[question.kind], "FJ")]
        return [[Group(field, "", choices)], [_confidence(question, field)]]
    groups = []
    for (value, side), keys in zip(SIDES[question.kind], (LEFT, RIGHT)):
        words = SURE[question.steps]
        choices = [Choice(f"{value}-{n}", word or side, keys[n - 1]) for n, word in enumerate(words, start=1)]
        groups.append(Group(field, side, choices[::-1] if keys is LEFT else choices, two_sided=True))
    return [groups]


def _confidence(question: Question, field: str) -> Group:
    words = SURE[question.steps]
    keys = row(len(words))
    return Group(
        f"{field}.confidence",
        _("How sure are you?"),
        [Choice(str(n), word, key) for n, (word, key) in enumerate(zip(words, keys), start=1)],
    )


def _options(question: Question) -> list[Choice]:
    return [
        Choice(one.value, one.label or one.value, key)
        for one, key in zip(question.options, row(len(question.options)))
    ]


def _points(question: Question) -> list[Choice]:
    ends = {1: question.low, question.points: question.high}
    words = [f"{n} {ends[n]}" if ends.get(n) else str(n) for n in range(1, question.points + 1)]
    keys = [str(n) for n in range(1, 10)] + ["0"] if question.points > 8 else row(question.points)
    return [Choice(str(n), word, key) for n, (word, key) in enumerate(zip(words, keys), start=1)]


def row(count: int) -> list[str]:
    """Keys of the home row for `count` choices, in the order in which they lie; none where there are more than eight."""
    if count > 8:
        return [""] * count
    left = count // 2
    return [*reversed(LEFT[:left]), *RIGHT[: count - left]]


def direct(asks: list[Asked]) -> bool:
    """Whether one gesture says everything that is asked of a case: then each choice is a button that sends the form."""
    return len(asks) == 1 and len(asks[0].groups) == 1 and not asks[0].by_hand


def replies(phase: Phase, fields: Fields) -> dict[str, Any]:
    """A case's form as turing.questions wants it: by key of the question; what is no reply stays one that is refused."""
    given = {question.key: reply(question, field_of(phase, question), fields) for question in phase.questions}
    return {key: one for key, one in given.items() if one is not None}


def end_replies(phase: Phase, fields: Fields) -> dict[str, Any]:
    given = {question.key: reply(question, f"more-{question.key}", fields) for question in phase.ends}
    return {key: one for key, one in given.items() if one is not None}


def reply(question: Question, field: str, fields: Fields) -> dict[str, Any] | None:
    """None: left out. A question that is not required is left out by an empty field."""
    if question.kind == "checklist":
        return {"items": list(fields.get(field, ()))}
    if question.kind == "rubric":
        return _rubric(question, field, fields)
    text = (fields.get(field) or [""])[0]
    if not text:
        return None
    if question.kind in ("realism", "rating"):
        return {"rating": _whole(text)}
    if question.kind == "text":
        return {"text": text}
    if question.kind == "mark":
        return {"marks": _marks(text)}
    return _said(question, text, (fields.get(f"{field}.confidence") or [""])[0])


def _said(question: Question, text: str, confidence: str) -> dict[str, Any]:
    if question.kind in SIDES and not confidence:
        text, _dash, confidence = text.rpartition("-")
    return {"said": text, "confidence": _whole(confidence) if confidence else 1}


def _rubric(question: Question, field: str, fields: Fields) -> dict[str, Any] | None:
    given = {one.value: fields.get(f"{field}.{one.value}") for one in question.options}
    if not any(given.values()):
        return None
    return {"ratings": {value: _whole((words or [""])[0]) for value, words in given.items()}}


def _marks(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0
