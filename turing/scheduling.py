"""Which cases each phase shows, the same for every reader, and the order in which one reader meets them."""

from collections import Counter, defaultdict
from itertools import groupby

import numpy as np

from .models import Case, Role, Session, Study, Trial
from .ordering import reader_seed, reading_order, with_repeats
from .protocol import Phase


def phase_cases(study: Study) -> list[list[Case]]:
    """The cases of each phase in the order of their positions, drawn by the study's seed."""
    everything = list(study.cases.order_by("position"))
    shown: set[int] = set()
    out = []
    for number, phase in enumerate(study.designed.phases):
        rng = np.random.default_rng([study.seed, 2, number])
        chosen = _share(study, phase, everything, shown, rng)
        shown |= {case.position for case in chosen}
        out.append(sorted(chosen, key=lambda case: case.position))
    return out


def _share(
    study: Study, phase: Phase, everything: list[Case], shown: set[int], rng: np.random.Generator
) -> list[Case]:
    keys = {source.key for source in study.designed.sources_of(phase)}
    groups: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in everything:
        if case.source in keys:
            groups[case.source, case.label].append(case)
    chosen: list[Case] = []
    for _group, cases in sorted(groups.items()):
        left = [case for case in cases if not (phase.fresh and case.position in shown)]
        count = min(len(left), max(1, round(phase.share * len(cases))))
        chosen += [left[index] for index in rng.choice(len(left), count, replace=False)] if left else []
    return chosen


def trials_for(session: Session) -> list[Trial]:
    """Unsaved trials of all phases, drawn from the session's seed. Raises ordering.ImpossibleOrder."""
    study = session.reader.study
    counted: set[int] = set()
    trials: list[Trial] = []
    for number, (phase, cases) in enumerate(zip(study.designed.phases, phase_cases(study))):
        seed = reader_seed(session.seed, number) if number else session.seed
        rng = np.random.default_rng([seed, 1])
        partners = pairs_of(study, number, cases) if study.designed.pairs(phase) else {}
        shown = [case for case in cases if not partners or case.position in partners]
        bound = None if partners else study.designed.max_run
        order = reading_order(seed, [case.truth for case in shown], max_run=bound)
        for index, showing in with_repeats(rng, order, _repeated(phase, shown, rng)):
            case = shown[index]
            counts = not showing and case.position not in counted and _counts(study, phase, case)
            counted |= {case.position} if counts else set()
            trials.append(
                Trial(session=session, case=case, other=partners.get(case.position), phase=number, position=len(trials), showing=showing, counts=counts)
            )  # fmt: skip
    return _dealt(study, trials, session.seed)


def pairs_of(study: Study, number: int, cases: list[Case]) -> dict[int, Case]:
    """By the position of each fake, the real case beside it: the same pairs for every reader, within roles and, where their
    counts go up, within labels."""
    rng = np.random.default_rng([study.seed, 3, number])
    out = {}
    for role in sorted({case.role for case in cases}):
        mine = [case for case in cases if case.role == role]
        reals, fakes = ([case for case in mine if (case.truth == "real") is real] for real in (True, False))
        reals = [reals[index] for index in rng.permutation(len(reals))]
        if Counter(case.label for case in fakes) == Counter(case.label for case in reals):
            fakes, reals = (
                sorted(fakes, key=lambda case: case.label),
                sorted(reals, key=lambda case: case.label),
            )
        out |= {fake.position: real for fake, real in zip(fakes, reals)}
    return out


def _counts(study: Study, phase: Phase, case: Case) -> bool:
    return case.role == Role.ORDINARY and study.designed.counts(phase)


def _repeated(phase: Phase, cases: list[Case], rng: np.random.Generator) -> list[int]:
    ordinary = [index for index, case in enumerate(cases) if case.role == Role.ORDINARY]
    count = min(phase.repeats, len(ordinary))
    return [int(index) for index in rng.choice(ordinary, count, replace=False)] if count else []


def _dealt(study: Study, trials: list[Trial], seed: int) -> list[Trial]:
    """Sides of pairs, half and half within a phase; tracks of staircases."""
    rng = np.random.default_rng([seed, 2])
    for number, group in groupby(trials, key=lambda trial: trial.phase):
        mine, first = list(group), study.phase(number).questions[0]
        tracks = first.exposure.tracks if first.exposure else 1
        for place, trial in zip(rng.permutation(len(mine)), mine):
            trial.swapped = trial.other is not None and place % 2 == 0
            trial.track = int(rng.integers(tracks))
    return trials
