"""Everything that is said of a closed study, from its arrays: the same for a study of this program and for imported answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .agreeing import Agreed, PairAgreed, agreements, pairwise
from .agreement import implied_kappa
from .described import CaseShare, OfSource, by_block, by_case, by_source
from .detection import dprime_2afc
from .forced_choice import ForcedChoice, forced_choice
from .hype import HypeInfinity, hype_infinity
from .individual import ReaderReport, WithSelf, average_curve, each_reader, with_selves
from .learning import Learning, learning
from .mrmc import OneModality
from .overall import assay, clusters, complete, maybe, overall, rate_over_readers
from .readings import Readings
from .roc import Curve
from .sources import Generators, compare_generators
from .subgroups import Part, Rate, parts, rates
from .timing import Times, times
from .verdict import Verdict, assay_sensitive, verdict


@dataclass(frozen=True)
class Judging:
    """The analysis plan as frozen: endpoint 'auc' or 'accuracy', margins as distances from one half, and the accuracy above which
    positive controls must be told apart."""

    endpoint: str
    accuracy_margin: float
    auc_margin: float
    control_bound: float = 0.7


@dataclass(frozen=True)
class Extras:
    """What lies beside the answers that count: controls (same readers, other cases), and first and second showings (readers, cases)."""

    controls: Readings | None = None
    first: np.ndarray | None = None
    second: np.ndarray | None = None


@dataclass(frozen=True)
class StudyReport:
    """What is over readers is of those who count, and None where the design does not allow it."""

    kind: str
    graded: bool
    endpoint: str
    margin: float
    verdict: Verdict | None
    counted: int  # readers over whom the figures are
    whole: int  # of them, those who answered every case
    real: int
    synthetic: int
    accuracy: OneModality | None
    auc: OneModality | None
    complete_accuracy: OneModality | None  # of those who answered every case; None where that is everybody
    complete_auc: OneModality | None
    controls: OneModality | None
    control_bound: float
    sensitivity: tuple[float, float] | None  # mean over readers, standard deviation between them
    specificity: tuple[float, float] | None
    sensitivity_over: OneModality | None  # with its interval
    specificity_over: OneModality | None
    dprime: float | None  # of pairs
    first_side: float | None  # of pairs: share of answers that named the left one
    readers: tuple[ReaderReport, ...]
    average: Curve | None
    agreement: tuple[Agreed, ...]
    implied: float | None  # the kappa over all images that accuracy alone implies
    pairs: tuple[PairAgreed, ...]
    selves: tuple[WithSelf, ...]
    hype: HypeInfinity | None
    learning: Learning | None
    accuracy_blocks: tuple[tuple[int, int, float], ...]
    seconds_blocks: tuple[tuple[int, int, float], ...]
    times: Times | None
    sources: tuple[OfSource, ...]
    generators: Generators | None
    parts: tuple[Part, ...]
    rates: tuple[Rate, ...]
    cases: tuple[CaseShare, ...]
    clustered: bool

    @property
    def primary(self) -> OneModality | None:
        return self.auc if self.endpoint == "auc" else self.accuracy

    @property
    def margin_of_accuracy(self) -> float:
        return self.margin if self.endpoint == "accuracy" else 0.1


def report(
    study: Readings, judging: Judging, extras: Extras = Extras(), tell: Callable[[int, int], None] = lambda done, all_: None
) -> StudyReport:  # fmt: skip
    """tell: progress, parts done of all."""
    people = study.people()
    made: dict[str, Any] = {
        "kind": study.kind,
        "graded": study.graded,
        "control_bound": judging.control_bound,
    }
    parts_ = (
        lambda: _counted(study, people),
        lambda: _over_readers(people),
        lambda: {"endpoint": "auc" if judging.endpoint == "auc" and made["auc"] else "accuracy"},
        lambda: _each_reader(study, extras, made["endpoint"]),
        lambda: _judged(study, people, judging, extras, made),
        lambda: _agreed(study, people, made["accuracy"]),
        lambda: _described(people),
        lambda: _along(people),
        lambda: _compared(people),
    )
    for done, part in enumerate(parts_, 1):
        made |= part()
        tell(done, len(parts_))
    return StudyReport(**made)


def _counted(study: Readings, people: Readings) -> dict[str, Any]:
    whole, synthetic = complete(people), int((study.truth == 1).sum())
    return {
        "counted": len(people.said), "whole": len(whole.said), "synthetic": synthetic, "real": int((study.truth == 0).sum()),
        "clustered": clusters(study.clusters) is not None,
    }  # fmt: skip


def _over_readers(people: Readings) -> dict[str, Any]:
    whole, single = complete(people), people.kind != "pair"
    gaps = 0 < len(whole.said) < len(people.said)
    accuracy, sided = overall(people, "accuracy"), _pairs(people)
    return {
        "accuracy": accuracy, "auc": overall(people, "auc"),
        "complete_accuracy": overall(whole, "accuracy") if gaps else None, "complete_auc": overall(whole, "auc") if gaps else None,
        "sensitivity": _mean_rate(people.said[:, people.truth == 1]), "specificity": _mean_rate(1 - people.said[:, people.truth == 0]),
        "sensitivity_over": _rate(people, 1) if single else None, "specificity_over": _rate(people, 0) if single else None,
        "dprime": dprime_2afc(accuracy.estimate) if not single and accuracy and 0 < accuracy.estimate < 1 else None,
        "first_side": sided.first_side if sided else None,
    }  # fmt: skip


def _each_reader(study: Readings, extras: Extras, endpoint: str) -> dict[str, Any]:
    rows, first, second = each_reader(study, endpoint), extras.first, extras.second
    return {
        "readers": rows, "average": average_curve([one.curve for one in rows if one.curve and study.counted[one.row]]),
        "selves": with_selves(first, second) if first is not None and second is not None else (),
    }  # fmt: skip


def _judged(study: Readings, people: Readings, judging: Judging, extras: Extras, made: dict[str, Any]) -> dict[str, Any]:  # fmt: skip
    controls = assay(people, extras.controls.of(study.counting)) if extras.controls is not None else None
    endpoint = made["endpoint"]
    margin = judging.auc_margin if endpoint == "auc" or study.kind == "pair" else judging.accuracy_margin
    found = _verdict(
        study, made[endpoint], endpoint, margin, made["readers"], controls, judging.control_bound
    )
    return {"controls": controls, "margin": margin, "verdict": found}


def _agreed(study: Readings, people: Readings, accuracy: OneModality | None) -> dict[str, Any]:
    implied = implied_kappa(accuracy.estimate) if accuracy and study.kind != "pair" else None
    return {"agreement": agreements(people), "implied": implied, "pairs": pairwise(study)}


def _described(people: Readings) -> dict[str, Any]:
    return {
        "hype": _hype(people), "sources": by_source(people), "rates": rates(people), "cases": by_case(people), "parts": parts(people),
    }  # fmt: skip


def _along(people: Readings) -> dict[str, Any]:
    right, seconds = people.in_order(people.right), people.in_order(people.clean_seconds)
    answered = ~np.isnan(people.said)
    spent = [float(x) for x in people.clean_seconds[answered] if not np.isnan(x)]
    return {
        "learning": maybe(learning, right), "accuracy_blocks": by_block(right), "seconds_blocks": by_block(seconds),
        "times": times(spent) if answered.any() else None,
    }  # fmt: skip


def _compared(people: Readings) -> dict[str, Any]:
    whole, figure = complete(people), "auc" if people.graded else "accuracy"
    if people.kind == "pair":
        return {"generators": None}
    groups = clusters(whole.clusters)
    return {"generators": maybe(compare_generators, whole.sources, whole.ratings, whole.said, figure, groups)}


def _verdict(
    study: Readings, primary: OneModality | None, endpoint: str, margin: float, rows: tuple[ReaderReport, ...], controls: OneModality | None,
    bound: float,
) -> Verdict | None:  # fmt: skip
    """None where nothing can be judged: no figure over readers, or exposures that followed the answers (a staircase)."""
    if primary is None or study.kind == "hype":
        return None
    p_values = [p for one in rows if study.counted[one.row] and (p := one.p_of(endpoint)) is not None]
    seen = None if controls is None else assay_sensitive(controls.interval[0], bound)
    return verdict(
        primary.interval, inner=primary.inner, margin=margin, reader_p_values=p_values, assay_sensitive=seen, constant=_constant(study, endpoint)
    )  # fmt: skip


def _constant(study: Readings, endpoint: str) -> bool:
    """Whether every reader said the same of every image; of pairs that is no bias, since the sides are dealt at random."""
    people = study.people()
    table = people.ratings if endpoint == "auc" else people.said
    return study.kind != "pair" and bool((np.nanmin(table, axis=1) == np.nanmax(table, axis=1)).all())


def _hype(study: Readings) -> HypeInfinity | None:
    flat = ~np.isnan(study.said)
    if study.kind in ("pair", "hype") or not flat.any():
        return None
    return hype_infinity(np.broadcast_to(study.truth, flat.shape)[flat], study.said[flat].astype(int))


def _pairs(study: Readings) -> ForcedChoice | None:
    return (
        maybe(forced_choice, study.said, study.first_side, clusters(study.clusters))
        if study.kind == "pair" and study.first_side is not None
        else None
    )


def _rate(study: Readings, truth: int) -> OneModality | None:
    """Sensitivity (1) or specificity (0) over readers."""
    part = study.on(study.truth == truth)
    return rate_over_readers(part.right, clusters(part.clusters))


def _mean_rate(right: np.ndarray) -> tuple[float, float] | None:
    seen = right[~np.isnan(right).all(axis=1)] if right.size else right
    if not seen.size:
        return None
    rates_ = np.nanmean(seen, axis=1)
    return float(rates_.mean()), float(rates_.std(ddof=1)) if len(rates_) > 1 else 0.0
