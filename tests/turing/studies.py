"""Studies for tests, made the way the product makes them."""

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import numpy as np

from tests import factories
from turing import launching, sessions
from turing.models import Answer, Reader, Session, Study
from turing.protocol import simple

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
    from turing.simulation import simulate_reader

    session = begun(study, is_simulated=True, **fields)
    simulate_reader(
        session, sensitivity=sensitivity, specificity=specificity, rng=np.random.default_rng(seed)
    )
    return session
