"""Truth and answers together, for a study that is closed: rows in, frozen results out."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .analysis.detection import ReaderSummary, reader_summary
from .analysis.errors import CannotAnalyse
from .analysis.mrmc import OneModality
from .analysis.readings import Findings, Readings, findings
from .analysis.roc import Auc, Curve, auc, curve
from .analysis.timing import Times, times
from .analysis.verdict import Verdict, verdict
from .models import Answer, Case, Reader, Role, Session, Study, Truth


class NotClosed(Exception):
    """Nothing is computed while somebody may still read."""


@dataclass(frozen=True)
class ReaderResult:
    reader: Reader
    answered: int
    right: int
    knew: bool  # begun by somebody logged in who can see the truth: shown, and left out of every figure over readers
    summary: ReaderSummary
    auc: Auc | None
    curve: Curve | None
    times: Times | None


@dataclass(frozen=True)
class CaseResult:
    """votes: one a reader in the order of the table: True for 'synthetic', None for no answer."""

    case: Case
    votes: tuple[bool | None, ...]

    @property
    def said_synthetic(self) -> int:
        return sum(vote is True for vote in self.votes)

    @property
    def answered(self) -> int:
        return sum(vote is not None for vote in self.votes)


@dataclass(frozen=True)
class Results:
    readers: tuple[ReaderResult, ...]
    cases: tuple[CaseResult, ...]
    complete: int  # readers who answered every case: those that the figures over readers are of
    accuracy: OneModality | None
    auc: OneModality | None
    sensitivity: tuple[float, float] | None  # mean over complete readers, standard deviation between them
    specificity: tuple[float, float] | None
    average_curve: Curve | None
    endpoint: str
    margin: float
    verdict: Verdict | None
    found: Findings
    readings: Readings  # of every reader, those who could see the truth too
    is_simulated: bool


def results(study: Study, tell: Callable[[int, int], None] = lambda done, all_: None) -> Results:
    """Raises NotClosed. A study without answers has readers and no figures."""
    if not study.is_closed:
        raise NotClosed
    cases = list(study.cases.filter(role=Role.ORDINARY).select_related("picture").order_by("position"))
    sessions = (
        Session.objects.filter(reader__study=study)
        .counted()
        .select_related("reader")
        .order_by("reader__number")
    )
    readers, knew = (
        [session.reader for session in sessions],
        np.array([session.by_owner for session in sessions], bool),
    )
    said, ratings, seconds, places, interrupted = _tables(study, readers, cases)
    truth = np.array([int(case.truth == Truth.SYNTHETIC) for case in cases])
    rows = tuple(
        _reader(reader, bool(knew[i]), truth, said[i], ratings[i], seconds[i], interrupted[i], study.confidence_steps)
        for i, reader in enumerate(readers) if not np.isnan(said[i]).all()
    )  # fmt: skip
    readings = Readings(
        truth, said, ratings, places, np.where(interrupted, np.nan, seconds), *_families(study, cases)
    )
    counted = readings.of(~knew & ~np.isnan(said).all(axis=1))
    found = findings(counted, graded=study.confidence_steps > 1, tell=tell)
    endpoint = "auc" if study.primary_endpoint == Study.Endpoint.AUC and found.auc else "accuracy"
    margin = study.auc_margin if endpoint == "auc" else study.accuracy_margin
    whole = ~np.isnan(said).any(axis=1) & ~knew
    return Results(
        readers=rows, cases=tuple(CaseResult(case, _votes(said[:, i])) for i, case in enumerate(cases)),
        complete=found.complete, accuracy=found.accuracy, auc=found.auc,
        sensitivity=_mean_rate(said[whole][:, truth == 1]), specificity=_mean_rate(1 - said[whole][:, truth == 0]),
        average_curve=_average([row.curve for row in rows if row.curve]), endpoint=endpoint, margin=margin,
        verdict=_verdict(found.auc if endpoint == "auc" else found.accuracy, margin, [row for row in rows if not row.knew]),
        found=found, readings=readings, is_simulated=any(reader.is_simulated for reader in readers),
    )  # fmt: skip


def _families(study: Study, cases: list[Case]) -> tuple[np.ndarray, np.ndarray]:
    """Of each case: its cluster, and the synthetic set that it came from ('' for a real one)."""
    names = {row.pk: row.name for row in study.synthetic_sets.all()}
    distinct = len(set(names.values())) == len(names)
    sources = [
        "" if case.truth == Truth.REAL else
        names.get(case.picture.image_set_id, "?") + ("" if distinct else f" ({case.picture.image_set_id})")
        for case in cases
    ]  # fmt: skip
    return np.array([case.cluster for case in cases], object), np.array(sources, object)


def _tables(study: Study, readers: list[Reader], cases: list[Case]) -> tuple[np.ndarray, ...]:
    """(readers, cases) arrays of answers (1 synthetic), ratings, seconds, places in order, interruption; NaN: no answer."""
    row_of = {reader.pk: i for i, reader in enumerate(readers)}
    column_of = {case.pk: i for i, case in enumerate(cases)}
    said, ratings, seconds, places = (np.full((len(readers), len(cases)), np.nan) for _table in range(4))
    interrupted = np.zeros(said.shape, bool)
    first = Answer.objects.of_study(study).filter(session__set_aside=None, trial__counts=True)
    first = first.select_related("trial", "session")
    current = set(Answer.objects.of_study(study).counted().values_list("pk", flat=True))
    for answer in first:
        place = row_of[answer.session.reader_id], column_of[answer.trial.case_id]
        if answer.pk in current:
            said[place], ratings[place] = answer.said_synthetic, answer.rating(study.confidence_steps)
            places[place] = answer.trial.position
        if answer.revision == 0:  # a correction's time says nothing about reading
            seconds[place] = np.nan if answer.seconds is None else answer.seconds
            interrupted[place] = answer.interrupted
    return said, ratings, seconds, places, interrupted


def _reader(
    reader: Reader, knew: bool, truth: np.ndarray, said: np.ndarray, rating: np.ndarray, seconds: np.ndarray, interrupted: np.ndarray, steps: int
) -> ReaderResult:  # fmt: skip
    there = ~np.isnan(said)
    t, s, r = truth[there], said[there].astype(int), rating[there]
    try:
        area, line = (auc(t, r), curve(t, r)) if steps > 1 else (None, None)
    except CannotAnalyse:
        area, line = None, None
    spent = times([None if np.isnan(x) else float(x) for x in seconds[there]], list(interrupted[there]))
    return ReaderResult(
        reader, int(there.sum()), int((t == s).sum()), knew, reader_summary(t, s), area, line, spent
    )


def _mean_rate(right: np.ndarray) -> tuple[float, float] | None:
    if not right.size:
        return None
    rates = right.mean(axis=1)
    return float(rates.mean()), float(rates.std(ddof=1)) if len(rates) > 1 else 0.0


def _average(curves: list[Curve]) -> Curve | None:
    """Mean of sensitivity at each false positive rate, vertically (Chen & Samuelson 2014, the simplest of their averages)."""
    if not curves:
        return None
    grid = np.unique(np.concatenate([line.false_positive for line in curves]))
    mean = np.mean([np.interp(grid, line.false_positive, line.true_positive) for line in curves], axis=0)
    return Curve(np.concatenate([[0.0], grid]), np.concatenate([[0.0], mean]))


def _verdict(over: OneModality | None, margin: float, rows: list[ReaderResult]) -> Verdict | None:
    if over is None:
        return None
    p_values = [row.summary.p_value for row in rows if row.summary.p_value is not None]
    return verdict(over.interval, margin=margin, reader_p_values=p_values)


def _votes(column: np.ndarray) -> tuple[bool | None, ...]:
    return tuple(None if np.isnan(vote) else bool(vote) for vote in column)
