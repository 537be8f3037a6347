"""What an evaluation found, as a frozen tree: no images, no database, no Django; the same for a page, a folder and a notebook.

A sentence keeps its template and its values apart, so that a page can translate it and a file can still be read by a person.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from dataclasses import dataclass, field
from typing import Any

SCHEMA = 1
STATES = ("alarm", "warning", "fine", "none")  # worst first: the order in which a report is read


Tree = typing.TypeVar("Tree")


class ReportError(ValueError):
    """A file that is not a report of this version."""


def gettext_noop(text: str) -> str:
    """Marks an English sentence for the translators' catalogue and returns it unchanged."""
    return text


@dataclass(frozen=True)
class Sentence:
    """`template % values`; the template is what is translated."""

    template: str
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template % self.values if self.values else self.template


def counted(n: int, one: str, many: str, **values: Any) -> Sentence:
    """The sentence for one thing or for many; both are templates with %(n)s."""
    return Sentence(one if n == 1 else many, {"n": n, **values})


@dataclass(frozen=True)
class SetSummary:
    """One of the sets: how many images, of how many patients (0 where nobody said), of which sizes, on which scale."""

    name: str
    count: int
    groups: int
    sizes: tuple[str, ...]  # "256 × 256", the most frequent first
    channels: int
    intensity: tuple[float, float]
    unit: str
    digest: str


@dataclass(frozen=True)
class Number:
    """One number with all that must stand beside it. `value` is None where it could not be had: `absent` says why."""

    metric: str  # a key of metrics.catalogue.METRICS
    title: Sentence
    group: str
    encoder: str  # a key of the encoders' registry; "" for pixels
    source: str  # what it was computed on, in words: "radiomics, 385"
    value: float | None = None
    corrected: float | None = (
        None  # without the bias of a finite set, where it can be told; the interval is about it then
    )
    interval: tuple[float, float] | None = None  # 95 %
    floor: tuple[float, float] | None = None  # the same quantity between parts of the real set
    matched: float | None = None  # this value at the floor's sample size: what may be compared with the floor
    floor_n: int = 0
    n_real: int = 0
    n_synthetic: int = 0
    low: float | None = None  # the range of the quantity, where it has one
    high: float | None = None
    caution: Sentence | None = None
    unfit: bool = False  # too few images: shown grey
    absent: Sentence | None = None
    command: str = ""  # the one command that makes an absent number available
    protocol: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.metric}:{self.encoder}" if self.encoder else self.metric


@dataclass(frozen=True)
class Verdict:
    """A finding in words: fidelity, diversity or memorisation. `number` is the key of the number it leans on."""

    subject: str
    state: str  # one of STATES
    finding: Sentence
    consequence: Sentence
    number: str = ""


@dataclass(frozen=True)
class Neighbour:
    position: int
    distance: float


@dataclass(frozen=True)
class Stack:
    """A synthetic image above the real images nearest to it."""

    position: int
    neighbours: tuple[Neighbour, ...]


@dataclass(frozen=True)
class Pair:
    """A synthetic image and the training image that it may be a copy of."""

    synthetic: int
    training: int
    distance: float
    correlation: float


@dataclass(frozen=True)
class Map:
    """Both sets in two dimensions; `shares` are the parts of the variance that the two axes show."""

    encoder: str
    source: str
    shares: tuple[float, float]
    real: tuple[tuple[float, float], ...]
    synthetic: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Histogram:
    """Shares of both sets in equal bins from low to high; real and synthetic have one share a bin."""

    name: str
    title: Sentence
    caption: Sentence
    low: float
    high: float
    real: tuple[float, ...]
    synthetic: tuple[float, ...]
    n_real: int
    n_synthetic: int
    limit: float | None = None


@dataclass(frozen=True)
class ModeRow:
    """One mode of the real images: its shares of both sets with 95 % intervals, and the real images in its middle.

    `state` is "missing", "thin" or "", and for a class whose loss could go unnoticed "unseen". `label` is the
    class where the mode is one; `auc` of the classifier that knows it and `power`, the chance to find it gone, are a class's.
    """

    state: str
    real: float
    real_interval: tuple[float, float]
    synthetic: float
    synthetic_interval: tuple[float, float]
    pictures: tuple[int, ...]
    label: str = ""
    auc: float | None = None
    power: float | None = None


@dataclass(frozen=True)
class Modes:
    """Modes of the real set by the leading features, those found short of synthetic images first; `classes` where it has labels.

    `findable` is the smallest share of a mode of its own that is found 95 times in 100 at these numbers of images.
    """

    encoder: str
    source: str
    findable: float
    n_real: int  # images that the real shares come from: the others made the modes
    n_synthetic: int
    rows: tuple[ModeRow, ...]
    classes: tuple[ModeRow, ...] = ()


@dataclass(frozen=True)
class ImageRow:
    """One synthetic image: `values` are its own numbers (distance, realism, MAE ...) by name."""

    position: int
    name: str
    nearest_real: int | None
    values: dict[str, float]


@dataclass(frozen=True)
class ClassPart:
    """The images of one class of both sets, with the numbers of the leading encoder; `absent` says why there are none."""

    label: str  # "" for images of no named class
    n_real: int
    n_synthetic: int
    numbers: tuple[Number, ...] = ()
    absent: Sentence | None = None


@dataclass(frozen=True)
class Report:
    real: SetSummary
    synthetic: SetSummary
    training: SetSummary | None
    verdicts: tuple[Verdict, ...]
    numbers: tuple[Number, ...]
    notes: tuple[Sentence, ...]  # what was done and what to beware of, for the whole report
    stacks: tuple[Stack, ...]
    least_realistic: tuple[Neighbour, ...]  # position and realism of synthetic images
    pairs: tuple[Pair, ...]
    maps: tuple[Map, ...]
    histograms: tuple[Histogram, ...]
    images: tuple[ImageRow, ...]
    protocol: dict[str, str]
    seed: int
    seconds: float
    version: str
    classes: tuple[ClassPart, ...] = ()
    modes: Modes | None = None
    schema: int = SCHEMA

    def number(self, key: str) -> Number | None:
        return next((number for number in self.numbers if number.key == key), None)

    def to_json(self) -> str:
        return json.dumps(self.to_data(), ensure_ascii=False, allow_nan=False, indent=1)

    def to_data(self) -> dict[str, Any]:
        return plain(self)

    @classmethod
    def from_json(cls, text: str) -> Report:
        return cls.from_data(json.loads(text))

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Report:
        """Rebuild the tree; raises ReportError for another schema or a tree with parts missing."""
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            found = data.get("schema") if isinstance(data, dict) else type(data).__name__
            raise ReportError(
                f"This is no report of schema {SCHEMA} (found {found}). Evaluate the sets again."
            )
        return rebuilt(cls, data)


def plain(thing: Any) -> Any:
    """Dataclasses to dictionaries, tuples to lists; a sentence also says its English text, for whoever reads the file."""
    if isinstance(thing, Sentence):
        return {"text": str(thing), "template": thing.template, "values": dict(thing.values)}
    if dataclasses.is_dataclass(thing):
        return {f.name: plain(getattr(thing, f.name)) for f in dataclasses.fields(thing)}
    if isinstance(thing, tuple | list):
        return [plain(part) for part in thing]
    if isinstance(thing, dict):
        return {name: plain(part) for name, part in thing.items()}
    return thing


def rebuilt(kind: type[Tree], data: Any) -> Tree:
    """A dataclass from what `plain` made of it; raises ReportError where parts are missing or of another kind."""
    try:
        return _built(kind, data)
    except (KeyError, TypeError, ValueError) as error:
        raise ReportError(f"The report is damaged: {error}. Evaluate the sets again.") from error


def _built(kind: Any, data: Any) -> Any:
    """The opposite of plain, led by the annotations of the dataclasses."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in {types.UnionType, typing.Union}:
        return None if data is None else _built(next(a for a in inner if a is not type(None)), data)
    if origin is tuple:
        kinds = [inner[0]] * len(data) if inner[-1] is Ellipsis else list(inner)
        return tuple(_built(part, value) for part, value in zip(kinds, data, strict=True))
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        names = [f.name for f in dataclasses.fields(kind) if f.name in data]  # what came later has a default
        return kind(**{name: _built(hints[name], data[name]) for name in names})  # type: ignore[operator]
    if kind is float and isinstance(data, int):
        return float(data)
    return data
