"""The designer's page as one form of many: bound to the design as stored, saved whole, then grown or cut by one part."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.core import signing
from django.db import transaction

from .editing import claim
from .forms_design import PhaseForm, RulesForm, SourceForm
from .forms_question import QuestionForm
from .launching import back_to_draft
from .models import Study
from .protocol import Phase, Protocol, Source, from_json
from .questions import Question

NEW_END = Question("remarks", "text", required=False)
NEW_EXTRA = Question("why", "text", required=False)
NEW_FIRST = Question("turing", "detect", steps=3)


@dataclass
class PhaseForms:
    form: PhaseForm
    questions: list[QuestionForm]
    ends: list[QuestionForm]

    @property
    def has_errors(self) -> bool:
        return any(form.is_bound and form.errors for form in (self.form, *self.questions, *self.ends))


class Designer:
    """Bound to the design that the page showed (which it sends back, signed), though the study may have changed since: what was typed
    always finds its form."""

    def __init__(self, study: Study, user: Any, data: Any = None) -> None:
        self.study, design = study, _was_shown(study, data)
        self.was, self.seen = design, (data or {}).get("seen", "")
        self.shown = signing.dumps(design.as_json(), salt=_salt(study), compress=True)
        self.rules = RulesForm(data, initial=RulesForm.typed(study), design=design)
        self.sources = [
            SourceForm(data, prefix=f"s{n}", initial=SourceForm.typed(study, source), user=user)
            for n, source in enumerate(design.sources)
        ]
        self.phases = [
            PhaseForms(
                PhaseForm(data, prefix=f"p{n}", initial=PhaseForm.typed(phase), design=design),
                [QuestionForm(data, prefix=f"p{n}q{m}", question=one, place="case" if m else "first") for m, one in enumerate(phase.questions)],
                [QuestionForm(data, prefix=f"p{n}e{m}", question=one, place="end") for m, one in enumerate(phase.ends)],
            )
            for n, phase in enumerate(design.phases)
        ]  # fmt: skip

    def forms(self) -> Iterator[Any]:
        yield self.rules
        yield from self.sources
        for phase in self.phases:
            yield from (phase.form, *phase.questions, *phase.ends)

    def is_valid(self) -> bool:
        return all([form.is_valid() for form in self.forms()])

    def design(self) -> Protocol:
        """What was typed. A key that was changed is changed where phases name it."""
        sources = tuple(form.source() for form in self.sources)
        renamed = {old.key: new.key for old, new in zip(self.was.sources, sources)}
        phases = [
            one.form.phase(
                tuple(form.question() for form in one.questions), tuple(form.question() for form in one.ends)
            )
            for one in self.phases
        ]
        phases = [replace(phase, sources=tuple(renamed[key] for key in phase.sources)) for phase in phases]
        ruled = self.rules.applied(self.was)
        asked = {form.was.key: form.question().key for one in self.phases for form in one.questions}
        plan = replace(ruled.plan, question=asked.get(ruled.plan.question, ruled.plan.question))
        return replace(ruled, sources=sources, phases=tuple(phases), plan=plan)

    def save(self, deed: str) -> None:
        """Raises ChangedMeanwhile. deed: what is grown or cut after saving, as a button names it ("add-question-0", "cut-source-2"); anything else: nothing."""
        study = self.study
        with transaction.atomic():
            claim(study, self.seen)
            typed = self.design()
            study.supplies.all().delete()
            for form in self.sources:
                study.supply(form.cleaned_data["key"], form.cleaned_data["sets"])
            study.name, study.seed = self.rules.cleaned_data["name"], self.rules.cleaned_data["seed"]
            study.design = changed(typed, deed).as_json()
            study.save(update_fields=["name", "seed", "design"])
            known = [source.key for source in study.designed.sources]
            study.supplies.exclude(source__in=known).delete()
        back_to_draft(study)


def _was_shown(study: Study, data: Any) -> Protocol:
    try:
        return from_json(signing.loads(data["shown"], salt=_salt(study)))
    except (TypeError, KeyError, signing.BadSignature):
        return study.designed


def _salt(study: Study) -> str:
    return f"turing.design.{study.pk}"


def changed(design: Protocol, deed: str) -> Protocol:
    verb, _dash, rest = deed.partition("-")
    what, *numbers = rest.split("-")
    places = [int(number) for number in numbers if number.isdecimal() and len(number) < 4]
    act = DEEDS.get((verb, what, len(places)))
    try:
        return act(design, *places) if act else design
    except IndexError:
        return design


def _new_key(taken: list[str], stem: str) -> str:
    return next(key for key in (stem, *(f"{stem}-{n}" for n in range(2, 1000))) if key not in taken)


def _add_source(design: Protocol) -> Protocol:
    key = _new_key([source.key for source in design.sources], "synthetic")
    return replace(design, sources=(*design.sources, Source(key, "synthetic", 10)))


def _cut_source(design: Protocol, n: int) -> Protocol:
    key = design.sources[n].key
    phases = tuple(
        replace(phase, sources=tuple(one for one in phase.sources if one != key)) for phase in design.phases
    )
    return replace(design, sources=_without(design.sources, n), phases=phases)


def _add_phase(design: Protocol) -> Protocol:
    key = _new_key([phase.key for phase in design.phases], "phase")
    return replace(design, phases=(*design.phases, Phase(key, (NEW_FIRST,))))


def _cut_phase(design: Protocol, n: int) -> Protocol:
    return replace(design, phases=_without(design.phases, n)) if len(design.phases) > 1 else design


def _raise_phase(design: Protocol, n: int) -> Protocol:
    order = list(design.phases)
    order.insert(max(0, n - 1), order.pop(n))
    return replace(design, phases=tuple(order))


def _in_phase(design: Protocol, n: int, phase: Phase) -> Protocol:
    return replace(design, phases=(*design.phases[:n], phase, *design.phases[n + 1 :]))


def _add_question(design: Protocol, n: int) -> Protocol:
    phase = design.phases[n]
    new = replace(NEW_EXTRA, key=_new_key(_keys(phase), NEW_EXTRA.key))
    return _in_phase(design, n, replace(phase, questions=(*phase.questions, new)))


def _cut_question(design: Protocol, n: int, m: int) -> Protocol:
    phase = design.phases[n]
    return _in_phase(design, n, replace(phase, questions=_without(phase.questions, m))) if m else design


def _add_end(design: Protocol, n: int) -> Protocol:
    phase = design.phases[n]
    new = replace(NEW_END, key=_new_key(_keys(phase), NEW_END.key))
    return _in_phase(design, n, replace(phase, ends=(*phase.ends, new)))


def _cut_end(design: Protocol, n: int, m: int) -> Protocol:
    phase = design.phases[n]
    return _in_phase(design, n, replace(phase, ends=_without(phase.ends, m)))


def _keys(phase: Phase) -> list[str]:
    return [question.key for question in (*phase.questions, *phase.ends)]


def _without(parts: tuple[Any, ...], n: int) -> tuple[Any, ...]:
    return tuple(part for at, part in enumerate(parts) if at != n)


DEEDS: dict[tuple[str, str, int], Callable[..., Protocol]] = {
    ("add", "source", 0): _add_source,
    ("cut", "source", 1): _cut_source,
    ("add", "phase", 0): _add_phase,
    ("cut", "phase", 1): _cut_phase,
    ("raise", "phase", 1): _raise_phase,
    ("add", "question", 1): _add_question,
    ("cut", "question", 2): _cut_question,
    ("add", "end", 1): _add_end,
    ("cut", "end", 2): _cut_end,
}
