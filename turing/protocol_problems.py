"""What in a protocol cannot be run, in sentences for whoever designs it. Pure: a sentence is a template and its values, translated by the page."""

import re
from collections.abc import Iterator
from typing import Any

from .ordering import ImpossibleOrder, refuse_impossible
from .protocol import (
    AUDITED,
    ENDPOINTS,
    MOST_PRESETS,
    PRESET_ENDS,
    PREVALENCES,
    ROLES,
    TRUTHS,
    UNITS,
    Phase,
    Preset,
    Protocol,
    Source,
)
from .questions import KINDS, Exposure, Question

Problem = tuple[str, dict[str, Any]]
KEY = re.compile(r"[a-z0-9_-]{1,40}")
MOST_CASES, MOST_STEPS, MOST_POINTS, LONGEST_MS = 5000, 5, 10, 60_000


def gettext_noop(text: str) -> str:
    """Marks a template for the translators; this floor knows no Django."""
    return text


SENTENCES = {
    "key": gettext_noop("“%(key)s” is no key: at most 40 small letters, digits, - and _."),
    "keys_twice": gettext_noop("These keys are used more than once: %(keys)s."),
    "no_cases": gettext_noop("The protocol has no source of cases."),
    "too_many": gettext_noop("The sources have more than %(most)d cases together."),
    "source_words": gettext_noop("Source “%(source)s”: the truth is one of %(truths)s, the role one of %(roles)s."),
    "source_empty": gettext_noop("Source “%(source)s” needs at least one case."),
    "strata_sum": gettext_noop("Source “%(source)s”: its strata sum to %(sum)d and it has %(count)d cases."),
    "strata_twice": gettext_noop("Source “%(source)s”: every stratum is named once, with at least one case."),
    "real_control": gettext_noop("Source “%(source)s”: positive controls are fakes that should be recognised, not real images."),
    "only_training": gettext_noop("The protocol has no phase but training."),
    "told_before": gettext_noop("“%(phase)s” is purpose-blinded but comes after a phase that tells the purpose."),
    "no_such_source": gettext_noop("“%(phase)s” uses sources that are not there: %(keys)s."),
    "phase_empty": gettext_noop("“%(phase)s” has no cases to show."),
    "training_apart": gettext_noop("“%(phase)s”: training cases are read in a training phase and nowhere else."),
    "mix": gettext_noop("“%(phase)s”: the mix is told as none, about half or exact."),
    "exact_and_runs": gettext_noop("Readers are told the exact mix and runs are bounded: towards the end the answers could be worked out. Give up one of the two."),
    "exact_and_repeats": gettext_noop("“%(phase)s”: the exact mix is told and cases come twice: readers could not count on it. Give up one of the two."),
    "phase_numbers": gettext_noop("“%(phase)s”: the share lies above 0 and at most at 1; repeats and days are not negative; a block has at least one case."),
    "training_repeats": gettext_noop("“%(phase)s” is training: it has no repeats."),
    "blinded_mix": gettext_noop("“%(phase)s” is purpose-blinded: nothing is said about the mix in it."),
    "blinded_asks": gettext_noop("“%(phase)s” is purpose-blinded: asking whether an image is real would tell its purpose."),
    "blinded_training": gettext_noop("“%(phase)s” is purpose-blinded and training: feedback would tell its purpose."),
    "training_asks": gettext_noop("“%(phase)s” is training: its first question has to have a right answer."),
    "pairs_uneven": gettext_noop("“%(phase)s” shows pairs of a real and a synthetic image: %(real)d real ones and %(made)d synthetic ones do not go up."),
    "pairs_volumes": gettext_noop("“%(phase)s”: pairs are of single images, not of volumes."),
    "asks_nothing": gettext_noop("“%(phase)s” asks nothing."),
    "kind": gettext_noop("Question “%(question)s” is of the kind “%(kind)s”; here it may be %(allowed)s."),
    "options": gettext_noop("Question “%(question)s” needs answers to choose from, each with a value of its own."),
    "class_options": gettext_noop("Question “%(question)s” is about the truth: its answers are among %(truths)s."),
    "question_numbers": gettext_noop("Question “%(question)s”: 1 to 5 steps of confidence, 1 or 2 gestures, 2 to 10 points."),
    "shape": gettext_noop("Question “%(question)s”: a mark is a point or a box."),
    "exposure": gettext_noop("Question “%(question)s” needs exposure times: shortest, start and longest in order, steps of at least 1."),
    "exposure_tracks": gettext_noop("Question “%(question)s”: with one staircase alone the next exposure tells whether the last answer was right. Interleave two or more."),
    "exposure_steps": gettext_noop("Question “%(question)s”: after a short exposure no confidence is asked."),
    "unit": gettext_noop("A case is an image or a volume."),
    "plan": gettext_noop("The endpoint is auc or accuracy, the margin a d′ from 0.05 to 3, the bound for positive controls an accuracy from .5 to below 1."),
    "no_primary": gettext_noop("The primary question “%(question)s” is asked in no phase."),
    "one_truth": gettext_noop("Readers are to tell real from synthetic, and all cases are of one truth: add a source of the other."),
    "audit_few": gettext_noop("The leakage audit compares real with other images and needs at least two of each, controls and training apart; here are %(real)d real and %(made)d other ones."),
    "runs": gettext_noop("Runs of one kind are bounded by 2 or more, with two kinds of cases."),
    "runs_repeats": gettext_noop("Bounded runs leave no place for repeats: give up one of the two."),
    "impossible": "%(reason)s",
    "presets": gettext_noop("Window “%(preset)s” needs a name and its low end below its high one; shares of the range and percentiles lie from 0 to 100."),
    "presets_many": gettext_noop("There are %(n)d windows and keys for %(most)d of them."),
    "grey": gettext_noop("The grey pause lies between 0 and 5000 ms."),
}  # fmt: skip


def problems(protocol: Protocol) -> list[Problem]:
    """Empty when the protocol can be run with images enough."""
    return [(SENTENCES[code], values) for code, values in _codes(protocol)]


def _codes(protocol: Protocol) -> Iterator[Problem]:
    yield from _sources(protocol)
    yield from _phases(protocol)
    yield from _whole(protocol)


def _sources(protocol: Protocol) -> Iterator[Problem]:
    yield from _keys([source.key for source in protocol.sources])
    for source in protocol.sources:
        yield from _source(source)
    if not any(source.role == "ordinary" for source in protocol.sources):
        yield "no_cases", {}
    if sum(source.count for source in protocol.sources) > MOST_CASES:
        yield "too_many", {"most": MOST_CASES}


def _source(source: Source) -> Iterator[Problem]:
    named, total = {"source": source.name or source.key}, sum(count for _label, count in source.strata)
    if source.truth not in TRUTHS or source.role not in ROLES:
        yield "source_words", {**named, "truths": ", ".join(TRUTHS), "roles": ", ".join(ROLES)}
    if source.count < 1:
        yield "source_empty", named
    if source.strata and total != source.count:
        yield "strata_sum", {**named, "sum": total, "count": source.count}
    if any(count < 1 for _label, count in source.strata) or len(dict(source.strata)) < len(source.strata):
        yield "strata_twice", named
    if source.role == "control" and source.truth == "real":
        yield "real_control", named


def _phases(protocol: Protocol) -> Iterator[Problem]:
    yield from _keys([phase.key for phase in protocol.phases])
    if all(phase.training for phase in protocol.phases):
        yield "only_training", {}
    told = False
    for phase in protocol.phases:
        if not phase.informed and told:
            yield "told_before", _named(phase)
        told = told or phase.informed
        yield from _phase(phase, protocol)


def _phase(phase: Phase, protocol: Protocol) -> Iterator[Problem]:
    named, known = _named(phase), {source.key for source in protocol.sources}
    if unknown := set(phase.sources) - known:
        yield "no_such_source", {**named, "keys": ", ".join(sorted(unknown))}
    if not protocol.sources_of(phase):
        yield "phase_empty", named
    if any((source.role == "training") != phase.training for source in protocol.sources_of(phase)):
        yield "training_apart", named
    if phase.prevalence not in PREVALENCES:
        yield "mix", named
    if phase.prevalence == "exact" and protocol.max_run:
        yield "exact_and_runs", named
    if phase.prevalence == "exact" and phase.repeats:
        yield "exact_and_repeats", named
    if not 0 < phase.share <= 1 or min(phase.repeats, phase.washout_days) < 0 or phase.block < 1:
        yield "phase_numbers", named
    if phase.training:
        yield from _training(phase)
    if not phase.informed:
        yield from _blinded(phase)
    if protocol.pairs(phase):
        yield from _pairs(phase, protocol)
    yield from _questions(phase)


def _training(phase: Phase) -> Iterator[Problem]:
    if phase.repeats:
        yield "training_repeats", _named(phase)
    if phase.questions and not getattr(KINDS.get(phase.questions[0].kind), "about", ""):
        yield "training_asks", _named(phase)


def _pairs(phase: Phase, protocol: Protocol) -> Iterator[Problem]:
    counts = [(source.truth == "real", source.count) for source in protocol.sources_of(phase)]
    real, made = (sum(count for is_real, count in counts if is_real is side) for side in (True, False))
    if real != made:
        yield "pairs_uneven", {**_named(phase), "real": real, "made": made}
    if protocol.unit == "volume":
        yield "pairs_volumes", _named(phase)


def _blinded(phase: Phase) -> Iterator[Problem]:
    if phase.prevalence != "none":
        yield "blinded_mix", _named(phase)
    if any(KINDS[question.kind].about == "truth" for question in phase.questions if question.kind in KINDS):
        yield "blinded_asks", _named(phase)
    if phase.training:
        yield "blinded_training", _named(phase)


def _questions(phase: Phase) -> Iterator[Problem]:
    yield from _keys([question.key for question in (*phase.questions, *phase.ends)])
    if not phase.questions:
        yield "asks_nothing", _named(phase)
    for number, question in enumerate(phase.questions):
        yield from _question(question, "case" if number else "first")
    for question in phase.ends:
        yield from _question(question, "end")


def _question(question: Question, place: str) -> Iterator[Problem]:
    named, kind = {"question": question.key}, KINDS.get(question.kind)
    if kind is None or place not in kind.places:
        allowed = ", ".join(name for name, one in KINDS.items() if place in one.places)
        yield "kind", {**named, "kind": question.kind, "allowed": allowed}
        return
    values = [option.value for option in question.options]
    fewest = (1 if question.kind in ("checklist", "rubric") else 2) if kind.needs_options else 0
    if len(set(values)) < max(fewest, len(values)) or "" in values:
        yield "options", named
    if question.kind == "class" and not set(values) <= set(TRUTHS):
        yield "class_options", {**named, "truths": ", ".join(TRUTHS)}
    sizes = 1 <= question.steps <= MOST_STEPS and 2 <= question.points <= MOST_POINTS
    if not sizes or question.gestures not in (1, 2):
        yield "question_numbers", named
    if question.kind == "mark" and question.shape not in ("point", "box"):
        yield "shape", named
    if question.kind == "hype" and (question.exposure is None or _misordered(question.exposure)):
        yield "exposure", named
    if question.kind == "hype" and question.exposure is not None and question.exposure.tracks < 2:
        yield "exposure_tracks", named
    if question.kind == "hype" and question.steps != 1:
        yield "exposure_steps", named


def _misordered(rule: Exposure) -> bool:
    ordered = 1 <= rule.shortest_ms <= rule.start_ms <= rule.longest_ms <= LONGEST_MS
    return not ordered or min(rule.down_ms, rule.up_ms, rule.rights) < 1 or rule.mask_ms < 0


def _whole(protocol: Protocol) -> Iterator[Problem]:
    plan, truths = protocol.plan, {source.truth for source in protocol.sources if source.role == "ordinary"}
    if protocol.unit not in UNITS:
        yield "unit", {}
    if plan.endpoint not in ENDPOINTS or not 0.05 <= plan.margin <= 3 or not 0.5 <= plan.control_bound < 1:
        yield "plan", {}
    if plan.question and protocol.primary is None:
        yield "no_primary", {"question": plan.question}
    if protocol.primary is not None and len(truths) < 2:
        yield "one_truth", {}
    yield from _audit(protocol)
    if protocol.max_run is not None:
        yield from _runs(protocol, protocol.max_run)
    if not 0 <= protocol.grey_interval_ms <= 5000:
        yield "grey", {}
    yield from (("presets", {"preset": one.name}) for one in protocol.presets if not _is_window(one))
    if len(protocol.presets) > MOST_PRESETS:
        yield "presets_many", {"n": len(protocol.presets), "most": MOST_PRESETS}


def _is_window(one: Preset) -> bool:
    within = one.of == "value" or (one.of in PRESET_ENDS and one.low >= 0 and one.high <= 100)
    return bool(one.name.strip()) and one.low < one.high and within


def _audit(protocol: Protocol) -> Iterator[Problem]:
    counts = [(one.truth == "real", one.count) for one in protocol.sources if one.role in AUDITED]
    real, made = (sum(count for is_real, count in counts if is_real is side) for side in (True, False))
    if real and made and min(real, made) < 2:
        yield "audit_few", {"real": real, "made": made}


def _runs(protocol: Protocol, bound: int) -> Iterator[Problem]:
    if bound < 2 or len({source.truth for source in protocol.sources}) > 2:
        yield "runs", {}
        return
    if any(phase.repeats for phase in protocol.phases):
        yield "runs_repeats", {}
    for phase in protocol.phases:
        counts = [(source.truth == "real", source.count) for source in protocol.sources_of(phase)]
        sides = [sum(count for is_real, count in counts if is_real is side) for side in (True, False)]
        try:
            if not protocol.pairs(phase):
                refuse_impossible(sides, bound)
        except ImpossibleOrder as impossible:
            yield "impossible", {"reason": str(impossible)}


def _keys(keys: list[str]) -> Iterator[Problem]:
    for key in keys:
        if not KEY.fullmatch(key):
            yield "key", {"key": key}
    if doubled := sorted({key for key in keys if keys.count(key) > 1}):
        yield "keys_twice", {"keys": ", ".join(doubled)}


def _named(phase: Phase) -> dict[str, Any]:
    return {"phase": phase.title or phase.key}
