"""The figures within parts of a study: reader groups, strata, phases. Exploratory: no part was promised at launch, so nothing here is
corrected for how many parts were looked at, and the verdict does not hear of it."""

from dataclasses import dataclass, replace

import numpy as np

from .detection import Proportion, proportion
from .mrmc import OneModality
from .overall import overall
from .readings import Readings

MOST = 40  # parts of one kind


@dataclass(frozen=True)
class Part:
    """kind: 'group', 'stratum', 'phase' (its number as the name) or 'model' (generator within stratum: name 'generator / stratum')."""

    kind: str
    name: str
    readers: int
    cases: int
    accuracy: OneModality | None
    auc: OneModality | None


def parts(study: Readings) -> tuple[Part, ...]:
    """Kinds with one part only say nothing and are left out."""
    found: list[Part] = []
    for name in _names(study.groups):
        found.append(_part("group", name, study.of(study.groups == name)))
    for name in _names(study.strata):
        found.append(_part("stratum", name, study.on(study.strata == name)))
    numbers = np.unique(study.phases[~np.isnan(study.phases) & ~np.isnan(study.said)])
    if len(numbers) > 1:
        found += [_part("phase", str(int(number)), _within(study, number)) for number in numbers[:MOST]]
    return tuple(found)


@dataclass(frozen=True)
class Rate:
    """Answers to the fakes of one generator in one stratum (real images: generator ''), pooled over readers: share called synthetic.
    interval: Wilson's, as if every answer were independent; it describes these answers."""

    source: str
    stratum: str
    rate: Proportion


def rates(study: Readings) -> tuple[Rate, ...]:
    """The table of generator by stratum (model by abnormality); empty with one of each."""
    if len(_names(study.strata)) < 2:
        return ()
    found = []
    for source in sorted(set(study.sources)):
        for stratum in _names(study.strata):
            answers = study.said[:, (study.sources == source) & (study.strata == stratum)]
            given = answers[~np.isnan(answers)]
            if given.size:
                found.append(Rate(source, stratum, proportion(int(given.sum()), given.size)))
    return tuple(found)


def _names(values: np.ndarray) -> list[str]:
    names = sorted(set(values) - {""})
    return names[:MOST] if len(names) > 1 else []


def _within(study: Readings, number: float) -> Readings:
    here = study.phases == number
    said, ratings = np.where(here, study.said, np.nan), np.where(here, study.ratings, np.nan)
    return replace(study, said=said, ratings=ratings)


def _part(kind: str, name: str, study: Readings) -> Part:
    there = ~np.isnan(study.said)
    seen = study.of(there.any(axis=1)).on(there.any(axis=0))
    if not seen.said.size:
        return Part(kind, name, 0, 0, None, None)
    readers, cases = seen.said.shape
    return Part(kind, name, readers, cases, overall(seen, "accuracy"), overall(seen, "auc"))
