"""Small launched studies of any design, for pages that need one."""

from dataclasses import replace
from typing import Any
from unittest.mock import patch

from tests import factories
from turing import launching
from turing.models import Study
from turing.protocol import Phase, Protocol, Source, simple
from turing.questions import Exposure, Option, Question

DETECT = Question("turing", "detect", "", 3)
TWO_GESTURES = Question("turing", "detect", "", 3, gestures=2)
PAIR = Question("turing", "pair", "", 3)
REALISM = Question("realism", "realism", low="not at all", high="fully")
HYPE = Question("hype", "hype", exposure=Exposure(start_ms=200, mask_ms=80))
CLASSES = Question("class", "class", options=(Option("real", "Real"), Option("augmented", "Augmented"), Option("synthetic", "Synthetic")))  # fmt: skip
DIAGNOSIS = Question("diagnosis", "diagnosis", steps=3, options=(Option("normal", "Normal"), Option("effusion", "Effusion"), Option("mass", "Mass")))  # fmt: skip
RUBRIC = Question("rubric", "rubric", options=(Option("noise", "Noise"), Option("borders", "Borders"), Option("slices", "Slices fit")), points=4)  # fmt: skip
ARTEFACTS = Question("artefacts", "checklist", required=False, options=(Option("blur", "Blur"), Option("anatomy", "Anatomy"), Option("text", "Lettering")))  # fmt: skip
MARK = Question("mark", "mark", only_if="synthetic")
BOX = Question("box", "mark", "Draw a box around it.", shape="box", required=False)
WHY = Question("why", "text", required=False)
NOTICED = Question("noticed", "text", "Did you notice anything unusual?")
GUESSED = Question("guessed", "choice", "What do you think was studied?", options=(Option("quality", "Image quality"), Option("origin", "Where images come from")))  # fmt: skip


def phase(*questions: Question, key: str = "reading", **fields: Any) -> Phase:
    return Phase(key, questions, **fields)


def launched(owner: Any, *phases: Phase, per_side: int = 3, size: int = 32, slices: int = 1, truths: tuple[str, ...] = (), **rules: Any) -> Study:  # fmt: skip
    """Sources real and synthetic (and augmented, where `truths` says so), each of `per_side` cases."""
    keys = truths or ("real", "synthetic")
    training = tuple(Source(f"training-{key}", key, 2, role="training") for key in keys if any(one.training for one in phases))  # fmt: skip
    sources = tuple(Source(key, key, per_side) for key in keys) + training
    design: Protocol = replace(simple(), sources=sources, phases=phases, **rules)
    study = Study.objects.create(owner=owner, name="A study", design=design.as_json(), seed=7)
    for number, source in enumerate(sources):
        study.supply(source.key, [_set(owner, source, number, size, slices)])
    launching.prepare(study, owner)
    with patch("turing.leakage.PERMUTATIONS", 9):
        jobs = factories.run_waiting_jobs()
    for job in jobs:
        assert job.status == job.Status.DONE, job.error
    study.refresh_from_db()
    launching.launch(study, reason="A test.")
    return study


def _set(owner: Any, source: Source, number: int, size: int, slices: int) -> Any:
    there = source.count + 1
    images = factories.blobs(there * slices, size=size, seed=number)
    patients = [f"{source.key}{n // slices}" for n in range(there * slices)]
    labels = [("normal", "effusion", "mass")[(n // slices) % 3] for n in range(there * slices)]
    origin = "real" if source.truth == "real" else "synthetic"
    return factories.image_set(owner, origin=origin, images=images, patients=patients, labels=labels, name=f"{source.key} {number}")  # fmt: skip
