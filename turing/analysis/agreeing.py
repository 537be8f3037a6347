"""How far the readers of one study agree: every coefficient over all of them and within each truth, and every two readers."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from . import agreement as agree
from .overall import clusters, maybe
from .readings import Readings


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


Coefficient = Callable[[np.ndarray, np.ndarray | None], agree.Agreement]  # of (readers, cases) and clusters
AGREEMENT: dict[str, Coefficient] = {
    "percent": agree.percent_agreement,
    "fleiss": agree.fleiss_kappa,
    "alpha": lambda said, groups: agree.krippendorff_alpha(said, clusters=groups),
    "ac1": lambda said, groups: agree.gwet_ac(said, clusters=groups),
}
GRADED: dict[str, Coefficient] = {
    "ordinal": lambda ratings, groups: agree.krippendorff_alpha(ratings, "ordinal", groups),
    "interval": lambda ratings, groups: agree.krippendorff_alpha(ratings, "interval", groups),
    "ac2": lambda ratings, groups: agree.gwet_ac(ratings, "quadratic", groups),
    "icc2": lambda ratings, _groups: agree.Agreement(agree.icc(_whole(ratings).T).icc2),
    "icc3": lambda ratings, _groups: agree.Agreement(agree.icc(_whole(ratings).T).icc3),
}


def agreements(study: Readings) -> tuple[Agreed, ...]:
    """Over all cases and within each truth: readers who merely know the truth agree overall, and not within one truth."""
    two = len(np.unique(study.truth)) == 2
    wanted: list[tuple[str, str, Coefficient, Readings]] = [
        (name, "all", one, study) for name, one in AGREEMENT.items()
    ]
    if study.graded:
        graded = replace(study, said=study.ratings)
        wanted += [(name, "all", one, graded) for name, one in GRADED.items()]
    for part, value in (("synthetic", 1), ("real", 0)) if two else ():
        within = study.on(study.truth == value)
        wanted += [(name, part, AGREEMENT[name], within) for name in ("percent", "fleiss", "alpha", "ac1")]
    found = [(name, part, maybe(one, on.said, clusters(on.clusters))) for name, part, one, on in wanted]
    return tuple(Agreed(name, part, value) for name, part, value in found if value is not None)


def pairwise(study: Readings) -> tuple[PairAgreed, ...]:
    """Cohen's kappa of every two readers who count; of 20 readers at most, since nobody reads more lines than 190."""
    rows = np.flatnonzero(study.counting)
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
