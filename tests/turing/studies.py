"""Studies for tests, made the way the product makes them."""

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import numpy as np

from tests import factories
from turing import launching, preparing, sessions, simulation
from turing.models import Answer, ImportedStudy, Reader, Session, Study
from turing.protocol import Protocol, Source, simple

DESIGN = {
    "steps", "prompt", "prevalence", "endpoint", "margin", "max_run", "allow_revision", "hide_progress", "allow_phones", "grey_interval_ms",
}  # fmt: skip


def draft(owner: Any, *, per_side: int = 4, size: int = 16, **fields: Any) -> Study:
    """A draft over a set of each kind with a few images to spare; the kinds differ in nothing but chance."""
    images = factories.blobs(2 * per_side + 4, size=size, seed=fields.pop("image_seed", 3))
    half = per_side + 2
    real = factories.image_set(owner, origin="real", images=images[:half])
    synthetic = factories.image_set(
        owner, origin="synthetic", images=images[half:], patients=[f"s{n}" for n in range(half)]
    )
    design = simple(per_side=per_side, **{name: fields.pop(name) for name in DESIGN & set(fields)})
    study = Study.objects.create(owner=owner, name="A study", design=design.as_json(), **{"seed": 7} | fields)
    study.supply("real", [real])
    study.supply("synthetic", [synthetic])
    return study


def redesign(study: Study, **changes: Any) -> None:
    """Change a draft's design: fields of the protocol, of its first phase, or per_side."""
    design, phase = study.designed, study.phase(0)
    if per_side := changes.pop("per_side", None):
        changes["sources"] = tuple(replace(source, count=per_side) for source in design.sources)
    of_phase = {
        name: changes.pop(name)
        for name in ("prevalence", "repeats", "ends", "instructions")
        if name in changes
    }
    study.design = replace(
        design, phases=(replace(phase, **of_phase), *design.phases[1:]), **changes
    ).as_json()
    study.save(update_fields=["design"])


def ready(owner: Any, **fields: Any) -> Study:
    study = draft(owner, **fields)
    launching.prepare(study, owner)
    with patch("turing.leakage.PERMUTATIONS", 9):  # the joint test has tests of its own
        jobs = factories.run_waiting_jobs()
    for job in jobs:
        assert job.status == job.Status.DONE, job.error
    study.refresh_from_db()
    return study


def launched(owner: Any, **fields: Any) -> Study:
    study = ready(owner, **fields)
    launching.launch(study, reason="A test.")
    return study


def add_reader(study: Study, **fields: Any) -> Reader:
    number = study.readers.count() + 1
    return Reader.objects.create(study=study, number=number, **{"name": f"Reader {number}"} | fields)


def begun(study: Study, **fields: Any) -> Session:
    return sessions.open_session(reader=add_reader(study, **fields))


def give(
    session: Session, *, said: str = "real", confidence: int = 1, name: str = "", **more: Any
) -> sessions.Outcome:
    """Answer the current case."""
    trial = sessions.current_trial(session)
    submission = name or f"s-{Answer.objects.count()}"
    given = sessions.Submission(trial.token, said, confidence, submission, **more)
    return sessions.record(session, session.reader.study, given)


def simulated(study: Study, sensitivity: float, specificity: float, seed: int = 0, **fields: Any) -> Session:
    session = begun(study, is_simulated=True, **fields)
    simulation.simulate_reader(
        session, sensitivity=sensitivity, specificity=specificity, rng=np.random.default_rng(seed)
    )
    return session


def small(design: Protocol, count: int = 4) -> Protocol:
    """The same design with `count` cases a source, one for each of its strata at least."""
    sources = tuple(
        replace(one, count=len(one.strata) or min(count, one.count), strata=tuple((label, 1) for label, _count in one.strata))
        for one in design.sources
    )  # fmt: skip
    return replace(design, sources=sources)


def of_design(owner: Any, design: Protocol, *, size: int = 16) -> Study:
    """A draft of any design, fed with a set for each source."""
    study = Study.objects.create(owner=owner, name="A study", design=design.as_json(), seed=7)
    labels = [
        option.value
        for phase in design.phases
        for one in phase.questions
        if one.kind == "diagnosis"
        for option in one.options
    ]
    for number, source in enumerate(design.sources):
        study.supply(source.key, [_set_for(owner, source, labels, design.unit, number, size)])
    return study


def _set_for(owner: Any, source: Source, labels: list[str], unit: str, number: int, size: int) -> Any:
    wanted = [label for label, count in source.strata for _n in range(count)] + [
        label for label, _count in source.strata
    ]
    wanted = wanted or [(labels or ["a", "b"])[n % len(labels or "ab")] for n in range(source.count + 1)]
    slices = 3 if unit == "volume" else 1
    images = factories.blobs(len(wanted) * slices, size=size, seed=100 + number)
    return factories.image_set(
        owner,
        origin={"real": "real", "synthetic": "synthetic", "augmented": "mixed"}[source.truth],
        images=images,
        labels=[label for label in wanted for _slice in range(slices)],
        patients=[f"{source.key}-{n}" for n in range(len(wanted)) for _slice in range(slices)],
    )


def launched_design(owner: Any, design: Protocol, **more: Any) -> Study:
    study = of_design(owner, design, **more)
    assert launching.problems(study) == []
    prepare(study)
    launching.launch(study, reason="A test.")
    return study


def prepare(study: Study) -> None:
    with patch("turing.leakage.PERMUTATIONS", 9):  # the joint test has tests of its own
        preparing.prepare_cases(study)


def reply(session: Session, *, said: str = "", **replies: Any) -> sessions.Outcome:
    """Answer the current case of any phase with replies that its questions take."""
    trial = sessions.current_trial(session)
    phase = session.reader.study.phase(trial.phase)
    mind = simulation.Mind(0.7, 0.7, np.random.default_rng(trial.position))
    first = simulation.reply_to(phase.questions[0], trial, mind) | ({"said": said} if said else {})
    given = {
        question.key: simulation.reply_to(question, trial, mind) for question in phase.questions[1:]
    } | replies
    submission = sessions.Submission(
        trial.token, "", 0, f"s-{trial.position}", replies={phase.questions[0].key: first, **given}
    )
    return sessions.record(session, session.reader.study, submission)


def end_phase(session: Session, number: int) -> sessions.Outcome:
    mind = simulation.Mind(0.7, 0.7, np.random.default_rng(1))
    replies = {
        one.key: simulation.reply_to(one, None, mind) for one in session.reader.study.phase(number).ends
    }
    return sessions.record_end(session, session.reader.study, number, f"e-{number}", replies)


def imported(
    owner: Any, answers: str = "reader,case,truth,said\nA,1,real,real\nA,2,fake,fake\n", **fields: Any
) -> ImportedStudy:
    """Answers from elsewhere, as the form leaves them."""
    return ImportedStudy.objects.create(
        owner=owner,
        name="From elsewhere",
        answers=answers,
        digest="0" * 64,
        count=answers.count("\n") - 1,
        **fields,
    )
