"""A study as arrays, whatever it was read from, and everything the report says of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import agreement as agree
from .errors import CannotAnalyse
from .hype import HypeInfinity, hype_infinity
from .learning import Learning, blocks, learning
from .mrmc import OneModality, single_modality
from .sources import Generators, compare_generators
from .ustatistic import UStatistic, u_statistic

BLOCK = 50  # images: about what is read between two breaks


@dataclass(frozen=True)
class Readings:
    """truth (cases,) 1 synthetic; said and ratings (readers, cases), NaN without an answer; ratings rise with 'synthetic'; places
    (readers, cases): 0, 1, ... in the reader's order, NaN if unknown; seconds (readers, cases): NaN if unknown or interrupted;
    clusters and sources (cases,): '' for a case alone, and for a real one."""

    truth: np.ndarray
    said: np.ndarray
    ratings: np.ndarray
    places: np.ndarray
    seconds: np.ndarray
    clusters: np.ndarray
    sources: np.ndarray

    def of(self, readers: np.ndarray) -> "Readings":
        """The same study with these readers (a mask) alone."""
        return Readings(
            self.truth, self.said[readers], self.ratings[readers], self.places[readers], self.seconds[readers],
            self.clusters, self.sources,
        )  # fmt: skip

    def in_order(self, table: np.ndarray) -> np.ndarray:
        """(readers, positions): the table along each reader's own order."""
        longest = int(np.nanmax(self.places)) + 1 if np.isfinite(self.places).any() else 0
        ordered = np.full((len(table), longest), np.nan)
        rows, cases = np.nonzero(np.isfinite(self.places))
        ordered[rows, self.places[rows, cases].astype(int)] = table[rows, cases]
        return ordered


@dataclass(frozen=True)
class Agreed:
    """One coefficient: name (a key of AGREEMENT), part 'all', 'synthetic' or 'real', and what was found."""

    name: str
    part: str
    found: agree.Agreement


@dataclass(frozen=True)
class Findings:
    """What is over readers: None where the design does not allow it."""

    complete: int
    accuracy: OneModality | None
    auc: OneModality | None
    gaps: UStatistic | None  # everybody, where some did not answer every case
    agreement: tuple[Agreed, ...]
    implied: float | None  # the kappa within one truth that accuracy alone implies
    hype: HypeInfinity | None
    learning: Learning | None
    accuracy_blocks: tuple[tuple[int, int, float], ...]
    seconds_blocks: tuple[tuple[int, int, float], ...]
    generators: Generators | None
    clustered: bool


AGREEMENT: dict[str, Callable[[np.ndarray], agree.Agreement]] = {
    "percent": agree.percent_agreement,
    "fleiss": agree.fleiss_kappa,
    "alpha": agree.krippendorff_alpha,
    "ac1": agree.gwet_ac,
}


def findings(
    study: Readings, *, graded: bool, tell: Callable[[int, int], None] = lambda done, all_: None
) -> Findings:
    """graded: the answers have confidence steps, so an ROC curve means something. tell: progress, steps done of all."""
    whole = ~np.isnan(study.said).any(axis=1)
    complete = study.of(whole)
    clusters = _clusters(study.clusters)
    over = lambda table, figure: _maybe(  # noqa: E731
        single_modality, study.truth, table, figure, clusters=clusters, scale="logit"
    )
    accuracy = over(complete.said, "accuracy") if whole.any() else None
    area = over(complete.ratings, "auc") if whole.any() and graded else None
    tell(1, 5)
    gaps = None if whole.all() else _maybe(u_statistic, study.truth, study.ratings if graded else study.said)
    tell(2, 5)
    agreed = agreements(study, graded)
    tell(3, 5)
    right = study.in_order(np.where(np.isnan(study.said), np.nan, study.said == study.truth))
    figure = "auc" if graded else "accuracy"
    generators = _maybe(compare_generators, study.sources, complete.ratings, complete.said, figure)
    tell(4, 5)
    flat = ~np.isnan(study.said)
    return Findings(
        int(whole.sum()), accuracy, area, gaps, agreed,
        agree.implied_kappa(accuracy.estimate) if accuracy else None,
        hype_infinity(np.broadcast_to(study.truth, flat.shape)[flat], study.said[flat].astype(int)) if flat.any() else None,
        _maybe(learning, right), _blocks(right), _blocks(study.in_order(study.seconds)), generators, clusters is not None,
    )  # fmt: skip


def agreements(study: Readings, graded: bool) -> tuple[Agreed, ...]:
    """Over all images and within each truth: readers who merely know the truth agree overall, and not within one truth."""
    wanted: list[tuple[str, str, Any, np.ndarray]] = [
        (name, "all", statistic, study.said) for name, statistic in AGREEMENT.items()
    ]
    if graded:
        wanted.append(("ordinal", "all", lambda x: agree.krippendorff_alpha(x, "ordinal"), study.ratings))
        wanted.append(("icc2", "all", _icc2, study.ratings))
    for part, value in (("synthetic", 1), ("real", 0)):
        within = study.said[:, study.truth == value]
        wanted += [(name, part, AGREEMENT[name], within) for name in ("fleiss", "ac1")]
    found = [(name, part, _maybe(statistic, table)) for name, part, statistic, table in wanted]
    return tuple(Agreed(name, part, value) for name, part, value in found if value is not None)


def _icc2(ratings: np.ndarray) -> agree.Agreement:
    """ICC(2,1) of the readers who answered every case; no interval."""
    whole = ratings[~np.isnan(ratings).any(axis=1)]
    return agree.Agreement(agree.icc(whole.T).icc2)


def _clusters(names: np.ndarray) -> np.ndarray | None:
    """None where no cluster holds two cases; a case without a name is a cluster of its own."""
    own = np.array([name or f"\0{i}" for i, name in enumerate(names)])
    return None if len(set(own)) == len(own) else own


def _blocks(ordered: np.ndarray) -> tuple[tuple[int, int, float], ...]:
    if not ordered.size:
        return ()
    return tuple(blocks(ordered, max(5, min(BLOCK, ordered.shape[1] // 6))))


def _maybe(statistic: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """None where the study does not allow it: an empty place in the report, not an error."""
    try:
        return statistic(*given, **named)
    except CannotAnalyse:
        return None
