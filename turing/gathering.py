"""A closed study's rows as the arrays of turing.analysis: what counts, its controls and repeats, and every other reply."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .analysis.readings import KINDS, Readings
from .analysis.report import Extras, Judging
from .models import Answer, Case, Reader, Role, Session, Study, Truth
from .questions import Question

FIELDS = (
    "session__reader__number", "trial__case_id", "trial__counts", "trial__showing", "trial__phase", "trial__position", "trial__swapped",
    "trial__exposure_ms", "trial__track", "revision", "said", "confidence", "replies", "client", "issued", "received", "interrupted",
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """Who read. knew: begun by somebody logged in who can see the truth; knew and machine are shown, and in no figure over readers."""

    number: int
    name: str
    experience: str = ""
    group: str = ""
    is_simulated: bool = False
    is_machine: bool = False
    knew: bool = False

    @property
    def counts(self) -> bool:
        return not (self.knew or self.is_machine)


@dataclass(frozen=True)
class Given:
    """The current answer of one trial, with the time of the first one (a correction's says nothing about reading)."""

    row: int
    case: int  # primary key
    counts: bool
    showing: int
    phase: int
    position: int
    swapped: bool
    exposure_ms: int | None
    track: int
    said: str
    confidence: int
    replies: dict[str, Any]
    seconds: float | None
    idle: float | None
    exposed_ms: int | None
    interrupted: bool

    def reply(self, study: Study, question: Question) -> dict[str, Any] | None:
        """To a question of the trial's phase, in the shape that turing.questions says; None where it was not asked or answered."""
        if question.key in self.replies:
            return self.replies[question.key]
        first = study.phase(self.phase).questions[0]
        return (
            {"said": self.said, "confidence": self.confidence}
            if question.key == first.key and self.said
            else None
        )


@dataclass(frozen=True)
class Gathered:
    study: Study
    people: tuple[Person, ...]
    cases: tuple[Case, ...]  # the columns of the readings
    every_case: dict[int, Case]
    readings: Readings
    given: tuple[Given, ...]

    @property
    def judging(self) -> Judging:
        study = self.study
        return Judging(
            study.primary_endpoint, study.accuracy_margin, study.auc_margin, study.designed.plan.control_bound
        )

    def extras(self) -> Extras:
        """Positive controls, and cases shown twice, under the primary question."""
        controls = [case for case in self.every_case.values() if case.role == Role.CONTROL]
        table = _readings(self.study, self.people, controls, self.given, all_=True) if controls else None
        again = [one for one in self.given if one.showing]
        if not again or self.study.primary is None:
            return Extras(table)
        first, second = (np.full(self.readings.said.shape, np.nan) for _showing in range(2))
        columns = {case.pk: i for i, case in enumerate(self.cases)}
        for one in self.given:
            answer = _answer(self.study, self.study.primary, one)
            if answer is not None and one.case in columns:
                target = second if one.showing else first if one.counts else None
                if target is not None:
                    target[one.row, columns[one.case]] = answer
        return Extras(table, first, second)


def gather(study: Study) -> Gathered:
    """Of sessions not set aside; corrections replace what they corrected."""
    sessions = (
        Session.objects.filter(reader__study=study)
        .counted()
        .select_related("reader")
        .order_by("reader__number")
    )
    people = tuple(_person(session.reader, session.by_owner) for session in sessions)
    every = {case.pk: case for case in study.cases.select_related("picture").order_by("position")}
    given = tuple(_given(study, {one.number: row for row, one in enumerate(people)}))
    paired = (
        study.primary is not None and study.primary.kind == "pair"
    )  # a pair is known by its synthetic image
    cases = tuple(
        case
        for case in every.values()
        if case.role == Role.ORDINARY and not (paired and case.truth == Truth.REAL)
    )
    return Gathered(study, people, cases, every, _readings(study, people, list(cases), given), given)


def _person(reader: Reader, knew: bool) -> Person:
    return Person(
        reader.number,
        str(reader),
        reader.experience,
        reader.group,
        reader.is_simulated,
        reader.is_machine,
        knew,
    )


def _given(study: Study, row_of: dict[int, int]) -> Iterator[Given]:
    """One for each trial that was answered. Two answers of a trial lie one behind the other, the last of them last."""
    rows = Answer.objects.of_study(study).filter(session__set_aside=None)
    last: dict[tuple[int, int], tuple[Any, ...]] = {}
    times: dict[tuple[int, int], tuple[Any, ...]] = {}
    for values in rows.order_by("revision").values_list(*FIELDS):
        trial = (values[0], values[5])
        last[trial] = values
        if not values[9]:
            times[trial] = values
    for trial, (
        number,
        case,
        counts,
        showing,
        phase,
        position,
        swapped,
        exposure,
        track,
        *answer,
    ) in last.items():
        said, confidence, replies = answer[1:4]
        client, issued, received, interrupted = times.get(trial, last[trial])[13:]
        yield Given(
            row_of[number], case, counts, showing, phase, position, swapped, exposure, track, said, confidence, replies,
            _seconds(client, issued, received), _idle(client), client.get("exposed_ms"), interrupted,
        )  # fmt: skip


def _seconds(client: dict[str, Any], issued: Any, received: Any) -> float | None:
    """Time spent looking: the page's active time, else the server's from issue to receipt."""
    if "active_ms" in client:
        return client["active_ms"] / 1000
    return (received - issued).total_seconds() if issued else None


def _idle(client: dict[str, Any]) -> float | None:
    there = [client[name] for name in ("hidden_ms", "paused_ms") if name in client]
    return sum(there) / 1000 if there else None


def _readings(
    study: Study,
    people: tuple[Person, ...],
    cases: list[Case],
    given: tuple[Given, ...],
    *,
    all_: bool = False,
) -> Readings:
    """all_: answers that do not count too, but no second showings and no training (controls)."""
    shape = len(people), len(cases)
    names = ("said", "ratings", "places", "seconds", "idle", "phases", "first_side")
    tables = {name: np.full(shape, np.nan) for name in names}
    interrupted = np.zeros(shape)
    columns = {case.pk: i for i, case in enumerate(cases)}
    primary, steps = study.primary, study.confidence_steps
    kind = primary.kind if primary and primary.kind in KINDS else "detect"
    for one in given:
        wanted = one.counts or (all_ and not one.showing and not study.phase(one.phase).training)
        if primary is None or one.case not in columns or not wanted:
            continue
        reply = one.reply(study, primary)
        answer = _answer(study, primary, one)
        if reply is None or answer is None:
            continue
        place = one.row, columns[one.case]
        confidence = reply.get("confidence", 1)
        tables["said"][place] = answer
        tables["ratings"][place] = steps + confidence if answer else steps + 1 - confidence
        tables["places"][place], tables["phases"][place] = one.position, one.phase
        tables["seconds"][place] = np.nan if one.seconds is None else one.seconds
        tables["idle"][place] = np.nan if one.idle is None else one.idle
        interrupted[place] = one.interrupted
        if kind == "pair":
            tables["first_side"][place] = reply["said"] == "left"
    names_of = {source.key: source.name or source.key for source in study.designed.sources}
    truth = np.array([int(case.truth != Truth.REAL) for case in cases], int)
    side = tables.pop("first_side")
    return Readings(
        truth=truth, **tables, interrupted=interrupted, kind=kind, graded=steps > 1 and kind in ("detect", "class"),
        clusters=_objects(case.cluster for case in cases), strata=_objects(case.label for case in cases),
        sources=_objects(_source(case, names_of) for case in cases), groups=_objects(one.group for one in people),
        counted=np.array([one.counts for one in people], bool), first_side=side if kind == "pair" else None,
    )  # fmt: skip


def _source(case: Case, names: dict[str, str]) -> str:
    return "" if case.truth == Truth.REAL else names.get(case.source, case.source or "synthetic")


def _answer(study: Study, question: Question, one: Given) -> float | None:
    """1 for 'synthetic' (of a pair: for the synthetic side), 0 for 'real'; None without an answer."""
    reply = one.reply(study, question)
    if reply is None or "said" not in reply:
        return None
    if question.kind == "pair":
        return float(reply["said"] == ("right" if one.swapped else "left"))
    return float(reply["said"] != "real")


def _objects(values: Any) -> np.ndarray:
    found = list(values)
    return np.array(found, object) if found else np.empty(0, object)
