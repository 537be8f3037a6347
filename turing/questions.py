"""What readers are asked: the kinds of questions, what each needs, and which replies it takes. Pure.

A reply is plain JSON, of one of these shapes:

    detect, hype        {"said": "real" | "synthetic", "confidence": 1 (a guess) .. steps (sure)}
    pair                {"said": "left" | "right", "confidence": ...}   the side taken for synthetic
    class, diagnosis, choice   {"said": the value of an option, "confidence": ...}
    realism, rating     {"rating": 1 .. points}
    text                {"text": at most 2,000 characters}
    checklist           {"items": [values of options]}
    mark                {"marks": [[x, y] or [x, y, x, y], ...]}   pixels of the image as sent; a third or fifth number is the slice
    rubric              {"ratings": {value of an option: 1 .. points}}
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LONGEST_TEXT = 2000
MOST_MARKS = 20
LARGEST_PIXEL = 65535
SIDES = ("left", "right")
BINARY = ("real", "synthetic")


@dataclass(frozen=True)
class Option:
    value: str  # what is stored; for a question about the truth one of the truths, about the label a label
    label: str  # what stands on the page


@dataclass(frozen=True)
class Exposure:
    """A staircase of exposure times: a right answer shortens the next one by `down_ms`, a wrong one lengthens it by `up_ms`.

    rights is how many right answers in a row shorten it (1: weighted up-down, Kaernbach 1991, which settles where accuracy is
    up / (up + down), .75 as given; 3 with equal steps: transformed up-down, Levitt 1971, .794). Two or more interleaved tracks, dealt
    at random, keep a reader from learning from the next exposure whether the last answer was right."""

    start_ms: int = 500
    shortest_ms: int = 100
    longest_ms: int = 1000
    down_ms: int = 10
    up_ms: int = 30
    rights: int = 1
    tracks: int = 2
    mask_ms: int = 200


@dataclass(frozen=True)
class Question:
    key: str  # the same key in two phases is the same question
    kind: str
    prompt: str = ""  # empty: the kind's own words
    steps: int = 1  # steps of confidence for each answer; 1 asks for none
    gestures: int = 1  # answer and confidence at once, or one after the other
    options: tuple[Option, ...] = ()
    points: int = 5  # of a rating
    low: str = ""  # words at the two ends of a rating
    high: str = ""
    shape: str = "point"  # of a mark: point or box
    required: bool = True
    only_if: str = ""  # asked only when the first question was answered so
    exposure: Exposure | None = None


@dataclass(frozen=True)
class Kind:
    """places: "case" (asked of an image), "first" (may open a phase's questions), "end" (after a phase); about: what is right or wrong."""

    places: tuple[str, ...]
    about: str  # "truth", "label" or ""
    needs_options: bool
    reply: Callable[[Question, dict[str, Any]], dict[str, Any] | None]


def check(question: Question, given: Any) -> dict[str, Any] | None:
    """The reply as it is stored, free of anything not asked; None when it is no reply to this question."""
    if not isinstance(given, dict):
        return None
    return KINDS[question.kind].reply(question, given)


def _said(question: Question, given: dict[str, Any], allowed: tuple[str, ...]) -> dict[str, Any] | None:
    confidence = given.get("confidence", 1)
    if given.get("said") not in allowed or not _whole(confidence, 1, question.steps):
        return None
    return {"said": given["said"], "confidence": confidence}


def _binary(question: Question, given: dict[str, Any]) -> dict[str, Any] | None:
    return _said(question, given, BINARY)


def _side(question: Question, given: dict[str, Any]) -> dict[str, Any] | None:
    return _said(question, given, SIDES)


def _option(question: Question, given: dict[str, Any]) -> dict[str, Any] | None:
    return _said(question, given, _values(question))


def _rating(question: Question, given: dict[str, Any]) -> dict[str, Any] | None:
    rating = given.get("rating")
    return {"rating": rating} if _whole(rating, 1, question.points) else None


def storable(text: str) -> str:
    """Without control characters and half characters, which not every database takes; lines and tabs stay."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]|[\ud800-\udfff]", "", text)


def _text(question: Question, given: dict[str, Any]) -> dict[str, Any] | None:
    text = given.get("text")
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        return None
    cleaned = storable(text).strip()
    return {"text": cleaned} if cleaned or not question.required else None


def _items(question: Question, given: dict[str, Any]) -> dict[str, Any] | None:
    items = given.get("items")
    if not isinstance(items, list) or not all(one in _values(question) for one in items):
        return None
    return {"items": [value for value in _values(question) if value in items]}


def _marks(question: Question, given: dict[str, Any]) -> dict[str, Any] | None:
    marks, length = given.get("marks"), 2 if question.shape == "point" else 4
    if not isinstance(marks, list) or len(marks) > MOST_MARKS or (question.required and not marks):
        return None
    for mark in marks:
        whole = isinstance(mark, list) and len(mark) in (length, length + 1)
        if not whole or not all(_whole(number, 0, LARGEST_PIXEL) for number in mark):
            return None
    return {"marks": marks}


def _rubric(question: Question, given: dict[str, Any]) -> dict[str, Any] | None:
    ratings = given.get("ratings")
    if not isinstance(ratings, dict) or set(ratings) != set(_values(question)):
        return None
    if not all(_whole(rating, 1, question.points) for rating in ratings.values()):
        return None
    return {"ratings": {value: ratings[value] for value in _values(question)}}


def _values(question: Question) -> tuple[str, ...]:
    return tuple(option.value for option in question.options)


def _whole(value: Any, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high


KINDS: dict[str, Kind] = {
    "detect": Kind(("first", "case"), "truth", False, _binary),
    "pair": Kind(("first",), "truth", False, _side),
    "hype": Kind(("first",), "truth", False, _binary),
    "realism": Kind(("first", "case"), "", False, _rating),
    "class": Kind(("first", "case"), "truth", True, _option),
    "diagnosis": Kind(("first", "case"), "label", True, _option),
    "rating": Kind(("first", "case", "end"), "", False, _rating),
    "rubric": Kind(("first", "case"), "", True, _rubric),
    "choice": Kind(("case", "end"), "", True, _option),
    "checklist": Kind(("case",), "", True, _items),
    "mark": Kind(("case",), "", False, _marks),
    "text": Kind(("case", "end"), "", False, _text),
}


def asked_after(question: Question, first: dict[str, Any]) -> bool:
    """Whether a further question is asked, given the reply to the first one."""
    return not question.only_if or first.get("said") == question.only_if
