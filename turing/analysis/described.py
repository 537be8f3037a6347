"""What describes the answers of one study without judging them: by source, case by case, and along the order of reading."""

from dataclasses import dataclass

import numpy as np

from .detection import Proportion, proportion
from .learning import blocks
from .readings import Readings

BLOCK = 50  # images: about what is read between two breaks


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


def by_source(study: Readings) -> tuple[OfSource, ...]:
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


def by_case(study: Readings) -> tuple[CaseShare, ...]:
    answered, said = (~np.isnan(study.said)).sum(axis=0), np.nansum(study.said, axis=0).astype(int)
    intervals: dict[tuple[int, int], Proportion] = {}
    shares = []
    for k, n in zip(said.tolist(), answered.tolist()):
        if n and (k, n) not in intervals:
            intervals[k, n] = proportion(k, n)
        shares.append(CaseShare(k, n, intervals[k, n].wilson if n else None))
    return tuple(shares)


def by_block(ordered: np.ndarray) -> tuple[tuple[int, int, float], ...]:
    if not ordered.size or np.isnan(ordered).all():
        return ()
    return tuple(blocks(ordered, max(5, min(BLOCK, ordered.shape[1] // 6))))
