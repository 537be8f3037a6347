"""Everything that is said of a closed study, from its arrays: the same for a study of this program and for imported answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import agreement as agree
from .detection import Proportion, dprime_2afc, proportion
from .forced_choice import ForcedChoice, forced_choice
from .hype import HypeInfinity, hype_infinity
from .individual import ReaderReport, WithSelf, average_curve, each_reader, with_selves
from .learning import Learning, blocks, learning
from .mrmc import OneModality
from .overall import assay, clusters, complete, maybe, overall, rate_over_readers
from .readings import Readings
from .roc import Curve
from .sources import Generators, compare_generators
from .subgroups import Part, Rate, parts, rates
from .timing import Times, times
from .verdict import Verdict, assay_sensitive, verdict

BLOCK = 50  # images: about what is read between two breaks
STEPS = 8


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
class Agreed:
    """One coefficient: name (a key of AGREEMENT), part 'all', 'synthetic' or 'real', and what was found."""

    name: str
    part: str
    found: agree.Agreement


@dataclass(frozen=True)
class PairAgreed:
    """Two readers (rows of the Readings): Cohen's kappa of what they said, and quadratic weights over answers with confidence."""

    first: int
    second: int
    n: int
    kappa: float
    weighted: float | None


@dataclass(frozen=True)
class CaseShare:
    """One case: share of readers who called it synthetic, with Wilson's interval; None where nobody answered."""

    said_synthetic: int
    answered: int
    interval: tuple[float, float] | None


@dataclass(frozen=True)
class OfSource:
    """All answers to one source ('' for real images), pooled: n, share called synthetic, mean and standard deviation of the ratings
    (None without confidence). It describes these answers."""

    source: str
    n: int
    said_synthetic: Proportion
    mean: float | None
    sd: float | None


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
    sensitivity_over: OneModality | None  # with its interval, of those who answered every case
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


AGREEMENT: dict[str, Callable[[np.ndarray], agree.Agreement]] = {
    "percent": agree.percent_agreement,
    "fleiss": agree.fleiss_kappa,
    "alpha": agree.krippendorff_alpha,
    "ac1": agree.gwet_ac,
}
GRADED: dict[str, Callable[[np.ndarray], agree.Agreement]] = {
    "ordinal": lambda ratings: agree.krippendorff_alpha(ratings, "ordinal"),
    "interval": lambda ratings: agree.krippendorff_alpha(ratings, "interval"),
    "ac2": lambda ratings: agree.gwet_ac(ratings, "quadratic"),
    "icc2": lambda ratings: agree.Agreement(agree.icc(_whole(ratings).T).icc2),
    "icc3": lambda ratings: agree.Agreement(agree.icc(_whole(ratings).T).icc3),
}


def report(
    study: Readings, judging: Judging, extras: Extras = Extras(), tell: Callable[[int, int], None] = lambda done, all_: None
) -> StudyReport:  # fmt: skip
    """tell: progress, steps done of all."""
    people = study.people()
    whole = complete(people)
    accuracy, area = overall(people, "accuracy"), overall(people, "auc")
    tell(1, STEPS)
    gaps = len(whole.said) < len(people.said)
    rows = each_reader(study)
    tell(2, STEPS)
    controls = assay(people, extras.controls.of(_rows(study))) if extras.controls is not None else None
    endpoint = "auc" if judging.endpoint == "auc" and area else "accuracy"
    margin = judging.auc_margin if endpoint == "auc" or study.kind == "pair" else judging.accuracy_margin
    primary = area if endpoint == "auc" else accuracy
    agreed = agreements(people)
    tell(4, STEPS)
    between = pairwise(study)
    tell(5, STEPS)
    right, seconds = people.in_order(people.right), people.in_order(people.clean_seconds)
    flat = ~np.isnan(people.said)
    figure = "auc" if study.graded else "accuracy"
    generators = (
        maybe(compare_generators, whole.sources, whole.ratings, whole.said, figure)
        if study.kind != "pair"
        else None
    )
    tell(6, STEPS)
    within = parts(people)
    tell(7, STEPS)
    sided = _pairs(whole)
    return StudyReport(
        kind=study.kind, graded=study.graded, endpoint=endpoint, margin=margin,
        verdict=_verdict(study, primary, margin, rows, controls, judging.control_bound),
        counted=len(people.said), whole=len(whole.said), real=int((study.truth == 0).sum()), synthetic=int((study.truth == 1).sum()),
        accuracy=accuracy, auc=area,
        complete_accuracy=overall(whole, "accuracy") if gaps and len(whole.said) else None,
        complete_auc=overall(whole, "auc") if gaps and len(whole.said) else None,
        controls=controls, control_bound=judging.control_bound,
        sensitivity=_mean_rate(people.said[:, people.truth == 1]), specificity=_mean_rate(1 - people.said[:, people.truth == 0]),
        sensitivity_over=rate_over_readers(whole.said[:, whole.truth == 1]) if study.kind != "pair" else None,
        specificity_over=rate_over_readers(1 - whole.said[:, whole.truth == 0]) if study.kind != "pair" else None,
        dprime=dprime_2afc(accuracy.estimate) if study.kind == "pair" and accuracy and 0 < accuracy.estimate < 1 else None,
        first_side=sided.first_side if sided else None,
        readers=rows, average=average_curve([one.curve for one in rows if one.curve and study.counted[one.row]]),
        agreement=agreed, implied=agree.implied_kappa(accuracy.estimate) if accuracy and study.kind != "pair" else None, pairs=between,
        selves=with_selves(extras.first, extras.second) if extras.first is not None and extras.second is not None else (),
        hype=_hype(people, flat), learning=maybe(learning, right), accuracy_blocks=_blocks(right), seconds_blocks=_blocks(seconds),
        times=times([float(x) for x in people.clean_seconds[flat] if not np.isnan(x)]) if flat.any() else None,
        sources=_sources(people), generators=generators, parts=within, rates=rates(people), cases=_cases(people), clustered=clusters(study.clusters) is not None,
    )  # fmt: skip


def _rows(study: Readings) -> np.ndarray:
    return study.counted & ~np.isnan(study.said).all(axis=1)


def _verdict(
    study: Readings, primary: OneModality | None, margin: float, rows: tuple[ReaderReport, ...], controls: OneModality | None, bound: float
) -> Verdict | None:  # fmt: skip
    """None where nothing can be judged: no figure over readers, or exposures that followed the answers (a staircase)."""
    if primary is None or study.kind == "hype":
        return None
    p_values = [one.p_value for one in rows if one.p_value is not None and study.counted[one.row]]
    seen = None if controls is None else assay_sensitive(controls.interval[0], bound)
    return verdict(
        primary.interval, inner=primary.inner, margin=margin, reader_p_values=p_values, assay_sensitive=seen
    )


def agreements(study: Readings) -> tuple[Agreed, ...]:
    """Over all cases and within each truth: readers who merely know the truth agree overall, and not within one truth."""
    said, two = study.said, len(np.unique(study.truth)) == 2
    wanted: list[tuple[str, str, Any, np.ndarray]] = [
        (name, "all", one, said) for name, one in AGREEMENT.items()
    ]
    if study.graded:
        wanted += [(name, "all", one, study.ratings) for name, one in GRADED.items()]
    for part, value in (("synthetic", 1), ("real", 0)) if two else ():
        within = said[:, study.truth == value]
        wanted += [(name, part, AGREEMENT[name], within) for name in ("percent", "fleiss", "alpha", "ac1")]
    found = [(name, part, maybe(statistic, table)) for name, part, statistic, table in wanted]
    return tuple(Agreed(name, part, value) for name, part, value in found if value is not None)


def pairwise(study: Readings) -> tuple[PairAgreed, ...]:
    """Cohen's kappa of every two readers who count; of 20 readers at most, since nobody reads more lines than 190."""
    rows = np.flatnonzero(_rows(study))
    if len(rows) > 20:
        return ()
    found = []
    for i, a in enumerate(rows):
        for b in rows[i + 1 :]:
            n = int((~np.isnan(study.said[[a, b]]).any(axis=0)).sum())
            kappa = maybe(agree.kappa_value, study.said[a], study.said[b])
            if kappa is not None:
                weighted = (
                    maybe(agree.kappa_value, study.ratings[a], study.ratings[b], "quadratic")
                    if study.graded
                    else None
                )
                found.append(PairAgreed(int(a), int(b), n, kappa, weighted))
    return tuple(found)


def _whole(ratings: np.ndarray) -> np.ndarray:
    return ratings[~np.isnan(ratings).any(axis=1)]


def _hype(study: Readings, flat: np.ndarray) -> HypeInfinity | None:
    if study.kind in ("pair", "hype") or not flat.any():
        return None
    return hype_infinity(np.broadcast_to(study.truth, flat.shape)[flat], study.said[flat].astype(int))


def _pairs(whole: Readings) -> ForcedChoice | None:
    return (
        maybe(forced_choice, whole.said, whole.first_side)
        if whole.kind == "pair" and whole.first_side is not None
        else None
    )


def _mean_rate(right: np.ndarray) -> tuple[float, float] | None:
    seen = right[~np.isnan(right).all(axis=1)] if right.size else right
    if not seen.size:
        return None
    rates_ = np.nanmean(seen, axis=1)
    return float(rates_.mean()), float(rates_.std(ddof=1)) if len(rates_) > 1 else 0.0


def _sources(study: Readings) -> tuple[OfSource, ...]:
    found = []
    for source in sorted(set(study.sources)):
        here = study.sources == source
        said, ratings = (
            table[:, here][~np.isnan(study.said[:, here])] for table in (study.said, study.ratings)
        )
        if said.size and study.kind != "pair":
            mean, sd = (
                (float(ratings.mean()), float(ratings.std(ddof=1)) if ratings.size > 1 else None)
                if study.graded
                else (None, None)
            )
            found.append(OfSource(source, said.size, proportion(int(said.sum()), said.size), mean, sd))
    return tuple(found)


def _cases(study: Readings) -> tuple[CaseShare, ...]:
    answered, said = (~np.isnan(study.said)).sum(axis=0), np.nansum(study.said, axis=0).astype(int)
    intervals: dict[tuple[int, int], Proportion] = {}
    shares = []
    for k, n in zip(said.tolist(), answered.tolist()):
        if n and (k, n) not in intervals:
            intervals[k, n] = proportion(k, n)
        shares.append(CaseShare(k, n, intervals[k, n].wilson if n else None))
    return tuple(shares)


def _blocks(ordered: np.ndarray) -> tuple[tuple[int, int, float], ...]:
    if not ordered.size or np.isnan(ordered).all():
        return ()
    return tuple(blocks(ordered, max(5, min(BLOCK, ordered.shape[1] // 6))))
